/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** Decoder of a chunked body (RFC 9112 7.1), resumable at every byte. Lines are
 * bounded; extensions and trailers are skipped. */
typedef struct
{
  guint state;
  guint64 left;
  guint line_len;
} SpHttpChunk;

typedef enum
{
  SP_CHUNK_MORE, /* all input is used */
  SP_CHUNK_DATA, /* *@out, *@out_len: some body bytes inside the input; call
                    again */
  SP_CHUNK_END,  /* the body is over; *@used says where */
  SP_CHUNK_BAD,
} SpChunkVerdict;

void sp_http_chunk_init (SpHttpChunk *chunk);
SpChunkVerdict sp_http_chunk_next (SpHttpChunk *chunk,
                                   const guint8 *data,
                                   gsize len,
                                   gsize *used,
                                   const guint8 **out,
                                   gsize *out_len);
/* "1F4\r\n" into @line (at least 18 bytes); its length. */
guint sp_http_chunk_line (guint8 *line, gsize payload_len);
