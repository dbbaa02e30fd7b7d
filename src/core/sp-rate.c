/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-rate.h"

/** sp_rate_init: @now_us: when the count was 0. */
void
sp_rate_init (SpRate *rate, gint64 now_us)
{
  *rate = (SpRate){ .at_us = { now_us, now_us } };
}

/** sp_rate_note: @bytes: the count as it is at @now_us. */
void
sp_rate_note (SpRate *rate, guint64 bytes, gint64 now_us)
{
  if (now_us - rate->at_us[1] < SP_RATE_STEP_US)
    return;
  rate->at_us[0] = rate->at_us[1];
  rate->bytes[0] = rate->bytes[1];
  rate->at_us[1] = now_us;
  rate->bytes[1] = bytes;
}

/** sp_rate_bps: bits per second; what came in less than a second counts as if
 * it had taken one. */
guint64
sp_rate_bps (const SpRate *rate, guint64 bytes, gint64 now_us)
{
  gint64 us = MAX (now_us - rate->at_us[0], G_USEC_PER_SEC);
  guint64 grown = bytes > rate->bytes[0] ? bytes - rate->bytes[0] : 0;

  return (guint64)((double)grown * 8 * G_USEC_PER_SEC / (double)us);
}
