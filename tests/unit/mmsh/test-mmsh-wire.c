/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-wire.h"
#include "sp-test.h"

#include <string.h>

#define FIXTURE "ee4-to-wmp9-header.bin"
#define HEAD_LEN (SP_MMSH_FRAMING_LEN + SP_MMSH_PREHEADER_LEN)

static void
test_framing (void)
{
  guint8 out[SP_MMSH_FRAMING_LEN];

  g_assert_cmpuint (sp_mmsh_write_framing (out, 'D', 0x1577), ==, sizeof out);
  sp_test_assert_hex (out, sizeof out, "24 44 77 15");
}

static void
test_data_head (void)
{
  guint8 out[HEAD_LEN];

  g_assert_cmpuint (
      sp_mmsh_write_data_head (out, 'D', 0x89abcdef, 3, 0xfe, 0x201f),
      ==,
      sizeof out);
  sp_test_assert_hex (out, sizeof out, "24 44 27 20 efcdab89 03 fe 27 20");
}

/* MS-WMSP 2.2.3.1.2: 65,535 bytes of MMS data packet are the most. */
static void
test_longest (void)
{
  guint8 out[HEAD_LEN];

  sp_mmsh_write_data_head (out, 'D', 0, 0, 0, SP_MMSH_MAX_PAYLOAD);
  sp_test_assert_hex (out, sizeof out, "24 44 ff ff 00000000 00 00 ff ff");
}

static void
test_reason (void)
{
  guint8 out[8];

  g_assert_cmpuint (
      sp_mmsh_write_reason (out, 'E', SP_MMSH_REASON_FINISHED), ==, sizeof out);
  sp_test_assert_hex (out, sizeof out, "24 45 04 00 00 00 00 00");
  sp_mmsh_write_reason (out, 'C', SP_MMSH_REASON_BACKWARDS);
  sp_test_assert_hex (out, sizeof out, "24 43 04 00 be 14 0d 40");
}

static void
test_short_header (void)
{
  static const guint8 header[] = { 1, 2, 3, 4, 5 };
  g_autoptr (GByteArray) out = g_byte_array_new ();

  sp_mmsh_append_header (out, header, sizeof header);
  sp_test_assert_hex (
      out->data, out->len, "24 48 0d 00 00000000 00 0c 0d 00 01 02 03 04 05");
}

/* What an Expression Encoder 4 sent to a player, byte for byte. */
static void
test_captured_header (void)
{
  g_autoptr (GBytes) fixture = sp_test_data (FIXTURE);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  gsize len;
  const guint8 *data = g_bytes_get_data (fixture, &len);

  g_assert_cmpuint (len, >, HEAD_LEN);
  sp_mmsh_append_header (out, data + HEAD_LEN, len - HEAD_LEN);
  g_assert_cmpmem (out->data, out->len, data, len);
}

static const struct
{
  gsize len;
  guint n_parts;
  const char *heads[3];
} split_rows[] = {
  { 0, 1, { "24 48 08 00 00000000 00 0c 08 00" } },
  { 65527, 1, { "24 48 ff ff 00000000 00 0c ff ff" } },
  { 65528,
    2,
    { "24 48 ff ff 00000000 00 04 ff ff",
      "24 48 09 00 01000000 00 08 09 00" } },
  /* the example of the standard: 65,535 and 34,481 bytes */
  { 100000,
    2,
    { "24 48 ff ff 00000000 00 04 ff ff",
      "24 48 b1 86 01000000 00 08 b1 86" } },
  { 131055,
    3,
    { "24 48 ff ff 00000000 00 04 ff ff",
      "24 48 ff ff 01000000 00 00 ff ff",
      "24 48 09 00 02000000 00 08 09 00" } },
};

static void
test_split (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (split_rows); i++)
    {
      gsize len = split_rows[i].len;
      g_autofree guint8 *header = g_malloc (len + 1);
      g_autoptr (GByteArray) out = g_byte_array_new ();
      gsize at = 0;

      for (gsize j = 0; j < len; j++)
        header[j] = (guint8)(j * 7 + j / 251);
      g_assert_cmpuint (sp_mmsh_header_parts (len), ==, split_rows[i].n_parts);
      sp_mmsh_append_header (out, header, len);
      g_assert_cmpuint (out->len, ==, len + split_rows[i].n_parts * HEAD_LEN);
      for (guint part = 0; part < split_rows[i].n_parts; part++)
        {
          gsize left = len - (gsize)part * SP_MMSH_MAX_PAYLOAD;
          gsize part_len = MIN (left, SP_MMSH_MAX_PAYLOAD);

          sp_test_assert_hex (
              out->data + at, HEAD_LEN, split_rows[i].heads[part]);
          g_assert_cmpmem (out->data + at + HEAD_LEN,
                           part_len,
                           header + (gsize)part * SP_MMSH_MAX_PAYLOAD,
                           part_len);
          at += HEAD_LEN + part_len;
        }
    }
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/mmsh-wire/framing", test_framing);
  g_test_add_func ("/mmsh-wire/data-head", test_data_head);
  g_test_add_func ("/mmsh-wire/longest", test_longest);
  g_test_add_func ("/mmsh-wire/reason", test_reason);
  g_test_add_func ("/mmsh-wire/short-header", test_short_header);
  g_test_add_func ("/mmsh-wire/captured-header", test_captured_header);
  g_test_add_func ("/mmsh-wire/split", test_split);
  return g_test_run ();
}
