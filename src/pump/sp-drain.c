/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-drain.h"

/** sp_drain_begin: again while it drains already, it sets another deadline. */
void
sp_drain_begin (SpDrain *drain, gint64 now_us, guint deadline_s)
{
  if (drain->state == SP_DRAIN_SERVING)
    {
      drain->state = SP_DRAIN_DRAINING;
      drain->since_us = now_us;
    }
  drain->deadline_us
      = deadline_s > 0 ? now_us + (gint64)deadline_s * G_USEC_PER_SEC : 0;
  drain->is_over = FALSE;
}

void
sp_drain_end (SpDrain *drain)
{
  *drain = (SpDrain){ .state = SP_DRAIN_SERVING };
}

SpDrainStep
sp_drain_look (SpDrain *drain, gint64 now_us, guint clients)
{
  if (drain->state == SP_DRAIN_DRAINING && clients == 0)
    {
      drain->state = SP_DRAIN_DRAINED;
      return SP_DRAIN_EMPTY;
    }
  if (drain->state != SP_DRAIN_DRAINING || drain->is_over
      || drain->deadline_us == 0 || now_us < drain->deadline_us)
    return SP_DRAIN_NOTHING;
  drain->is_over = TRUE;
  return SP_DRAIN_LATE;
}
