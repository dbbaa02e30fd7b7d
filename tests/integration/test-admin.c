/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-test.h"
#include "sp-watcher.h"

#define STREAMS SP_DAEMON_PUSH ("one", "") ", " SP_DAEMON_PUSH ("two", "")
#define N_WATCHERS 6

/** Two live streams; three clients on each; "anna" watches both.
 */
typedef struct
{
  SpDaemon *daemon;
  SpFeeder *feeders[2];
  SpWatcher *watchers[N_WATCHERS];
} Stage;

static const char *const urls[N_WATCHERS]
    = { "/streams/one", "/streams/one/anna", "/streams/one?id=bert",
        "/streams/two", "/streams/two/anna", "/streams/two" };

static void
set_up (Stage *stage)
{
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();

  stage->daemon = sp_daemon_start ("", STREAMS);
  for (guint i = 0; i < 2; i++)
    stage->feeders[i] = sp_feeder_new (
        sp_encoder_go (
            sp_daemon_port (stage->daemon), i == 0 ? "one" : "two", header),
        100,
        500);
  sp_daemon_wait_figure (stage->daemon, "/admin/status", "streams_live", 2, 10);
  for (guint i = 0; i < N_WATCHERS; i++)
    {
      stage->watchers[i]
          = sp_watcher_play (sp_daemon_port (stage->daemon), urls[i]);
      sp_watcher_wait_data (stage->watchers[i], 5, 10);
    }
}

static void
tear_down (Stage *stage)
{
  for (guint i = 0; i < N_WATCHERS; i++)
    sp_watcher_free (stage->watchers[i]);
  sp_feeder_break (stage->feeders[0]);
  sp_feeder_break (stage->feeders[1]);
  sp_daemon_free (stage->daemon);
}

/* The object of @path's array @name whose "port" is that of @watcher. */
static JsonObject *
find_client (JsonNode *root, SpWatcher *watcher)
{
  JsonArray *clients
      = json_object_get_array_member (json_node_get_object (root), "clients");

  for (guint i = 0; i < json_array_get_length (clients); i++)
    {
      JsonObject *client = json_array_get_object_element (clients, i);

      if (json_object_get_int_member (client, "port")
          == sp_watcher_local_port (watcher))
        return client;
    }
  return NULL;
}

static gint64
post_kick (SpDaemon *daemon, const char *body, guint expected)
{
  guint status;
  G_GNUC_UNUSED g_autoptr (JsonNode) answer
      = sp_daemon_rest (daemon, "POST", "/admin/kick", body, NULL, &status);

  g_assert_cmpuint (status, ==, expected);
  g_assert_nonnull (answer);
  JsonObject *object = json_node_get_object (answer);
  if (status == 200)
    return json_object_get_int_member (object, "kicked");
  /* RFC 9457: what is wrong, in words */
  g_assert_cmpint (json_object_get_int_member (object, "status"), ==, expected);
  g_assert_cmpuint (
      strlen (json_object_get_string_member (object, "detail")), >, 5);
  return -1;
}

/* Those in @gone (a digit each) end properly, the others play on. */
static void
assert_gone (Stage *stage, const char *gone)
{
  for (const char *at = gone; *at != '\0'; at++)
    sp_watcher_wait_end (stage->watchers[*at - '0'], 10);
  for (guint i = 0; i < N_WATCHERS; i++)
    if (strchr (gone, (char)('0' + i)) == NULL)
      {
        sp_watcher_wait_more (stage->watchers[i], 5, 10);
        g_assert_true (sp_watcher_is_open (stage->watchers[i]));
      }
}

static void
test_kick_client (void)
{
  Stage stage;

  set_up (&stage);
  g_autoptr (JsonNode) root = sp_daemon_get (stage.daemon, "/admin/clients");
  JsonObject *client = find_client (root, stage.watchers[3]);
  g_assert_nonnull (client);
  gint64 id = json_object_get_int_member (client, "id");
  g_autofree char *body
      = g_strdup_printf ("{\"client\": %" G_GINT64_FORMAT "}", id);
  g_assert_cmpint (post_kick (stage.daemon, body, 200), ==, 1);
  assert_gone (&stage, "3");
  post_kick (stage.daemon, body, 404);
  tear_down (&stage);
}

static void
test_kick_stream (void)
{
  Stage stage;

  set_up (&stage);
  g_assert_cmpint (
      post_kick (stage.daemon, "{\"stream\": \"one\"}", 200), ==, 3);
  assert_gone (&stage, "012");
  post_kick (stage.daemon, "{\"stream\": \"none\"}", 404);
  tear_down (&stage);
}

static void
test_kick_external_id (void)
{
  Stage stage;

  set_up (&stage);
  g_assert_cmpint (
      post_kick (stage.daemon, "{\"external_id\": \"anna\"}", 200), ==, 2);
  assert_gone (&stage, "14");
  g_assert_cmpint (
      post_kick (stage.daemon, "{\"external_id\": \"bert\"}", 200), ==, 1);
  assert_gone (&stage, "124");
  post_kick (stage.daemon, "{\"external_id\": \"carl\"}", 404);
  tear_down (&stage);
}

static void
test_kick_address (void)
{
  Stage stage;

  set_up (&stage);
  post_kick (stage.daemon, "{\"address\": \"192.0.2.0/24\"}", 404);
  g_assert_cmpint (
      post_kick (stage.daemon, "{\"address\": \"127.0.0.0/8\"}", 200), ==, 6);
  assert_gone (&stage, "012345");
  tear_down (&stage);
}

static void
test_kick_bad (void)
{
  static const char *const bodies[] = { "{}",
                                        "[]",
                                        "kick them",
                                        "{\"client\": \"seven\"}",
                                        "{\"client\": -1}",
                                        "{\"address\": \"300.0.0.0/8\"}",
                                        "{\"stream\": 1}",
                                        "{\"everybody\": true}" };
  Stage stage;
  guint status;

  set_up (&stage);
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    post_kick (stage.daemon, bodies[i], 400);
  G_GNUC_UNUSED g_autoptr (JsonNode) answer = sp_daemon_rest (
      stage.daemon, "GET", "/admin/kick", NULL, NULL, &status);
  g_assert_cmpuint (status, ==, 405);
  assert_gone (&stage, "");
  tear_down (&stage);
}

/* A head may have 64 KiB, and there may be many who fill it. */
static void
test_agent_is_bounded (void)
{
  Stage stage;
  g_autofree char *agent = g_strnfill (50000, 'a');
  g_autofree char *headers = g_strconcat (
      "User-Agent: NSPlayer/", agent, "\r\n", "Pragma: xPlayStrm=1\r\n", NULL);

  set_up (&stage);
  SpWatcher *watcher = sp_watcher_new (sp_daemon_port (stage.daemon),
                                       "/streams/one",
                                       headers,
                                       SP_STRICT_MMSH,
                                       SP_WATCHER_PLAIN);
  sp_watcher_wait_data (watcher, 5, 10);
  g_autoptr (JsonNode) root = sp_daemon_get (stage.daemon, "/admin/clients");
  JsonObject *client = find_client (root, watcher);
  g_assert_nonnull (client);
  g_assert_cmpuint (
      strlen (json_object_get_string_member (client, "user_agent")), ==, 512);
  sp_watcher_free (watcher);
  tear_down (&stage);
}

static void
test_figures (void)
{
  Stage stage;

  set_up (&stage);
  sp_daemon_wait_figure (stage.daemon, "/admin/status", "clients", 6, 5);
  g_autoptr (JsonNode) root
      = sp_daemon_get (stage.daemon, "/admin/clients?stream=one");
  JsonArray *clients
      = json_object_get_array_member (json_node_get_object (root), "clients");
  g_assert_cmpuint (json_array_get_length (clients), ==, 3);
  JsonObject *client = find_client (root, stage.watchers[2]);
  g_assert_nonnull (client);
  g_assert_cmpstr (json_object_get_string_member (client, "stream"), ==, "one");
  g_assert_cmpstr (
      json_object_get_string_member (client, "address"), ==, "127.0.0.1");
  g_assert_cmpstr (
      json_object_get_string_member (client, "external_id"), ==, "bert");
  g_assert_cmpstr (json_object_get_string_member (client, "user_agent"),
                   ==,
                   "NSPlayer/4.1.0.3856");
  g_assert_cmpint (json_object_get_int_member (client, "packets_sent"), >=, 5);
  g_autofree char *one
      = g_strdup_printf ("/admin/clients/%" G_GINT64_FORMAT,
                         json_object_get_int_member (client, "id"));
  g_assert_cmpint (sp_daemon_figure (stage.daemon, one, "port"),
                   ==,
                   sp_watcher_local_port (stage.watchers[2]));

  /* connects - disconnects = clients, through joins, leaves and a kick */
  sp_watcher_stop (stage.watchers[0]);
  sp_watcher_free (stage.watchers[0]);
  stage.watchers[0]
      = sp_watcher_play (sp_daemon_port (stage.daemon), "/streams/one");
  sp_watcher_wait_data (stage.watchers[0], 5, 10);
  post_kick (stage.daemon, "{\"external_id\": \"bert\"}", 200);
  sp_watcher_wait_end (stage.watchers[2], 10);
  sp_daemon_wait_figure (stage.daemon, "/admin/streams/one", "clients", 2, 5);
  gint64 connected = sp_daemon_figure (
      stage.daemon, "/admin/streams/one", "counters.clients_connected");
  gint64 disconnected = sp_daemon_figure (
      stage.daemon, "/admin/streams/one", "counters.clients_disconnected");
  g_assert_cmpint (connected, ==, 4);
  g_assert_cmpint (connected - disconnected, ==, 2);
  g_assert_cmpint (sp_daemon_figure (stage.daemon,
                                     "/admin/streams/one",
                                     "counters.clients_kicked"),
                   ==,
                   1);
  tear_down (&stage);
}

/* With a token: 401 without it or with another, and only /healthz is free. */
static void
test_token (void)
{
  g_autofree char *path
      = g_build_filename (g_get_tmp_dir (), "admin.token", NULL);
  g_autofree char *members
      = g_strdup_printf ("\"admin\": { \"listen\": \"127.0.0.1\", \"port\": 0, "
                         "\"token_file\": \"%s\" }",
                         path);
  g_file_set_contents (path, "opensesame\n", -1, NULL);
  g_autoptr (SpDaemon) daemon = sp_daemon_start (members, STREAMS);
  static const struct
  {
    const char *path;
    const char *token;
    guint status;
  } rows[] = {
    { "/admin/status", NULL, 401 },
    { "/admin/status", "opensesam", 401 },
    { "/admin/status", "opensesame1", 401 },
    { "/admin/status", "opensesame", 200 },
    { "/admin/streams", NULL, 401 },
    { "/admin/clients", NULL, 401 },
    { "/admin/nothing", NULL, 401 },
    { "/admin/nothing", "opensesame", 404 },
    { "/admin/streams/none", "opensesame", 404 },
    { "/admin/clients/77", "opensesame", 404 },
    { "/healthz", NULL, 200 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint status;
      G_GNUC_UNUSED g_autoptr (JsonNode) answer = sp_daemon_rest (
          daemon, "GET", rows[i].path, NULL, rows[i].token, &status);

      g_test_message ("%s %u", rows[i].path, status);
      g_assert_cmpuint (status, ==, rows[i].status);
      if (status >= 400)
        g_assert_cmpint (json_object_get_int_member (
                             json_node_get_object (answer), "status"),
                         ==,
                         status);
    }
  guint status;
  G_GNUC_UNUSED g_autoptr (JsonNode) kick = sp_daemon_rest (
      daemon, "POST", "/admin/kick", "{\"stream\": \"one\"}", NULL, &status);
  g_assert_cmpuint (status, ==, 401);
  g_unlink (path);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  g_test_add_func ("/admin/kick/client", test_kick_client);
  g_test_add_func ("/admin/kick/stream", test_kick_stream);
  g_test_add_func ("/admin/kick/external-id", test_kick_external_id);
  g_test_add_func ("/admin/kick/address", test_kick_address);
  g_test_add_func ("/admin/kick/bad-input", test_kick_bad);
  g_test_add_func ("/admin/agent-is-bounded", test_agent_is_bounded);
  g_test_add_func ("/admin/figures", test_figures);
  g_test_add_func ("/admin/token", test_token);
  return g_test_run ();
}
