/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-http-head.h"

#include <string.h>

#define MAX_HEADER_LINES 128
#define MAX_LEADING 4 /* bytes of empty lines before a request line */
#define VERSION_LEN 8 /* "HTTP/1.1" */
#define DELETE 0x7f

static SpHttpVerdict
bad (SpHttpHead *head, guint status, const char *why)
{
  head->status = status;
  head->why = why;
  return SP_HTTP_BAD;
}

/* Passes empty lines; decides by the first byte whether it can be HTTP. */
static SpHttpVerdict
find_start (SpHttpHead *head, const guint8 *data, gsize len)
{
  gsize at = 0;

  while (at < len && at < MAX_LEADING)
    {
      gboolean is_cr = data[at] == '\r';

      if (is_cr && at + 1 == len)
        return SP_HTTP_MORE;
      if (data[at + is_cr] != '\n')
        break;
      at += 1 + is_cr;
    }
  if (at == len)
    return SP_HTTP_MORE;
  head->start = at;
  return g_ascii_isupper ((char)data[at]) ? SP_HTTP_READY : SP_HTTP_FOREIGN;
}

/* RFC 9112 2.3. An answer goes out at once to who sends a line without a
 * version and waits (HTTP/0.9). */
static SpHttpVerdict
check_version (SpHttpHead *head, const char *line, gsize len)
{
  static const char h2_preface[] = "PRI * HTTP/2.0";
  const char *space = memrchr (line, ' ', len);
  const char *version = space != NULL ? space + 1 : line + len;
  gsize version_len = (gsize)(line + len - version);

  if (len == sizeof h2_preface - 1 && memcmp (line, h2_preface, len) == 0)
    return SP_HTTP_FOREIGN;
  if (version_len >= 5 && memcmp (version, "RTSP/", 5) == 0)
    return SP_HTTP_FOREIGN;
  if (version_len != VERSION_LEN || memcmp (version, "HTTP/", 5) != 0
      || !g_ascii_isdigit (version[5]) || version[6] != '.'
      || !g_ascii_isdigit (version[7]))
    return bad (head, 400, "the request line does not end in an HTTP version");
  if (version[5] == '0')
    return bad (head, 400, "HTTP/0.9 is not spoken here");
  if (version[5] != '1')
    return bad (head, 505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
  return SP_HTTP_READY;
}

static SpHttpVerdict
find_request_line (SpHttpHead *head, const guint8 *data, gsize len)
{
  const guint8 *line = data + head->start;
  gsize left = len - head->start;
  const guint8 *lf = memchr (line, '\n', MIN (left, SP_HTTP_MAX_LINE + 2));

  if (lf == NULL)
    return left < SP_HTTP_MAX_LINE + 2
               ? SP_HTTP_MORE
               : bad (head, 414, "the request line is longer than 8 KiB");
  head->line_len = (gsize)(lf - line);
  head->headers = head->start + head->line_len + 1;
  if (head->line_len > 0 && line[head->line_len - 1] == '\r')
    head->line_len--;
  if (head->line_len > SP_HTTP_MAX_LINE)
    return bad (head, 414, "the request line is longer than 8 KiB");
  return check_version (head, (const char *)line, head->line_len);
}

/* The empty line. Only looks for line feeds: it is called again for each piece
 * that comes, so nothing dearer is done before the head is complete. */
static SpHttpVerdict
find_end (SpHttpHead *head, const guint8 *data, gsize len)
{
  gsize limit = MIN (len, SP_HTTP_MAX_HEAD);
  gsize at = head->headers;

  for (guint n_lines = 0; at < limit; n_lines++)
    {
      const guint8 *lf = memchr (data + at, '\n', limit - at);
      gsize line_len = lf != NULL ? (gsize)(lf - data) - at : 0;

      if (lf == NULL)
        break;
      if (line_len == 0 || (line_len == 1 && data[at] == '\r'))
        {
          head->end = at + line_len + 1;
          return SP_HTTP_READY;
        }
      if (n_lines == MAX_HEADER_LINES)
        return bad (head, 431, "the head has more than 128 header lines");
      at += line_len + 1;
    }
  return len > SP_HTTP_MAX_HEAD
             ? bad (head, 431, "the head is longer than 64 KiB")
             : SP_HTTP_MORE;
}

static gboolean
is_token_char (char c)
{
  return g_ascii_isalnum (c)
         || (c != '\0' && strchr ("!#$%&'*+-.^_`|~", c) != NULL);
}

gboolean
sp_http_head_is_token (const char *text, gsize len)
{
  for (gsize i = 0; i < len; i++)
    if (!is_token_char (text[i]))
      return FALSE;
  return len > 0;
}

gboolean
sp_http_head_has_control (const char *text, gsize len)
{
  for (gsize i = 0; i < len; i++)
    if (((guint8)text[i] < ' ' && text[i] != '\t') || text[i] == DELETE)
      return TRUE;
  return FALSE;
}

/* A header line of [@line, @line + @len), without its end. */
static const char *
header_fault (const char *line, gsize len)
{
  const char *colon = memchr (line, ':', len);

  if (line[0] == ' ' || line[0] == '\t')
    return "a header line is folded";
  if (colon == NULL)
    return "a header line has no colon";
  if (!sp_http_head_is_token (line, (gsize)(colon - line)))
    return "the name of a header is malformed";
  if (sp_http_head_has_control (colon + 1, (gsize)(line + len - colon - 1)))
    return "a header holds a control byte";
  return NULL;
}

/** sp_http_head_fault: what soup_headers_parse() would pass over in silence,
 * two parsers in a row would understand differently: refused. @text ends in an
 * empty line. */
const char *
sp_http_head_fault (const char *text, gsize len)
{
  const char *end = text + len;

  while (text < end)
    {
      const char *lf = memchr (text, '\n', (gsize)(end - text));
      gsize line_len = (gsize)(lf - text);
      const char *fault;

      if (line_len > 0 && text[line_len - 1] == '\r')
        line_len--;
      if (line_len == 0)
        return NULL;
      fault = header_fault (text, line_len);
      if (fault != NULL)
        return fault;
      text = lf + 1;
    }
  return NULL;
}

/** sp_http_head_find: the verdict is the same however the bytes are cut into
 * calls, because each check needs only bytes before those of the next. */
SpHttpVerdict
sp_http_head_find (SpHttpHead *head, const guint8 *data, gsize len)
{
  SpHttpVerdict verdict = find_start (head, data, len);

  if (verdict == SP_HTTP_READY)
    verdict = find_request_line (head, data, len);
  if (verdict == SP_HTTP_READY)
    verdict = find_end (head, data, len);
  return verdict;
}
