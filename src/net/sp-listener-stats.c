/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-listener-stats.h"

SpListenerStats *
sp_listener_stats_new (guint index)
{
  SpListenerStats *stats = g_new0 (SpListenerStats, 1);

  g_atomic_ref_count_init (&stats->ref_count);
  stats->index = index;
  return stats;
}

SpListenerStats *
sp_listener_stats_ref (SpListenerStats *stats)
{
  g_atomic_ref_count_inc (&stats->ref_count);
  return stats;
}

void
sp_listener_stats_unref (SpListenerStats *stats)
{
  if (g_atomic_ref_count_dec (&stats->ref_count))
    g_free (stats);
}
