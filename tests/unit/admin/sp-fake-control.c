/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-fake-control.h"

#include "sp-clock.h"
#include "sp-error.h"
#include "sp-fake-infos.h"

#include <string.h>

#define SECOND_US G_GINT64_CONSTANT (1000000)

static const char picture_tag[] = "picture";

static void
pump_info (gpointer self, SpPumpInfo *info)
{
  SpFakeControl *fake = self;
  gint64 now_us = sp_clock_now_us ();

  *info
      = (SpPumpInfo){ .name = "pump.example.org",
                      .state = SP_PUMP_UP,
                      .started_us = now_us - 3600 * SECOND_US,
                      .started_unix_us = g_get_real_time () - 3600 * SECOND_US,
                      .workers = 2,
                      .streams = fake->streams->len,
                      .streams_live = 2,
                      .streams_alarm = 1,
                      .clients = fake->clients->len,
                      .clients_peak = 9,
                      .client_limit = 500,
                      .connections = fake->clients->len + 1,
                      .bytes_sent = 3003,
                      .bytes_received = 700,
                      .bitrate_in_bps = 1000000,
                      .bitrate_out_bps = 3500000,
                      .config_generation = fake->generation,
                      .config_applied_unix_us = g_get_real_time (),
                      .config_tried_unix_us = g_get_real_time (),
                      .config_result = SP_CONFIG_OK,
                      .loop_delay_ms = 3,
                      .descriptors = 40,
                      .descriptor_limit = 1024,
                      .memory_kib = 20480,
                      .memory_limit_mb = 64,
                      .send_lateness_ms = 512,
                      .lateness_limit_ms = 400,
                      .connection_limit = 700,
                      .overload = SP_OVERLOAD_LATENESS,
                      .is_notifying = TRUE };
  memset (info->config_revision, 'a', sizeof info->config_revision - 1);
  if (fake->is_stopping)
    info->state = SP_PUMP_STOPPING;
  if (!fake->drain.is_on)
    return;
  info->state = SP_PUMP_DRAINING;
  info->drain = SP_DRAIN_DRAINING;
  if (fake->drain.deadline_s > 0)
    info->drain_deadline_us = now_us + fake->drain.deadline_s * SECOND_US;
  if (fake->redirect != NULL)
    g_strlcpy (
        info->drain_redirect, fake->redirect, sizeof info->drain_redirect);
  g_strlcpy (info->drain_reason, fake->by, sizeof info->drain_reason);
}

static GPtrArray *
list_streams (gpointer self)
{
  SpFakeControl *fake = self;
  GPtrArray *infos
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_stream_info_free);

  for (guint i = 0; i < fake->streams->len; i++)
    g_ptr_array_add (infos, sp_fake_copy_stream (fake->streams->pdata[i]));
  return infos;
}

static SpPicture *
make_picture (SpFakeControl *fake)
{
  SpPicture *picture = sp_picture_new ();

  picture->at_us = sp_clock_now_us ();
  picture->at_unix_us = g_get_real_time ();
  pump_info (fake, &picture->pump);
  for (guint i = 0; i < SP_N_PUMP_COUNTERS; i++)
    picture->counters[i] = sp_stats_get ((SpPumpCounter)i);
  g_ptr_array_unref (picture->streams);
  picture->streams = list_streams (fake);
  for (guint i = 0; i < picture->streams->len; i++)
    {
      const SpStreamInfo *stream = picture->streams->pdata[i];

      sp_stream_counters_sum (&picture->pump.totals, &stream->counters);
    }
  sp_fake_add_listeners (picture);
  sp_picture_sort (picture);
  return picture;
}

static void
answer (SpFakeControl *fake, GTask *task)
{
  if (fake->is_failing)
    g_task_return_new_error (
        task, SP_ERROR, SP_ERROR_TIMEOUT, "worker 1 is silent");
  else if (g_task_get_source_tag (task) == picture_tag)
    g_task_return_pointer (
        task, make_picture (fake), (GDestroyNotify)sp_picture_unref);
  else if (g_task_get_task_data (task) != NULL)
    g_task_return_pointer (task,
                           g_ptr_array_ref (g_task_get_task_data (task)),
                           (GDestroyNotify)g_ptr_array_unref);
  else
    g_task_return_int (task, GPOINTER_TO_INT (g_task_get_source_tag (task)));
  g_object_unref (task);
}

static void
hold_or_answer (SpFakeControl *fake, GTask *task)
{
  if (fake->is_holding)
    g_ptr_array_add (fake->held, task);
  else
    answer (fake, task);
}

static gboolean
matches (const SpClientFilter *filter, const SpClientInfo *info)
{
  g_autoptr (GInetAddress) address
      = g_inet_address_new_from_string (info->address);

  return sp_client_filter_matches (
      filter, info->id, info->stream, address, info->external_id);
}

static void
list_clients (gpointer self,
              const SpClientFilter *filter,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  SpFakeControl *fake = self;
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  GPtrArray *found
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_client_info_free);

  for (guint i = 0; i < fake->clients->len; i++)
    if (matches (filter, fake->clients->pdata[i]))
      g_ptr_array_add (found, sp_fake_copy_client (fake->clients->pdata[i]));
  g_task_set_task_data (task, found, (GDestroyNotify)g_ptr_array_unref);
  hold_or_answer (fake, task);
}

static GPtrArray *
list_clients_finish (gpointer self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
kick (gpointer self,
      const SpClientFilter *filter,
      guint ban_s,
      GAsyncReadyCallback callback,
      gpointer user_data)
{
  SpFakeControl *fake = self;
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  guint before = fake->clients->len;

  fake->n_kicks++;
  fake->ban_s = ban_s;
  for (guint i = before; i > 0; i--)
    if (matches (filter, fake->clients->pdata[i - 1]))
      g_ptr_array_remove_index (fake->clients, i - 1);
  g_task_set_source_tag (task, GUINT_TO_POINTER (before - fake->clients->len));
  hold_or_answer (fake, task);
}

static gssize
kick_finish (gpointer self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

static void
ask_picture (gpointer self,
             gboolean has_clients,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  SpFakeControl *fake = self;
  GTask *task = g_task_new (NULL, NULL, callback, user_data);

  fake->n_pictures++;
  g_task_set_source_tag (task, (gpointer)picture_tag);
  hold_or_answer (fake, task);
}

static SpPicture *
picture_finish (gpointer self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
drain (gpointer self, const SpDrainOrder *order, const char *by)
{
  SpFakeControl *fake = self;

  g_free (fake->redirect);
  fake->drain = *order;
  fake->redirect = g_strdup (order->redirect);
  fake->by = by;
}

static SpReloadReport *
reload (gpointer self, const char *by)
{
  SpFakeControl *fake = self;
  SpReloadReport *report = sp_reload_report_new ();

  fake->by = by;
  report->is_applied = !fake->is_refusing;
  if (fake->is_refusing)
    {
      g_ptr_array_add (report->problems, g_strdup ("port: is missing"));
      g_ptr_array_add (report->problems, g_strdup ("streams: is empty"));
    }
  else
    {
      sp_reload_report_add (report, "admin.port", SP_EFFECT_RESTART);
      sp_reload_report_add (report, "streams[field].name", SP_EFFECT_NOW);
      fake->generation++;
    }
  report->generation = fake->generation;
  return report;
}

static SpStreamInfo *
find_stream (SpFakeControl *fake, const char *path)
{
  for (guint i = 0; i < fake->streams->len; i++)
    {
      SpStreamInfo *info = fake->streams->pdata[i];

      if (g_ascii_strcasecmp (info->path, path) == 0)
        return info;
    }
  return NULL;
}

static SpOrderResult
set_stream (gpointer self,
            const char *path,
            SpStreamOrder order,
            const char *by)
{
  SpFakeControl *fake = self;
  SpStreamInfo *info = find_stream (fake, path);

  if (info == NULL)
    return SP_ORDER_NOT_FOUND;
  fake->by = by;
  info->is_draining = order == SP_STREAM_ORDER_DRAIN;
  if (order == SP_STREAM_ORDER_DOWN)
    info->state = SP_STREAM_DISABLED;
  else if (info->state == SP_STREAM_DISABLED)
    info->state = SP_STREAM_WAITING;
  return SP_ORDER_DONE;
}

static SpOrderResult
set_source (gpointer self,
            const char *path,
            guint source_index,
            gboolean is_enabled,
            const char *by)
{
  SpFakeControl *fake = self;
  SpStreamInfo *info = find_stream (fake, path);

  if (info == NULL || source_index > info->sources->len)
    return SP_ORDER_NOT_FOUND;
  fake->by = by;
  ((SpSourceInfo *)info->sources->pdata[source_index - 1])->is_enabled
      = is_enabled;
  return SP_ORDER_DONE;
}

/* A body with a type the pump does not have is bad; "path" renames. */
static SpOrderResult
edit_stream (gpointer self,
             SpStreamEdit edit,
             const char *path,
             JsonObject *body,
             const char *by,
             GPtrArray *problems)
{
  SpFakeControl *fake = self;
  const char *new_path
      = body != NULL
            ? json_object_get_string_member_with_default (body, "path", NULL)
            : NULL;
  const char *type
      = body != NULL
            ? json_object_get_string_member_with_default (body, "type", "file")
            : "file";
  SpStreamInfo *info = path != NULL ? find_stream (fake, path) : NULL;

  if (edit != SP_STREAM_ADD && info == NULL)
    return SP_ORDER_NOT_FOUND;
  if (new_path != NULL && find_stream (fake, new_path) != NULL)
    {
      g_ptr_array_add (problems, g_strdup ("path: is taken"));
      return SP_ORDER_CONFLICT;
    }
  if (!g_str_equal (type, "file") && !g_str_equal (type, "mmsh_push"))
    {
      g_ptr_array_add (problems, g_strdup ("type: is unknown"));
      return SP_ORDER_BAD;
    }
  fake->by = by;
  if (edit == SP_STREAM_ADD)
    sp_fake_add_stream (fake->streams, new_path, SP_STREAM_WAITING);
  else if (edit == SP_STREAM_DELETE)
    g_ptr_array_remove (fake->streams, info);
  else if (new_path != NULL)
    {
      g_free (info->path);
      info->path = g_strdup (new_path);
    }
  return SP_ORDER_DONE;
}

static SpEvents *
get_events (gpointer self)
{
  return ((SpFakeControl *)self)->events;
}

static const SpControlClass fake_class = {
  .pump_info = pump_info,
  .list_streams = list_streams,
  .list_clients = list_clients,
  .list_clients_finish = list_clients_finish,
  .picture = ask_picture,
  .picture_finish = picture_finish,
  .kick = kick,
  .kick_finish = kick_finish,
  .drain = drain,
  .reload = reload,
  .set_stream = set_stream,
  .set_source = set_source,
  .edit_stream = edit_stream,
  .events = get_events,
};

void
sp_fake_control_happen (SpFakeControl *fake)
{
  for (guint kind = 0; kind < SP_N_EVENTS; kind++)
    sp_events_post (fake->events,
                    sp_event_new ((SpEventKind)kind,
                                  kind % 2 == 0 ? "council" : NULL,
                                  "%s",
                                  sp_event_infos[kind].help));
}

void
sp_fake_control_init (SpFakeControl *fake)
{
  *fake = (SpFakeControl){ .control = { &fake_class, fake }, .generation = 1 };
  fake->held = g_ptr_array_new ();
  fake->clients
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_client_info_free);
  fake->streams
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_stream_info_free);
  fake->events = sp_events_new ();
  sp_events_post (fake->events,
                  sp_event_new (SP_EVENT_started, NULL, "it serves"));
  sp_events_post (
      fake->events,
      sp_event_new (SP_EVENT_source_up, "council", "an encoder feeds it"));
  sp_events_post (
      fake->events,
      sp_event_new (SP_EVENT_client_in, "council", "client 1 plays"));
  sp_fake_add_streams (fake->streams);
  sp_fake_add_clients (fake->clients);
}

void
sp_fake_control_release (SpFakeControl *fake)
{
  fake->is_holding = FALSE;
  while (fake->held->len > 0)
    answer (fake, g_ptr_array_remove_index (fake->held, fake->held->len - 1));
}

void
sp_fake_control_clear (SpFakeControl *fake)
{
  sp_fake_control_release (fake);
  g_ptr_array_unref (fake->held);
  g_ptr_array_unref (fake->clients);
  g_ptr_array_unref (fake->streams);
  sp_events_free (fake->events);
  g_free (fake->redirect);
}
