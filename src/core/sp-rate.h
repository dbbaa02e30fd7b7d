/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

#define SP_RATE_STEP_US (5 * G_USEC_PER_SEC)

/** How fast a count of bytes grows, over the last five to ten seconds: the
 * count as it was at two moments. Part of what it belongs to, which guards it.
 */
typedef struct
{
  gint64 at_us[2]; /* the older first */
  guint64 bytes[2];
} SpRate;

void sp_rate_init (SpRate *rate, gint64 now_us);
/* Once a second or so. */
void sp_rate_note (SpRate *rate, guint64 bytes, gint64 now_us);
guint64 sp_rate_bps (const SpRate *rate, guint64 bytes, gint64 now_us);
