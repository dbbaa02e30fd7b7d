/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-segments.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

struct _SpSegments
{
  int fd; /* of the last one, to which is appended; -1: none */
  gint64 len;
  guint64 serial; /* of the last one; the first has 1 */
};

/* Its pages live on in the sockets that still hold them. */
static void
end_segment (SpSegments *segments)
{
  if (segments->fd >= 0)
    (void)close (segments->fd);
  segments->fd = -1;
}

void
sp_segments_free (SpSegments *segments)
{
  end_segment (segments);
  g_free (segments);
}

static gboolean
begin_segment (SpSegments *segments)
{
  end_segment (segments);
  segments->fd = memfd_create ("sp-segment", MFD_CLOEXEC);
  segments->len = 0;
  segments->serial++;
  return segments->fd >= 0;
}

/** sp_segments_new: has its file at once, so that the number of descriptors
 * does not tell whether anybody was ever here. */
SpSegments *
sp_segments_new (void)
{
  SpSegments *segments = g_new0 (SpSegments, 1);

  segments->fd = -1;
  (void)begin_segment (segments);
  return segments;
}

static gssize
append (SpSegments *segments, const guint8 *data, gsize len)
{
  gssize n;

  do
    n = pwrite (segments->fd, data, len, segments->len);
  while (n < 0 && errno == EINTR);
  return n;
}

gboolean
sp_segments_append (SpSegments *segments,
                    const guint8 *data,
                    gsize len,
                    SpExtent *extent)
{
  if ((segments->fd < 0 || segments->len + (gint64)len > SP_SEGMENT_BYTES)
      && !begin_segment (segments))
    return FALSE;
  if (append (segments, data, len) != (gssize)len)
    {
      end_segment (segments);
      return FALSE;
    }
  *extent = (SpExtent){ segments->fd, segments->len, segments->serial };
  segments->len += (gint64)len;
  return TRUE;
}

gboolean
sp_segments_has (const SpSegments *segments, const SpExtent *extent)
{
  return segments->fd >= 0 && extent->serial == segments->serial;
}
