/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-packet.h"

/* The most that a framer may put before a payload: a chunk line, $C, framing
 * header, preheader; or the first bytes of an ASF packet made anew. */
#define SP_FRAME_PREFIX_MAX 64
#define SP_FRAME_SUFFIX_MAX 8

/** Wire form of one part of a packet: prefix, payload[skip .. skip+len), @zeros
 * zero bytes, suffix. Pure: the same packet and state give the same frame, so
 * that after a partial write it can be made again. */
typedef struct
{
  guint8 prefix[SP_FRAME_PREFIX_MAX];
  guint8 suffix[SP_FRAME_SUFFIX_MAX];
  guint prefix_len;
  guint suffix_len;
  guint own_at; /* DATA: the prefix's byte that is the state's af_flags, and all
                   that differs between two viewers; 0: there is none */
  gsize payload_skip;
  gsize payload_len;
  gsize zeros;
  gboolean is_last_part;
} SpFrame;

/** What a framer remembers of one viewer. */
typedef struct
{
  guint8 af_flags;        /* MS-WMSP: counts $D sent to this client */
  guint8 has_sent_header; /* a later header is a change */
  guint8 is_chunked;
} SpFramerState;

typedef struct
{
  const char *name; /* "mmsh", "asf": what REST and log call it */
  /* Part @part (from 0) of @packet's frame; a HEADER may need several. */
  void (*frame) (const SpFramerState *state,
                 const SpPacket *packet,
                 guint part,
                 SpFrame *frame);
  /* @n packets of @kind are sent whole. */
  void (*advance) (SpFramerState *state, SpPacketKind kind, guint n);
} SpFramerClass;

static inline gsize
sp_frame_total (const SpFrame *frame)
{
  return frame->prefix_len + frame->payload_len + frame->zeros
         + frame->suffix_len;
}
