/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-json-build.h"
#include "sp-test.h"

static char *
finish (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = sp_json_build_end (builder);

  return json_to_string (root, FALSE);
}

static void
test_known (void)
{
  g_autoptr (JsonBuilder) builder = sp_json_build_new ();
  g_autofree char *text = NULL;

  sp_json_build_integer (builder, "integer", G_MAXUINT64);
  sp_json_build_positive (builder, "positive", 7);
  sp_json_build_natural (builder, "natural", 0);
  sp_json_build_boolean (builder, "boolean", TRUE);
  sp_json_build_string (builder, "string", "");
  sp_json_build_text (builder, "text", "\303\251");
  sp_json_build_object (builder, "object");
  sp_json_build_time (builder, "time", 1500000LL * G_USEC_PER_SEC);
  json_builder_end_object (builder);
  text = finish (builder);
  g_assert_cmpstr (text,
                   ==,
                   "{\"integer\":9223372036854775807,\"positive\":7,"
                   "\"natural\":0,\"boolean\":true,\"string\":\"\","
                   "\"text\":\"\303\251\","
                   "\"object\":{\"time\":\"1970-01-18T08:40:00Z\"}}");
}

static void
test_unknown (void)
{
  g_autoptr (JsonBuilder) builder = sp_json_build_new ();
  g_autofree char *text = NULL;

  sp_json_build_null (builder, "null");
  sp_json_build_positive (builder, "positive", 0);
  sp_json_build_natural (builder, "natural", -1);
  sp_json_build_string (builder, "string", NULL);
  sp_json_build_text (builder, "text", "");
  sp_json_build_time (builder, "time", 0);
  sp_json_build_time (builder, "far", G_MAXINT64);
  text = finish (builder);
  g_assert_cmpstr (text,
                   ==,
                   "{\"null\":null,\"positive\":null,\"natural\":null,"
                   "\"string\":null,\"text\":null,\"time\":null,"
                   "\"far\":null}");
}

/* What peers send need not be UTF-8; each bad byte becomes one U+FFFD. */
static void
test_bad_bytes (void)
{
  g_autoptr (JsonBuilder) builder = sp_json_build_new ();
  g_autofree char *text = NULL;

  sp_json_build_string (builder, "string", "a\377b\303");
  text = finish (builder);
  g_assert_cmpstr (text, ==, "{\"string\":\"a\357\277\275b\357\277\275\"}");
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/json-build/known", test_known);
  g_test_add_func ("/json-build/unknown-is-null", test_unknown);
  g_test_add_func ("/json-build/bad-bytes", test_bad_bytes);
  return g_test_run ();
}
