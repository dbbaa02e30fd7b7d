/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** Writes a response head into a byte array, names capitalised exactly as given
 * (Windows Media encoders need that). */
const char *sp_http_reason (guint status); /* never empty */
/* "HTTP/1.@minor @status REASON\r\n" */
void sp_http_response_start (GByteArray *out, guint minor, guint status);
void sp_http_response_header (GByteArray *out,
                              const char *name,
                              const char *format,
                              ...) G_GNUC_PRINTF (3, 4);
/* Date: now, RFC 9110 5.6.7 */
void sp_http_response_date (GByteArray *out);
void sp_http_response_end (GByteArray *out);
/* A whole short answer: text/plain, Content-Length, Connection: close. @extra:
 * header lines with CRLF, or NULL. */
void sp_http_response_error (GByteArray *out,
                             guint minor,
                             guint status,
                             const char *extra,
                             const char *format,
                             ...) G_GNUC_PRINTF (5, 6);
