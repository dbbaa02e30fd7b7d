/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-reader.h"

#include <string.h>

#include "sp-test.h"

#define OK "HTTP/1.1 200 OK\r\nServer: x\r\n\r\n"
#define CHUNKED "HTTP/1.1 200 OK\r\ntransfer-encoding:  Chunked\r\n\r\n"
#define HEADER "24 48 0a 00 00000000 00 0c 0a 00 aabb "
#define CHANGE "24 43 04 00 00000000 "
#define END "24 45 04 00 00000000 "
/* LocationId, AFFlags, three bytes */
#define DATA(location, flags)                                                  \
  "24 44 0b 00 " location " 00 " flags " 0b 00 010203 "
/* number 5 and 9 of a stream, 24 bytes long */
#define STAMP(number)                                                          \
  "53 50 53 54 41 4d 50 31 4030201000000000 " number " 18000000 "
#define STAMPED(location, flags, number)                                       \
  "24 44 20 00 " location " 00 " flags " 20 00 " STAMP (number)
/* the same with the stamp behind the head of an ASF packet */
#define ASF_STAMPED(location, flags, number)                                   \
  "24 44 3a 00 " location " 00 " flags " 3a 00 "                               \
  "8200000000000000000000000000000000000000000000000000 " STAMP (number)

typedef struct
{
  const char *name;
  const char *head;
  const char *body; /* hex */
  gboolean is_raw;
  SpLoadVerdict verdict;
  guint n_packets;
  guint missed;
  guint n_stamped;
  const char *why;
} Row;

static const Row rows[] = {
  { "header-and-data",
    OK,
    HEADER DATA ("00000000", "00") DATA ("01000000", "01"),
    FALSE,
    SP_LOAD_MORE,
    2,
    0,
    0,
    NULL },
  { "location-jumps",
    OK,
    HEADER DATA ("07000000", "00") DATA ("0a000000", "01"),
    FALSE,
    SP_LOAD_MORE,
    2,
    2,
    0,
    NULL },
  { "stamps-count",
    OK,
    HEADER STAMPED ("07000000", "00", "05000000")
        STAMPED ("08000000", "01", "09000000"),
    FALSE,
    SP_LOAD_MORE,
    2,
    3,
    2,
    NULL },
  { "stamps-in-asf",
    OK,
    HEADER ASF_STAMPED ("07000000", "00", "05000000")
        ASF_STAMPED ("08000000", "01", "06000000"),
    FALSE,
    SP_LOAD_MORE,
    2,
    0,
    2,
    NULL },
  { "source-begins-anew",
    OK,
    HEADER STAMPED ("07000000", "00", "05000000")
        STAMPED ("08000000", "01", "00000000"),
    FALSE,
    SP_LOAD_MORE,
    2,
    0,
    2,
    NULL },
  { "change",
    OK,
    HEADER DATA ("07000000", "00") CHANGE HEADER DATA ("00000000", "01"),
    FALSE,
    SP_LOAD_MORE,
    2,
    0,
    0,
    NULL },
  { "end",
    OK,
    HEADER DATA ("07000000", "00") END,
    FALSE,
    SP_LOAD_END,
    1,
    0,
    0,
    "the server ended the stream" },
  { "two-fragments",
    OK,
    "24 48 0a 00 00000000 00 04 0a 00 aabb "
    "24 48 09 00 01000000 00 08 09 00 aa " DATA ("00000000", "00"),
    FALSE,
    SP_LOAD_MORE,
    1,
    0,
    0,
    NULL },
  { "fragment-twice",
    OK,
    "24 48 0a 00 00000000 00 04 0a 00 aabb "
    "24 48 09 00 00000000 00 08 09 00 aa ",
    FALSE,
    SP_LOAD_BAD,
    0,
    0,
    0,
    "$H with a wrong LocationId" },
  { "flags-skip",
    OK,
    HEADER DATA ("00000000", "00") DATA ("01000000", "02"),
    FALSE,
    SP_LOAD_BAD,
    1,
    0,
    0,
    "$D with AFFlags out of sequence" },
  { "location-falls",
    OK,
    HEADER DATA ("05000000", "00") DATA ("05000000", "01"),
    FALSE,
    SP_LOAD_BAD,
    1,
    0,
    0,
    "$D with a LocationId that does not rise" },
  { "sizes-differ",
    OK,
    HEADER "24 44 0b 00 00000000 00 00 0c 00 010203",
    FALSE,
    SP_LOAD_BAD,
    0,
    0,
    0,
    "PacketSize differs from PacketLength" },
  { "data-first",
    OK,
    DATA ("00000000", "00"),
    FALSE,
    SP_LOAD_BAD,
    0,
    0,
    0,
    "$D before a whole $H" },
  { "empty-data",
    OK,
    HEADER "24 44 08 00 00000000 00 00 08 00",
    FALSE,
    SP_LOAD_BAD,
    0,
    0,
    0,
    "$D without payload" },
  { "second-header",
    OK,
    HEADER HEADER,
    FALSE,
    SP_LOAD_BAD,
    0,
    0,
    0,
    "$H without a $C before it" },
  { "unknown-type",
    OK,
    HEADER "24 46 00 00 ",
    FALSE,
    SP_LOAD_BAD,
    0,
    0,
    0,
    "a packet of an unknown type" },
  { "no-packet",
    OK,
    HEADER "a4 44 0b 00 00000000 00 00 0b 00 010203",
    FALSE,
    SP_LOAD_BAD,
    0,
    0,
    0,
    "no '$' where a packet begins" },
  { "too-short",
    OK,
    "24 48 03 00 00000000 00 0c 03 00",
    FALSE,
    SP_LOAD_BAD,
    0,
    0,
    0,
    "a packet shorter than its preheader" },
  { "refused",
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n",
    "6e6f",
    FALSE,
    SP_LOAD_END,
    0,
    0,
    0,
    "refused" },
  { "refused-in-bad-chunks",
    "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
    "",
    FALSE,
    SP_LOAD_END,
    0,
    0,
    0,
    "refused" },
  { "no-answer",
    "SSH-2.0-OpenSSH_9.2 hello\r\n",
    "",
    FALSE,
    SP_LOAD_BAD,
    0,
    0,
    0,
    "no HTTP answer" },
  { "raw",
    OK,
    "53535053 " STAMP ("05000000") "5350 " STAMP ("09000000") "53",
    TRUE,
    SP_LOAD_MORE,
    2,
    3,
    2,
    NULL },
  { "raw-magic-by-chance",
    OK,
    "53505354414d5031 53505354414d5031 ffffffffffffffff ffffffff "
    "ff " STAMP ("05000000"),
    TRUE,
    SP_LOAD_MORE,
    1,
    0,
    1,
    NULL },
};

typedef struct
{
  guint n_packets;
  guint missed;
  guint n_stamped;
} Seen;

static void
on_packet (const SpLoadPacket *packet, gpointer user_data)
{
  Seen *seen = user_data;

  seen->n_packets++;
  seen->missed += packet->missed;
  seen->n_stamped += packet->is_stamped ? 1 : 0;
  if (packet->is_stamped)
    g_assert_cmpint (packet->stamp.sent_us, ==, 0x10203040);
}

/* First @cut bytes, then @step at a time. */
static void
check (const Row *row, GByteArray *input, gsize cut, gsize step)
{
  SpLoadVerdict verdict = SP_LOAD_MORE;
  SpLoadReader reader;
  Seen seen = { 0 };
  gsize end = cut;

  sp_load_reader_init (&reader, row->is_raw);
  for (gsize at = 0; at < input->len && verdict == SP_LOAD_MORE;
       at = end, end = MIN (end + step, input->len))
    {
      g_autofree guint8 *exact = sp_test_exact (input->data + at, end - at);

      verdict
          = sp_load_reader_take (&reader, exact, end - at, on_packet, &seen);
    }
  g_assert_cmpint (verdict, ==, row->verdict);
  g_assert_cmpuint (seen.n_packets, ==, row->n_packets);
  g_assert_cmpuint (seen.missed, ==, row->missed);
  g_assert_cmpuint (seen.n_stamped, ==, row->n_stamped);
  if (row->why != NULL)
    g_assert_cmpstr (sp_load_reader_why (&reader), ==, row->why);
}

static void
check_all_cuts (const Row *row, GByteArray *input)
{
  check (row, input, input->len, input->len);
  check (row, input, 1, 1);
  for (gsize cut = 1; cut < input->len; cut++)
    check (row, input, cut, input->len);
}

static void
append (GByteArray *out, gconstpointer data, gsize len)
{
  g_byte_array_append (out, data, (guint)len);
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GBytes) body = sp_test_hex (row->body);
  g_autoptr (GByteArray) input = g_byte_array_new ();

  append (input, row->head, strlen (row->head));
  append (input, g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  check_all_cuts (row, input);
}

/* In chunks of @chunk_bytes. */
static void
test_chunked (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GBytes) body = sp_test_hex (row->body);
  gsize len = g_bytes_get_size (body);
  const guint8 *bytes = g_bytes_get_data (body, NULL);

  for (gsize chunk_bytes = 1; chunk_bytes <= len; chunk_bytes++)
    {
      g_autoptr (GByteArray) input = g_byte_array_new ();

      append (input, CHUNKED, strlen (CHUNKED));
      for (gsize at = 0; at < len; at += chunk_bytes)
        {
          gsize n = MIN (chunk_bytes, len - at);
          g_autofree char *line = g_strdup_printf ("%zx\r\n", n);

          append (input, line, strlen (line));
          append (input, bytes + at, n);
          append (input, "\r\n", 2);
        }
      check (row, input, input->len, input->len);
      check (row, input, 1, 1);
    }
}

static void
test_media (void)
{
  SpLoadReader reader;
  Seen seen = { 0 };
  g_autoptr (GBytes) header = sp_test_hex (HEADER);
  g_autoptr (GBytes) data = sp_test_hex (
      "24 44 3b 00 00000000 00 00 3b 00 "
      "8200000000000000000000000000000000000000000000000000 " STAMP (
          "05000000") "00");

  sp_load_reader_init (&reader, FALSE);
  sp_load_reader_take (
      &reader, (const guint8 *)OK, strlen (OK), on_packet, &seen);
  g_assert_cmpuint (sp_load_reader_status (&reader), ==, 200);
  sp_load_reader_take (&reader,
                       g_bytes_get_data (header, NULL),
                       g_bytes_get_size (header),
                       on_packet,
                       &seen);
  g_assert_false (sp_load_reader_has_media (&reader));
  sp_load_reader_take (&reader,
                       g_bytes_get_data (data, NULL),
                       g_bytes_get_size (data) - 1,
                       on_packet,
                       &seen);
  g_assert_true (sp_load_reader_has_media (&reader));
  g_assert_cmpuint (seen.n_packets, ==, 0);
}

static void
test_wrap (void)
{
  static const char format[] = "24 44 09 00 %02x%02x0000 00 %02x 09 00 aa";
  g_autoptr (GBytes) header = sp_test_hex (HEADER);
  SpLoadFrames frames = { 0 };
  SpLoadPacket packet;
  gsize used;

  g_assert_cmpint (sp_load_frames_next (&frames,
                                        g_bytes_get_data (header, NULL),
                                        g_bytes_get_size (header),
                                        &used,
                                        &packet),
                   ==,
                   SP_LOAD_MORE);
  for (guint i = 0; i < 600; i++)
    {
      g_autofree char *hex
          = g_strdup_printf (format, i & 0xff, i >> 8, i & 0xff);
      g_autoptr (GBytes) data = sp_test_hex (hex);

      g_assert_cmpint (sp_load_frames_next (&frames,
                                            g_bytes_get_data (data, NULL),
                                            g_bytes_get_size (data),
                                            &used,
                                            &packet),
                       ==,
                       SP_LOAD_PACKET);
      g_assert_cmpuint (packet.missed, ==, 0);
    }
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *plain
          = g_strconcat ("/load-reader/plain/", rows[i].name, NULL);
      g_autofree char *chunked
          = g_strconcat ("/load-reader/chunked/", rows[i].name, NULL);

      g_test_add_data_func (plain, &rows[i], test_row);
      if (strcmp (rows[i].head, OK) == 0)
        g_test_add_data_func (chunked, &rows[i], test_chunked);
    }
  g_test_add_func ("/load-reader/media/begin-with-data", test_media);
  g_test_add_func ("/load-reader/flags/wrap", test_wrap);
  return g_test_run ();
}
