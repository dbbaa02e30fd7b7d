/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-http-request.h"

#include "sp-test.h"

#include <string.h>

/* What the first @n bytes say, from memory of exactly that size. */
static guint
verdict_of (const GString *text, gsize n, SpHttpVerdict *verdict)
{
  g_autofree guint8 *exact = sp_test_exact (text->str, n);
  SpHttpRequest request;
  gsize used = 0;
  guint status = 0;
  const char *why = NULL;

  *verdict = sp_http_request_parse (&request, exact, n, &used, &status, &why);
  sp_http_request_clear (&request);
  return status;
}

/* @text is refused with @status at its byte @at (the first is 1), not before,
 * and stays refused. */
static void
check_refused (const GString *text, guint status, gsize at)
{
  SpHttpVerdict verdict;

  for (gsize n = 0; n < at; n += n + 200 < at ? 97 : 1)
    {
      verdict_of (text, n, &verdict);
      g_assert_cmpint (verdict, ==, SP_HTTP_MORE);
    }
  for (gsize n = at; n <= text->len; n++)
    {
      g_assert_cmpuint (verdict_of (text, n, &verdict), ==, status);
      g_assert_cmpint (verdict, ==, SP_HTTP_BAD);
    }
}

static void
check_ready (const GString *text)
{
  SpHttpVerdict verdict;

  verdict_of (text, text->len - 1, &verdict);
  g_assert_cmpint (verdict, ==, SP_HTTP_MORE);
  verdict_of (text, text->len, &verdict);
  g_assert_cmpint (verdict, ==, SP_HTTP_READY);
}

static void
append_many (GString *text, char c, gsize n)
{
  gsize old = text->len;

  g_string_set_size (text, old + n);
  memset (text->str + old, c, n);
}

/* "GET /aaa HTTP/1.1", @len bytes long */
static GString *
request_line (gsize len)
{
  GString *text = g_string_new ("GET /");

  append_many (text, 'a', len - strlen ("GET / HTTP/1.1"));
  g_string_append (text, " HTTP/1.1");
  return text;
}

static void
test_line (void)
{
  GString *text = request_line (SP_HTTP_MAX_LINE);

  g_string_append (text, "\r\n\r\n");
  check_ready (text);
  g_string_free (text, TRUE);
}

static void
test_line_too_long (void)
{
  GString *text = request_line (SP_HTTP_MAX_LINE + 1);

  g_string_append (text, "\r\n\r\n");
  check_refused (text, 414, SP_HTTP_MAX_LINE + 2);
  g_string_free (text, TRUE);
}

static void
test_line_too_long_bare (void)
{
  GString *text = request_line (SP_HTTP_MAX_LINE + 1);

  g_string_append (text, "\n\n");
  check_refused (text, 414, SP_HTTP_MAX_LINE + 2);
  g_string_free (text, TRUE);
}

static void
test_line_without_end (void)
{
  GString *text = g_string_new (NULL);

  append_many (text, 'A', SP_HTTP_MAX_LINE + 10);
  check_refused (text, 414, SP_HTTP_MAX_LINE + 2);
  g_string_free (text, TRUE);
}

/* A head of @len bytes whose last header line is long. */
static GString *
long_head (gsize len)
{
  GString *text = g_string_new ("GET /a HTTP/1.1\r\nHost: h\r\nX: ");

  append_many (text, 'x', len - text->len - strlen ("\r\n\r\n"));
  g_string_append (text, "\r\n\r\n");
  return text;
}

static void
test_head (void)
{
  GString *text = long_head (SP_HTTP_MAX_HEAD);

  check_ready (text);
  g_string_free (text, TRUE);
}

static void
test_head_too_long (void)
{
  GString *text = long_head (SP_HTTP_MAX_HEAD + 1);

  check_refused (text, 431, SP_HTTP_MAX_HEAD + 1);
  g_string_free (text, TRUE);
}

static void
test_head_without_end (void)
{
  GString *text = g_string_new ("GET /a HTTP/1.1\r\n");

  append_many (text, 'x', SP_HTTP_MAX_HEAD);
  check_refused (text, 431, SP_HTTP_MAX_HEAD + 1);
  g_string_free (text, TRUE);
}

static GString *
many_headers (guint n)
{
  GString *text = g_string_new ("GET /a HTTP/1.1\r\n");

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "X-%u: y\r\n", i);
  return text;
}

static void
test_lines (void)
{
  GString *text = many_headers (128);

  g_string_append (text, "\r\n");
  check_ready (text);
  g_string_free (text, TRUE);
}

static void
test_too_many_lines (void)
{
  GString *text = many_headers (129);
  gsize at = text->len;

  g_string_append (text, "\r\n");
  check_refused (text, 431, at);
  g_string_free (text, TRUE);
}

/* A byte at a time costs a scan each, never a parse: 64 Ki calls in the worst
 * case, and no allocation before the end. */
static void
test_slow_sender (void)
{
  GString *text = many_headers (128);
  gint64 began_us = g_get_monotonic_time ();
  SpHttpVerdict verdict = SP_HTTP_MORE;

  append_many (text, 'x', SP_HTTP_MAX_HEAD - text->len);
  for (gsize n = 1; n <= text->len; n++)
    {
      SpHttpRequest request;
      gsize used;
      guint status;
      const char *why;

      verdict = sp_http_request_parse (
          &request, (const guint8 *)text->str, n, &used, &status, &why);
      g_assert_cmpint (verdict, ==, SP_HTTP_MORE);
    }
  g_test_message ("%" G_GSIZE_FORMAT " calls in %" G_GINT64_FORMAT " us",
                  text->len,
                  g_get_monotonic_time () - began_us);
  g_string_free (text, TRUE);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/http-request/limits/line", test_line);
  g_test_add_func ("/http-request/limits/line-too-long", test_line_too_long);
  g_test_add_func ("/http-request/limits/line-too-long-bare",
                   test_line_too_long_bare);
  g_test_add_func ("/http-request/limits/line-without-end",
                   test_line_without_end);
  g_test_add_func ("/http-request/limits/head", test_head);
  g_test_add_func ("/http-request/limits/head-too-long", test_head_too_long);
  g_test_add_func ("/http-request/limits/head-without-end",
                   test_head_without_end);
  g_test_add_func ("/http-request/limits/128-lines", test_lines);
  g_test_add_func ("/http-request/limits/129-lines", test_too_many_lines);
  g_test_add_func ("/http-request/limits/byte-by-byte", test_slow_sender);
  return g_test_run ();
}
