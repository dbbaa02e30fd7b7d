/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-control.h"
#include "sp-mib.h"

/** Stream Pump as a subagent of the SNMP agent of the host: answers from
 * pictures of the pump, hands on orders, sends notifications. All of it, and
 * the library under it, lives on a thread of its own, because a master agent
 * that hangs makes that library wait for many seconds, or for ever. One per
 * program, made and freed on the main thread. */
typedef struct _SpAgent SpAgent;

typedef struct
{
  gboolean enabled;
  const char *agentx;   /* "unix:/var/agentx/master", "tcp:localhost:705" */
  const char *root_oid; /* ".1.3.6.1.4.1.8072.9999.9999.7867" */
  const char *context;  /* SNMP context; NULL or "": the default one */
  guint ping_s;         /* looks for the master agent so often, at least 1 */
  guint max_age_ms;     /* of the picture that answers are taken from */
  SpMibClients client_table;
  gboolean writes;   /* takes orders */
  gboolean notify;   /* sends notifications */
  guint notify_rate; /* of them a second */
} SpAgentSettings;

/* In main(), before any thread is started: what the library reads from the
 * environment, which cannot be set later. */
void sp_agent_prepare_environment (void);

/* (nullable): NULL when it is not enabled, and, with a line in the log, when
 * the settings are of no use. @settings are copied. @control is used on this
 * thread until sp_agent_free(). */
SpAgent *sp_agent_new (SpControl *control, const SpAgentSettings *settings);
/* Returns at once: the notifications that wait are sent, then it ends by
 * itself.
 * @agent may be NULL. */
void sp_agent_end (SpAgent *agent);
/* Ends it and waits for that, until a second after it was told to at most, also
 * when the master agent hangs. @agent may be NULL. */
void sp_agent_free (SpAgent *agent);
/* Any thread. */
gboolean sp_agent_is_connected (SpAgent *agent);
/* Main thread: for SpControl's set_notifying. */
void sp_agent_set_notifying (SpAgent *agent, gboolean is_notifying);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpAgent, sp_agent_free)
