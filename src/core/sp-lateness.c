/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-lateness.h"

#define SLOT_US (G_USEC_PER_SEC / SP_LATENESS_SLOTS)

/* Both in one word, so that no reader sees one without the other. */
static guint64
pack (guint32 number, guint32 worst_ms)
{
  return (guint64)number << 32 | worst_ms;
}

/* Which quarter of a second it is. */
static guint32
number_of (gint64 now_us)
{
  return (guint32)(now_us / SLOT_US);
}

/** sp_lateness_note: @late_us may be below 0, which counts as 0. */
void
sp_lateness_note (SpLateness *lateness, gint64 late_us, gint64 now_us)
{
  guint32 number = number_of (now_us);
  guint64 *slot = &lateness->slots[number % SP_LATENESS_SLOTS];
  guint64 before = __atomic_load_n (slot, __ATOMIC_RELAXED);
  guint32 worst_ms = (guint32)CLAMP (late_us / 1000, 0, G_MAXINT32);

  if (before >> 32 == number)
    worst_ms = MAX (worst_ms, (guint32)before);
  if (before != pack (number, worst_ms))
    __atomic_store_n (slot, pack (number, worst_ms), __ATOMIC_RELAXED);
}

/** sp_lateness_ms: at @now_us. */
guint
sp_lateness_ms (const SpLateness *lateness, gint64 now_us)
{
  guint32 number = number_of (now_us);
  guint worst_ms = 0;

  for (guint i = 0; i < SP_LATENESS_SLOTS; i++)
    {
      guint64 slot = __atomic_load_n (&lateness->slots[i], __ATOMIC_RELAXED);

      if (number - (guint32)(slot >> 32) < SP_LATENESS_SLOTS)
        worst_ms = MAX (worst_ms, (guint)(guint32)slot);
    }
  return worst_ms;
}
