/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-openapi-check.h"
#include "sp-test.h"
#include "sp-watcher.h"

#define STREAMS SP_DAEMON_PUSH ("one", "") ", " SP_DAEMON_PUSH ("two", "")
#define ADMIN "\"admin\": { \"listen\": \"127.0.0.1\", \"port\": 0, "
#define PLAY "/streams/one HTTP/1.1\r\n" SP_WATCHER_PLAY "X:"
#define N_WATCHERS 3
#define DEADLINE_S 20

/** The program as its operator sees it: two streams, the first live with three
 * clients. */
typedef struct
{
  SpDaemon *daemon;
  SpFeeder *feeder;
  SpWatcher *watchers[N_WATCHERS];
} Stage;

/* A client that comes before the encoder is turned away. */
static void
wait_live (SpDaemon *daemon, const char *token)
{
  gint64 until_us = g_get_monotonic_time () + DEADLINE_S * G_USEC_PER_SEC;
  gint64 n_live = 0;

  while (n_live == 0)
    {
      guint status;
      g_autoptr (JsonNode) node = sp_daemon_rest (
          daemon, "GET", "/admin/status", NULL, token, &status);

      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      g_assert_cmpuint (status, ==, 200);
      n_live = json_object_get_int_member (json_node_get_object (node),
                                           "streams_live");
      g_usleep (20000);
    }
}

static void
set_up (Stage *stage, const char *members, const char *token)
{
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();

  stage->daemon = sp_daemon_start (members, STREAMS);
  stage->feeder = sp_feeder_new (
      sp_encoder_go (sp_daemon_port (stage->daemon), "one", header), 100, 500);
  wait_live (stage->daemon, token);
  for (guint i = 0; i < N_WATCHERS; i++)
    {
      stage->watchers[i]
          = sp_watcher_play (sp_daemon_port (stage->daemon), "/streams/one");
      sp_watcher_wait_data (stage->watchers[i], 5, 10);
    }
}

static void
tear_down (Stage *stage)
{
  for (guint i = 0; i < N_WATCHERS; i++)
    {
      sp_watcher_forgive (stage->watchers[i]);
      sp_watcher_free (stage->watchers[i]);
    }
  g_clear_pointer (&stage->feeder, sp_feeder_break);
  sp_daemon_free (stage->daemon);
}

/* Every path that is documented is asked, and answers as documented. */
static void
test_openapi (void)
{
  g_autofree char *path
      = g_build_filename (g_get_tmp_dir (), "operate.token", NULL);
  g_autofree char *members
      = g_strdup_printf (ADMIN "\"token_file\": \"%s\" }", path);
  Stage stage;

  g_file_set_contents (path, "opensesame\n", -1, NULL);
  set_up (&stage, members, "opensesame");
  sp_openapi_check (sp_daemon_admin_port (stage.daemon), "opensesame");
  tear_down (&stage);
  g_unlink (path);
}

/* A connection to @address that asks for @target, and what comes. */
static GSocketConnection *
ask (GSocketConnectable *address, const char *target)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text
      = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", target);
  GSocketConnection *connection;

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_timeout (client, DEADLINE_S);
  connection = g_socket_client_connect (client, address, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (connection)),
      text,
      strlen (text),
      NULL,
      NULL,
      NULL));
  return connection;
}

/* Reads on until @part has come; "": to the end. */
static void
read_until (GSocketConnection *connection, GString *text, const char *part)
{
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));

  while (*part == '\0' || strstr (text->str, part) == NULL)
    {
      char bytes[4096];
      g_autoptr (GError) error = NULL;
      gssize n = g_input_stream_read (input, bytes, sizeof bytes, NULL, &error);

      if (*part == '\0' && n <= 0)
        return;
      if (n <= 0)
        g_test_message ("%s", text->str);
      g_assert_no_error (error);
      g_assert_cmpint (n, >, 0);
      g_string_append_len (text, bytes, n);
    }
}

static GSocketConnection *
ask_port (Stage *stage, const char *target)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (
      "127.0.0.1", sp_daemon_admin_port (stage->daemon));

  return ask (G_SOCKET_CONNECTABLE (address), target);
}

/* An encoder goes and comes, a client leaves, the pump ends: as it happens, and
 * with a proper end of the answer. */
static void
test_events (void)
{
  Stage stage;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) again = g_string_new (NULL);
  g_autoptr (GSocketConnection) reader = NULL;
  g_autoptr (GSocketConnection) replay = NULL;
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();

  set_up (&stage, "", NULL);
  reader = ask_port (&stage, "/admin/events?after=0");
  read_until (reader, text, "event: started\n");
  read_until (reader, text, "event: source_up\n");
  read_until (reader, text, "event: client_in\n");
  g_string_truncate (text, 0);
  g_clear_pointer (&stage.feeder, sp_feeder_break);
  read_until (reader, text, "event: source_down\n");
  stage.feeder = sp_feeder_new (
      sp_encoder_go (sp_daemon_port (stage.daemon), "one", header), 100, 500);
  read_until (reader, text, "event: source_up\n");
  g_assert_null (strstr (text->str, "event: started\n"));
  sp_daemon_stop (stage.daemon);
  read_until (reader, text, "event: stopping\n");
  read_until (reader, text, "");
  g_assert_true (g_str_has_suffix (text->str, "\r\n0\r\n\r\n"));
  sp_daemon_restart (stage.daemon);
  replay = ask_port (&stage, "/admin/events?after=100000");
  read_until (replay, again, "id: 1\nevent: started\n");
  tear_down (&stage);
}

/* The figures of both are the same, one by one. */
static void
test_metrics (void)
{
  Stage stage;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GSocketConnection) reader = NULL;
  static const struct
  {
    const char *path;
    const char *member;
    const char *sample;
  } rows[] = {
    { "/admin/status", "clients", "stream_pump_clients" },
    { "/admin/status", "streams", "stream_pump_streams" },
    { "/admin/status",
      "counters.connections_accepted",
      "stream_pump_connections_accepted_total" },
    { "/admin/streams/one",
      "counters.clients_connected",
      "stream_pump_stream_clients_connected_total{stream=\"one\"}" },
    { "/admin/streams/one",
      "clients",
      "stream_pump_stream_clients{stream=\"one\"}" },
  };

  set_up (&stage, "", NULL);
  sp_daemon_wait_figure (
      stage.daemon, "/admin/status", "clients", N_WATCHERS, 10);
  reader = ask_port (&stage, "/metrics");
  read_until (reader, text, "");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *line = g_strdup_printf (
          "\n%s %" G_GINT64_FORMAT "\n",
          rows[i].sample,
          sp_daemon_figure (stage.daemon, rows[i].path, rows[i].member));

      g_test_message ("%s", line);
      g_assert_nonnull (strstr (text->str, line));
    }
  g_assert_nonnull (strstr (
      text->str, "stream_pump_stream_state{stream=\"one\",state=\"live\"} 1"));
  tear_down (&stage);
}

/* No token there, and no file when the program has ended. */
static void
test_socket (void)
{
  g_autofree char *token
      = g_build_filename (g_get_tmp_dir (), "socket.token", NULL);
  g_autofree char *path
      = g_build_filename (g_get_tmp_dir (), "admin.sock", NULL);
  g_autofree char *members = g_strdup_printf (
      ADMIN "\"token_file\": \"%s\", \"socket\": \"%s\" }", token, path);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GSocketConnection) connection = NULL;
  GStatBuf status;

  g_file_set_contents (token, "opensesame\n", -1, NULL);
  g_autoptr (SpDaemon) daemon = sp_daemon_start (members, STREAMS);
  connection = ask (G_SOCKET_CONNECTABLE (address), "/admin/status");
  read_until (connection, text, "");
  g_assert_true (g_str_has_prefix (text->str, "HTTP/1.1 200 OK\r\n"));
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0660);
  sp_daemon_kill (daemon);
  g_assert_cmpint (g_access (path, 0), ==, 0);
  sp_daemon_restart (daemon);
  g_clear_object (&connection);
  g_string_truncate (text, 0);
  connection = ask (G_SOCKET_CONNECTABLE (address), "/healthz");
  read_until (connection, text, "");
  g_assert_true (g_str_has_suffix (text->str, "ok\n"));
  sp_daemon_stop (daemon);
  g_assert_cmpint (g_access (path, 0), !=, 0);
  g_unlink (token);
}

/* Until more than @n clients play. */
static void
wait_above (SpDaemon *daemon, gint64 n)
{
  gint64 until_us = g_get_monotonic_time () + DEADLINE_S * G_USEC_PER_SEC;
  gint64 n_clients;

  while ((n_clients = sp_daemon_figure (daemon, "/admin/status", "clients"))
         <= n)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      g_usleep (50000);
    }
  g_test_message ("%" G_GINT64_FORMAT " clients, %u descriptors",
                  n_clients,
                  sp_daemon_n_descriptors (daemon));
}

static gboolean
has_event (SpDaemon *daemon, const char *kind)
{
  g_autofree char *path
      = g_strconcat ("/admin/events?format=json&kinds=", kind, NULL);
  g_autoptr (JsonNode) node = sp_daemon_get (daemon, path);
  JsonArray *events
      = json_object_get_array_member (json_node_get_object (node), "events");

  return json_array_get_length (events) > 0;
}

static void
wait_event (SpDaemon *daemon, const char *kind)
{
  gint64 until_us = g_get_monotonic_time () + DEADLINE_S * G_USEC_PER_SEC;

  while (!has_event (daemon, kind))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      g_usleep (50000);
    }
}

/* Every descriptor for media is taken, and as many wait outside: the admin port
 * answers, and still kicks. */
static void
test_full (void)
{
  static const guint nofile = 128;
  g_autoptr (SpDaemon) daemon = sp_daemon_start_limited ("", STREAMS, nofile);
  g_autoptr (GPtrArray) connections
      = g_ptr_array_new_with_free_func ((GDestroyNotify)g_object_unref);
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  SpFeeder *feeder = sp_feeder_new (
      sp_encoder_go (sp_daemon_port (daemon), "one", header), 50, 500);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (
      "127.0.0.1", sp_daemon_port (daemon));
  guint status;

  sp_daemon_wait_figure (daemon, "/admin/status", "streams_live", 1, 10);
  for (guint i = 0; i < 2 * nofile; i++)
    g_ptr_array_add (connections, ask (G_SOCKET_CONNECTABLE (address), PLAY));
  for (guint i = 0; i < 20; i++)
    {
      G_GNUC_UNUSED g_autoptr (JsonNode) node = sp_daemon_get (
          daemon, i % 2 == 0 ? "/admin/status" : "/admin/clients");
    }
  wait_above (daemon, 20);
  wait_event (daemon, "accept_paused");
  G_GNUC_UNUSED g_autoptr (JsonNode) kicked = sp_daemon_rest (
      daemon, "POST", "/admin/kick", "{\"stream\": \"one\"}", NULL, &status);
  g_assert_cmpuint (status, ==, 200);
  g_ptr_array_set_size (connections, 0);
  sp_feeder_break (feeder);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  g_test_add_func ("/operate/openapi/as-documented", test_openapi);
  g_test_add_func ("/operate/events/as-they-happen", test_events);
  g_test_add_func ("/operate/metrics/as-in-rest", test_metrics);
  g_test_add_func ("/operate/socket/without-token", test_socket);
  g_test_add_func ("/operate/full/admin-answers", test_full);
  return g_test_run ();
}
