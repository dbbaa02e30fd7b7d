/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-strict.h"
#include "sp-test.h"

#define HEAD "HTTP/1.0 200 OK\r\n\r\n"
#define HEAD_CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
#define H "24 48 0a 00 00000000 00 0c 0a 00 6162"
#define H_B "24 48 0a 00 00000000 00 0c 0a 00 6163"
#define D0 "24 44 09 00 05000000 00 00 09 00 01"
#define D1 "24 44 09 00 06000000 00 01 09 00 02"
#define C "24 43 04 00 00000000"
#define E "24 45 04 00 00000000"

/* The checker must be able to complain, or the suite shows nothing. */
typedef struct
{
  const char *name;
  const char *head;
  const char *body;      /* hex */
  const char *complaint; /* part of it; NULL: none */
  guint n_data;
  guint n_headers;
} Row;

static const Row rows[] = {
  { "good", HEAD, H D0 D1 E, NULL, 2, 1 },
  { "change", HEAD, H D0 C H_B D1 E, NULL, 2, 2 },
  { "gap", HEAD, H D0 "24 44 09 00 09000000 00 01 09 00 02", NULL, 2, 1 },
  { "backwards",
    HEAD,
    H D0 "24 44 09 00 04000000 00 01 09 00 02",
    "LocationId 4 after 5",
    1,
    1 },
  { "af-flags",
    HEAD,
    H D0 "24 44 09 00 06000000 00 02 09 00 02",
    "AFFlags 2 instead of 1",
    1,
    1 },
  { "data-first", HEAD, D0, "$D before", 0, 0 },
  { "bare-header", HEAD, H D0 H_B, "without a $C", 1, 1 },
  { "change-without-header", HEAD, H C D0, "$D before", 0, 1 },
  { "long-change", HEAD, H "24 43 05 00 0000000000", "PacketLength", 0, 1 },
  { "long-end", HEAD, H "24 45 05 00 0000000000", "PacketLength", 0, 1 },
  { "after-end", HEAD, H E D0, "after $E", 0, 1 },
  { "filler", HEAD, H "24 46 02 00 0000", "type 46", 0, 1 },
  { "b-bit", HEAD, H "a4 44 09 00", "begins with a4", 0, 1 },
  { "sizes", HEAD, "24 48 0a 00 00000000 00 0c 0b 00 6162", "differs", 0, 0 },
  { "needless-split",
    HEAD,
    "24 48 09 00 00000000 00 04 09 00 61"
    "24 48 09 00 01000000 00 08 09 00 62",
    "without need",
    0,
    0 },
  { "cut", HEAD, H "24 44 09 00 05", "closed after 5 bytes", 0, 1 },
  { "no-answer", "", "", "before an answer", 0, 0 },
  { "chunks",
    HEAD_CHUNKED,
    "31 30 0d 0a" /* "10" */
    "24 48 0a 00 00000000 00 0c 0a 00 6162 2445 0d 0a"
    "36 0d 0a 04 00 00000000 0d 0a 30 0d 0a 0d 0a",
    NULL,
    0,
    1 },
  { "no-last-chunk", HEAD_CHUNKED, "65 0d 0a" H "0d 0a", "last chunk", 0, 1 },
};

static void
feed (SpStrict *strict, const guint8 *data, gsize len, gsize step)
{
  for (gsize at = 0; at < len; at += step)
    if (!sp_strict_feed (strict, data + at, MIN (step, len - at)))
      return;
}

static void
test_row (gconstpointer user_data)
{
  const Row *row = user_data;
  g_autoptr (GBytes) body = sp_test_hex (row->body);
  gsize len;
  const guint8 *data = g_bytes_get_data (body, &len);

  for (gsize step = 1; step < 64; step += 31)
    {
      g_autoptr (SpStrict) strict = sp_strict_new (SP_STRICT_MMSH);

      feed (strict, (const guint8 *)row->head, strlen (row->head), step);
      feed (strict, data, len, step);
      sp_strict_close (strict);
      if (row->complaint == NULL)
        g_assert_cmpstr (strict->error, ==, NULL);
      else if (strict->error == NULL
               || strstr (strict->error, row->complaint) == NULL)
        g_assert_cmpstr (strict->error, ==, row->complaint);
      g_assert_cmpuint (strict->n_data, ==, row->n_data);
      g_assert_cmpuint (strict->headers->len, ==, row->n_headers);
    }
}

static void
test_gaps (void)
{
  g_autoptr (SpStrict) strict = sp_strict_new (SP_STRICT_MMSH);
  g_autoptr (GBytes) body
      = sp_test_hex (H D0 "24 44 09 00 09000000 00 01 09 00 02");
  gsize len;
  const guint8 *data = g_bytes_get_data (body, &len);

  feed (strict, (const guint8 *)HEAD, strlen (HEAD), 100);
  feed (strict, data, len, 100);
  g_assert_cmpuint (strict->n_gaps, ==, 3);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/strict/%s", rows[i].name);
      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/strict/counts-gaps", test_gaps);
  return g_test_run ();
}
