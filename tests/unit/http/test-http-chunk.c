/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-http-chunk.h"

#include "sp-test.h"

#include <string.h>

/* The verdict at the end of [@data, @data + @len), which is given in pieces
 * that end at @cut (and every @step bytes after it); the body's bytes go into
 * @body, *@used is the sum over the pieces. */
static SpChunkVerdict
decode (const guint8 *data,
        gsize len,
        gsize cut,
        gsize step,
        GByteArray *body,
        gsize *used)
{
  SpHttpChunk chunk;
  SpChunkVerdict verdict = SP_CHUNK_MORE;
  gsize end = MIN (cut, len);

  sp_http_chunk_init (&chunk);
  *used = 0;
  for (gsize at = 0;;)
    {
      g_autofree guint8 *exact = sp_test_exact (data + at, end - at);
      const guint8 *out = NULL;
      gsize out_len = 0;
      gsize n = 0;

      verdict
          = sp_http_chunk_next (&chunk, exact, end - at, &n, &out, &out_len);
      if (verdict == SP_CHUNK_BAD)
        return verdict;
      g_assert_cmpuint (n, <=, end - at);
      at += n;
      *used += n;
      if (verdict == SP_CHUNK_END)
        return verdict;
      if (verdict == SP_CHUNK_DATA)
        {
          g_assert_cmpuint (out_len, >, 0);
          g_assert_true (out + out_len == exact + n);
          g_byte_array_append (body, out, (guint)out_len);
          continue;
        }
      g_assert_cmpuint (at, ==, end);
      if (end == len)
        return verdict;
      end = MIN (end + step, len);
    }
}

typedef struct
{
  const char *name;
  const char *text;
  SpChunkVerdict verdict;
  const char *body;
  gsize left; /* bytes after the end */
} Row;

static const Row rows[] = {
  { "one", "3\r\nabc\r\n0\r\n\r\n", SP_CHUNK_END, "abc" },
  { "two", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", SP_CHUNK_END, "abcde" },
  { "none", "0\r\n\r\n", SP_CHUNK_END, "" },
  { "zeros", "0000\r\n\r\n", SP_CHUNK_END, "" },
  { "next-request-behind", "1\r\na\r\n0\r\n\r\nGET /", SP_CHUNK_END, "a", 5 },
  { "hex",
    "a\r\n0123456789\r\n00A\r\n0123456789\r\n0\r\n\r\n",
    SP_CHUNK_END,
    "01234567890123456789" },
  { "line-feeds", "3\nabc\n0\n\n", SP_CHUNK_END, "abc" },
  { "data-like-lines",
    "6\r\n0\r\n\r\n1\r\n0\r\n\r\n",
    SP_CHUNK_END,
    "0\r\n\r\n1" },
  { "extension", "1;a=b;c=\"d\"\r\na\r\n0;x\r\n\r\n", SP_CHUNK_END, "a" },
  { "blank-after-size", "1 \r\na\r\n0\t\r\n\r\n", SP_CHUNK_END, "a" },
  { "trailers", "1\r\na\r\n0\r\nX: y\r\nZ: 0\r\n\r\n", SP_CHUNK_END, "a" },
  { "trailers-by-line-feed", "0\nX: y\n\n", SP_CHUNK_END, "" },
  { "size-of-16-digits",
    "0000000000000001\r\na\r\n0\r\n\r\n",
    SP_CHUNK_END,
    "a" },
  { "nothing-yet", "", SP_CHUNK_MORE, "" },
  { "half-a-size", "3", SP_CHUNK_MORE, "" },
  { "half-a-chunk", "3\r\nab", SP_CHUNK_MORE, "ab" },
  { "a-huge-chunk", "ffffffffffffffff\r\nab", SP_CHUNK_MORE, "ab" },
  { "before-the-end", "1\r\na\r\n0\r\n\r", SP_CHUNK_MORE, "a" },
  { "trailer-goes-on", "0\r\nX: y\r\n", SP_CHUNK_MORE, "" },
  { "no-size", "\r\n", SP_CHUNK_BAD, "" },
  { "no-digit", "x\r\n", SP_CHUNK_BAD, "" },
  { "negative", "-1\r\n", SP_CHUNK_BAD, "" },
  { "with-0x", "0x1\r\na\r\n", SP_CHUNK_BAD, "" },
  { "only-an-extension", ";a\r\n", SP_CHUNK_BAD, "" },
  { "size-of-17-digits", "00000000000000001\r\na\r\n", SP_CHUNK_BAD, "" },
  { "lone-cr-after-size", "1\ra\r\n", SP_CHUNK_BAD, "" },
  { "lone-cr-in-extension", "1;a\rb\r\na", SP_CHUNK_BAD, "" },
  { "longer-than-said", "1\r\nab\r\n", SP_CHUNK_BAD, "a" },
  { "lone-cr-after-data", "1\r\na\rb", SP_CHUNK_BAD, "a" },
  { "lone-cr-in-trailer", "0\r\nX\rY\r\n\r\n", SP_CHUNK_BAD, "" },
  { "lone-cr-at-the-end", "0\r\n\rX", SP_CHUNK_BAD, "" },
};

static void
check (const Row *row, gsize cut, gsize step)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  gsize len = strlen (row->text);
  gsize used;

  g_assert_cmpint (
      decode ((const guint8 *)row->text, len, cut, step, body, &used),
      ==,
      row->verdict);
  g_assert_cmpmem (body->data, body->len, row->body, strlen (row->body));
  if (row->verdict != SP_CHUNK_BAD)
    g_assert_cmpuint (used, ==, len - row->left);
}

static void
test_row (gconstpointer user_data)
{
  const Row *row = user_data;
  gsize len = strlen (row->text);

  check (row, len, len + 1);
  check (row, 1, 1);
  for (gsize cut = 0; cut <= len; cut++)
    check (row, cut, len + 1);
}

/* A size line or trailers that never end are refused after a few KiB. */
static void
check_endless (const char *start, char c, gsize most)
{
  SpHttpChunk chunk;
  const guint8 *out;
  gsize out_len;
  gsize used;
  gsize n = 0;
  SpChunkVerdict verdict;

  sp_http_chunk_init (&chunk);
  verdict = sp_http_chunk_next (
      &chunk, (const guint8 *)start, strlen (start), &used, &out, &out_len);
  for (; verdict == SP_CHUNK_MORE; n++)
    {
      guint8 byte = (guint8)c;

      g_assert_cmpuint (n, <=, most);
      verdict = sp_http_chunk_next (&chunk, &byte, 1, &used, &out, &out_len);
    }
  g_assert_cmpint (verdict, ==, SP_CHUNK_BAD);
  g_assert_cmpuint (n, >, 1000);
}

static void
test_endless (void)
{
  check_endless ("1;", 'x', 4096);
  check_endless ("0\r\n", 'x', 8192);
  check_endless ("0\r\nX: ", 'x', 8192);
}

static void
test_after_the_end (void)
{
  static const guint8 text[] = "0\r\n\r\n1\r\na";
  SpHttpChunk chunk;
  const guint8 *out;
  gsize out_len;
  gsize used;

  sp_http_chunk_init (&chunk);
  g_assert_cmpint (sp_http_chunk_next (&chunk, text, 9, &used, &out, &out_len),
                   ==,
                   SP_CHUNK_END);
  g_assert_cmpint (
      sp_http_chunk_next (&chunk, text + used, 4, &used, &out, &out_len),
      ==,
      SP_CHUNK_END);
  g_assert_cmpuint (used, ==, 0);
}

static void
test_stays_bad (void)
{
  SpHttpChunk chunk;
  const guint8 *out;
  gsize out_len;
  gsize used;

  sp_http_chunk_init (&chunk);
  g_assert_cmpint (sp_http_chunk_next (
                       &chunk, (const guint8 *)"x", 1, &used, &out, &out_len),
                   ==,
                   SP_CHUNK_BAD);
  g_assert_cmpint (
      sp_http_chunk_next (
          &chunk, (const guint8 *)"0\n\n", 3, &used, &out, &out_len),
      ==,
      SP_CHUNK_BAD);
}

static void
check_line (gsize len, const char *expected)
{
  guint8 line[18];

  g_assert_cmpmem (
      line, sp_http_chunk_line (line, len), expected, strlen (expected));
}

static void
test_line (void)
{
  check_line (0, "0\r\n");
  check_line (1, "1\r\n");
  check_line (15, "F\r\n");
  check_line (16, "10\r\n");
  check_line (500, "1F4\r\n");
  check_line (65539, "10003\r\n");
  check_line (G_MAXUINT32, "FFFFFFFF\r\n");
#if GLIB_SIZEOF_SIZE_T == 8
  check_line (G_MAXSIZE, "FFFFFFFFFFFFFFFF\r\n");
#endif
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path
          = g_strconcat ("/http-chunk/next/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/http-chunk/next/endless-lines", test_endless);
  g_test_add_func ("/http-chunk/next/after-the-end", test_after_the_end);
  g_test_add_func ("/http-chunk/next/stays-bad", test_stays_bad);
  g_test_add_func ("/http-chunk/line", test_line);
  return g_test_run ();
}
