/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-http-request.h"

#include "sp-test.h"

#include <string.h>

/* The verdict on the first @len bytes, from memory of exactly that size. */
static SpHttpVerdict
parse (SpHttpRequest *request,
       const char *text,
       gsize len,
       gsize *used,
       guint *status,
       const char **why)
{
  g_autofree guint8 *exact = sp_test_exact (text, len);

  *used = 0;
  *status = 0;
  *why = NULL;
  return sp_http_request_parse (request, exact, len, used, status, why);
}

/* As a connection does it: again and again as more comes, @step bytes at a
 * time. At the first verdict that is not "more" it stops. */
static SpHttpVerdict
feed (SpHttpRequest *request,
      const char *text,
      gsize len,
      gsize step,
      gsize *used,
      guint *status,
      const char **why)
{
  SpHttpVerdict verdict = SP_HTTP_MORE;

  for (gsize n = MIN (step, len);; n = MIN (n + step, len))
    {
      verdict = parse (request, text, n, used, status, why);
      if (verdict != SP_HTTP_MORE || n == len)
        return verdict;
    }
}

static char *
describe (const SpHttpRequest *request)
{
  GString *text = g_string_new (NULL);
  SoupMessageHeadersIter iter;
  const char *name;
  const char *value;

  g_string_printf (text,
                   "%d 1.%u %s ? %s @ %s length %d %" G_GUINT64_FORMAT
                   " chunked %d close %d keep %d continue %d\n",
                   request->method,
                   request->minor,
                   request->path,
                   request->query,
                   request->host,
                   request->has_length,
                   request->content_length,
                   request->is_chunked,
                   request->wants_close,
                   request->has_keep_alive,
                   request->wants_continue);
  if (request->headers == NULL)
    return g_string_free (text, FALSE);
  soup_message_headers_iter_init (&iter, request->headers);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    g_string_append_printf (text, "%s: %s\n", name, value);
  return g_string_free (text, FALSE);
}

/* However @text is cut, with @step between the cuts, the outcome is that of
 * the whole; with another request behind it too. */
static void
check_cuts (const char *text, gsize len, gsize step)
{
  SpHttpRequest whole;
  SpHttpRequest cut;
  gsize whole_used;
  gsize used;
  guint whole_status;
  guint status;
  const char *whole_why;
  const char *why;
  SpHttpVerdict verdict
      = parse (&whole, text, len, &whole_used, &whole_status, &whole_why);
  g_autofree char *expected = describe (&whole);
  gboolean was_decided = FALSE;

  for (gsize n = 0; n <= len; n += step)
    {
      SpHttpVerdict here = parse (&cut, text, n, &used, &status, &why);

      if (here != SP_HTTP_MORE || was_decided)
        {
          g_autofree char *text_cut = describe (&cut);

          was_decided = TRUE;
          g_assert_cmpint (here, ==, verdict);
          g_assert_cmpuint (used, ==, whole_used);
          g_assert_cmpuint (status, ==, whole_status);
          g_assert_cmpstr (why, ==, whole_why);
          g_assert_cmpstr (text_cut, ==, expected);
        }
      sp_http_request_clear (&cut);
    }
  g_assert_cmpint (
      feed (&cut, text, len, step, &used, &status, &why), ==, verdict);
  g_assert_cmpuint (used, ==, whole_used);
  g_assert_cmpuint (status, ==, whole_status);
  sp_http_request_clear (&cut);
  sp_http_request_clear (&whole);
}

typedef struct
{
  const char *name;
  const char *text;
  SpHttpRequest expected; /* but for the headers */
  gsize left;             /* bytes of @text after the head */
} GoodRow;

#define HEAD_10(...)                                                           \
  {                                                                            \
    .path = (char *)"/a", .wants_close = TRUE, __VA_ARGS__                     \
  }
#define HEAD_11(...)                                                           \
  {                                                                            \
    .minor = 1, .path = (char *)"/a", .host = (char *)"h", __VA_ARGS__         \
  }
#define GET_11 "GET /a HTTP/1.1\r\nHost: h\r\n"
#define POST_11 "POST /a HTTP/1.1\r\nHost: h\r\n"

static const GoodRow good_rows[] = {
  { "plain", GET_11 "\r\n", HEAD_11 () },
  { "one-zero", "GET /a HTTP/1.0\r\n\r\n", HEAD_10 () },
  { "one-point-nine-counts-as-one",
    "GET /a HTTP/1.9\r\n\r\n",
    { .minor = 1, .path = (char *)"/a" } },
  { "bare-line-feeds", "GET /a HTTP/1.1\nHost: h\n\n", HEAD_11 () },
  { "line-ends-mixed", "GET /a HTTP/1.1\nHost: h\r\n\n", HEAD_11 () },
  { "empty-lines-before", "\r\n\r\n" GET_11 "\r\n", HEAD_11 () },
  { "line-feeds-before", "\n\n\n\n" GET_11 "\r\n", HEAD_11 () },
  { "next-request-behind", GET_11 "\r\nGET /b HTTP/1.1\r\n", HEAD_11 (), 17 },
  { "body-behind",
    POST_11 "Content-Length: 3\r\n\r\nabc",
    HEAD_11 (.method = SP_HTTP_METHOD_POST,
             .has_length = TRUE,
             .content_length = 3),
    3 },
  { "other-method",
    "PUT /a HTTP/1.1\r\nHost: h\r\n\r\n",
    HEAD_11 (.method = SP_HTTP_METHOD_OTHER) },
  { "methods-have-case",
    "GeT /a HTTP/1.1\r\nHost: h\r\n\r\n",
    HEAD_11 (.method = SP_HTTP_METHOD_OTHER) },
  { "head",
    "HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n",
    HEAD_11 (.method = SP_HTTP_METHOD_HEAD) },
  { "options-star",
    "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
    { .method = SP_HTTP_METHOD_OPTIONS,
      .minor = 1,
      .path = (char *)"*",
      .host = (char *)"h" } },
  { "options-of-a-host",
    "OPTIONS http://x:1 HTTP/1.1\r\nHost: h\r\n\r\n",
    { .method = SP_HTTP_METHOD_OPTIONS,
      .minor = 1,
      .path = (char *)"*",
      .host = (char *)"x:1" } },
  { "query",
    "GET /a?WMCache=0&x=%41 HTTP/1.1\r\nHost: h\r\n\r\n",
    HEAD_11 (.query = (char *)"WMCache=0&x=%41") },
  { "empty-query",
    "GET /a? HTTP/1.1\r\nHost: h\r\n\r\n",
    HEAD_11 (.query = (char *)"") },
  { "fragment-is-cut-off",
    "GET /a?b#c HTTP/1.1\r\nHost: h\r\n\r\n",
    HEAD_11 (.query = (char *)"b") },
  { "question-mark-in-fragment",
    "GET /a#b?c HTTP/1.1\r\nHost: h\r\n\r\n",
    HEAD_11 () },
  { "percent-escapes",
    "GET /%c3%A9%2f%3F HTTP/1.0\r\n\r\n",
    { .path = (char *)"/\xc3\xa9/?", .wants_close = TRUE } },
  { "raw-utf8",
    "GET /\xc3\xa9 HTTP/1.0\r\n\r\n",
    { .path = (char *)"/\xc3\xa9", .wants_close = TRUE } },
  { "two-slashes",
    "GET //a/b HTTP/1.0\r\n\r\n",
    { .path = (char *)"//a/b", .wants_close = TRUE } },
  { "absolute",
    "GET http://x/a HTTP/1.0\r\n\r\n",
    HEAD_10 (.host = (char *)"x") },
  { "absolute-beats-host",
    "GET http://x:8/a?q HTTP/1.1\r\nHost: h\r\n\r\n",
    { .minor = 1,
      .path = (char *)"/a",
      .query = (char *)"q",
      .host = (char *)"x:8" } },
  { "absolute-without-path",
    "GET http://x HTTP/1.0\r\n\r\n",
    { .path = (char *)"/", .host = (char *)"x", .wants_close = TRUE } },
  { "absolute-escaped",
    "GET http://x/%61 HTTP/1.0\r\n\r\n",
    HEAD_10 (.host = (char *)"x") },
  { "absolute-ipv6",
    "GET mms://[::1]:80/a HTTP/1.0\r\n\r\n",
    HEAD_10 (.host = (char *)"[::1]:80") },
  { "host-ipv6",
    "GET /a HTTP/1.0\r\nHost: [fe80::1]:8086\r\n\r\n",
    HEAD_10 (.host = (char *)"[fe80::1]:8086") },
  { "host-empty", "GET /a HTTP/1.0\r\nHost:\r\n\r\n", HEAD_10 () },
  { "name-without-case", "GET /a HTTP/1.1\r\nhOST:h\t \r\n\r\n", HEAD_11 () },
  { "close",
    GET_11 "Connection: Close\r\n\r\n",
    HEAD_11 (.wants_close = TRUE) },
  { "close-in-a-list",
    GET_11 "Connection: x, close ,y\r\n\r\n",
    HEAD_11 (.wants_close = TRUE) },
  { "close-in-a-second-line",
    GET_11 "Connection: x\r\nConnection: close\r\n\r\n",
    HEAD_11 (.wants_close = TRUE) },
  { "keep-alive",
    GET_11 "Connection: Keep-Alive\r\n\r\n",
    HEAD_11 (.has_keep_alive = TRUE) },
  { "one-zero-keep-alive",
    "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    { .path = (char *)"/a", .has_keep_alive = TRUE } },
  { "close-beats-keep-alive",
    GET_11 "Connection: keep-alive, close\r\n\r\n",
    HEAD_11 (.has_keep_alive = TRUE, .wants_close = TRUE) },
  { "one-zero-connection-names-the-length",
    "POST /a HTTP/1.0\r\nConnection: Content-Length\r\n"
    "Content-Length: 3\r\n\r\nabc",
    HEAD_10 (.method = SP_HTTP_METHOD_POST,
             .has_length = TRUE,
             .content_length = 3),
    3 },
  { "length-of-2-gib",
    POST_11 "Content-Length: 2147483647\r\n\r\n",
    HEAD_11 (.method = SP_HTTP_METHOD_POST,
             .has_length = TRUE,
             .content_length = 2147483647) },
  { "length-of-64-bits",
    POST_11 "Content-Length: 18446744073709551615\r\n\r\n",
    HEAD_11 (.method = SP_HTTP_METHOD_POST,
             .has_length = TRUE,
             .content_length = G_MAXUINT64) },
  { "length-of-0",
    POST_11 "Content-Length: 0\r\n\r\n",
    HEAD_11 (.method = SP_HTTP_METHOD_POST, .has_length = TRUE) },
  { "length-twice-the-same",
    POST_11 "Content-Length: 5\r\ncontent-length: 5\r\n\r\n",
    HEAD_11 (.method = SP_HTTP_METHOD_POST,
             .has_length = TRUE,
             .content_length = 5) },
  { "chunked",
    POST_11 "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n",
    HEAD_11 (.method = SP_HTTP_METHOD_POST, .is_chunked = TRUE),
    5 },
  { "continue",
    POST_11 "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\n",
    HEAD_11 (.method = SP_HTTP_METHOD_POST,
             .has_length = TRUE,
             .content_length = 1,
             .wants_continue = TRUE) },
  { "one-zero-knows-no-continue",
    "GET /a HTTP/1.0\r\nExpect: 100-continue\r\n\r\n",
    HEAD_10 () },
  { "values-of-any-bytes", GET_11 "X: \xff\xfe\ty\r\nY:\r\n\r\n", HEAD_11 () },
};

static void
test_good (gconstpointer user_data)
{
  const GoodRow *row = user_data;
  gsize len = strlen (row->text);
  SpHttpRequest request;
  gsize used;
  guint status;
  const char *why;
  g_autofree char *expected = describe (&row->expected);
  g_autofree char *got = NULL;

  g_assert_cmpint (parse (&request, row->text, len, &used, &status, &why),
                   ==,
                   SP_HTTP_READY);
  g_clear_pointer (&request.headers, soup_message_headers_unref);
  got = describe (&request);
  g_assert_cmpstr (got, ==, expected);
  g_assert_cmpuint (used, ==, len - row->left);
  sp_http_request_clear (&request);
  check_cuts (row->text, len, 1);
}

typedef struct
{
  const char *name;
  const char *text;
  gssize len; /* 0: of the string */
  SpHttpVerdict verdict;
  guint status;
} BadRow;

#define BAD(name, status, text)                                                \
  {                                                                            \
    name, text, sizeof text - 1, SP_HTTP_BAD, status                           \
  }
#define FOREIGN(name, text)                                                    \
  {                                                                            \
    name, text, sizeof text - 1, SP_HTTP_FOREIGN, 0                            \
  }
#define MORE(name, text)                                                       \
  {                                                                            \
    name, text, sizeof text - 1, SP_HTTP_MORE, 0                               \
  }

static const BadRow bad_rows[] = {
  MORE ("more/nothing", ""),
  MORE ("more/empty-lines", "\r\n\r\n"),
  MORE ("more/half-of-an-empty-line", "\r\n\r"),
  MORE ("more/request-line", "GET /a HTTP/1.1"),
  MORE ("more/no-empty-line", GET_11),
  MORE ("more/half-an-empty-line", GET_11 "\r"),
  FOREIGN ("foreign/mmst", "\1\0\0\0\xce\xfa\x0b\xb0"),
  FOREIGN ("foreign/tls", "\x16\3\1\2\0\1\0\1\xfc\3\3"),
  FOREIGN ("foreign/http2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  FOREIGN ("foreign/rtsp", "OPTIONS rtsp://h/a RTSP/1.0\r\nCSeq: 1\r\n\r\n"),
  FOREIGN ("foreign/lower-case", "get / HTTP/1.1\r\n\r\n"),
  FOREIGN ("foreign/blank", " GET / HTTP/1.1\r\n\r\n"),
  FOREIGN ("foreign/lone-cr", "\rGET / HTTP/1.1\r\n\r\n"),
  FOREIGN ("foreign/five-empty-lines", "\n\n\n\n\nGET / HTTP/1.1\r\n\r\n"),
  BAD ("line/http-0.9", 400, "GET /a\r\n"),
  BAD ("line/no-target", 400, "GET HTTP/1.1\r\n\r\n"),
  BAD ("line/empty-target", 400, "GET  HTTP/1.1\r\n\r\n"),
  BAD ("line/one-word", 400, "GET\r\n"),
  BAD ("line/two-blanks", 400, "GET  /a HTTP/1.1\r\n\r\n"),
  BAD ("line/blank-in-target", 400, "GET /a b HTTP/1.1\r\n\r\n"),
  BAD ("line/tab", 400, "GET\t/a\tHTTP/1.1\r\n\r\n"),
  BAD ("line/blank-at-end", 400, "GET /a HTTP/1.1 \r\n\r\n"),
  BAD ("line/cr-inside", 400, "GET /a\rb HTTP/1.1\r\n\r\n"),
  BAD ("line/two-crs", 400, "GET /a HTTP/1.1\r\r\n\r\n"),
  BAD ("line/nul-in-method", 400, "G\0T /a HTTP/1.1\r\n\r\n"),
  BAD ("line/nul-in-target", 400, "GET /\0 HTTP/1.1\r\n\r\n"),
  BAD ("line/delete", 400, "GET /\x7f HTTP/1.1\r\n\r\n"),
  BAD ("line/delete-in-query", 400, "GET /a?\x7f HTTP/1.1\r\n\r\n"),
  BAD ("line/method-of-odd-bytes", 400, "G(T /a HTTP/1.1\r\n\r\n"),
  BAD ("line/method-of-high-bytes", 400, "G\xc3\xa9T /a HTTP/1.1\r\n\r\n"),
  BAD ("version/of-another", 400, "GET /a HTTQ/1.1\r\n\r\n"),
  BAD ("version/lower-case", 400, "GET /a http/1.1\r\n\r\n"),
  BAD ("version/long", 400, "GET /a HTTP/1.10\r\n\r\n"),
  BAD ("version/short", 400, "GET /a HTTP/1\r\n\r\n"),
  BAD ("version/letters", 400, "GET /a HTTP/x.y\r\n\r\n"),
  BAD ("version/0.9", 400, "GET /a HTTP/0.9\r\n\r\n"),
  BAD ("version/2", 505, "GET /a HTTP/2.0\r\n\r\n"),
  BAD ("version/3-before-the-head-ends", 505, "GET /a HTTP/3.0\r\n"),
  BAD ("target/relative", 400, "GET a HTTP/1.1\r\n\r\n"),
  BAD ("target/star-of-get", 400, "GET * HTTP/1.1\r\n\r\n"),
  BAD ("target/authority", 400, "CONNECT h:443 HTTP/1.1\r\n\r\n"),
  BAD ("target/other-scheme", 400, "GET ftp://h/a HTTP/1.1\r\n\r\n"),
  BAD ("target/no-host", 400, "GET http:///a HTTP/1.1\r\n\r\n"),
  BAD ("target/bad-port", 400, "GET http://h:99999/a HTTP/1.1\r\n\r\n"),
  BAD ("target/escaped-nul", 400, "GET /%00 HTTP/1.1\r\n\r\n"),
  BAD ("target/escaped-line-end", 400, "GET /a%0d%0ab HTTP/1.1\r\n\r\n"),
  BAD ("target/escaped-tab", 400, "GET /a%09 HTTP/1.1\r\n\r\n"),
  BAD ("target/escaped-rubbish", 400, "GET /%zz HTTP/1.1\r\n\r\n"),
  BAD ("target/escape-cut-off", 400, "GET /%4 HTTP/1.1\r\n\r\n"),
  BAD ("target/no-utf8", 400, "GET /%c3%28 HTTP/1.1\r\n\r\n"),
  BAD ("target/overlong-utf8", 400, "GET /%c0%af HTTP/1.1\r\n\r\n"),
  BAD ("target/raw-no-utf8", 400, "GET /\xff HTTP/1.1\r\n\r\n"),
  BAD ("target/absolute-nul", 400, "GET http://h/%00 HTTP/1.1\r\n\r\n"),
  BAD ("header/no-colon", 400, GET_11 "rubbish\r\n\r\n"),
  BAD ("header/no-name", 400, GET_11 ": x\r\n\r\n"),
  BAD ("header/blank-before-colon", 400, GET_11 "X : y\r\n\r\n"),
  BAD ("header/blank-in-name", 400, GET_11 "X y: z\r\n\r\n"),
  BAD ("header/folded", 400, GET_11 "X: y\r\n z\r\n\r\n"),
  BAD ("header/folded-by-tab", 400, GET_11 "X: y\r\n\tz\r\n\r\n"),
  BAD ("header/folded-at-once", 400, "GET /a HTTP/1.1\r\n Host: h\r\n\r\n"),
  BAD ("header/nul", 400, GET_11 "X: \0\r\n\r\n"),
  BAD ("header/nul-in-name", 400, GET_11 "X\0: y\r\n\r\n"),
  BAD ("header/control", 400, GET_11 "X: \x01\r\n\r\n"),
  BAD ("header/delete", 400, GET_11 "X: \x7f\r\n\r\n"),
  BAD ("header/lone-cr", 400, GET_11 "X: a\rB: c\r\n\r\n"),
  BAD ("header/two-crs", 400, GET_11 "X: a\r\r\n\r\n"),
  BAD ("host/twice", 400, GET_11 "Host: h\r\n\r\n"),
  BAD ("host/markup", 400, "GET /a HTTP/1.1\r\nHost: <b>\r\n\r\n"),
  BAD ("host/blank", 400, "GET /a HTTP/1.1\r\nHost: a b\r\n\r\n"),
  BAD ("host/slash", 400, "GET /a HTTP/1.1\r\nHost: a/b\r\n\r\n"),
  BAD ("length/negative", 400, POST_11 "Content-Length: -1\r\n\r\n"),
  BAD ("length/signed", 400, POST_11 "Content-Length: +1\r\n\r\n"),
  BAD ("length/hex", 400, POST_11 "Content-Length: 0x10\r\n\r\n"),
  BAD ("length/empty", 400, POST_11 "Content-Length:\r\n\r\n"),
  BAD ("length/list", 400, POST_11 "Content-Length: 5, 5\r\n\r\n"),
  BAD ("length/65-bits",
       400,
       POST_11 "Content-Length: 18446744073709551616\r\n\r\n"),
  BAD ("length/two-of-them",
       400,
       POST_11 "Content-Length: 5\r\nContent-Length: 6\r\n\r\n"),
  BAD ("length/beside-a-coding",
       400,
       POST_11 "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"),
  BAD ("coding/one-zero",
       400,
       "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
  BAD ("coding/gzip", 501, POST_11 "Transfer-Encoding: gzip\r\n\r\n"),
  BAD ("coding/list", 501, POST_11 "Transfer-Encoding: gzip, chunked\r\n\r\n"),
  BAD ("coding/twice",
       501,
       POST_11
       "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
  BAD ("coding/identity", 501, POST_11 "Transfer-Encoding: identity\r\n\r\n"),
};

static void
test_bad (gconstpointer user_data)
{
  const BadRow *row = user_data;
  gsize len = (gsize)row->len;
  SpHttpRequest request;
  gsize used;
  guint status;
  const char *why;

  g_assert_cmpint (
      parse (&request, row->text, len, &used, &status, &why), ==, row->verdict);
  g_assert_cmpuint (status, ==, row->status);
  g_assert_cmpint (why != NULL, ==, row->verdict == SP_HTTP_BAD);
  g_assert_null (request.path);
  g_assert_null (request.headers);
  sp_http_request_clear (&request);
  check_cuts (row->text, len, 1);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (good_rows); i++)
    {
      g_autofree char *path
          = g_strconcat ("/http-request/good/", good_rows[i].name, NULL);

      g_test_add_data_func (path, &good_rows[i], test_good);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad_rows); i++)
    {
      g_autofree char *path
          = g_strconcat ("/http-request/", bad_rows[i].name, NULL);

      g_test_add_data_func (path, &bad_rows[i], test_bad);
    }
  return g_test_run ();
}
