/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-asf-packet.h"

#include "sp-error.h"
#include "sp-test.h"

#include <string.h>

#define PACKET_SIZE 64
#define ZERO_16 "00000000 00000000 00000000 00000000"
#define TIMES "e8030000 6400"             /* send time 1000, duration 100 */
#define REPLICATED "08 10000000 d0070000" /* object of 16 bytes, at 2000 */

/* Streams of the tests: 1 video, 2 audio, 3 video without clean points, 4
 * commands, 5 absent. */
static const SpAsfHeader streams = {
  .packet_size = PACKET_SIZE,
  .has_video = TRUE,
  .n_streams = 4,
  .streams = { [1] = { .is_present = TRUE, .kind = SP_ASF_VIDEO },
               [2] = { .is_present = TRUE, .kind = SP_ASF_AUDIO },
               [3] = { .is_present = TRUE,
                       .kind = SP_ASF_VIDEO,
                       .has_no_clean_points = TRUE },
               [4] = { .is_present = TRUE, .kind = SP_ASF_COMMAND },
               [5] = { .kind = SP_ASF_VIDEO } },
};

typedef struct
{
  const char *name;
  const char *hex; /* zeros are appended up to @len */
  guint len;
  SpAsfPacket packet; /* n_payloads 0: refused */
} Row;

/* Single payloads have the flags 5d: stream and object number, replicated
 * length in bytes, offset in a DWORD. */
static const Row rows[] = {
  { "video key frame",
    "820000 00 5d" TIMES "81 07 00000000" REPLICATED,
    64,
    { 1000, 5, 100, TRUE, 1, FALSE, 5, 0, 0, FALSE, TRUE, 2000, 2000 } },
  { "no error correction",
    "00 5d" TIMES "81 07 00000000" REPLICATED,
    64,
    { 1000, 2, 100, TRUE, 1, FALSE, 2, 0, 0, FALSE, TRUE, 2000, 2000 } },
  { "error correction of 15 bytes",
    "8f 000000 000000 000000 000000 000000 00 5d" TIMES
    "81 07 00000000" REPLICATED,
    64,
    { 1000, 18, 100, TRUE, 1, FALSE, 18, 0, 0, FALSE, TRUE, 2000, 2000 } },
  { "a key frame goes on",
    "820000 00 5d" TIMES "81 07 01000000" REPLICATED,
    64,
    { 1000, 5, 100, FALSE, 1, FALSE, 5, 0, 0, FALSE, TRUE, 2000, 2000 } },
  { "no key frame",
    "820000 00 5d" TIMES "01 07 00000000" REPLICATED,
    64,
    { 1000, 5, 100, FALSE, 1, FALSE, 5, 0, 0, FALSE, TRUE, 2000, 2000 } },
  { "audio is no key frame",
    "820000 00 5d" TIMES "82 07 00000000" REPLICATED,
    64,
    { 1000, 5, 100, FALSE, 1, FALSE, 5, 0, 0, FALSE, TRUE, 2000, 2000 } },
  { "video without clean points has no key frames",
    "820000 00 5d" TIMES "83 07 00000000" REPLICATED,
    64,
    { 1000, 5, 100, FALSE, 1, FALSE, 5, 0, 0, FALSE, TRUE, 2000, 2000 } },
  { "commands have no presentation time",
    "820000 00 5d" TIMES "84 07 00000000" REPLICATED,
    64,
    { 1000, 5, 100, FALSE, 1, FALSE, 5, 0, 0, FALSE } },
  { "a stream the header does not know",
    "820000 00 5d" TIMES "85 07 00000000" REPLICATED,
    64,
    { 1000, 5, 100, FALSE, 1, FALSE, 5, 0, 0, FALSE, TRUE, 2000, 2000 } },
  { "padding length in a byte",
    "820000 08 5d 08" TIMES "81 07 00000000" REPLICATED,
    64,
    { 1000, 6, 100, TRUE, 1, FALSE, 5, 1, 8, FALSE, TRUE, 2000, 2000 } },
  { "padding length in a WORD",
    "820000 10 5d 0800" TIMES "81 07 00000000" REPLICATED,
    64,
    { 1000, 7, 100, TRUE, 1, FALSE, 5, 2, 8, FALSE, TRUE, 2000, 2000 } },
  { "padding length in a DWORD",
    "820000 18 5d 08000000" TIMES "81 07 00000000" REPLICATED,
    64,
    { 1000, 9, 100, TRUE, 1, FALSE, 5, 4, 8, FALSE, TRUE, 2000, 2000 } },
  { "padding was cut off",
    "820000 08 5d 08" TIMES "81 07 00000000" REPLICATED,
    56,
    { 1000, 6, 100, TRUE, 1, FALSE, 5, 1, 8, FALSE, TRUE, 2000, 2000 } },
  { "padding was cut off and set to 0",
    "820000 08 5d 00" TIMES "81 07 00000000" REPLICATED,
    56,
    { 1000, 6, 100, TRUE, 1, FALSE, 5, 1, 0, FALSE, TRUE, 2000, 2000 } },
  { "packet length, sequence and padding length",
    "820000 4a 5d 3800 07 04" TIMES "81 07 00000000" REPLICATED,
    64,
    { 1000, 9, 100, TRUE, 1, FALSE, 8, 1, 4, TRUE, TRUE, 2000, 2000 } },
  { "packet length in a byte, cut to it",
    "820000 20 5d 30" TIMES "81 07 00000000" REPLICATED,
    48,
    { 1000, 6, 100, TRUE, 1, FALSE, 6, 0, 0, TRUE, TRUE, 2000, 2000 } },
  { "packet length and sequence in DWORDs",
    "820000 66 5d 40000000 01020304" TIMES "81 07 00000000" REPLICATED,
    64,
    { 1000, 13, 100, TRUE, 1, FALSE, 13, 0, 0, TRUE, TRUE, 2000, 2000 } },
  { "no object number, no offset, replicated length in a WORD",
    "820000 00 42" TIMES "81 0800 10000000 d0070000",
    64,
    { 1000, 5, 100, TRUE, 1, FALSE, 5, 0, 0, FALSE, TRUE, 2000, 2000 } },
  { "object number in a DWORD, offset in a WORD",
    "820000 00 79" TIMES "81 01020304 0000" REPLICATED,
    64,
    { 1000, 5, 100, TRUE, 1, FALSE, 5, 0, 0, FALSE, TRUE, 2000, 2000 } },
  { "no replicated data",
    "820000 00 5d" TIMES "81 07 00000000 00",
    64,
    { 1000, 5, 100, TRUE, 1, FALSE, 5, 0, 0, FALSE } },
  { "more replicated data",
    "820000 00 5d" TIMES "81 07 00000000 0a 10000000 d0070000 1234",
    64,
    { 1000, 5, 100, TRUE, 1, FALSE, 5, 0, 0, FALSE, TRUE, 2000, 2000 } },
  { "replicated data up to the last byte",
    "820000 00 5d" TIMES "81 07 00000000 2e 10000000 d0070000",
    64,
    { 1000, 5, 100, TRUE, 1, FALSE, 5, 0, 0, FALSE, TRUE, 2000, 2000 } },
  { "single compressed payload",
    "820000 08 5d 1f" TIMES "81 07 d0070000 01 28 03 aabbcc 02 ddee 00 00",
    64,
    { 1000, 6, 100, TRUE, 1, FALSE, 5, 1, 31, FALSE, TRUE, 2000, 2280 } },
  { "multiple payloads",
    "820000 01 5d" TIMES "82 02 09 00000000" REPLICATED
    "0200 1111 81 07 00000000 08 10000000 a0050000 0300 222222",
    64,
    { 1000, 5, 100, TRUE, 2, TRUE, 5, 0, 0, FALSE, TRUE, 1440, 2000 } },
  { "multiple payloads, the key frame begun before",
    "820000 01 5d" TIMES "42 81 07 20000000" REPLICATED
    "02 1111 82 09 00000000" REPLICATED "03 222222",
    64,
    { 1000, 5, 100, FALSE, 2, TRUE, 5, 0, 0, FALSE, TRUE, 2000, 2000 } },
  { "multiple payloads with DWORD lengths",
    "820000 01 5d" TIMES "c1 81 07 00000000" REPLICATED "02000000 1111",
    64,
    { 1000, 5, 100, TRUE, 1, TRUE, 5, 0, 0, FALSE, TRUE, 2000, 2000 } },
  { "multiple compressed payloads",
    "820000 01 5d" TIMES
    "42 82 07 d0070000 01 0a 05 01 11 02 2222 81 08 00000000 01 00 02 01 33",
    64,
    { 1000, 5, 100, TRUE, 2, TRUE, 5, 0, 0, FALSE, TRUE, 0, 2010 } },
  { "presentation times around the wrap",
    "820000 01 5d" TIMES "42 82 09 00000000 08 10000000 10000000 01 11"
    "81 07 00000000 08 10000000 f0ffffff 01 22",
    64,
    { 1000, 5, 100, TRUE, 2, TRUE, 5, 0, 0, FALSE, TRUE, 0xfffffff0, 0x10 } },
  { "larger than the packet size",
    "820000 00 5d" TIMES "81 07 00000000" REPLICATED,
    65,
    { 0 } },
  { "opaque data",
    "92 0000 00 5d" TIMES "81 07 00000000" REPLICATED,
    64,
    { 0 } },
  { "error correction length type",
    "a2 0000 00 5d" TIMES "81 07 00000000" REPLICATED,
    64,
    { 0 } },
  { "stream number in a WORD",
    "820000 00 9d" TIMES "81 07 00000000" REPLICATED,
    64,
    { 0 } },
  { "packet length beyond the packet size",
    "820000 20 5d 41" TIMES "81 07 00000000" REPLICATED,
    64,
    { 0 } },
  { "packet length beyond the bytes",
    "820000 20 5d 40" TIMES "81 07 00000000" REPLICATED,
    63,
    { 0 } },
  { "packet length of 0",
    "820000 20 5d 00" TIMES "81 07 00000000" REPLICATED,
    64,
    { 0 } },
  { "padding beyond the payload header",
    "820000 08 5d 30" TIMES "81 07 00000000" REPLICATED,
    64,
    { 0 } },
  { "padding beyond the packet",
    "820000 18 5d ffffffff" TIMES "81 07 00000000" REPLICATED,
    64,
    { 0 } },
  { "more than the padding was cut off",
    "820000 08 5d 08" TIMES "81 07 00000000" REPLICATED,
    55,
    { 0 } },
  { "replicated data of 2 bytes",
    "820000 00 5d" TIMES "81 07 00000000 02",
    64,
    { 0 } },
  { "replicated data of 7 bytes",
    "820000 00 5d" TIMES "81 07 00000000 07",
    64,
    { 0 } },
  { "replicated data beyond the packet",
    "820000 00 5d" TIMES "81 07 00000000 30 10000000 d0070000",
    64,
    { 0 } },
  { "a sub-payload beyond the payload",
    "820000 08 5d 1f" TIMES "81 07 d0070000 01 28 03 aabbcc ff ddee 00 00",
    64,
    { 0 } },
  { "no payloads",
    "820000 01 5d" TIMES "80 82 09 00000000" REPLICATED "0200 1111",
    64,
    { 0 } },
  { "no payload lengths",
    "820000 01 5d" TIMES "01 82 09 00000000" REPLICATED "0200 1111",
    64,
    { 0 } },
  { "a payload beyond the packet",
    "820000 01 5d" TIMES "81 82 09 00000000" REPLICATED "ff00 1111",
    64,
    { 0 } },
  { "a payload too many",
    "820000 01 5d" TIMES "c2 82 09 00000000" REPLICATED "1e000000 1111",
    64,
    { 0 } },
  { "a payload in the padding",
    "820000 09 5d 21" TIMES "81 82 09 00000000" REPLICATED "0200 1111",
    64,
    { 0 } },
};

/* (transfer full): of @row->len bytes exactly. */
static guint8 *
bytes_of (const Row *row)
{
  g_autoptr (GBytes) hex = sp_test_hex (row->hex);
  guint8 *bytes = g_malloc0 (row->len);

  g_assert_cmpuint (g_bytes_get_size (hex), <=, row->len);
  memcpy (bytes, g_bytes_get_data (hex, NULL), g_bytes_get_size (hex));
  return bytes;
}

static void
assert_equal (const SpAsfPacket *a, const SpAsfPacket *b)
{
  g_assert_cmpuint (a->send_time_ms, ==, b->send_time_ms);
  g_assert_cmpuint (a->send_time_at, ==, b->send_time_at);
  g_assert_cmpuint (a->duration_ms, ==, b->duration_ms);
  g_assert_cmpint (a->is_key, ==, b->is_key);
  g_assert_cmpuint (a->n_payloads, ==, b->n_payloads);
  g_assert_cmpint (a->is_multiple, ==, b->is_multiple);
  g_assert_cmpuint (a->padding_at, ==, b->padding_at);
  g_assert_cmpuint (a->padding_width, ==, b->padding_width);
  g_assert_cmpuint (a->padding_len, ==, b->padding_len);
  g_assert_cmpint (a->has_packet_length, ==, b->has_packet_length);
  g_assert_cmpint (a->has_presentation, ==, b->has_presentation);
  g_assert_cmpuint (a->first_presentation_ms, ==, b->first_presentation_ms);
  g_assert_cmpuint (a->last_presentation_ms, ==, b->last_presentation_ms);
}

static void
test_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Row *row = &rows[i];
      g_autofree guint8 *bytes = bytes_of (row);
      g_autoptr (GError) error = NULL;
      SpAsfPacket packet;
      gboolean is_good
          = sp_asf_packet_parse (&packet, &streams, bytes, row->len, &error);

      g_test_message ("%s: %s", row->name, is_good ? "good" : error->message);
      g_assert_cmpint (is_good, ==, row->packet.n_payloads > 0);
      if (is_good)
        assert_equal (&packet, &row->packet);
      else
        g_assert_error (error, SP_ERROR, SP_ERROR_PROTOCOL);
    }
}

/* A packet cut anywhere is refused, or it is a short one and says the same of
 * all that is still there: at least its send time. */
static void
test_cut (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize len = 0; len < rows[i].len; len++)
      {
        g_autofree guint8 *bytes = bytes_of (&rows[i]);
        g_autofree guint8 *part = sp_test_exact (bytes, len);
        SpAsfPacket packet;

        if (!sp_asf_packet_parse (&packet, &streams, part, len, NULL))
          continue;
        g_assert_cmpuint (packet.send_time_ms, ==, 1000);
        g_assert_cmpuint (packet.send_time_at + 6, <, len);
      }
}

/* Where lengths are explicit, what is behind the last payload may be missing;
 * otherwise a cut must be refused or leave a shorter payload. */
static void
test_cut_multiple (void)
{
  static const char *const hex
      = "820000 01 5d" TIMES "82 02 09 00000000" REPLICATED
        "0200 1111 81 07 00000000 08 10000000 a0050000 0300 222222";
  g_autoptr (GBytes) whole = sp_test_hex (hex);
  gsize total = g_bytes_get_size (whole);

  for (gsize len = 0; len <= total; len++)
    {
      g_autofree guint8 *part
          = sp_test_exact (g_bytes_get_data (whole, NULL), len);
      SpAsfPacket packet;

      g_assert_cmpint (sp_asf_packet_parse (&packet, &streams, part, len, NULL),
                       ==,
                       len == total);
    }
}

static void
test_shift_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Row *row = &rows[i];
      const SpAsfPacket *before = &row->packet;
      g_autofree guint8 *original = bytes_of (row);
      g_autofree guint8 *bytes = bytes_of (row);
      SpAsfPacket packet;
      gboolean is_good
          = sp_asf_packet_shift (&streams, bytes, row->len, 300, NULL);

      g_test_message ("%s", row->name);
      g_assert_cmpint (is_good, ==, before->n_payloads > 0);
      if (is_good)
        {
          g_assert_true (
              sp_asf_packet_parse (&packet, &streams, bytes, row->len, NULL));
          g_assert_cmpuint (packet.send_time_ms, ==, 1300);
          if (before->has_presentation)
            g_assert_cmpuint (packet.last_presentation_ms,
                              ==,
                              before->last_presentation_ms + 300);
          g_assert_true (sp_asf_packet_shift (
              &streams, bytes, row->len, (guint32)-300, NULL));
        }
      g_assert_cmpmem (bytes, row->len, original, row->len);
    }
}

static void
test_shift_bytes (void)
{
  g_autoptr (GBytes) whole
      = sp_test_hex ("820000 01 5d ffffffff 6400 82 82 09 00000000" REPLICATED
                     "0200 1111 81 07 fcffffff 01 05 0300 022222");
  g_autofree guint8 *bytes = sp_test_exact (g_bytes_get_data (whole, NULL),
                                            g_bytes_get_size (whole));

  g_assert_true (sp_asf_packet_shift (
      &streams, bytes, g_bytes_get_size (whole), 0x105, NULL));
  sp_test_assert_hex (bytes,
                      g_bytes_get_size (whole),
                      "820000 01 5d 04010000 6400 82 82 09 00000000 08 "
                      "10000000 d5080000 0200 1111 81 07 01010000 01 05 "
                      "0300 022222");
}

/* A compressed payload's time has no room for the sum. */
static void
test_shift_narrow (void)
{
  g_autoptr (GBytes) whole
      = sp_test_hex ("820000 01 59" TIMES "41 82 07 d007 01 0a 02 01 11");
  g_autofree guint8 *bytes = sp_test_exact (g_bytes_get_data (whole, NULL),
                                            g_bytes_get_size (whole));
  SpAsfPacket packet;
  g_autoptr (GError) error = NULL;

  g_assert_true (sp_asf_packet_parse (
      &packet, &streams, bytes, g_bytes_get_size (whole), NULL));
  g_assert_false (sp_asf_packet_shift (
      &streams, bytes, g_bytes_get_size (whole), 1, &error));
  g_assert_error (error, SP_ERROR, SP_ERROR_PROTOCOL);
  g_assert_cmpmem (bytes,
                   g_bytes_get_size (whole),
                   g_bytes_get_data (whole, NULL),
                   g_bytes_get_size (whole));
}

/* Whatever one byte is, nothing outside the packet is read. */
static void
test_every_byte (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint at = 0; at < MIN (rows[i].len, 48); at++)
      {
        g_autofree guint8 *bytes = bytes_of (&rows[i]);
        SpAsfPacket packet;

        for (guint value = 0; value < 256; value++)
          {
            bytes[at] = (guint8)value;
            (void)sp_asf_packet_parse (
                &packet, &streams, bytes, rows[i].len, NULL);
          }
      }
}

/* Key frames of a file that another program wrote, and told us of. */
static void
test_clip (void)
{
  g_autoptr (GBytes) file = sp_test_data ("clip.asf");
  const guint8 *data = g_bytes_get_data (file, NULL);
  SpAsfHeader header;
  guint n_keys = 0;
  guint32 last_ms = 0;

  g_assert_true (
      sp_asf_header_parse (&header, data, g_bytes_get_size (file), NULL));
  data += header.header_len + SP_ASF_DATA_OBJECT_HEAD;
  for (guint i = 0; i < 45; i++)
    {
      g_autofree guint8 *exact
          = sp_test_exact (data + i * 1000, header.packet_size);
      SpAsfPacket packet;
      g_autoptr (GError) error = NULL;

      sp_asf_packet_parse (&packet, &header, exact, header.packet_size, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (packet.send_time_ms, >=, last_ms);
      g_assert_true (packet.has_presentation);
      g_assert_cmpuint (packet.first_presentation_ms, >=, 3100);
      last_ms = packet.send_time_ms;
      n_keys += packet.is_key ? 1 : 0;
    }
  g_assert_cmpuint (n_keys, ==, 2);
  g_assert_cmpuint (last_ms, >, 1500);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/asf-packet/parse/rows", test_rows);
  g_test_add_func ("/asf-packet/parse/cut-anywhere", test_cut);
  g_test_add_func ("/asf-packet/parse/cut-multiple", test_cut_multiple);
  g_test_add_func ("/asf-packet/parse/every-byte", test_every_byte);
  g_test_add_func ("/asf-packet/parse/clip", test_clip);
  g_test_add_func ("/asf-packet/shift/rows", test_shift_rows);
  g_test_add_func ("/asf-packet/shift/bytes", test_shift_bytes);
  g_test_add_func ("/asf-packet/shift/too-narrow", test_shift_narrow);
  return g_test_run ();
}
