/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-load-packet.h"

/* Framing header, preheader, and a stamp in an ASF packet. */
#define SP_LOAD_FRAMES_HELD (4 + 8 + SP_STAMP_ASF_AT + SP_STAMP_LEN)

/** The body of a Play (MS-WMSP 2.2.3), resumable at every byte. It looks at
 * the heads of its packets and at their stamps, and skips the rest. Pure;
 * allocates nothing. */
typedef struct
{
  gboolean is_loose : 1;    /* set by the owner: numbers are not judged */
  gboolean has_header : 1;  /* a whole $H */
  gboolean has_data : 1;    /* a $D has begun */
  gboolean is_counting : 1; /* a $D since the last header */
  gboolean is_changing : 1; /* $C, and no whole $H since */
  gboolean has_ended : 1;   /* $E */
  gboolean is_data : 1;     /* what is skipped now is a $D */
  guint8 next_flags;        /* AFFlags */
  guint8 n_fragments;       /* of a $H that is not whole */
  guint8 n_held;
  guint8 held[SP_LOAD_FRAMES_HELD];
  guint32 skip_bytes; /* to the end of this packet */
  guint32 next_location;
  guint32 end_reason; /* of $E */
  const char *why;    /* of BAD: static words */
  SpLoadPacket packet;
} SpLoadFrames;

/* @frames: zeroed. MORE uses all input, PACKET as much as *@used says. */
SpLoadVerdict sp_load_frames_next (SpLoadFrames *frames,
                                   const guint8 *data,
                                   gsize len,
                                   gsize *used,
                                   SpLoadPacket *packet);
