/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-load-options.h"
#include "sp-load-process.h"
#include "sp-load-tally.h"
#include "sp-load-tls.h"

/** What all crowds of a run share. The thread that runs it writes; the crowds
 * read, and count with atomics what is asked for while they run. */
typedef struct
{
  const SpLoadOptions *options;
  GPtrArray *targets;  /* of SpLoadTarget */
  GPtrArray *requests; /* of char *, one for each target */
  SpLoadTls *tls;      /* NULL: no target wants it */
  gint64 start_us;     /* of the ramp */
  gint64 window_us;    /* atomic; G_MAXINT64: not known yet */
  gint64 window_end_us;
  gint is_over;    /* atomic */
  guint n_settled; /* atomic: of the first viewers, joined or refused */
} SpLoadRun;

/** What came of it. */
typedef struct
{
  guint n_asked;    /* joins: all that began */
  guint n_pending;  /* of these, neither joined nor refused at the end */
  double joining_s; /* from the first join to the last */
  double seconds;   /* of the window */
  double client_cpu_s;
  GArray *mbps; /* of double: received in each second of the window */
  SpLoadTally *tallies[SP_LOAD_N_KINDS];
  GHashTable *reasons; /* text: how often, of refused, lost and bad framing */
  gboolean has_server;
  SpLoadProcess server_start;
  SpLoadProcess server_end;
} SpLoadResult;

/* Runs from the first join to the end of the window. (transfer full) */
SpLoadResult *sp_load_run (const SpLoadOptions *options, GError **error);
void sp_load_result_free (SpLoadResult *result);
/* All but the stalled ones (transfer full). */
SpLoadTally *sp_load_result_sum (const SpLoadResult *result);
/* Everybody was served as he should. */
gboolean sp_load_result_is_good (const SpLoadResult *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpLoadResult, sp_load_result_free)
