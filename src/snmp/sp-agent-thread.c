/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-agent-private.h"

#include "sp-clock.h"

#include <errno.h>
#include <poll.h>

/* A request is never held up for longer by the main thread. */
#define WAIT_US (200 * 1000)
/* Rows of clients that nobody asks for go after so long. */
#define FULL_KEPT_US (60 * G_USEC_PER_SEC)
/* An order shows in pictures after so long at the latest. */
#define ORDER_SEEN_US (2 * G_USEC_PER_SEC)

static const SpLogFields agent_fields = { .message_id = SP_MESSAGE_AGENT };

SpAgentThread *
sp_agent_thread_new (SpAgentLink *link)
{
  SpAgentThread *thread = g_new0 (SpAgentThread, 1);

  thread->link = link;
  thread->notify
      = sp_notify_new (link->settings.notify_rate, sp_clock_now_us ());
  thread->ordered
      = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  link->thread = thread;
  return thread;
}

void
sp_agent_thread_free (SpAgentThread *thread)
{
  thread->link->thread = NULL;
  sp_notify_free (thread->notify);
  g_clear_pointer (&thread->mib, sp_mib_free);
  g_clear_pointer (&thread->full_mib, sp_mib_free);
  g_hash_table_unref (thread->ordered);
  g_free (thread);
}

static void
ask (SpAgentThread *thread, gboolean has_clients)
{
  if (thread->asked_us[has_clients] != 0)
    return;
  thread->asked_us[has_clients] = sp_clock_now_us ();
  sp_agent_ask_picture (thread->link, has_clients);
}

/* Reads mail until @until_us or until there was some. */
static void
wait_for_mail (SpAgentThread *thread, gint64 until_us)
{
  SpMailbox *box = thread->link->to_agent;
  struct pollfd fd = { .fd = sp_mailbox_fd (box), .events = POLLIN };
  gint64 left_us = until_us - sp_clock_now_us ();

  if (left_us > 0 && poll (&fd, 1, (int)(left_us / 1000) + 1) > 0)
    sp_mailbox_drain (box);
}

/* Old enough for a new one to be asked for, and to be waited for. An order must
 * show to who looks after it was given. */
static void
judge (SpAgentThread *thread, SpMib *mib, gboolean *is_old, gboolean *is_unfit)
{
  gint64 most_us = (gint64)thread->link->settings.max_age_ms * 1000;
  gint64 now_us = sp_clock_now_us ();
  gint64 at_us = mib == NULL ? 0 : sp_mib_picture (mib)->at_us;
  gboolean is_before = thread->ordered_us != 0 && at_us <= thread->ordered_us
                       && now_us - thread->ordered_us < ORDER_SEEN_US;

  *is_old = mib == NULL || is_before || now_us - at_us > most_us;
  *is_unfit = mib == NULL || is_before
              || now_us - at_us > MAX (2 * most_us, G_USEC_PER_SEC);
}

static SpMib *
newest (SpAgentThread *thread, gboolean has_clients)
{
  return has_clients ? thread->full_mib : thread->mib;
}

/** sp_agent_thread_mib: a main thread that hangs is waited for once, not with
 * every request. */
SpMib *
sp_agent_thread_mib (SpAgentThread *thread, gboolean needs_clients)
{
  gboolean has_clients
      = needs_clients
        && thread->link->settings.client_table != SP_MIB_CLIENTS_OFF;
  gboolean is_old, is_unfit;
  gint64 until_us;

  judge (thread, newest (thread, has_clients), &is_old, &is_unfit);
  if (is_old)
    ask (thread, has_clients);
  until_us = thread->asked_us[has_clients] + WAIT_US;
  while (is_unfit && sp_clock_now_us () < until_us)
    {
      wait_for_mail (thread, until_us);
      judge (thread, newest (thread, has_clients), &is_old, &is_unfit);
      if (is_unfit)
        ask (thread, has_clients);
    }
  if (has_clients)
    thread->full_used_us = sp_clock_now_us ();
  return newest (thread, has_clients);
}

gboolean
sp_agent_thread_is_after (SpAgentThread *thread, gint64 at_us)
{
  if (thread->mib != NULL && sp_mib_picture (thread->mib)->at_us >= at_us)
    return TRUE;
  ask (thread, FALSE);
  return FALSE;
}

void
sp_agent_thread_order (SpAgentThread *thread, SpSnmpOrder *order)
{
  if (order->kind == SP_SNMP_KICK_CLIENT)
    g_hash_table_add (thread->ordered,
                      g_memdup2 (&order->client, sizeof order->client));
  thread->ordered_us = sp_clock_now_us ();
  sp_agent_give_order (thread->link, order);
}

void
sp_agent_thread_count (SpAgentThread *thread)
{
  guint64 n_sent = sp_notify_n_sent (thread->notify);
  guint64 n_suppressed = sp_notify_n_suppressed (thread->notify);

  sp_stats_add (SP_PUMP_notifications_sent, n_sent - thread->n_sent);
  sp_stats_add (SP_PUMP_notifications_suppressed,
                n_suppressed - thread->n_suppressed);
  thread->n_sent = n_sent;
  thread->n_suppressed = n_suppressed;
}

void
sp_agent_on_event (gpointer link, gpointer event)
{
  SpAgentThread *thread = ((SpAgentLink *)link)->thread;

  if (thread != NULL)
    sp_notify_put (thread->notify, event, sp_clock_now_us ());
  sp_event_unref (event);
}

/* Clients whose end was ordered and that have gone need not be remembered. */
static void
forget_ordered (SpAgentThread *thread, SpPicture *picture)
{
  g_autoptr (GHashTable) there
      = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  if (g_hash_table_size (thread->ordered) == 0)
    return;
  for (guint i = 0; i < picture->clients->len; i++)
    {
      const SpClientInfo *info = picture->clients->pdata[i];

      if (g_hash_table_contains (thread->ordered, &info->id))
        g_hash_table_add (there, g_memdup2 (&info->id, sizeof info->id));
    }
  g_hash_table_unref (thread->ordered);
  thread->ordered = g_steal_pointer (&there);
}

void
sp_agent_on_picture (gpointer target, gpointer payload)
{
  SpAgentLink *link = target;
  SpAgentThread *thread = link->thread;
  g_autoptr (SpPicture) picture = payload;
  gboolean has_clients = picture->clients != NULL;

  if (thread == NULL)
    return;
  thread->asked_us[has_clients] = 0;
  if (has_clients)
    {
      forget_ordered (thread, picture);
      g_clear_pointer (&thread->full_mib, sp_mib_free);
      thread->full_mib
          = sp_mib_new (picture, link->settings.client_table, &link->root);
    }
  else
    {
      g_clear_pointer (&thread->mib, sp_mib_free);
      thread->mib
          = sp_mib_new (picture, link->settings.client_table, &link->root);
    }
}

void
sp_agent_on_no_picture (gpointer link, gpointer has_clients)
{
  SpAgentThread *thread = ((SpAgentLink *)link)->thread;

  if (thread != NULL)
    thread->asked_us[GPOINTER_TO_INT (has_clients)] = 0;
}

void
sp_agent_on_stop (gpointer link, gpointer unused)
{
  SpAgentThread *thread = ((SpAgentLink *)link)->thread;

  if (thread != NULL)
    thread->is_stopping = TRUE;
}

void
sp_agent_thread_set_connected (SpAgentThread *thread, gboolean is_connected)
{
  const SpAgentSettings *settings = &thread->link->settings;

  if (thread->is_connected == is_connected)
    return;
  thread->is_connected = is_connected;
  thread->reason = 0;
  thread->looked_us = sp_clock_now_us ();
  sp_agent_link_set_connected (thread->link, is_connected);
  sp_stats_add (is_connected ? SP_PUMP_agentx_connects : SP_PUMP_agentx_losses,
                1);
  if (is_connected)
    sp_log (G_LOG_LEVEL_MESSAGE,
            &agent_fields,
            "SNMP: connected to the master agent at %s",
            settings->agentx);
  else
    sp_log (G_LOG_LEVEL_WARNING,
            &agent_fields,
            "SNMP: the master agent at %s has gone; looked for every %u s",
            settings->agentx,
            settings->ping_s);
  thread->was_connected |= is_connected;
}

static const char *
advice (int reason)
{
  if (reason == ENOENT || reason == ECONNREFUSED)
    return "is snmpd running, with 'master agentx' in snmpd.conf?";
  return reason == EACCES ? "see agentXPerms in snmpd.conf, and the mode "
                            "of the socket's folder"
                          : "see the setting snmp.agentx";
}

/** sp_agent_thread_tick: that a master which was there is away has been said
 * already; so only what no restart explains is said then. */
void
sp_agent_thread_tick (SpAgentThread *thread)
{
  const SpAgentSettings *settings = &thread->link->settings;
  gint64 now_us = sp_clock_now_us ();
  int reason;

  sp_notify_expire (thread->notify, now_us);
  if (now_us - thread->full_used_us > FULL_KEPT_US)
    g_clear_pointer (&thread->full_mib, sp_mib_free);
  if (thread->is_connected
      || (thread->looked_us != 0
          && now_us - thread->looked_us
                 < (gint64)settings->ping_s * G_USEC_PER_SEC))
    return;
  thread->looked_us = now_us;
  reason = sp_agent_probe (settings->agentx);
  if (reason == 0 || reason == EAGAIN || reason == thread->reason
      || (thread->was_connected
          && (reason == ENOENT || reason == ECONNREFUSED)))
    return;
  thread->reason = reason;
  sp_log (G_LOG_LEVEL_WARNING,
          &agent_fields,
          "SNMP: no master agent at %s: %s (%s); looked for every %u s",
          settings->agentx,
          g_strerror (reason),
          advice (reason),
          settings->ping_s);
}
