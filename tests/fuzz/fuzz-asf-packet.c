/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-asf-packet.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* The first two bytes say by how much the packet is shorter than its stream's
 * packet size. A packet that can be shifted there can be shifted back. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  SpAsfHeader header = { 0 };
  SpAsfPacket packet;
  gboolean is_good;

  if (size < 2 || size > 60000)
    return 0;
  header.packet_size = (guint32)(size - 2 + data[0] + (data[1] & 7) * 256u);
  header.streams[1].is_present = TRUE;
  header.streams[1].kind = SP_ASF_VIDEO;
  header.streams[2].kind = SP_ASF_AUDIO;
  g_autofree guint8 *copy = g_memdup2 (data + 2, size - 2);
  is_good = sp_asf_packet_parse (&packet, &header, copy, size - 2, NULL);
  if (!sp_asf_packet_shift (&header, copy, size - 2, 12345, NULL))
    return 0;
  if (!is_good
      || !sp_asf_packet_shift (&header, copy, size - 2, (guint32)-12345, NULL)
      || memcmp (copy, data + 2, size - 2) != 0)
    g_abort ();
  return 0;
}
