/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-info.h"

/** What the process itself is like: rates over ten seconds, the peak of its
 * clients, how late its main loop is. Main thread. */
typedef struct _SpPulse SpPulse;

/* @beat_ms: how often sp_pulse_beat() is called. */
SpPulse *sp_pulse_new (guint beat_ms);
void sp_pulse_free (SpPulse *pulse);
/* A timer of the main loop has come round. */
void sp_pulse_beat (SpPulse *pulse, gint64 now_us);
/* Once a second. @totals: over all streams. */
void
sp_pulse_look (SpPulse *pulse, gint64 now_us, const SpStreamCounters *totals);
/* Rates, peak, loop delay, descriptors and memory of @info. */
void sp_pulse_fill (SpPulse *pulse, gint64 now_us, SpPumpInfo *info);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpPulse, sp_pulse_free)
