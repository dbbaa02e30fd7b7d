/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-filter.h"
#include "sp-test.h"

#include <string.h>

/* "client=17", "stream=council", "address=192.0.2.0/24", ... or NULL */
static char *
describe (const SpAdminFilter *filter)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_true (filter->filter.stream == filter->stream);
  g_assert_true (filter->filter.external_id == filter->external_id);
  if (filter->filter.client != 0)
    g_string_append_printf (
        text, "client=%" G_GUINT64_FORMAT " ", filter->filter.client);
  if (filter->filter.stream != NULL)
    g_string_append_printf (text, "stream=%s ", filter->filter.stream);
  if (filter->filter.address != NULL)
    {
      g_autofree char *mask
          = g_inet_address_mask_to_string (filter->filter.address);

      g_string_append_printf (text, "address=%s ", mask);
    }
  if (filter->filter.external_id != NULL)
    g_string_append_printf (
        text, "external_id=%s ", filter->filter.external_id);
  if (filter->ban_s != 0)
    g_string_append_printf (text, "ban=%u", filter->ban_s);
  return g_strchomp (g_string_free (g_steal_pointer (&text), FALSE));
}

static gboolean
parse_kick (const char *body, gsize len, char **description, GError **error)
{
  g_autofree guint8 *exact = sp_test_exact (body, len);
  g_auto (SpAdminFilter) filter = { 0 };
  gboolean is_good
      = sp_admin_filter_parse_kick (&filter, (const char *)exact, len, error);

  *description = describe (&filter);
  return is_good;
}

static void
test_kick_good (void)
{
  static const struct
  {
    const char *body;
    const char *meant;
  } rows[] = {
    { "{\"client\": 17}", "client=17" },
    { "{\"client\":1}", "client=1" },
    { " \r\n\t{ \"client\" : 9007199254740993 }\n", "client=9007199254740993" },
    { "{\"client\":999999999999999999}", "client=999999999999999999" },
    { "{\"stream\": \"council\"}", "stream=council" },
    { "{\"stream\": \"a/b \\\" {[ \\\\\"}", "stream=a/b \" {[ \\" },
    { "{\"str\\u0065am\": \"caf\\u00e9\"}", "stream=caf\xc3\xa9" },
    { "{\"address\": \"192.0.2.7\"}", "address=192.0.2.7" },
    { "{\"address\": \"192.0.2.0/24\"}", "address=192.0.2.0/24" },
    { "{\"address\": \"0.0.0.0/0\"}", "address=0.0.0.0/0" },
    { "{\"address\": \"2001:db8::/32\"}", "address=2001:db8::/32" },
    { "{\"address\": \"2001:DB8::1\"}", "address=2001:db8::1" },
    { "{\"address\": \"::1\"}", "address=::1" },
    { "{\"address\": \"::ffff:192.0.2.7\"}", "address=192.0.2.7" },
    { "{\"address\": \"::ffff:192.0.2.0/120\"}", "address=192.0.2.0/24" },
    { "{\"address\": \"::ffff:0:0/96\"}", "address=0.0.0.0/0" },
    { "{\"address\": \"::/0\"}", "address=::/0" },
    { "{\"external_id\": \"anna\"}", "external_id=anna" },
    { "{\"external_id\": \"17\"}", "external_id=17" },
    { "{\"client\": 17, \"ban_seconds\": 1}", "client=17 ban=1" },
    { "{\"ban_seconds\": 31536000, \"address\": \"::/0\"}",
      "address=::/0 ban=31536000" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *meant = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", rows[i].body);
      parse_kick (rows[i].body, strlen (rows[i].body), &meant, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (meant, ==, rows[i].meant);
    }
}

static void
test_kick_bad (void)
{
  static const struct
  {
    const char *body;
    const char *says; /* a part of the reason */
  } rows[] = {
    { "", "one JSON object" },
    { " \n", "one JSON object" },
    { "client=17", "one JSON object" },
    { "null", "one JSON object" },
    { "17", "one JSON object" },
    { "\"client\"", "one JSON object" },
    { "[{\"client\": 17}]", "one JSON object" },
    { "{\"client\": 17", "one JSON object" },
    { "{\"client\": 17}}", "one JSON object" },
    { "{\"client\": 17} {\"client\": 18}", "one JSON object" },
    { "{\"client\": 17} []", "one JSON object" },
    { "{/*[*/} [] /*]*/", "one JSON object" },
    { "/* hello */ {\"client\": 17}", "one JSON object" },
    { "var a = {\"client\": 17};", "one JSON object" },
    { "{\"client\": 17} // {", "one JSON object" },
    { "{\"stream\": \"council}", "one JSON object" },
    { "{\"stream\": \"council\\\"}", "one JSON object" },
    { "{'client': 17}", "one JSON object" },
    { "{client: 17}", "not JSON" },
    { "{\"client\": }", "not JSON" },
    { "{\"client\": 17]", "not JSON" },
    { "{\"client\" 17}", "not JSON" },
    { "{\"stream\": \"caf\xe9\"}", "not JSON" },
    { "{}", "exactly one" },
    { "{\"client\": 17, \"stream\": \"council\"}", "not 2" },
    { "{\"client\": 1, \"stream\": \"a\", \"address\": \"::1\", "
      "\"external_id\": \"b\"}",
      "not 4" },
    { "{\"client\": \"17\"}", "\"client\"" },
    { "{\"client\": 17.5}", "\"client\"" },
    { "{\"client\": 0}", "\"client\"" },
    { "{\"client\": -1}", "\"client\"" },
    { "{\"client\": null}", "\"client\"" },
    { "{\"client\": true}", "\"client\"" },
    { "{\"client\": [17]}", "\"client\"" },
    { "{\"client\": {\"id\": 17}}", "\"client\"" },
    { "{\"stream\": 17}", "\"stream\"" },
    { "{\"stream\": null}", "\"stream\"" },
    { "{\"stream\": \"\"}", "\"stream\"" },
    { "{\"stream\": [\"council\"]}", "\"stream\"" },
    { "{\"external_id\": 17}", "\"external_id\"" },
    { "{\"external_id\": \"\"}", "\"external_id\"" },
    { "{\"address\": 17}", "\"address\"" },
    { "{\"address\": \"\"}", "\"address\"" },
    { "{\"address\": \"localhost\"}", "'localhost'" },
    { "{\"address\": \"192.0.2.7/24\"}", "'192.0.2.7/24'" },
    { "{\"address\": \"192.0.2.0/33\"}", "'192.0.2.0/33'" },
    { "{\"address\": \"192.0.2.0/\"}", "'192.0.2.0/'" },
    { "{\"address\": \"192.0.2.0/-1\"}", "'192.0.2.0/-1'" },
    { "{\"address\": \"192.0.2/24\"}", "'192.0.2/24'" },
    { "{\"address\": \"::/129\"}", "'::/129'" },
    { "{\"address\": \"*\"}", "'*'" },
    { "{\"clients\": 17}", "\"clients\" is unknown" },
    { "{\"client\": 17, \"why\": 1}", "\"why\" is unknown" },
    { "{\"Client\": 17}", "\"Client\" is unknown" },
    { "{\"ban_seconds\": 60}", "exactly one" },
    { "{\"client\": 17, \"ban_seconds\": 0}", "\"ban_seconds\"" },
    { "{\"client\": 17, \"ban_seconds\": -1}", "\"ban_seconds\"" },
    { "{\"client\": 17, \"ban_seconds\": 31536001}", "31536000" },
    { "{\"client\": 17, \"ban_seconds\": 60.5}", "\"ban_seconds\"" },
    { "{\"client\": 17, \"ban_seconds\": \"60\"}", "\"ban_seconds\"" },
    { "{\"client\": 17, \"ban_seconds\": null}", "\"ban_seconds\"" },
    { "{\"client\": 17, \"ban_second\": 60}", "\"ban_seconds\"?" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *meant = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", rows[i].body);
      g_assert_false (
          parse_kick (rows[i].body, strlen (rows[i].body), &meant, &error));
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, rows[i].says));
      g_assert_false (strstr (meant, "=") != NULL
                      && !g_str_has_prefix (meant, "ban="));
    }
}

static void
test_kick_nul (void)
{
  static const char body[] = "{\"client\": 17\0}";
  g_autofree char *meant = NULL;

  g_assert_false (parse_kick (body, sizeof body - 1, &meant, NULL));
}

/* Each head of a good body is bad: never read beyond, never taken for whole. */
static void
test_kick_cut (void)
{
  static const char body[] = "{\"address\": \"::ffff:192.0.2.0/120\"}";

  for (gsize len = 0; len < sizeof body - 1; len++)
    {
      g_autofree char *meant = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_false (parse_kick (body, len, &meant, &error));
      g_assert_nonnull (error);
    }
}

/* JsonParser calls itself for each level. */
static void
test_kick_deep (void)
{
  g_autoptr (GString) body = g_string_new ("{\"client\": ");
  g_autofree char *meant = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 32000; i++)
    g_string_append_c (body, '[');
  for (guint i = 0; i < 32000; i++)
    g_string_append_c (body, ']');
  g_string_append_c (body, '}');
  g_assert_false (parse_kick (body->str, body->len, &meant, &error));
  g_assert_nonnull (strstr (error->message, "one JSON object"));
}

static GHashTable *
query_of (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, "&", -1);
  GHashTable *query
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; words[i] != NULL; i++)
    {
      char *equals = strchr (words[i], '=');

      if (equals != NULL)
        g_hash_table_insert (query,
                             g_strndup (words[i], (gsize)(equals - words[i])),
                             g_strdup (equals + 1));
    }
  return query;
}

static void
test_query (void)
{
  static const struct
  {
    const char *query;
    const char *meant; /* NULL: bad */
    guint64 after;
    guint limit;
  } rows[] = {
    { "", "", 0, 100 },
    { "stream=&address=&external_id=&after=&limit=", "", 0, 100 },
    { "stream=council", "stream=council", 0, 100 },
    { "address=192.0.2.0/24", "address=192.0.2.0/24", 0, 100 },
    { "address=::ffff:192.0.2.7", "address=192.0.2.7", 0, 100 },
    { "external_id=anna", "external_id=anna", 0, 100 },
    { "stream=a&address=::1&external_id=b&after=9&limit=3",
      "stream=a address=::1 external_id=b",
      9,
      3 },
    { "after=9223372036854775807", "", G_MAXINT64, 100 },
    { "limit=1", "", 0, 1 },
    { "limit=1000", "", 0, 1000 },
    { "limit=0", NULL },
    { "limit=1001", NULL },
    { "limit=-1", NULL },
    { "limit=ten", NULL },
    { "limit=10x", NULL },
    { "limit= 10", NULL },
    { "after=-1", NULL },
    { "after=9223372036854775808", NULL },
    { "after=99999999999999999999999", NULL },
    { "after=x", NULL },
    { "address=somewhere", NULL },
    { "address=192.0.2.7/24", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GHashTable) query = query_of (rows[i].query);
      g_auto (SpAdminFilter) filter = { 0 };
      g_autoptr (GError) error = NULL;
      g_autofree char *meant = NULL;
      gboolean is_good = sp_admin_filter_parse_query (&filter, query, &error);

      g_test_message ("%s", rows[i].query);
      g_assert_cmpint (is_good, ==, rows[i].meant != NULL);
      g_assert_cmpint (is_good, ==, error == NULL);
      if (!is_good)
        continue;
      meant = describe (&filter);
      g_assert_cmpstr (meant, ==, rows[i].meant);
      g_assert_cmpuint (filter.after, ==, rows[i].after);
      g_assert_cmpuint (filter.limit, ==, rows[i].limit);
    }
}

static void
test_query_none (void)
{
  g_auto (SpAdminFilter) filter = { 0 };

  g_assert_true (sp_admin_filter_parse_query (&filter, NULL, NULL));
  g_assert_cmpuint (filter.limit, ==, SP_ADMIN_PAGE_DEFAULT);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/admin-filter/kick/four-forms", test_kick_good);
  g_test_add_func ("/admin-filter/kick/says-what-is-wrong", test_kick_bad);
  g_test_add_func ("/admin-filter/kick/nul-is-no-json", test_kick_nul);
  g_test_add_func ("/admin-filter/kick/cut-short-means-nothing", test_kick_cut);
  g_test_add_func ("/admin-filter/kick/depth-is-bounded", test_kick_deep);
  g_test_add_func ("/admin-filter/query/all-that-are-given", test_query);
  g_test_add_func ("/admin-filter/query/may-be-absent", test_query_none);
  return g_test_run ();
}
