/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-agent.h"
#include "sp-log.h"
#include "sp-mailbox.h"
#include "sp-mib-set.h"
#include "sp-notify.h"

#define SP_MIB_MODULE_ARC 1   /* streamPumpMIB under the root */
#define SP_AGENT_MAX_ROOT 120 /* the longest name under it has 8 */

typedef struct _SpAgentThread SpAgentThread;

/** What both threads hold, and each may outlive: the two mailboxes between
 * them. Counted, because a thread that hangs in the library is left behind. */
typedef struct
{
  gatomicrefcount ref_count;
  SpAgentSettings settings; /* own copies; immutable */
  SpOid root;               /* of the module; immutable */
  SpMailbox *to_main;       /* target: the link */
  SpMailbox *to_agent;      /* target: the link */
  SpAgent *agent;           /* main thread; NULL: it has been freed */
  SpAgentThread *thread;    /* agent thread; NULL: it has ended */
  GMutex lock;
  GCond ended;
  gboolean is_connected; /* lock */
  gboolean has_ended;    /* lock */
} SpAgentLink;

void sp_agent_link_unref (SpAgentLink *link);
void sp_agent_link_set_connected (SpAgentLink *link, gboolean is_connected);

/* To the main thread (sp-agent.c). */
void sp_agent_ask_picture (SpAgentLink *link, gboolean has_clients);
/* @order: (transfer full) */
void sp_agent_give_order (SpAgentLink *link, SpSnmpOrder *order);

/** What the thread of the subagent knows. */
struct _SpAgentThread
{
  SpAgentLink *link;
  SpNotify *notify;
  SpMib *mib;      /* the newest; NULL: none has come yet */
  SpMib *full_mib; /* the newest with clients; NULL: none, or not in use */
  gint64 full_used_us;
  gint64 asked_us[2];  /* a picture without and with clients; 0: is not asked */
  gint64 ordered_us;   /* the newest order; 0: none */
  GHashTable *ordered; /* guint64: clients that are to be kicked */
  guint64 n_sent;      /* that the counters know of */
  guint64 n_suppressed;
  gboolean is_connected;
  gboolean was_connected; /* ever */
  gboolean is_stopping;
  gint64 looked_us; /* for the reason why there is no connection */
  int reason;       /* that was logged last: an errno; 0: none */
  SpLogLimit log_limit;
};

/* sp-agent-thread.c, without the library: pictures and mail. */
SpAgentThread *sp_agent_thread_new (SpAgentLink *link);
void sp_agent_thread_free (SpAgentThread *thread);
/* The MIB to answer from; NULL: none came in time. Asks for a newer one where
 * it is too old, and waits for that only when it is far too old. */
SpMib *sp_agent_thread_mib (SpAgentThread *thread, gboolean needs_clients);
/* Whether the picture is from after @at_us; else a new one is asked for. */
gboolean sp_agent_thread_is_after (SpAgentThread *thread, gint64 at_us);
/* @order: (transfer full): done on the main thread, later. */
void sp_agent_thread_order (SpAgentThread *thread, SpSnmpOrder *order);
/* Brings the counters of the program up to date. */
void sp_agent_thread_count (SpAgentThread *thread);
void sp_agent_thread_set_connected (SpAgentThread *thread,
                                    gboolean is_connected);
/* Once a second: why is there no connection? Said when the answer changes. */
void sp_agent_thread_tick (SpAgentThread *thread);

/* Mail to the agent thread; @link is the target. */
void sp_agent_on_event (gpointer link, gpointer event);
void sp_agent_on_picture (gpointer link, gpointer picture);
void sp_agent_on_no_picture (gpointer link, gpointer has_clients);
void sp_agent_on_stop (gpointer link, gpointer unused);

/* sp-agent-probe.c: can the master agent's socket be connected to? 0: yes, or
 * it is not a Unix socket; else an errno. Does not wait. */
int sp_agent_probe (const char *agentx);

/* sp-agent-net.c, with the library: the thread itself; takes over a reference
 * of the link. */
gpointer sp_agent_run (gpointer link);
