/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sp-ask.h"
#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-test.h"
#include "sp-watcher.h"

#define N_PACKETS 10000
#define PER_S 2500
#define PATIENT ", \"burst_ms\": 30000"
#define QUICK ", \"retry_ms\": 200"

static void
wait_live (SpDaemon *daemon)
{
  sp_daemon_wait_figure (daemon, "/admin/status", "streams_live", 1, 30);
}

static SpDaemon *
start_behind (SpDaemon *upstream)
{
  g_autofree char *stream = sp_daemon_pull_stream (
      "live", sp_daemon_port (upstream), "/streams/live", QUICK, PATIENT);

  return sp_daemon_start ("", stream);
}

/* Packet @number: of a film, or of any size. */
static void
push_one (SpEncoder *encoder, SpClip *clip, GRand *rand, guint number)
{
  if (clip == NULL)
    {
      sp_encoder_numbered (encoder, (gsize)g_rand_int_range (rand, 4, 8224));
      return;
    }
  GBytes *packet
      = g_ptr_array_index (clip->packets, number % clip->packets->len);
  sp_encoder_data (
      encoder, g_bytes_get_data (packet, NULL), g_bytes_get_size (packet));
}

/* D1: payload bytes and the header are the same at both ends of three pumps. */
static void
test_three_pumps (gconstpointer with_film)
{
  g_autofree char *film = sp_clip_demo_file ();
  g_autoptr (SpClip) clip = with_film != NULL ? sp_clip_load (film) : NULL;
  g_autoptr (GBytes) header
      = clip != NULL ? g_bytes_ref (clip->header) : sp_encoder_dummy_header ();
  g_autoptr (SpDaemon) first
      = sp_daemon_start ("", SP_DAEMON_PUSH ("live", PATIENT));
  g_autoptr (SpEncoder) encoder
      = sp_encoder_go (sp_daemon_port (first), "live", header);
  g_autoptr (SpDaemon) second = start_behind (first);
  g_autoptr (SpDaemon) third = start_behind (second);
  g_autoptr (GRand) rand = g_rand_new_with_seed (4711);

  wait_live (third);
  g_autoptr (SpWatcher) plain
      = sp_watcher_play (sp_daemon_port (third), "/streams/live");
  g_autoptr (SpWatcher) chunked = sp_watcher_new (sp_daemon_port (third),
                                                  "/streams/live",
                                                  SP_WATCHER_PLAY11,
                                                  SP_STRICT_MMSH,
                                                  SP_WATCHER_PLAIN);
  sp_watcher_wait_headers (plain, 1, 10);
  sp_watcher_wait_headers (chunked, 1, 10);
  gint64 started_us = g_get_monotonic_time ();
  for (guint i = 0; i < N_PACKETS; i++)
    {
      gint64 ahead_us = started_us + (gint64)i * G_USEC_PER_SEC / PER_S
                        - g_get_monotonic_time ();

      if (ahead_us > 1000)
        g_usleep ((gulong)ahead_us);
      push_one (encoder, clip, rand, i);
    }
  SpWatcher *watchers[] = { plain, chunked };
  for (guint i = 0; i < G_N_ELEMENTS (watchers); i++)
    {
      sp_watcher_wait_data (watchers[i], N_PACKETS, 30);
      const SpStrict *strict = sp_watcher_stop (watchers[i]);
      g_assert_cmpuint (strict->n_gaps, ==, 0);
      g_assert_true (
          g_bytes_equal (g_ptr_array_index (strict->headers, 0), header));
      g_assert_cmpstr (g_checksum_get_string (strict->payloads),
                       ==,
                       g_checksum_get_string (encoder->payloads));
    }
  g_test_message (
      "%u packets, %s", N_PACKETS, g_checksum_get_string (encoder->payloads));
}

/* P23, P24: the upstream goes and comes back; the viewer waits for it. */
static void
test_upstream_restart (void)
{
  g_autoptr (SpDaemon) upstream
      = sp_daemon_start ("", SP_DAEMON_PUSH ("live", ""));
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  SpEncoder *encoder
      = sp_encoder_go (sp_daemon_port (upstream), "live", header);
  G_GNUC_UNUSED g_autoptr (SpFeeder) feeder = sp_feeder_new (encoder, 100, 500);
  g_autoptr (SpDaemon) pump = start_behind (upstream);

  wait_live (pump);
  g_autoptr (SpWatcher) watcher
      = sp_watcher_play (sp_daemon_port (pump), "/streams/live");
  sp_watcher_wait_data (watcher, 20, 10);
  for (guint i = 0; i < 3; i++)
    {
      if (i % 2 == 0)
        sp_daemon_kill (upstream);
      else
        sp_daemon_stop (upstream); /* with an $E(0) to the pump */
      g_clear_pointer (&feeder, sp_feeder_break);
      sp_daemon_restart (upstream);
      encoder = sp_encoder_go (sp_daemon_port (upstream), "live", header);
      feeder = sp_feeder_new (encoder, 100, 500);
      sp_watcher_wait_more (watcher, 50, 30);
    }
  g_assert_true (sp_watcher_is_open (watcher));
  g_assert_cmpuint (sp_watcher_n_headers (watcher), ==, 1);
}

/* D4: nothing to pull is 503, not an empty 200. */
static void
test_upstream_down (void)
{
  g_autoptr (SpDaemon) upstream
      = sp_daemon_start ("", SP_DAEMON_PUSH ("live", ""));
  g_autoptr (SpDaemon) pump = start_behind (upstream);
  g_autoptr (SpAnswer) answer
      = sp_ask_get (sp_daemon_port (pump), "/streams/live", SP_WATCHER_PLAY);
  g_autofree char *retry = sp_answer_header (answer, "Retry-After");

  g_assert_cmpuint (answer->status, ==, 503);
  g_assert_nonnull (retry);
}

/* D6: a pump that pulls from itself is refused, and everybody else is served.
 */
static void
test_loop (void)
{
  g_autoptr (SpDaemon) daemon
      = sp_daemon_start ("", SP_DAEMON_PUSH ("live", ""));
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  SpEncoder *encoder = sp_encoder_go (sp_daemon_port (daemon), "live", header);
  G_GNUC_UNUSED g_autoptr (SpFeeder) feeder = sp_feeder_new (encoder, 100, 500);

  wait_live (daemon);
  g_autoptr (SpWatcher) watcher
      = sp_watcher_play (sp_daemon_port (daemon), "/streams/live");
  sp_watcher_wait_data (watcher, 20, 10);
  g_autofree char *self = sp_daemon_pull_stream (
      "self", sp_daemon_port (daemon), "/streams/self", QUICK, "");
  g_autofree char *other = sp_daemon_pull_stream (
      "other", sp_daemon_port (daemon), "/streams/live", QUICK, "");
  g_autofree char *streams = g_strdup_printf (
      "%s, %s, %s", SP_DAEMON_PUSH ("live", ""), self, other);
  sp_daemon_configure (daemon, "", streams);
  gint64 until_us = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  while (sp_daemon_figure (daemon, "/admin/status", "counters.loops_refused")
             < 3
         && g_get_monotonic_time () < until_us)
    g_usleep (50000);
  g_assert_cmpint (
      sp_daemon_figure (daemon, "/admin/status", "counters.loops_refused"),
      >=,
      3);
  sp_watcher_wait_more (watcher, 20, 10);
  g_autoptr (SpAnswer) answer
      = sp_ask_get (sp_daemon_port (daemon), "/streams/self", SP_WATCHER_PLAY);
  g_assert_cmpuint (answer->status, ==, 503);
}

static char *
push_with_fallback (guint16 port)
{
  return g_strdup_printf (
      "{ \"name\": \"live\", \"path\": \"live\", \"type\": \"mmsh_push\", "
      "\"fallback\": [ { \"type\": \"mmsh_pull\", \"source_options\": { "
      "\"host\": \"127.0.0.1\", \"port\": %u, \"path\": \"/streams/live\""
      "%s } } ] }",
      port,
      QUICK);
}

/* D6: each pump falls back to the other. With both encoders gone they must not
 * feed each other what is left. */
static void
test_each_others_fallback (void)
{
  g_autoptr (SpDaemon) first
      = sp_daemon_start ("", SP_DAEMON_PUSH ("live", ""));
  g_autofree char *to_first = push_with_fallback (sp_daemon_port (first));
  g_autoptr (SpDaemon) second = sp_daemon_start ("", to_first);
  g_autofree char *to_second = push_with_fallback (sp_daemon_port (second));
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();

  sp_daemon_configure (first, "", to_second);
  SpFeeder *feeders[] = {
    sp_feeder_new (
        sp_encoder_go (sp_daemon_port (first), "live", header), 100, 500),
    sp_feeder_new (
        sp_encoder_go (sp_daemon_port (second), "live", header), 100, 500),
  };
  wait_live (first);
  wait_live (second);
  g_autoptr (SpWatcher) watcher
      = sp_watcher_play (sp_daemon_port (first), "/streams/live");
  sp_watcher_wait_data (watcher, 20, 10);
  sp_feeder_break (feeders[0]);
  sp_daemon_wait_figure (second, "/admin/status", "clients", 1, 15);
  sp_watcher_wait_more (watcher, 20, 15);
  gsize from;
  {
    g_autofree char *log = sp_daemon_log (second);
    from = strlen (log);
  }
  sp_feeder_break (feeders[1]);
  g_assert_true (sp_daemon_wait_log (second, from, "a loop: the source", 20));
  guint seen = sp_watcher_n_data (watcher);
  g_usleep (G_USEC_PER_SEC);
  /* What was in flight may still come; going round it would be thousands. */
  g_assert_cmpuint (sp_watcher_n_data (watcher) - seen, <, 100);
  sp_watcher_forgive (watcher);
}

/* Reads one request head from a new connection to @listener. */
static char *
overhear (int listener)
{
  g_autoptr (GString) head = g_string_new (NULL);
  int fd = accept (listener, NULL, NULL);
  char c;

  while (!g_str_has_suffix (head->str, "\r\n\r\n") && read (fd, &c, 1) == 1)
    g_string_append_c (head, c);
  close (fd);
  return g_string_free (g_steal_pointer (&head), FALSE);
}

/* P2-P5, D6: what a pull says; said to the pump itself it gets 508. */
static void
test_request (void)
{
  g_autoptr (GSocket) socket = g_socket_new (
      G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GSocketAddress) any
      = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_socket_bind (socket, any, TRUE, NULL);
  g_socket_listen (socket, NULL);
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (socket, NULL);
  guint16 port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local));
  g_autofree char *stream
      = sp_daemon_pull_stream ("live", port, "/streams/live", QUICK, "");
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", stream);

  g_assert_true (sp_ask_readable (g_socket_get_fd (socket), 10000));
  g_autofree char *head = overhear (g_socket_get_fd (socket));
  g_test_message ("%s", head);
  g_assert_true (g_str_has_prefix (head, "GET /streams/live HTTP/1."));
  g_assert_nonnull (strstr (head, "\r\nUser-Agent: NS"));
  g_assert_nonnull (strstr (head, "\r\nVia: 1."));
  g_assert_null (strstr (head, "packet-pair-experiment"));
  g_assert_null (strstr (head, "pipeline-experiment"));
  g_autoptr (SpAnswer) answer = sp_ask (sp_daemon_port (daemon), head);
  g_assert_cmpuint (answer->status, ==, 508);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  g_test_add_data_func (
      "/chain/three-pumps/10000-packets/any", NULL, test_three_pumps);
  g_test_add_data_func (
      "/chain/three-pumps/10000-packets/film", "film", test_three_pumps);
  g_test_add_func ("/chain/upstream/restarts", test_upstream_restart);
  g_test_add_func ("/chain/upstream/down", test_upstream_down);
  g_test_add_func ("/chain/loop/refused", test_loop);
  g_test_add_func ("/chain/loop/each-others-fallback",
                   test_each_others_fallback);
  g_test_add_func ("/chain/loop/request", test_request);
  return g_test_run ();
}
