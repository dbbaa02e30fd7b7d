/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

#define SP_SEGMENT_BYTES (2 * 1024 * 1024)

/** Bytes that many sockets are sent by reference: files without a name that are
 * only appended to. A socket holds pages of them until its peer has them, so
 * that nothing may ever be written twice. One thread. */
typedef struct _SpSegments SpSegments;

/** Where some bytes are; good as long as sp_segments_has() says so. */
typedef struct
{
  int fd;
  gint64 at;
  guint64 serial;
} SpExtent;

SpSegments *sp_segments_new (void);
void sp_segments_free (SpSegments *segments);
/* @len: SP_SEGMENT_BYTES at most. FALSE: there is no memory for it. */
gboolean sp_segments_append (SpSegments *segments,
                             const guint8 *data,
                             gsize len,
                             SpExtent *extent);
gboolean sp_segments_has (const SpSegments *segments, const SpExtent *extent);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpSegments, sp_segments_free)
