/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-json.h"
#include "sp-test.h"

#include <string.h>

#define SECOND_US G_GINT64_CONSTANT (1000000)

/* 2026-07-01T12:00:00Z, when the monotonic clock showed 5000 s. */
static const SpAdminNow now
    = { .us = 5000 * SECOND_US, .unix_us = 1782907200 * SECOND_US };

static void
assert_integer (JsonNode *node, const char *name, gint64 value)
{
  JsonObject *object = json_node_get_object (node);

  g_assert_true (json_object_has_member (object, name));
  g_assert_cmpint (
      json_node_get_value_type (json_object_get_member (object, name)),
      ==,
      G_TYPE_INT64);
  g_assert_cmpint (json_object_get_int_member (object, name), ==, value);
}

/* NULL: JSON's null. */
static void
assert_string (JsonNode *node, const char *name, const char *value)
{
  JsonObject *object = json_node_get_object (node);

  g_assert_true (json_object_has_member (object, name));
  if (value == NULL)
    g_assert_true (json_object_get_null_member (object, name));
  else
    g_assert_cmpstr (json_object_get_string_member (object, name), ==, value);
}

static void
assert_counters (JsonNode *node, const SpCounterInfo *infos, gint64 first)
{
  JsonObject *counters
      = json_object_get_object_member (json_node_get_object (node), "counters");
  guint n = 0;

  for (; infos[n].name != NULL; n++)
    g_assert_cmpint (
        json_object_get_int_member (counters, infos[n].name), ==, first + n);
  g_assert_cmpuint (json_object_get_size (counters), ==, n);
}

static void
test_status (void)
{
  SpPumpInfo info = { .state = SP_PUMP_UP,
                      .config_result = SP_CONFIG_OK,
                      .started_us = 1400 * SECOND_US,
                      .workers = 2,
                      .streams = 3,
                      .streams_live = 1,
                      .clients = 40,
                      .connections = 44,
                      .bytes_sent = G_GUINT64_CONSTANT (1) << 40,
                      .bytes_received = 7,
                      .config_generation = 5 };
  g_autoptr (SpPicture) picture = sp_picture_new ();
  g_autoptr (JsonNode) node = NULL;

  picture->pump = info;
  for (guint i = 0; i < SP_N_PUMP_COUNTERS; i++)
    picture->counters[i] = 100 + i;
  node = sp_admin_json_status (picture, 77, &now);
  assert_integer (node, "last_event", 77);
  assert_string (node, "client_limit", NULL);
  assert_string (node, "state", "up");
  assert_string (node, "name", "stream-pump");
  assert_string (node, "version", PACKAGE_VERSION);
  assert_string (node, "started", "2026-07-01T11:00:00Z");
  assert_integer (node, "uptime_s", 3600);
  assert_integer (node, "workers", 2);
  assert_integer (node, "streams", 3);
  assert_integer (node, "streams_live", 1);
  assert_integer (node, "clients", 40);
  assert_integer (node, "connections", 44);
  assert_integer (node, "bytes_sent", G_GINT64_CONSTANT (1) << 40);
  assert_integer (node, "bytes_received", 7);
  assert_integer (node, "config_generation", 5);
  assert_string (node, "house", NULL);
  assert_counters (node, sp_pump_counters, 100);
}

static void
test_stream_live (void)
{
  SpStreamInfo info = { .name = (char *)"Council chamber",
                        .path = (char *)"council",
                        .state = SP_STREAM_FALLBACK,
                        .source_type = (char *)"mmsh_pull",
                        .source_label = (char *)"file slate.asf",
                        .source_rank = 1,
                        .live_since_us = 4990 * SECOND_US,
                        .last_packet_us = 4998500 * (SECOND_US / 1000),
                        .clients = 12,
                        .bitrate_bps = 500000,
                        .packet_size = 1400,
                        .header_bytes = 5210 };
  g_autoptr (JsonNode) node = NULL;

  for (guint i = 0; i < SP_N_STREAM_COUNTERS; i++)
    info.counters.value[i] = 1000 + i;
  node = sp_admin_json_stream (&info, &now);
  assert_string (node, "name", "Council chamber");
  assert_string (node, "path", "council");
  assert_string (node, "state", "fallback");
  assert_string (node, "source_type", "mmsh_pull");
  assert_string (node, "source_label", "file slate.asf");
  assert_integer (node, "source_rank", 1);
  assert_string (node, "source_error", NULL);
  assert_string (node, "live_since", "2026-07-01T11:59:50Z");
  assert_integer (node, "live_s", 10);
  assert_string (node, "last_packet_at", "2026-07-01T11:59:58Z");
  assert_integer (node, "idle_ms", 1500);
  assert_integer (node, "clients", 12);
  assert_integer (node, "bitrate_bps", 500000);
  assert_integer (node, "packet_size_bytes", 1400);
  assert_integer (node, "header_bytes", 5210);
  g_assert_false (
      json_object_get_boolean_member (json_node_get_object (node), "opaque"));
  assert_counters (node, sp_stream_counters, 1000);
}

static void
test_stream_away (void)
{
  SpStreamInfo info = { .path = (char *)"field",
                        .state = SP_STREAM_WAITING,
                        .source_error = (char *)"connection refused",
                        .is_opaque = TRUE };
  g_autoptr (JsonNode) node = sp_admin_json_stream (&info, &now);

  assert_string (node, "state", "waiting");
  assert_string (node, "source_label", NULL);
  assert_string (node, "source_rank", NULL);
  assert_string (node, "source_error", "connection refused");
  assert_string (node, "live_since", NULL);
  assert_string (node, "live_s", NULL);
  assert_string (node, "last_packet_at", NULL);
  assert_string (node, "idle_ms", NULL);
  g_assert_true (
      json_object_get_boolean_member (json_node_get_object (node), "opaque"));
}

static void
test_streams (void)
{
  SpStreamInfo a = { .path = (char *)"a" };
  SpStreamInfo b = { .path = (char *)"b" };
  g_autoptr (GPtrArray) infos = g_ptr_array_new ();
  g_autoptr (JsonNode) none = sp_admin_json_streams (infos, &now);
  g_autoptr (JsonNode) node = NULL;
  JsonArray *streams;

  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (
                        json_node_get_object (none), "streams")),
                    ==,
                    0);
  g_ptr_array_add (infos, &a);
  g_ptr_array_add (infos, &b);
  node = sp_admin_json_streams (infos, &now);
  streams
      = json_object_get_array_member (json_node_get_object (node), "streams");
  g_assert_cmpuint (json_array_get_length (streams), ==, 2);
  assert_string (json_array_get_element (streams, 0), "path", "a");
  assert_string (json_array_get_element (streams, 1), "path", "b");
}

static void
test_client (void)
{
  SpClientInfo info = { .id = 17,
                        .stream = (char *)"council",
                        .address = (char *)"2001:db8::7",
                        .port = 50123,
                        .user_agent = (char *)"NSPlayer/12.0",
                        .framing = (char *)"mmsh",
                        .is_tls = TRUE,
                        .connected_us = 4940 * SECOND_US,
                        .connected_at = 1782907140,
                        .bytes_sent = 99,
                        .packets_sent = 9,
                        .packets_skipped = 2,
                        .lag_ms = 130 };
  g_autoptr (JsonNode) node = sp_admin_json_client (&info, &now);

  assert_integer (node, "id", 17);
  assert_string (node, "stream", "council");
  assert_string (node, "address", "2001:db8::7");
  assert_integer (node, "port", 50123);
  assert_string (node, "user_agent", "NSPlayer/12.0");
  assert_string (node, "external_id", NULL);
  assert_string (node, "framing", "mmsh");
  g_assert_true (
      json_object_get_boolean_member (json_node_get_object (node), "tls"));
  assert_string (node, "connected_since", "2026-07-01T11:59:00Z");
  assert_integer (node, "connected_s", 60);
  assert_integer (node, "bytes_sent", 99);
  assert_integer (node, "packets_sent", 9);
  assert_integer (node, "packets_skipped", 2);
  assert_integer (node, "lag_ms", 130);
}

/* What peers send, as it comes out of the text again. */
static void
test_foreign_text (void)
{
  static const struct
  {
    const char *given;
    const char *shown;
  } rows[] = {
    { "", "" },
    { "a\"b\\c", "a\"b\\c" },
    { "\x01\x1f\x7f\t\n", "\x01\x1f\x7f\t\n" },
    { "</script>", "</script>" },
    { "caf\xc3\xa9", "caf\xc3\xa9" },
    { "caf\xe9!", "caf\xef\xbf\xbd!" },
    { "\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd" },
    { "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
    { "cut \xe2\x82", "cut \xef\xbf\xbd\xef\xbf\xbd" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SpClientInfo info = { .user_agent = (char *)rows[i].given };
      g_autoptr (JsonNode) node = sp_admin_json_client (&info, &now);
      g_autoptr (JsonNode) parsed = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;
      gsize len;

      text = sp_admin_json_text (node, FALSE, &len);
      g_assert_cmpuint (len, ==, strlen (text));
      g_assert_true (g_utf8_validate (text, (gssize)len, NULL));
      parsed = json_from_string (text, &error);
      g_assert_no_error (error);
      assert_string (parsed, "user_agent", rows[i].shown);
    }
}

static void
test_text (void)
{
  g_autoptr (JsonNode) node = sp_admin_json_kicked (3);
  g_autofree char *plain = NULL;
  g_autofree char *pretty = NULL;
  gsize len;

  plain = sp_admin_json_text (node, FALSE, &len);
  g_assert_cmpstr (plain, ==, "{\"kicked\":3}\n");
  pretty = sp_admin_json_text (node, TRUE, &len);
  g_assert_cmpstr (pretty, ==, "{\n  \"kicked\" : 3\n}\n");
}

static void
test_pages (void)
{
  static const struct
  {
    guint64 after;
    guint limit;
    const char *ids;
    gint64 next; /* 0: null */
  } rows[] = {
    { 0, 100, "2 3 5 8 13", 0 },
    { 0, 5, "2 3 5 8 13", 0 },
    { 0, 4, "2 3 5 8", 8 },
    { 0, 1, "2", 2 },
    { 2, 2, "3 5", 5 },
    { 5, 2, "8 13", 0 },
    { 6, 1, "8", 8 },
    { 12, 1, "13", 0 },
    { 13, 1, "", 0 },
    { G_MAXINT64, 1000, "", 0 },
  };
  SpClientInfo clients[]
      = { { .id = 2 }, { .id = 3 }, { .id = 5 }, { .id = 8 }, { .id = 13 } };
  g_autoptr (GPtrArray) infos = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    g_ptr_array_add (infos, &clients[i]);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (JsonNode) node
          = sp_admin_json_clients (infos, rows[i].after, rows[i].limit, &now);
      JsonArray *page = json_object_get_array_member (
          json_node_get_object (node), "clients");
      g_autoptr (GString) ids = g_string_new (NULL);

      for (guint j = 0; j < json_array_get_length (page); j++)
        g_string_append_printf (
            ids,
            "%s%" G_GINT64_FORMAT,
            j > 0 ? " " : "",
            json_object_get_int_member (json_array_get_object_element (page, j),
                                        "id"));
      g_assert_cmpstr (ids->str, ==, rows[i].ids);
      if (rows[i].next == 0)
        assert_string (node, "next", NULL);
      else
        assert_integer (node, "next", rows[i].next);
    }
}

static void
test_problem (void)
{
  g_autoptr (JsonNode) node
      = sp_admin_json_problem (404, "Not Found", "no stream \xff", NULL);

  assert_string (node, "type", "about:blank");
  assert_string (node, "title", "Not Found");
  assert_integer (node, "status", 404);
  assert_string (node, "detail", "no stream \xef\xbf\xbd");
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/admin-json/status/shows-everything", test_status);
  g_test_add_func ("/admin-json/stream/live-shows-its-source",
                   test_stream_live);
  g_test_add_func ("/admin-json/stream/away-shows-why", test_stream_away);
  g_test_add_func ("/admin-json/streams/keep-their-order", test_streams);
  g_test_add_func ("/admin-json/client/shows-everything", test_client);
  g_test_add_func ("/admin-json/client/any-bytes-become-text",
                   test_foreign_text);
  g_test_add_func ("/admin-json/clients/come-in-pages", test_pages);
  g_test_add_func ("/admin-json/problem/has-its-four-members", test_problem);
  g_test_add_func ("/admin-json/text/is-short-or-pretty", test_text);
  return g_test_run ();
}
