/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-stage.h"
#include "sp-test.h"

#include <string.h>

static void
test_requests (SpAdminStage *stage, gconstpointer data)
{
  static const SpAdminRow rows[] = {
    { "GET", "/healthz", NULL, 200 },
    { "GET", "/healthz?x=1", NULL, 400, "detail", "'x'" },
    { "GET", "/admin/status", NULL, 200, "name", "stream-pump" },
    { "GET", "/admin/status", NULL, 200, "streams_live", "2" },
    { "GET", "/admin/status", NULL, 200, "clients", "7" },
    { "GET", "/admin/status", NULL, 200, "house", "null" },
    { "GET", "/admin/status", NULL, 200, "counters.reloads", "0" },
    { "GET", "/admin/status?", NULL, 200, "workers", "2" },
    { "GET", "/admin/status?pretty=1", NULL, 200, "workers", "2" },
    { "GET", "/admin/status?verbose=1", NULL, 400, "detail", "'verbose'" },
    { "GET",
      "/admin/status?a%FFb=1",
      NULL,
      400,
      "detail",
      "a\xef\xbf\xbd"
      "b" },
    { "GET", "/admin/streams", NULL, 200, "streams.#", "3" },
    { "GET", "/admin/streams", NULL, 200, "streams.0.path", "a/b" },
    { "GET", "/admin/streams", NULL, 200, "streams.1.state", "live" },
    { "GET",
      "/admin/streams",
      NULL,
      200,
      "streams.2.counters.bytes_sent",
      "1002" },
    { "GET", "/admin/streams/council", NULL, 200, "path", "council" },
    { "GET", "/admin/streams/COUNCIL", NULL, 200, "path", "council" },
    { "GET", "/admin/streams/co%75ncil", NULL, 200, "path", "council" },
    { "GET", "/admin/streams/a/b", NULL, 200, "path", "a/b" },
    { "GET", "/admin/streams/a%2Fb", NULL, 200, "path", "a/b" },
    { "GET", "/admin/streams/a", NULL, 404, "detail", "'a'" },
    { "GET", "/admin/streams/nobody", NULL, 404, "detail", "'nobody'" },
    { "GET", "/admin/streams/caf%E9", NULL, 404 },
    { "GET", "/admin/streams/", NULL, 404, "detail", "/admin/status" },
    { "GET", "/admin/streams/..%2Fx", NULL, 400, "detail", "path" },
    { "GET", "/admin/streams/%00", NULL, 400, "detail", "path" },
    { "GET", "/admin/clients", NULL, 200, "clients.#", "7" },
    { "GET", "/admin/clients", NULL, 200, "clients.6.id", "21" },
    { "GET", "/admin/clients", NULL, 200, "next", "null" },
    { "GET", "/admin/clients?limit=2", NULL, 200, "next", "2" },
    { "GET", "/admin/clients?limit=2&after=2", NULL, 200, "clients.1.id", "5" },
    { "GET", "/admin/clients?limit=2&after=13", NULL, 200, "next", "null" },
    { "GET", "/admin/clients?stream=field", NULL, 200, "clients.#", "2" },
    { "GET", "/admin/clients?stream=a%2Fb", NULL, 200, "clients.#", "2" },
    { "GET", "/admin/clients?stream=nobody", NULL, 200, "clients.#", "0" },
    { "GET",
      "/admin/clients?address=192.0.2.0/24",
      NULL,
      200,
      "clients.#",
      "3" },
    { "GET",
      "/admin/clients?address=2001:db8::/32",
      NULL,
      200,
      "clients.#",
      "2" },
    { "GET", "/admin/clients?external_id=anna", NULL, 200, "clients.#", "2" },
    { "GET",
      "/admin/clients?external_id=anna&address=192.0.2.7",
      NULL,
      200,
      "clients.0.id",
      "1" },
    { "GET", "/admin/clients?limit=0", NULL, 400, "detail", "\"limit\"" },
    { "GET", "/admin/clients?limit=1001", NULL, 400, "detail", "1000" },
    { "GET", "/admin/clients?after=x", NULL, 400, "detail", "\"after\"" },
    { "GET", "/admin/clients?address=x", NULL, 400, "detail", "192.0.2.0/24" },
    { "GET", "/admin/clients?strem=field", NULL, 400, "detail", "'strem'" },
    { "GET", "/admin/clients/5", NULL, 200, "external_id", "bert" },
    { "GET", "/admin/clients/13", NULL, 200, "stream", "a/b" },
    { "GET", "/admin/clients/2", NULL, 200, "external_id", "null" },
    { "GET", "/admin/clients/4", NULL, 404, "detail", "'4'" },
    { "GET", "/admin/clients/0", NULL, 404 },
    { "GET", "/admin/clients/-5", NULL, 404 },
    { "GET", "/admin/clients/anna", NULL, 404, "detail", "'anna'" },
    { "GET", "/admin/clients/5/x", NULL, 404 },
    { "GET", "/admin/clients/99999999999999999999", NULL, 404 },
    { "GET", "/", NULL, 404, "detail", "/admin/status" },
    { "GET", "/admin", NULL, 404 },
    { "GET", "/admin/status/", NULL, 404 },
    { "GET", "/admin/statuses", NULL, 404 },
    { "GET", "/metrics/", NULL, 404 },
    { "GET", "/admin/openapi.json", NULL, 200, "openapi", "3.1.0" },
    { "GET", "/admin/events?format=json", NULL, 200, "last", "3" },
    { "GET", "/admin/status", NULL, 200, "last_event", "3" },
    { "GET", "/admin/status", NULL, 200, "host", "pump.example.org" },
    { "GET", "/admin/status", NULL, 200, "drain.state", "serving" },
    { "GET", "/admin/status", NULL, 200, "drain.deadline", "null" },
    { "GET", "/admin/status", NULL, 200, "config.result", "ok" },
    { "GET", "/admin/status", NULL, 200, "snmp.notifying", "true" },
    { "GET", "/admin/status", NULL, 200, "totals.bytes_sent", "3003" },
    { "GET", "/admin/status", NULL, 200, "listeners.0.state", "up" },
    { "GET", "/admin/status", NULL, 200, "listeners.1.state", "down" },
    { "GET", "/admin/status", NULL, 200, "listeners.1.port", "null" },
    { "GET", "/admin/status", NULL, 200, "certificates.0.status", "expired" },
    { "GET", "/admin/status", NULL, 200, "certificates.0.days_left", "-1" },
    { "GET", "/admin/streams/council", NULL, 200, "quality.behind", "1" },
    { "GET",
      "/admin/streams/council",
      NULL,
      200,
      "quality.lag_histogram.#",
      "8" },
    { "GET",
      "/admin/streams/council",
      NULL,
      200,
      "quality.lag_histogram.7.le_ms",
      "null" },
    { "GET",
      "/admin/streams/council",
      NULL,
      200,
      "quality.worst.0.client",
      "2" },
    { "GET", "/admin/streams/council", NULL, 200, "canary.ok", "true" },
    { "GET", "/admin/streams/a/b", NULL, 200, "canary.header_ms", "null" },
    { "GET", "/admin/streams/council", NULL, 200, "sources.#", "2" },
    { "GET", "/admin/streams/council", NULL, 200, "sources.0.state", "active" },
    { "GET", "/admin/streams/a/b", NULL, 200, "sources.0.address", "null" },
    { "GET", "/admin/clients/1", NULL, 200, "player.buffering_ms", "3000" },
    { "GET", "/admin/clients/1", NULL, 200, "player.played_s", "null" },
    { "GET", "/admin/clients/2", NULL, 200, "player", "null" },
    { "GET", "/admin/clients/2", NULL, 200, "rtt_us", "1000" },
    { "GET", "/admin/clients/1", NULL, 200, "rtt_us", "null" },
    { "POST", "/admin/nothing", "{}", 404 },
    { "OPTIONS", "*", NULL, 404 },
    { "POST", "/admin/kick", NULL, 400, "detail", "one JSON object" },
    { "POST", "/admin/kick?pretty=1", "{}", 400, "detail", "exactly one" },
    { "POST", "/admin/kick?x=1", "{\"client\":1}", 400, "detail", "'x'" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    sp_admin_check_row (stage->port, &rows[i], NULL);
  g_assert_cmpuint (stage->fake.n_kicks, ==, 0);
  g_assert_cmpuint (sp_admin_stage_warnings (), ==, 0);
}

static void
test_types (SpAdminStage *stage, gconstpointer data)
{
  g_autoptr (SpAdminAsk) health
      = sp_admin_ask (stage->port, "GET", "/healthz", NULL, NULL);
  g_autoptr (SpAdminAsk) plain
      = sp_admin_ask (stage->port, "GET", "/admin/status", NULL, NULL);
  g_autoptr (SpAdminAsk) pretty
      = sp_admin_ask (stage->port, "GET", "/admin/status?pretty=1", NULL, NULL);

  sp_admin_assert_header (health, "Content-Type", "text/plain; charset=utf-8");
  g_assert_cmpstr (health->body, ==, "ok\n");
  sp_admin_assert_header (plain, "Content-Type", "application/json");
  g_assert_true (g_str_has_prefix (plain->body, "{\"name\":"));
  sp_admin_assert_header (pretty, "Content-Type", "application/json");
  g_assert_true (g_str_has_prefix (pretty->body, "{\n  \"name\" : "));
}

/* Only the body is missing. */
static void
test_head (SpAdminStage *stage, gconstpointer data)
{
  static const char *const targets[] = { "/healthz",
                                         "/metrics",
                                         "/admin/status",
                                         "/admin/streams",
                                         "/admin/streams/council",
                                         "/admin/clients/5",
                                         "/admin/clients/6",
                                         "/admin/openapi.json",
                                         "/admin/events?format=json",
                                         "/admin/nothing" };

  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autoptr (SpAdminAsk) get
          = sp_admin_ask (stage->port, "GET", targets[i], NULL, NULL);
      g_autoptr (SpAdminAsk) head
          = sp_admin_ask (stage->port, "HEAD", targets[i], NULL, NULL);
      g_autofree char *length = sp_admin_ask_header (get, "Content-Length");
      g_autofree char *head_length
          = sp_admin_ask_header (head, "Content-Length");
      gint64 difference;
      g_autofree char *type = sp_admin_ask_header (get, "Content-Type");

      g_assert_cmpuint (head->status, ==, get->status);
      /* What is shown may have a digit more a moment later. */
      g_assert_nonnull (head_length);
      difference = g_ascii_strtoll (head_length, NULL, 10)
                   - g_ascii_strtoll (length, NULL, 10);
      g_assert_cmpint (ABS (difference), <, 32);
      sp_admin_assert_header (head, "Content-Type", type);
      g_assert_cmpstr (head->body, ==, "");
    }
}

static void
test_methods (SpAdminStage *stage, gconstpointer data)
{
  static const struct
  {
    const char *method;
    const char *target;
    const char *allow;
  } rows[] = {
    { "POST", "/healthz", "GET, HEAD" },
    { "POST", "/admin/status", "GET, HEAD" },
    { "PUT", "/admin/streams/council", "GET, HEAD, PATCH, DELETE" },
    { "POST", "/admin/streams/council", "GET, HEAD, PATCH, DELETE" },
    { "PUT", "/admin/streams/a/b/state", "POST, GET, HEAD, PATCH, DELETE" },
    { "PATCH", "/admin/streams", "GET, HEAD, POST" },
    { "GET", "/admin/drain", "POST" },
    { "GET", "/admin/reload", "POST" },
    { "POST", "/metrics", "GET, HEAD" },
    { "POST", "/admin/events", "GET, HEAD" },
    { "DELETE", "/admin/openapi.json", "GET, HEAD" },
    { "PUT", "/admin/clients", "GET, HEAD" },
    { "OPTIONS", "/admin/clients", "GET, HEAD" },
    { "get", "/admin/clients", "GET, HEAD" },
    { "GET", "/admin/kick", "POST" },
    { "HEAD", "/admin/kick", "POST" },
    { "DELETE", "/admin/kick", "POST" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SpAdminAsk) ask = sp_admin_ask (
          stage->port, rows[i].method, rows[i].target, NULL, NULL);

      g_test_message ("%s %s", rows[i].method, rows[i].target);
      g_assert_cmpuint (ask->status, ==, 405);
      if (!g_str_equal (rows[i].method, "HEAD"))
        sp_admin_assert_usual (ask, 405);
      sp_admin_assert_header (ask, "Allow", rows[i].allow);
    }
}

static void
test_kick_forms (SpAdminStage *stage, gconstpointer data)
{
  static const SpAdminRow rows[] = {
    { "POST", "/admin/kick", "{\"client\": 4}", 404, "detail", "no client" },
    { "POST", "/admin/kick", "{\"client\": 5}", 200, "kicked", "1" },
    { "POST", "/admin/kick", "{\"client\": 5}", 404, "detail", "no client" },
    { "POST", "/admin/kick", "{\"stream\": \"nobody\"}", 404 },
    { "POST", "/admin/kick", "{\"stream\": \"a/b\"}", 200, "kicked", "2" },
    { "POST", "/admin/kick", "{\"stream\": \"a/b\"}", 404 },
    { "POST", "/admin/kick", "{\"address\": \"203.0.113.0/24\"}", 404 },
    { "POST",
      "/admin/kick",
      "{\"address\": \"::ffff:192.0.2.0/120\"}",
      200,
      "kicked",
      "2" },
    { "POST", "/admin/kick", "{\"external_id\": \"carl\"}", 404 },
    { "POST",
      "/admin/kick",
      "{\"external_id\": \"anna\"}",
      200,
      "kicked",
      "1" },
    { "GET", "/admin/clients", NULL, 200, "clients.#", "1" },
    { "GET", "/admin/clients", NULL, 200, "clients.0.id", "8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    sp_admin_check_row (stage->port, &rows[i], NULL);
  g_assert_cmpuint (stage->fake.n_kicks, ==, 10);
}

/* curl -d says that it is a form, nc says nothing. */
static void
test_kick_type (SpAdminStage *stage, gconstpointer data)
{
  static const SpAdminRow rows[]
      = { { "POST", "/admin/kick", "{\"client\":1}", 200, "kicked", "1" },
          { "POST", "/admin/kick", "{\"client\":2}", 200, "kicked", "1" },
          { "POST", "/admin/kick", "{\"client\":3}", 200, "kicked", "1" } };

  sp_admin_check_row (stage->port, &rows[0], NULL);
  sp_admin_check_row (
      stage->port, &rows[1], "Content-Type: application/json\r\n");
  sp_admin_check_row (stage->port,
                      &rows[2],
                      "Content-Type: application/x-www-form-urlencoded\r\n");
}

static void
test_kick_bad (SpAdminStage *stage, gconstpointer data)
{
  static const SpAdminRow rows[] = {
    { "POST", "/admin/kick", "client=5", 400, "detail", "JSON" },
    { "POST", "/admin/kick", "[5]", 400, "detail", "JSON" },
    { "POST", "/admin/kick", "{\"client\": }", 400, "detail", "not JSON" },
    { "POST", "/admin/kick", "{}", 400, "detail", "exactly one" },
    { "POST",
      "/admin/kick",
      "{\"client\": 1, \"stream\": \"council\"}",
      400,
      "detail",
      "exactly one" },
    { "POST", "/admin/kick", "{\"client\": 0}", 400, "detail", "\"client\"" },
    { "POST", "/admin/kick", "{\"client\": \"1\"}", 400 },
    { "POST", "/admin/kick", "{\"stream\": 1}", 400 },
    { "POST", "/admin/kick", "{\"address\": \"192.0.2.7/24\"}", 400 },
    { "POST", "/admin/kick", "{\"address\": \"192.0.2.0/-1\"}", 400 },
    { "POST", "/admin/kick", "{\"user\": \"anna\"}", 400, "detail", "unknown" },
    { "POST",
      "/admin/kick",
      "{\"client\": 1, \"ban_seconds\": 0}",
      400,
      "detail",
      "\"ban_seconds\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    sp_admin_check_row (stage->port, &rows[i], NULL);
  g_assert_cmpuint (stage->fake.n_kicks, ==, 0);
  g_assert_cmpuint (stage->fake.clients->len, ==, 7);
}

static void
test_range (SpAdminStage *stage, gconstpointer data)
{
  static const SpAdminRow row
      = { "GET", "/admin/status", NULL, 200, "name", "stream-pump" };

  sp_admin_check_row (stage->port, &row, "Range: bytes=0-4\r\n");
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  SP_ADMIN_TEST ("/admin/requests/each-has-its-answer", NULL, test_requests);
  SP_ADMIN_TEST ("/admin/requests/types", NULL, test_types);
  SP_ADMIN_TEST ("/admin/requests/head-is-get-without-body", NULL, test_head);
  SP_ADMIN_TEST ("/admin/requests/other-methods-are-named", NULL, test_methods);
  SP_ADMIN_TEST ("/admin/requests/range-is-ignored", NULL, test_range);
  SP_ADMIN_TEST (
      "/admin/kick/four-forms-end-whom-they-name", NULL, test_kick_forms);
  SP_ADMIN_TEST ("/admin/kick/whatever-the-type", NULL, test_kick_type);
  SP_ADMIN_TEST ("/admin/kick/bad-input-ends-nobody", NULL, test_kick_bad);
  return g_test_run ();
}
