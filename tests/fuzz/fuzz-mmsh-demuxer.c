/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-demuxer.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static gboolean
note (GString *log, char kind, const guint8 *data, gsize len)
{
  g_string_append_c (log, kind);
  g_string_append_printf (log, "%" G_GSIZE_FORMAT ":", len);
  g_string_append_len (log, (const char *)data, (gssize)len);
  return TRUE;
}

static gboolean
on_header (gpointer log, const guint8 *data, gsize len, GError **error)
{
  return note (log, 'H', data, len);
}

static gboolean
on_data (gpointer log, const guint8 *data, gsize len, GError **error)
{
  return note (log, 'D', data, len);
}

static gboolean
on_change (gpointer log, GError **error)
{
  return note (log, 'C', NULL, 0);
}

static gboolean
on_end (gpointer log, gboolean is_final, GError **error)
{
  return note (log, is_final ? 'E' : 'P', NULL, 0);
}

static void
on_dropped (gpointer log, guint8 type)
{
  note (log, 'X', &type, 1);
}

static const SpSinkClass sink
    = { on_header, on_data, on_change, on_end, on_dropped };

/* Each piece in memory of its own. */
static GString *
demux (SpMmshDirection direction,
       const guint8 *data,
       gsize len,
       const guint8 *sizes,
       gsize n_sizes)
{
  g_autoptr (SpMmshDemuxer) demuxer = sp_mmsh_demuxer_new (direction);
  GString *log = g_string_new (NULL);
  gsize at = 0;

  for (gsize i = 0; at < len; i++)
    {
      gsize wanted = n_sizes > 0 ? (gsize)sizes[i % n_sizes] + 1 : len;
      gsize n = MIN (wanted, len - at);
      g_autofree guint8 *piece = g_memdup2 (data + at, n);
      g_autoptr (GError) error = NULL;

      if (!sp_mmsh_demuxer_feed (demuxer, piece, n, &sink, log, &error))
        {
          note (log,
                '!',
                (const guint8 *)error->message,
                strlen (error->message));
          break;
        }
      at += n;
    }
  g_string_append_printf (log, "%u", sp_mmsh_demuxer_playlist_gen_id (demuxer));
  g_string_append_printf (log, "%d", sp_mmsh_demuxer_next_body (demuxer));
  return log;
}

/* Up to 15 sizes of pieces, then the bytes: however they are cut, the sink is
 * told the same. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const guint8 ones[] = { 0 };
  gsize n_sizes;

  if (size == 0 || (n_sizes = data[0] & 15) >= size)
    return 0;
  data++;
  size--;
  for (int direction = SP_MMSH_PUSH; direction <= SP_MMSH_PULL; direction++)
    {
      const guint8 *bytes = data + n_sizes;
      gsize len = size - n_sizes;
      g_autoptr (GString) whole = demux (direction, bytes, len, NULL, 0);
      g_autoptr (GString) single = demux (direction, bytes, len, ones, 1);
      g_autoptr (GString) pieces = demux (direction, bytes, len, data, n_sizes);

      g_assert_true (g_string_equal (whole, single));
      g_assert_true (g_string_equal (whole, pieces));
    }
  return 0;
}
