/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-stats.h"

const SpCounterInfo sp_pump_counters[SP_N_PUMP_COUNTERS + 1] = {
#define SP_COUNTER_PUMP(name, unit, help) { #name, #unit, help },
#define SP_COUNTER_STREAM(name, unit, help)
#define SP_COUNTER(scope, name, unit, help)                                    \
  SP_COUNTER_##scope (name, unit, help)
#include "sp-counters.def"
#undef SP_COUNTER
#undef SP_COUNTER_PUMP
#undef SP_COUNTER_STREAM
  { NULL, NULL, NULL },
};

const SpCounterInfo sp_stream_counters[SP_N_STREAM_COUNTERS + 1] = {
#define SP_COUNTER_PUMP(name, unit, help)
#define SP_COUNTER_STREAM(name, unit, help) { #name, #unit, help },
#define SP_COUNTER(scope, name, unit, help)                                    \
  SP_COUNTER_##scope (name, unit, help)
#include "sp-counters.def"
#undef SP_COUNTER
#undef SP_COUNTER_PUMP
#undef SP_COUNTER_STREAM
  { NULL, NULL, NULL },
};

static guint64 pump_values[SP_N_PUMP_COUNTERS];

void
sp_stats_add (SpPumpCounter counter, guint64 n)
{
  __atomic_fetch_add (&pump_values[counter], n, __ATOMIC_RELAXED);
}

guint64
sp_stats_get (SpPumpCounter counter)
{
  return __atomic_load_n (&pump_values[counter], __ATOMIC_RELAXED);
}

/** sp_stream_counters_sum: adds what @from shows now to @sum, which is the
 * caller's own. The goings are read before the comings, and each was counted
 * after its coming. */
void
sp_stream_counters_sum (SpStreamCounters *sum, const SpStreamCounters *from)
{
  const guint goings = SP_STREAM_clients_disconnected;

  sum->value[goings]
      += __atomic_load_n (&from->value[goings], __ATOMIC_ACQUIRE);
  for (guint i = 0; i < SP_N_STREAM_COUNTERS; i++)
    if (i != goings)
      sum->value[i] += __atomic_load_n (&from->value[i], __ATOMIC_RELAXED);
}
