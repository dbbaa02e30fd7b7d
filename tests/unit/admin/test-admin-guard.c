/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-guard.h"
#include "sp-test.h"

static void
test_token (void)
{
  static const struct
  {
    const char *authorization;
    gboolean is_accepted;
  } rows[] = {
    { "Bearer s3cret", TRUE },
    { "bearer s3cret", TRUE },
    { "BEARER   s3cret ", TRUE },
    { NULL, FALSE },
    { "", FALSE },
    { "Bearer", FALSE },
    { "Bearer ", FALSE },
    { "Bearer s3cre", FALSE },
    { "Bearer s3crets", FALSE },
    { "Bearer S3cret", FALSE },
    { "Bearer s3cret s3cret", FALSE },
    { "Bearers3cret", FALSE },
    { "Basic s3cret", FALSE },
    { "s3cret", FALSE },
  };
  SpAdminToken token;

  sp_admin_token_set (&token, "s3cret");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (sp_admin_token_accepts (&token, rows[i].authorization),
                     ==,
                     rows[i].is_accepted);
}

static void
test_token_none (void)
{
  SpAdminToken token;

  sp_admin_token_set (&token, "s3cret");
  sp_admin_token_set (&token, NULL);
  g_assert_true (sp_admin_token_accepts (&token, NULL));
  g_assert_true (sp_admin_token_accepts (&token, "Bearer other"));
}

/* A token that is empty is one nobody can send, not the absence of one. */
static void
test_token_empty (void)
{
  SpAdminToken token;

  sp_admin_token_set (&token, "");
  g_assert_false (sp_admin_token_accepts (&token, NULL));
}

static void
test_local (void)
{
  static const struct
  {
    const char *host;
    gboolean is_local;
  } rows[] = {
    { NULL, TRUE },
    { "127.0.0.1", TRUE },
    { "127.0.0.1:8087", TRUE },
    { "192.0.2.7:8087", TRUE },
    { "[::1]", TRUE },
    { "[::1]:8087", TRUE },
    { "localhost", TRUE },
    { "LocalHost:8087", TRUE },
    { "localhost.:8087", TRUE },
    { "localhost.localdomain", TRUE },
    { "ip6-localhost:1", TRUE },
    { "", FALSE },
    { ":8087", FALSE },
    { "rebind.example.org", FALSE },
    { "rebind.example.org:8087", FALSE },
    { "127.0.0.1.example.org", FALSE },
    { "localhost.example.org", FALSE },
    { "notlocalhost", FALSE },
    { "localhost:port", FALSE },
    { "[::1", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].host != NULL ? rows[i].host : "none");
      g_assert_cmpint (
          sp_admin_guard_is_local (rows[i].host), ==, rows[i].is_local);
    }
}

static void
test_origin (void)
{
  static const struct
  {
    const char *origin;
    const char *host;
    gboolean is_same;
  } rows[] = {
    { "http://127.0.0.1:8087", "127.0.0.1:8087", TRUE },
    { "http://LOCALHOST:8087", "localhost:8087", TRUE },
    { "http://[::1]:8087", "[::1]:8087", TRUE },
    { "http://127.0.0.1", "127.0.0.1:80", TRUE },
    { "https://pump.example.org", "pump.example.org", TRUE },
    { "https://pump.example.org:443", "pump.example.org", TRUE },
    { "http://127.0.0.1:8088", "127.0.0.1:8087", FALSE },
    { "http://127.0.0.1", "127.0.0.1:8087", FALSE },
    { "http://localhost:8087", "127.0.0.1:8087", FALSE },
    { "http://example.org:8087", "127.0.0.1:8087", FALSE },
    { "null", "127.0.0.1:8087", FALSE },
    { "", "127.0.0.1:8087", FALSE },
    { "http://", "127.0.0.1:8087", FALSE },
    { "file://", "127.0.0.1:8087", FALSE },
    { "chrome-extension://127.0.0.1:8087", "127.0.0.1:8087", FALSE },
    { "http://127.0.0.1:8087", NULL, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].origin);
      g_assert_cmpint (
          sp_admin_guard_is_same_origin (rows[i].origin, rows[i].host),
          ==,
          rows[i].is_same);
    }
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/admin-guard/token/only-the-whole", test_token);
  g_test_add_func ("/admin-guard/token/may-be-none", test_token_none);
  g_test_add_func ("/admin-guard/token/empty-opens-nothing", test_token_empty);
  g_test_add_func ("/admin-guard/host/names-of-this-machine", test_local);
  g_test_add_func ("/admin-guard/origin/its-own-pages", test_origin);
  return g_test_run ();
}
