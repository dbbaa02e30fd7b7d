/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-test.h"
#include "sp-watcher.h"

#define N_STREAMS 1000
#define MAX_IDLE_MIB 50
#define N_ENCODERS 20
#define N_PACKETS 1500
#define PACKET_LEN 1400
#define MAX_LEFT_MIB 8
#define SETTLE_S 40

/* (transfer full): that many push streams, "s0", "s1" ... */
static char *
streams (guint n, const char *more)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (
        text,
        "%s{ \"path\": \"s%u\", \"type\": \"mmsh_push\"%s }",
        i > 0 ? ", " : "",
        i,
        more);
  return g_string_free (text, FALSE);
}

static void
test_idle (void)
{
  g_autofree char *text = streams (N_STREAMS, "");
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("\"workers\": 2", text);
  guint64 pss_kib;

  g_assert_cmpint (
      sp_daemon_figure (daemon, "/admin/status", "streams"), ==, N_STREAMS);
  pss_kib = sp_daemon_pss_kib (daemon);
  g_test_message (
      "%d idle streams: %" G_GUINT64_FORMAT " KiB", N_STREAMS, pss_kib);
  if (sp_daemon_is_sanitized ())
    g_test_skip ("a sanitizer is in the daemon: sizes say nothing");
  else
    g_assert_cmpuint (pss_kib, <, MAX_IDLE_MIB * 1024);
}

static void
feed_all (SpDaemon *daemon)
{
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  SpEncoder *encoders[N_ENCODERS];

  for (guint i = 0; i < N_ENCODERS; i++)
    {
      g_autofree char *name = g_strdup_printf ("s%u", i);

      encoders[i] = sp_encoder_go (sp_daemon_port (daemon), name, header);
    }
  for (guint n = 0; n < N_PACKETS; n++)
    for (guint i = 0; i < N_ENCODERS; i++)
      sp_encoder_numbered (encoders[i], PACKET_LEN);
  sp_daemon_wait_figure (daemon,
                         "/admin/status",
                         "totals.packets_received",
                         N_PACKETS * N_ENCODERS,
                         60);
  g_test_message ("fed: %" G_GUINT64_FORMAT " KiB", sp_daemon_pss_kib (daemon));
  for (guint i = 0; i < N_ENCODERS; i++)
    {
      sp_encoder_break (encoders[i]);
      sp_encoder_free (encoders[i]);
    }
}

/* 40 MiB were in the rings; when nobody feeds them nor is to be held for they
 * are empty, though no packet comes that would push out the others. */
static void
test_was_live (void)
{
  g_autofree char *text = streams (
      N_ENCODERS,
      ", \"hold_ms\": 1000, \"slow_viewer_ms\": 8000, \"burst_ms\": 1000");
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("\"workers\": 2", text);
  guint64 before_kib = sp_daemon_pss_kib (daemon);
  gint64 until_us = g_get_monotonic_time () + (gint64)SETTLE_S * G_USEC_PER_SEC;
  guint64 after_kib;

  feed_all (daemon);
  do
    {
      g_usleep (500000);
      after_kib = sp_daemon_pss_kib (daemon);
    }
  while (after_kib > before_kib + MAX_LEFT_MIB * 1024
         && g_get_monotonic_time () < until_us);
  g_test_message ("%" G_GUINT64_FORMAT " KiB before, %" G_GUINT64_FORMAT
                  " KiB after",
                  before_kib,
                  after_kib);
  if (sp_daemon_is_sanitized ())
    g_test_skip ("a sanitizer is in the daemon: sizes say nothing");
  else
    g_assert_cmpuint (after_kib, <=, before_kib + MAX_LEFT_MIB * 1024);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  g_test_add_func ("/idle/1000-streams", test_idle);
  g_test_add_func ("/idle/was-live", test_was_live);
  return g_test_run ();
}
