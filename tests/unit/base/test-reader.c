/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-reader.h"
#include "sp-test.h"

static void
test_numbers (void)
{
  g_autoptr (GBytes) bytes
      = sp_test_hex ("01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f ff");
  SpReader reader;

  sp_reader_init (
      &reader, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert_cmphex (sp_reader_u8 (&reader), ==, 0x01);
  g_assert_cmphex (sp_reader_u16le (&reader), ==, 0x0302);
  g_assert_cmphex (sp_reader_u32le (&reader), ==, 0x07060504);
  g_assert_cmphex (sp_reader_u64le (&reader), ==, 0x0f0e0d0c0b0a0908);
  g_assert_cmpuint (sp_reader_left (&reader), ==, 1);
  g_assert_cmphex (sp_reader_u8 (&reader), ==, 0xff);
  g_assert_false (reader.has_failed);
}

static void
test_sized (void)
{
  static const struct
  {
    guint length_type;
    guint32 value;
    gsize position;
  } rows[]
      = { { 0, 0, 0 }, { 1, 0x11, 1 }, { 2, 0x2211, 2 }, { 3, 0x44332211, 4 } };
  g_autoptr (GBytes) bytes = sp_test_hex ("11 22 33 44");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SpReader reader;

      sp_reader_init (&reader, g_bytes_get_data (bytes, NULL), 4);
      g_assert_cmphex (
          sp_reader_sized (&reader, rows[i].length_type), ==, rows[i].value);
      g_assert_cmpuint (reader.position, ==, rows[i].position);
      g_assert_false (reader.has_failed);
    }
}

/* One of each getter at the end of too little. */
static void
read_one (SpReader *reader, guint which)
{
  guint8 u8 = 0;

  switch (which)
    {
    case 0:
      g_assert_cmpuint (sp_reader_u8 (reader), ==, 0);
      break;
    case 1:
      g_assert_cmpuint (sp_reader_u16le (reader), ==, 0);
      break;
    case 2:
      g_assert_cmpuint (sp_reader_u32le (reader), ==, 0);
      break;
    case 3:
      g_assert_cmpuint (sp_reader_u64le (reader), ==, 0);
      break;
    case 4:
      g_assert_null (sp_reader_slice (reader, 8));
      break;
    case 5:
      sp_reader_skip (reader, 8);
      break;
    case 6:
      sp_reader_seek (reader, 8);
      break;
    default:
      g_assert_cmpuint (sp_reader_sized (reader, 3), ==, u8);
    }
}

static void
test_past_the_end (void)
{
  static const guint needs[] = { 1, 2, 4, 8, 8, 8, 8, 4 };

  for (guint which = 0; which < G_N_ELEMENTS (needs); which++)
    for (gsize len = 0; len < needs[which]; len++)
      {
        g_autofree guint8 *data = sp_test_exact ("abcdefgh", len);
        SpReader reader;

        sp_reader_init (&reader, data, len);
        read_one (&reader, which);
        g_assert_true (reader.has_failed);
        g_assert_cmpuint (reader.position, <=, len);
      }
}

static void
test_failure_stays (void)
{
  g_autofree guint8 *data = sp_test_exact ("abcd", 4);
  SpReader reader;

  sp_reader_init (&reader, data, 4);
  sp_reader_u8 (&reader);
  g_assert_null (sp_reader_slice (&reader, G_MAXSIZE));
  g_assert_true (reader.has_failed);
  g_assert_cmpuint (sp_reader_u8 (&reader), ==, 0);
  g_assert_null (sp_reader_slice (&reader, 0));
  sp_reader_skip (&reader, 1);
  sp_reader_seek (&reader, 0);
  g_assert_cmpuint (sp_reader_u16le (&reader), ==, 0);
  g_assert_true (reader.has_failed);
  g_assert_cmpuint (reader.position, ==, 1);
}

static void
test_moves (void)
{
  g_autofree guint8 *data = sp_test_exact ("abcdefgh", 8);
  SpReader reader;

  sp_reader_init (&reader, data, 8);
  sp_reader_skip (&reader, 3);
  g_assert_cmpint (sp_reader_u8 (&reader), ==, 'd');
  sp_reader_seek (&reader, 1);
  g_assert_cmpint (sp_reader_u8 (&reader), ==, 'b');
  sp_reader_seek (&reader, 8);
  g_assert_cmpuint (sp_reader_left (&reader), ==, 0);
  g_assert_nonnull (sp_reader_slice (&reader, 0));
  g_assert_false (reader.has_failed);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/reader/numbers-are-little-endian", test_numbers);
  g_test_add_func ("/reader/sized-by-length-type", test_sized);
  g_test_add_func ("/reader/never-past-the-end", test_past_the_end);
  g_test_add_func ("/reader/failure-stays", test_failure_stays);
  g_test_add_func ("/reader/skip-and-seek", test_moves);
  return g_test_run ();
}
