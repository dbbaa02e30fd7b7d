/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-http-response.h"

#include "sp-test.h"

#include <libsoup/soup.h>
#include <string.h>

static char *
text_of (GByteArray *out)
{
  return g_strndup ((const char *)out->data, out->len);
}

/* libmms refuses a status line without words, so none may be without. */
static void
test_reasons (void)
{
  for (guint status = 0; status < 1100; status++)
    g_assert_cmpuint (strlen (sp_http_reason (status)), >=, 2);
  g_assert_cmpstr (sp_http_reason (200), ==, "OK");
  g_assert_cmpstr (sp_http_reason (508), ==, "Loop Detected");
  g_assert_cmpstr (sp_http_reason (599), ==, "Server Error");
}

static void
test_own_reasons (void)
{
  static const guint ours[]
      = { 200, 204, 302, 305, 400, 401, 403, 404, 405, 408, 409, 411,
          413, 414, 415, 417, 422, 429, 431, 500, 501, 503, 505, 508 };

  for (gsize i = 0; i < G_N_ELEMENTS (ours); i++)
    {
      g_assert_cmpstr (sp_http_reason (ours[i]),
                       !=,
                       sp_http_reason (ours[i] / 100 * 100 + 99));
    }
}

static void
test_start (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree char *text = NULL;

  sp_http_response_start (out, 0, 200);
  sp_http_response_header (out, "Set-Cookie", "push-id=%u", 7u);
  sp_http_response_header (out, "X-oDD", "%s", "");
  sp_http_response_end (out);
  sp_http_response_start (out, 1, 404);
  text = text_of (out);
  g_assert_cmpstr (text,
                   ==,
                   "HTTP/1.0 200 OK\r\nSet-Cookie: push-id=7\r\nX-oDD: \r\n\r\n"
                   "HTTP/1.1 404 Not Found\r\n");
}

static void
test_injection (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree char *text = NULL;

  sp_http_response_header (out, "Location", "%s", "/a\r\nX: y\n\x1f\x7f\tz");
  text = text_of (out);
  g_assert_cmpstr (text, ==, "Location: /a  X: y    z\r\n");
}

static void
test_date (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) then = NULL;
  g_autofree char *text = NULL;

  sp_http_response_date (out);
  text = text_of (out);
  g_assert_cmpuint (
      out->len, ==, strlen ("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
  then = soup_date_time_new_from_http_string (text + strlen ("Date: "));
  g_assert_nonnull (then);
  g_assert_cmpint (
      ABS (g_date_time_difference (then, now)), <, 5 * G_TIME_SPAN_SECOND);
}

/* What libsoup makes of it: another reader than ours. */
static void
test_error (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree char *text = NULL;
  g_autofree char *reason = NULL;
  SoupMessageHeaders *headers
      = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  SoupHTTPVersion version;
  const char *body;
  guint status;

  sp_http_response_error (
      out, 1, 503, "Retry-After: 10\r\n", "%s%d\n", "the stream is away: ", 5);
  text = text_of (out);
  body = strstr (text, "\r\n\r\n") + 4;
  g_assert_true (soup_headers_parse_response (
      text, (int)(body - text) - 2, headers, &version, &status, &reason));
  g_assert_cmpint (version, ==, SOUP_HTTP_1_1);
  g_assert_cmpuint (status, ==, 503);
  g_assert_cmpstr (reason, ==, "Service Unavailable");
  g_assert_cmpstr (body, ==, "the stream is away: 5\n");
  g_assert_cmpint (soup_message_headers_get_content_length (headers), ==, 22);
  g_assert_cmpstr (
      soup_message_headers_get_content_type (headers, NULL), ==, "text/plain");
  g_assert_cmpstr (
      soup_message_headers_get_one (headers, "Connection"), ==, "close");
  g_assert_cmpstr (
      soup_message_headers_get_one (headers, "Cache-Control"), ==, "no-cache");
  g_assert_cmpstr (
      soup_message_headers_get_one (headers, "Retry-After"), ==, "10");
  g_assert_nonnull (soup_message_headers_get_one (headers, "Date"));
  soup_message_headers_unref (headers);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/http-response/reason/always", test_reasons);
  g_test_add_func ("/http-response/reason/ours", test_own_reasons);
  g_test_add_func ("/http-response/start-header-end", test_start);
  g_test_add_func ("/http-response/header/no-injection", test_injection);
  g_test_add_func ("/http-response/date", test_date);
  g_test_add_func ("/http-response/error", test_error);
  return g_test_run ();
}
