/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <string.h>

#include "sp-json-parse.h"
#include "sp-test.h"

#define MAX_DEPTH 4

typedef struct
{
  const char *name;
  const char *text;
  guint line; /* 0: it is good */
  guint column;
  const char *says; /* a part of it */
} Row;

static const Row rows[] = {
  { "object", "{ \"a\": [1, -2.5e+3, true, false, null, \"x\"] }", 0, 0, "" },
  { "empty-object", "{}", 0, 0, "" },
  { "empty-array", " [ ] ", 0, 0, "" },
  { "scalar", "7", 0, 0, "" },
  { "zero", "[0, -0, 0.5, 1E2]", 0, 0, "" },
  { "escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", 0, 0, "" },
  { "surrogates", "\"\\ud83d\\ude00\"", 0, 0, "" },
  { "byte-order-mark", "\xef\xbb\xbf{}", 0, 0, "" },
  { "deep-enough", "[[[[]]]]", 0, 0, "" },
  { "empty", "", 1, 1, "ends here" },
  { "space", " \n ", 2, 2, "ends here" },
  { "too-deep", "[[[[[]]]]]", 1, 5, "nested" },
  { "cut-object", "{ \"a\": 1", 1, 9, "ends here" },
  { "cut-after-key", "{ \"a\"", 1, 6, "ends here" },
  { "cut-after-comma", "[1,", 1, 4, "ends here" },
  { "no-colon", "{ \"a\" 1 }", 1, 7, "colon" },
  { "no-comma", "{\n  \"a\": 1\n  \"b\": 2\n}", 3, 3, "comma or }" },
  { "no-comma-in-array", "[1 2]", 1, 4, "comma or ]" },
  { "wrong-bracket", "{\n  \"a\": [ }\n}", 2, 10, "value" },
  { "bare-key", "{ a: 1 }", 1, 3, "key in quotation marks" },
  { "single-quotes", "{ 'a': 1 }", 1, 3, "key in quotation marks" },
  { "trailing-comma", "{ \"a\": 1,\n}", 1, 9, "comma after the last" },
  { "trailing-comma-array", "[1, ]", 1, 3, "comma after the last" },
  { "two-commas", "[1,, 2]", 1, 4, "value" },
  { "comment", "{ // no\n}", 1, 3, "key" },
  { "comment-as-value", "[ # no\n]", 1, 3, "no comments" },
  { "rest", "{} {}", 1, 4, "last bracket" },
  { "word", "[yes]", 1, 2, "value" },
  { "half-a-word", "[tru", 1, 2, "value" },
  { "octal", "[010]", 1, 2, "begin with 0" },
  { "hexadecimal", "[0x10]", 1, 3, "comma or ]" },
  { "plus", "[+1]", 1, 2, "value" },
  { "no-digits", "[-]", 1, 3, "digits" },
  { "no-fraction", "[1.]", 1, 4, "digits" },
  { "no-exponent", "[1e+]", 1, 5, "digits" },
  { "large", "[12345678901234567890]", 1, 2, "too large" },
  { "open-string", "{ \"a\": \"b }", 1, 8, "no end" },
  { "line-in-string", "\"a\nb\"", 1, 3, "quotation mark" },
  { "bad-escape", "\"\\x41\"", 1, 3, "escape" },
  { "short-unicode", "\"\\u12\"", 1, 6, "four hexadecimal" },
  { "nul", "\"a\\u0000\"", 1, 3, "\\u0000" },
  { "low-surrogate", "\"\\udc00\"", 1, 2, "surrogate" },
  { "lone-surrogate", "\"\\ud800x\"", 1, 2, "surrogate" },
  { "two-high-surrogates", "\"\\ud800\\ud800\"", 1, 2, "surrogate" },
  { "columns-are-characters", "[\"\u00e9\u00e9\" x", 1, 7, "comma or ]" },
  { "latin1", "[\n\"\xe9\"]", 2, 2, "UTF-8" },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  gsize len = strlen (row->text);
  g_autofree guint8 *exact = sp_test_exact (row->text, len);
  SpJsonFault fault = { 0, 0, "" };
  g_autoptr (JsonNode) node
      = sp_json_parse ((const char *)exact, len, MAX_DEPTH, &fault);

  g_test_message ("%u:%u: %s", fault.line, fault.column, fault.why);
  g_assert_cmpuint (fault.line, ==, row->line);
  g_assert_cmpuint (fault.column, ==, row->column);
  g_assert_nonnull (strstr (fault.why, row->says));
  g_assert_cmpint (node != NULL, ==, row->line == 0);
}

static void
test_nul_byte (void)
{
  g_autofree guint8 *exact = sp_test_exact ("{}\0", 3);
  SpJsonFault fault;

  g_assert_null (sp_json_parse ((const char *)exact, 3, MAX_DEPTH, &fault));
  g_assert_cmpuint (fault.column, ==, 3);
}

/* However deep: no recursion beyond what is allowed. */
static void
test_very_deep (void)
{
  gsize len = 1 << 20;
  g_autofree char *text = g_strnfill (len, '[');
  SpJsonFault fault;

  g_assert_null (sp_json_parse (text, len, 32, &fault));
  g_assert_cmpuint (fault.column, ==, 33);
}

/* A cut text is never good, and always told where it is cut at the latest. */
static void
test_cuts (void)
{
  static const char text[] = "{ \"a\": [1, -2.5e+3, true, null, "
                             "\"\\ud83d\\ude00\\n\"],\n \"b\": {} }";

  for (gsize len = 0; len < sizeof text - 1; len++)
    {
      g_autofree guint8 *exact = sp_test_exact (text, len);
      SpJsonFault fault = { 0 };

      g_assert_null (
          sp_json_parse ((const char *)exact, len, MAX_DEPTH, &fault));
      g_assert_nonnull (fault.why);
      g_assert_cmpuint (fault.column, >=, 1);
      g_assert_cmpuint (fault.column, <=, len + 1);
    }
}

static void
test_tree (void)
{
  static const char text[] = "{ \"a\": [7, \"\\u00e9\"], \"b\": true }";
  SpJsonFault fault;
  g_autoptr (JsonNode) node
      = sp_json_parse (text, strlen (text), MAX_DEPTH, &fault);
  JsonObject *object = json_node_get_object (node);
  JsonArray *array = json_object_get_array_member (object, "a");

  g_assert_true (json_object_get_boolean_member (object, "b"));
  g_assert_cmpint (json_array_get_int_element (array, 0), ==, 7);
  g_assert_cmpstr (json_array_get_string_element (array, 1), ==, "\u00e9");
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/json-parse/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/json-parse/nul-byte", test_nul_byte);
  g_test_add_func ("/json-parse/very-deep", test_very_deep);
  g_test_add_func ("/json-parse/cut-at-every-byte", test_cuts);
  g_test_add_func ("/json-parse/builds-the-tree", test_tree);
  return g_test_run ();
}
