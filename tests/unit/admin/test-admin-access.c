/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-stage.h"
#include "sp-test.h"

#include <string.h>

#define TOKEN "s3cret"

static void
test_token (SpAdminStage *stage, gconstpointer data)
{
  static const struct
  {
    const char *target;
    const char *header;
    guint status;
  } rows[] = {
    { "/healthz", "", 200 },
    { "/admin/status", "Authorization: Bearer " TOKEN "\r\n", 200 },
    { "/admin/status", "Authorization: bearer  " TOKEN "\r\n", 200 },
    { "/admin/nothing", "Authorization: Bearer " TOKEN "\r\n", 404 },
    { "/admin/status", "", 401 },
    { "/admin/status", "Authorization: Bearer\r\n", 401 },
    { "/admin/status", "Authorization: Bearer x\r\n", 401 },
    { "/admin/status", "Authorization: Bearer " TOKEN "x\r\n", 401 },
    { "/admin/status", "Authorization: Basic " TOKEN "\r\n", 401 },
    { "/admin/status", "Authorization: " TOKEN "\r\n", 401 },
    { "/admin/status?token=" TOKEN, "", 401 },
    { "/admin/nothing", "", 401 },
    { "/admin/kick", "", 401 },
  };
  guint64 requests = sp_stats_get (SP_PUMP_admin_requests);
  guint64 denied = sp_stats_get (SP_PUMP_admin_denied);
  guint n_denied = 0;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SpAdminAsk) ask = sp_admin_ask (
          stage->port, "GET", rows[i].target, rows[i].header, NULL);

      g_test_message ("%s %s", rows[i].target, rows[i].header);
      sp_admin_assert_usual (ask, rows[i].status);
      if (rows[i].status != 401)
        continue;
      n_denied++;
      sp_admin_assert_header (
          ask, "WWW-Authenticate", "Bearer realm=\"stream-pump\"");
      g_assert_null (strstr (ask->text, TOKEN));
    }
  g_assert_cmpuint (sp_stats_get (SP_PUMP_admin_requests) - requests,
                    ==,
                    G_N_ELEMENTS (rows));
  g_assert_cmpuint (sp_stats_get (SP_PUMP_admin_denied) - denied, ==, n_denied);
  g_assert_cmpuint (sp_admin_stage_warnings (), >, 0);
  g_assert_cmpuint (sp_admin_stage_warnings (), <, n_denied);
}

static void
test_token_change (SpAdminStage *stage, gconstpointer data)
{
  static const SpAdminRow denied = { "GET", "/admin/status", NULL, 401 };
  static const SpAdminRow granted = { "GET", "/admin/status", NULL, 200 };

  sp_admin_set_token (stage->admin, "other");
  sp_admin_check_row (
      stage->port, &denied, "Authorization: Bearer " TOKEN "\r\n");
  sp_admin_check_row (stage->port, &granted, "Authorization: Bearer other\r\n");
  sp_admin_set_token (stage->admin, NULL);
  sp_admin_check_row (stage->port, &granted, NULL);
}

/* A request with @host and @more; "" stands for no Host at all. */
static guint
status_of (guint16 port, const char *start, const char *host, const char *more)
{
  g_autofree char *text = NULL;
  g_autoptr (SpAdminAsk) ask = NULL;

  text = g_strdup_printf ("%s\r\n%s%s%s%sContent-Length: 14\r\n\r\n"
                          "{\"client\": 99}",
                          start,
                          *host != '\0' ? "Host: " : "",
                          host,
                          *host != '\0' ? "\r\n" : "",
                          more);
  ask = sp_admin_ask_begin (port, text, strlen (text));
  sp_admin_ask_wait (ask);
  if (ask->status == 403)
    sp_admin_assert_usual (ask, 403);
  return ask->status;
}

#define STATUS "GET /admin/status HTTP/1.1"
#define HEALTH "GET /healthz HTTP/1.1"
#define KICK "POST /admin/kick HTTP/1.1"
#define AUTHORIZED "Authorization: Bearer " TOKEN "\r\n"

static void
test_host (SpAdminStage *stage, gconstpointer data)
{
  guint16 port = stage->port;

  g_assert_cmpuint (status_of (port, STATUS, "localhost", ""), ==, 200);
  g_assert_cmpuint (status_of (port, STATUS, "[::1]:1", ""), ==, 200);
  g_assert_cmpuint (status_of (port, STATUS, "192.0.2.1", ""), ==, 200);
  g_assert_cmpuint (
      status_of (port, "GET /admin/status HTTP/1.0", "", ""), ==, 200);
  g_assert_cmpuint (status_of (port, STATUS, "", ""), ==, 400);
  g_assert_cmpuint (status_of (port, STATUS, "evil.example", ""), ==, 403);
  g_assert_cmpuint (status_of (port, KICK, "evil.example:80", ""), ==, 403);
  g_assert_cmpuint (status_of (port, HEALTH, "evil.example", ""), ==, 200);
}

static void
test_host_with_token (SpAdminStage *stage, gconstpointer data)
{
  guint16 port = stage->port;

  g_assert_cmpuint (
      status_of (port, STATUS, "pump.example.org", AUTHORIZED), ==, 200);
  g_assert_cmpuint (status_of (port, STATUS, "pump.example.org", ""), ==, 401);
}

static void
test_origin (SpAdminStage *stage, gconstpointer data)
{
  static const char same[] = "Origin: http://localhost:8087\r\n";
  static const char other[] = "Origin: http://evil.example\r\n";
  static const char none[] = "Origin: null\r\n";
  guint16 port = stage->port;

  g_assert_cmpuint (status_of (port, KICK, "localhost:8087", ""), ==, 404);
  g_assert_cmpuint (status_of (port, KICK, "localhost:8087", same), ==, 404);
  g_assert_cmpuint (status_of (port, KICK, "localhost:8087", other), ==, 403);
  g_assert_cmpuint (status_of (port, KICK, "localhost:8087", none), ==, 403);
  g_assert_cmpuint (status_of (port, STATUS, "localhost:8087", other), ==, 200);
}

static void
test_ipv6 (void)
{
  const SpAdminSettings settings = { .address = "::1" };
  SpFakeControl fake;
  g_autoptr (GError) error = NULL;
  g_autoptr (SpAdmin) admin = NULL;

  sp_fake_control_init (&fake);
  admin = sp_admin_new (&fake.control, &settings, &error);
  if (admin == NULL)
    g_test_skip (error->message);
  else
    g_assert_cmpuint (sp_admin_port (admin), >, 0);
  sp_fake_control_clear (&fake);
}

static void
test_no_port (SpAdminStage *stage, gconstpointer data)
{
  static const char *const addresses[] = { "somewhere", "192.0.2.1", "" };
  g_autoptr (GError) taken = NULL;
  SpControl *control = &stage->fake.control;
  const SpAdminSettings same = { .address = "127.0.0.1", .port = stage->port };

  g_assert_null (sp_admin_new (control, &same, &taken));
  g_assert_error (taken, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      const SpAdminSettings bad = { .address = addresses[i] };
      g_autoptr (GError) error = NULL;

      g_assert_null (sp_admin_new (control, &bad, &error));
      g_assert_nonnull (error);
    }
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  SP_ADMIN_TEST ("/admin/token/asked-for-everywhere", TOKEN, test_token);
  SP_ADMIN_TEST ("/admin/token/changes-at-once", TOKEN, test_token_change);
  SP_ADMIN_TEST ("/admin/browser/strange-host", NULL, test_host);
  SP_ADMIN_TEST (
      "/admin/browser/any-host-with-token", TOKEN, test_host_with_token);
  SP_ADMIN_TEST ("/admin/browser/strange-origin", NULL, test_origin);
  SP_ADMIN_TEST ("/admin/listen/says-why-not", NULL, test_no_port);
  g_test_add_func ("/admin/listen/ipv6", test_ipv6);
  return g_test_run ();
}
