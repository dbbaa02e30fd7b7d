/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-agent-private.h"

#include "sp-clock.h"

#define STOP_US G_USEC_PER_SEC
#define BY "snmp"

struct _SpAgent
{
  SpAgentLink *link;
  SpControl *control;
  GThread *thread;
  GSource *source; /* to_main */
  guint watch;
  gint64 until_us; /* it must have ended by then; 0: it goes on */
  gboolean is_notifying;
};

/** An answer that is on its way. */
typedef struct
{
  SpAgentLink *link;
  gboolean has_clients;
  char *text; /* of an order */
} Request;

void
sp_agent_prepare_environment (void)
{
  /* Else five hundred lines about modules that Debian does not have. */
  g_setenv ("MIBS", "", TRUE);
  g_setenv ("MIBDIRS", "/dev/null", TRUE);
  /* Else folders are made where snmpd keeps its own. */
  g_setenv ("SNMP_PERSISTENT_DIR", "/dev/null", TRUE);
  g_setenv ("SNMPCONFPATH", "/dev/null", TRUE);
}

static void
copy_settings (SpAgentSettings *to, const SpAgentSettings *from)
{
  *to = *from;
  to->agentx = g_strdup (from->agentx);
  to->root_oid = NULL;
  to->context = g_strdup (from->context == NULL ? "" : from->context);
  to->ping_s = MAX (from->ping_s, 1);
}

static SpAgentLink *
link_new (const SpAgentSettings *settings, const SpOid *root)
{
  SpAgentLink *link = g_new0 (SpAgentLink, 1);

  g_atomic_ref_count_init (&link->ref_count);
  copy_settings (&link->settings, settings);
  link->root = *root;
  link->to_main = sp_mailbox_new ();
  link->to_agent = sp_mailbox_new ();
  g_mutex_init (&link->lock);
  g_cond_init (&link->ended);
  return link;
}

static SpAgentLink *
link_ref (SpAgentLink *link)
{
  g_atomic_ref_count_inc (&link->ref_count);
  return link;
}

/** sp_agent_link_unref: mail that is left is thrown away by its own functions,
 * which find nobody at home. */
void
sp_agent_link_unref (SpAgentLink *link)
{
  if (!g_atomic_ref_count_dec (&link->ref_count))
    return;
  sp_mailbox_free (link->to_main);
  sp_mailbox_free (link->to_agent);
  g_mutex_clear (&link->lock);
  g_cond_clear (&link->ended);
  g_free ((char *)link->settings.agentx);
  g_free ((char *)link->settings.context);
  g_free (link);
}

void
sp_agent_link_set_connected (SpAgentLink *link, gboolean is_connected)
{
  g_mutex_lock (&link->lock);
  link->is_connected = is_connected;
  g_mutex_unlock (&link->lock);
}

static Request *
request_new (SpAgentLink *link)
{
  Request *request = g_new0 (Request, 1);

  request->link = link_ref (link);
  return request;
}

static void
request_free (Request *request)
{
  sp_agent_link_unref (request->link);
  g_free (request->text);
  g_free (request);
}

static void
on_picture (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Request *request = user_data;
  SpAgentLink *link = request->link;
  SpControl *control = link->agent == NULL ? NULL : link->agent->control;
  g_autoptr (GError) error = NULL;
  SpPicture *picture = NULL;

  if (control != NULL)
    picture = control->class->picture_finish (control->self, result, &error);
  if (picture != NULL)
    sp_mailbox_post (link->to_agent, sp_agent_on_picture, link, picture);
  else if (control != NULL)
    sp_mailbox_post (link->to_agent,
                     sp_agent_on_no_picture,
                     link,
                     GINT_TO_POINTER (request->has_clients));
  request_free (request);
}

static void
make_picture (gpointer target, gpointer payload)
{
  SpAgentLink *link = target;
  SpControl *control;
  Request *request;

  if (link->agent == NULL)
    return;
  control = link->agent->control;
  request = request_new (link);
  request->has_clients = GPOINTER_TO_INT (payload);
  control->class->picture (
      control->self, request->has_clients, on_picture, request);
}

void
sp_agent_ask_picture (SpAgentLink *link, gboolean has_clients)
{
  sp_mailbox_post (
      link->to_main, make_picture, link, GINT_TO_POINTER (has_clients));
}

static void
on_kicked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Request *request = user_data;
  SpAgent *agent = request->link->agent;
  g_autoptr (GError) error = NULL;

  if (agent != NULL
      && agent->control->class->kick_finish (
             agent->control->self, result, &error)
             < 0)
    sp_log (G_LOG_LEVEL_WARNING,
            NULL,
            "SNMP: %s: %s",
            request->text,
            error == NULL ? "failed" : error->message);
  request_free (request);
}

static void
kick (SpAgent *agent, const SpSnmpOrder *order)
{
  SpControl *control = agent->control;
  SpClientFilter filter = { .client = order->client, .stream = order->stream };
  Request *request = request_new (agent->link);

  request->text = sp_snmp_order_text (order);
  control->class->kick (control->self, &filter, 0, on_kicked, request);
}

static SpOrderResult
drain (SpControl *control, gboolean is_on)
{
  SpDrainOrder drain = { .is_on = is_on };

  control->class->drain (control->self, &drain, BY);
  return SP_ORDER_DONE;
}

static SpOrderResult
carry_out (SpAgent *agent, const SpSnmpOrder *order)
{
  SpControl *control = agent->control;

  switch (order->kind)
    {
    case SP_SNMP_NOTHING:
      break;
    case SP_SNMP_KICK_CLIENT:
    case SP_SNMP_KICK_STREAM:
      kick (agent, order);
      break;
    case SP_SNMP_SET_STREAM:
      return control->class->set_stream (
          control->self, order->stream, order->stream_order, BY);
    case SP_SNMP_SET_SOURCE:
      return control->class->set_source (
          control->self, order->stream, order->source_index, order->is_on, BY);
    case SP_SNMP_DRAIN:
      return drain (control, order->is_on);
    case SP_SNMP_NOTIFY:
      sp_agent_set_notifying (agent, order->is_on);
      control->class->set_notifying (control->self, order->is_on, BY);
      break;
    }
  return SP_ORDER_DONE;
}

/* AgentX does not say who gave the order: snmpd alone knows. */
static void
audit (SpAgent *agent, const SpSnmpOrder *order)
{
  SpControl *control = agent->control;
  SpLogFields fields = { .stream = order->stream,
                         .client = order->client,
                         .message_id = SP_MESSAGE_ORDER };
  g_autofree char *text = sp_snmp_order_text (order);
  SpEvent *event
      = sp_event_new (SP_EVENT_order, order->stream, "by SNMP: %s", text);

  event->stream_index = order->stream_index;
  event->client = order->client;
  event->source_index = order->source_index;
  sp_log (G_LOG_LEVEL_MESSAGE, &fields, "by SNMP: %s", text);
  sp_stats_add (SP_PUMP_agentx_orders, 1);
  sp_events_post (control->class->events (control->self), event);
}

static void
on_order (gpointer target, gpointer payload)
{
  SpAgentLink *link = target;
  SpSnmpOrder *order = payload;

  if (link->agent != NULL && order->kind != SP_SNMP_NOTHING)
    {
      audit (link->agent, order);
      if (carry_out (link->agent, order) != SP_ORDER_DONE)
        sp_log (G_LOG_LEVEL_WARNING,
                NULL,
                "SNMP: there is no such stream or source any more");
    }
  sp_snmp_order_clear (order);
  g_free (order);
}

void
sp_agent_give_order (SpAgentLink *link, SpSnmpOrder *order)
{
  sp_mailbox_post (link->to_main, on_order, link, order);
}

static void
on_event (SpEvent *event, gpointer user_data)
{
  SpAgent *agent = user_data;

  if (agent->is_notifying && sp_event_infos[event->kind].notification != 0)
    sp_mailbox_post (agent->link->to_agent,
                     sp_agent_on_event,
                     agent->link,
                     sp_event_ref (event));
}

/** sp_agent_new: returns at once; connected or not is seen later. */
SpAgent *
sp_agent_new (SpControl *control, const SpAgentSettings *settings)
{
  g_autoptr (GError) error = NULL;
  guint32 module = SP_MIB_MODULE_ARC;
  SpAgent *agent;
  SpOid root;

  if (!settings->enabled)
    return NULL;
  if (!sp_oid_parse (settings->root_oid, SP_AGENT_MAX_ROOT, &root, &error))
    {
      sp_log (G_LOG_LEVEL_WARNING, NULL, "SNMP: %s", error->message);
      return NULL;
    }
  sp_oid_append (&root, &module, 1);
  agent = g_new0 (SpAgent, 1);
  agent->control = control;
  agent->is_notifying = settings->notify;
  agent->link = link_new (settings, &root);
  agent->link->agent = agent;
  agent->source = sp_mailbox_attach (agent->link->to_main, NULL);
  agent->watch = sp_events_watch (
      control->class->events (control->self), on_event, agent);
  agent->thread = g_thread_new ("snmp", sp_agent_run, link_ref (agent->link));
  return agent;
}

void
sp_agent_end (SpAgent *agent)
{
  if (agent == NULL || agent->until_us != 0)
    return;
  sp_events_unwatch (agent->control->class->events (agent->control->self),
                     agent->watch);
  sp_mailbox_post (agent->link->to_agent, sp_agent_on_stop, agent->link, NULL);
  agent->until_us = g_get_monotonic_time () + STOP_US;
}

/* TRUE: the thread has ended. */
static gboolean
wait_for_end (SpAgentLink *link, gint64 until_us)
{
  gboolean has_ended;

  g_mutex_lock (&link->lock);
  while (!link->has_ended
         && g_cond_wait_until (&link->ended, &link->lock, until_us))
    continue;
  has_ended = link->has_ended;
  g_mutex_unlock (&link->lock);
  return has_ended;
}

/** sp_agent_free: a thread that hangs in the library is left to itself: it
 * holds what it needs, and AgentX wants no farewell. */
void
sp_agent_free (SpAgent *agent)
{
  if (agent == NULL)
    return;
  sp_agent_end (agent);
  if (wait_for_end (agent->link, agent->until_us))
    g_thread_join (agent->thread);
  else
    {
      sp_log (G_LOG_LEVEL_MESSAGE,
              NULL,
              "SNMP: the master agent hangs, and is left behind");
      g_thread_unref (agent->thread);
    }
  g_source_destroy (agent->source);
  g_source_unref (agent->source);
  agent->link->agent = NULL;
  sp_agent_link_unref (agent->link);
  g_free (agent);
}

gboolean
sp_agent_is_connected (SpAgent *agent)
{
  gboolean is_connected;

  if (agent == NULL)
    return FALSE;
  g_mutex_lock (&agent->link->lock);
  is_connected = agent->link->is_connected;
  g_mutex_unlock (&agent->link->lock);
  return is_connected;
}

void
sp_agent_set_notifying (SpAgent *agent, gboolean is_notifying)
{
  if (agent != NULL)
    agent->is_notifying = is_notifying;
}
