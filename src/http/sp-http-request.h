/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <libsoup/soup.h>

#define SP_HTTP_MAX_LINE 8192        /* request line: longer is 414 */
#define SP_HTTP_MAX_HEAD (64 * 1024) /* whole head: longer is 431 */
#define SP_HTTP_MAX_BODY                                                       \
  (64 * 1024) /* of a request that is not a push: longer is 413 */

typedef enum
{
  SP_HTTP_METHOD_GET,
  SP_HTTP_METHOD_HEAD,
  SP_HTTP_METHOD_POST,
  SP_HTTP_METHOD_OPTIONS,
  SP_HTTP_METHOD_OTHER,
} SpHttpMethod;

typedef enum
{
  SP_HTTP_MORE, /* the head is not complete yet */
  SP_HTTP_READY,
  SP_HTTP_BAD,     /* answer @status and close */
  SP_HTTP_FOREIGN, /* not HTTP at all: close without an answer */
} SpHttpVerdict;

/** A request head, parsed. */
typedef struct
{
  SpHttpMethod method;
  guint minor; /* HTTP/1.@minor: 0 or 1 */
  char *path;  /* decoded, query cut off; "*" for OPTIONS * */
  char *query; /* raw; NULL: none */
  char *host;  /* of the Host header or absolute target; NULL: none */
  SoupMessageHeaders *headers;
  gboolean has_length;
  guint64 content_length;
  gboolean is_chunked;     /* the request's body */
  gboolean wants_close;    /* Connection: close, or 1.0 without keep-alive */
  gboolean has_keep_alive; /* Connection: keep-alive was said */
  gboolean wants_continue; /* Expect: 100-continue */
} SpHttpRequest;

/* Pure. Looks at [data, data+len); on READY *@used is the head's length and
 * @request is filled (clear it). On BAD *@status is 400, 414, 431, 501 or 505
 * and *@why static words. Refuses: NUL and other control bytes, bare LF or CR
 * in the head's lines are accepted only as CRLF or LF line ends, two different
 * Content-Length, Content-Length beside Transfer-Encoding, codings but chunked.
 */
SpHttpVerdict sp_http_request_parse (SpHttpRequest *request,
                                     const guint8 *data,
                                     gsize len,
                                     gsize *used,
                                     guint *status,
                                     const char **why);
void sp_http_request_clear (SpHttpRequest *request);
/* (nullable) (transfer none): first value of header @name. */
const char *sp_http_request_header (const SpHttpRequest *request,
                                    const char *name);
/* (transfer full) (nullable): decoded value of query parameter @name. */
char *sp_http_request_query (const SpHttpRequest *request, const char *name);
/* Media type without parameters, compared without case. */
gboolean sp_http_request_is_type (const SpHttpRequest *request,
                                  const char *media_type);
