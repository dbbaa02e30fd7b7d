/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-pump-alarms.h"

#define PAUSED_US (60 * G_USEC_PER_SEC) /* one event in so long */

/* By number of the bit. */
static const SpPumpCounter counters[SP_N_OVERLOADS]
    = { SP_PUMP_requests_limited_lateness,
        SP_PUMP_requests_limited_memory,
        SP_PUMP_requests_limited_descriptors };

void
sp_pump_alarms_init (SpPumpAlarms *alarms, SpEvents *events)
{
  *alarms = (SpPumpAlarms){ .events = events };
  alarms->limited = sp_stats_get (SP_PUMP_requests_limited_pump);
  for (guint i = 0; i < SP_N_OVERLOADS; i++)
    alarms->overloads[i].refused = sp_stats_get (counters[i]);
  alarms->pauses = sp_stats_get (SP_PUMP_accept_pauses);
}

static void
post_limit (SpPumpAlarms *alarms, const SpPumpInfo *info, SpLimitStep step)
{
  SpEvent *event = NULL;

  switch (step)
    {
    case SP_LIMIT_SAME:
      return;
    case SP_LIMIT_REACHED:
      event = sp_event_new (SP_EVENT_pump_limit,
                            NULL,
                            "a limit of the pump is reached: %u clients",
                            info->clients);
      break;
    case SP_LIMIT_OVER:
      event = sp_event_new (SP_EVENT_limit_over,
                            NULL,
                            "the limit of the pump is no longer reached");
      break;
    }
  sp_events_post (alarms->events, event);
}

/* A refusal was counted by its cause first: what is seen of the sum, and of no
 * cause, is by one of the limits that are not causes. */
static void
look_at_limit (SpPumpAlarms *alarms, const SpPumpInfo *info, gint64 now_us)
{
  guint64 limited = sp_stats_get (SP_PUMP_requests_limited_pump);
  gboolean is_caused = FALSE;

  for (guint i = 0; i < SP_N_OVERLOADS; i++)
    is_caused |= sp_stats_get (counters[i]) != alarms->overloads[i].refused;
  if (limited != alarms->limited && !is_caused)
    alarms->refused++;
  alarms->limited = limited;
  post_limit (alarms,
              info,
              sp_limit_alarm_look (&alarms->limit,
                                   alarms->refused,
                                   info->clients,
                                   info->client_limit,
                                   now_us));
}

/* (transfer full) */
static char *
describe (const SpPumpInfo *info, SpOverload overload)
{
  switch (overload)
    {
    case SP_OVERLOAD_LATENESS:
      return g_strdup_printf ("what is sent goes out %u ms late, the limit is "
                              "%u ms",
                              info->send_lateness_ms,
                              info->lateness_limit_ms);
    case SP_OVERLOAD_MEMORY:
      return g_strdup_printf ("%" G_GUINT64_FORMAT
                              " MiB of memory are in use, the limit is %u MiB",
                              info->memory_kib / 1024,
                              info->memory_limit_mb);
    case SP_OVERLOAD_DESCRIPTORS:
      return g_strdup_printf ("there are %u connections, the limit of %u "
                              "descriptors allows clients up to %u",
                              info->connections,
                              info->descriptor_limit,
                              info->connection_limit);
    }
  g_return_val_if_reached (g_strdup ("no reason known"));
}

/* While the cause is there it is not over, though nobody is refused. */
static void
look_at_overload (SpPumpAlarms *alarms,
                  const SpPumpInfo *info,
                  guint bit,
                  gint64 now_us)
{
  guint is_on = (info->overload >> bit) & 1;
  g_autofree char *why = NULL;

  switch (sp_limit_alarm_look (&alarms->overloads[bit],
                               sp_stats_get (counters[bit]),
                               is_on,
                               is_on,
                               now_us))
    {
    case SP_LIMIT_SAME:
      return;
    case SP_LIMIT_REACHED:
      why = describe (info, (SpOverload)(1u << bit));
      sp_events_post (alarms->events,
                      sp_event_new (SP_EVENT_pump_limit,
                                    NULL,
                                    "new clients are refused (%s): %s; %u "
                                    "clients",
                                    sp_overload_name (bit),
                                    why,
                                    info->clients));
      return;
    case SP_LIMIT_OVER:
      sp_events_post (alarms->events,
                      sp_event_new (SP_EVENT_limit_over,
                                    NULL,
                                    "new clients are taken again (%s)",
                                    sp_overload_name (bit)));
      return;
    }
}

/* By the counter: a pause may be shorter than the time between two looks. */
static void
look_at_pauses (SpPumpAlarms *alarms, const SpPumpInfo *info, gint64 now_us)
{
  guint64 pauses = sp_stats_get (SP_PUMP_accept_pauses);
  SpEvent *event;

  if (pauses == alarms->pauses
      || (alarms->paused_us != 0 && now_us - alarms->paused_us < PAUSED_US))
    return;
  event = sp_event_new (SP_EVENT_accept_paused,
                        NULL,
                        "descriptors have run out: accepting paused with %u "
                        "connections; raise the limit of %u descriptors",
                        info->connections,
                        info->descriptor_limit);
  event->repeats = (guint)MIN (pauses - alarms->pauses, G_MAXUINT);
  alarms->pauses = pauses;
  alarms->paused_us = now_us;
  sp_events_post (alarms->events, event);
}

void
sp_pump_alarms_look (SpPumpAlarms *alarms,
                     const SpPumpInfo *info,
                     gint64 now_us)
{
  look_at_limit (alarms, info, now_us);
  for (guint i = 0; i < SP_N_OVERLOADS; i++)
    look_at_overload (alarms, info, i, now_us);
  look_at_pauses (alarms, info, now_us);
}
