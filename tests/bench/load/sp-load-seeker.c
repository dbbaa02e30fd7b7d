/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-seeker.h"

#include <string.h>

/* Drops from the front of what is held until it may be a stamp again. */
static void
shift_held (SpLoadSeeker *seeker)
{
  do
    {
      seeker->n_held--;
      memmove (seeker->held, seeker->held + 1, seeker->n_held);
    }
  while (seeker->n_held > 0
         && memcmp (seeker->held,
                    SP_STAMP_MAGIC,
                    MIN (seeker->n_held, SP_STAMP_MAGIC_LEN))
                != 0);
}

/* One byte behind those that are held; TRUE: they are a stamp. */
static gboolean
hold (SpLoadSeeker *seeker, guint8 byte, SpStamp *stamp)
{
  seeker->held[seeker->n_held++] = byte;
  if (seeker->n_held <= SP_STAMP_MAGIC_LEN
      && memcmp (seeker->held, SP_STAMP_MAGIC, seeker->n_held) != 0)
    shift_held (seeker);
  if (seeker->n_held < SP_STAMP_LEN)
    return FALSE;
  if (sp_stamp_read (stamp, seeker->held))
    {
      seeker->n_held = 0;
      return TRUE;
    }
  shift_held (seeker);
  return FALSE;
}

static void
found (SpLoadSeeker *seeker, const SpStamp *stamp, SpLoadPacket *packet)
{
  seeker->packet.missed
      = seeker->packet.is_stamped
            ? sp_load_packet_gap (&seeker->packet.stamp, stamp)
            : 0;
  seeker->packet.is_stamped = TRUE;
  seeker->packet.stamp = *stamp;
  seeker->skip_bytes = stamp->packet_bytes - SP_STAMP_LEN;
  *packet = seeker->packet;
}

/* Bytes that hold no beginning of a stamp. */
static gsize
pass (SpLoadSeeker *seeker, const guint8 *data, gsize len)
{
  gsize n = MIN (seeker->skip_bytes, len);
  const guint8 *start;

  if (seeker->n_held > 0)
    return 0;
  seeker->skip_bytes -= (guint32)n;
  if (n == len)
    return n;
  start = memchr (data + n, SP_STAMP_MAGIC[0], len - n);
  return start == NULL ? len : (gsize)(start - data);
}

SpLoadVerdict
sp_load_seeker_next (SpLoadSeeker *seeker,
                     const guint8 *data,
                     gsize len,
                     gsize *used,
                     SpLoadPacket *packet)
{
  SpStamp stamp;
  gsize at = 0;

  for (;;)
    {
      at += pass (seeker, data + at, len - at);
      *used = at;
      if (at == len)
        return SP_LOAD_MORE;
      *used = ++at;
      if (hold (seeker, data[at - 1], &stamp))
        {
          found (seeker, &stamp, packet);
          return SP_LOAD_PACKET;
        }
    }
}
