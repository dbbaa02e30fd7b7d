/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-stage.h"
#include "sp-test.h"

/* Orders: what they change, and what is said of those that cannot be. */

static guint64
orders (void)
{
  return sp_stats_get (SP_PUMP_admin_orders);
}

static void
check_rows (SpAdminStage *stage, const SpAdminRow *rows, guint n_rows)
{
  for (guint i = 0; i < n_rows; i++)
    sp_admin_check_row (stage->port, &rows[i], NULL);
}

static void
test_drain (SpAdminStage *stage, gconstpointer data)
{
  static const SpAdminRow rows[] = {
    { "GET", "/healthz", NULL, 200 },
    { "GET", "/admin/status", NULL, 200, "state", "up" },
    { "GET", "/admin/status", NULL, 200, "drain.viewers_remaining", "0" },
    { "POST", "/admin/drain", "{}", 200, "state", "draining" },
    { "GET", "/admin/status", NULL, 200, "state", "draining" },
    { "GET", "/admin/status", NULL, 200, "drain.reason", "admin" },
    { "GET", "/admin/status", NULL, 200, "drain.viewers_remaining", "7" },
    { "POST",
      "/admin/drain",
      "{\"redirect\": \"http://other.example.org:8086/x?y=1\"}",
      200,
      "redirect",
      "http://other.example.org:8086/x?y=1" },
    { "POST", "/admin/drain", "{\"redirect\": null}", 200, "redirect", "null" },
    { "POST", "/admin/drain", "{\"deadline_s\": 0}", 200, "deadline", "null" },
    { "POST", "/admin/drain", "{\"off\": false}", 200, "state", "draining" },
    { "POST", "/admin/drain", "{\"off\": true}", 200, "state", "serving" },
    { "GET", "/admin/status", NULL, 200, "state", "up" },
    { "GET", "/healthz", NULL, 200 },
  };
  guint64 before = orders ();

  check_rows (stage, rows, G_N_ELEMENTS (rows));
  g_assert_cmpuint (orders () - before, ==, 6);
}

static void
test_drain_deadline (SpAdminStage *stage, gconstpointer data)
{
  g_autoptr (SpAdminAsk) ask = sp_admin_ask (
      stage->port, "POST", "/admin/drain", NULL, "{\"deadline_s\": 600}");
  g_autoptr (GDateTime) deadline = NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  sp_admin_assert_usual (ask, 200);
  deadline = g_date_time_new_from_iso8601 (
      json_object_get_string_member (json_node_get_object (ask->json),
                                     "deadline"),
      NULL);
  g_assert_nonnull (deadline);
  g_assert_cmpint (
      g_date_time_difference (deadline, now), >, 550 * G_USEC_PER_SEC);
  g_assert_cmpint (
      g_date_time_difference (deadline, now), <=, 600 * G_USEC_PER_SEC);
}

static void
test_drain_bad (SpAdminStage *stage, gconstpointer data)
{
  g_autofree char *tail = g_strnfill (500, 'a');
  g_autofree char *longest
      = g_strdup_printf ("{\"redirect\": \"http://h.example/%s\"}", tail);
  const SpAdminRow rows[] = {
    { "POST", "/admin/drain", NULL, 400, "detail", "not JSON" },
    { "POST", "/admin/drain", "[]", 400, "detail", "one JSON object" },
    { "POST", "/admin/drain", "{\"of\": true}", 400, "detail", "\"off\"" },
    { "POST", "/admin/drain", "{\"off\": 1}", 400, "detail", "\"off\"" },
    { "POST",
      "/admin/drain",
      "{\"off\": true, \"deadline_s\": 1}",
      400,
      "detail",
      "nothing else" },
    { "POST", "/admin/drain", "{\"deadline_s\": -1}", 400, "detail", "604800" },
    { "POST", "/admin/drain", "{\"deadline_s\": 604801}", 400 },
    { "POST", "/admin/drain", "{\"deadline_s\": \"1\"}", 400 },
    { "POST", "/admin/drain", "{\"deadline_s\": 1.5}", 400 },
    { "POST", "/admin/drain", "{\"redirect\": 1}", 400, "detail", "URL" },
    { "POST", "/admin/drain", "{\"redirect\": \"\"}", 400 },
    { "POST", "/admin/drain", "{\"redirect\": \"/streams/a\"}", 400 },
    { "POST", "/admin/drain", "{\"redirect\": \"javascript:x\"}", 400 },
    { "POST", "/admin/drain", "{\"redirect\": \"http://\"}", 400 },
    { "POST",
      "/admin/drain",
      "{\"redirect\": \"http://a\\r\\nSet-Cookie: x\"}",
      400 },
    { "POST", "/admin/drain", "{\"redirect\": \"http://a b/\"}", 400 },
    { "POST", "/admin/drain", longest, 400, "detail", "511" },
  };
  guint64 before = orders ();

  check_rows (stage, rows, G_N_ELEMENTS (rows));
  g_assert_cmpuint (orders (), ==, before);
  g_assert_false (stage->fake.drain.is_on);
}

/* Balancers look at the status alone, people at the word. */
static void
test_health (SpAdminStage *stage, gconstpointer data)
{
  g_autoptr (SpAdminAsk) draining = NULL;
  g_autoptr (SpAdminAsk) stopping = NULL;

  stage->fake.drain.is_on = TRUE;
  stage->fake.by = "admin";
  draining = sp_admin_ask (stage->port, "GET", "/healthz", NULL, NULL);
  g_assert_cmpuint (draining->status, ==, 503);
  g_assert_cmpstr (draining->body, ==, "draining\n");
  stage->fake.drain.is_on = FALSE;
  stage->fake.is_stopping = TRUE;
  stopping = sp_admin_ask (stage->port, "GET", "/healthz", NULL, NULL);
  g_assert_cmpuint (stopping->status, ==, 503);
  g_assert_cmpstr (stopping->body, ==, "stopping\n");
}

static void
test_reload (SpAdminStage *stage, gconstpointer data)
{
  static const SpAdminRow good[] = {
    { "POST", "/admin/reload", "{}", 200, "applied", "true" },
    { "POST", "/admin/reload", NULL, 200, "generation", "3" },
    { "POST", "/admin/reload", "", 200, "changes.#", "2" },
    { "POST", "/admin/reload", "{}", 200, "changes.0.key", "admin.port" },
    { "POST", "/admin/reload", "{}", 200, "changes.1.effect", "now" },
    { "GET", "/admin/status", NULL, 200, "config.generation", "6" },
  };
  static const SpAdminRow bad[] = {
    { "POST", "/admin/reload", "{\"force\": 1}", 400, "detail", "\"force\"" },
    { "POST", "/admin/reload", "reload", 400, "detail", "JSON" },
  };
  static const SpAdminRow refused[] = {
    { "POST", "/admin/reload", "{}", 422, "detail", "refused" },
    { "POST", "/admin/reload", "{}", 422, "problems.#", "2" },
    { "POST", "/admin/reload", "{}", 422, "problems.0", "port: is missing" },
  };
  guint64 before = orders ();

  check_rows (stage, good, G_N_ELEMENTS (good));
  g_assert_cmpuint (orders () - before, ==, 5);
  g_assert_cmpstr (stage->fake.by, ==, "admin");
  check_rows (stage, bad, G_N_ELEMENTS (bad));
  stage->fake.is_refusing = TRUE;
  check_rows (stage, refused, G_N_ELEMENTS (refused));
  g_assert_cmpuint (orders () - before, ==, 5);
}

#define STREAMS "/admin/streams"

static void
test_streams (SpAdminStage *stage, gconstpointer data)
{
  static const SpAdminRow rows[] = {
    { "POST",
      STREAMS,
      "{\"path\": \"new/one\", \"type\": \"file\"}",
      201,
      "path",
      "new/one" },
    { "GET", STREAMS "/new/one", NULL, 200, "state", "waiting" },
    { "POST", STREAMS, "{\"path\": \"NEW/one\"}", 409, "problems.#", "1" },
    { "POST",
      STREAMS,
      "{\"path\": \"x\", \"type\": \"rtp\"}",
      422,
      "problems.0",
      "type: is unknown" },
    { "POST", STREAMS, "{\"type\": \"file\"}", 400, "detail", "\"path\"" },
    { "POST", STREAMS, "{\"path\": 1}", 400, "detail", "\"path\"" },
    { "POST", STREAMS, "{\"path\": \"\"}", 400 },
    { "POST", STREAMS, "{\"path\": \"x\",}", 400, "detail", "line 1" },
    { "POST", STREAMS, NULL, 400 },
    { "PATCH",
      STREAMS "/new/one",
      "{\"path\": \"new/two\"}",
      200,
      "path",
      "new/two" },
    { "PATCH", STREAMS "/new/two", "{}", 200, "path", "new/two" },
    { "PATCH",
      STREAMS "/new/two",
      "{\"path\": \"field\"}",
      409,
      "problems.0",
      "path: is taken" },
    { "PATCH", STREAMS "/new/two", "{\"type\": \"rtp\"}", 422 },
    { "PATCH", STREAMS "/new/one", "{}", 404, "detail", "'new/one'" },
    { "PATCH", STREAMS "/new/two", "[]", 400 },
    { "DELETE", STREAMS "/new/two", "{}", 400, "detail", "without a body" },
    { "DELETE", STREAMS "/new/two", NULL, 204 },
    { "DELETE", STREAMS "/new/two", NULL, 404 },
    { "GET", STREAMS, NULL, 200, "streams.#", "3" },
  };
  guint64 before = orders ();

  check_rows (stage, rows, G_N_ELEMENTS (rows));
  g_assert_cmpuint (orders () - before, ==, 4);
}

static void
test_location (SpAdminStage *stage, gconstpointer data)
{
  g_autoptr (SpAdminAsk) ask = sp_admin_ask (
      stage->port, "POST", STREAMS, NULL, "{\"path\": \"a/new one\"}");

  sp_admin_assert_usual (ask, 201);
  sp_admin_assert_header (ask, "Location", "/admin/streams/a/new%20one");
}

static void
test_patch_type (SpAdminStage *stage, gconstpointer data)
{
  static const struct
  {
    const char *type;
    guint status;
  } rows[] = {
    { "application/merge-patch+json", 200 },
    { "application/json", 200 },
    { "Application/JSON; charset=utf-8", 200 },
    { "application/json-patch+json", 415 },
    { "application/x-www-form-urlencoded", 200 },
    { "text/plain", 415 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *header
          = g_strdup_printf ("Content-Type: %s\r\n", rows[i].type);
      g_autoptr (SpAdminAsk) ask
          = sp_admin_ask (stage->port, "PATCH", STREAMS "/field", header, "{}");

      g_test_message ("%s", rows[i].type);
      sp_admin_assert_usual (ask, rows[i].status);
      if (rows[i].status == 415)
        sp_admin_assert_header (
            ask, "Accept-Patch", "application/merge-patch+json");
    }
}

static void
test_state (SpAdminStage *stage, gconstpointer data)
{
  static const SpAdminRow rows[] = {
    { "POST",
      STREAMS "/council/state",
      "{\"state\": \"drain\"}",
      200,
      "draining",
      "true" },
    { "POST",
      STREAMS "/council/state",
      "{\"state\": \"down\"}",
      200,
      "state",
      "disabled" },
    { "POST", STREAMS "/a/b/state", "{\"state\": \"up\"}", 200, "path", "a/b" },
    { "POST", STREAMS "/a/state", "{\"state\": \"up\"}", 404 },
    { "POST", STREAMS "/a/b/state", "{\"state\": \"left\"}", 400 },
    { "POST", STREAMS "/a/b/state", "{\"state\": 1}", 400 },
    { "POST", STREAMS "/a/b/state", "{}", 400, "detail", "\"down\"" },
    { "POST", STREAMS "/a/b/state", "{\"stat\": 1}", 400, "detail", "mean" },
    { "GET", STREAMS "/council/state", NULL, 404, "detail", "council/state" },
  };
  guint64 before = orders ();

  check_rows (stage, rows, G_N_ELEMENTS (rows));
  g_assert_cmpuint (orders () - before, ==, 3);
}

static void
test_sources (SpAdminStage *stage, gconstpointer data)
{
  static const char council[] = STREAMS "/council/sources/2";
  static const SpAdminRow rows[] = {
    { "POST",
      council,
      "{\"enabled\": false}",
      200,
      "sources.1.enabled",
      "false" },
    { "POST",
      council,
      "{\"enabled\": true}",
      200,
      "sources.1.enabled",
      "true" },
    { "POST",
      STREAMS "/council/sources/3",
      "{\"enabled\": true}",
      404,
      "detail",
      "no source '3'" },
    { "POST", STREAMS "/council/sources/0", "{\"enabled\": true}", 404 },
    { "POST",
      STREAMS "/council/sources/99999999999",
      "{\"enabled\": true}",
      404,
      "detail",
      "99999999999" },
    { "POST",
      STREAMS "/nobody/sources/1",
      "{\"enabled\": true}",
      404,
      "detail",
      "'nobody'" },
    { "POST", council, "{}", 400, "detail", "\"enabled\"" },
    { "POST", council, "{\"enabled\": null}", 400 },
    { "POST", council, "{\"enabled\": 1}", 400 },
    { "POST", council, "{\"enable\": true}", 400, "detail", "\"enabled\"?" },
  };
  guint64 before = orders ();

  check_rows (stage, rows, G_N_ELEMENTS (rows));
  g_assert_cmpuint (orders () - before, ==, 2);
}

/* Who is not there can be kept away all the same, when a name says who. */
static void
test_ban (SpAdminStage *stage, gconstpointer data)
{
  static const SpAdminRow rows[] = {
    { "POST",
      "/admin/kick",
      "{\"client\": 1, \"ban_seconds\": 60}",
      200,
      "kicked",
      "1" },
    { "POST", "/admin/kick", "{\"client\": 1, \"ban_seconds\": 60}", 404 },
    { "POST", "/admin/kick", "{\"stream\": \"x\", \"ban_seconds\": 60}", 404 },
    { "POST",
      "/admin/kick",
      "{\"address\": \"203.0.113.0/24\", \"ban_seconds\": 3600}",
      200,
      "kicked",
      "0" },
    { "POST",
      "/admin/kick",
      "{\"external_id\": \"carl\", \"ban_seconds\": 31536000}",
      200,
      "kicked",
      "0" },
  };
  guint64 before = orders ();

  check_rows (stage, rows, G_N_ELEMENTS (rows));
  g_assert_cmpuint (stage->fake.ban_s, ==, 31536000);
  g_assert_cmpuint (orders () - before, ==, 3);
}

/* A pump without these doors. */
static void
test_missing (SpAdminStage *stage, gconstpointer data)
{
  static const SpAdminRow rows[] = {
    { "GET", "/admin/status", NULL, 503, "detail", "at present" },
    { "GET", "/metrics", NULL, 503 },
    { "GET", "/admin/clients", NULL, 503 },
    { "GET", "/admin/events", NULL, 503 },
    { "GET", "/admin/events?format=json", NULL, 503 },
    { "POST", "/admin/kick", "{\"client\": 1}", 503 },
    { "POST", "/admin/drain", "{}", 503 },
    { "POST", "/admin/reload", "{}", 503 },
    { "POST", STREAMS, "{\"path\": \"x\"}", 503 },
    { "PATCH", STREAMS "/field", "{}", 503 },
    { "DELETE", STREAMS "/field", NULL, 503 },
    { "POST", STREAMS "/field/state", "{\"state\": \"up\"}", 503 },
    { "POST", STREAMS "/field/sources/1", "{\"enabled\": true}", 503 },
    { "GET", "/healthz", NULL, 200 },
    { "GET", STREAMS, NULL, 200, "streams.#", "3" },
  };
  const SpControlClass few
      = { .pump_info = stage->fake.control.class->pump_info,
          .list_streams = stage->fake.control.class->list_streams };
  const SpControlClass *all = stage->fake.control.class;

  stage->fake.control.class = &few;
  check_rows (stage, rows, G_N_ELEMENTS (rows));
  stage->fake.control.class = all;
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  SP_ADMIN_TEST ("/admin-order/drain/on-and-off", NULL, test_drain);
  SP_ADMIN_TEST ("/admin-order/drain/deadline", NULL, test_drain_deadline);
  SP_ADMIN_TEST ("/admin-order/drain/bad-input", NULL, test_drain_bad);
  SP_ADMIN_TEST ("/admin-order/health/names-the-reason", NULL, test_health);
  SP_ADMIN_TEST ("/admin-order/reload/answers-with-keys", NULL, test_reload);
  SP_ADMIN_TEST ("/admin-order/streams/add-change-delete", NULL, test_streams);
  SP_ADMIN_TEST ("/admin-order/streams/location", NULL, test_location);
  SP_ADMIN_TEST ("/admin-order/streams/patch-type", NULL, test_patch_type);
  SP_ADMIN_TEST ("/admin-order/streams/state", NULL, test_state);
  SP_ADMIN_TEST ("/admin-order/streams/sources", NULL, test_sources);
  SP_ADMIN_TEST ("/admin-order/kick/ban", NULL, test_ban);
  SP_ADMIN_TEST ("/admin-order/missing/is-503", NULL, test_missing);
  return g_test_run ();
}
