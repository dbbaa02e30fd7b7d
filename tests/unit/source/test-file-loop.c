/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-file-loop.h"

#include "sp-asf-packet.h"
#include "sp-test.h"

#include <string.h>

#define PACKET_LEN 40
#define BITRATE_BPS 32000    /* 10 ms a packet */
#define START_MS 0xffff0000u /* a minute before the wrap */

/** A packet with one payload of stream 1 (video), as the tests write it. */
typedef struct
{
  guint32 send_ms;
  guint32 presentation_ms;
} Times;

static SpAsfHeader
header_new (void)
{
  SpAsfHeader header = { .packet_size = PACKET_LEN,
                         .max_bitrate_bps = BITRATE_BPS,
                         .has_video = TRUE,
                         .n_streams = 1 };

  header.streams[1].is_present = TRUE;
  header.streams[1].kind = SP_ASF_VIDEO;
  return header;
}

static void
put_u32 (guint8 *at, guint32 value)
{
  for (guint i = 0; i < 4; i++)
    at[i] = (guint8)(value >> (8 * i));
}

/* Plays one packet: what it became, and when it is due. */
static gint64
play (SpFileLoop *loop, const Times *times, Times *played)
{
  g_autoptr (GBytes) bytes
      = sp_test_hex ("00 5d 00000000 0000 81 07 00000000 08 10000000 00000000");
  guint8 data[PACKET_LEN] = { 0 };
  SpAsfPacket packet;
  g_autoptr (GError) error = NULL;
  gint64 due_us = -1;

  memcpy (data, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  put_u32 (data + 2, times->send_ms);
  put_u32 (data + 19, times->presentation_ms);
  sp_file_loop_packet (loop, data, sizeof data, &due_us, &error);
  g_assert_no_error (error);
  g_assert_true (
      sp_asf_packet_parse (&packet, &loop->header, data, sizeof data, NULL));
  played->send_ms = packet.send_time_ms;
  played->presentation_ms = packet.first_presentation_ms;
  return due_us;
}

/* One turn of @n packets; the due times go to @due_us, in ms. */
static void
play_turn (SpFileLoop *loop,
           const SpAsfHeader *header,
           const Times *times,
           guint n,
           Times *played,
           gint64 *due_ms)
{
  sp_file_loop_begin (loop, header);
  for (guint i = 0; i < n; i++)
    due_ms[i] = play (loop, &times[i], &played[i]) / 1000;
  g_assert_true (sp_file_loop_end (loop));
}

/** Two turns of the same packets: by how much the second is later. */
typedef struct
{
  const char *name;
  Times times[4];
  guint n;
  guint64 play_duration_ms; /* in the header, with a preroll of 3000 */
  guint32 length_ms;
  gint64 due_ms[4]; /* of the first turn */
} Row;

static const Row rows[] = {
  { "one packet's spacing behind the last",
    { { 0, 3000 }, { 100, 3100 }, { 200, 3200 }, { 300, 3300 } },
    4,
    0,
    375,
    { 0, 100, 200, 300 } },
  { "begins anywhere",
    { { 5000, 8000 }, { 5100, 8100 } },
    2,
    0,
    150,
    { 0, 100 } },
  { "the last picture is shown as long as the header says",
    { { 0, 3000 }, { 100, 3100 }, { 200, 3200 }, { 300, 3300 } },
    4,
    3540,
    540,
    { 0, 100, 200, 300 } },
  { "sound lasts a little longer than sending",
    { { 0, 3000 }, { 300, 3300 }, { 600, 3600 }, { 900, 3900 } },
    4,
    3946,
    946,
    { 0, 300, 600, 900 } },
  { "an absurd duration says nothing",
    { { 0, 3000 }, { 100, 3100 }, { 200, 3200 }, { 300, 3300 } },
    4,
    99999,
    375,
    { 0, 100, 200, 300 } },
  { "presentation lasts longer than sending",
    { { 0, 3000 }, { 10, 3400 }, { 20, 3800 }, { 40, 4200 } },
    4,
    0,
    1500,
    { 0, 10, 20, 40 } },
  { "a far presentation time is no measure",
    { { 0, 3000 }, { 100, 3100 }, { 200, 3200 }, { 300, 90000 } },
    4,
    0,
    375,
    { 0, 100, 200, 300 } },
  { "one packet", { { 7, 3007 } }, 1, 0, 20, { 0 } },
  { "no send times",
    { { 0, 3000 }, { 0, 3001 }, { 0, 3002 }, { 0, 3003 } },
    4,
    0,
    40,
    { 0, 0, 0, 0 } },
  { "send times around the wrap",
    { { 0xffffffce, 0x10 }, { 50, 0x20 }, { 150, 0x30 } },
    3,
    0,
    266,
    { 0, 100, 200 } },
  { "a step back is no wait",
    { { 100, 3000 }, { 50, 3010 }, { 150, 3020 } },
    3,
    0,
    66,
    { 0, 0, 50 } },
  { "a cut forward is no wait",
    { { 0, 3000 }, { 20000, 23000 }, { 20100, 23100 } },
    3,
    0,
    21100,
    { 0, 10, 110 } },
  { "a cut back is no wait",
    { { 50000, 3000 }, { 0, 3100 }, { 100, 3200 } },
    3,
    0,
    266,
    { 0, 10, 110 } },
};

static void
test_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Row *row = &rows[i];
      SpAsfHeader header = header_new ();
      SpFileLoop loop = { 0 };
      Times first[4];
      Times second[4];
      gint64 due_ms[4];
      gint64 last_ms;

      g_test_message ("%s", row->name);
      header.preroll_ms = 3000;
      header.play_duration_100ns = row->play_duration_ms * 10000;
      play_turn (&loop, &header, row->times, row->n, first, due_ms);
      g_assert_cmpmem (
          first, row->n * sizeof (Times), row->times, row->n * sizeof (Times));
      for (guint j = 0; j < row->n; j++)
        g_assert_cmpint (due_ms[j], ==, row->due_ms[j]);
      last_ms = due_ms[row->n - 1];
      play_turn (&loop, &header, row->times, row->n, second, due_ms);
      for (guint j = 0; j < row->n; j++)
        {
          g_assert_cmpuint (
              second[j].send_ms - first[j].send_ms, ==, row->length_ms);
          g_assert_cmpuint (second[j].presentation_ms
                                - first[j].presentation_ms,
                            ==,
                            row->length_ms);
          g_assert_cmpint (due_ms[j], >=, last_ms);
          last_ms = due_ms[j];
        }
    }
}

/* Turn after turn, over the wrap of 32 bits. */
static void
test_many_turns (void)
{
  static const Times times[] = { { START_MS, START_MS + 3000 },
                                 { START_MS + 400, START_MS + 3400 },
                                 { START_MS + 800, START_MS + 3800 },
                                 { START_MS + 1200, START_MS + 4200 } };
  SpAsfHeader header = header_new ();
  SpFileLoop loop = { 0 };
  Times played[4];
  gint64 due_ms[4];

  for (guint i = 0; i < 1000; i++)
    {
      play_turn (&loop, &header, times, 4, played, due_ms);
      g_assert_cmpuint (played[3].send_ms, ==, START_MS + i * 1500 + 1200);
      g_assert_cmpuint (
          played[3].presentation_ms, ==, START_MS + i * 1500 + 4200);
      g_assert_cmpint (due_ms[3], ==, (gint64)i * 1500 + 1200);
    }
}

/* A thousand packets with one send time go at the header's bitrate, or at one
 * a millisecond. */
static void
test_same (void)
{
  static const struct
  {
    guint32 bitrate_bps;
    gint64 packet_us;
  } cases[] = {
    { BITRATE_BPS, 10000 }, { 0, 1000 }, { G_MAXUINT32, 1000 }, { 1, 1000000 }
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Times times = { 100, 3000 };
      SpAsfHeader header = header_new ();
      SpFileLoop loop = { 0 };
      Times played;
      gint64 due_us = 0;

      header.max_bitrate_bps = cases[i].bitrate_bps;
      sp_file_loop_begin (&loop, &header);
      for (guint j = 0; j < 1001; j++)
        due_us = play (&loop, &times, &played);
      g_assert_cmpint (due_us, ==, (1000 - 64) * cases[i].packet_us);
    }
}

/* A file that was replaced may begin anywhere: times go on growing. */
static void
test_replaced (void)
{
  static const Times old[] = { { 0, 3000 }, { 100, 3100 } };
  static const Times new[] = { { 77000, 80000 }, { 77100, 80100 } };
  SpAsfHeader header = header_new ();
  SpFileLoop loop = { 0 };
  Times played[2];
  gint64 due_ms[2];

  play_turn (&loop, &header, old, 2, played, due_ms);
  play_turn (&loop, &header, new, 2, played, due_ms);
  g_assert_cmpuint (played[0].send_ms, ==, 150);
  g_assert_cmpuint (played[0].presentation_ms, ==, 3150);
  g_assert_cmpint (due_ms[1], ==, 250);
}

static void
test_nothing (void)
{
  static const Times times[] = { { 0, 3000 }, { 100, 3100 } };
  SpAsfHeader header = header_new ();
  SpFileLoop loop = { 0 };
  guint8 bad[PACKET_LEN] = { 0x92 };
  Times played[2];
  gint64 due_us = -7;
  gint64 due_ms[2];

  sp_file_loop_begin (&loop, &header);
  g_assert_false (sp_file_loop_packet (&loop, bad, sizeof bad, &due_us, NULL));
  g_assert_cmpint (due_us, ==, -7);
  g_assert_false (sp_file_loop_end (&loop));
  /* A turn without packets does not stop the clock of those that have some. */
  play_turn (&loop, &header, times, 2, played, due_ms);
  sp_file_loop_begin (&loop, &header);
  g_assert_false (sp_file_loop_end (&loop));
  play_turn (&loop, &header, times, 2, played, due_ms);
  g_assert_cmpuint (played[0].send_ms, ==, 150);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/file-loop/two-turns", test_rows);
  g_test_add_func ("/file-loop/many-turns", test_many_turns);
  g_test_add_func ("/file-loop/one-send-time", test_same);
  g_test_add_func ("/file-loop/replaced", test_replaced);
  g_test_add_func ("/file-loop/no-packets", test_nothing);
  return g_test_run ();
}
