/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-test.h"

#define STREAM "/admin/streams/live"
#define STEP_US 20000

/* Sends a packet every 20 ms until so many runs have ended. */
static void
feed_until_runs (SpDaemon *daemon, SpEncoder *encoder, gint64 runs)
{
  gint64 until_us = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  for (guint i = 0;; i++)
    {
      sp_encoder_numbered (encoder, 1000);
      if (i % 25 == 0
          && sp_daemon_figure (daemon, STREAM, "counters.canary_runs") >= runs)
        return;
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      g_usleep (STEP_US);
    }
}

static void
feed_for (SpEncoder *encoder, guint seconds)
{
  for (guint i = 0; i < seconds * G_USEC_PER_SEC / STEP_US; i++)
    {
      sp_encoder_numbered (encoder, 1000);
      g_usleep (STEP_US);
    }
}

/* (transfer full): a member of the one source. */
static char *
word (SpDaemon *daemon, const char *member)
{
  g_autoptr (JsonNode) node = sp_daemon_get (daemon, STREAM);
  JsonObject *stream = json_node_get_object (node);
  JsonArray *sources = json_object_get_array_member (stream, "sources");
  JsonObject *source = json_array_get_object_element (sources, 0);

  return g_strdup (
      json_object_get_string_member_with_default (source, member, "none"));
}

static void
assert_word (SpDaemon *daemon, const char *member, const char *expected)
{
  g_autofree char *actual = word (daemon, member);

  g_assert_cmpstr (actual, ==, expected);
}

/* It plays; the encoder falls silent, and it cannot; and again it can. No
 * limit stops it, and nowhere is it a client. */
static void
test_life (void)
{
  g_autoptr (SpDaemon) daemon
      = sp_daemon_start ("\"canary_ms\": 1000", SP_DAEMON_PUSH ("live", ""));
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  g_autoptr (SpEncoder) encoder
      = sp_encoder_go (sp_daemon_port (daemon), "live", header);

  feed_until_runs (daemon, encoder, 1);
  g_assert_cmpint (
      sp_daemon_figure (daemon, STREAM, "counters.canary_failures"), ==, 0);
  g_assert_cmpint (
      sp_daemon_figure (daemon, STREAM, "canary.first_packet_ms"), >, 0);
  g_assert_cmpint (sp_daemon_figure (daemon, STREAM, "canary.stalls"), ==, 0);
  assert_word (daemon, "state", "active");
  assert_word (daemon, "health", "ok");
  assert_word (daemon, "address", "127.0.0.1");
  feed_for (encoder, 2);
  sp_daemon_wait_figure (daemon, STREAM, "counters.canary_runs", 2, 30);
  g_assert_cmpint (
      sp_daemon_figure (daemon, STREAM, "counters.canary_failures"), ==, 1);
  g_assert_cmpint (sp_daemon_figure (daemon, STREAM, "canary.stalls"), ==, 1);
  g_assert_cmpint (
      sp_daemon_figure (daemon, STREAM, "canary.stall_ms"), >, 5000);
  assert_word (daemon, "health", "stalled");
  g_assert_true (sp_daemon_wait_log (
      daemon, 0, "the canary cannot play: no packet in the last", 10));
  feed_until_runs (daemon, encoder, 3);
  g_assert_cmpint (
      sp_daemon_figure (daemon, STREAM, "counters.canary_failures"), ==, 1);
  g_assert_true (sp_daemon_wait_log (daemon, 0, "the canary plays again", 10));
  g_assert_cmpint (sp_daemon_figure (daemon, STREAM, "clients"), ==, 0);
  g_assert_cmpint (
      sp_daemon_figure (daemon, STREAM, "counters.clients_connected"), ==, 0);
}

/* Without a source there is nothing to play, and nothing to complain of. */
static void
test_no_source (void)
{
  g_autoptr (SpDaemon) daemon
      = sp_daemon_start ("\"canary_ms\": 200", SP_DAEMON_PUSH ("live", ""));

  g_usleep (3 * G_USEC_PER_SEC);
  g_assert_cmpint (
      sp_daemon_figure (daemon, STREAM, "counters.canary_runs"), ==, 0);
  g_assert_cmpint (
      sp_daemon_figure (daemon, "/admin/status", "counters.requests"), ==, 0);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  g_test_add_func ("/canary/life", test_life);
  g_test_add_func ("/canary/no-source", test_no_source);
  return g_test_run ();
}
