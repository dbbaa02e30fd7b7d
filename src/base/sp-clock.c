/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-clock.h"

static gint64 fake_now_us = -1;

gint64
sp_clock_now_us (void)
{
  gint64 fake = __atomic_load_n (&fake_now_us, __ATOMIC_RELAXED);

  return fake >= 0 ? fake : g_get_monotonic_time ();
}

void
sp_clock_set_fake (gint64 now_us)
{
  __atomic_store_n (&fake_now_us, now_us, __ATOMIC_RELAXED);
}
