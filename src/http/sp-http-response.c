/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-http-response.h"

#include <string.h>
#include <time.h>

typedef struct
{
  guint status;
  const char *reason;
} Reason;

/* Sorted. About 40 rows, looked through once an answer. */
static const Reason reasons[] = {
  { 100, "Continue" },
  { 101, "Switching Protocols" },
  { 200, "OK" },
  { 201, "Created" },
  { 202, "Accepted" },
  { 204, "No Content" },
  { 206, "Partial Content" },
  { 301, "Moved Permanently" },
  { 302, "Found" },
  { 303, "See Other" },
  { 304, "Not Modified" },
  { 305, "Use Proxy" },
  { 307, "Temporary Redirect" },
  { 308, "Permanent Redirect" },
  { 400, "Bad Request" },
  { 401, "Unauthorized" },
  { 403, "Forbidden" },
  { 404, "Not Found" },
  { 405, "Method Not Allowed" },
  { 406, "Not Acceptable" },
  { 407, "Proxy Authentication Required" },
  { 408, "Request Timeout" },
  { 409, "Conflict" },
  { 410, "Gone" },
  { 411, "Length Required" },
  { 412, "Precondition Failed" },
  { 413, "Content Too Large" },
  { 414, "URI Too Long" },
  { 415, "Unsupported Media Type" },
  { 416, "Range Not Satisfiable" },
  { 417, "Expectation Failed" },
  { 421, "Misdirected Request" },
  { 422, "Unprocessable Content" },
  { 426, "Upgrade Required" },
  { 428, "Precondition Required" },
  { 429, "Too Many Requests" },
  { 431, "Request Header Fields Too Large" },
  { 500, "Internal Server Error" },
  { 501, "Not Implemented" },
  { 502, "Bad Gateway" },
  { 503, "Service Unavailable" },
  { 504, "Gateway Timeout" },
  { 505, "HTTP Version Not Supported" },
  { 508, "Loop Detected" },
};

/* Of a class of codes (RFC 9110 15: an unknown code means its x00). */
static const char *const class_reasons[] = {
  "Informational", "Success", "Redirection", "Client Error", "Server Error",
};

/** sp_http_reason: words for the status line; libmms refuses a line without. */
const char *
sp_http_reason (guint status)
{
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (reasons[i].status == status)
      return reasons[i].reason;
  if (status >= 100 && status < 600)
    return class_reasons[status / 100 - 1];
  return "Unknown";
}

static void
append (GByteArray *out, const char *text)
{
  g_byte_array_append (out, (const guint8 *)text, (guint)strlen (text));
}

void
sp_http_response_start (GByteArray *out, guint minor, guint status)
{
  char line[32];

  g_snprintf (line, sizeof line, "HTTP/1.%u %03u ", MIN (minor, 1u), status);
  append (out, line);
  append (out, sp_http_reason (status));
  append (out, "\r\n");
}

/** sp_http_response_header: one header line. Control bytes in the value become
 * blanks: whatever a value is made of, it stays one line. */
void
sp_http_response_header (GByteArray *out,
                         const char *name,
                         const char *format,
                         ...)
{
  g_autofree char *value = NULL;
  va_list args;

  va_start (args, format);
  value = g_strdup_vprintf (format, args);
  va_end (args);
  for (char *at = value; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      *at = ' ';
  append (out, name);
  append (out, ": ");
  append (out, value);
  append (out, "\r\n");
}

void
sp_http_response_date (GByteArray *out)
{
  static const char days[] = "SunMonTueWedThuFriSat";
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  time_t now = (time_t)(g_get_real_time () / G_USEC_PER_SEC);
  struct tm utc;

  gmtime_r (&now, &utc);
  sp_http_response_header (out,
                           "Date",
                           "%.3s, %02d %.3s %d %02d:%02d:%02d GMT",
                           days + 3 * utc.tm_wday,
                           utc.tm_mday,
                           months + 3 * utc.tm_mon,
                           utc.tm_year + 1900,
                           utc.tm_hour,
                           utc.tm_min,
                           utc.tm_sec);
}

void
sp_http_response_end (GByteArray *out)
{
  append (out, "\r\n");
}

/** sp_http_response_error: a whole answer; the text of @format is its body. */
void
sp_http_response_error (GByteArray *out,
                        guint minor,
                        guint status,
                        const char *extra,
                        const char *format,
                        ...)
{
  g_autofree char *body = NULL;
  va_list args;

  va_start (args, format);
  body = g_strdup_vprintf (format, args);
  va_end (args);
  sp_http_response_start (out, minor, status);
  sp_http_response_date (out);
  sp_http_response_header (out, "Cache-Control", "no-cache");
  if (extra != NULL)
    append (out, extra);
  sp_http_response_header (out, "Content-Type", "text/plain; charset=utf-8");
  sp_http_response_header (
      out, "Content-Length", "%" G_GSIZE_FORMAT, strlen (body));
  sp_http_response_header (out, "Connection", "close");
  sp_http_response_end (out);
  append (out, body);
}
