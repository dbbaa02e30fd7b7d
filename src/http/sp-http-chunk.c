/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-http-chunk.h"

#define MAX_SIZE_DIGITS 16
#define MAX_LINE 4096     /* a size line with its extensions */
#define MAX_TRAILERS 8192 /* all of them */

typedef enum
{
  STATE_SIZE,      /* digits */
  STATE_EXTENSION, /* the rest of a size line */
  STATE_SIZE_LF,   /* CR seen */
  STATE_DATA,
  STATE_DATA_CR, /* after the last byte of a chunk */
  STATE_DATA_LF,
  STATE_TRAILER_START, /* an empty line here is the end */
  STATE_TRAILER,
  STATE_TRAILER_LF,
  STATE_LAST_LF,
  STATE_END,
  STATE_BAD,
} State;

void
sp_http_chunk_init (SpHttpChunk *chunk)
{
  *chunk = (SpHttpChunk){ .state = STATE_SIZE };
}

static State
size_line_over (SpHttpChunk *chunk)
{
  chunk->line_len = 0;
  return chunk->left > 0 ? STATE_DATA : STATE_TRAILER_START;
}

static State
in_size (SpHttpChunk *chunk, guint8 byte)
{
  int digit = g_ascii_xdigit_value ((char)byte);

  if (digit >= 0)
    {
      if (chunk->line_len++ == MAX_SIZE_DIGITS)
        return STATE_BAD;
      chunk->left = chunk->left << 4 | (guint64)digit;
      return STATE_SIZE;
    }
  if (chunk->line_len == 0)
    return STATE_BAD;
  if (byte == '\n')
    return size_line_over (chunk);
  if (byte == '\r')
    return STATE_SIZE_LF;
  return byte == ';' || byte == ' ' || byte == '\t' ? STATE_EXTENSION
                                                    : STATE_BAD;
}

static State
in_extension (SpHttpChunk *chunk, guint8 byte)
{
  if (byte == '\n')
    return size_line_over (chunk);
  if (byte == '\r')
    return STATE_SIZE_LF;
  return chunk->line_len++ < MAX_LINE ? STATE_EXTENSION : STATE_BAD;
}

static State
in_trailer (SpHttpChunk *chunk, guint8 byte)
{
  gboolean is_start = chunk->state == STATE_TRAILER_START;

  if (chunk->line_len++ == MAX_TRAILERS)
    return STATE_BAD;
  if (byte == '\n')
    return is_start ? STATE_END : STATE_TRAILER_START;
  if (byte == '\r')
    return is_start ? STATE_LAST_LF : STATE_TRAILER_LF;
  return STATE_TRAILER;
}

/* The state after @byte, which is not one of a chunk's data. */
static State
step (SpHttpChunk *chunk, guint8 byte)
{
  switch ((State)chunk->state)
    {
    case STATE_SIZE:
      return in_size (chunk, byte);
    case STATE_EXTENSION:
      return in_extension (chunk, byte);
    case STATE_SIZE_LF:
      return byte == '\n' ? size_line_over (chunk) : STATE_BAD;
    case STATE_DATA_CR:
      if (byte == '\r')
        return STATE_DATA_LF;
      return byte == '\n' ? STATE_SIZE : STATE_BAD;
    case STATE_DATA_LF:
      return byte == '\n' ? STATE_SIZE : STATE_BAD;
    case STATE_TRAILER_START:
    case STATE_TRAILER:
      return in_trailer (chunk, byte);
    case STATE_TRAILER_LF:
      return byte == '\n' ? STATE_TRAILER_START : STATE_BAD;
    case STATE_LAST_LF:
      return byte == '\n' ? STATE_END : STATE_BAD;
    case STATE_DATA:
    case STATE_END:
    case STATE_BAD:
      break;
    }
  return STATE_BAD;
}

/** sp_http_chunk_next: goes on in the body with @data, which follows the bytes
 * that earlier calls used. *@used is set but for SP_CHUNK_BAD, after which
 * nothing can be read any more. */
SpChunkVerdict
sp_http_chunk_next (SpHttpChunk *chunk,
                    const guint8 *data,
                    gsize len,
                    gsize *used,
                    const guint8 **out,
                    gsize *out_len)
{
  gsize at = 0;

  while (chunk->state != STATE_END && chunk->state != STATE_BAD && at < len)
    {
      if (chunk->state != STATE_DATA)
        {
          chunk->state = step (chunk, data[at++]);
          continue;
        }
      *out = data + at;
      *out_len = (gsize)MIN (chunk->left, (guint64)(len - at));
      *used = at + *out_len;
      chunk->left -= *out_len;
      if (chunk->left == 0)
        chunk->state = STATE_DATA_CR;
      return SP_CHUNK_DATA;
    }
  *used = at;
  if (chunk->state == STATE_BAD)
    return SP_CHUNK_BAD;
  return chunk->state == STATE_END ? SP_CHUNK_END : SP_CHUNK_MORE;
}

/** sp_http_chunk_line: writes the line before a chunk of @payload_len bytes (of
 * 0: the last one, which wants an empty line after it). */
guint
sp_http_chunk_line (guint8 *line, gsize payload_len)
{
  static const char digits[] = "0123456789ABCDEF";
  guint n_digits = 1;

  while (n_digits < 2 * sizeof payload_len
         && payload_len >> (4 * n_digits) != 0)
    n_digits++;
  for (guint i = 0; i < n_digits; i++)
    line[i] = (guint8)digits[payload_len >> (4 * (n_digits - 1 - i)) & 0xf];
  line[n_digits] = '\r';
  line[n_digits + 1] = '\n';
  return n_digits + 2;
}
