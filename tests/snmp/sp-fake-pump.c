/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-fake-pump.h"

#include "sp-clock.h"
#include "sp-error.h"
#include "sp-made-picture.h"

#include <string.h>

/* Clients put into the picture in one turn of the main loop. */
#define SLICE 1000

/** A picture in the making. */
typedef struct
{
  SpFakePump *pump;
  GTask *task;
  SpPicture *picture;
  guint n_done;
  gint64 us;
} Making;

static guint
stream_of (SpFakePump *pump, guint64 client)
{
  return (guint)((client - 1) % pump->n_streams);
}

static guint
index_of (guint stream)
{
  return 2 * stream + 1;
}

/* "s/INDEX"; G_MAXUINT: there is none. */
static guint
find_stream (SpFakePump *pump, const char *path)
{
  for (guint i = 0; i < pump->n_streams; i++)
    {
      g_autofree char *name = g_strdup_printf ("s/%u", index_of (i));

      if (g_strcmp0 (path, name) == 0)
        return i;
    }
  return G_MAXUINT;
}

static void
pump_info (gpointer self, SpPumpInfo *info)
{
  SpFakePump *pump = self;

  *info
      = (SpPumpInfo){ .state = SP_PUMP_UP,
                      .changed_us = pump->started_us,
                      .started_us = pump->started_us,
                      .started_unix_us = g_get_real_time () - sp_clock_now_us ()
                                         + pump->started_us,
                      .streams = pump->n_streams,
                      .clients = pump->clients->len,
                      .drain = pump->is_draining ? SP_DRAIN_DRAINING
                                                 : SP_DRAIN_SERVING,
                      .config_result = SP_CONFIG_OK,
                      .is_notifying = pump->is_notifying };
  g_strlcpy (info->name, "fake.example", sizeof info->name);
}

static void
add_stream (SpFakePump *pump, SpPicture *picture, guint stream)
{
  SpStreamInfo *info = sp_made_stream (index_of (stream), picture->at_us);
  SpSourceInfo *source = info->sources->pdata[0];

  info->state = pump->states[stream];
  info->is_draining = pump->are_draining[stream];
  info->clients = 0;
  info->added_us = info->changed_us = info->live_since_us = pump->started_us;
  source->is_enabled = !pump->are_off[stream];
  for (guint i = 0; i < pump->clients->len; i++)
    info->clients += stream_of (pump, g_array_index (pump->clients, guint64, i))
                     == stream;
  g_ptr_array_add (picture->streams, info);
}

static SpPicture *
begin_picture (SpFakePump *pump, gboolean has_clients)
{
  SpPicture *picture = sp_picture_new ();
  g_autoptr (GPtrArray) events = sp_events_list (pump->events, 0, TRUE);

  picture->at_us = sp_clock_now_us ();
  picture->at_unix_us = g_get_real_time ();
  pump_info (pump, &picture->pump);
  for (guint i = 0; i < SP_N_PUMP_COUNTERS; i++)
    picture->counters[i] = sp_stats_get ((SpPumpCounter)i);
  for (guint i = 0; i < pump->n_streams; i++)
    add_stream (pump, picture, i);
  for (guint i = 0; i < events->len; i++)
    g_ptr_array_add (picture->events, sp_event_ref (events->pdata[i]));
  if (has_clients)
    picture->clients
        = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_client_info_free);
  return picture;
}

static void
finish (Making *making)
{
  making->pump->n_pictures++;
  making->pump->worst_picture_us
      = MAX (making->pump->worst_picture_us, making->us);
  g_task_return_pointer (
      making->task, making->picture, (GDestroyNotify)sp_picture_unref);
  g_object_unref (making->task);
  g_free (making);
}

static gboolean
add_slice (gpointer user_data)
{
  Making *making = user_data;
  GArray *clients = making->pump->clients;
  guint end = MIN (making->n_done + SLICE, clients->len);
  gint64 start = g_get_monotonic_time ();

  for (; making->n_done < end; making->n_done++)
    {
      guint64 id = g_array_index (clients, guint64, making->n_done);

      g_ptr_array_add (making->picture->clients,
                       sp_made_client (id,
                                       index_of (stream_of (making->pump, id)),
                                       making->picture->at_us));
    }
  if (making->n_done < clients->len)
    {
      making->us += g_get_monotonic_time () - start;
      return G_SOURCE_CONTINUE;
    }
  sp_picture_sort (making->picture);
  making->us += g_get_monotonic_time () - start;
  finish (making);
  return G_SOURCE_REMOVE;
}

static void
make_picture (gpointer self,
              gboolean has_clients,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  SpFakePump *pump = self;
  Making *making;

  if (pump->is_silent)
    {
      g_ptr_array_add (pump->held,
                       g_task_new (NULL, NULL, callback, user_data));
      return;
    }
  making = g_new0 (Making, 1);
  making->pump = pump;
  making->us = -g_get_monotonic_time ();
  making->task = g_task_new (NULL, NULL, callback, user_data);
  making->picture = begin_picture (pump, has_clients);
  making->us += g_get_monotonic_time ();
  if (has_clients)
    g_idle_add (add_slice, making);
  else
    finish (making);
}

static SpPicture *
picture_finish (gpointer self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
is_meant (SpFakePump *pump, const SpClientFilter *filter, guint64 id)
{
  return (filter->client == 0 || filter->client == id)
         && (filter->stream == NULL
             || find_stream (pump, filter->stream) == stream_of (pump, id));
}

static void
kick (gpointer self,
      const SpClientFilter *filter,
      guint ban_s,
      GAsyncReadyCallback callback,
      gpointer user_data)
{
  SpFakePump *pump = self;
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  guint before = pump->clients->len;

  for (guint i = before; i > 0; i--)
    if (is_meant (pump, filter, g_array_index (pump->clients, guint64, i - 1)))
      g_array_remove_index (pump->clients, i - 1);
  g_task_return_int (task, before - pump->clients->len);
}

static gssize
kick_finish (gpointer self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

static void
drain (gpointer self, const SpDrainOrder *order, const char *by)
{
  ((SpFakePump *)self)->is_draining = order->is_on;
}

static SpOrderResult
set_stream (gpointer self,
            const char *path,
            SpStreamOrder order,
            const char *by)
{
  SpFakePump *pump = self;
  guint stream = find_stream (pump, path);

  if (stream == G_MAXUINT)
    return SP_ORDER_NOT_FOUND;
  pump->are_draining[stream] = order == SP_STREAM_ORDER_DRAIN;
  pump->states[stream]
      = order == SP_STREAM_ORDER_DOWN ? SP_STREAM_DISABLED : SP_STREAM_LIVE;
  return SP_ORDER_DONE;
}

static SpOrderResult
set_source (gpointer self,
            const char *path,
            guint source_index,
            gboolean is_enabled,
            const char *by)
{
  SpFakePump *pump = self;
  guint stream = find_stream (pump, path);

  if (stream == G_MAXUINT || source_index != 1)
    return SP_ORDER_NOT_FOUND;
  pump->are_off[stream] = !is_enabled;
  return SP_ORDER_DONE;
}

static void
set_notifying (gpointer self, gboolean is_notifying, const char *by)
{
  ((SpFakePump *)self)->is_notifying = is_notifying;
}

static SpEvents *
events (gpointer self)
{
  return ((SpFakePump *)self)->events;
}

static const SpControlClass fake_class = {
  .pump_info = pump_info,
  .picture = make_picture,
  .picture_finish = picture_finish,
  .kick = kick,
  .kick_finish = kick_finish,
  .drain = drain,
  .set_stream = set_stream,
  .set_source = set_source,
  .set_notifying = set_notifying,
  .events = events,
};

void
sp_fake_pump_init (SpFakePump *pump, guint n_streams, guint n_clients)
{
  *pump = (SpFakePump){ .control = { &fake_class, pump },
                        .n_streams = n_streams,
                        .started_us = sp_clock_now_us (),
                        .is_notifying = TRUE };
  pump->events = sp_events_new ();
  pump->held = g_ptr_array_new ();
  pump->states = g_new (SpStreamState, n_streams);
  pump->are_draining = g_new0 (gboolean, n_streams);
  pump->are_off = g_new0 (gboolean, n_streams);
  pump->clients = g_array_new (FALSE, FALSE, sizeof (guint64));
  for (guint i = 0; i < n_streams; i++)
    pump->states[i] = SP_STREAM_LIVE;
  for (guint64 id = 1; id <= n_clients; id++)
    g_array_append_val (pump->clients, id);
}

/** sp_fake_pump_clear: who still waits is told so. */
void
sp_fake_pump_clear (SpFakePump *pump)
{
  for (guint i = 0; i < pump->held->len; i++)
    {
      g_task_return_new_error (
          pump->held->pdata[i], SP_ERROR, SP_ERROR_TIMEOUT, "silent");
      g_object_unref (pump->held->pdata[i]);
    }
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_ptr_array_unref (pump->held);
  sp_events_free (pump->events);
  g_free (pump->states);
  g_free (pump->are_draining);
  g_free (pump->are_off);
  g_array_unref (pump->clients);
}
