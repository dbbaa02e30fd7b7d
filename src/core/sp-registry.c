/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-registry.h"

struct _SpRegistry
{
  GMutex mutex;
  GHashTable *streams; /* lower-case path -> SpStream (owned) */
};

SpRegistry *
sp_registry_new (void)
{
  SpRegistry *registry = g_new0 (SpRegistry, 1);

  g_mutex_init (&registry->mutex);
  registry->streams = g_hash_table_new_full (
      g_str_hash, g_str_equal, g_free, (GDestroyNotify)sp_stream_unref);
  return registry;
}

void
sp_registry_free (SpRegistry *registry)
{
  g_hash_table_unref (registry->streams);
  g_mutex_clear (&registry->mutex);
  g_free (registry);
}

/** sp_registry_lookup: (transfer full) (nullable). Makes nothing, so that
 * asking for absent streams costs no memory. */
SpStream *
sp_registry_lookup (SpRegistry *registry, const char *path)
{
  g_autofree char *key = g_ascii_strdown (path, -1);
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&registry->mutex);
  SpStream *stream = g_hash_table_lookup (registry->streams, key);

  return stream != NULL ? sp_stream_ref (stream) : NULL;
}

/** sp_registry_add: takes a ref; an older stream of that path is dropped. */
void
sp_registry_add (SpRegistry *registry, SpStream *stream)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&registry->mutex);

  g_hash_table_replace (registry->streams,
                        g_ascii_strdown (sp_stream_path (stream), -1),
                        sp_stream_ref (stream));
}

void
sp_registry_remove (SpRegistry *registry, const char *path)
{
  g_autofree char *key = g_ascii_strdown (path, -1);
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&registry->mutex);

  g_hash_table_remove (registry->streams, key);
}

static gint
compare_paths (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (sp_stream_path (*(SpStream **)a),
                    sp_stream_path (*(SpStream **)b));
}

/** sp_registry_list: (transfer full), ordered by path. */
GPtrArray *
sp_registry_list (SpRegistry *registry)
{
  GPtrArray *list
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_stream_unref);
  GHashTableIter iter;
  gpointer stream;

  g_mutex_lock (&registry->mutex);
  g_hash_table_iter_init (&iter, registry->streams);
  while (g_hash_table_iter_next (&iter, NULL, &stream))
    g_ptr_array_add (list, sp_stream_ref (stream));
  g_mutex_unlock (&registry->mutex);
  g_ptr_array_sort (list, compare_paths);
  return list;
}
