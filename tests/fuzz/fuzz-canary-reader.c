/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-canary-reader.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static gboolean
feed (SpCanaryReader *reader, const guint8 *data, gsize size, gsize step)
{
  for (gsize at = 0; at < size; at += step)
    if (!sp_canary_reader_feed (reader, data + at, MIN (step, size - at), NULL))
      return FALSE;
  return TRUE;
}

/* The same is found however it is cut. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree SpCanaryReader *whole = g_new0 (SpCanaryReader, 1);
  g_autofree SpCanaryReader *bytes = g_new0 (SpCanaryReader, 1);

  if (feed (whole, data, size, MAX (size, 1)) != feed (bytes, data, size, 1)
      || whole->status != bytes->status
      || whole->has_header != bytes->has_header
      || whole->n_packets != bytes->n_packets
      || whole->has_ended != bytes->has_ended
      || whole->body_left != bytes->body_left || whole->n_packets > size)
    g_abort ();
  return 0;
}
