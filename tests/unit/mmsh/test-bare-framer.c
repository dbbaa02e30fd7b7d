/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-framer.h"
#include "sp-mmsh-wire.h"
#include "sp-test.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *payload;
  guint packet_size;
  guint padding_at;
  guint padding_width;
  const char *sent; /* zeros at its end included */
} Row;

static const Row rows[] = {
  { "full-packet-as-it-is", "82 00 00 08 5d", 5, 0, 0, "82 00 00 08 5d" },
  { "size-not-known", "82 00 00", 0, 0, 0, "82 00 00" },
  { "longer-than-size", "82 00 00 08", 3, 0, 0, "82 00 00 08" },
  { "zeros-appended", "82 00 00 08", 7, 0, 0, "82 00 00 08 00 00 00" },
  { "padding-of-1-byte",
    "82 00 00 08 5d 00 aa bb",
    11,
    5,
    1,
    "82 00 00 08 5d 03 aa bb 00 00 00" },
  { "padding-of-2-bytes",
    "82 00 00 10 5d 00 00 aa",
    10,
    5,
    2,
    "82 00 00 10 5d 02 00 aa 00 00" },
  { "padding-of-4-bytes",
    "82 00 00 18 5d 00 00 00 00 aa",
    12,
    5,
    4,
    "82 00 00 18 5d 02 00 00 00 aa 00 00" },
  { "padding-is-the-last-field",
    "82 00 00 08 5d 00",
    8,
    5,
    1,
    "82 00 00 08 5d 02 00 00" },
  { "full-packet-not-mended",
    "82 00 00 08 5d 00",
    6,
    5,
    1,
    "82 00 00 08 5d 00" },
  { "padding-outside-not-mended", "82 00 00 08", 6, 3, 2, "82 00 00 08 00 00" },
};

static SpPacket *
make_packet (SpPacketKind kind, const void *payload, gsize len)
{
  SpPacketMeta meta = { .kind = kind };

  return sp_packet_new (&meta, payload, len);
}

static GByteArray *
send (const SpPacket *packet)
{
  const SpFramerState state = { .has_sent_header = TRUE };
  GByteArray *out = g_byte_array_new ();
  SpFrame frame;

  memset (&frame, 0xee, sizeof frame); /* nothing may be left unset */
  sp_bare_framer.frame (&state, packet, 0, &frame);
  g_assert_true (frame.is_last_part);
  g_assert_cmpuint (frame.prefix_len, <=, SP_FRAME_PREFIX_MAX);
  g_assert_cmpuint (frame.suffix_len, ==, 0);
  g_assert_cmpuint (frame.payload_skip + frame.payload_len, ==, packet->len);
  g_byte_array_append (out, frame.prefix, frame.prefix_len);
  g_byte_array_append (
      out, packet->payload + frame.payload_skip, (guint)frame.payload_len);
  for (gsize i = 0; i < frame.zeros; i++)
    g_byte_array_append (out, (const guint8 *)"", 1);
  g_assert_cmpuint (sp_frame_total (&frame), ==, out->len);
  return out;
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GBytes) payload = sp_test_hex (row->payload);
  g_autoptr (SpPacket) packet = make_packet (SP_PACKET_DATA,
                                             g_bytes_get_data (payload, NULL),
                                             g_bytes_get_size (payload));

  packet->meta.packet_size = row->packet_size;
  packet->meta.padding_at = (guint16)row->padding_at;
  packet->meta.padding_width = (guint8)row->padding_width;
  g_autoptr (GByteArray) out = send (packet);
  sp_test_assert_hex (out->data, out->len, row->sent);
}

/* 256 missing bytes do not fit one byte of padding length. */
static void
test_width_too_small (void)
{
  g_autoptr (SpPacket) packet
      = make_packet (SP_PACKET_DATA, "\x82\0\0\x08\x5d\0x", 7);

  packet->meta.padding_at = 5;
  packet->meta.padding_width = 1;
  packet->meta.packet_size = 7 + 255;
  g_autoptr (GByteArray) fits = send (packet);
  g_assert_cmpuint (fits->data[5], ==, 255);
  packet->meta.packet_size = 7 + 256;
  g_autoptr (GByteArray) does_not = send (packet);
  g_assert_cmpuint (does_not->data[5], ==, 0);
  g_assert_cmpuint (does_not->len, ==, 7 + 256);
}

/* Error correction data of 15 bytes and longest fields stay within the prefix;
 * what is farther out cannot be mended. */
static void
test_padding_far_out (void)
{
  guint8 payload[128];

  memset (payload, 0xaa, sizeof payload);
  for (guint at = 0; at < 100; at++)
    {
      g_autoptr (SpPacket) packet
          = make_packet (SP_PACKET_DATA, payload, sizeof payload);
      gboolean is_mended = at + 2 <= SP_FRAME_PREFIX_MAX;

      packet->meta.padding_at = (guint16)at;
      packet->meta.padding_width = 2;
      packet->meta.packet_size = sizeof payload + 0x102;
      g_autoptr (GByteArray) out = send (packet);
      g_assert_cmpuint (out->len, ==, sizeof payload + 0x102);
      g_assert_cmpuint (out->data[at], ==, is_mended ? 0x02 : 0xaa);
      g_assert_cmpuint (out->data[at + 1], ==, is_mended ? 0x01 : 0xaa);
      out->data[at] = out->data[at + 1] = 0xaa;
      g_assert_cmpmem (out->data, sizeof payload, payload, sizeof payload);
    }
}

/* A size that no packet can have does not send gigabytes of zeros. */
static void
test_absurd_size (void)
{
  g_autoptr (SpPacket) packet = make_packet (SP_PACKET_DATA, "x", 1);

  packet->meta.packet_size = SP_MMSH_MAX_PAYLOAD;
  g_autoptr (GByteArray) longest = send (packet);
  g_assert_cmpuint (longest->len, ==, SP_MMSH_MAX_PAYLOAD);
  packet->meta.packet_size = G_MAXUINT32;
  g_autoptr (GByteArray) out = send (packet);
  g_assert_cmpuint (out->len, ==, 1);
}

static void
test_header (void)
{
  SpFramerState state = { 0 };
  g_autofree guint8 *header = g_malloc0 (200000);
  g_autoptr (SpPacket) packet = make_packet (SP_PACKET_HEADER, header, 200000);

  packet->meta.packet_size = 300000;
  g_autoptr (GByteArray) out = send (packet);
  g_assert_cmpmem (out->data, out->len, header, 200000);
  sp_bare_framer.advance (&state, packet->meta.kind, 1);
  g_assert_true (state.has_sent_header);
}

static void
test_end (void)
{
  g_autoptr (SpPacket) packet = make_packet (SP_PACKET_END, NULL, 0);
  g_autoptr (GByteArray) out = send (packet);

  g_assert_cmpuint (out->len, ==, 0);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/bare-framer/data/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/bare-framer/data/width-too-small", test_width_too_small);
  g_test_add_func ("/bare-framer/data/padding-far-out", test_padding_far_out);
  g_test_add_func ("/bare-framer/data/absurd-size", test_absurd_size);
  g_test_add_func ("/bare-framer/header", test_header);
  g_test_add_func ("/bare-framer/end", test_end);
  return g_test_run ();
}
