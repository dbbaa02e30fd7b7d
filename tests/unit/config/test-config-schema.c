/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "sp-config-diff.h"
#include "sp-test.h"

/* The published schema and the parser say the same: keys, defaults, bounds and
 * words. Each row is an object of the schema, and a document around one. */
typedef struct
{
  const char *name;
  const char *node; /* keys that lead to it, from the schema's root */
  const char *before;
  const char *needed; /* members without which it is not complete */
  const char *after;
  const char *refused; /* keys that have a message of their own */
  gboolean is_ignored;
} Row;

#define STREAMS "\"streams\":["
#define OPEN_PULL "{\"path\":\"a\",\"type\":\"mmsh_pull\""
#define HOST "\"host\":\"x\""
#define OPTIONS ",\"source_options\":{" HOST "}"

static const Row rows[] = {
  { "root", "", "{", "", "}", "house", FALSE },
  { "limits", "$defs server_limits", "{\"limits\":{", "", "}}", "", FALSE },
  { "admin", "properties admin", "{\"admin\":{", "", "}}", "", FALSE },
  { "snmp", "properties snmp", "{\"snmp\":{", "", "}}", "", FALSE },
  { "access-log",
    "properties access_log",
    "{\"access_log\":{",
    "\"file\":\"a.log\"",
    "}}",
    "",
    FALSE },
  { "drain", "properties drain", "{\"drain\":{", "", "}}", "", FALSE },
  { "stream-defaults",
    "properties stream_defaults",
    "{" STREAMS OPEN_PULL OPTIONS "}],\"stream_defaults\":{",
    "",
    "}}",
    "push_auth viewer_auth",
    FALSE },
  { "stream",
    "$defs stream",
    "{" STREAMS "{",
    "\"path\":\"a\",\"type\":\"mmsh_pull\"" OPTIONS,
    "}]}",
    "push_auth viewer_auth",
    FALSE },
  { "stream-limits",
    "$defs limits",
    "{" STREAMS OPEN_PULL OPTIONS ",\"limits\":{",
    "",
    "}}]}",
    "",
    FALSE },
  { "fallback",
    "$defs fallback",
    "{" STREAMS OPEN_PULL OPTIONS ",\"fallback\":[{",
    "\"type\":\"mmsh_pull\"" OPTIONS,
    "}]}]}",
    "",
    FALSE },
  { "pull",
    "$defs pull",
    "{" STREAMS OPEN_PULL ",\"source_options\":{",
    HOST,
    "}}]}",
    "",
    FALSE },
  { "file",
    "$defs file",
    "{" STREAMS "{\"path\":\"a\",\"type\":\"file\",\"source_options\":{",
    "\"path\":\"/proc/self/maps\"",
    "}}]}",
    "",
    FALSE },
};

static JsonNode *schema;

/* (nullable): the document of @row with @key as @value; a sole problem goes to
 * @problem. */
static SpConfig *
parse (const Row *row, const char *key, const char *value, char **problem)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *member
      = key != NULL ? g_strdup_printf (
            "%s\"%s\":%s", *row->needed != '\0' ? "," : "", key, value)
                    : g_strdup ("");
  g_autofree char *text
      = g_strconcat (row->before, row->needed, member, row->after, NULL);
  SpConfig *config
      = sp_config_parse (text, strlen (text), "/etc/x.json", problems);

  g_test_message ("%s", text);
  if (problem != NULL && problems->len == 1)
    *problem = g_strdup (problems->pdata[0]);
  return config;
}

static void
assert_taken (const Row *row, const char *key, const char *value)
{
  g_autoptr (SpConfig) config = parse (row, key, value, NULL);

  g_assert_nonnull (config);
}

static void
assert_refused (const Row *row, const char *key, const char *value)
{
  g_autoptr (SpConfig) config = parse (row, key, value, NULL);

  g_assert_null (config);
}

static JsonObject *
find_node (const char *way)
{
  g_auto (GStrv) keys = g_strsplit (way, " ", -1);
  JsonObject *object = json_node_get_object (schema);

  for (guint i = 0; keys[i] != NULL; i++)
    object = json_object_get_object_member (object, keys[i]);
  g_assert_nonnull (object);
  return object;
}

static JsonObject *
resolve (JsonNode *node)
{
  JsonObject *property = json_node_get_object (node);
  const char *name;

  if (!json_object_has_member (property, "$ref"))
    return property;
  name = json_object_get_string_member (property, "$ref");
  g_assert_true (g_str_has_prefix (name, "#/$defs/"));
  return json_object_get_object_member (find_node ("$defs"),
                                        name + strlen ("#/$defs/"));
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* An unknown key is answered with those that are known. */
static void
test_keys (gconstpointer data)
{
  const Row *row = data;
  JsonObject *properties
      = json_object_get_object_member (find_node (row->node), "properties");
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  g_auto (GStrv) refused = g_strsplit (row->refused, " ", -1);
  g_autoptr (GList) members = json_object_get_members (properties);
  g_autofree char *wanted = NULL;
  g_autofree char *problem = NULL;
  const char *known;

  for (GList *at = members; at != NULL; at = at->next)
    g_ptr_array_add (keys, at->data);
  for (guint i = 0; refused[i] != NULL; i++)
    g_ptr_array_add (keys, refused[i]);
  g_ptr_array_sort (keys, compare);
  g_ptr_array_add (keys, NULL);
  wanted = g_strjoinv (", ", (char **)keys->pdata);
  g_assert_null (parse (row, "zzzzzzzzzzzzzz", "0", &problem));
  g_assert_nonnull (problem);
  known = strstr (problem, "known here are ");
  g_assert_nonnull (known);
  g_assert_cmpstr (known + strlen ("known here are "), ==, wanted);
  g_assert_false (json_object_get_boolean_member (find_node (row->node),
                                                  "additionalProperties"));
}

/* With the default and without the key is the same, with another value not. */
static void
check_default (const Row *row,
               const char *key,
               JsonObject *property,
               const char *other)
{
  g_autofree char *text = NULL;
  g_autoptr (SpConfig) without = NULL;
  g_autoptr (SpConfig) with = NULL;
  g_autoptr (SpConfig) changed = NULL;
  g_autoptr (GPtrArray) same = NULL;
  g_autoptr (GPtrArray) changes = NULL;

  if (!json_object_has_member (property, "default"))
    return;
  text = json_to_string (json_object_get_member (property, "default"), FALSE);
  without = parse (row, NULL, NULL, NULL);
  with = parse (row, key, text, NULL);
  g_assert_nonnull (without);
  g_assert_nonnull (with);
  same = sp_config_diff (without, with);
  g_assert_cmpuint (same->len, ==, 0);
  if (other == NULL || row->is_ignored || g_str_equal (other, text))
    return;
  changed = parse (row, key, other, NULL);
  if (changed == NULL)
    return;
  changes = sp_config_diff (without, changed);
  g_assert_cmpuint (changes->len, >=, 1);
}

static void
check_number (const Row *row, const char *key, JsonObject *property)
{
  gint64 bounds[2] = { json_object_get_int_member (property, "minimum"),
                       json_object_get_int_member (property, "maximum") };

  g_assert_true (json_object_has_member (property, "minimum"));
  g_assert_true (json_object_has_member (property, "maximum"));
  for (gint i = 0; i < 2; i++)
    {
      gint64 beyond = i == 0 ? bounds[0] - 1 : bounds[1] + 1;
      g_autofree char *at = g_strdup_printf ("%" G_GINT64_FORMAT, bounds[i]);
      g_autofree char *past = g_strdup_printf ("%" G_GINT64_FORMAT, beyond);
      g_autofree char *quoted = g_strdup_printf ("\"%s\"", at);

      assert_taken (row, key, at);
      assert_taken (row, key, quoted);
      assert_refused (row, key, past);
      check_default (row, key, property, at);
    }
  assert_refused (row, key, "1.5");
}

static void
check_words (const Row *row, const char *key, JsonObject *property)
{
  JsonArray *words = json_object_get_array_member (property, "enum");

  for (guint i = 0; i < json_array_get_length (words); i++)
    {
      g_autofree char *word
          = json_to_string (json_array_get_element (words, i), FALSE);

      if (strstr (row->needed, key) == NULL)
        assert_taken (row, key, word);
      check_default (row, key, property, word);
    }
  assert_refused (row, key, "\"zzz\"");
}

/* "integer", "boolean", ...; the first of several */
static const char *
type_of (JsonObject *property)
{
  JsonNode *node = json_object_get_member (property, "type");

  if (node == NULL)
    return "";
  return JSON_NODE_HOLDS_ARRAY (node)
             ? json_array_get_string_element (json_node_get_array (node), 0)
             : json_node_get_string (node);
}

static void
test_values (gconstpointer data)
{
  const Row *row = data;
  JsonObject *properties
      = json_object_get_object_member (find_node (row->node), "properties");
  JsonObjectIter iter;
  const char *key;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, properties);
  while (json_object_iter_next_ordered (&iter, &key, &node))
    {
      JsonObject *property = resolve (node);
      const char *type = type_of (property);

      assert_refused (row, key, "null");
      check_default (row, key, property, NULL);
      if (g_str_equal (type, "integer"))
        check_number (row, key, property);
      else if (json_object_has_member (property, "enum"))
        check_words (row, key, property);
      else if (g_str_equal (type, "boolean"))
        {
          check_default (row, key, property, "true");
          check_default (row, key, property, "false");
          assert_refused (row, key, "\"true\"");
        }
      else
        assert_refused (row, key, "7");
    }
}

/* Each thing an operator can write is explained, default included. */
static void
test_described (gconstpointer data)
{
  const Row *row = data;
  JsonObject *object = find_node (row->node);
  JsonObjectIter iter;
  const char *key;
  JsonNode *node;
  g_autofree char *list = NULL;

  list = json_object_has_member (object, "required") ? json_to_string (
             json_object_get_member (object, "required"), FALSE)
                                                     : g_strdup ("");
  json_object_iter_init_ordered (
      &iter, json_object_get_object_member (object, "properties"));
  while (json_object_iter_next_ordered (&iter, &key, &node))
    {
      JsonObject *property = resolve (node);
      g_autofree char *quoted = g_strdup_printf ("\"%s\"", key);
      const char *text = json_object_get_string_member (
          json_object_has_member (property, "description")
              ? property
              : json_node_get_object (node),
          "description");

      g_test_message ("%s", key);
      g_assert_nonnull (text);
      if (!json_object_has_member (property, "default")
          && strstr (list, quoted) == NULL
          && !g_str_equal (type_of (property), "object"))
        g_assert_nonnull (strstr (text, "Default: "));
    }
}

static void
load_schema (void)
{
  g_autofree char *path = g_test_build_filename (
      G_TEST_DIST, "..", "data", "stream-pump.schema.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  schema = json_parser_steal_root (parser);
}

static void
add_test (const char *what, const Row *row, GTestDataFunc function)
{
  g_autofree char *path
      = g_strdup_printf ("/config-schema/%s/%s", row->name, what);

  g_test_add_data_func (path, row, function);
}

int
main (int argc, char **argv)
{
  int status;

  sp_test_init (&argc, &argv);
  load_schema ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      add_test ("keys", &rows[i], test_keys);
      add_test ("values", &rows[i], test_values);
      add_test ("described", &rows[i], test_described);
    }
  status = g_test_run ();
  json_node_unref (schema);
  return status;
}
