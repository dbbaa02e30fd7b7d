/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-error.h"
#include "sp-mmsh-demuxer.h"
#include "sp-test.h"

#include <string.h>

/* What the sink was told, in words: "H(01 02) D(03) C E(0) X(F)". */
typedef struct
{
  GString *log;
  const char *stop_at; /* the sink refuses this kind */
} Events;

static gboolean
note (Events *events, const char *kind, const guint8 *data, gsize len)
{
  g_string_append_printf (events->log, "%s(", kind);
  for (gsize i = 0; i < len && i < 8; i++)
    g_string_append_printf (events->log, "%s%02x", i > 0 ? " " : "", data[i]);
  if (len > 8)
    g_string_append_printf (events->log, "...%" G_GSIZE_FORMAT, len);
  g_string_append (events->log, ") ");
  return g_strcmp0 (events->stop_at, kind) != 0;
}

static gboolean
refuse (GError **error)
{
  return sp_error_set (error, SP_ERROR_REVOKED, "no more");
}

static gboolean
on_header (gpointer user_data, const guint8 *data, gsize len, GError **error)
{
  return note (user_data, "H", data, len) || refuse (error);
}

static gboolean
on_data (gpointer user_data, const guint8 *data, gsize len, GError **error)
{
  return note (user_data, "D", data, len) || refuse (error);
}

static gboolean
on_change (gpointer user_data, GError **error)
{
  return note (user_data, "C", NULL, 0) || refuse (error);
}

static gboolean
on_end (gpointer user_data, gboolean is_final, GError **error)
{
  return note (user_data, is_final ? "end" : "pause", NULL, 0)
         || refuse (error);
}

static void
on_dropped (gpointer user_data, guint8 type)
{
  note (user_data, "X", &type, 1);
}

static const SpSinkClass sink = {
  .on_header = on_header,
  .on_data = on_data,
  .on_change = on_change,
  .on_end = on_end,
  .on_dropped = on_dropped,
};

/* Feeds @input in pieces: first @first bytes, then @step at a time. The log
 * ends with the error, if any. */
static char *
demux (SpMmshDirection direction,
       const guint8 *input,
       gsize len,
       gsize first,
       gsize step,
       const char *stop_at)
{
  g_autoptr (SpMmshDemuxer) demuxer = sp_mmsh_demuxer_new (direction);
  Events events = { g_string_new (NULL), stop_at };
  gsize at = 0;

  while (at < len)
    {
      gsize n = MIN (at == 0 && first > 0 ? first : step, len - at);
      g_autofree guint8 *piece = sp_test_exact (input + at, n);
      g_autoptr (GError) error = NULL;

      if (!sp_mmsh_demuxer_feed (demuxer, piece, n, &sink, &events, &error))
        {
          g_autoptr (GError) again = NULL;

          g_string_append_printf (events.log, "! %s", error->message);
          g_assert_false (
              sp_mmsh_demuxer_feed (demuxer, piece, n, &sink, &events, &again));
          g_assert_error (again, error->domain, error->code);
          g_assert_cmpstr (again->message, ==, error->message);
          break;
        }
      at += n;
    }
  return g_strchomp (g_string_free (events.log, FALSE));
}

/* Whole, byte by byte, and cut once at every offset: always @expected. */
static void
assert_log (SpMmshDirection direction,
            const guint8 *input,
            gsize len,
            const char *stop_at,
            const char *expected)
{
  g_autofree char *whole = demux (direction, input, len, 0, len, stop_at);
  g_autofree char *bytes = demux (direction, input, len, 0, 1, stop_at);

  g_assert_cmpstr (whole, ==, expected);
  g_assert_cmpstr (bytes, ==, expected);
  for (gsize cut = 1; cut < len; cut++)
    {
      g_autofree char *log = demux (direction, input, len, cut, len, stop_at);

      g_assert_cmpstr (log, ==, expected);
    }
}

typedef struct
{
  const char *name;
  const char *hex;
  const char *log;
  const char *stop_at;
} Row;

#define PUSH_H "24 48 02 00 11 22 "
#define PUSH_D "24 44 03 00 82 00 00 "

static const Row push_rows[] = {
  { "header-and-data",
    PUSH_H PUSH_D "a4 44 01 00 5d",
    "H(11 22) D(82 00 00) D(5d)" },
  { "incomplete-packet-says-nothing", PUSH_H "24 44 03 00 82 00", "H(11 22)" },
  { "header-again", PUSH_H PUSH_H, "H(11 22) H(11 22)" },
  { "change-carries-header",
    PUSH_H "24 43 05 00 00 00 00 00 33 " PUSH_D,
    "H(11 22) C() H(33) D(82 00 00)" },
  { "change-without-header",
    PUSH_H "24 43 04 00 00 00 00 00",
    "H(11 22) ! $C at byte 6: PacketLength is 4, 5 to 65531 is right" },
  { "change-first",
    "24 43 05 00 00 00 00 00 33",
    "! $C at byte 0: a push session begins with $H" },
  { "data-first", PUSH_D, "! $D at byte 0: a push session begins with $H" },
  { "filler-first",
    "24 46 00 00",
    "! $F at byte 0: a push session begins with $H" },
  { "filler-dropped",
    PUSH_H "24 46 03 00 24 44 00 24 46 00 00 " PUSH_D,
    "H(11 22) X(46) X(46) D(82 00 00)" },
  { "unknown-dropped",
    PUSH_H "24 5a 02 00 24 24 24 4d 00 00 24 54 00 00 " PUSH_D,
    "H(11 22) X(5a) X(4d) X(54) D(82 00 00)" },
  { "end", PUSH_H "24 45 04 00 00 00 00 00", "H(11 22) end()" },
  { "end-with-error", PUSH_H "24 45 04 00 05 40 00 80", "H(11 22) end()" },
  { "nothing-counts-after-end",
    PUSH_H "24 45 04 00 00 00 00 00 24 45 04 00 00 00 00 00 00 00 00 00 00",
    "H(11 22) end()" },
  { "entry-over",
    PUSH_H "24 45 04 00 01 00 00 00 24 45 04 00 01 00 00 00 "
           "24 43 05 00 00 00 00 00 33 24 45 04 00 01 00 00 00",
    "H(11 22) pause() C() H(33) pause()" },
  { "entry-over-then-end",
    PUSH_H "24 45 04 00 01 00 00 00 24 45 04 00 00 00 00 00",
    "H(11 22) pause() end()" },
  { "end-too-long",
    PUSH_H "24 45 05 00 00 00 00 00 00",
    "H(11 22) ! $E at byte 6: PacketLength is 5, 4 to 4 is right" },
  { "end-too-short",
    PUSH_H "24 45 03 00 00 00 00",
    "H(11 22) ! $E at byte 6: PacketLength is 3, 4 to 4 is right" },
  { "empty-header",
    "24 48 00 00",
    "! $H at byte 0: PacketLength is 0, 1 to 65531 is right" },
  { "header-too-long",
    "24 48 fc ff",
    "! $H at byte 0: PacketLength is 65532, 1 to 65531 is right" },
  { "empty-data",
    PUSH_H "24 44 00 00",
    "H(11 22) ! $D at byte 6: PacketLength is 0, 1 to 65527 is right" },
  { "data-too-long",
    PUSH_H "24 44 f8 ff",
    "H(11 22) ! $D at byte 6: PacketLength is 65528, 1 to 65527 is right" },
  { "packet-pair",
    PUSH_H "24 50 f8 01",
    "H(11 22) ! $P at byte 6: a packet pair that nobody asked for" },
  { "not-mmsh",
    "3c 41 53 58 20",
    "! at byte 0: not an MMSH stream: '$' expected, 3c 41 53 58 found" },
  { "corrupt",
    PUSH_H PUSH_D "00 24 44 01",
    "H(11 22) D(82 00 00) ! at byte 13: the stream is corrupt: '$' expected, "
    "00 24 44 01 found" },
  { "fewer-than-4-stray-bytes", PUSH_H "00 00 00", "H(11 22)" },
  { "sink-refuses-data",
    PUSH_H PUSH_D PUSH_D,
    "H(11 22) D(82 00 00) ! no more",
    "D" },
  { "sink-refuses-change",
    PUSH_H "24 43 05 00 00 00 00 00 33",
    "H(11 22) C() ! no more",
    "C" },
  { "sink-refuses-end",
    PUSH_H "24 45 04 00 00 00 00 00",
    "H(11 22) end() ! no more",
    "end" },
};

#define PULL_H "24 48 0a 00 00 00 00 00 00 0c 0a 00 11 22 "
#define PULL_D "24 44 0a 00 07 00 00 00 00 ff 0a 00 82 5d "
#define PULL_C "24 43 04 00 00 00 00 00 "

static const Row pull_rows[] = {
  { "header-and-data", PULL_H PULL_D PULL_D, "H(11 22) D(82 5d) D(82 5d)" },
  { "burst-bit-masked",
    "a4 48 09 00 00 00 00 00 00 0c 09 00 11 a4 44 09 00 00 00 00 00 00 00 "
    "09 00 5d",
    "H(11) D(5d)" },
  { "header-in-3",
    "24 48 09 00 00 00 00 00 00 04 09 00 11 "
    "24 48 09 00 01 00 00 00 00 00 09 00 22 "
    "24 48 09 00 02 00 00 00 00 08 09 00 33 " PULL_D,
    "H(11 22 33) D(82 5d)" },
  { "first-bit-in-the-middle-is-no-restart",
    "24 48 09 00 00 00 00 00 00 04 09 00 11 "
    "24 48 09 00 01 00 00 00 00 04 09 00 22 "
    "24 48 09 00 02 00 00 00 00 0c 09 00 33 ",
    "H(11 22 33)" },
  { "fragments-may-start-anywhere-and-wrap",
    "24 48 09 00 ff ff ff ff 00 04 09 00 11 "
    "24 48 09 00 00 00 00 00 00 08 09 00 22 ",
    "H(11 22)" },
  { "empty-fragments",
    "24 48 08 00 00 00 00 00 00 04 08 00 "
    "24 48 09 00 01 00 00 00 00 00 09 00 22 "
    "24 48 08 00 02 00 00 00 00 08 08 00 ",
    "H(22)" },
  { "fragment-missing",
    "24 48 09 00 00 00 00 00 00 04 09 00 11 "
    "24 48 09 00 02 00 00 00 00 08 09 00 22 ",
    "! $H at byte 13: fragment 2 follows fragment 0" },
  { "data-inside-header",
    PULL_H "24 48 09 00 00 00 00 00 00 04 09 00 11 " PULL_D,
    "H(11 22) ! $D at byte 27: inside a header of several $H" },
  { "unknown-inside-header",
    "24 48 09 00 00 00 00 00 00 04 09 00 11 24 5a 00 00",
    "! $Z at byte 13: inside a header of several $H" },
  { "empty-header",
    "24 48 08 00 00 00 00 00 00 0c 08 00",
    "! $H at byte 0: the header is empty" },
  { "empty-header-in-2",
    "24 48 08 00 00 00 00 00 00 04 08 00 24 48 08 00 01 00 00 00 00 08 08 00",
    "! $H at byte 12: the header is empty" },
  { "header-too-short",
    "24 48 07 00 00 00 00 00 00 0c 07",
    "! $H at byte 0: PacketLength is 7, 8 to 65535 is right" },
  { "data-before-header",
    PULL_D,
    "! $D at byte 0: a data packet before the header" },
  { "empty-data",
    PULL_H "24 44 08 00 00 00 00 00 00 00 08 00",
    "H(11 22) ! $D at byte 14: PacketLength is 8, 9 to 65535 is right" },
  { "packet-size-disagrees",
    "24 48 09 00 00 00 00 00 00 0c 77 77 11 " PULL_D,
    "H(11) D(82 5d)" },
  { "header-again-in-band",
    PULL_H PULL_D PULL_H,
    "H(11 22) D(82 5d) H(11 22)" },
  { "change", PULL_H PULL_C PULL_H PULL_D, "H(11 22) C() H(11 22) D(82 5d)" },
  { "change-with-more-bytes",
    PULL_H "24 43 08 00 00 00 00 00 24 44 01 02 " PULL_H,
    "H(11 22) C() H(11 22)" },
  { "change-other-reason",
    PULL_H "24 43 04 00 07 00 00 00 " PULL_H,
    "H(11 22) C() H(11 22)" },
  { "change-backwards", PULL_H "24 43 04 00 be 14 0d 40", "H(11 22) end()" },
  { "change-error", PULL_H "24 43 04 00 05 40 00 80", "H(11 22) end()" },
  { "data-before-the-changed-header",
    PULL_H PULL_C PULL_D,
    "H(11 22) C() ! $D at byte 22: a data packet before the header" },
  { "end", PULL_H "24 45 04 00 00 00 00 00", "H(11 22) end()" },
  { "end-rewound", PULL_H "24 45 04 00 09 2f 0d 00", "H(11 22) end()" },
  { "end-promises-more-than-comes",
    PULL_H "24 45 08 00 21 43 00 00",
    "H(11 22) end()" },
  { "end-repeated",
    PULL_H "24 45 04 00 00 00 00 00 24 45 04 00 00 00 00 00 24 45 04",
    "H(11 22) end()" },
  { "entry-over",
    PULL_H
    "24 45 04 00 01 00 00 00 24 45 04 00 01 00 00 00 " PULL_C PULL_H PULL_D
    "24 45 06 00 01 00 00 00 24 24",
    "H(11 22) pause() C() H(11 22) D(82 5d) pause()" },
  { "end-too-short",
    PULL_H "24 45 02 00 00 00",
    "H(11 22) ! $E at byte 14: PacketLength is 2, 4 to 65535 is right" },
  { "test-ignored", "24 54 00 00 " PULL_H, "H(11 22)" },
  { "unknown-dropped",
    "24 5a 01 00 24 " PULL_H "24 46 02 00 24 24 " PULL_D,
    "X(5a) H(11 22) X(46) D(82 5d)" },
  { "packet-pair",
    "24 50 f8 01 00 00 00 00",
    "! $P at byte 0: a packet pair that nobody asked for" },
  { "not-mmsh",
    "5b 52 65 66 65",
    "! at byte 0: not an MMSH stream: '$' expected, 5b 52 65 66 found" },
  { "broken-description-is-forgotten",
    "24 4d 09 00 00 00 00 00 00 04 09 00 70 " PULL_H,
    "H(11 22)" },
};

static void
check_row (SpMmshDirection direction, const Row *row)
{
  g_autoptr (GBytes) input = sp_test_hex (row->hex);
  gsize len;
  const guint8 *data = g_bytes_get_data (input, &len);

  assert_log (direction, data, len, row->stop_at, row->log);
}

static void
test_push (gconstpointer row)
{
  check_row (SP_MMSH_PUSH, row);
}

static void
test_pull (gconstpointer row)
{
  check_row (SP_MMSH_PULL, row);
}

static gboolean
feed_hex (SpMmshDemuxer *demuxer, Events *events, const char *hex)
{
  g_autoptr (GBytes) input = sp_test_hex (hex);
  gsize len;
  const guint8 *data = g_bytes_get_data (input, &len);

  return sp_mmsh_demuxer_feed (demuxer, data, len, &sink, events, NULL);
}

static void
test_next_body (void)
{
  g_autoptr (SpMmshDemuxer) demuxer = sp_mmsh_demuxer_new (SP_MMSH_PUSH);
  g_autoptr (GString) log = g_string_new (NULL);
  Events events = { log, NULL };

  g_assert_false (sp_mmsh_demuxer_next_body (demuxer));
  g_assert_true (feed_hex (demuxer, &events, PUSH_H "24 44 03 00 82 00"));
  g_assert_true (sp_mmsh_demuxer_next_body (demuxer));
  g_assert_true (feed_hex (demuxer, &events, PUSH_D "24 46 09 00 00"));
  g_assert_false (sp_mmsh_demuxer_next_body (demuxer));
  g_assert_true (feed_hex (demuxer, &events, PUSH_D "24 44 03"));
  g_assert_false (sp_mmsh_demuxer_next_body (demuxer));
  g_assert_true (
      feed_hex (demuxer, &events, "24 43 05 00 00 00 00 00 33 24 44"));
  g_assert_cmpstr (
      log->str, ==, "H(11 22) D(82 00 00) X(46) D(82 00 00) C() H(33) ");
}

static void
test_error_outlives_body (void)
{
  g_autoptr (SpMmshDemuxer) demuxer = sp_mmsh_demuxer_new (SP_MMSH_PUSH);
  g_autoptr (GString) log = g_string_new (NULL);
  Events events = { log, NULL };

  g_assert_false (feed_hex (demuxer, &events, PUSH_H "00 00 00 00"));
  (void)sp_mmsh_demuxer_next_body (demuxer);
  g_assert_false (feed_hex (demuxer, &events, PUSH_D));
  g_assert_cmpstr (log->str, ==, "H(11 22) ");
}

static void
test_error_is_a_protocol_error (void)
{
  g_autoptr (SpMmshDemuxer) demuxer = sp_mmsh_demuxer_new (SP_MMSH_PULL);
  g_autoptr (GError) error = NULL;
  static const guint8 html[] = "<html>";

  g_assert_false (
      sp_mmsh_demuxer_feed (demuxer, html, sizeof html, &sink, NULL, &error));
  g_assert_error (error, SP_ERROR, SP_ERROR_PROTOCOL);
}

/* What lies whole in the input is handed out in place. */
static gboolean
on_data_in_place (gpointer user_data,
                  const guint8 *data,
                  gsize len,
                  GError **error)
{
  const guint8 **at = user_data;

  *at = data;
  return TRUE;
}

static void
test_no_copy (void)
{
  static const SpSinkClass in_place
      = { .on_header = on_data_in_place, .on_data = on_data_in_place };
  g_autoptr (SpMmshDemuxer) demuxer = sp_mmsh_demuxer_new (SP_MMSH_PULL);
  g_autoptr (GBytes) input = sp_test_hex (PULL_H PULL_D);
  const guint8 *at = NULL;
  gsize len;
  const guint8 *data = g_bytes_get_data (input, &len);

  g_assert_true (
      sp_mmsh_demuxer_feed (demuxer, data, len, &in_place, &at, NULL));
  g_assert_true (at == data + 26);
}

static void
add_rows (const char *folder,
          const Row *rows,
          guint n_rows,
          GTestDataFunc function)
{
  for (guint i = 0; i < n_rows; i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/mmsh-demuxer/%s/%s", folder, rows[i].name);

      g_test_add_data_func (path, &rows[i], function);
    }
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  add_rows ("push", push_rows, G_N_ELEMENTS (push_rows), test_push);
  add_rows ("pull", pull_rows, G_N_ELEMENTS (pull_rows), test_pull);
  g_test_add_func ("/mmsh-demuxer/next-body", test_next_body);
  g_test_add_func ("/mmsh-demuxer/error-outlives-body",
                   test_error_outlives_body);
  g_test_add_func ("/mmsh-demuxer/error-is-a-protocol-error",
                   test_error_is_a_protocol_error);
  g_test_add_func ("/mmsh-demuxer/no-copy", test_no_copy);
  return g_test_run ();
}
