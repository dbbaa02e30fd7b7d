/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-stamp.h"

#include <string.h>

void
sp_stamp_write (const SpStamp *stamp, guint8 *at)
{
  guint64 sent_us = GUINT64_TO_LE ((guint64)stamp->sent_us);
  guint32 number = GUINT32_TO_LE (stamp->number);
  guint32 packet_bytes = GUINT32_TO_LE (stamp->packet_bytes);

  memcpy (at, SP_STAMP_MAGIC, SP_STAMP_MAGIC_LEN);
  memcpy (at + 8, &sent_us, sizeof sent_us);
  memcpy (at + 16, &number, sizeof number);
  memcpy (at + 20, &packet_bytes, sizeof packet_bytes);
}

/** sp_stamp_read: @stamp is touched only when there is one. */
gboolean
sp_stamp_read (SpStamp *stamp, const guint8 *at)
{
  guint64 sent_us;
  guint32 number;
  guint32 packet_bytes;

  if (memcmp (at, SP_STAMP_MAGIC, SP_STAMP_MAGIC_LEN) != 0)
    return FALSE;
  memcpy (&sent_us, at + 8, sizeof sent_us);
  memcpy (&number, at + 16, sizeof number);
  memcpy (&packet_bytes, at + 20, sizeof packet_bytes);
  packet_bytes = GUINT32_FROM_LE (packet_bytes);
  if (packet_bytes < SP_STAMP_LEN || packet_bytes > SP_STAMP_MAX_PACKET)
    return FALSE;
  stamp->sent_us = (gint64)GUINT64_FROM_LE (sent_us);
  stamp->number = GUINT32_FROM_LE (number);
  stamp->packet_bytes = packet_bytes;
  return TRUE;
}
