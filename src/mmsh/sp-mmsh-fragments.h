/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** A header or a description that comes in several $H or $M (MS-WMSP
 * 2.2.3.1.2). Part of a demuxer: empty, then open until the last piece. */
typedef struct
{
  GByteArray *bytes;
  guint8 type;         /* that is open, or 0 */
  guint32 location_id; /* of its last piece */
} SpMmshFragments;

void sp_mmsh_fragments_init (SpMmshFragments *fragments);
void sp_mmsh_fragments_clear (SpMmshFragments *fragments);
/* Forgets what is open. */
void sp_mmsh_fragments_reset (SpMmshFragments *fragments);
/* @body: preheader and payload. TRUE and *@data NULL: more is to come. FALSE:
 * a piece is missing, or they are too many. */
gboolean sp_mmsh_fragments_add (SpMmshFragments *fragments,
                                guint8 type,
                                const guint8 *body,
                                gsize body_len,
                                const guint8 **data,
                                gsize *data_len,
                                GError **error);
