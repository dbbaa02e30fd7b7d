/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-match.h"
#include "sp-admin-page.h"
#include "sp-test.h"

static void
test_match (void)
{
  static const char stream[] = "/admin/streams/{path}";
  static const char state[] = "/admin/streams/{path}/state";
  static const char source[] = "/admin/streams/{path}/sources/{index}";
  static const struct
  {
    const char *pattern;
    const char *path;
    gboolean fits;
    const char *name;
    const char *index;
  } rows[] = {
    { "/healthz", "/healthz", TRUE },
    { "/healthz", "/healthz/", FALSE },
    { "/healthz", "/health", FALSE },
    { "/", "/", TRUE },
    { "/", "", FALSE },
    { "/{file}", "/page.css", TRUE, "page.css" },
    { "/{file}", "/", FALSE },
    { stream, "/admin/streams/a", TRUE, "a" },
    { stream, "/admin/streams/a/b", TRUE, "a/b" },
    { stream, "/admin/streams/", FALSE },
    { stream, "/admin/streams", FALSE },
    { stream, "/admin/stream/a", FALSE },
    { state, "/admin/streams/a/state", TRUE, "a" },
    { state, "/admin/streams/a/b/state", TRUE, "a/b" },
    { state, "/admin/streams/state/state", TRUE, "state" },
    { state, "/admin/streams/a/state/", FALSE },
    { state, "/admin/streams//state", FALSE },
    { state, "/admin/streams/state", FALSE },
    { source, "/admin/streams/a/sources/1", TRUE, "a", "1" },
    { source, "/admin/streams/a/b/sources/17", TRUE, "a/b", "17" },
    { source,
      "/admin/streams/a/sources/1/sources/2",
      TRUE,
      "a/sources/1",
      "2" },
    { source, "/admin/streams/a/sources/", FALSE },
    { source, "/admin/streams/a/sources/x", FALSE },
    { source, "/admin/streams/a/sources/1x", FALSE },
    { source, "/admin/streams/a/sources/-1", FALSE },
    { source, "/admin/streams/a/source/1", FALSE },
    { source, "/admin/streams/sources/1", FALSE },
    { source, "/admin/streams/1", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (SpAdminMatch) match = { NULL };
      gboolean fits = sp_admin_match (rows[i].pattern, rows[i].path, &match);

      g_test_message ("%s %s", rows[i].pattern, rows[i].path);
      g_assert_cmpint (fits, ==, rows[i].fits);
      if (!fits)
        continue;
      g_assert_cmpstr (match.name, ==, rows[i].name);
      g_assert_cmpstr (match.index, ==, rows[i].index);
    }
}

/* Names come from URLs. */
static void
test_page_names (void)
{
  static const char *const names[]
      = { "", ".", "..", "../page", ".page.css", "a/b", "a b", "nothing.css" };
  g_autofree char *longest = g_strnfill (65, 'a');

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_null (sp_admin_page_lookup (names[i]));
  g_assert_null (sp_admin_page_lookup (longest));
  g_assert_cmpstr (
      sp_admin_page_type ("a.js"), ==, "text/javascript; charset=utf-8");
  g_assert_cmpstr (sp_admin_page_type ("a"), ==, "application/octet-stream");
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/admin-match/patterns", test_match);
  g_test_add_func ("/admin-match/page-names", test_page_names);
  return g_test_run ();
}
