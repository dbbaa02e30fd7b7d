/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-http-request.h"

#include "sp-http-head.h"

#include <string.h>

#define VERSION_LEN 8 /* "HTTP/1.1" */
#define DELETE 0x7f

static SpHttpVerdict
bad (SpHttpHead *head, guint status, const char *why)
{
  head->status = status;
  head->why = why;
  return SP_HTTP_BAD;
}

static SpHttpMethod
method_of (const char *name, gsize len)
{
  static const struct
  {
    const char *name;
    SpHttpMethod method;
  } methods[] = {
    { "GET", SP_HTTP_METHOD_GET },
    { "HEAD", SP_HTTP_METHOD_HEAD },
    { "POST", SP_HTTP_METHOD_POST },
    { "OPTIONS", SP_HTTP_METHOD_OPTIONS },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    if (strlen (methods[i].name) == len
        && memcmp (methods[i].name, name, len) == 0)
      return methods[i].method;
  return SP_HTTP_METHOD_OTHER;
}

/* (nullable): @len bytes with %XX undone; NULL when that is no clean UTF-8. */
static char *
unescape (const char *text, gsize len)
{
  g_autoptr (GBytes) bytes
      = g_uri_unescape_bytes (text, (gssize)len, NULL, NULL);
  gsize n = 0;
  const char *plain = bytes != NULL ? g_bytes_get_data (bytes, &n) : NULL;

  if (bytes == NULL || sp_http_head_has_control (plain, n)
      || memchr (plain, '\t', n) != NULL
      || !g_utf8_validate_len (plain, n, NULL))
    return NULL;
  return g_strndup (plain, n);
}

/* "/path?query" */
static const char *
take_origin (SpHttpRequest *request, const char *target)
{
  gsize len = strcspn (target, "#");
  gsize path_len = strcspn (target, "?#");

  request->path = unescape (target, path_len);
  if (request->path == NULL)
    return "the path is not made of UTF-8";
  if (path_len < len)
    request->query = g_strndup (target + path_len + 1, len - path_len - 1);
  return NULL;
}

/* "http://host/path", as proxies send it. */
static const char *
take_absolute (SpHttpRequest *request, const char *target)
{
  static const char *const schemes[] = { "http", "https", "mms", "mmsh", NULL };
  g_autoptr (GUri) uri = g_uri_parse (target, G_URI_FLAGS_ENCODED, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  const char *path;

  if (host == NULL || host[0] == '\0'
      || !g_strv_contains (schemes, g_uri_get_scheme (uri)))
    return "the request target is no URL of ours";
  path = g_uri_get_path (uri);
  if (path[0] == '\0')
    path = request->method == SP_HTTP_METHOD_OPTIONS ? "*" : "/";
  request->path = unescape (path, strlen (path));
  if (request->path == NULL)
    return "the path is not made of UTF-8";
  request->query = g_strdup (g_uri_get_query (uri));
  request->host = strchr (host, ':') != NULL ? g_strdup_printf ("[%s]", host)
                                             : g_strdup (host);
  if (g_uri_get_port (uri) > 0)
    {
      g_autofree char *name = g_steal_pointer (&request->host);

      request->host = g_strdup_printf ("%s:%d", name, g_uri_get_port (uri));
    }
  return NULL;
}

static const char *
take_target (SpHttpRequest *request, const char *target)
{
  if (target[0] == '/')
    return take_origin (request, target);
  if (strcmp (target, "*") != 0)
    return take_absolute (request, target);
  if (request->method != SP_HTTP_METHOD_OPTIONS)
    return "'*' is a target for OPTIONS only";
  request->path = g_strdup ("*");
  return NULL;
}

/* METHOD SP TARGET SP HTTP/1.x, the version checked before. */
static const char *
take_request_line (SpHttpRequest *request, const char *line, gsize len)
{
  const char *method_end = memchr (line, ' ', len);
  const char *target_end = line + len - VERSION_LEN - 1;
  g_autofree char *target = NULL;

  if (!sp_http_head_is_token (line, (gsize)(method_end - line)))
    return "the method is malformed";
  if (target_end <= method_end + 1)
    return "the request line has no target";
  target = g_strndup (method_end + 1, (gsize)(target_end - method_end - 1));
  for (const char *at = target; at < target + (target_end - method_end - 1);
       at++)
    if ((guint8)*at <= ' ' || *at == DELETE)
      return "the request target holds a blank or control byte";
  request->method = method_of (line, (gsize)(method_end - line));
  request->minor = line[len - 1] == '0' ? 0 : 1;
  return take_target (request, target);
}

/* RFC 9112 3.2: letters, digits and what URIs allow in a host and port. */
static gboolean
is_host (const char *host)
{
  for (const char *at = host; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && strchr ("-._~%!$&'()*+,;=:[]", *at) == NULL)
      return FALSE;
  return TRUE;
}

static SpHttpVerdict
take_host (SpHttpHead *head,
           SpHttpRequest *request,
           const char *value,
           guint *n_hosts)
{
  if ((*n_hosts)++ > 0)
    return bad (head, 400, "there are two Host headers");
  if (!is_host (value))
    return bad (head, 400, "the Host header is malformed");
  if (request->host == NULL && value[0] != '\0')
    request->host = g_strdup (value);
  return SP_HTTP_READY;
}

static SpHttpVerdict
take_length (SpHttpHead *head, SpHttpRequest *request, const char *value)
{
  guint64 length;

  if (!g_ascii_isdigit (value[0])
      || !g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT64, &length, NULL))
    return bad (head, 400, "Content-Length is not a number");
  if (request->has_length && length != request->content_length)
    return bad (head, 400, "there are two different Content-Length headers");
  request->has_length = TRUE;
  request->content_length = length;
  return SP_HTTP_READY;
}

static SpHttpVerdict
take_coding (SpHttpHead *head, SpHttpRequest *request, const char *value)
{
  if (request->minor == 0)
    return bad (head, 400, "HTTP/1.0 has no Transfer-Encoding");
  if (request->is_chunked || g_ascii_strcasecmp (value, "chunked") != 0)
    return bad (head, 501, "no Transfer-Encoding but chunked is understood");
  request->is_chunked = TRUE;
  return SP_HTTP_READY;
}

static void
take_connection (SpHttpRequest *request, const char *value, gboolean *has_close)
{
  if (soup_header_contains (value, "close"))
    *has_close = TRUE;
  if (soup_header_contains (value, "keep-alive"))
    request->has_keep_alive = TRUE;
}

/* What concerns the connection and the body. */
static SpHttpVerdict
take_headers (SpHttpHead *head, SpHttpRequest *request)
{
  SpHttpVerdict verdict = SP_HTTP_READY;
  gboolean has_close = FALSE;
  guint n_hosts = 0;
  SoupMessageHeadersIter iter;
  const char *name;
  const char *value;

  soup_message_headers_iter_init (&iter, request->headers);
  while (verdict == SP_HTTP_READY
         && soup_message_headers_iter_next (&iter, &name, &value))
    {
      if (g_ascii_strcasecmp (name, "Host") == 0)
        verdict = take_host (head, request, value, &n_hosts);
      else if (g_ascii_strcasecmp (name, "Content-Length") == 0)
        verdict = take_length (head, request, value);
      else if (g_ascii_strcasecmp (name, "Transfer-Encoding") == 0)
        verdict = take_coding (head, request, value);
      else if (g_ascii_strcasecmp (name, "Connection") == 0)
        take_connection (request, value, &has_close);
      else if (g_ascii_strcasecmp (name, "Expect") == 0)
        request->wants_continue
            |= request->minor == 1
               && soup_header_contains (value, "100-continue");
    }
  request->wants_close
      = has_close || (request->minor == 0 && !request->has_keep_alive);
  if (verdict == SP_HTTP_READY && request->is_chunked && request->has_length)
    return bad (
        head, 400, "Content-Length and Transfer-Encoding exclude each other");
  return verdict;
}

/* A complete head, once. */
static SpHttpVerdict
read_head (SpHttpHead *head, SpHttpRequest *request, const guint8 *data)
{
  gsize len = head->end - head->start;
  gsize headers = head->headers - head->start;
  g_autofree char *text = g_malloc (len + 1);
  const char *fault;

  /* not g_strndup(), which would stop at a NUL */
  memcpy (text, data + head->start, len);
  text[len] = '\0';
  fault = take_request_line (request, text, head->line_len);
  if (fault == NULL)
    fault = sp_http_head_fault (text + headers, len - headers);
  if (fault != NULL)
    return bad (head, 400, fault);
  request->headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  /* Its length is that without the empty line. */
  len -= text[len - 2] == '\r' ? 2 : 1;
  if (!soup_headers_parse (text, (int)len, request->headers))
    return bad (head, 400, "the headers are malformed");
  return take_headers (head, request);
}

/** sp_http_request_parse: whatever @request held is forgotten, not freed; it is
 * empty unless the verdict is SP_HTTP_READY. */
SpHttpVerdict
sp_http_request_parse (SpHttpRequest *request,
                       const guint8 *data,
                       gsize len,
                       gsize *used,
                       guint *status,
                       const char **why)
{
  SpHttpHead head = { 0 };
  SpHttpVerdict verdict = sp_http_head_find (&head, data, len);

  *request = (SpHttpRequest){ 0 };
  if (verdict == SP_HTTP_READY)
    verdict = read_head (&head, request, data);
  if (verdict == SP_HTTP_READY)
    *used = head.end;
  else
    sp_http_request_clear (request);
  if (verdict == SP_HTTP_BAD)
    {
      *status = head.status;
      *why = head.why;
    }
  return verdict;
}

/** sp_http_request_clear: leaves an empty request; may be called twice. */
void
sp_http_request_clear (SpHttpRequest *request)
{
  g_free (request->path);
  g_free (request->query);
  g_free (request->host);
  g_clear_pointer (&request->headers, soup_message_headers_unref);
  *request = (SpHttpRequest){ 0 };
}

const char *
sp_http_request_header (const SpHttpRequest *request, const char *name)
{
  SoupMessageHeadersIter iter;
  const char *header_name;
  const char *value;

  if (request->headers == NULL)
    return NULL;
  soup_message_headers_iter_init (&iter, request->headers);
  while (soup_message_headers_iter_next (&iter, &header_name, &value))
    if (g_ascii_strcasecmp (header_name, name) == 0)
      return value;
  return NULL;
}

/* "+" is a blank in queries. */
static char *
unescape_query (const char *text, gsize len)
{
  g_autofree char *copy = g_strndup (text, len);

  g_strdelimit (copy, "+", ' ');
  return unescape (copy, len);
}

/** sp_http_request_query: of the first parameter of that name; "" when it has
 * no value, NULL when its escapes are broken. */
char *
sp_http_request_query (const SpHttpRequest *request, const char *name)
{
  const char *at = request->query;

  while (at != NULL)
    {
      gsize len = strcspn (at, "&");
      const char *equals = memchr (at, '=', len);
      gsize name_len = equals != NULL ? (gsize)(equals - at) : len;
      g_autofree char *this_name = unescape_query (at, name_len);

      if (g_strcmp0 (this_name, name) == 0)
        return equals != NULL ? unescape_query (equals + 1, len - name_len - 1)
                              : g_strdup ("");
      at = at[len] == '&' ? at + len + 1 : NULL;
    }
  return NULL;
}

gboolean
sp_http_request_is_type (const SpHttpRequest *request, const char *media_type)
{
  const char *value = sp_http_request_header (request, "Content-Type");
  gsize len = strlen (media_type);

  if (value == NULL || g_ascii_strncasecmp (value, media_type, len) != 0)
    return FALSE;
  return value[len + strspn (value + len, " \t")] == '\0'
         || value[len + strspn (value + len, " \t")] == ';';
}
