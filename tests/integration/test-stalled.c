/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <sys/socket.h>
#include <unistd.h>

#include "sp-ask.h"
#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-test.h"
#include "sp-watcher.h"

#define N_STALLED 60
#define N_GOOD 10
#define N_LEFT 5 /* of the stalled: fewer than the good ones */
#define PER_S 100
#define PACKET_LEN 4000
#define LIVE "/streams/live"
#define STREAM "/admin/streams/live"

/** A stream whose clients are mostly such as read nothing. */
typedef struct
{
  SpDaemon *daemon;
  SpFeeder *feeder;
  SpWatcher *good[N_GOOD];
  int stalled[N_STALLED];
} Stage;

/* Its window stays small: the kernel is soon full. */
static int
come_and_stall (guint16 port)
{
  int fd = sp_ask_connect ("127.0.0.1", port);
  int small = 4096;

  g_assert_cmpint (fd, >=, 0);
  setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  sp_ask_send_text (
      fd, "GET " LIVE " HTTP/1.1\r\nHost: h\r\n" SP_WATCHER_PLAY "\r\n");
  return fd;
}

/* Until all that stall are behind. */
static void
set_up (Stage *stage, const char *policy)
{
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  g_autofree char *stream = g_strdup_printf (
      "{ \"path\": \"live\", \"type\": \"mmsh_push\", %s }", policy);
  guint16 port;

  stage->daemon = sp_daemon_start ("\"workers\": 1", stream);
  port = sp_daemon_port (stage->daemon);
  stage->feeder
      = sp_feeder_new (sp_encoder_go (port, "live", header), PER_S, PACKET_LEN);
  sp_daemon_wait_figure (stage->daemon, "/admin/status", "streams_live", 1, 20);
  for (guint i = 0; i < N_GOOD; i++)
    stage->good[i] = sp_watcher_play (port, LIVE);
  for (guint i = 0; i < N_GOOD; i++)
    sp_watcher_wait_data (stage->good[i], 1, 20);
  for (guint i = 0; i < N_STALLED; i++)
    stage->stalled[i] = come_and_stall (port);
  sp_daemon_wait_figure (
      stage->daemon, STREAM, "quality.behind", N_STALLED, 60);
}

/* The good ones have had each packet, and get more. */
static void
tear_down (Stage *stage)
{
  for (guint i = 0; i < N_GOOD; i++)
    sp_watcher_wait_more (stage->good[i], 10, 20);
  for (guint i = 0; i < N_GOOD; i++)
    {
      const SpStrict *seen = sp_watcher_stop (stage->good[i]);

      g_assert_cmpuint (seen->n_gaps, ==, 0);
      sp_watcher_free (stage->good[i]);
    }
  for (guint i = 0; i < N_STALLED; i++)
    close (stage->stalled[i]);
  sp_feeder_break (stage->feeder);
  sp_daemon_free (stage->daemon);
}

static gint64
figure (Stage *stage, const char *member)
{
  return sp_daemon_figure (stage->daemon, STREAM, member);
}

/* Those who stall cost the others nothing; one that reads again goes on at the
 * newest key frame, with whole packets. */
static void
test_skip (void)
{
  Stage stage;

  set_up (&stage,
          "\"slow_viewer\": \"skip\", \"slow_viewer_ms\": 1000, "
          "\"burst_ms\": 0");
  g_autoptr (SpWatcher) slow = sp_watcher_new (sp_daemon_port (stage.daemon),
                                               LIVE,
                                               SP_WATCHER_PLAY,
                                               SP_STRICT_MMSH,
                                               SP_WATCHER_SMALL);
  sp_watcher_wait_data (slow, 1, 20);
  sp_watcher_pause (slow, TRUE);
  sp_daemon_wait_figure (
      stage.daemon, STREAM, "quality.behind", N_STALLED + 1, 60);
  sp_watcher_wait_more (stage.good[0], 3 * PER_S, 30);
  sp_watcher_pause (slow, FALSE);
  sp_daemon_wait_figure (stage.daemon, STREAM, "quality.behind", N_STALLED, 60);
  sp_watcher_wait_more (slow, PER_S / 2, 20);
  const SpStrict *seen = sp_watcher_stop (slow);
  g_assert_cmpuint (seen->n_gaps, >, 0);
  g_assert_cmpint (figure (&stage, "counters.packets_skipped"), >, 0);
  g_assert_cmpint (figure (&stage, "counters.clients_cut"), ==, 0);
  tear_down (&stage);
}

/* While more than half are behind the fault is not theirs: nobody is cut. When
 * most of them have gone, those that are left are. */
static void
test_cut (void)
{
  Stage stage;

  set_up (&stage,
          "\"slow_viewer\": \"cut\", \"slow_viewer_ms\": 1500, "
          "\"burst_ms\": 0");
  g_assert_true (
      sp_daemon_wait_log (stage.daemon, 0, "clients are behind", 20));
  sp_watcher_wait_more (stage.good[0], 6 * PER_S, 60);
  g_assert_cmpint (figure (&stage, "counters.clients_cut"), ==, 0);
  g_assert_cmpint (figure (&stage, "quality.lag_worst_ms"), >, 1500);
  for (guint i = N_LEFT; i < N_STALLED; i++)
    {
      close (stage.stalled[i]);
      stage.stalled[i] = -1;
    }
  sp_daemon_wait_figure (
      stage.daemon, STREAM, "counters.clients_cut", N_LEFT, 30);
  sp_daemon_wait_figure (stage.daemon, STREAM, "clients", N_GOOD, 20);
  tear_down (&stage);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  g_test_add_func ("/stalled/skip", test_skip);
  g_test_add_func ("/stalled/cut", test_cut);
  return g_test_run ();
}
