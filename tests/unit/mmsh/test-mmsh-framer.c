/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-framer.h"
#include "sp-mmsh-wire.h"
#include "sp-test.h"

#include <string.h>

#define FIXTURE "ee4-to-wmp9-header.bin"
#define HEAD_LEN (SP_MMSH_FRAMING_LEN + SP_MMSH_PREHEADER_LEN)

static SpPacket *
make_packet (SpPacketKind kind, const void *payload, gsize len)
{
  SpPacketMeta meta = { .kind = kind };

  return sp_packet_new (&meta, payload, len);
}

/* Everything a viewer is sent for @packet, appended to @out. */
static void
send (SpFramerState *state, const SpPacket *packet, GByteArray *out)
{
  static const guint8 zeros[SP_MMSH_MAX_PAYLOAD];
  SpFrame frame;
  guint part = 0;

  do
    {
      guint before = out->len;

      memset (&frame, 0xee, sizeof frame); /* nothing may be left unset */
      sp_mmsh_framer.frame (state, packet, part++, &frame);
      g_assert_cmpuint (frame.prefix_len, <=, SP_FRAME_PREFIX_MAX);
      g_assert_cmpuint (frame.suffix_len, <=, SP_FRAME_SUFFIX_MAX);
      g_byte_array_append (out, frame.prefix, frame.prefix_len);
      g_assert_cmpuint (
          frame.payload_skip + frame.payload_len, <=, packet->len);
      g_byte_array_append (
          out, packet->payload + frame.payload_skip, (guint)frame.payload_len);
      g_byte_array_append (out, zeros, (guint)frame.zeros);
      g_byte_array_append (out, frame.suffix, frame.suffix_len);
      g_assert_cmpuint (sp_frame_total (&frame), ==, out->len - before);
    }
  while (!frame.is_last_part);
  sp_mmsh_framer.advance (state, packet->meta.kind, 1);
}

static void
assert_sent (SpFramerState *state, const SpPacket *packet, const char *hex)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();

  send (state, packet, out);
  sp_test_assert_hex (out->data, out->len, hex);
}

static void
test_first_header (void)
{
  SpFramerState state = { 0 };
  g_autoptr (SpPacket) packet = make_packet (SP_PACKET_HEADER, "dummy", 5);

  assert_sent (&state, packet, "24 48 0d 00 00000000 00 0c 0d 00 64756d6d79");
  g_assert_true (state.has_sent_header);
}

static void
test_first_header_chunked (void)
{
  SpFramerState state = { .is_chunked = TRUE };
  g_autoptr (SpPacket) packet = make_packet (SP_PACKET_HEADER, "dummy", 5);

  assert_sent (&state,
               packet,
               "31 31 0d 0a 24 48 0d 00 00000000 00 0c 0d 00 64756d6d79 0d 0a");
}

static void
test_captured_header (void)
{
  SpFramerState state = { 0 };
  g_autoptr (GBytes) fixture = sp_test_data (FIXTURE);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  gsize len;
  const guint8 *data = g_bytes_get_data (fixture, &len);
  g_autoptr (SpPacket) packet
      = make_packet (SP_PACKET_HEADER, data + HEAD_LEN, len - HEAD_LEN);

  send (&state, packet, out);
  g_assert_cmpmem (out->data, out->len, data, len);
}

static void
test_changed_header (void)
{
  SpFramerState state = { .has_sent_header = TRUE };
  g_autoptr (SpPacket) packet = make_packet (SP_PACKET_HEADER, "x", 1);

  assert_sent (&state,
               packet,
               "24 43 04 00 00000000 24 48 09 00 00000000 00 0c 09 00 78");
}

static void
test_changed_header_chunked (void)
{
  SpFramerState state = { .has_sent_header = TRUE, .is_chunked = TRUE };
  g_autoptr (SpPacket) packet = make_packet (SP_PACKET_HEADER, "x", 1);

  assert_sent (&state,
               packet,
               "31 35 0d 0a 24 43 04 00 00000000 "
               "24 48 09 00 00000000 00 0c 09 00 78 0d 0a");
}

/* The same pieces as in the answer to a Describe, and $C once. */
static void
test_long_header (gconstpointer data)
{
  gsize len = *(const gsize *)data;
  SpFramerState state = { 0 };
  g_autofree guint8 *header = g_malloc (len);
  g_autoptr (GByteArray) expected = g_byte_array_new ();
  g_autoptr (GByteArray) first = g_byte_array_new ();
  g_autoptr (GByteArray) second = g_byte_array_new ();
  g_autoptr (SpPacket) packet = NULL;

  for (gsize i = 0; i < len; i++)
    header[i] = (guint8)(i * 7 + i / 251);
  packet = make_packet (SP_PACKET_HEADER, header, len);
  sp_mmsh_append_header (expected, header, len);
  send (&state, packet, first);
  g_assert_cmpmem (first->data, first->len, expected->data, expected->len);
  send (&state, packet, second);
  sp_test_assert_hex (second->data, 8, "24 43 04 00 00000000");
  g_assert_cmpmem (
      second->data + 8, second->len - 8, expected->data, expected->len);
}

static void
test_long_header_chunked (void)
{
  SpFramerState state = { .is_chunked = TRUE, .has_sent_header = TRUE };
  g_autofree guint8 *header = g_malloc0 (SP_MMSH_MAX_PAYLOAD + 2);
  g_autoptr (SpPacket) packet
      = make_packet (SP_PACKET_HEADER, header, SP_MMSH_MAX_PAYLOAD + 2);
  g_autoptr (GByteArray) out = g_byte_array_new ();

  send (&state, packet, out);
  /* 0x1000B = 8 + 12 + 65527 */
  sp_test_assert_hex (out->data,
                      27,
                      "31 30 30 30 42 0d 0a 24 43 04 00 00000000 "
                      "24 48 ff ff 00000000 00 04 ff ff");
  sp_test_assert_hex (
      out->data + 27 + SP_MMSH_MAX_PAYLOAD,
      out->len - 27 - SP_MMSH_MAX_PAYLOAD,
      "0d 0a 45 0d 0a 24 48 0a 00 01000000 00 08 0a 00 00 00 0d 0a");
}

static void
test_data (void)
{
  SpFramerState state = { .has_sent_header = TRUE };
  g_autoptr (SpPacket) packet = make_packet (SP_PACKET_DATA, "\x82\0\0", 3);

  packet->meta.number = 0xfffffffe;
  assert_sent (&state, packet, "24 44 0b 00 feffffff 00 00 0b 00 82 00 00");
  packet->meta.number++;
  assert_sent (&state, packet, "24 44 0b 00 ffffffff 00 01 0b 00 82 00 00");
  packet->meta.number++;
  assert_sent (&state, packet, "24 44 0b 00 00000000 00 02 0b 00 82 00 00");
}

static void
test_data_chunked (void)
{
  SpFramerState state = { .has_sent_header = TRUE, .is_chunked = TRUE };
  g_autoptr (SpPacket) packet = make_packet (SP_PACKET_DATA, "\x82\0\0", 3);

  assert_sent (&state,
               packet,
               "46 0d 0a 24 44 0b 00 00000000 00 00 0b 00 82 00 00 0d 0a");
}

/* A short packet is sent as it came: players fill it up themselves. */
static void
test_data_not_padded (void)
{
  SpFramerState state = { .has_sent_header = TRUE };
  g_autoptr (SpPacket) packet
      = make_packet (SP_PACKET_DATA, "\x82\0\0\x08\x5d\0", 6);

  packet->meta.packet_size = 100;
  packet->meta.padding_at = 5;
  packet->meta.padding_width = 1;
  assert_sent (
      &state, packet, "24 44 0e 00 00000000 00 00 0e 00 82 00 00 08 5d 00");
}

static void
test_longest_data (void)
{
  SpFramerState state = { .has_sent_header = TRUE };
  g_autofree guint8 *payload = g_malloc0 (SP_MMSH_MAX_PAYLOAD);
  g_autoptr (SpPacket) packet
      = make_packet (SP_PACKET_DATA, payload, SP_MMSH_MAX_PAYLOAD);
  g_autoptr (GByteArray) out = g_byte_array_new ();

  send (&state, packet, out);
  g_assert_cmpuint (out->len, ==, 65539);
  sp_test_assert_hex (out->data, HEAD_LEN, "24 44 ff ff 00000000 00 00 ff ff");
}

/* AFFlags counts data packets only, and wraps at 256 (MS-WMSP 2.2.3.1.2). */
static void
test_af_flags (void)
{
  SpFramerState state = { 0 };
  g_autoptr (SpPacket) header = make_packet (SP_PACKET_HEADER, "x", 1);
  g_autoptr (SpPacket) packet = make_packet (SP_PACKET_DATA, "y", 1);

  for (guint i = 0; i < 600; i++)
    {
      g_autoptr (GByteArray) out = g_byte_array_new ();
      g_autoptr (GByteArray) other = g_byte_array_new ();

      send (&state, packet, out);
      g_assert_cmpuint (out->data[9], ==, i % 256);
      if (i % 7 == 0)
        send (&state, header, other);
    }
}

static void
test_end (void)
{
  SpFramerState state = { .has_sent_header = TRUE };
  g_autoptr (SpPacket) packet = make_packet (SP_PACKET_END, NULL, 0);

  assert_sent (&state, packet, "24 45 04 00 00000000");
}

static void
test_end_chunked (void)
{
  SpFramerState state = { .has_sent_header = TRUE, .is_chunked = TRUE };
  g_autoptr (SpPacket) packet = make_packet (SP_PACKET_END, NULL, 0);

  assert_sent (
      &state, packet, "38 0d 0a 24 45 04 00 00000000 0d 0a 30 0d 0a 0d 0a");
}

/* After a partial write the same frame is made again. */
static void
test_pure (void)
{
  const SpFramerState state = { .af_flags = 9, .is_chunked = TRUE };
  g_autoptr (SpPacket) packet = make_packet (SP_PACKET_DATA, "abc", 3);
  SpFrame first = { 0 };
  SpFrame second = { 0 };

  sp_mmsh_framer.frame (&state, packet, 0, &first);
  sp_mmsh_framer.frame (&state, packet, 0, &second);
  g_assert_cmpmem (&first, sizeof first, &second, sizeof second);
}

int
main (int argc, char **argv)
{
  static const gsize lens[] = { 65527, 65528, 65531, 131055, 1024 * 1024 };

  sp_test_init (&argc, &argv);
  g_test_add_func ("/mmsh-framer/header/first", test_first_header);
  g_test_add_func ("/mmsh-framer/header/first-chunked",
                   test_first_header_chunked);
  g_test_add_func ("/mmsh-framer/header/captured", test_captured_header);
  g_test_add_func ("/mmsh-framer/header/changed", test_changed_header);
  g_test_add_func ("/mmsh-framer/header/changed-chunked",
                   test_changed_header_chunked);
  for (guint i = 0; i < G_N_ELEMENTS (lens); i++)
    {
      g_autofree char *path = g_strdup_printf (
          "/mmsh-framer/header/of-%" G_GSIZE_FORMAT, lens[i]);

      g_test_add_data_func (path, &lens[i], test_long_header);
    }
  g_test_add_func ("/mmsh-framer/header/long-chunked",
                   test_long_header_chunked);
  g_test_add_func ("/mmsh-framer/data/number-wraps", test_data);
  g_test_add_func ("/mmsh-framer/data/chunked", test_data_chunked);
  g_test_add_func ("/mmsh-framer/data/not-padded", test_data_not_padded);
  g_test_add_func ("/mmsh-framer/data/longest", test_longest_data);
  g_test_add_func ("/mmsh-framer/data/af-flags", test_af_flags);
  g_test_add_func ("/mmsh-framer/end/plain", test_end);
  g_test_add_func ("/mmsh-framer/end/chunked", test_end_chunked);
  g_test_add_func ("/mmsh-framer/pure", test_pure);
  return g_test_run ();
}
