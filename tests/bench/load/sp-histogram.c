/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-histogram.h"

#include <math.h>

/* Each power of two is cut into 128 equal steps: the widest is 1/128 of its
 * value. Below 256 a step is one microsecond. */
#define STEP_BITS 7
#define STEPS_AN_OCTAVE (1u << STEP_BITS)
#define MAX_BITS 31
#define MAX_US ((G_GINT64_CONSTANT (1) << MAX_BITS) - 1)
#define N_STEPS ((MAX_BITS - STEP_BITS + 1) * STEPS_AN_OCTAVE)

struct _SpHistogram
{
  guint64 count;
  gint64 max_us;
  guint64 steps[N_STEPS];
};

SpHistogram *
sp_histogram_new (void)
{
  return g_new0 (SpHistogram, 1);
}

void
sp_histogram_free (SpHistogram *histogram)
{
  g_free (histogram);
}

static guint
step_of (guint64 value_us)
{
  guint bits;

  if (value_us < STEPS_AN_OCTAVE)
    return (guint)value_us;
  bits = g_bit_storage ((gulong)value_us) - 1 - STEP_BITS;
  return (bits << STEP_BITS) + (guint)(value_us >> bits);
}

/* The greatest value of @step. */
static gint64
end_of (guint step)
{
  guint bits = step < STEPS_AN_OCTAVE ? 0 : (step >> STEP_BITS) - 1;
  gint64 start = (gint64)(step - (bits << STEP_BITS)) << bits;

  return start + (G_GINT64_CONSTANT (1) << bits) - 1;
}

void
sp_histogram_add (SpHistogram *histogram, gint64 value_us)
{
  value_us = MAX (value_us, 0);
  histogram->count++;
  histogram->max_us = MAX (histogram->max_us, value_us);
  histogram->steps[step_of ((guint64)MIN (value_us, MAX_US))]++;
}

void
sp_histogram_merge (SpHistogram *histogram, const SpHistogram *other)
{
  histogram->count += other->count;
  histogram->max_us = MAX (histogram->max_us, other->max_us);
  for (guint i = 0; i < N_STEPS; i++)
    histogram->steps[i] += other->steps[i];
}

guint64
sp_histogram_count (const SpHistogram *histogram)
{
  return histogram->count;
}

gint64
sp_histogram_max_us (const SpHistogram *histogram)
{
  return histogram->max_us;
}

gint64
sp_histogram_quantile_us (const SpHistogram *histogram, double share)
{
  guint64 wanted = (guint64)ceil (share * (double)histogram->count);
  guint64 below = 0;

  for (guint i = 0; i < N_STEPS; i++)
    {
      below += histogram->steps[i];
      if (below > 0 && below >= wanted)
        return i + 1 == N_STEPS ? histogram->max_us
                                : MIN (end_of (i), histogram->max_us);
    }
  return 0;
}

void
sp_histogram_walk (const SpHistogram *histogram, SpHistogramWalk *walk)
{
  *walk = (SpHistogramWalk){ .histogram = histogram };
}

gboolean
sp_histogram_next (SpHistogramWalk *walk, gint64 *upto_us, double *share)
{
  const SpHistogram *histogram = walk->histogram;

  while (walk->step < N_STEPS && histogram->steps[walk->step] == 0)
    walk->step++;
  if (walk->step == N_STEPS)
    return FALSE;
  walk->below += histogram->steps[walk->step];
  *upto_us = MIN (end_of (walk->step), histogram->max_us);
  *share = (double)walk->below / (double)histogram->count;
  walk->step++;
  return TRUE;
}
