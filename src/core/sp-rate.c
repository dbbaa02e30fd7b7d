/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-rate.h"

/** sp_rate_init: @now_us: when the count was 0. */
void
sp_rate_init (SpRate *rate, gint64 now_us)
{
  *rate = (SpRate){ .at_us = now_us };
}

static gint64
later_us (const SpRate *rate)
{
  return rate->at_us + (gint64)rate->step_ms * 1000;
}

static guint64
later_bytes (const SpRate *rate)
{
  return rate->bytes + rate->step_bytes;
}

static guint64
at_most (guint64 value, guint bits)
{
  return MIN (value, (G_GUINT64_CONSTANT (1) << bits) - 1);
}

/** sp_rate_note: @bytes: the count as it is at @now_us. What the milliseconds
 * cut off is in the next step. */
void
sp_rate_note (SpRate *rate, guint64 bytes, gint64 now_us)
{
  gint64 step_us = now_us - later_us (rate);
  guint64 before = later_bytes (rate);
  guint64 grown = bytes > before ? bytes - before : 0;

  if (step_us < SP_RATE_STEP_US)
    return;
  rate->at_us = later_us (rate);
  rate->bytes = MIN (before, bytes);
  rate->step_ms = at_most ((guint64)step_us / 1000, SP_RATE_MS_BITS);
  rate->step_bytes = at_most (grown, SP_RATE_BYTES_BITS);
}

/** sp_rate_bps: bits per second; what came in less than a second counts as if
 * it had taken one. */
guint64
sp_rate_bps (const SpRate *rate, guint64 bytes, gint64 now_us)
{
  gint64 us = MAX (now_us - rate->at_us, G_USEC_PER_SEC);
  guint64 grown = bytes > rate->bytes ? bytes - rate->bytes : 0;

  return (guint64)((double)grown * 8 * G_USEC_PER_SEC / (double)us);
}
