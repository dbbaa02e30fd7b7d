/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

#define SP_PULL_GOOD_US (60 * G_USEC_PER_SEC)
#define SP_PULL_REFUSED_MAX_MS 60000

/** How long a pull waits before it tries again. Pure; zeroed is new. */
typedef struct
{
  guint n_refused; /* in a row */
} SpPullBackoff;

typedef enum
{
  SP_PULL_FAILED,  /* may be over soon */
  SP_PULL_REFUSED, /* somebody has to mend something first */
} SpPullFault;

/* After an attempt that brought data for @good_us (0: none). @spread: random,
 * [0, 1): pumps that lost one source do not come back all at once. */
guint sp_pull_backoff_wait_ms (SpPullBackoff *backoff,
                               SpPullFault fault,
                               guint retry_ms,
                               gint64 good_us,
                               double spread);
