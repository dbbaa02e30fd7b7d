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
  g_test_add_func ("/tls/pull/with-ca", test_with_ca);
  g_test_add_func ("/tls/pull/without-ca", test_without_ca);
  return g_test_run ();
}
