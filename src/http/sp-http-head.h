/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-http-request.h"

/** Where the parts of a request head are in the input: for sp-http-request.c,
 * on its stack. */
typedef struct
{
  gsize start;     /* of the request line */
  gsize line_len;  /* of the request line, without its end */
  gsize headers;   /* first byte after the request line's end */
  gsize end;       /* of the whole head, the empty line too */
  guint status;    /* of SP_HTTP_BAD */
  const char *why; /* of SP_HTTP_BAD: static words */
} SpHttpHead;

/* Bounds and version; READY when all of it is in [@data, @data + @len). */
SpHttpVerdict
sp_http_head_find (SpHttpHead *head, const guint8 *data, gsize len);
/* (nullable): what is wrong with the bytes of a complete head's header lines,
 * which end in an empty line. */
const char *sp_http_head_fault (const char *lines, gsize len);
/* RFC 9110 5.6.2 */
gboolean sp_http_head_is_token (const char *text, gsize len);
/* Any of 0..31 but HT, or 127. */
gboolean sp_http_head_has_control (const char *text, gsize len);
