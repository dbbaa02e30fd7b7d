/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-info.h"

/** Whether the pump has more to do than it can: what it measures of itself
 * against its limits. Takes a limit back only well below it. All zero at first.
 * Pure. */
typedef struct
{
  gint64 late_since_us; /* 0: it is not late */
  gboolean is_late;
  gboolean is_large;
} SpOverloadMeter;

/* Four times a second or so. @limit_ms 0: none, as below. */
void sp_overload_meter_lateness (SpOverloadMeter *meter,
                                 guint lateness_ms,
                                 guint limit_ms,
                                 gint64 now_us);
void sp_overload_meter_memory (SpOverloadMeter *meter,
                               guint64 memory_kib,
                               guint limit_mb);
/* LATENESS and MEMORY, of SpOverload. */
guint sp_overload_meter_causes (const SpOverloadMeter *meter);
