/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-stream-numbers.h"

#include "sp-json-parse.h"
#include "sp-log.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#define FILE_NAME "stream-numbers.json"
#define MAX_NUMBER G_MAXINT32
#define MAX_FILE_BYTES (16 * 1024 * 1024)

/** Writes the file in a thread of GIO's pool, for a disk may take its time: one
 * text after the other, the newest last. Lives until both have let go of it. */
typedef struct
{
  gatomicrefcount ref_count;
  char *file;
  GMutex mutex; /* guards what follows */
  GCond cond;
  char *text; /* the next; NULL: none */
  gboolean is_writing;
} Writer;

struct _SpStreamNumbers
{
  char *file;          /* NULL: not kept */
  Writer *writer;      /* NULL: nothing was written yet */
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

static Writer *
writer_new (const char *file)
{
  Writer *writer = g_new0 (Writer, 1);

  g_atomic_ref_count_init (&writer->ref_count);
  g_mutex_init (&writer->mutex);
  g_cond_init (&writer->cond);
  writer->file = g_strdup (file);
  return writer;
}

static void
writer_unref (gpointer data)
{
  Writer *writer = data;

  if (!g_atomic_ref_count_dec (&writer->ref_count))
    return;
  g_mutex_clear (&writer->mutex);
  g_cond_clear (&writer->cond);
  g_free (writer->text);
  g_free (writer->file);
  g_free (writer);
}

/* (transfer full) (nullable): NULL: there is none, and nobody writes now. */
static char *
take_text (Writer *writer)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&writer->mutex);

  if (writer->text == NULL)
    {
      writer->is_writing = FALSE;
      g_cond_broadcast (&writer->cond);
    }
  return g_steal_pointer (&writer->text);
}

/* What cannot be written is said once; the numbers hold for this run. */
static void
write_all (GTask *task,
           gpointer source,
           gpointer task_data,
           GCancellable *cancellable)
{
  Writer *writer = task_data;
  char *text;

  while ((text = take_text (writer)) != NULL)
    {
      g_autoptr (GError) error = NULL;

      if (!g_file_set_contents_full (writer->file,
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
      g_free (text);
    }
  g_task_return_boolean (task, TRUE);
}

/* @text: (transfer full) */
static void
writer_put (Writer *writer, char *text)
{
  g_autoptr (GTask) task = NULL;
  gboolean was_writing;

  g_mutex_lock (&writer->mutex);
  g_free (writer->text);
  writer->text = text;
  was_writing = writer->is_writing;
  writer->is_writing = TRUE;
  g_mutex_unlock (&writer->mutex);
  if (was_writing)
    return;
  task = g_task_new (NULL, NULL, NULL, NULL);
  g_atomic_ref_count_inc (&writer->ref_count);
  g_task_set_task_data (task, writer, writer_unref);
  g_task_run_in_thread (task, write_all);
}

static void
writer_wait (Writer *writer)
{
  g_mutex_lock (&writer->mutex);
  while (writer->is_writing)
    g_cond_wait (&writer->cond, &writer->mutex);
  g_mutex_unlock (&writer->mutex);
}

/** sp_stream_numbers_free: what is to be written is written before. */
void
sp_stream_numbers_free (SpStreamNumbers *numbers)
{
  if (numbers->writer != NULL)
    {
      writer_wait (numbers->writer);
      writer_unref (numbers->writer);
    }
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

/** sp_stream_numbers_save: returns at once. */
void
sp_stream_numbers_save (SpStreamNumbers *numbers)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
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
  if (numbers->writer == NULL)
    numbers->writer = writer_new (numbers->file);
  writer_put (numbers->writer, json_to_string (node, TRUE));
}
