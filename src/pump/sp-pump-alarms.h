/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-events.h"
#include "sp-info.h"
#include "sp-limit-alarm.h"

/** What was told of the pump as a whole: its limits, and that accepting paused.
 * Part of SpAlarms. */
typedef struct
{
  SpEvents *events;
  SpLimitAlarm limit; /* clients, clients of an address, bandwidth */
  guint64 limited;    /* seen so far, of every cause */
  guint64 refused;    /* looks that saw one of them refuse */
  SpLimitAlarm overloads[SP_N_OVERLOADS];
  guint64 pauses; /* told of so far */
  gint64 paused_us;
} SpPumpAlarms;

/* @events: (transfer none), outlives it. */
void sp_pump_alarms_init (SpPumpAlarms *alarms, SpEvents *events);
/* Once a second. */
void sp_pump_alarms_look (SpPumpAlarms *alarms,
                          const SpPumpInfo *info,
                          gint64 now_us);
