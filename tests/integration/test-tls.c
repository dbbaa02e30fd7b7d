/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <string.h>

#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-test.h"
#include "sp-watcher.h"

/* A pump with a TLS listener that takes pushes. */
static SpDaemon *
start_origin (void)
{
  g_autofree char *key
      = g_test_build_filename (G_TEST_DIST, "data", "tls.key", NULL);
  g_autofree char *certificate
      = g_test_build_filename (G_TEST_DIST, "data", "tls.crt", NULL);
  g_autofree char *members
      = g_strdup_printf ("\"ssl\": true, \"ssl_port\": 0, "
                         "\"ssl_key\": \"%s\", \"ssl_cert\": \"%s\"",
                         key,
                         certificate);

  return sp_daemon_start (members, SP_DAEMON_PUSH ("live", ""));
}

static void
test_viewer (void)
{
  g_autoptr (SpDaemon) daemon = start_origin ();
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  G_GNUC_UNUSED g_autoptr (SpEncoder) encoder
      = sp_encoder_go (sp_daemon_port (daemon), "live", header);
  g_autoptr (SpWatcher) watcher = NULL;

  g_assert_cmpuint (sp_daemon_tls_port (daemon), !=, 0);
  sp_daemon_wait_figure (daemon, "/admin/status", "streams_live", 1, 10);
  watcher = sp_watcher_new (sp_daemon_tls_port (daemon),
                            "/streams/live",
                            SP_WATCHER_PLAY,
                            SP_STRICT_MMSH,
                            SP_WATCHER_TLS);
  sp_watcher_wait_headers (watcher, 1, 10);
  for (guint i = 0; i < 1000; i++)
    sp_encoder_numbered (encoder, 4000);
  sp_watcher_wait_data (watcher, 1000, 20);
  sp_encoder_end (encoder, 0);
  sp_watcher_wait_end (watcher, 10);
  const SpStrict *strict = sp_watcher_stop (watcher);
  g_assert_cmpstr (g_checksum_get_string (strict->payloads),
                   ==,
                   g_checksum_get_string (encoder->payloads));
}

static gboolean
on_certificate (GTlsConnection *connection,
                GTlsCertificate *certificate,
                GTlsCertificateFlags flags,
                gpointer user_data)
{
  return TRUE;
}

/* (transfer full): a connection to @daemon's TLS port. */
static GIOStream *
connect_tls (SpDaemon *daemon)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_timeout (client, 10);
  g_autoptr (GSocketConnection) plain = g_socket_client_connect_to_host (
      client, "127.0.0.1", sp_daemon_tls_port (daemon), NULL, &error);
  g_assert_no_error (error);
  GIOStream *tls
      = g_tls_client_connection_new (G_IO_STREAM (plain), NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (
      tls, "accept-certificate", G_CALLBACK (on_certificate), NULL);
  return tls;
}

/* An encoder whose PushStart comes over TLS. */
static void
test_push (void)
{
  static const char start[] = "POST /streams/live_push HTTP/1.1\r\nHost: h\r\n"
                              "User-Agent: WMEncoder/12.0.7600.16385\r\n"
                              "Content-Type: application/x-wms-pushstart\r\n"
                              "Content-Length: 2147483647\r\n\r\n"
                              "$H\005\000dummy";
  static const char packet[] = "$D\004\000abcd";
  g_autoptr (SpDaemon) daemon = start_origin ();
  g_autoptr (GIOStream) stream = connect_tls (daemon);
  GOutputStream *output = g_io_stream_get_output_stream (stream);
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (
      output, start, sizeof start - 1, NULL, NULL, &error);
  g_assert_no_error (error);
  sp_daemon_wait_figure (daemon, "/admin/status", "streams_live", 1, 10);
  g_autoptr (SpWatcher) watcher
      = sp_watcher_play (sp_daemon_port (daemon), "/streams/live");
  sp_watcher_wait_headers (watcher, 1, 10);
  for (guint i = 0; i < 5000; i++)
    {
      g_output_stream_write_all (
          output, packet, sizeof packet - 1, NULL, NULL, &error);
      g_assert_no_error (error);
    }
  sp_watcher_wait_data (watcher, 5000, 20);
  g_assert_cmpuint (sp_watcher_stop (watcher)->n_gaps, ==, 0);
}

static void
test_with_ca (void)
{
  g_autoptr (SpDaemon) origin = start_origin ();
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  G_GNUC_UNUSED g_autoptr (SpEncoder) encoder
      = sp_encoder_go (sp_daemon_port (origin), "live", header);
  g_autofree char *ca
      = g_test_build_filename (G_TEST_DIST, "data", "tls.crt", NULL);
  g_autofree char *options = g_strdup_printf (
      ", \"tls\": true, \"ca\": \"%s\", \"retry_ms\": 200", ca);
  g_autofree char *stream = sp_daemon_pull_stream ("live",
                                                   sp_daemon_tls_port (origin),
                                                   "/streams/live",
                                                   options,
                                                   ", \"burst_ms\": 30000");
  g_autoptr (SpDaemon) pump = sp_daemon_start ("", stream);

  sp_daemon_wait_figure (pump, "/admin/status", "streams_live", 1, 20);
  g_autoptr (SpWatcher) watcher
      = sp_watcher_play (sp_daemon_port (pump), "/streams/live");
  sp_watcher_wait_headers (watcher, 1, 10);
  for (guint i = 0; i < 500; i++)
    sp_encoder_numbered (encoder, 8000);
  sp_watcher_wait_data (watcher, 500, 20);
  const SpStrict *strict = sp_watcher_stop (watcher);
  g_assert_cmpuint (strict->n_gaps, ==, 0);
  g_assert_cmpstr (g_checksum_get_string (strict->payloads),
                   ==,
                   g_checksum_get_string (encoder->payloads));
}

/* Without the authority: not one byte, and the reason is to be seen. */
static void
test_without_ca (void)
{
  g_autoptr (SpDaemon) origin = start_origin ();
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  G_GNUC_UNUSED g_autoptr (SpEncoder) encoder
      = sp_encoder_go (sp_daemon_port (origin), "live", header);
  g_autofree char *stream
      = sp_daemon_pull_stream ("live",
                               sp_daemon_tls_port (origin),
                               "/streams/live",
                               ", \"tls\": true, \"retry_ms\": 200",
                               "");
  g_autoptr (SpDaemon) pump = sp_daemon_start ("", stream);

  sp_daemon_wait_log (pump, 0, "ertificate", 10);
  g_autofree char *log = sp_daemon_log (pump);
  g_assert_nonnull (strstr (log, "ertificate"));
  g_assert_cmpint (
      sp_daemon_figure (pump, "/admin/status", "streams_live"), ==, 0);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  g_test_add_func ("/tls/viewer", test_viewer);
  g_test_add_func ("/tls/push", test_push);
  g_test_add_func ("/tls/pull/with-ca", test_with_ca);
  g_test_add_func ("/tls/pull/without-ca", test_without_ca);
  return g_test_run ();
}
