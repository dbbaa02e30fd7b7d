/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <string.h>

#include "sp-ask.h"
#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-test.h"
#include "sp-watcher.h"

#define N_KILLS 50

/* ", "fallback": [ the demo file ]" */
static char *
fallback_members (void)
{
  g_autofree char *file = sp_clip_demo_file ();

  return g_strdup_printf (", \"burst_ms\": 0, \"flush_ms\": 20, "
                          "\"fallback\": [ { \"type\": \"file\", "
                          "\"source_options\": { \"path\": \"%s\" } } ]",
                          file);
}

static char *
state_of (SpDaemon *daemon)
{
  g_autoptr (JsonNode) node = sp_daemon_get (daemon, "/admin/streams/live");

  return g_strdup (json_object_get_string_member_with_default (
      json_node_get_object (node), "state", "none"));
}

static void
wait_state (SpDaemon *daemon, const char *state, guint deadline_s)
{
  gint64 until_us
      = g_get_monotonic_time () + (gint64)deadline_s * G_USEC_PER_SEC;

  for (;;)
    {
      g_autofree char *now = state_of (daemon);

      if (g_str_equal (now, state))
        return;
      if (g_get_monotonic_time () > until_us)
        g_assert_cmpstr (now, ==, state);
      g_usleep (10000);
    }
}

/* The encoder is cut 50 times: the viewer stays, data go on, and a header
 * comes only when it is another one. */
static void
test_push (void)
{
  g_autofree char *more = fallback_members ();
  g_autofree char *stream
      = g_strdup_printf ("{ \"name\": \"live\", \"path\": \"live\", "
                         "\"type\": \"mmsh_push\"%s }",
                         more);
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", stream);
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();

  wait_state (daemon, "fallback", 10);
  g_autoptr (SpWatcher) watcher
      = sp_watcher_play (sp_daemon_port (daemon), "/streams/live");
  sp_watcher_wait_data (watcher, 2, 10);
  for (guint i = 0; i < N_KILLS; i++)
    {
      SpEncoder *encoder
          = sp_encoder_go (sp_daemon_port (daemon), "live", header);
      SpFeeder *feeder = sp_feeder_new (encoder, 200, 500);

      sp_watcher_wait_headers (watcher, 2 * i + 2, 20);
      sp_watcher_wait_more (watcher, 5, 10);
      if (i % 2 == 0)
        sp_feeder_break (feeder);
      else
        sp_feeder_end (feeder); /* $E(0) does not end them either */
      sp_watcher_wait_headers (watcher, 2 * i + 3, 20);
      sp_watcher_wait_more (watcher, 1, 10);
    }
  const SpStrict *strict = sp_watcher_stop (watcher);
  g_assert_cmpuint (strict->headers->len, ==, 2 * N_KILLS + 1);
  g_assert_true (
      g_bytes_equal (g_ptr_array_index (strict->headers, 1), header));
  g_assert_true (g_bytes_equal (g_ptr_array_index (strict->headers, 0),
                                g_ptr_array_index (strict->headers, 2)));
}

/* The main source sends what the fallback sends: no new header. */
static void
test_same_header (void)
{
  g_autofree char *file = sp_clip_demo_file ();
  g_autofree char *more = fallback_members ();
  g_autofree char *origin_stream
      = sp_daemon_file_stream ("live", file, ", \"burst_ms\": 0");
  g_autoptr (SpDaemon) origin = sp_daemon_start ("", origin_stream);
  g_autofree char *stream
      = sp_daemon_pull_stream ("live",
                               sp_daemon_port (origin),
                               "/streams/live",
                               ", \"retry_ms\": 100, \"connect_ms\": 2000",
                               more);
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", stream);

  wait_state (daemon, "live", 10);
  g_autoptr (SpWatcher) watcher
      = sp_watcher_play (sp_daemon_port (daemon), "/streams/live");
  sp_watcher_wait_data (watcher, 2, 10);
  for (guint i = 0; i < N_KILLS; i++)
    {
      if (i % 2 == 0)
        sp_daemon_kill (origin);
      else
        sp_daemon_stop (origin);
      wait_state (daemon, "fallback", 20);
      sp_watcher_wait_more (watcher, 2, 10);
      sp_daemon_restart (origin);
      wait_state (daemon, "live", 20);
      sp_watcher_wait_more (watcher, 2, 10);
    }
  g_assert_true (sp_watcher_is_open (watcher));
  g_assert_cmpuint (sp_watcher_n_headers (watcher), ==, 1);
}

/* Without a fallback: held while the source is away, ended after hold_ms. */
static void
test_hold (void)
{
  g_autoptr (SpDaemon) daemon
      = sp_daemon_start ("", SP_DAEMON_PUSH ("live", ", \"hold_ms\": 2000"));
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  SpEncoder *encoder = sp_encoder_go (sp_daemon_port (daemon), "live", header);
  SpFeeder *feeder = sp_feeder_new (encoder, 100, 500);

  wait_state (daemon, "live", 10);
  g_autoptr (SpWatcher) watcher
      = sp_watcher_play (sp_daemon_port (daemon), "/streams/live");
  sp_watcher_wait_data (watcher, 10, 10);
  sp_feeder_break (feeder);
  wait_state (daemon, "holding", 10);
  encoder = sp_encoder_go (sp_daemon_port (daemon), "live", header);
  feeder = sp_feeder_new (encoder, 100, 500);
  sp_watcher_wait_more (watcher, 20, 10); /* it is back in time */
  sp_feeder_break (feeder);
  gint64 lost_us = g_get_monotonic_time ();
  sp_watcher_wait_end (watcher, 10);
  gint64 held_us = g_get_monotonic_time () - lost_us;
  g_assert_cmpint (held_us, >, G_USEC_PER_SEC);
  g_assert_cmpuint (sp_watcher_stop (watcher)->headers->len, ==, 1);
  wait_state (daemon, "waiting", 5);
}

/* A pull starts with the first viewer and stops linger_ms after the last. */
static void
test_on_demand (void)
{
  g_autofree char *file = sp_clip_demo_file ();
  g_autofree char *origin_stream = sp_daemon_file_stream ("live", file, "");
  g_autoptr (SpDaemon) origin = sp_daemon_start ("", origin_stream);
  g_autofree char *stream
      = sp_daemon_pull_stream ("live",
                               sp_daemon_port (origin),
                               "/streams/live",
                               ", \"retry_ms\": 200",
                               ", \"on_demand\": true, \"linger_ms\": 1000");
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", stream);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (SpWatcher) watcher = NULL;

      wait_state (daemon, "idle", 10);
      g_assert_cmpint (
          sp_daemon_figure (origin, "/admin/status", "clients"), ==, 0);
      watcher = sp_watcher_play (sp_daemon_port (daemon), "/streams/live");
      g_assert_cmpuint (sp_watcher_wait_answer (watcher, 15), ==, 200);
      sp_watcher_wait_data (watcher, 5, 15);
      wait_state (daemon, "live", 5);
      g_assert_cmpint (
          sp_daemon_figure (origin, "/admin/status", "clients"), ==, 1);
    }
  wait_state (daemon, "idle", 10);
  sp_daemon_wait_figure (origin, "/admin/status", "clients", 0, 5);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  g_test_add_func ("/fallback/push/killed-50-times", test_push);
  g_test_add_func ("/fallback/pull/killed-50-times", test_same_header);
  g_test_add_func ("/fallback/none/hold", test_hold);
  g_test_add_func ("/fallback/none/on-demand", test_on_demand);
  return g_test_run ();
}
