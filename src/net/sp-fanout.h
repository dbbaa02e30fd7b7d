/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-conn.h"
#include "sp-lane.h"

/** The hot loop: what each ready viewer lacks, in one write each. */

/* One viewer at once: it has joined, or its socket takes bytes again. */
void sp_fanout_viewer (SpWorker *worker, SpConn *conn);
/* A pass over @lane within the dispatch's budget: *@sends and @until_us. TRUE
 * when the pass is over. */
gboolean
sp_fanout_lane (SpWorker *worker, SpLane *lane, guint *sends, gint64 until_us);
/* END after the current frame, at once. */
void sp_fanout_kick (SpWorker *worker, SpConn *conn);
