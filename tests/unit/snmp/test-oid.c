/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-oid.h"
#include "sp-error.h"
#include "sp-test.h"

static void
test_compare (void)
{
  static const struct
  {
    const char *a;
    const char *b;
    int expected;
  } rows[] = {
    { "1.3", "1.3", 0 },        { "1.3", "1.3.6", -1 },
    { "1.3.6", "1.3", 1 },      { "1.3.9", "1.3.10", -1 },
    { "1.3.10", "1.3.9.9", 1 }, { "1.4294967295", "1.0", 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SpOid a, b;

      g_assert_true (sp_oid_parse (rows[i].a, SP_OID_MAX, &a, NULL));
      g_assert_true (sp_oid_parse (rows[i].b, SP_OID_MAX, &b, NULL));
      g_assert_cmpint (sp_oid_compare (&a, &b), ==, rows[i].expected);
    }
}

static void
test_parse (void)
{
  g_autofree char *text = NULL;
  SpOid oid, prefix;

  g_assert_true (sp_oid_parse (".1.3.6.4294967295", 4, &oid, NULL));
  text = sp_oid_to_string (&oid);
  g_assert_cmpstr (text, ==, ".1.3.6.4294967295");
  g_assert_true (sp_oid_parse ("1.3.6", 4, &prefix, NULL));
  g_assert_true (sp_oid_has_prefix (&oid, &prefix));
  g_assert_false (sp_oid_has_prefix (&prefix, &oid));
}

static void
test_refuses (void)
{
  static const char *const texts[]
      = { "",          ".",     "1",    "1.",
          "1..3",      "1.3.x", "1.-3", "1.4294967296",
          "1.3.6.1.4", "1.3 ",  "..1.3" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      SpOid oid;

      g_assert_false (sp_oid_parse (texts[i], 4, &oid, &error));
      g_assert_error (error, SP_ERROR, SP_ERROR_CONFIG);
    }
}

static void
test_bounded (void)
{
  guint32 ids[SP_OID_MAX] = { 0 };
  SpOid oid = { 0 };

  g_assert_true (sp_oid_append (&oid, ids, SP_OID_MAX));
  g_assert_false (sp_oid_append (&oid, ids, 1));
  g_assert_cmpuint (oid.len, ==, SP_OID_MAX);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/oid/compare", test_compare);
  g_test_add_func ("/oid/parse", test_parse);
  g_test_add_func ("/oid/parse/refuses", test_refuses);
  g_test_add_func ("/oid/append/bounded", test_bounded);
  return g_test_run ();
}
