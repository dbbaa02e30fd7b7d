/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-overload.h"

/* Longer than the second over which lateness is measured: one hiccup of the
 * machine refuses nobody. */
#define LATE_US (3 * G_USEC_PER_SEC / 2)
#define MEMORY_CALM_PERCENT 90

/** sp_overload_meter_lateness: late is what is above @limit_ms for a while, and
 * until it is below half of that. */
void
sp_overload_meter_lateness (SpOverloadMeter *meter,
                            guint lateness_ms,
                            guint limit_ms,
                            gint64 now_us)
{
  if (limit_ms == 0 || lateness_ms < (limit_ms + 1) / 2)
    meter->is_late = FALSE;
  if (limit_ms == 0 || lateness_ms <= limit_ms)
    {
      meter->late_since_us = 0;
      return;
    }
  if (meter->late_since_us == 0)
    meter->late_since_us = now_us;
  if (now_us - meter->late_since_us >= LATE_US)
    meter->is_late = TRUE;
}

/** sp_overload_meter_memory: large is what has reached @limit_mb, until it is
 * below 90 % of that. */
void
sp_overload_meter_memory (SpOverloadMeter *meter,
                          guint64 memory_kib,
                          guint limit_mb)
{
  guint64 limit_kib = (guint64)limit_mb * 1024;

  if (limit_mb == 0 || memory_kib * 100 < limit_kib * MEMORY_CALM_PERCENT)
    meter->is_large = FALSE;
  else if (memory_kib >= limit_kib)
    meter->is_large = TRUE;
}

guint
sp_overload_meter_causes (const SpOverloadMeter *meter)
{
  return (meter->is_late ? SP_OVERLOAD_LATENESS : 0)
         | (meter->is_large ? SP_OVERLOAD_MEMORY : 0);
}
