/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "file-fixture.h"

/* Turns of the clip: each packet is the same as in the turn before, later by
 * the clip's length. */
static void
assert_turns (Fixture *fixture, guint n_turns)
{
  SpAsfPacket before;
  SpAsfPacket packet;

  parse (fixture, 1, &before);
  for (guint i = 1; i < 1 + n_turns * CLIP_PACKETS; i++)
    {
      parse (fixture, i, &packet);
      g_assert_cmpuint (packet.send_time_ms, >=, before.send_time_ms);
      before = packet;
    }
  for (guint i = 1 + CLIP_PACKETS; i < 1 + n_turns * CLIP_PACKETS; i++)
    {
      parse (fixture, i - CLIP_PACKETS, &before);
      parse (fixture, i, &packet);
      g_assert_cmpuint (
          packet.send_time_ms - before.send_time_ms, ==, CLIP_LENGTH_MS);
      g_assert_cmpuint (packet.last_presentation_ms
                            - before.last_presentation_ms,
                        ==,
                        CLIP_LENGTH_MS);
      g_assert_cmpint (packet.is_key, ==, before.is_key);
    }
}

static void
assert_live_header (Fixture *fixture, GByteArray *clip)
{
  SpPacket *header = packet_at (fixture, 0);
  g_autoptr (GBytes) live = sp_asf_header_as_live (clip->data, clip->len, NULL);

  g_assert_cmpint (header->meta.kind, ==, SP_PACKET_HEADER);
  g_assert_cmpmem (header->payload,
                   header->len,
                   g_bytes_get_data (live, NULL),
                   g_bytes_get_size (live));
}

static void
test_turns (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GByteArray) clip = load ("clip.asf");

  write_array (fixture, clip);
  start (fixture);
  play (fixture, 1 + 4 * CLIP_PACKETS);
  assert_live_header (fixture, clip);
  assert_turns (fixture, 4);
  for (guint i = 0; i < 4; i++)
    g_assert_true (
        packet_at (fixture, 1 + i * CLIP_PACKETS)->meta.is_join_point);
  g_assert_cmpuint (counted (fixture, SP_STREAM_headers_received), ==, 1);
  g_assert_cmpuint (counted (fixture, SP_STREAM_packets_opaque), ==, 0);
  g_assert_cmpuint (n_warnings, ==, 0);
}

static void
test_memory (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GByteArray) clip = load ("clip.asf");
  g_autoptr (GBytes) bytes = g_bytes_new (clip->data, clip->len);

  fixture->source = sp_file_new_from_bytes (bytes, fixture->stream, 0);
  play (fixture, 1 + 3 * CLIP_PACKETS);
  assert_live_header (fixture, clip);
  assert_turns (fixture, 3);
  g_assert_cmpuint (n_warnings, ==, 0);
}

/* A recording that was broken off does not say how many packets it has, and
 * something else may follow them. */
static void
test_unfinished (Fixture *fixture, gconstpointer user_data)
{
  static const guint8 junk[2000] = { 0x90, 0x08, 0x00, 0x33 };
  g_autoptr (GByteArray) clip = load ("clip.asf");

  memset (clip->data + CLIP_HEADER_LEN + 16, 0, 8);
  clip->data[CLIP_HEADER_LEN + 16] = SP_ASF_DATA_OBJECT_HEAD;
  g_byte_array_set_size (clip,
                         CLIP_HEADER_LEN + SP_ASF_DATA_OBJECT_HEAD
                             + CLIP_PACKETS * CLIP_PACKET_SIZE);
  g_byte_array_append (clip, junk, GPOINTER_TO_UINT (user_data));
  write_array (fixture, clip);
  start (fixture);
  play (fixture, 1 + 3 * CLIP_PACKETS);
  assert_turns (fixture, 3);
  g_assert_cmpuint (n_warnings, ==, 0);
}

/* The second packet of the clip is damaged: the others are played. */
static void
test_damaged (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GByteArray) clip = load ("clip.asf");
  SpAsfPacket second;
  SpAsfPacket again;

  clip->data[CLIP_HEADER_LEN + SP_ASF_DATA_OBJECT_HEAD + CLIP_PACKET_SIZE]
      = 0xff;
  write_array (fixture, clip);
  start (fixture);
  play (fixture, 1 + 2 * (CLIP_PACKETS - 1));
  parse (fixture, 2, &second);
  parse (fixture, 2 + CLIP_PACKETS - 1, &again);
  g_assert_cmpuint (
      again.send_time_ms - second.send_time_ms, ==, CLIP_LENGTH_MS);
}

/* Nothing is sent before its time. */
static void
test_pace (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GByteArray) clip = load ("clip.asf");
  gint64 begun_us;

  fixture->step_us = STEP_US / 8;
  write_array (fixture, clip);
  start (fixture);
  play (fixture, 2);
  begun_us = packet_at (fixture, 1)->meta.arrived_us;
  play (fixture, 10 + CLIP_PACKETS);
  for (guint i = 1; i < fixture->packets->len; i++)
    {
      SpAsfPacket packet;
      gint64 late_us;

      parse (fixture, i, &packet);
      late_us = packet_at (fixture, i)->meta.arrived_us - begun_us
                - (gint64)packet.send_time_ms * 1000;
      g_assert_cmpint (late_us, >=, 0);
      g_assert_cmpint (late_us, <, 2 * G_USEC_PER_SEC);
    }
}

/* After an hour of sleep it goes on at its pace. */
static void
test_sleep (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GByteArray) clip = load ("clip.asf");
  guint n_before;
  gint64 woken_us;
  SpAsfPacket first;

  write_array (fixture, clip);
  start (fixture);
  play (fixture, 20);
  n_before = fixture->packets->len;
  fixture->now_us += 3600 * (gint64)G_USEC_PER_SEC;
  sp_clock_set_fake (fixture->now_us);
  play (fixture, n_before + CLIP_PACKETS);
  woken_us = packet_at (fixture, n_before)->meta.arrived_us;
  parse (fixture, n_before, &first);
  for (guint i = n_before; i < fixture->packets->len; i++)
    {
      SpAsfPacket packet;

      parse (fixture, i, &packet);
      g_assert_cmpint (packet_at (fixture, i)->meta.arrived_us - woken_us,
                       >=,
                       (packet.send_time_ms - first.send_time_ms)
                           * (gint64)1000);
    }
}

/* From the turn after it was replaced, with its own header. */
static void
test_replaced (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GByteArray) clip = load ("clip.asf");
  g_autoptr (GByteArray) audio = load ("audio.asf");
  guint index = 1;

  write_array (fixture, clip);
  start (fixture);
  play (fixture, 10);
  write_array (fixture, audio);
  play (fixture, 1 + 4 * CLIP_PACKETS);
  while (packet_at (fixture, index)->meta.kind == SP_PACKET_DATA)
    index++;
  g_assert_cmpint (packet_at (fixture, index)->meta.kind, ==, SP_PACKET_HEADER);
  g_assert_cmpuint (packet_at (fixture, index)->meta.packet_size, ==, 500);
  g_assert_cmpuint ((index - 1) % CLIP_PACKETS, ==, 0);
  g_assert_cmpuint (counted (fixture, SP_STREAM_header_changes), ==, 1);
  g_assert_cmpuint (n_warnings, ==, 0);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_log_set_writer_func (on_log, NULL, NULL);
  SP_TEST_FILE ("/file/plays/turns", NULL, test_turns);
  SP_TEST_FILE ("/file/plays/from-memory", NULL, test_memory);
  SP_TEST_FILE ("/file/plays/unfinished", NULL, test_unfinished);
  SP_TEST_FILE ("/file/plays/unfinished-with-index",
                GUINT_TO_POINTER (2000),
                test_unfinished);
  SP_TEST_FILE ("/file/plays/unfinished-with-part",
                GUINT_TO_POINTER (20),
                test_unfinished);
  SP_TEST_FILE ("/file/plays/damaged", NULL, test_damaged);
  SP_TEST_FILE ("/file/plays/in-time", NULL, test_pace);
  SP_TEST_FILE ("/file/plays/after-sleep", NULL, test_sleep);
  SP_TEST_FILE ("/file/plays/replaced", NULL, test_replaced);
  return g_test_run ();
}
