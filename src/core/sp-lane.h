/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-stream.h"
#include "sp-viewer.h"

/** One stream's part on one worker: a ring and the viewers that read it. Made
 * and freed with its stream; but for that, only its worker touches it. */

struct _SpLane
{
  SpStream *stream; /* that it is part of */
  SpLaneHost host;
  SpRing *ring;
  SpViewer *ready; /* heads of two lists: may be behind; kernel full */
  SpViewer *blocked;
  SpViewer *ready_tail;
  guint n_viewers;
  guint n_ready;
  SpViewerRules rules;
  gint64 burst_us;
  gint64 flush_us;
  gint64 due_us;      /* next pass; 0: nothing to send */
  gint64 pass_due_us; /* when the pass that is on was */
  gsize unsent_bytes; /* since the last pass */
  guint pass_left;    /* viewers still to visit in this pass */
  SpLane *next_dirty; /* the worker's list */
  gboolean is_dirty;
  guint n_lagging;      /* as the sweep counts them: half way to being slow */
  gboolean is_mass_lag; /* as the last sweep found it */
  gboolean is_swept;    /* in the list of lanes that the sweep looks at */
  SpLane *next_swept;
  SpQuality quality; /* being made by the sweep */
  SpStreamCounters counters;
};

void sp_lane_init (SpLane *lane, SpStream *stream, const SpLaneHost *host);
void sp_lane_clear (SpLane *lane);
/* Mail: @lane, a packet (transfer full). */
void sp_lane_deliver (gpointer lane, gpointer packet);
/* Mail: @lane, SpStreamPolicy (transfer full). */
void sp_lane_set_policy (gpointer lane, gpointer policy);
/* @viewer is initialised; it begins ready, with the header. */
void sp_lane_join (SpLane *lane, SpViewer *viewer, gint64 now_us);
void sp_lane_leave (SpLane *lane, SpViewer *viewer);
void sp_lane_block (SpLane *lane, SpViewer *viewer);
void sp_lane_unblock (SpLane *lane, SpViewer *viewer);
/* The head of the ready list goes to its tail: round robin. */
SpViewer *sp_lane_rotate (SpLane *lane);
