/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** Where a demuxer puts what it found. Each returns FALSE with an error to
 * stop the demuxer for good. Bytes are the caller's. */
typedef struct
{
  gboolean (*on_header) (gpointer user_data,
                         const guint8 *data,
                         gsize len,
                         GError **error);
  gboolean (*on_data) (gpointer user_data,
                       const guint8 *data,
                       gsize len,
                       GError **error);
  /* A new header will follow (it need not differ). */
  gboolean (*on_change) (gpointer user_data, GError **error);
  /* @is_final FALSE: the entry is over, another will follow. */
  gboolean (*on_end) (gpointer user_data, gboolean is_final, GError **error);
  /* Dropped: filler ('F') or an unknown type. */
  void (*on_dropped) (gpointer user_data, guint8 type);
} SpSinkClass;
