/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-fake-control.h"

#include "sp-clock.h"
#include "sp-error.h"

static const struct
{
  guint64 id;
  const char *stream;
  const char *address;
  const char *external_id;
} clients[] = {
  { 1, "council", "192.0.2.7", "anna" },    { 2, "council", "192.0.2.8", NULL },
  { 3, "council", "198.51.100.1", "anna" }, { 5, "field", "192.0.2.7", "bert" },
  { 8, "field", "2001:db8::1", NULL },      { 13, "a/b", "2001:db8::2", "17" },
  { 21, "a/b", "127.0.0.1", NULL },
};

static SpClientInfo *
copy_client (const SpClientInfo *info)
{
  SpClientInfo *copy = g_memdup2 (info, sizeof *info);

  copy->stream = g_strdup (info->stream);
  copy->address = g_strdup (info->address);
  copy->user_agent = g_strdup (info->user_agent);
  copy->external_id = g_strdup (info->external_id);
  copy->framing = g_strdup (info->framing);
  return copy;
}

static void
pump_info (gpointer self, SpPumpInfo *info)
{
  SpFakeControl *fake = self;

  *info = (SpPumpInfo){ .started_us = sp_clock_now_us (),
                        .workers = 2,
                        .streams = 3,
                        .streams_live = 2,
                        .clients = fake->clients->len };
}

static GPtrArray *
list_streams (gpointer self)
{
  static const char *const paths[] = { "a/b", "council", "field" };
  GPtrArray *infos
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_stream_info_free);

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      SpStreamInfo *info = g_new0 (SpStreamInfo, 1);

      info->path = g_strdup (paths[i]);
      info->name = g_strdup_printf ("Stream %u", i);
      info->state = SP_STREAM_LIVE;
      info->source_type = g_strdup ("mmsh_push");
      info->source_label = g_strdup ("192.0.2.1:4711");
      info->counters.value[SP_STREAM_bytes_sent] = 1000 + i;
      g_ptr_array_add (infos, info);
    }
  return infos;
}

static void
answer (SpFakeControl *fake, GTask *task)
{
  if (fake->is_failing)
    g_task_return_new_error (
        task, SP_ERROR, SP_ERROR_TIMEOUT, "worker 1 is silent");
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
    if (sp_client_filter_matches (filter, fake->clients->pdata[i]))
      g_ptr_array_add (found, copy_client (fake->clients->pdata[i]));
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
  for (guint i = before; i > 0; i--)
    if (sp_client_filter_matches (filter, fake->clients->pdata[i - 1]))
      g_ptr_array_remove_index (fake->clients, i - 1);
  g_task_set_source_tag (task, GUINT_TO_POINTER (before - fake->clients->len));
  hold_or_answer (fake, task);
}

static gssize
kick_finish (gpointer self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

static const SpControlClass fake_class = {
  .pump_info = pump_info,
  .list_streams = list_streams,
  .list_clients = list_clients,
  .list_clients_finish = list_clients_finish,
  .kick = kick,
  .kick_finish = kick_finish,
};

void
sp_fake_control_init (SpFakeControl *fake)
{
  *fake = (SpFakeControl){ .control = { &fake_class, fake } };
  fake->held = g_ptr_array_new ();
  fake->clients
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_client_info_free);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      SpClientInfo *info = g_new0 (SpClientInfo, 1);

      info->id = clients[i].id;
      info->stream = g_strdup (clients[i].stream);
      info->address = g_strdup (clients[i].address);
      info->external_id = g_strdup (clients[i].external_id);
      info->framing = g_strdup ("mmsh");
      g_ptr_array_add (fake->clients, info);
    }
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
}
