/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-pull-backoff.h"

#define QUICK 10 /* a good stream is asked for again so many times sooner */

/* Twice as long with each refusal; with its spread never over the maximum,
 * unless retry_ms alone is. */
static guint
refused_ms (SpPullBackoff *backoff, guint retry_ms)
{
  guint max_ms = MAX (retry_ms, SP_PULL_REFUSED_MAX_MS / 2);
  guint64 wait_ms = (guint64)retry_ms << MIN (backoff->n_refused, 16);

  backoff->n_refused++;
  return (guint)MIN (wait_ms, max_ms);
}

/** sp_pull_backoff_wait_ms: between a time and twice that. The time is
 * @retry_ms, a tenth of it when what was lost had lasted for longer than
 * @retry_ms, and more for each refusal since the last good minute. */
guint
sp_pull_backoff_wait_ms (SpPullBackoff *backoff,
                         SpPullFault fault,
                         guint retry_ms,
                         gint64 good_us,
                         double spread)
{
  guint wait_ms = MAX (retry_ms, 1);

  if (good_us >= SP_PULL_GOOD_US)
    backoff->n_refused = 0;
  if (good_us > 0 && good_us >= (gint64)retry_ms * 1000)
    wait_ms = MAX (retry_ms / QUICK, 1);
  else if (fault == SP_PULL_REFUSED)
    wait_ms = refused_ms (backoff, wait_ms);
  return wait_ms + (guint)(spread * wait_ms);
}
