/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "sp-ask.h"
#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-test.h"
#include "sp-watcher.h"

#define LIVE SP_DAEMON_PUSH ("live", "")
#define MAX_LIVE_S 10

/** A pump with one live stream, and the service manager that hears of it. */
typedef struct
{
  char *folder;
  char *path;
  GSocket *socket;
  SpDaemon *daemon;
  SpFeeder *feeder;
  guint16 port;
} House;

static void
house_init (House *house, const char *members)
{
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();

  house->folder = g_dir_make_tmp ("drain-XXXXXX", NULL);
  house->path = g_build_filename (house->folder, "notify", NULL);
  address = g_unix_socket_address_new (house->path);
  house->socket = g_socket_new (G_SOCKET_FAMILY_UNIX,
                                G_SOCKET_TYPE_DATAGRAM,
                                G_SOCKET_PROTOCOL_DEFAULT,
                                &error);
  g_assert_no_error (error);
  g_socket_bind (house->socket, address, FALSE, &error);
  g_assert_no_error (error);
  g_socket_set_timeout (house->socket, 20);
  house->daemon = sp_daemon_start_notified (members, LIVE, house->path);
  house->port = sp_daemon_port (house->daemon);
  house->feeder
      = sp_feeder_new (sp_encoder_go (house->port, "live", header), 50, 500);
  sp_daemon_wait_figure (
      house->daemon, "/admin/status", "streams_live", 1, MAX_LIVE_S);
}

static void
house_clear (House *house)
{
  sp_daemon_free (house->daemon);
  sp_feeder_break (house->feeder);
  g_object_unref (house->socket);
  g_unlink (house->path);
  g_rmdir (house->folder);
  g_free (house->path);
  g_free (house->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (House, house_clear)

/* Reads datagrams until one has a line that begins with @start. */
static void
wait_notice (House *house, const char *start)
{
  char notice[1024];

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      gssize n = g_socket_receive (
          house->socket, notice, sizeof notice - 1, NULL, &error);

      g_assert_no_error (error);
      notice[n] = '\0';
      g_auto (GStrv) lines = g_strsplit (notice, "\n", -1);
      for (guint i = 0; lines[i] != NULL; i++)
        if (g_str_has_prefix (lines[i], start))
          return;
    }
}

static SpWatcher *
watch (House *house)
{
  SpWatcher *watcher = sp_watcher_play (house->port, "/streams/live");

  sp_watcher_wait_data (watcher, 1, 10);
  return watcher;
}

static SpAnswer *
knock (House *house)
{
  return sp_ask_get (house->port, "/streams/live/anna", SP_WATCHER_PLAY);
}

/* A stop waits for the one who watches, and for nobody else. */
static void
test_stop_waits (void)
{
  g_auto (House) house = { 0 };
  g_autoptr (SpAnswer) answer = NULL;
  g_autofree char *retry = NULL;
  SpWatcher *watcher;

  house_init (&house, "\"drain\": { \"grace_ms\": 60000 }");
  watcher = watch (&house);
  sp_daemon_signal (house.daemon, SIGTERM);
  wait_notice (&house, "STATUS=draining: 1 clients remain, ");
  wait_notice (&house, "EXTEND_TIMEOUT_USEC=");
  answer = knock (&house);
  g_assert_cmpuint (answer->status, ==, 503);
  retry = sp_answer_header (answer, "Retry-After");
  g_assert_nonnull (retry);
  sp_watcher_wait_more (watcher, 50, 10);
  sp_watcher_free (watcher);
  wait_notice (&house, "STATUS=drained: 0 clients remain");
  wait_notice (&house, "STOPPING=1");
  sp_daemon_stop (house.daemon);
}

/* Those who do not leave are ended when the grace is over. */
static void
test_stop_ends (void)
{
  g_auto (House) house = { 0 };
  g_autoptr (SpWatcher) watcher = NULL;

  house_init (&house, "\"drain\": { \"grace_ms\": 2000 }");
  watcher = watch (&house);
  sp_daemon_signal (house.daemon, SIGTERM);
  sp_watcher_wait_more (watcher, 50, 10);
  sp_watcher_wait_end (watcher, 20);
  sp_daemon_stop (house.daemon);
}

/* Asked again, it waits no longer. */
static void
test_stop_twice (void)
{
  g_auto (House) house = { 0 };
  g_autoptr (SpWatcher) watcher = NULL;

  house_init (&house, "\"drain\": { \"grace_ms\": 600000 }");
  watcher = watch (&house);
  sp_daemon_signal (house.daemon, SIGTERM);
  wait_notice (&house, "STATUS=draining: ");
  sp_daemon_signal (house.daemon, SIGTERM);
  sp_watcher_wait_end (watcher, 20);
  sp_daemon_stop (house.daemon);
}

static void
order (House *house, const char *method, const char *path, const char *body)
{
  guint status = 0;
  g_autoptr (JsonNode) answer
      = sp_daemon_rest (house->daemon, method, path, body, NULL, &status);

  g_assert_cmpuint (status, >=, 200);
  g_assert_cmpuint (status, <, 300);
}

/* No order makes a pump that is to stop stay. */
static void
test_stop_stays_a_stop (void)
{
  g_auto (House) house = { 0 };
  SpWatcher *watcher;

  house_init (&house, "\"drain\": { \"grace_ms\": 600000 }");
  watcher = watch (&house);
  sp_daemon_signal (house.daemon, SIGTERM);
  wait_notice (&house, "STATUS=draining: ");
  order (&house, "POST", "/admin/drain", "{}");
  wait_notice (&house, "STATUS=draining: 1 clients remain, ");
  order (&house, "POST", "/admin/drain", "{ \"off\": true }");
  sp_watcher_wait_more (watcher, 50, 10);
  sp_watcher_free (watcher);
  wait_notice (&house, "STOPPING=1");
  sp_daemon_stop (house.daemon);
}

/* A stream that is taken away and comes again takes clients. */
static void
test_stream_comes_again (void)
{
  g_auto (House) house = { 0 };
  const char *stream = "/admin/streams/live";

  house_init (&house, "\"canary_ms\": 0");
  order (
      &house, "POST", "/admin/streams/live/state", "{ \"state\": \"drain\" }");
  sp_daemon_wait_figure (house.daemon, stream, "draining", 1, MAX_LIVE_S);
  order (&house, "DELETE", stream, NULL);
  order (&house, "POST", "/admin/streams", LIVE);
  sp_daemon_wait_figure (house.daemon, stream, "draining", 0, MAX_LIVE_S);
}

static void
test_stop_redirects (void)
{
  g_auto (House) house = { 0 };
  g_autoptr (SpWatcher) watcher = NULL;
  g_autoptr (SpAnswer) answer = NULL;
  g_autofree char *location = NULL;

  house_init (&house,
              "\"drain\": { \"grace_ms\": 600000, \"redirect\": "
              "\"http://192.0.2.9:8086\" }");
  watcher = watch (&house);
  sp_daemon_signal (house.daemon, SIGTERM);
  wait_notice (&house, "STATUS=draining: ");
  answer = knock (&house);
  g_assert_cmpuint (answer->status, ==, 302);
  location = sp_answer_header (answer, "Location");
  g_assert_cmpstr (location, ==, "http://192.0.2.9:8086/streams/live/anna");
  sp_daemon_signal (house.daemon, SIGTERM);
  sp_daemon_stop (house.daemon);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  g_test_add_func ("/drain/stop/waits", test_stop_waits);
  g_test_add_func ("/drain/stop/ends", test_stop_ends);
  g_test_add_func ("/drain/stop/twice", test_stop_twice);
  g_test_add_func ("/drain/stop/stays-a-stop", test_stop_stays_a_stop);
  g_test_add_func ("/drain/stream/comes-again", test_stream_comes_again);
  g_test_add_func ("/drain/stop/redirects", test_stop_redirects);
  return g_test_run ();
}
