/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-json.h"

#include "sp-log-private.h"
#include "sp-nearest.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_SHOWN 60 /* characters of a value that a message repeats */

struct _SpJsonProblems
{
  GPtrArray *lines;
};

/** Lives on the stack of whoever reads a document: from its JsonObject until
 * sp_json_object_free(). */
struct _SpJsonObject
{
  JsonObject *object;
  char *path;
  SpJsonProblems *problems; /* not owned */
  GPtrArray *known;         /* keys asked for; literals, not owned */
};

SpJsonProblems *
sp_json_problems_new (void)
{
  SpJsonProblems *problems = g_new0 (SpJsonProblems, 1);

  problems->lines = g_ptr_array_new_with_free_func (g_free);
  return problems;
}

void
sp_json_problems_free (SpJsonProblems *problems)
{
  g_ptr_array_unref (problems->lines);
  g_free (problems);
}

G_GNUC_PRINTF (3, 0)
static void
add_problem (SpJsonProblems *problems,
             const char *path,
             const char *format,
             va_list args)
{
  g_autofree char *message = g_strdup_vprintf (format, args);
  g_autofree char *clean = sp_log_escape (message, -1);

  g_ptr_array_add (problems->lines,
                   g_strconcat (path, *path != '\0' ? ": " : "", clean, NULL));
}

guint
sp_json_problems_count (SpJsonProblems *problems)
{
  return problems->lines->len;
}

const char *
sp_json_problems_get (SpJsonProblems *problems, guint index)
{
  return g_ptr_array_index (problems->lines, index);
}

/** sp_json_object_new: takes a ref of @object; @problems must outlive it. */
SpJsonObject *
sp_json_object_new (JsonObject *object,
                    const char *path,
                    SpJsonProblems *problems)
{
  SpJsonObject *self = g_new0 (SpJsonObject, 1);

  self->object = json_object_ref (object);
  self->path = g_strdup (path);
  self->problems = problems;
  self->known = g_ptr_array_new ();
  return self;
}

void
sp_json_object_free (SpJsonObject *object)
{
  json_object_unref (object->object);
  g_ptr_array_unref (object->known);
  g_free (object->path);
  g_free (object);
}

/* Something of the document, cut and made fit for a terminal. */
static char *
shown (const char *text)
{
  gboolean is_cut = g_utf8_strlen (text, -1) > MAX_SHOWN;
  g_autofree char *part = g_utf8_substring (
      text, 0, is_cut ? MAX_SHOWN : g_utf8_strlen (text, -1));
  g_autofree char *clean = sp_log_escape (part, -1);

  return g_strconcat (clean, is_cut ? "..." : "", NULL);
}

/* "streams[0].port" */
static char *
key_path (SpJsonObject *object, const char *key)
{
  g_autofree char *name = *key != '\0' ? shown (key) : g_strdup ("\"\"");

  return g_strconcat (
      object->path, *object->path != '\0' ? "." : "", name, NULL);
}

void
sp_json_object_problem (SpJsonObject *object,
                        const char *key,
                        const char *format,
                        ...)
{
  g_autofree char *path = key_path (object, key);
  va_list args;

  va_start (args, format);
  add_problem (object->problems, path, format, args);
  va_end (args);
}

static gint
compare_keys (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static char *
join_sorted (GPtrArray *known)
{
  GString *list = g_string_new (NULL);

  g_ptr_array_sort (known, compare_keys);
  for (guint i = 0; i < known->len; i++)
    g_string_append_printf (
        list, "%s%s", i > 0 ? ", " : "", (const char *)known->pdata[i]);
  return g_string_free (list, FALSE);
}

static gboolean
is_known (SpJsonObject *object, const char *key)
{
  for (guint i = 0; i < object->known->len; i++)
    if (strcmp (object->known->pdata[i], key) == 0)
      return TRUE;
  return FALSE;
}

void
sp_json_object_end (SpJsonObject *object)
{
  JsonObjectIter iter;
  const char *key;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, object->object);
  while (json_object_iter_next_ordered (&iter, &key, &node))
    {
      const char *meant;
      g_autofree char *all = NULL;

      if (is_known (object, key))
        continue;
      meant = sp_nearest_word (
          (const char *const *)object->known->pdata, object->known->len, key);
      all = meant == NULL ? join_sorted (object->known) : NULL;
      if (meant != NULL)
        sp_json_object_problem (
            object, key, _ ("unknown key; did you mean \"%s\"?"), meant);
      else if (*all != '\0')
        sp_json_object_problem (
            object, key, _ ("unknown key; known here are %s"), all);
      else
        sp_json_object_problem (
            object, key, _ ("unknown key; there are none here"));
    }
}

/* (nullable): the value, and the key is known from now on. */
static JsonNode *
find (SpJsonObject *object, const char *key)
{
  if (!is_known (object, key))
    g_ptr_array_add (object->known, (gpointer)key);
  return json_object_get_member (object->object, key);
}

gboolean
sp_json_object_has (SpJsonObject *object, const char *key)
{
  return find (object, key) != NULL;
}

static gboolean
is_string (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node)
         && json_node_get_value_type (node) == G_TYPE_STRING;
}

gboolean
sp_json_object_is_blank (SpJsonObject *object, const char *key)
{
  JsonNode *node = find (object, key);

  return node != NULL && is_string (node)
         && *json_node_get_string (node) == '\0';
}

/* (transfer full): a value as a message names it. */
static char *
describe (JsonNode *node)
{
  g_autofree char *text = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node))
    return g_strdup (_ ("an object"));
  if (JSON_NODE_HOLDS_ARRAY (node))
    return g_strdup (_ ("an array"));
  text = json_to_string (node, FALSE);
  return shown (text);
}

static void
refuse (SpJsonObject *object,
        const char *key,
        JsonNode *node,
        const char *wanted)
{
  g_autofree char *is = describe (node);

  sp_json_object_problem (object, key, _ ("must be %s, not %s"), wanted, is);
}

char *
sp_json_object_string (SpJsonObject *object,
                       const char *key,
                       const char *fallback)
{
  JsonNode *node = find (object, key);

  if (node == NULL)
    return g_strdup (fallback);
  if (is_string (node))
    return json_node_dup_string (node);
  refuse (object, key, node, _ ("a string"));
  return g_strdup (fallback);
}

gboolean
sp_json_object_boolean (SpJsonObject *object,
                        const char *key,
                        gboolean fallback)
{
  JsonNode *node = find (object, key);

  if (node == NULL)
    return fallback;
  if (JSON_NODE_HOLDS_VALUE (node)
      && json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    return json_node_get_boolean (node);
  refuse (object, key, node, _ ("true or false"));
  return fallback;
}

/* Files of old write numbers as strings. */
static gboolean
get_integer (JsonNode *node, gint64 *value)
{
  if (!JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  if (is_string (node))
    return g_ascii_string_to_signed (
        json_node_get_string (node), 10, G_MININT64, G_MAXINT64, value, NULL);
  if (json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  *value = json_node_get_int (node);
  return TRUE;
}

gint64
sp_json_object_integer (SpJsonObject *object,
                        const char *key,
                        gint64 minimum,
                        gint64 maximum,
                        gint64 fallback)
{
  JsonNode *node = find (object, key);
  g_autofree char *wanted = NULL;
  char least[24];
  char most[24];
  gint64 value;

  if (node == NULL)
    return fallback;
  if (get_integer (node, &value) && value >= minimum && value <= maximum)
    return value;
  g_snprintf (least, sizeof least, "%" G_GINT64_FORMAT, minimum);
  g_snprintf (most, sizeof most, "%" G_GINT64_FORMAT, maximum);
  wanted = g_strdup_printf (_ ("a whole number from %s to %s"), least, most);
  refuse (object, key, node, wanted);
  return fallback;
}

guint
sp_json_object_word (SpJsonObject *object,
                     const char *key,
                     const char *const *words,
                     guint fallback)
{
  JsonNode *node = find (object, key);
  g_autofree char *list = NULL;
  g_autofree char *wanted = NULL;

  if (node == NULL)
    return fallback;
  for (guint i = 0; is_string (node) && words[i] != NULL; i++)
    if (g_str_equal (words[i], json_node_get_string (node)))
      return i;
  list = g_strjoinv ("\", \"", (char **)words);
  wanted = g_strdup_printf (_ ("one of \"%s\""), list);
  refuse (object, key, node, wanted);
  return fallback;
}

SpJsonObject *
sp_json_object_child (SpJsonObject *object, const char *key)
{
  JsonNode *node = find (object, key);
  g_autofree char *path = NULL;

  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      refuse (object, key, node, _ ("an object"));
      return NULL;
    }
  path = key_path (object, key);
  return sp_json_object_new (
      json_node_get_object (node), path, object->problems);
}

/* "streams[1]" */
static char *
element_key (const char *key, guint index)
{
  return g_strdup_printf ("%s[%u]", key, index);
}

GStrv
sp_json_object_strings (SpJsonObject *object, const char *key)
{
  JsonNode *node = find (object, key);
  g_autoptr (GPtrArray) list = NULL;
  JsonArray *array;
  gboolean is_good = TRUE;

  if (node == NULL)
    return NULL;
  list = g_ptr_array_new_with_free_func (g_free);
  array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  if (array == NULL && !is_string (node))
    {
      refuse (object, key, node, _ ("an array of strings"));
      return NULL;
    }
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      g_autofree char *name = element_key (key, i);

      if (is_string (element))
        g_ptr_array_add (list, json_node_dup_string (element));
      else
        refuse (object, name, element, _ ("a string"));
      is_good &= is_string (element);
    }
  if (!is_good)
    return NULL;
  if (array == NULL)
    g_ptr_array_add (list, json_node_dup_string (node));
  g_ptr_array_add (list, NULL);
  return (GStrv)g_ptr_array_free (g_steal_pointer (&list), FALSE);
}

guint
sp_json_object_array_length (SpJsonObject *object, const char *key)
{
  JsonNode *node = find (object, key);

  if (node == NULL)
    return 0;
  if (JSON_NODE_HOLDS_ARRAY (node))
    return json_array_get_length (json_node_get_array (node));
  refuse (object, key, node, _ ("an array of objects"));
  return 0;
}

/** sp_json_object_element: @index must be below
 * sp_json_object_array_length(). */
SpJsonObject *
sp_json_object_element (SpJsonObject *object, const char *key, guint index)
{
  JsonNode *node = find (object, key);
  g_autofree char *name = element_key (key, index);
  g_autofree char *path = key_path (object, name);
  JsonNode *element
      = json_array_get_element (json_node_get_array (node), index);

  if (JSON_NODE_HOLDS_OBJECT (element))
    return sp_json_object_new (
        json_node_get_object (element), path, object->problems);
  refuse (object, name, element, _ ("an object"));
  return NULL;
}
