/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-canary-reader.h"

#include "canary-origin.h"
#include "sp-error.h"
#include "sp-test.h"

#include <string.h>

static GByteArray *
well (void)
{
  GByteArray *bytes = g_byte_array_new ();

  add_text (bytes, ORIGIN_HEAD);
  add_header (bytes, 0x04);
  add_header (bytes, 0x08);
  add_data (bytes, 1);
  add_data (bytes, 0);
  add_data (bytes, 1000);
  add_text (bytes, "$F");
  g_byte_array_append (bytes, (const guint8 *)"\x03\0abc", 5);
  g_byte_array_append (bytes, (const guint8 *)"$C\x04\0\0\0\0\0", 8);
  g_byte_array_append (bytes, (const guint8 *)"$F\0\0", 4);
  add_end (bytes);
  return bytes;
}

static gboolean
feed (SpCanaryReader *reader,
      const guint8 *data,
      gsize len,
      gsize step,
      GError **error)
{
  for (gsize at = 0; at < len; at += step)
    {
      gsize n = MIN (step, len - at);
      g_autofree guint8 *piece = sp_test_exact (data + at, n);

      if (!sp_canary_reader_feed (reader, piece, n, error))
        return FALSE;
    }
  return TRUE;
}

static void
assert_whole (const SpCanaryReader *reader)
{
  g_assert_true (reader->has_head);
  g_assert_cmpuint (reader->status, ==, 200);
  g_assert_true (reader->has_header);
  g_assert_cmpuint (reader->n_packets, ==, 3);
  g_assert_true (reader->has_ended);
  g_assert_cmpuint (reader->framing_len, ==, 0);
}

static void
test_cuts (void)
{
  g_autoptr (GByteArray) bytes = well ();

  for (gsize cut = 0; cut <= bytes->len; cut++)
    {
      g_autofree SpCanaryReader *reader = g_new0 (SpCanaryReader, 1);

      g_assert_true (feed (reader, bytes->data, cut, bytes->len, NULL));
      g_assert_true (
          feed (reader, bytes->data + cut, bytes->len - cut, bytes->len, NULL));
      assert_whole (reader);
    }
}

static void
test_byte_by_byte (void)
{
  g_autoptr (GByteArray) bytes = well ();
  g_autofree SpCanaryReader *reader = g_new0 (SpCanaryReader, 1);

  g_assert_true (feed (reader, bytes->data, bytes->len, 1, NULL));
  assert_whole (reader);
}

/* A header in two parts is there with the last of them. */
static void
test_parts (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree SpCanaryReader *reader = g_new0 (SpCanaryReader, 1);

  add_text (bytes, ORIGIN_HEAD);
  add_header (bytes, 0x04);
  g_assert_true (feed (reader, bytes->data, bytes->len, 7, NULL));
  g_assert_false (reader->has_header);
  g_byte_array_set_size (bytes, 0);
  add_header (bytes, 0x08);
  g_assert_true (feed (reader, bytes->data, bytes->len - 1, 7, NULL));
  g_assert_false (reader->has_header);
  g_assert_true (feed (reader, bytes->data + bytes->len - 1, 1, 1, NULL));
  g_assert_true (reader->has_header);
}

static void
test_refused (void)
{
  static const struct
  {
    const char *text;
    const char *message;
  } rows[] = {
    { "HTTP/1.1 503 Service Unavailable\r\n\r\n", "it is refused with 503" },
    { "HTTP/1.0 404\r\n\r\n", "it is refused with 404" },
    { "HTTP/2 200\r\n\r\n", "the answer is not MMSH: no HTTP/1 status line" },
    { "HTTP/1.1 2x0 \r\n\r\n",
      "the answer is not MMSH: no HTTP/1 status line" },
    { "\r\n\r\n", "the answer is not MMSH: no HTTP/1 status line" },
    { "SSH-2.0-x\r\n\r\n", "the answer is not MMSH: no HTTP/1 status line" },
    { ORIGIN_HEAD "<html>",
      "the answer is not MMSH: a packet that does not begin with $" },
    { ORIGIN_HEAD "$D\x07X", NULL }, /* needs two bytes of length: see below */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gsize len = strlen (rows[i].text);

      for (gsize step = 1; step <= len; step += len - 1)
        {
          g_autofree SpCanaryReader *reader = g_new0 (SpCanaryReader, 1);
          g_autoptr (GError) error = NULL;
          gboolean is_good
              = feed (reader, (const guint8 *)rows[i].text, len, step, &error);

          g_assert_cmpstr (
              error != NULL ? error->message : NULL, ==, rows[i].message);
          g_assert_cmpint (is_good, ==, rows[i].message == NULL);
        }
    }
}

static void
test_short_packet (void)
{
  g_autofree SpCanaryReader *reader = g_new0 (SpCanaryReader, 1);
  g_autoptr (GError) error = NULL;

  g_assert_true (feed (
      reader, (const guint8 *)ORIGIN_HEAD, strlen (ORIGIN_HEAD), 1000, NULL));
  g_assert_false (feed (reader, (const guint8 *)"$D\x07\0", 4, 4, &error));
  g_assert_error (error, SP_ERROR, SP_ERROR_PROTOCOL);
}

static void
test_head_without_end (void)
{
  g_autofree SpCanaryReader *reader = g_new0 (SpCanaryReader, 1);
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *bytes = g_malloc0 (SP_CANARY_MAX_HEAD + 1);

  g_assert_true (feed (reader, bytes, SP_CANARY_MAX_HEAD, 1000, NULL));
  g_assert_false (feed (reader, bytes, 1, 1, &error));
  g_assert_error (error, SP_ERROR, SP_ERROR_PROTOCOL);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/canary-reader/cuts", test_cuts);
  g_test_add_func ("/canary-reader/byte-by-byte", test_byte_by_byte);
  g_test_add_func ("/canary-reader/parts", test_parts);
  g_test_add_func ("/canary-reader/refused", test_refused);
  g_test_add_func ("/canary-reader/short-packet", test_short_packet);
  g_test_add_func ("/canary-reader/head-without-end", test_head_without_end);
  return g_test_run ();
}
