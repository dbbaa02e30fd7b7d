/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-demuxer.h"

typedef enum
{
  SP_MMSH_PUSH, /* MS-WMHTTP: no preheader */
  SP_MMSH_PULL, /* MS-WMSP: preheader in $H $D $M */
} SpMmshDirection;

#define SP_MMSH_MAX_HEADER (1024 * 1024) /* over all fragments */

/** Bytes of an MMSH body to headers and packets; resumable at every byte. */
typedef struct _SpMmshDemuxer SpMmshDemuxer;

SpMmshDemuxer *sp_mmsh_demuxer_new (SpMmshDirection direction);
void sp_mmsh_demuxer_free (SpMmshDemuxer *demuxer);
/* A next body of the same push session: forgets a packet cut off in the middle,
 * keeps that a header was seen. TRUE when a $D was cut off. */
gboolean sp_mmsh_demuxer_next_body (SpMmshDemuxer *demuxer);
/* FALSE: the stream is corrupt (or the sink said stop); the error names the
 * packet and the offset in the body. */
gboolean sp_mmsh_demuxer_feed (SpMmshDemuxer *demuxer,
                               const guint8 *data,
                               gsize len,
                               const SpSinkClass *sink,
                               gpointer user_data,
                               GError **error);
/* Last playlist-gen-id seen in $M, 0 if none. */
guint32 sp_mmsh_demuxer_playlist_gen_id (SpMmshDemuxer *demuxer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpMmshDemuxer, sp_mmsh_demuxer_free)
