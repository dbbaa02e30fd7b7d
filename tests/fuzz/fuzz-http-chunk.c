/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-http-chunk.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static SpChunkVerdict
decode (const guint8 *data, gsize size, gsize step, GByteArray *body)
{
  SpChunkVerdict verdict = SP_CHUNK_MORE;
  SpHttpChunk chunk;
  gsize at = 0;

  sp_http_chunk_init (&chunk);
  while (at < size && (verdict == SP_CHUNK_MORE || verdict == SP_CHUNK_DATA))
    {
      gsize len = MIN (step, size - at);
      const guint8 *out = NULL;
      gsize out_len = 0;
      gsize used = 0;

      verdict
          = sp_http_chunk_next (&chunk, data + at, len, &used, &out, &out_len);
      if (verdict == SP_CHUNK_BAD)
        return verdict;
      if (used > len || (verdict == SP_CHUNK_MORE && used != len))
        g_abort ();
      if (verdict == SP_CHUNK_DATA)
        g_byte_array_append (body, out, (guint)out_len);
      at += used;
    }
  return verdict == SP_CHUNK_DATA ? SP_CHUNK_MORE : verdict;
}

/* The body is the same however it is cut. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GByteArray) whole = g_byte_array_new ();
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  if (decode (data, size, size, whole) != decode (data, size, 1, bytes)
      || whole->len != bytes->len || whole->len > size
      || (whole->len > 0 && memcmp (whole->data, bytes->data, whole->len) != 0))
    g_abort ();
  return 0;
}
