/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-asf-header.h"

#include "sp-error.h"
#include "sp-test.h"

#include <string.h>

#define FRAMING_LEN                                                            \
  12 /* of the captured file: framing header and preheader                     \
      */

#define HEADER "3026b275 8e66cf11 a6d900aa 0062ce6c"
#define DATA "3626b275 8e66cf11 a6d900aa 0062ce6c"
#define FILE_PROPERTIES "a1dcab8c 47a9cf11 8ee400c0 0c205365"
#define STREAM_PROPERTIES "9107dcb7 b7a9cf11 8ee600c0 0c205365"
#define EXTENSION "b503bf5f 2ea9cf11 8ee300c0 0c205365"
#define EXTENDED_STREAM "cba5e614 72c63243 8399a969 52065b5a"
#define BITRATES "ce75f87b 8d46d111 8d820060 97c9a2b2"
#define VIDEO "c0ef19bc 4d5bcf11 a8fd0080 5f5c442b"
#define AUDIO "409e69f8 4d5bcf11 a8fd0080 5f5c442b"
#define ZERO_16 "00000000 00000000 00000000 00000000"

static void
put (GByteArray *bytes, const char *hex)
{
  g_autoptr (GBytes) piece = sp_test_hex (hex);

  g_byte_array_append (
      bytes, g_bytes_get_data (piece, NULL), (guint)g_bytes_get_size (piece));
}

static void
put_le (GByteArray *bytes, guint width, guint64 value)
{
  for (guint i = 0; i < width; i++)
    {
      guint8 byte = (guint8)(value >> (8 * i));

      g_byte_array_append (bytes, &byte, 1);
    }
}

/* (transfer full): an object of @guid; its size is @size, or right if 0. */
static GByteArray *
object (const char *guid, GByteArray *body, guint64 size)
{
  GByteArray *bytes = g_byte_array_new ();

  put (bytes, guid);
  put_le (bytes, 8, size != 0 ? size : 24 + body->len);
  g_byte_array_append (bytes, body->data, body->len);
  g_byte_array_unref (body);
  return bytes;
}

static GByteArray *
file_properties (guint32 min_size, guint32 max_size)
{
  GByteArray *body = g_byte_array_new ();

  put (body, ZERO_16);
  put_le (body, 8, 99);         /* file size */
  put_le (body, 8, 0x11223344); /* creation */
  put_le (body, 8, 7);
  put_le (body, 8, 50000000);
  put_le (body, 8, 20000000);
  put_le (body, 8, 3100);
  put_le (body, 4, 2);
  put_le (body, 4, min_size);
  put_le (body, 4, max_size);
  put_le (body, 4, 84000);
  return object (FILE_PROPERTIES, body, 0);
}

static GByteArray *
stream_properties (const char *kind, guint number)
{
  GByteArray *body = g_byte_array_new ();

  put (body, kind);
  put (body, ZERO_16);
  put_le (body, 8, 0);
  put_le (body, 4, 0);
  put_le (body, 4, 0);
  put_le (body, 2, number);
  put_le (body, 4, 0);
  return object (STREAM_PROPERTIES, body, 0);
}

/* With a name, an extension system and @embedded: (transfer full) (nullable).
 */
static GByteArray *
extended_stream (guint number, guint32 flags, GByteArray *embedded)
{
  GByteArray *body = g_byte_array_new ();

  put (body, ZERO_16);
  put_le (body, 4, 1000);
  for (guint i = 0; i < 6; i++)
    put_le (body, 4, 0);
  put_le (body, 4, flags);
  put_le (body, 2, number);
  put_le (body, 2, 0);
  put_le (body, 8, 333333);
  put_le (body, 2, 1);
  put_le (body, 2, 1);
  put (body, "0904 0400 61006200");
  put (body, ZERO_16 "0200 03000000 aabbcc");
  if (embedded != NULL)
    {
      g_byte_array_append (body, embedded->data, embedded->len);
      g_byte_array_unref (embedded);
    }
  return object (EXTENDED_STREAM, body, 0);
}

static GByteArray *
extension (GByteArray *children)
{
  GByteArray *body = g_byte_array_new ();

  put (body, ZERO_16 "0600");
  put_le (body, 4, children->len);
  g_byte_array_append (body, children->data, children->len);
  g_byte_array_unref (children);
  return object (EXTENSION, body, 0);
}

/* (transfer full): a Header Object of @children (transfer full), up to a NULL,
 * and the head of a Data Object. */
static GBytes *
header_of (GByteArray *first, ...)
{
  GByteArray *body = g_byte_array_new ();
  GByteArray *bytes;
  va_list args;

  put_le (body, 4, 3);
  put (body, "0102");
  va_start (args, first);
  for (GByteArray *child = first; child != NULL;
       child = va_arg (args, GByteArray *))
    {
      g_byte_array_append (body, child->data, child->len);
      g_byte_array_unref (child);
    }
  va_end (args);
  bytes = object (HEADER, body, 0);
  put (bytes, DATA);
  put_le (bytes, 8, 12345);
  put (bytes, ZERO_16);
  put_le (bytes, 8, 7);
  put (bytes, "0101");
  return g_byte_array_free_to_bytes (bytes);
}

static gboolean
parse (GBytes *bytes, SpAsfHeader *header, GError **error)
{
  g_autofree guint8 *exact = sp_test_exact (g_bytes_get_data (bytes, NULL),
                                            g_bytes_get_size (bytes));

  return sp_asf_header_parse (header, exact, g_bytes_get_size (bytes), error);
}

static void
assert_refused (GBytes *bytes, const char *message)
{
  SpAsfHeader header;
  g_autoptr (GError) error = NULL;

  g_assert_false (parse (bytes, &header, &error));
  g_assert_error (error, SP_ERROR, SP_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (error->message, message));
}

static GBytes *
captured (void)
{
  g_autoptr (GBytes) file = sp_test_data ("ee4-to-wmp9-header.bin");

  return g_bytes_new_from_bytes (
      file, FRAMING_LEN, g_bytes_get_size (file) - FRAMING_LEN);
}

static void
test_captured (void)
{
  g_autoptr (GBytes) bytes = captured ();
  SpAsfHeader header;
  g_autoptr (GError) error = NULL;

  g_assert_true (parse (bytes, &header, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (header.packet_size, ==, 8223);
  g_assert_cmpuint (header.max_bitrate_bps, ==, 556489);
  g_assert_cmpuint (header.flags, ==, 9);
  g_assert_cmpuint (header.preroll_ms, ==, 3000);
  g_assert_cmpuint (header.data_packets, ==, 0xffffffff);
  g_assert_cmpuint (header.play_duration_100ns, ==, 0);
  g_assert_cmpuint (header.send_duration_100ns, ==, 0);
  g_assert_cmpuint (header.header_len, ==, 5437);
  g_assert_true (header.has_video);
  g_assert_cmpuint (header.n_streams, ==, 3);
  g_assert_cmpint (header.streams[1].kind, ==, SP_ASF_AUDIO);
  g_assert_cmpint (header.streams[2].kind, ==, SP_ASF_VIDEO);
  g_assert_false (header.streams[3].is_present);
  g_assert_cmpint (header.streams[4].kind, ==, SP_ASF_COMMAND);
  g_assert_cmpuint (header.streams[1].bitrate_bps, ==, 193195);
  g_assert_cmpuint (header.streams[2].bitrate_bps, ==, 357137);
  g_assert_cmpuint (header.streams[4].bitrate_bps, ==, 6157);
}

/* A header is whole or it is nothing, and what follows it changes nothing. */
static void
test_cut (void)
{
  g_autoptr (GBytes) bytes = captured ();
  SpAsfHeader whole;

  g_assert_true (parse (bytes, &whole, NULL));
  for (gsize len = 0; len <= g_bytes_get_size (bytes); len++)
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (bytes, 0, len);
      SpAsfHeader header;
      g_autoptr (GError) error = NULL;

      if (len < whole.header_len)
        {
          g_assert_false (parse (part, &header, &error));
          g_assert_error (error, SP_ERROR, SP_ERROR_PROTOCOL);
          continue;
        }
      g_assert_true (parse (part, &header, &error));
      g_assert_cmpmem (&header, sizeof header, &whole, sizeof whole);
    }
}

static void
test_clip (void)
{
  g_autoptr (GBytes) bytes = sp_test_data ("clip.asf");
  SpAsfHeader header;

  g_assert_true (parse (bytes, &header, NULL));
  g_assert_cmpuint (header.packet_size, ==, 1000);
  g_assert_cmpuint (header.data_packets, ==, 45);
  g_assert_cmpuint (header.play_duration_100ns, ==, 51460000);
  g_assert_cmpuint (header.n_streams, ==, 2);
  g_assert_true (header.has_video);
}

static void
test_audio_only (void)
{
  g_autoptr (GBytes) bytes = sp_test_data ("audio.asf");
  SpAsfHeader header;

  g_assert_true (parse (bytes, &header, NULL));
  g_assert_cmpuint (header.n_streams, ==, 1);
  g_assert_false (header.has_video);
}

static void
test_packet_sizes (void)
{
  static const struct
  {
    guint32 min_size;
    guint32 max_size;
    gboolean is_good;
  } rows[] = {
    { 1, 1, TRUE },        { 65527, 65527, TRUE },
    { 0, 0, FALSE },       { 65528, 65528, FALSE },
    { 1000, 1001, FALSE }, { 1001, 1000, FALSE },
    { 0, 1000, FALSE },    { G_MAXUINT32, G_MAXUINT32, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = header_of (
          file_properties (rows[i].min_size, rows[i].max_size), NULL);
      SpAsfHeader header;

      g_test_message ("%u and %u", rows[i].min_size, rows[i].max_size);
      g_assert_cmpint (parse (bytes, &header, NULL), ==, rows[i].is_good);
      if (rows[i].is_good)
        g_assert_cmpuint (header.packet_size, ==, rows[i].min_size);
      else
        assert_refused (bytes, "packet sizes");
    }
}

static void
test_no_file_properties (void)
{
  g_autoptr (GBytes) bytes = header_of (stream_properties (AUDIO, 1), NULL);

  assert_refused (bytes, "no File Properties");
}

static void
test_short_objects (void)
{
  static const struct
  {
    const char *guid;
    const char *message;
    guint min_len;
  } rows[] = {
    { FILE_PROPERTIES, "File Properties Object", 104 },
    { STREAM_PROPERTIES, "Stream Properties Object", 78 },
    { EXTENSION, "Header Extension Object", 46 },
    { BITRATES, "Stream Bitrate Properties Object", 26 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint len = 24; len < rows[i].min_len; len++)
      {
        GByteArray *body = g_byte_array_new ();
        g_autoptr (GBytes) bytes = NULL;

        g_byte_array_set_size (body, len - 24);
        if (body->len > 0)
          memset (body->data, 0, body->len);
        bytes = header_of (
            file_properties (500, 500), object (rows[i].guid, body, 0), NULL);
        assert_refused (bytes, rows[i].message);
      }
}

static void
test_object_sizes (void)
{
  static const guint64 sizes[] = { 1, 23, 25, 1000, G_MAXUINT32, G_MAXUINT64 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) bytes
          = header_of (file_properties (500, 500),
                       object (ZERO_16, g_byte_array_new (), sizes[i]),
                       NULL);

      assert_refused (bytes, "has a size of");
    }
}

static void
test_many_objects (void)
{
  GByteArray *many = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < 1024; i++)
    {
      g_autoptr (GByteArray) empty = object (ZERO_16, g_byte_array_new (), 0);

      g_byte_array_append (many, empty->data, empty->len);
    }
  bytes = header_of (many, file_properties (500, 500), NULL);
  assert_refused (bytes, "more than 1024 objects");
}

/* Zeros behind the last object are no object. */
static void
test_padding (void)
{
  GByteArray *padding = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  SpAsfHeader header;

  put_le (padding, 8, 0);
  bytes = header_of (file_properties (500, 500), padding, NULL);
  g_assert_true (parse (bytes, &header, NULL));
  g_assert_cmpuint (header.packet_size, ==, 500);
}

static void
test_extended_streams (void)
{
  GByteArray *children = extended_stream (5, 4, stream_properties (VIDEO, 5));
  g_autoptr (GByteArray) second = extended_stream (6, 3, NULL);
  g_autoptr (GBytes) bytes = NULL;
  SpAsfHeader header;

  g_byte_array_append (children, second->data, second->len);
  bytes = header_of (file_properties (500, 500),
                     extension (children),
                     stream_properties (AUDIO, 6 | 0x8000),
                     NULL);
  g_assert_true (parse (bytes, &header, NULL));
  g_assert_cmpuint (header.n_streams, ==, 2);
  g_assert_cmpint (header.streams[5].kind, ==, SP_ASF_VIDEO);
  g_assert_true (header.streams[5].has_no_clean_points);
  g_assert_cmpint (header.streams[6].kind, ==, SP_ASF_AUDIO);
  g_assert_false (header.streams[6].has_no_clean_points);
  g_assert_false (header.has_video);
}

/* The same, with the video's clean points there: now it can be joined. */
static void
test_embedded_video (void)
{
  g_autoptr (GBytes) bytes = header_of (
      extension (extended_stream (127, 3, stream_properties (VIDEO, 127))),
      file_properties (500, 500),
      NULL);
  SpAsfHeader header;

  g_assert_true (parse (bytes, &header, NULL));
  g_assert_true (header.streams[127].is_present);
  g_assert_true (header.has_video);
}

/* Lengths inside an Extended Stream Properties Object that lead out of it. */
static void
test_extended_overrun (void)
{
  g_autoptr (GByteArray) good = extended_stream (1, 0, NULL);
  static const struct
  {
    guint at;
    guint width;
    guint32 value;
  } rows[] = {
    { 84, 2, 0xffff },          /* names */
    { 86, 2, 0xffff },          /* extension systems */
    { 90, 2, 0xffff },          /* length of the name */
    { 88 + 8 + 18, 4, 4 },      /* length of the system's information */
    { 88 + 8 + 18, 4, 1 << 31 } /* the same */
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GByteArray *bad = g_byte_array_new ();
      g_autoptr (GBytes) bytes = NULL;

      g_byte_array_append (bad, good->data, good->len);
      for (guint j = 0; j < rows[i].width; j++)
        bad->data[rows[i].at + j] = (guint8)(rows[i].value >> (8 * j));
      bytes = header_of (file_properties (500, 500), extension (bad), NULL);
      g_test_message ("row %u", i);
      assert_refused (bytes, "Extended Stream Properties Object");
    }
}

static void
test_bitrates (void)
{
  GByteArray *body = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  SpAsfHeader header;

  put (body, "0200 0180 e8030000 7f00 ffffffff");
  bytes = header_of (
      file_properties (500, 500), object (BITRATES, body, 0), NULL);
  g_assert_true (parse (bytes, &header, NULL));
  g_assert_cmpuint (header.streams[1].bitrate_bps, ==, 1000);
  g_assert_cmpuint (header.streams[127].bitrate_bps, ==, G_MAXUINT32);
  g_assert_cmpuint (header.n_streams, ==, 0);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/asf-header/parse/captured", test_captured);
  g_test_add_func ("/asf-header/parse/cut-anywhere", test_cut);
  g_test_add_func ("/asf-header/parse/clip", test_clip);
  g_test_add_func ("/asf-header/parse/audio-only", test_audio_only);
  g_test_add_func ("/asf-header/parse/packet-sizes", test_packet_sizes);
  g_test_add_func ("/asf-header/parse/needs-file-properties",
                   test_no_file_properties);
  g_test_add_func ("/asf-header/parse/short-objects", test_short_objects);
  g_test_add_func ("/asf-header/parse/object-sizes", test_object_sizes);
  g_test_add_func ("/asf-header/parse/many-objects", test_many_objects);
  g_test_add_func ("/asf-header/parse/padding", test_padding);
  g_test_add_func ("/asf-header/parse/extended-streams", test_extended_streams);
  g_test_add_func ("/asf-header/parse/embedded-video", test_embedded_video);
  g_test_add_func ("/asf-header/parse/extended-overrun", test_extended_overrun);
  g_test_add_func ("/asf-header/parse/bitrates", test_bitrates);
  return g_test_run ();
}
