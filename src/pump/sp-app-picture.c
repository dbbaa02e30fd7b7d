/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-app-private.h"

#include "sp-clock.h"

/* What is seen of the pump: of the streams at once, of the clients by a
 * question to each worker. */

static gboolean
is_alarming (const SpStreamInfo *info)
{
  return info->state == SP_STREAM_WAITING || info->state == SP_STREAM_HOLDING
         || info->health == SP_HEALTH_STALLED;
}

/* (transfer full): by path */
GPtrArray *
sp_app_list_streams (SpApp *app)
{
  g_autoptr (GPtrArray) streams = sp_registry_list (app->registry);
  GPtrArray *infos
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_stream_info_free);
  gint64 now_us = sp_clock_now_us ();

  for (guint i = 0; i < streams->len; i++)
    g_ptr_array_add (infos, sp_stream_info (streams->pdata[i], now_us));
  return infos;
}

static guint
clients_of (const SpStreamCounters *counters)
{
  return (guint)(counters->value[SP_STREAM_clients_connected]
                 - counters->value[SP_STREAM_clients_disconnected]);
}

/** sp_app_fold_leaving: removed streams count on until their last client has
 * gone; then what they counted is kept. */
void
sp_app_fold_leaving (SpApp *app)
{
  gint64 now_us = sp_clock_now_us ();

  for (guint i = app->leaving->len; i > 0; i--)
    {
      g_autoptr (SpStreamInfo) info
          = sp_stream_info (app->leaving->pdata[i - 1], now_us);

      if (info->clients > 0)
        continue;
      sp_stream_counters_sum (&app->retired, &info->counters);
      g_ptr_array_remove_index (app->leaving, i - 1);
    }
}

/** sp_app_sum_up: @totals: of @infos, of the streams that are leaving and of
 * those that are gone. */
void
sp_app_sum_up (SpApp *app, GPtrArray *infos, SpStreamCounters *totals)
{
  gint64 now_us = sp_clock_now_us ();

  *totals = app->retired;
  for (guint i = 0; i < infos->len; i++)
    sp_stream_counters_sum (totals,
                            &((SpStreamInfo *)infos->pdata[i])->counters);
  for (guint i = 0; i < app->leaving->len; i++)
    {
      g_autoptr (SpStreamInfo) info
          = sp_stream_info (app->leaving->pdata[i], now_us);

      sp_stream_counters_sum (totals, &info->counters);
    }
}

static SpPumpState
state_of (SpApp *app, const SpPumpInfo *info, GPtrArray *listeners)
{
  const SpLimitsConfig *limits = &app->config->limits;

  if (app->is_stopping)
    return SP_PUMP_STOPPING;
  if (info->drain != SP_DRAIN_SERVING)
    return SP_PUMP_DRAINING;
  if ((limits->clients > 0 && info->clients >= limits->clients)
      || info->overload != 0)
    return SP_PUMP_FULL;
  if (info->streams_alarm > 0)
    return SP_PUMP_DEGRADED;
  for (guint i = 0; i < listeners->len; i++)
    if (((SpListenerInfo *)listeners->pdata[i])->is_down)
      return SP_PUMP_DEGRADED;
  for (guint i = 0; i < app->certs->len; i++)
    if (((SpCertInfo *)app->certs->pdata[i])->status == SP_CERT_EXPIRED)
      return SP_PUMP_DEGRADED;
  return SP_PUMP_UP;
}

static void
fill_config (SpApp *app, SpPumpInfo *info)
{
  info->client_limit = app->config->limits.clients;
  info->bandwidth_limit_kbps = app->config->limits.bandwidth_kbps;
  info->config_generation = app->generation;
  info->config_applied_unix_us = app->applied_unix_us;
  info->config_tried_unix_us = app->tried_unix_us;
  info->config_result = app->config_result;
  g_strlcpy (info->config_revision,
             app->config->revision,
             sizeof info->config_revision);
}

static void
fill_drain (SpApp *app, SpPumpInfo *info)
{
  info->drain = app->drain.state;
  info->drain_deadline_us = app->drain.deadline_us;
  if (info->drain == SP_DRAIN_SERVING)
    return;
  g_strlcpy (info->drain_reason, app->drain_by, sizeof info->drain_reason);
  if (app->drain_redirect != NULL)
    g_strlcpy (
        info->drain_redirect, app->drain_redirect, sizeof info->drain_redirect);
}

/* @infos: all streams. */
static void
fill_pump (SpApp *app, GPtrArray *infos, GPtrArray *listeners, SpPumpInfo *info)
{
  gint64 now_us = sp_clock_now_us ();

  *info = (SpPumpInfo){ .started_us = app->started_us,
                        .started_unix_us = app->started_unix_us,
                        .workers = app->n_workers,
                        .streams = infos->len,
                        .streams_changed_us = app->streams_changed_us,
                        .is_notifying = app->is_notifying,
                        .has_agent = app->agent != NULL
                                     && sp_agent_is_connected (app->agent) };
  g_strlcpy (info->name, g_get_host_name (), sizeof info->name);
  for (guint i = 0; i < app->n_workers; i++)
    if (app->workers[i] != NULL)
      info->connections += sp_worker_connections (app->workers[i]);
  for (guint i = 0; i < infos->len; i++)
    {
      const SpStreamInfo *stream = infos->pdata[i];

      info->streams_live += stream->state == SP_STREAM_LIVE
                            || stream->state == SP_STREAM_FALLBACK;
      info->streams_alarm += is_alarming (stream);
    }
  sp_app_sum_up (app, infos, &info->totals);
  info->clients = clients_of (&info->totals);
  info->bytes_sent = info->totals.value[SP_STREAM_bytes_sent];
  info->bytes_received = info->totals.value[SP_STREAM_bytes_received];
  fill_config (app, info);
  fill_drain (app, info);
  sp_pulse_fill (app->pulse, now_us, info);
  sp_app_fill_overload (app, now_us, info);
  info->state = state_of (app, info, listeners);
  if (info->state != app->state)
    {
      app->state = info->state;
      app->state_us = now_us;
    }
  info->changed_us = app->state_us;
}

/** sp_app_pump_info: of the whole. */
void
sp_app_pump_info (SpApp *app, SpPumpInfo *info)
{
  g_autoptr (GPtrArray) infos = sp_app_list_streams (app);
  g_autoptr (SpPicture) picture = sp_picture_new ();

  sp_listener_describe (app->listener, picture->listeners);
  fill_pump (app, infos, picture->listeners, info);
}

static SpPicture *
make_picture (SpApp *app)
{
  SpPicture *picture = sp_picture_new ();

  picture->at_us = sp_clock_now_us ();
  picture->at_unix_us = g_get_real_time ();
  g_ptr_array_unref (picture->streams);
  picture->streams = sp_app_list_streams (app);
  sp_listener_describe (app->listener, picture->listeners);
  sp_app_describe_certs (app, picture->certs);
  fill_pump (app, picture->streams, picture->listeners, &picture->pump);
  for (guint i = 0; i < SP_N_PUMP_COUNTERS; i++)
    picture->counters[i] = sp_stats_get ((SpPumpCounter)i);
  g_ptr_array_unref (picture->events);
  picture->events = sp_events_list (app->events, 0, TRUE);
  return picture;
}

static void
return_picture (GTask *task, SpPicture *picture)
{
  sp_picture_sort (picture);
  g_task_return_pointer (task, picture, (GDestroyNotify)sp_picture_unref);
  g_object_unref (task);
}

static void
on_clients (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  SpApp *app = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) clients
      = app->control.class->list_clients_finish (app, result, &error);
  SpPicture *picture;

  if (clients == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      g_object_unref (task);
      return;
    }
  picture = make_picture (app);
  picture->clients = g_steal_pointer (&clients);
  return_picture (task, picture);
}

/** sp_app_picture: SpControlClass.picture */
void
sp_app_picture (gpointer self,
                gboolean has_clients,
                GAsyncReadyCallback callback,
                gpointer user_data)
{
  static const SpClientFilter everybody = { 0 };
  SpApp *app = self;
  GTask *task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_task_data (task, app, NULL);
  if (has_clients)
    app->control.class->list_clients (app, &everybody, on_clients, task);
  else
    return_picture (task, make_picture (app));
}

SpPicture *
sp_app_picture_finish (gpointer self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
