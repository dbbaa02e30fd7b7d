/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-config-private.h"

#include <glib/gi18n.h>

#define MAX_STREAMS 10000
#define MAX_FALLBACKS 16
#define MAX_BURST_MS 60000
#define MAX_FLUSH_MS 10000
#define MAX_SLOW_MS 600000
#define MAX_WAIT_MS 86400000 /* a day */

/* By SpSlowViewer. */
static const char *const slow_words[] = { "skip", "hold", "cut", NULL };

static const SpStreamConfig built_in = {
  .enabled = TRUE,
  .burst_ms = 2000,
  .hold_ms = 60000,
  .flush_ms = 100,
  .push_takeover_ms = 10000,
  .linger_ms = 30000,
  .slow_viewer = SP_SLOW_SKIP,
  .slow_viewer_ms = 10000,
};

void
sp_stream_config_free (SpStreamConfig *stream)
{
  g_free (stream->name);
  g_free (stream->path);
  g_ptr_array_unref (stream->sources);
  g_free (stream);
}

gboolean
sp_stream_config_sources_equal (const SpStreamConfig *a,
                                const SpStreamConfig *b)
{
  if (a->sources->len != b->sources->len)
    return FALSE;
  for (guint i = 0; i < a->sources->len; i++)
    if (!sp_source_config_equal (a->sources->pdata[i], b->sources->pdata[i]))
      return FALSE;
  return TRUE;
}

gboolean
sp_stream_config_equal (const SpStreamConfig *a, const SpStreamConfig *b)
{
  return g_strcmp0 (a->name, b->name) == 0 && g_strcmp0 (a->path, b->path) == 0
         && a->enabled == b->enabled && a->on_demand == b->on_demand
         && a->burst_ms == b->burst_ms && a->hold_ms == b->hold_ms
         && a->flush_ms == b->flush_ms
         && a->push_takeover_ms == b->push_takeover_ms
         && a->linger_ms == b->linger_ms && a->slow_viewer == b->slow_viewer
         && a->slow_viewer_ms == b->slow_viewer_ms
         && sp_limits_config_equal (&a->limits, &b->limits)
         && sp_stream_config_sources_equal (a, b);
}

static guint
read_ms (SpJsonObject *object,
         const char *key,
         guint minimum,
         guint maximum,
         guint fallback)
{
  return (guint)sp_json_object_integer (
      object, key, minimum, maximum, fallback);
}

/* The keys that a stream and stream_defaults share. */
static void
read_policy (SpJsonObject *object,
             const SpStreamConfig *defaults,
             SpStreamConfig *stream)
{
  stream->on_demand
      = sp_json_object_boolean (object, "on_demand", defaults->on_demand);
  stream->burst_ms
      = read_ms (object, "burst_ms", 0, MAX_BURST_MS, defaults->burst_ms);
  stream->hold_ms
      = read_ms (object, "hold_ms", 0, MAX_WAIT_MS, defaults->hold_ms);
  stream->flush_ms
      = read_ms (object, "flush_ms", 0, MAX_FLUSH_MS, defaults->flush_ms);
  stream->push_takeover_ms = read_ms (
      object, "push_takeover_ms", 0, MAX_WAIT_MS, defaults->push_takeover_ms);
  stream->linger_ms
      = read_ms (object, "linger_ms", 0, MAX_WAIT_MS, defaults->linger_ms);
  stream->slow_viewer = sp_json_object_word (
      object, "slow_viewer", slow_words, defaults->slow_viewer);
  stream->slow_viewer_ms = read_ms (
      object, "slow_viewer_ms", 100, MAX_SLOW_MS, defaults->slow_viewer_ms);
  sp_config_read_limits (object, &defaults->limits, &stream->limits);
}

/* A lock that nobody turns is worse than none. */
static void
refuse_locks (SpJsonObject *object)
{
  if (sp_json_object_has (object, "push_auth"))
    sp_json_object_problem (object,
                            "push_auth",
                            _ ("this version cannot ask encoders who they are; "
                               "without this key any encoder is let in"));
  if (sp_json_object_has (object, "viewer_auth"))
    sp_json_object_problem (object,
                            "viewer_auth",
                            _ ("this version cannot ask clients who they are; "
                               "without this key any client is let in"));
}

static void
read_names (SpJsonObject *object, SpStreamConfig *stream, GHashTable *paths)
{
  g_autofree char *key = NULL;

  stream->name = sp_config_read_text (object, "name");
  sp_config_check_name (object, "name", stream->name);
  if (!sp_json_object_has (object, "path"))
    {
      sp_json_object_problem (object, "path", _ ("is missing"));
      return;
    }
  stream->path = sp_json_object_string (object, "path", NULL);
  if (stream->name == NULL)
    stream->name = g_strdup (stream->path);
  if (stream->path == NULL
      || !sp_config_check_stream_path (object, "path", stream->path))
    return;
  key = g_ascii_strdown (stream->path, -1);
  if (!g_hash_table_add (paths, g_steal_pointer (&key)))
    sp_json_object_problem (object,
                            "path",
                            _ ("\"%s\" is the path of another stream already "
                               "(capitals make no difference)"),
                            stream->path);
}

static void
read_sources (SpConfigReader *reader,
              SpJsonObject *object,
              SpStreamConfig *stream)
{
  SpSourceConfig *source = sp_config_read_source (reader, object, FALSE);
  guint n = sp_json_object_array_length (object, "fallback");

  if (source != NULL)
    g_ptr_array_add (stream->sources, source);
  if (source != NULL && source->type == SP_SOURCE_MMSH_PUSH
      && stream->on_demand)
    {
      if (sp_json_object_has (object, "on_demand"))
        sp_json_object_problem (
            object,
            "on_demand",
            _ ("an encoder that pushes cannot be started on demand"));
      stream->on_demand = FALSE;
    }
  if (n > MAX_FALLBACKS)
    sp_json_object_problem (
        object, "fallback", _ ("at most %u are possible"), MAX_FALLBACKS);
  for (guint i = 0; i < MIN (n, MAX_FALLBACKS); i++)
    {
      g_autoptr (SpJsonObject) element
          = sp_json_object_element (object, "fallback", i);

      source = element != NULL ? sp_config_read_source (reader, element, TRUE)
                               : NULL;
      if (source != NULL)
        g_ptr_array_add (stream->sources, source);
      if (element != NULL)
        sp_json_object_end (element);
    }
}

static SpStreamConfig *
read_stream (SpConfigReader *reader,
             SpJsonObject *object,
             const SpStreamConfig *defaults,
             GHashTable *paths)
{
  SpStreamConfig *stream = g_new0 (SpStreamConfig, 1);

  stream->sources
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_source_config_free);
  read_names (object, stream, paths);
  stream->enabled = sp_json_object_boolean (object, "enabled", TRUE);
  read_policy (object, defaults, stream);
  read_sources (reader, object, stream);
  refuse_locks (object);
  sp_json_object_end (object);
  return stream;
}

static void
read_defaults (SpJsonObject *root, SpStreamConfig *defaults)
{
  g_autoptr (SpJsonObject) object
      = sp_json_object_child (root, "stream_defaults");

  *defaults = built_in;
  if (object == NULL)
    return;
  read_policy (object, &built_in, defaults);
  refuse_locks (object);
  sp_json_object_end (object);
}

void
sp_config_read_streams (SpConfigReader *reader,
                        SpJsonObject *root,
                        SpConfig *config)
{
  g_autoptr (GHashTable) paths
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n = sp_json_object_array_length (root, "streams");
  SpStreamConfig defaults;

  read_defaults (root, &defaults);
  if (n > MAX_STREAMS)
    sp_json_object_problem (
        root, "streams", _ ("at most %u are possible"), MAX_STREAMS);
  for (guint i = 0; i < MIN (n, MAX_STREAMS); i++)
    {
      g_autoptr (SpJsonObject) object
          = sp_json_object_element (root, "streams", i);

      if (object != NULL)
        g_ptr_array_add (config->streams,
                         read_stream (reader, object, &defaults, paths));
    }
}
