/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-info.h"

/** One playing of one stream: connects, asks, reads, measures. Main thread. */
typedef struct _SpCanaryRun SpCanaryRun;

/* @info: (transfer none). The run is over; it may be freed. */
typedef void (*SpCanaryRunFunc) (SpCanaryRun *run,
                                 const SpCanaryInfo *info,
                                 gpointer user_data);

typedef struct
{
  const char *address; /* of a plain media listener */
  guint16 port;
  const char *secret; /* NULL: as any other player */
  guint limit_ms;     /* up to the first packet */
  guint watch_ms;     /* from the first packet on */
} SpCanaryPlan;

/* @plan is copied; nothing is called before it returns. */
SpCanaryRun *sp_canary_run_new (const SpCanaryPlan *plan,
                                const char *path,
                                SpCanaryRunFunc func,
                                gpointer user_data);
const char *sp_canary_run_path (SpCanaryRun *run);
/* What is under way is broken off, and reports to nobody. */
void sp_canary_run_free (SpCanaryRun *run);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpCanaryRun, sp_canary_run_free)
