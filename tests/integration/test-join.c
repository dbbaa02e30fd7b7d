/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <string.h>

#include "sp-asf-packet.h"
#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-test.h"
#include "sp-watcher.h"

#define FRAME_HEAD_LEN 12
#define BURST_MS 1500

static void
wait_live (SpDaemon *daemon)
{
  sp_daemon_wait_figure (daemon, "/admin/status", "streams_live", 1, 10);
}

/* Is the first packet that @strict got one in which a key frame starts? */
static gboolean
starts_with_key (const SpStrict *strict, const SpClip *clip)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (clip->header, &len);
  SpAsfHeader header;
  SpAsfPacket packet;

  g_assert_true (sp_asf_header_parse (&header, data, len, NULL));
  g_assert_cmpuint (
      strict->start->len, >=, 2 * FRAME_HEAD_LEN + len + clip->packet_size);
  g_assert_true (
      sp_asf_packet_parse (&packet,
                           &header,
                           strict->start->data + 2 * FRAME_HEAD_LEN + len,
                           clip->packet_size,
                           NULL));
  return packet.is_key;
}

/* V35: whenever a viewer comes, it begins with a key frame, and at once gets
 * what it needs to start (burst_ms). */
static void
test_key_frame (void)
{
  g_autofree char *file = sp_clip_demo_file ();
  g_autofree char *members = g_strdup_printf (", \"burst_ms\": %d", BURST_MS);
  g_autofree char *stream = sp_daemon_file_stream ("live", file, members);
  g_autoptr (SpClip) clip = sp_clip_load (file);
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", stream);

  wait_live (daemon);
  {
    g_autoptr (SpWatcher) first
        = sp_watcher_play (sp_daemon_port (daemon), "/streams/live");
    sp_watcher_wait_data (first, clip->packets->len / 3, 15);
  }
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (SpWatcher) watcher
          = sp_watcher_play (sp_daemon_port (daemon), "/streams/live");
      gint64 late_us;
      guint n_burst = 0;

      sp_watcher_wait_data (watcher, clip->packets->len / 10, 10);
      const SpStrict *strict = sp_watcher_stop (watcher);
      g_assert_true (starts_with_key (strict, clip));
      late_us = strict->first_data_us + 300 * 1000;
      for (guint j = 0; j < strict->frames->len; j++)
        n_burst += g_array_index (strict->frames, SpFrame, j).at_us < late_us;
      g_test_message ("%u of %u packets at once", n_burst, strict->frames->len);
      /* 10 s are in the file; 1 s at least must have come at once. */
      g_assert_cmpuint (n_burst, >=, clip->packets->len / 10);
    }
}

/* A viewer who does not read misses packets, whole ones, and nobody else. */
static void
test_slow_skips (void)
{
  g_autoptr (SpDaemon) daemon = sp_daemon_start (
      "", SP_DAEMON_PUSH ("live", ", \"slow_viewer\": \"skip\""));
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  g_autoptr (SpEncoder) encoder
      = sp_encoder_go (sp_daemon_port (daemon), "live", header);

  wait_live (daemon);
  g_autoptr (SpWatcher) slow = sp_watcher_new (sp_daemon_port (daemon),
                                               "/streams/live",
                                               SP_WATCHER_PLAY,
                                               SP_STRICT_MMSH,
                                               SP_WATCHER_SMALL);
  g_autoptr (SpWatcher) quick
      = sp_watcher_play (sp_daemon_port (daemon), "/streams/live");
  sp_watcher_wait_headers (slow, 1, 10);
  sp_watcher_wait_headers (quick, 1, 10);
  sp_watcher_pause (slow, TRUE);
  /* 64 MB: more than any ring or kernel buffer is meant to hold */
  for (guint i = 0; i < 8000; i++)
    {
      sp_encoder_numbered (encoder, 8000);
      if (i % 50 == 0)
        sp_watcher_wait_data (quick, i, 20);
    }
  sp_watcher_wait_data (quick, 8000, 20);
  sp_watcher_pause (slow, FALSE);
  for (guint i = 0; i < 100; i++)
    {
      sp_encoder_numbered (encoder, 8000);
      g_usleep (5000);
    }
  sp_watcher_wait_data (quick, 8100, 20);
  sp_encoder_end (encoder, 0);
  sp_watcher_wait_end (quick, 10);
  sp_watcher_wait_end (slow, 20);
  const SpStrict *strict = sp_watcher_stop (slow);
  SpFrame *last
      = &g_array_index (strict->frames, SpFrame, strict->frames->len - 2);
  g_test_message ("the slow one got %u packets and missed %u",
                  strict->n_data,
                  strict->n_gaps);
  g_assert_cmpuint (strict->n_gaps, >, 0);
  g_assert_cmpuint (strict->n_gaps + strict->n_data, ==, 8100);
  g_assert_cmpuint (last->number, ==, 8099);
  strict = sp_watcher_stop (quick);
  g_assert_cmpuint (strict->n_gaps, ==, 0);
  g_assert_cmpstr (g_checksum_get_string (strict->payloads),
                   ==,
                   g_checksum_get_string (encoder->payloads));
  g_assert_cmpint (
      sp_daemon_figure (daemon, "/admin/streams/live", "counters.client_skips"),
      >,
      0);
}

/* "cut": who is behind for slow_viewer_ms is ended. */
static void
test_slow_cut (void)
{
  g_autoptr (SpDaemon) daemon = sp_daemon_start (
      "",
      SP_DAEMON_PUSH ("live",
                      ", \"slow_viewer\": \"cut\", \"slow_viewer_ms\": 1000"));
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  G_GNUC_UNUSED g_autoptr (SpFeeder) feeder = sp_feeder_new (
      sp_encoder_go (sp_daemon_port (daemon), "live", header), 500, 8000);

  wait_live (daemon);
  g_autoptr (SpWatcher) slow = sp_watcher_new (sp_daemon_port (daemon),
                                               "/streams/live",
                                               SP_WATCHER_PLAY,
                                               SP_STRICT_MMSH,
                                               SP_WATCHER_SMALL);
  g_autoptr (SpWatcher) quick
      = sp_watcher_play (sp_daemon_port (daemon), "/streams/live");
  sp_watcher_wait_data (slow, 10, 10);
  sp_watcher_wait_data (quick, 10, 10);
  sp_watcher_pause (slow, TRUE);
  sp_daemon_wait_figure (
      daemon, "/admin/streams/live", "counters.clients_cut", 1, 30);
  sp_watcher_wait_more (quick, 100, 10);
  g_assert_cmpuint (sp_watcher_stop (quick)->n_gaps, ==, 0);
  /* What is in the kernel may end in the middle of a packet. */
  sp_watcher_forgive (slow);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  g_test_add_func ("/join/at-a-key-frame", test_key_frame);
  g_test_add_func ("/join/slow/skips", test_slow_skips);
  g_test_add_func ("/join/slow/cut", test_slow_cut);
  return g_test_run ();
}
