/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

#define SP_LATENESS_SLOTS 4 /* of the last second */

/** How late the passes of one worker end, the worst of the last second. Inside
 * its worker, which alone notes; any thread may look. All zero at first. */
typedef struct
{
  guint64 slots[SP_LATENESS_SLOTS]; /* atomic: which quarter of a second, and
                                       the worst of it in ms */
} SpLateness;

/* A pass has ended @late_us after it was due. */
void sp_lateness_note (SpLateness *lateness, gint64 late_us, gint64 now_us);
/* 0: nothing was late, or nothing was sent. */
guint sp_lateness_ms (const SpLateness *lateness, gint64 now_us);
