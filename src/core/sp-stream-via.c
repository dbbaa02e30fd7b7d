/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-stream-via.h"

#include "sp-stream-private.h"

void
sp_stream_set_via (SpStream *stream, guint rank, const char *via)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&stream->mutex);

  g_return_if_fail (rank < SP_MAX_RANKS);
  g_free (stream->via[rank]);
  stream->via[rank] = g_strdup (via);
}

char *
sp_stream_via (SpStream *stream)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&stream->mutex);

  return stream->active != NULL
             ? g_strdup (stream->via[sp_publisher_rank (stream->active)])
             : NULL;
}
