/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-app-private.h"

#include "sp-clock.h"
#include "sp-source-describe.h"

static const char *const source_types[] = { "mmsh_pull", "mmsh_push", "file" };

static void
fill_policy (SpApp *app, const SpStreamConfig *config, SpStreamPolicy *policy)
{
  g_autofree char *key = g_ascii_strdown (config->path, -1);
  const SpSourceConfig *main_source = g_ptr_array_index (config->sources, 0);

  *policy = (SpStreamPolicy){
    .is_enabled = config->enabled,
    .is_on_demand = config->on_demand,
    .is_draining = g_hash_table_contains (app->draining, key),
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
  g_autoptr (SpStream) known
      = sp_registry_lookup (app->registry, sp_stream_path (stream));

  /* A stream that was removed is nobody's concern, nor is any at the end. */
  if (known != stream || app->is_stopping)
    return;
  sp_app_look_at_stream (app, stream);
  if (app->supervisor != NULL)
    sp_supervisor_update (app->supervisor, stream);
}

/* On whatever thread; goes on in the main one. */
static void
on_stream_changed (SpStream *stream, gpointer user_data)
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
  fill_policy (app, config, &policy);
  stream = sp_stream_new (
      config->name, config->path, &policy, hosts, app->n_workers);
  sp_stream_set_index (stream,
                       sp_stream_numbers_get (app->numbers, config->path));
  sp_stream_set_notify (stream, on_stream_changed, app);
  sp_registry_add (app->registry, stream);
  sp_source_describe (stream, config->sources);
  if (config->enabled)
    sp_supervisor_add (app->supervisor, stream, config);
}

/* One that comes under the same path runs and takes clients. */
static void
forget_orders (SpApp *app, const char *path)
{
  g_autofree char *key = g_ascii_strdown (path, -1);

  if (sp_config_find_stream (app->config, path) != NULL)
    return;
  g_hash_table_remove (app->draining, key);
  g_hash_table_remove (app->down, key);
}

static void
remove_stream (SpApp *app, SpStream *stream)
{
  sp_supervisor_remove (app->supervisor, stream);
  sp_registry_remove (app->registry, sp_stream_path (stream));
  sp_stream_close (stream, sp_clock_now_us ());
  sp_alarms_forget (app->alarms, sp_stream_path (stream));
  forget_orders (app, sp_stream_path (stream));
  g_ptr_array_add (app->leaving, sp_stream_ref (stream));
}

/* The clients stay: held while the sources change. */
static void
set_policy (SpApp *app, SpStream *stream, const SpStreamConfig *config)
{
  SpStreamPolicy policy;

  fill_policy (app, config, &policy);
  sp_stream_set_name (stream, config->name);
  sp_stream_set_policy (stream, &policy);
}

static void
set_sources (SpApp *app, SpStream *stream, const SpStreamConfig *config)
{
  sp_supervisor_remove (app->supervisor, stream);
  set_policy (app, stream, config);
  sp_source_describe (stream, config->sources);
  if (config->enabled)
    sp_supervisor_add (app->supervisor, stream, config);
}

/** sp_app_set_stream_policy: of a stream that starts or stops to drain. */
void
sp_app_set_stream_policy (SpApp *app, const char *path)
{
  g_autoptr (SpStream) stream = sp_registry_lookup (app->registry, path);
  const SpStreamConfig *config = sp_config_find_stream (app->config, path);

  if (stream != NULL && config != NULL)
    set_policy (app, stream, config);
}

/** sp_app_start_streams: all that @config has. */
void
sp_app_start_streams (SpApp *app, SpConfig *config)
{
  for (guint i = 0; i < config->streams->len; i++)
    add (app, config->streams->pdata[i]);
}

/** sp_app_change_stream: one of the changes of a stream; what no change names
 * keeps its sources and its clients. */
void
sp_app_change_stream (SpApp *app, const SpConfigChange *change)
{
  g_autoptr (SpStream) stream
      = sp_registry_lookup (app->registry, change->path);

  app->streams_changed_us = sp_clock_now_us ();
  if (change->kind == SP_CONFIG_STREAM_ADDED)
    add (app, change->new_stream);
  if (stream == NULL)
    return;
  if (change->kind == SP_CONFIG_STREAM_REMOVED)
    remove_stream (app, stream);
  else if (change->kind == SP_CONFIG_STREAM_POLICY)
    set_policy (app, stream, change->new_stream);
  else if (change->kind == SP_CONFIG_STREAM_SOURCES)
    set_sources (app, stream, change->new_stream);
}
