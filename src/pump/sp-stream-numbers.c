/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-stream-numbers.h"

#include "sp-json-parse.h"
#include "sp-log.h"

#include <glib/gstdio.h>

#define FILE_NAME "stream-numbers.json"
#define MAX_NUMBER G_MAXINT32
#define MAX_FILE_BYTES (16 * 1024 * 1024)

struct _SpStreamNumbers
{
  char *file;          /* NULL: not kept */
  GHashTable *by_path; /* in lower case -> number */
  guint last;
  gboolean is_changed;
};

/* FALSE: @node is not what this program writes. */
static gboolean
take (SpStreamNumbers *numbers, JsonNode *node)
{
  JsonObjectIter iter;
  const char *path;
  JsonNode *value;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &path, &value))
    {
      gint64 number = json_node_get_value_type (value) == G_TYPE_INT64
                          ? json_node_get_int (value)
                          : 0;

      if (number < 1 || number > MAX_NUMBER)
        return FALSE;
      g_hash_table_insert (numbers->by_path,
                           g_ascii_strdown (path, -1),
                           GUINT_TO_POINTER ((guint)number));
      numbers->last = MAX (numbers->last, (guint)number);
    }
  return TRUE;
}

static void
set_aside (SpStreamNumbers *numbers)
{
  g_autofree char *aside = g_strconcat (numbers->file, ".bad", NULL);

  g_hash_table_remove_all (numbers->by_path);
  numbers->last = 0;
  (void)g_rename (numbers->file, aside);
  sp_log (G_LOG_LEVEL_WARNING,
          NULL,
          "%s cannot be understood and is now %s; streams get new numbers",
          numbers->file,
          aside);
}

static void
load (SpStreamNumbers *numbers)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;
  SpJsonFault fault;
  gsize len;

  if (!g_file_get_contents (numbers->file, &text, &len, &error))
    {
      if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        sp_log (G_LOG_LEVEL_WARNING, NULL, "%s", error->message);
      return;
    }
  if (len <= MAX_FILE_BYTES)
    node = sp_json_parse (text, len, 2, &fault);
  if (!take (numbers, node))
    set_aside (numbers);
}

SpStreamNumbers *
sp_stream_numbers_new (const char *folder)
{
  SpStreamNumbers *numbers = g_new0 (SpStreamNumbers, 1);

  numbers->by_path
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (folder == NULL)
    return numbers;
  numbers->file = g_build_filename (folder, FILE_NAME, NULL);
  load (numbers);
  return numbers;
}

void
sp_stream_numbers_free (SpStreamNumbers *numbers)
{
  g_hash_table_unref (numbers->by_path);
  g_free (numbers->file);
  g_free (numbers);
}

guint
sp_stream_numbers_get (SpStreamNumbers *numbers, const char *path)
{
  g_autofree char *key = g_ascii_strdown (path, -1);
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (numbers->by_path, key));

  if (number != 0 || numbers->last >= MAX_NUMBER)
    return number;
  number = ++numbers->last;
  g_hash_table_insert (
      numbers->by_path, g_steal_pointer (&key), GUINT_TO_POINTER (number));
  numbers->is_changed = TRUE;
  return number;
}

/** sp_stream_numbers_save: what cannot be written is said once; the numbers
 * hold for this run. */
void
sp_stream_numbers_save (SpStreamNumbers *numbers)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  GHashTableIter iter;
  gpointer path;
  gpointer number;

  if (!numbers->is_changed || numbers->file == NULL)
    return;
  numbers->is_changed = FALSE;
  g_hash_table_iter_init (&iter, numbers->by_path);
  while (g_hash_table_iter_next (&iter, &path, &number))
    json_object_set_int_member (object, path, GPOINTER_TO_UINT (number));
  json_node_set_object (node, object);
  text = json_to_string (node, TRUE);
  if (!g_file_set_contents_full (numbers->file,
                                 text,
                                 -1,
                                 G_FILE_SET_CONTENTS_CONSISTENT
                                     | G_FILE_SET_CONTENTS_DURABLE,
                                 0640,
                                 &error))
    sp_log (G_LOG_LEVEL_WARNING,
            NULL,
            "the numbers of streams are not kept: %s",
            error->message);
}
