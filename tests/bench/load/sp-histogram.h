/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** How often which time occurred, in steps of at most 1 %, from 1 microsecond
 * to 35 minutes; longer ones count as that. Fixed size (26 KiB), whatever is
 * added. One thread at a time. */
typedef struct _SpHistogram SpHistogram;

SpHistogram *sp_histogram_new (void);
void sp_histogram_free (SpHistogram *histogram);
/* Below 0 counts as 0. */
void sp_histogram_add (SpHistogram *histogram, gint64 value_us);
void sp_histogram_merge (SpHistogram *histogram, const SpHistogram *other);
guint64 sp_histogram_count (const SpHistogram *histogram);
/* Exact. */
gint64 sp_histogram_max_us (const SpHistogram *histogram);
/* The smallest step's upper end that @share (0 to 1) of all values are not
 * above; at most the maximum. 0 when there are none. */
gint64 sp_histogram_quantile_us (const SpHistogram *histogram, double share);

/** Walks the steps that hold anything, in rising order. */
typedef struct
{
  const SpHistogram *histogram;
  guint step;
  guint64 below; /* values of this step and of those before */
} SpHistogramWalk;
void sp_histogram_walk (const SpHistogram *histogram, SpHistogramWalk *walk);
/* FALSE at the end. *@upto_us: upper end of the step; *@share: of all values up
 * to it. */
gboolean
sp_histogram_next (SpHistogramWalk *walk, gint64 *upto_us, double *share);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpHistogram, sp_histogram_free)
