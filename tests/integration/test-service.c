/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "sp-ask.h"
#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-test.h"
#include "sp-watcher.h"

#define LIVE SP_DAEMON_PUSH ("live", "")
#define N_VISITS 1000
#define MAX_LIVE_S 10

static void
wait_live (SpDaemon *daemon)
{
  sp_daemon_wait_figure (
      daemon, "/admin/status", "streams_live", 1, MAX_LIVE_S);
}

/* Reads datagrams until one has a line @line. */
static void
wait_notice (GSocket *socket, const char *line)
{
  char notice[1024];

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      gssize n
          = g_socket_receive (socket, notice, sizeof notice - 1, NULL, &error);

      g_assert_no_error (error);
      notice[n] = '\0';
      g_auto (GStrv) lines = g_strsplit (notice, "\n", -1);
      if (g_strv_contains ((const char *const *)lines, line))
        return;
    }
}

/* What systemd hears from a start, a reload (good and bad) and a stop. */
static void
test_notify (void)
{
  g_autofree char *folder = g_dir_make_tmp ("notify-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "notify", NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX,
                                             G_SOCKET_TYPE_DATAGRAM,
                                             G_SOCKET_PROTOCOL_DEFAULT,
                                             &error);

  g_assert_no_error (error);
  g_socket_bind (socket, address, FALSE, &error);
  g_assert_no_error (error);
  g_socket_set_timeout (socket, 10);
  g_autoptr (SpDaemon) daemon = sp_daemon_start_notified ("", LIVE, path);
  wait_notice (socket, "READY=1");
  sp_daemon_signal (daemon, SIGHUP);
  wait_notice (socket, "RELOADING=1");
  wait_notice (socket, "READY=1");
  sp_daemon_configure_text (daemon, "{");
  wait_notice (socket, "RELOADING=1");
  wait_notice (socket, "READY=1");
  sp_daemon_stop (daemon);
  wait_notice (socket, "STOPPING=1");
  g_unlink (path);
  g_rmdir (folder);
}

/* A viewer that does not read delays nobody's end for long. */
static void
test_stop_with_stuck_viewer (void)
{
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", LIVE);
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  g_autoptr (SpFeeder) feeder = sp_feeder_new (
      sp_encoder_go (sp_daemon_port (daemon), "live", header), 500, 8000);

  wait_live (daemon);
  g_autoptr (SpWatcher) stuck = sp_watcher_new (sp_daemon_port (daemon),
                                                "/streams/live",
                                                SP_WATCHER_PLAY,
                                                SP_STRICT_MMSH,
                                                SP_WATCHER_SMALL);
  g_autoptr (SpWatcher) quick
      = sp_watcher_play (sp_daemon_port (daemon), "/streams/live");
  sp_watcher_wait_data (stuck, 1, 10);
  sp_watcher_pause (stuck, TRUE);
  sp_watcher_wait_more (quick, 1000, 20);
  gint64 started_us = g_get_monotonic_time ();
  sp_daemon_stop (daemon);
  gint64 took_us = g_get_monotonic_time () - started_us;
  g_test_message ("%" G_GINT64_FORMAT " ms", took_us / 1000);
  g_assert_cmpint (took_us, <, 8 * G_USEC_PER_SEC);
  sp_watcher_wait_end (quick, 5);
  sp_watcher_forgive (stuck);
  g_clear_pointer (&feeder, sp_feeder_break);
}

/* How a visit may end: reset, closed, half a request, asked and left. */
static void
visit (guint16 port, guint number)
{
  static const char *const requests[] = {
    "GET /streams/live HTTP/1.1\r\nHost: h\r\n" SP_WATCHER_PLAY "\r\n",
    "GET /streams/live HTTP/1.1\r\nHost: h\r\n" SP_WATCHER_ASF "\r\n",
    "GET /streams/live HTTP/1.1\r\nHost: h\r\nUser-Agent: NSPl",
    "GET /streams/live HTTP/1.1\r\nHost: h\r\n\r\n",
    "",
  };
  const char *request = requests[number % G_N_ELEMENTS (requests)];
  int fd = sp_ask_connect ("127.0.0.1", port);

  g_assert_cmpint (fd, >=, 0);
  sp_ask_send_text (fd, request);
  if (number % 3 == 0 && g_str_has_suffix (request, "\r\n\r\n"))
    sp_ask_readable (fd, 1000);
  if (number % 2 == 0)
    sp_ask_reset (fd);
  else
    close (fd);
}

/* Nothing of a visitor stays: no descriptor, no client, no memory. */
static void
test_short_visits (void)
{
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", LIVE);
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  G_GNUC_UNUSED g_autoptr (SpFeeder) feeder = sp_feeder_new (
      sp_encoder_go (sp_daemon_port (daemon), "live", header), 200, 1000);
  guint64 before_kib = 0;
  guint n_before;

  wait_live (daemon);
  n_before = sp_daemon_n_descriptors (daemon);
  for (guint i = 0; i < N_VISITS; i++)
    {
      if (i == N_VISITS / 4)
        before_kib = sp_daemon_rss_kib (daemon);
      visit (sp_daemon_port (daemon), i);
    }
  sp_daemon_wait_figure (daemon, "/admin/status", "clients", 0, 10);
  sp_daemon_wait_figure (daemon, "/admin/status", "connections", 1, 10);
  guint64 after_kib = sp_daemon_rss_kib (daemon);
  g_test_message ("%u descriptors before, %u after; %" G_GUINT64_FORMAT
                  " KiB after %u visits, %" G_GUINT64_FORMAT " KiB after %u",
                  n_before,
                  sp_daemon_n_descriptors (daemon),
                  before_kib,
                  N_VISITS / 4,
                  after_kib,
                  N_VISITS);
  /* A kept-alive admin connection may come and go. */
  g_assert_cmpuint (sp_daemon_n_descriptors (daemon), <=, n_before + 2);
  if (!sp_daemon_is_sanitized ())
    g_assert_cmpuint (after_kib, <, before_kib + 4096);
}

static guint
play_status (SpDaemon *daemon, const char *path)
{
  g_autoptr (SpAnswer) answer
      = sp_ask_get (sp_daemon_port (daemon), path, SP_WATCHER_PLAY);

  return answer->status;
}

/* limits of a stream and of an address: 503, and room again after a leave. */
static void
test_limits (void)
{
  g_autoptr (SpDaemon) daemon = sp_daemon_start (
      "\"limits\": { \"clients_per_address\": 3, \"lateness_ms\": 0 }",
      SP_DAEMON_PUSH (
          "live",
          ", \"limits\": { \"clients\": 2 }") ", " SP_DAEMON_PUSH ("other",
                                                                   ""));
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  G_GNUC_UNUSED g_autoptr (SpFeeder) first = sp_feeder_new (
      sp_encoder_go (sp_daemon_port (daemon), "live", header), 50, 500);
  G_GNUC_UNUSED g_autoptr (SpFeeder) second = sp_feeder_new (
      sp_encoder_go (sp_daemon_port (daemon), "other", header), 50, 500);
  SpWatcher *watchers[3];

  sp_daemon_wait_figure (
      daemon, "/admin/status", "streams_live", 2, MAX_LIVE_S);
  for (guint i = 0; i < 3; i++)
    {
      watchers[i] = sp_watcher_play (
          sp_daemon_port (daemon), i < 2 ? "/streams/live" : "/streams/other");
      sp_watcher_wait_data (watchers[i], 1, 10);
      if (i == 1)
        g_assert_cmpuint (play_status (daemon, "/streams/live"), ==, 503);
    }
  g_assert_cmpuint (play_status (daemon, "/streams/other"), ==, 503);
  sp_watcher_free (watchers[0]);
  sp_daemon_wait_figure (daemon, "/admin/status", "clients", 2, 10);
  watchers[0] = sp_watcher_play (sp_daemon_port (daemon), "/streams/live");
  sp_watcher_wait_data (watchers[0], 1, 10);
  g_assert_cmpint (sp_daemon_figure (daemon,
                                     "/admin/streams/live",
                                     "counters.clients_refused"),
                   ==,
                   1);
  for (guint i = 0; i < 3; i++)
    {
      sp_watcher_wait_more (watchers[i], 1, 10);
      sp_watcher_free (watchers[i]);
    }
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  g_test_add_func ("/service/notify", test_notify);
  g_test_add_func ("/service/stop/stuck-viewer", test_stop_with_stuck_viewer);
  g_test_add_func ("/service/short-visits", test_short_visits);
  g_test_add_func ("/service/limits", test_limits);
  return g_test_run ();
}
