/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

typedef enum
{
#define SP_COUNTER_PUMP(name) SP_PUMP_##name,
#define SP_COUNTER_STREAM(name)
#define SP_COUNTER(scope, name, unit, help) SP_COUNTER_##scope (name)
#include "sp-counters.def"
#undef SP_COUNTER
#undef SP_COUNTER_PUMP
#undef SP_COUNTER_STREAM
  SP_N_PUMP_COUNTERS
} SpPumpCounter;

typedef enum
{
#define SP_COUNTER_PUMP(name)
#define SP_COUNTER_STREAM(name) SP_STREAM_##name,
#define SP_COUNTER(scope, name, unit, help) SP_COUNTER_##scope (name)
#include "sp-counters.def"
#undef SP_COUNTER
#undef SP_COUNTER_PUMP
#undef SP_COUNTER_STREAM
  SP_N_STREAM_COUNTERS
} SpStreamCounter;

/** What a counter is called and means; tables end with a NULL name. */
typedef struct
{
  const char *name;
  const char *unit;
  const char *help;
} SpCounterInfo;

extern const SpCounterInfo sp_pump_counters[SP_N_PUMP_COUNTERS + 1];
extern const SpCounterInfo sp_stream_counters[SP_N_STREAM_COUNTERS + 1];

/* Any thread, relaxed: the pump's own counters. */
void sp_stats_add (SpPumpCounter counter, guint64 n);
guint64 sp_stats_get (SpPumpCounter counter);

/** One stream's counters as one thread (or under one lock) writes them. */
typedef struct
{
  guint64 value[SP_N_STREAM_COUNTERS];
} SpStreamCounters;

/* Relaxed, but for the goings: see sp_stream_counters_sum(). */
static inline void
sp_stream_counters_add (SpStreamCounters *counters,
                        SpStreamCounter counter,
                        guint64 n)
{
  if (counter == SP_STREAM_clients_disconnected)
    __atomic_fetch_add (&counters->value[counter], n, __ATOMIC_RELEASE);
  else
    __atomic_fetch_add (&counters->value[counter], n, __ATOMIC_RELAXED);
}

/* Adds what @from shows now to @sum. Any thread. Never shows more clients that
 * went than that came: the difference of the two is the gauge. */
void sp_stream_counters_sum (SpStreamCounters *sum,
                             const SpStreamCounters *from);
