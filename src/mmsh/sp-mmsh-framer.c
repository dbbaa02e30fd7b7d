/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-framer.h"

#include "sp-http-chunk.h"
#include "sp-mmsh-wire.h"

#include <string.h>

#define CHUNK_LINE_MAX 18
#define FRAME_HEAD_MAX                                                         \
  (SP_MMSH_FRAMING_LEN + 4 + SP_MMSH_FRAMING_LEN + SP_MMSH_PREHEADER_LEN)

G_STATIC_ASSERT (CHUNK_LINE_MAX + FRAME_HEAD_MAX <= SP_FRAME_PREFIX_MAX);

static const char crlf[] = "\r\n";
static const char crlf_and_last_chunk[] = "\r\n0\r\n\r\n";

G_STATIC_ASSERT (sizeof crlf_and_last_chunk - 1 <= SP_FRAME_SUFFIX_MAX);

/* Bytes @head go before the payload; chunked, the part is one chunk. */
static void
finish (const SpFramerState *state,
        const guint8 *head,
        guint head_len,
        const char *chunk_end,
        SpFrame *frame)
{
  if (state->is_chunked)
    {
      frame->prefix_len
          = sp_http_chunk_line (frame->prefix, head_len + frame->payload_len);
      frame->suffix_len = (guint)strlen (chunk_end);
      memcpy (frame->suffix, chunk_end, frame->suffix_len);
    }
  memcpy (frame->prefix + frame->prefix_len, head, head_len);
  frame->prefix_len += head_len;
}

static void
frame_header (const SpFramerState *state,
              const SpPacket *packet,
              guint part,
              SpFrame *frame)
{
  guint8 head[FRAME_HEAD_MAX];
  guint head_len = 0;

  if (state->has_sent_header && part == 0)
    head_len = sp_mmsh_write_reason (head, SP_MMSH_CHANGE, 0);
  head_len += sp_mmsh_write_header_head (
      head + head_len, packet->len, part, &frame->payload_len);
  frame->payload_skip = (gsize)part * SP_MMSH_MAX_PAYLOAD;
  frame->is_last_part = part + 1 == sp_mmsh_header_parts (packet->len);
  finish (state, head, head_len, crlf, frame);
}

static void
frame_data (const SpFramerState *state, const SpPacket *packet, SpFrame *frame)
{
  guint8 head[FRAME_HEAD_MAX];
  guint head_len = sp_mmsh_write_data_head (head,
                                            SP_MMSH_DATA,
                                            packet->meta.number,
                                            0,
                                            state->af_flags,
                                            (guint16)packet->len);

  frame->payload_len = packet->len;
  finish (state, head, head_len, crlf, frame);
  frame->own_at = frame->prefix_len - head_len + SP_MMSH_AF_FLAGS_AT;
}

static void
frame_end (const SpFramerState *state, SpFrame *frame)
{
  guint8 head[FRAME_HEAD_MAX];
  guint head_len
      = sp_mmsh_write_reason (head, SP_MMSH_END, SP_MMSH_REASON_FINISHED);

  finish (state, head, head_len, crlf_and_last_chunk, frame);
}

static void
frame_mmsh (const SpFramerState *state,
            const SpPacket *packet,
            guint part,
            SpFrame *frame)
{
  frame->prefix_len = 0;
  frame->suffix_len = 0;
  frame->own_at = 0;
  frame->payload_skip = 0;
  frame->payload_len = 0;
  frame->zeros = 0;
  frame->is_last_part = TRUE;
  switch (packet->meta.kind)
    {
    case SP_PACKET_HEADER:
      frame_header (state, packet, part, frame);
      return;
    case SP_PACKET_DATA:
      frame_data (state, packet, frame);
      return;
    case SP_PACKET_END:
      frame_end (state, frame);
      return;
    }
}

/* AFFlags counts what this viewer was sent, modulo 256 (MS-WMSP 2.2.3.1.2). */
static void
advance_mmsh (SpFramerState *state, SpPacketKind kind, guint n)
{
  if (kind == SP_PACKET_DATA)
    state->af_flags = (guint8)(state->af_flags + n);
  else if (kind == SP_PACKET_HEADER)
    state->has_sent_header = TRUE;
}

const SpFramerClass sp_mmsh_framer = {
  .name = "mmsh",
  .frame = frame_mmsh,
  .advance = advance_mmsh,
};
