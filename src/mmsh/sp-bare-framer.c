/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-framer.h"

#include "sp-mmsh-wire.h"

#include <string.h>

/* How many zeros make @packet as long as every packet of a bare ASF stream is.
 * A packet size that no packet can have is nobody's wish. */
static gsize
count_missing (const SpPacket *packet)
{
  guint32 packet_size = packet->meta.packet_size;

  if (packet_size > SP_MMSH_MAX_PAYLOAD || packet_size <= packet->len)
    return 0;
  return packet_size - packet->len;
}

/* Zeros after a single payload would become part of it, unless the padding
 * length field counts them: the bytes up to and with that field are made anew.
 * When that cannot be done the packet goes out as it is. */
static void
mend_padding (const SpPacket *packet, SpFrame *frame)
{
  guint width = packet->meta.padding_width;
  guint at = packet->meta.padding_at;
  gsize missing = frame->zeros;

  if (width == 0 || width > sizeof (guint32) || at + width > SP_FRAME_PREFIX_MAX
      || at + width > packet->len)
    return;
  if (width < sizeof (guint32) && missing >> (8 * width) != 0)
    return;
  memcpy (frame->prefix, packet->payload, at);
  for (guint i = 0; i < width; i++)
    frame->prefix[at + i] = (guint8)(missing >> (8 * i) & 0xff);
  frame->prefix_len = at + width;
  frame->payload_skip = frame->prefix_len;
  frame->payload_len -= frame->prefix_len;
}

/* The end has no bytes: a bare stream ends with its connection, and
 * is_chunked means nothing here. */
static void
frame_bare (const SpFramerState *state,
            const SpPacket *packet,
            guint part,
            SpFrame *frame)
{
  frame->prefix_len = 0;
  frame->suffix_len = 0;
  frame->own_at = 0;
  frame->payload_skip = 0;
  frame->payload_len = packet->len;
  frame->zeros = 0;
  frame->is_last_part = TRUE;
  if (packet->meta.kind != SP_PACKET_DATA)
    return;
  frame->zeros = count_missing (packet);
  if (frame->zeros > 0)
    mend_padding (packet, frame);
}

static void
advance_bare (SpFramerState *state, SpPacketKind kind, guint n)
{
  if (kind == SP_PACKET_HEADER)
    state->has_sent_header = TRUE;
}

const SpFramerClass sp_bare_framer = {
  .name = "asf",
  .frame = frame_bare,
  .advance = advance_bare,
};
