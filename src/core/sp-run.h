/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-framer.h"
#include "sp-ring.h"
#include "sp-segments.h"

#define SP_RUN_BYTES (64 * 1024)

/** Successive data packets of a ring in wire form, one behind the other: what
 * many viewers lack at the same moment. They differ in one byte a packet, which
 * is written anew for each, so that a viewer's share is one plain write. */
typedef struct _SpRun SpRun;

/** The runs that one worker has made lately. One thread. */
typedef struct _SpRuns SpRuns;

SpRuns *sp_runs_new (void);
void sp_runs_free (SpRuns *runs);
/* (nullable): the run from packet @from of @ring on, of SP_RUN_BYTES or to the
 * ring's end, as a viewer in @state gets it. NULL: it is worth no run, or does
 * not begin with a data packet. Good until the next call. */
SpRun *sp_runs_get (SpRuns *runs,
                    SpRing *ring,
                    guint64 from,
                    const SpFramerClass *framer,
                    const SpFramerState *state);
const guint8 *sp_run_bytes (const SpRun *run, gsize *len);
/* (nullable): where the same bytes are in a file: when they are not few, and
 * many viewers in a row were alike the last time. */
const SpExtent *sp_run_extent (const SpRun *run);
/* Packets that are whole in the first @bytes; *@rest: bytes of the next one. */
guint sp_run_count (const SpRun *run, gsize bytes, gsize *rest);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpRuns, sp_runs_free)
