/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-asf-intake.h"

#include "sp-error.h"
#include "sp-lane.h"
#include "sp-test.h"

#include <string.h>

#define CLIP_PACKET_SIZE 1000
#define CLIP_HEADER_LEN 709
#define AUDIO_PACKET_SIZE 500
#define AUDIO_HEADER_LEN 444
#define NOW_US 1000000

#define TIMES "e8030000 6400"
#define VIDEO_PAYLOAD "01 07 00000000 08 10000000 d0070000 aabbcc"

/** A stream with one lane, and an intake that feeds it. */
typedef struct
{
  SpMailbox *mailbox;
  SpStream *stream;
  SpPublisher *publisher;
  SpAsfIntake *intake;
  GBytes *clip;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer file)
{
  const SpStreamPolicy policy = { .is_enabled = TRUE, .n_sources = 1 };
  SpLaneHost host = { 0 };

  fixture->mailbox = sp_mailbox_new ();
  host.mailbox = fixture->mailbox;
  fixture->stream = sp_stream_new ("Test", "test", &policy, &host, 1);
  fixture->publisher
      = sp_publisher_acquire (fixture->stream, 0, "test", 0, NOW_US, NULL);
  fixture->intake = sp_asf_intake_new (fixture->publisher);
  fixture->clip = sp_test_data (file);
}

static void
tear_down (Fixture *fixture, gconstpointer file)
{
  sp_asf_intake_free (fixture->intake);
  sp_publisher_release (fixture->publisher, FALSE, NOW_US, "over");
  sp_mailbox_drain (fixture->mailbox);
  sp_stream_unref (fixture->stream);
  sp_mailbox_free (fixture->mailbox);
  g_bytes_unref (fixture->clip);
}

static const guint8 *
clip (Fixture *fixture)
{
  return g_bytes_get_data (fixture->clip, NULL);
}

static gboolean
put_header (Fixture *fixture, gsize len)
{
  return sp_asf_intake_header (
      fixture->intake, clip (fixture), len, NOW_US, NULL);
}

/* (transfer none): the newest packet of the lane. */
static SpPacket *
newest (Fixture *fixture)
{
  SpLane *lane = sp_stream_lane (fixture->stream, 0);

  sp_mailbox_drain (fixture->mailbox);
  g_assert_cmpuint (sp_ring_end (lane->ring), >, 0);
  return sp_ring_get (lane->ring, sp_ring_end (lane->ring) - 1);
}

static guint64
counted (Fixture *fixture, SpStreamCounter counter)
{
  g_autoptr (SpStreamInfo) info = sp_stream_info (fixture->stream, NOW_US);

  return info->counters.value[counter];
}

/* What was relayed for these bytes. */
static SpPacket *
put_data (Fixture *fixture, const guint8 *data, gsize len)
{
  g_autofree guint8 *exact = sp_test_exact (data, len);
  g_autoptr (GError) error = NULL;
  SpPacket *packet;

  sp_asf_intake_data (fixture->intake, exact, len, NOW_US, &error);
  g_assert_no_error (error);
  packet = newest (fixture);
  g_assert_cmpint (packet->meta.kind, ==, SP_PACKET_DATA);
  g_assert_cmpmem (packet->payload, packet->len, data, len);
  return packet;
}

static SpPacket *
put_hex (Fixture *fixture, const char *hex, gsize len)
{
  g_autoptr (GBytes) bytes = sp_test_hex (hex);
  g_autofree guint8 *data = g_malloc0 (len);

  g_assert_cmpuint (g_bytes_get_size (bytes), <=, len);
  memcpy (data, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return put_data (fixture, data, len);
}

static void
test_header (Fixture *fixture, gconstpointer file)
{
  SpPacket *packet;

  g_assert_false (sp_asf_intake_has_header (fixture->intake));
  g_assert_true (put_header (fixture, CLIP_HEADER_LEN));
  g_assert_true (sp_asf_intake_has_header (fixture->intake));
  packet = newest (fixture);
  g_assert_cmpint (packet->meta.kind, ==, SP_PACKET_HEADER);
  g_assert_cmpuint (packet->meta.packet_size, ==, CLIP_PACKET_SIZE);
  g_assert_cmpmem (
      packet->payload, packet->len, clip (fixture), CLIP_HEADER_LEN);
}

static void
test_join_points (Fixture *fixture, gconstpointer file)
{
  guint n_joins = 0;

  g_assert_true (put_header (fixture, CLIP_HEADER_LEN));
  for (guint i = 0; i < 45; i++)
    {
      SpPacket *packet
          = put_data (fixture,
                      clip (fixture) + CLIP_HEADER_LEN + i * CLIP_PACKET_SIZE,
                      CLIP_PACKET_SIZE);

      g_assert_cmpuint (packet->meta.padding_width, ==, 0);
      g_assert_cmpuint (packet->meta.packet_size, ==, CLIP_PACKET_SIZE);
      if (i == 0)
        g_assert_true (packet->meta.is_join_point);
      n_joins += packet->meta.is_join_point ? 1 : 0;
    }
  g_assert_cmpuint (n_joins, ==, 2);
  g_assert_cmpuint (counted (fixture, SP_STREAM_packets_opaque), ==, 0);
  g_assert_cmpuint (counted (fixture, SP_STREAM_packets_bad), ==, 0);
}

/* Without video every packet will do. */
static void
test_audio (Fixture *fixture, gconstpointer file)
{
  g_assert_true (put_header (fixture, AUDIO_HEADER_LEN));
  for (guint i = 0; i < 8; i++)
    {
      SpPacket *packet
          = put_data (fixture,
                      clip (fixture) + AUDIO_HEADER_LEN + i * AUDIO_PACKET_SIZE,
                      AUDIO_PACKET_SIZE);

      g_assert_true (packet->meta.is_join_point);
    }
  g_assert_true (put_hex (fixture, "ff", 10)->meta.is_join_point);
  g_assert_cmpuint (counted (fixture, SP_STREAM_packets_opaque), ==, 1);
}

static void
test_opaque (Fixture *fixture, gconstpointer file)
{
  static const guint8 header[5] = { 1, 2, 3, 4, 5 };
  SpPacket *packet;

  g_assert_true (sp_asf_intake_header (
      fixture->intake, header, sizeof header, NOW_US, NULL));
  packet = newest (fixture);
  g_assert_cmpint (packet->meta.kind, ==, SP_PACKET_HEADER);
  g_assert_cmpuint (packet->meta.packet_size, ==, 0);
  packet = put_hex (fixture, "0102", 65527);
  g_assert_true (packet->meta.is_join_point);
  g_assert_cmpuint (packet->meta.padding_width, ==, 0);
  g_assert_cmpuint (counted (fixture, SP_STREAM_packets_opaque), ==, 1);
  /* An ASF header after it is understood again. */
  g_assert_true (put_header (fixture, CLIP_HEADER_LEN));
  g_assert_cmpuint (newest (fixture)->meta.packet_size, ==, CLIP_PACKET_SIZE);
  g_assert_false (put_hex (fixture, "0102", 999)->meta.is_join_point);
}

static void
test_not_understood (Fixture *fixture, gconstpointer file)
{
  g_assert_true (put_header (fixture, CLIP_HEADER_LEN));
  g_assert_false (put_hex (fixture, "92", 1000)->meta.is_join_point);
  g_assert_false (put_hex (fixture, "00", 1)->meta.is_join_point);
  g_assert_cmpuint (counted (fixture, SP_STREAM_packets_opaque), ==, 2);
  g_assert_cmpuint (counted (fixture, SP_STREAM_packets_received), ==, 2);
}

static void
assert_refused (Fixture *fixture, gsize len, const char *message)
{
  g_autofree guint8 *data = g_malloc0 (len + 1);
  g_autoptr (GError) error = NULL;

  g_assert_false (
      sp_asf_intake_data (fixture->intake, data, len, NOW_US, &error));
  g_assert_error (error, SP_ERROR, SP_ERROR_PROTOCOL);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_refused (Fixture *fixture, gconstpointer file)
{
  assert_refused (fixture, 1000, "a data packet before any header");
  g_assert_true (put_header (fixture, CLIP_HEADER_LEN));
  assert_refused (
      fixture, 1001, "a data packet of 1001 bytes where the header says 1000");
  assert_refused (fixture, 0, "an empty data packet");
  g_assert_cmpuint (counted (fixture, SP_STREAM_packets_bad), ==, 3);
  g_assert_cmpuint (counted (fixture, SP_STREAM_packets_received), ==, 0);
}

static void
test_empty_header (Fixture *fixture, gconstpointer file)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (
      sp_asf_intake_header (fixture->intake, NULL, 0, NOW_US, &error));
  g_assert_error (error, SP_ERROR, SP_ERROR_PROTOCOL);
  g_assert_false (sp_asf_intake_has_header (fixture->intake));
}

static void
test_padding (Fixture *fixture, gconstpointer file)
{
  static const struct
  {
    const char *name;
    const char *hex;
    guint len;
    guint16 at; /* 0: nothing to mend */
    guint8 width;
  } rows[] = {
    { "whole", "820000 10 5d 0000" TIMES VIDEO_PAYLOAD, 1000, 0, 0 },
    { "short", "820000 10 5d 0000" TIMES VIDEO_PAYLOAD, 999, 5, 2 },
    { "in a byte", "820000 08 5d 00" TIMES VIDEO_PAYLOAD, 745, 5, 1 },
    { "too much for a byte", "820000 08 5d 00" TIMES VIDEO_PAYLOAD, 744, 0, 0 },
    { "in a DWORD", "18 5d 00000000" TIMES VIDEO_PAYLOAD, 100, 2, 4 },
    { "behind a sequence", "12 5d 07 0000" TIMES VIDEO_PAYLOAD, 100, 3, 2 },
    { "no such field", "820000 00 5d" TIMES VIDEO_PAYLOAD, 999, 0, 0 },
    { "not 0", "820000 08 5d 01" TIMES VIDEO_PAYLOAD, 999, 0, 0 },
    { "packet length", "30 5d 64 0000" TIMES VIDEO_PAYLOAD, 100, 0, 0 },
    { "multiple",
      "820000 11 5d 0000" TIMES "81 01 07 00000000 00 0100 22",
      999,
      0,
      0 },
  };

  g_assert_true (put_header (fixture, CLIP_HEADER_LEN));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SpPacket *packet = put_hex (fixture, rows[i].hex, rows[i].len);

      g_test_message ("%s", rows[i].name);
      g_assert_cmpuint (packet->meta.padding_at, ==, rows[i].at);
      g_assert_cmpuint (packet->meta.padding_width, ==, rows[i].width);
    }
  g_assert_cmpuint (counted (fixture, SP_STREAM_packets_opaque), ==, 0);
}

/* The publisher's own refusals come through, and no header is taken over. */
static void
test_revoked (Fixture *fixture, gconstpointer file)
{
  g_autoptr (GError) error = NULL;

  sp_stream_close (fixture->stream, NOW_US);
  g_assert_false (sp_asf_intake_header (
      fixture->intake, clip (fixture), CLIP_HEADER_LEN, NOW_US, &error));
  g_assert_error (error, SP_ERROR, SP_ERROR_REVOKED);
  g_assert_false (sp_asf_intake_has_header (fixture->intake));
}

#define ADD(path, file, test)                                                  \
  g_test_add (path, Fixture, file, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  ADD ("/asf-intake/header/relayed", "clip.asf", test_header);
  ADD ("/asf-intake/header/empty", "clip.asf", test_empty_header);
  ADD ("/asf-intake/header/opaque", "clip.asf", test_opaque);
  ADD ("/asf-intake/header/revoked", "clip.asf", test_revoked);
  ADD ("/asf-intake/data/join-points", "clip.asf", test_join_points);
  ADD ("/asf-intake/data/audio", "audio.asf", test_audio);
  ADD ("/asf-intake/data/not-understood", "clip.asf", test_not_understood);
  ADD ("/asf-intake/data/refused", "clip.asf", test_refused);
  ADD ("/asf-intake/data/padding", "clip.asf", test_padding);
  return g_test_run ();
}
