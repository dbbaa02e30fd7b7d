/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** Reads what a Play is answered with: the head of an HTTP answer, then packets
 * in plain framing (MS-WMSP 2.2.3.1). Keeps counts, no bytes but the head's.
 * Pure; zeroed is new; resumable at every byte. */

#define SP_CANARY_MAX_HEAD 8192

typedef struct
{
  gsize head_len; /* so far */
  guint8 head[SP_CANARY_MAX_HEAD];
  gboolean has_head;
  guint status; /* of the answer */

  guint framing_len; /* of the framing header and preheader, so far */
  guint8 framing[12];
  gsize body_left; /* of the packet that is being read */

  gboolean has_header; /* a whole one has come */
  guint n_packets;     /* whole $D */
  gboolean has_ended;  /* $E */
} SpCanaryReader;

/* FALSE: this is no answer to a Play; the error says why. */
gboolean sp_canary_reader_feed (SpCanaryReader *reader,
                                const guint8 *data,
                                gsize len,
                                GError **error);
