/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <string.h>

#include "sp-json-parse.h"
#include "sp-json.h"
#include "sp-nearest.h"
#include "sp-test.h"

static const char *const words[] = { "skip", "hold", "cut", NULL };

typedef struct
{
  JsonNode *node;
  SpJsonProblems *problems;
  SpJsonObject *object;
} Document;

static void
open_document (Document *document, const char *text)
{
  SpJsonFault fault;

  document->node = sp_json_parse (text, strlen (text), 32, &fault);
  g_assert_nonnull (document->node);
  document->problems = sp_json_problems_new ();
  document->object = sp_json_object_new (
      json_node_get_object (document->node), "", document->problems);
}

static void
close_document (Document *document)
{
  sp_json_object_free (document->object);
  sp_json_problems_free (document->problems);
  json_node_unref (document->node);
}

/* @wanted NULL: no problem. */
static void
assert_problem (Document *document, const char *wanted)
{
  g_assert_cmpuint (
      sp_json_problems_count (document->problems), ==, wanted != NULL);
  if (wanted != NULL)
    g_assert_cmpstr (sp_json_problems_get (document->problems, 0), ==, wanted);
}

typedef struct
{
  const char *name;
  const char *text; /* of a document with the key "a" */
  gint64 value;
  const char *problem;
} Row;

static const Row integers[] = {
  { "absent", "{}", 5, NULL },
  { "number", "{\"a\":7}", 7, NULL },
  { "least", "{\"a\":1}", 1, NULL },
  { "most", "{\"a\":10}", 10, NULL },
  { "string", "{\"a\":\"7\"}", 7, NULL },
  { "below", "{\"a\":0}", 5, "a: must be a whole number from 1 to 10, not 0" },
  { "above",
    "{\"a\":11}",
    5,
    "a: must be a whole number from 1 to 10, not 11" },
  { "negative",
    "{\"a\":-3}",
    5,
    "a: must be a whole number from 1 to 10, not -3" },
  { "string-above",
    "{\"a\":\"11\"}",
    5,
    "a: must be a whole number from 1 to 10, not \"11\"" },
  { "string-too-long",
    "{\"a\":\"99999999999999999999\"}",
    5,
    "a: must be a whole number from 1 to 10, not \"99999999999999999999\"" },
  { "blank",
    "{\"a\":\"\"}",
    5,
    "a: must be a whole number from 1 to 10, not \"\"" },
  { "spaces",
    "{\"a\":\" 7\"}",
    5,
    "a: must be a whole number from 1 to 10, not \" 7\"" },
  { "unit",
    "{\"a\":\"7s\"}",
    5,
    "a: must be a whole number from 1 to 10, not \"7s\"" },
  { "fraction",
    "{\"a\":2.5}",
    5,
    "a: must be a whole number from 1 to 10, not 2.5" },
  { "boolean",
    "{\"a\":true}",
    5,
    "a: must be a whole number from 1 to 10, not true" },
  { "null",
    "{\"a\":null}",
    5,
    "a: must be a whole number from 1 to 10, not null" },
  { "array",
    "{\"a\":[7]}",
    5,
    "a: must be a whole number from 1 to 10, not an array" },
  { "object",
    "{\"a\":{}}",
    5,
    "a: must be a whole number from 1 to 10, not an object" },
};

static void
test_integer (gconstpointer data)
{
  const Row *row = data;
  Document document;

  open_document (&document, row->text);
  g_assert_cmpint (
      sp_json_object_integer (document.object, "a", 1, 10, 5), ==, row->value);
  assert_problem (&document, row->problem);
  close_document (&document);
}

static const Row booleans[] = {
  { "absent", "{}", TRUE, NULL },
  { "false", "{\"a\":false}", FALSE, NULL },
  { "number", "{\"a\":0}", TRUE, "a: must be true or false, not 0" },
  { "string",
    "{\"a\":\"false\"}",
    TRUE,
    "a: must be true or false, not \"false\"" },
  { "null", "{\"a\":null}", TRUE, "a: must be true or false, not null" },
};

static void
test_boolean (gconstpointer data)
{
  const Row *row = data;
  Document document;

  open_document (&document, row->text);
  g_assert_cmpint (
      sp_json_object_boolean (document.object, "a", TRUE), ==, row->value);
  assert_problem (&document, row->problem);
  close_document (&document);
}

static const Row choices[] = {
  { "absent", "{}", 1, NULL },
  { "first", "{\"a\":\"skip\"}", 0, NULL },
  { "last", "{\"a\":\"cut\"}", 2, NULL },
  { "other",
    "{\"a\":\"Skip\"}",
    1,
    "a: must be one of \"skip\", \"hold\", \"cut\", not \"Skip\"" },
  { "number",
    "{\"a\":1}",
    1,
    "a: must be one of \"skip\", \"hold\", \"cut\", not 1" },
};

static void
test_word (gconstpointer data)
{
  const Row *row = data;
  Document document;

  open_document (&document, row->text);
  g_assert_cmpint (
      sp_json_object_word (document.object, "a", words, 1), ==, row->value);
  assert_problem (&document, row->problem);
  close_document (&document);
}

static void
test_string (void)
{
  Document document;
  g_autofree char *here = NULL;
  g_autofree char *absent = NULL;
  g_autofree char *number = NULL;

  open_document (&document, "{\"a\":\"x\",\"b\":7,\"c\":\"\"}");
  here = sp_json_object_string (document.object, "a", "y");
  g_assert_cmpstr (here, ==, "x");
  absent = sp_json_object_string (document.object, "z", NULL);
  g_assert_null (absent);
  g_assert_true (sp_json_object_is_blank (document.object, "c"));
  g_assert_false (sp_json_object_is_blank (document.object, "a"));
  g_assert_false (sp_json_object_is_blank (document.object, "b"));
  g_assert_false (sp_json_object_is_blank (document.object, "z"));
  g_assert_false (sp_json_object_has (document.object, "z"));
  assert_problem (&document, NULL);
  number = sp_json_object_string (document.object, "b", "y");
  g_assert_cmpstr (number, ==, "y");
  assert_problem (&document, "b: must be a string, not 7");
  close_document (&document);
}

static const struct
{
  const char *text;
  const char *joined; /* NULL: none */
  const char *problem;
} lists[] = {
  { "{}", NULL, NULL },
  { "{\"a\":[]}", "", NULL },
  { "{\"a\":\"x\"}", "x", NULL },
  { "{\"a\":[\"x\",\"y\"]}", "x y", NULL },
  { "{\"a\":7}", NULL, "a: must be an array of strings, not 7" },
  { "{\"a\":[\"x\",7]}", NULL, "a[1]: must be a string, not 7" },
};

static void
test_strings (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      Document document;
      g_auto (GStrv) list = NULL;
      g_autofree char *joined = NULL;

      open_document (&document, lists[i].text);
      list = sp_json_object_strings (document.object, "a");
      joined = list != NULL ? g_strjoinv (" ", list) : NULL;
      g_assert_cmpstr (joined, ==, lists[i].joined);
      assert_problem (&document, lists[i].problem);
      close_document (&document);
    }
}

static void
test_paths (void)
{
  static const char text[] = "{\"streams\":[{},{\"source_options\":{\"port\":"
                             "\"x\",\"hosst\":1}}],\"b\":3}";
  Document document;
  g_autoptr (SpJsonObject) stream = NULL;
  g_autoptr (SpJsonObject) options = NULL;

  open_document (&document, text);
  g_assert_cmpuint (
      sp_json_object_array_length (document.object, "streams"), ==, 2);
  stream = sp_json_object_element (document.object, "streams", 1);
  options = sp_json_object_child (stream, "source_options");
  sp_json_object_integer (options, "port", 0, 9, 0);
  sp_json_object_has (options, "host");
  sp_json_object_end (options);
  sp_json_object_problem (options, "host", "is %s", "missing");
  g_assert_null (sp_json_object_child (document.object, "b"));
  g_assert_cmpuint (sp_json_object_array_length (document.object, "b"), ==, 0);
  sp_json_object_end (document.object);

  static const char *const wanted[] = {
    ("streams[1].source_options.port: must be a whole number from 0 to 9, not "
     "\"x\""),
    "streams[1].source_options.hosst: unknown key; did you mean \"host\"?",
    "streams[1].source_options.host: is missing",
    "b: must be an object, not 3",
    "b: must be an array of objects, not 3",
  };

  g_assert_cmpuint (
      sp_json_problems_count (document.problems), ==, G_N_ELEMENTS (wanted));
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    g_assert_cmpstr (
        sp_json_problems_get (document.problems, i), ==, wanted[i]);
  close_document (&document);
}

static void
test_element_type (void)
{
  Document document;

  open_document (&document, "{\"a\":[7]}");
  g_assert_cmpuint (sp_json_object_array_length (document.object, "a"), ==, 1);
  g_assert_null (sp_json_object_element (document.object, "a", 0));
  assert_problem (&document, "a[0]: must be an object, not 7");
  close_document (&document);
}

static void
test_unknown (void)
{
  static const struct
  {
    const char *text;
    const char *problem;
  } rows[] = {
    { "{\"port\":1}", NULL },
    { "{\"prot\":1}", "prot: unknown key; did you mean \"port\"?" },
    { "{\"Port\":1}", "Port: unknown key; did you mean \"port\"?" },
    { "{\"ssl-port\":1}", "ssl-port: unknown key; did you mean \"ssl_port\"?" },
    { "{\"colour\":1}",
      "colour: unknown key; known here are hold_ms, port, ssl_port" },
    { "{\"\":1}", "\"\": unknown key; known here are hold_ms, port, ssl_port" },
    { "{\"a\\u001b\":1}",
      "a\\x1b: unknown key; known here are hold_ms, port, ssl_port" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Document document;

      open_document (&document, rows[i].text);
      sp_json_object_has (document.object, "ssl_port");
      sp_json_object_has (document.object, "port");
      sp_json_object_has (document.object, "hold_ms");
      sp_json_object_end (document.object);
      assert_problem (&document, rows[i].problem);
      close_document (&document);
    }
}

static void
test_nothing_known (void)
{
  Document document;

  open_document (&document, "{\"a\":1}");
  sp_json_object_end (document.object);
  assert_problem (&document, "a: unknown key; there are none here");
  close_document (&document);
}

/* What a document says cannot flood or steer a terminal. */
static void
test_shown (void)
{
  Document document;
  g_autofree char *text = NULL;
  g_autofree char *wanted = NULL;
  g_autofree char *many = g_strnfill (500, 'x');

  text = g_strdup_printf ("{\"a\":\"%s\"}", many);
  open_document (&document, text);
  sp_json_object_integer (document.object, "a", 0, 9, 0);
  many[59] = '\0';
  wanted = g_strdup_printf (
      "a: must be a whole number from 0 to 9, not \"%s...", many);
  assert_problem (&document, wanted);
  close_document (&document);
}

static void
test_nearest (void)
{
  static const char *const known[]
      = { "listen", "linger_ms", "hold_ms", "type", "user" };
  static const struct
  {
    const char *word;
    const char *meant;
  } rows[] = {
    { "lisen", "listen" },
    { "listne", "listen" },
    { "LISTEN", "listen" },
    { "linger", NULL },
    { "lingerms", "linger_ms" },
    { "hold-ms", "hold_ms" },
    { "holdd_mms", "hold_ms" },
    { "tpye", "type" },
    { "usr", "user" },
    { "x", NULL },
    { "", NULL },
    { "something else", NULL },
  };
  g_autofree char *large = g_strnfill (100000, 'l');

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].word);
      g_assert_cmpstr (
          sp_nearest_word (known, G_N_ELEMENTS (known), rows[i].word),
          ==,
          rows[i].meant);
    }
  g_assert_null (sp_nearest_word (known, G_N_ELEMENTS (known), large));
}

static void
add_rows (const char *group,
          const Row *rows,
          guint n_rows,
          GTestDataFunc function)
{
  for (guint i = 0; i < n_rows; i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/json/%s/%s", group, rows[i].name);

      g_test_add_data_func (path, &rows[i], function);
    }
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  add_rows ("integer", integers, G_N_ELEMENTS (integers), test_integer);
  add_rows ("boolean", booleans, G_N_ELEMENTS (booleans), test_boolean);
  add_rows ("word", choices, G_N_ELEMENTS (choices), test_word);
  g_test_add_func ("/json/string", test_string);
  g_test_add_func ("/json/strings", test_strings);
  g_test_add_func ("/json/paths-lead-to-the-value", test_paths);
  g_test_add_func ("/json/element-is-no-object", test_element_type);
  g_test_add_func ("/json/unknown-key-names-the-nearest", test_unknown);
  g_test_add_func ("/json/unknown-key-where-none-is-known", test_nothing_known);
  g_test_add_func ("/json/values-are-cut-and-cleaned", test_shown);
  g_test_add_func ("/json/nearest", test_nearest);
  return g_test_run ();
}
