/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-reader.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct
{
  guint n_packets;
  guint64 sum;
} Seen;

static void
on_packet (const SpLoadPacket *packet, gpointer user_data)
{
  Seen *seen = user_data;

  seen->n_packets++;
  seen->sum += packet->missed;
  if (packet->is_stamped)
    seen->sum = seen->sum * 31 + (guint64)packet->stamp.sent_us
                + packet->stamp.number + packet->stamp.packet_bytes;
}

static SpLoadVerdict
take (const guint8 *data, gsize size, gsize step, gboolean is_raw, Seen *seen)
{
  SpLoadVerdict verdict = SP_LOAD_MORE;
  SpLoadReader reader;

  sp_load_reader_init (&reader, is_raw);
  for (gsize at = 0; at < size && verdict == SP_LOAD_MORE; at += step)
    verdict = sp_load_reader_take (
        &reader, data + at, MIN (step, size - at), on_packet, seen);
  return verdict;
}

/* What is seen does not depend on how the input is cut. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  for (guint is_raw = 0; is_raw < 2; is_raw++)
    {
      Seen whole = { 0 };
      Seen bytes = { 0 };

      if (take (data, size, MAX (size, 1), is_raw == 1, &whole)
              != take (data, size, 1, is_raw == 1, &bytes)
          || whole.n_packets != bytes.n_packets || whole.sum != bytes.sum)
        g_abort ();
    }
  return 0;
}
