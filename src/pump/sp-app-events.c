/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-app-private.h"

#include "sp-clock.h"
#include "sp-log.h"

/* Events whose line stands nowhere else in the log, and what it is marked with.
 */
static const struct
{
  SpEventKind kind;
  const char *message_id; /* NULL: none */
} logged[] = {
  { SP_EVENT_source_up, SP_MESSAGE_SOURCE_UP },
  { SP_EVENT_source_down, SP_MESSAGE_SOURCE_DOWN },
  { SP_EVENT_header_changed, SP_MESSAGE_HEADER_CHANGED },
  { SP_EVENT_stream_stalled, SP_MESSAGE_SOURCE_HEALTH },
  { SP_EVENT_stream_recovered, SP_MESSAGE_SOURCE_HEALTH },
  { SP_EVENT_source_health, SP_MESSAGE_SOURCE_HEALTH },
  { SP_EVENT_source_healthy, SP_MESSAGE_SOURCE_HEALTH },
  { SP_EVENT_stream_limit, SP_MESSAGE_LIMIT },
  { SP_EVENT_pump_limit, SP_MESSAGE_LIMIT },
  { SP_EVENT_limit_over, SP_MESSAGE_LIMIT },
  { SP_EVENT_mass_lag, SP_MESSAGE_MASS_LAG },
  { SP_EVENT_mass_lag_over, SP_MESSAGE_MASS_LAG },
  { SP_EVENT_client_dropped, NULL },
  { SP_EVENT_cert_expiring, SP_MESSAGE_CERTIFICATE },
  { SP_EVENT_canary_failed, SP_MESSAGE_CANARY },
  { SP_EVENT_canary_recovered, SP_MESSAGE_CANARY },
  { SP_EVENT_draining, SP_MESSAGE_DRAIN },
  { SP_EVENT_drained, SP_MESSAGE_DRAIN },
  { SP_EVENT_stream_added, NULL },
  { SP_EVENT_stream_changed, NULL },
  { SP_EVENT_stream_removed, NULL },
  { SP_EVENT_clients_kicked, SP_MESSAGE_CLIENT_KICKED },
  { SP_EVENT_config_reloaded, SP_MESSAGE_RELOADED },
};

static void
log_event (SpEvent *event, gpointer user_data)
{
  SpSeverity severity = sp_event_infos[event->kind].severity;
  SpLogFields fields = { .stream = event->stream,
                         .client = event->client,
                         .peer = event->address };

  for (guint i = 0; i < G_N_ELEMENTS (logged); i++)
    if (logged[i].kind == event->kind)
      {
        fields.message_id = logged[i].message_id;
        sp_log (severity == SP_SEVERITY_WARNING || severity == SP_SEVERITY_MAJOR
                    ? G_LOG_LEVEL_WARNING
                    : G_LOG_LEVEL_MESSAGE,
                &fields,
                "%s",
                event->text);
        return;
      }
}

/** sp_app_events_init: from here on what happens is in the log, too. */
void
sp_app_events_init (SpApp *app)
{
  app->events = sp_events_new ();
  app->alarms = sp_alarms_new (app->events);
  (void)sp_events_watch (app->events, log_event, app);
}

/** sp_app_tell: an event of @stream (nullable), by its path. */
void
sp_app_tell (
    SpApp *app, SpEventKind kind, const char *stream, const char *format, ...)
{
  g_autofree char *text = NULL;
  SpEvent *event;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  event = sp_event_new (kind, stream, "%s", text);
  if (stream != NULL)
    event->stream_index = sp_stream_numbers_get (app->numbers, stream);
  sp_events_post (app->events, event);
}

/** sp_app_look_at_stream: on each change, and once a second. */
void
sp_app_look_at_stream (SpApp *app, SpStream *stream)
{
  gint64 now_us = sp_clock_now_us ();
  g_autoptr (SpStreamInfo) info = sp_stream_info (stream, now_us);

  sp_alarms_stream (app->alarms, info, now_us);
}

static SpEvent *
visit_event (SpEventKind kind, const SpClientInfo *info, const char *text)
{
  SpEvent *event = sp_event_new (kind, info->stream, "%s", text);

  event->stream_index = info->stream_index;
  event->client = info->id;
  event->address = g_strdup (info->address);
  event->lag_ms = info->lag_ms;
  return event;
}

/** sp_app_on_client_in: mail of a worker. */
void
sp_app_on_client_in (gpointer target, gpointer payload)
{
  SpApp *app = target;
  g_autoptr (SpClientInfo) info = payload;
  g_autofree char *text = g_strdup_printf (
      "client in: %s, %s",
      info->framing,
      info->user_agent != NULL ? info->user_agent : "no agent");

  sp_events_post (app->events, visit_event (SP_EVENT_client_in, info, text));
}

/** sp_app_on_client_out: mail of a worker. */
void
sp_app_on_client_out (gpointer target, gpointer payload)
{
  SpApp *app = target;
  SpVisit *visit = payload;
  const SpClientInfo *info = visit->info;
  g_autofree char *text = g_strdup_printf (
      "client out: %s after %" G_GINT64_FORMAT " s",
      sp_leave_reason_name (visit->reason),
      (visit->left_us - info->connected_us) / G_USEC_PER_SEC);

  sp_events_post (app->events, visit_event (SP_EVENT_client_out, info, text));
  sp_alarms_visit (app->alarms, visit, sp_clock_now_us ());
  sp_access_log_visit (app->access, visit);
}
