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
  SpApp *app;
  SpKicked *kicked;      /* and whom it was about: */
  SpClientFilter filter; /* client, address */
  char *stream;
  char *external_id;
  guint ban_s;
} Round;

static void
round_free (Round *round)
{
  g_clear_pointer (&round->clients, g_ptr_array_unref);
  g_clear_pointer (&round->kicked, sp_kicked_free);
  g_clear_object (&round->filter.address);
  g_free (round->stream);
  g_free (round->external_id);
  g_free (round);
}

static void
pump_info (gpointer self, SpPumpInfo *info)
{
  sp_app_pump_info (self, info);
}

static GPtrArray *
list_streams (gpointer self)
{
  return sp_app_list_streams (self);
}

static SpEvents *
events (gpointer self)
{
  return ((SpApp *)self)->events;
}

static GTask *
begin (SpApp *app, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Round *round = g_new0 (Round, 1);

  round->waiting = app->n_workers;
  round->app = app;
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

/* The filter's own words, for the one event of all that were kicked. */
static char *
describe (const Round *round)
{
  if (round->filter.client != 0)
    return g_strdup_printf ("client %" G_GUINT64_FORMAT, round->filter.client);
  if (round->filter.address != NULL)
    return g_inet_address_mask_to_string (round->filter.address);
  if (round->external_id != NULL)
    return g_strdup_printf ("external id %s", round->external_id);
  return g_strdup (round->stream != NULL ? "all of the stream" : "all");
}

static void
ban (SpApp *app, const SpBan *ban, gint64 until_us)
{
  sp_admission_ban (app->admission, ban, until_us, sp_clock_now_us ());
}

/* What they came by: the network, the external id, each one's address. */
static void
ban_kicked (SpApp *app, const Round *round)
{
  gint64 until_us = sp_clock_now_us () + (gint64)round->ban_s * G_USEC_PER_SEC;
  SpBan what = { .mask = round->filter.address,
                 .external_id = round->external_id,
                 .stream = round->stream };
  GHashTableIter iter;
  gpointer text;

  if (what.mask != NULL || what.external_id != NULL)
    {
      ban (app, &what, until_us);
      return;
    }
  g_hash_table_iter_init (&iter, round->kicked->addresses);
  while (g_hash_table_iter_next (&iter, &text, NULL))
    {
      g_autoptr (GInetAddressMask) mask
          = g_inet_address_mask_new_from_string (text, NULL);

      what.mask = mask;
      if (mask != NULL)
        ban (app, &what, until_us);
    }
}

static void
on_kicked (gpointer user_data, gpointer result)
{
  GTask *task = user_data;
  Round *round = g_task_get_task_data (task);
  SpApp *app = round->app;
  g_autoptr (SpKicked) kicked = result;
  g_autofree char *whom = NULL;

  sp_kicked_merge (round->kicked, kicked);
  if (--round->waiting > 0)
    return;
  if (round->ban_s > 0)
    ban_kicked (app, round);
  whom = describe (round);
  if (round->kicked->clients > 0)
    sp_app_tell (app,
                 SP_EVENT_clients_kicked,
                 round->stream,
                 "%u clients kicked (%s)%s",
                 round->kicked->clients,
                 whom,
                 round->ban_s > 0 ? " and banned for a while" : "");
  g_task_return_int (task, round->kicked->clients);
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
  Round *round = g_task_get_task_data (task);

  round->kicked = sp_kicked_new ();
  round->ban_s = ban_s;
  round->filter.client = filter->client;
  round->stream = g_strdup (filter->stream);
  round->external_id = g_strdup (filter->external_id);
  if (filter->address != NULL)
    round->filter.address = g_object_ref (filter->address);
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
  .picture = sp_app_picture,
  .picture_finish = sp_app_picture_finish,
  .kick = kick,
  .kick_finish = kick_finish,
  .drain = sp_app_drain,
  .reload = sp_app_reload,
  .set_stream = sp_app_set_stream,
  .set_source = sp_app_set_source,
  .edit_stream = sp_app_edit_stream,
  .set_notifying = sp_app_set_notifying,
  .events = events,
};
