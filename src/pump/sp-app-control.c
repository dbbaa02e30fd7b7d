/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-app-private.h"

#include "sp-clock.h"

/* SpControl over the workers: a question to each by mail, an answer from each.
 */

typedef struct
{
  guint waiting; /* workers that have not answered */
  GPtrArray *clients;
  guint kicked;
} Round;

static void
round_free (Round *round)
{
  g_clear_pointer (&round->clients, g_ptr_array_unref);
  g_free (round);
}

static void
pump_info (gpointer self, SpPumpInfo *info)
{
  SpApp *app = self;
  g_autoptr (GPtrArray) streams = sp_registry_list (app->registry);
  gint64 now_us = sp_clock_now_us ();

  *info = (SpPumpInfo){ .started_us = app->started_us,
                        .workers = app->n_workers,
                        .streams = streams->len,
                        .config_generation = app->generation };
  for (guint i = 0; i < app->n_workers; i++)
    info->connections += sp_worker_connections (app->workers[i]);
  for (guint i = 0; i < streams->len; i++)
    {
      g_autoptr (SpStreamInfo) stream
          = sp_stream_info (streams->pdata[i], now_us);

      info->streams_live += stream->state == SP_STREAM_LIVE
                            || stream->state == SP_STREAM_FALLBACK;
      info->clients += stream->clients;
      info->bytes_sent += stream->counters.value[SP_STREAM_bytes_sent];
      info->bytes_received += stream->counters.value[SP_STREAM_bytes_received];
    }
}

static GPtrArray *
list_streams (gpointer self)
{
  SpApp *app = self;
  g_autoptr (GPtrArray) streams = sp_registry_list (app->registry);
  GPtrArray *infos
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_stream_info_free);
  gint64 now_us = sp_clock_now_us ();

  for (guint i = 0; i < streams->len; i++)
    g_ptr_array_add (infos, sp_stream_info (streams->pdata[i], now_us));
  return infos;
}

static GTask *
begin (SpApp *app, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Round *round = g_new0 (Round, 1);

  round->waiting = app->n_workers;
  g_task_set_task_data (task, round, (GDestroyNotify)round_free);
  return task;
}

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  const SpClientInfo *first = *(SpClientInfo *const *)a;
  const SpClientInfo *second = *(SpClientInfo *const *)b;

  return first->id < second->id ? -1 : first->id > second->id;
}

static void
on_listed (gpointer user_data, gpointer result)
{
  GTask *task = user_data;
  Round *round = g_task_get_task_data (task);
  GPtrArray *clients = result;

  if (round->clients == NULL)
    round->clients = clients;
  else
    g_ptr_array_extend_and_steal (round->clients, clients);
  if (--round->waiting > 0)
    return;
  g_ptr_array_sort (round->clients, compare_ids);
  g_task_return_pointer (task,
                         g_steal_pointer (&round->clients),
                         (GDestroyNotify)g_ptr_array_unref);
  g_object_unref (task);
}

static void
list_clients (gpointer self,
              const SpClientFilter *filter,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  SpApp *app = self;
  GTask *task = begin (app, callback, user_data);

  for (guint i = 0; i < app->n_workers; i++)
    sp_worker_list (app->workers[i], filter, app->mailbox, on_listed, task);
}

static GPtrArray *
list_clients_finish (gpointer self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_kicked (gpointer user_data, gpointer result)
{
  GTask *task = user_data;
  Round *round = g_task_get_task_data (task);
  g_autoptr (SpKicked) kicked = result;

  round->kicked += kicked->clients;
  if (--round->waiting > 0)
    return;
  g_task_return_int (task, round->kicked);
  g_object_unref (task);
}

static void
kick (gpointer self,
      const SpClientFilter *filter,
      guint ban_s,
      GAsyncReadyCallback callback,
      gpointer user_data)
{
  SpApp *app = self;
  GTask *task = begin (app, callback, user_data);

  for (guint i = 0; i < app->n_workers; i++)
    sp_worker_kick (app->workers[i], filter, app->mailbox, on_kicked, task);
}

static gssize
kick_finish (gpointer self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

const SpControlClass sp_app_control = {
  .pump_info = pump_info,
  .list_streams = list_streams,
  .list_clients = list_clients,
  .list_clients_finish = list_clients_finish,
  .kick = kick,
  .kick_finish = kick_finish,
};
