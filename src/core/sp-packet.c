/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-packet.h"

#include <string.h>

/** sp_packet_new: one allocation with a copy of @payload; frozen from here on.
 * @len is bounded by the caller (a header by 1 MiB, a data packet by 64 KiB).
 */
SpPacket *
sp_packet_new (const SpPacketMeta *meta, const guint8 *payload, gsize len)
{
  SpPacket *packet = g_malloc (sizeof (SpPacket) + len);

  g_atomic_ref_count_init (&packet->ref_count);
  packet->meta = *meta;
  packet->len = (guint32)len;
  if (len > 0)
    memcpy (packet->payload, payload, len);
  return packet;
}

/** sp_packet_ref: any thread. */
SpPacket *
sp_packet_ref (SpPacket *packet)
{
  g_atomic_ref_count_inc (&packet->ref_count);
  return packet;
}

/** sp_packet_unref: any thread. */
void
sp_packet_unref (SpPacket *packet)
{
  if (g_atomic_ref_count_dec (&packet->ref_count))
    g_free (packet);
}
