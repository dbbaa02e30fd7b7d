/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

#define SP_RATE_STEP_US (5 * G_USEC_PER_SEC)

/* As much as a step from one moment to the next holds: 4 hours, a terabyte. */
#define SP_RATE_MS_BITS 24
#define SP_RATE_BYTES_BITS 40

/** How fast a count of bytes grows, over the last five to ten seconds: the
 * count as it was at two moments. Part of what it belongs to, which guards it:
 * each client has one, so that the later moment is told by the step to it. */
typedef struct
{
  gint64 at_us;
  guint64 bytes;
  guint64 step_ms : SP_RATE_MS_BITS;
  guint64 step_bytes : SP_RATE_BYTES_BITS;
} SpRate;

void sp_rate_init (SpRate *rate, gint64 now_us);
/* Once a second or so. */
void sp_rate_note (SpRate *rate, guint64 bytes, gint64 now_us);
guint64 sp_rate_bps (const SpRate *rate, guint64 bytes, gint64 now_us);
