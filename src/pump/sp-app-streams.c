/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-app-private.h"

#include "sp-clock.h"

static const char *const source_types[] = { "mmsh_pull", "mmsh_push", "file" };

static void
fill_policy (const SpStreamConfig *config, SpStreamPolicy *policy)
{
  const SpSourceConfig *main_source = g_ptr_array_index (config->sources, 0);

  *policy = (SpStreamPolicy){
    .is_enabled = config->enabled,
    .is_on_demand = config->on_demand,
    .is_push = main_source->type == SP_SOURCE_MMSH_PUSH,
    .n_sources = config->sources->len,
    .burst_ms = config->burst_ms,
    .hold_ms = config->hold_ms,
    .flush_ms = config->flush_ms,
    .push_takeover_ms = config->push_takeover_ms,
    .linger_ms = config->linger_ms,
    .slow_viewer_ms = config->slow_viewer_ms,
    .slow_viewer = config->slow_viewer,
    .max_clients = config->limits.clients,
    .max_clients_per_address = config->limits.clients_per_address,
    .max_bandwidth_kbps = config->limits.bandwidth_kbps,
  };
  g_strlcpy (policy->source_type,
             source_types[main_source->type],
             sizeof policy->source_type);
}

static void
deliver_changed (gpointer target, gpointer payload)
{
  SpApp *app = target;
  g_autoptr (SpStream) stream = payload;

  sp_app_log_stream (app, stream);
  if (app->supervisor != NULL)
    sp_supervisor_update (app->supervisor, stream);
}

/** sp_app_on_stream_changed: on whatever thread; goes on in the main one. */
void
sp_app_on_stream_changed (SpStream *stream, gpointer user_data)
{
  SpApp *app = user_data;

  sp_mailbox_post (app->mailbox, deliver_changed, app, sp_stream_ref (stream));
}

static void
add (SpApp *app, const SpStreamConfig *config)
{
  g_autofree SpLaneHost *hosts = g_new (SpLaneHost, app->n_workers);
  g_autoptr (SpStream) stream = NULL;
  SpStreamPolicy policy;

  for (guint i = 0; i < app->n_workers; i++)
    sp_worker_lane_host (app->workers[i], &hosts[i]);
  fill_policy (config, &policy);
  stream = sp_stream_new (
      config->name, config->path, &policy, hosts, app->n_workers);
  sp_stream_set_notify (stream, sp_app_on_stream_changed, app);
  sp_registry_add (app->registry, stream);
  if (config->enabled)
    sp_supervisor_add (app->supervisor, stream, config);
}

static void
remove_stream (SpApp *app, SpStream *stream)
{
  sp_supervisor_remove (app->supervisor, stream);
  sp_registry_remove (app->registry, sp_stream_path (stream));
  sp_stream_close (stream, sp_clock_now_us ());
  g_hash_table_remove (app->logged, sp_stream_path (stream));
}

static gboolean
are_sources_equal (const SpStreamConfig *a, const SpStreamConfig *b)
{
  if (a->sources->len != b->sources->len)
    return FALSE;
  for (guint i = 0; i < a->sources->len; i++)
    if (!sp_source_config_equal (a->sources->pdata[i], b->sources->pdata[i]))
      return FALSE;
  return TRUE;
}

/* The clients stay: held while the sources change. */
static void
change (SpApp *app,
        SpStream *stream,
        const SpStreamConfig *old,
        const SpStreamConfig *config)
{
  SpStreamPolicy policy;

  fill_policy (config, &policy);
  sp_stream_set_policy (stream, &policy);
  if (are_sources_equal (old, config) && old->enabled == config->enabled
      && old->on_demand == config->on_demand)
    return;
  sp_supervisor_remove (app->supervisor, stream);
  if (config->enabled)
    sp_supervisor_add (app->supervisor, stream, config);
}

/* A stream is the same when its path is; its name or switching it off makes it
 * another. */
static gboolean
is_same_stream (const SpStreamConfig *a, const SpStreamConfig *b)
{
  const SpSourceConfig *source_a = g_ptr_array_index (a->sources, 0);
  const SpSourceConfig *source_b = g_ptr_array_index (b->sources, 0);

  return g_strcmp0 (a->name, b->name) == 0 && a->enabled == b->enabled
         && source_a->type == source_b->type;
}

/** sp_app_apply_streams: @old (nullable) to @config: what has not changed keeps
 * its clients. */
void
sp_app_apply_streams (SpApp *app, SpConfig *old, SpConfig *config)
{
  for (guint i = 0; old != NULL && i < old->streams->len; i++)
    {
      SpStreamConfig *before = old->streams->pdata[i];
      SpStreamConfig *after = sp_config_find_stream (config, before->path);
      g_autoptr (SpStream) stream = NULL;

      if (after != NULL && is_same_stream (before, after))
        continue;
      stream = sp_registry_lookup (app->registry, before->path);
      if (stream != NULL)
        remove_stream (app, stream);
    }
  for (guint i = 0; i < config->streams->len; i++)
    {
      SpStreamConfig *after = config->streams->pdata[i];
      SpStreamConfig *before
          = old != NULL ? sp_config_find_stream (old, after->path) : NULL;
      g_autoptr (SpStream) stream
          = sp_registry_lookup (app->registry, after->path);

      if (stream == NULL)
        add (app, after);
      else if (before != NULL && !sp_stream_config_equal (before, after))
        change (app, stream, before, after);
    }
}
