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
  SpViewer *pass; /* next to visit in the pass that runs; NULL: none runs */
  guint n_viewers;
  SpViewerRules rules;
  gint64 burst_us;
  gint64 flush_us;
  gint64 due_us;      /* next pass; 0: nothing to send */
  gint64 pass_due_us; /* when the pass that is on was */
  gsize unsent_bytes; /* since the last pass */
  gint is_armed;      /* atomic: data need not wake the worker: it will look in
                         time by itself, or there is nobody to wait for them */
  gsize quiet_bytes;  /* of the publishing side: posted since it last woke */
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
/* Whatever thread publishes; one at a time. Sends @packet (transfer full) to
 * sp_lane_deliver(), and wakes the worker if that cannot wait. */
void sp_lane_post (SpLane *lane, SpPacket *packet);
/* The worker: from here on data wake it, or do not. After the first it drains
 * its mailbox before it counts on having all. */
void sp_lane_disarm (SpLane *lane);
void sp_lane_arm (SpLane *lane);
gboolean sp_lane_is_armed (SpLane *lane);
/* @viewer is initialised; it begins ready, with the header. */
void sp_lane_join (SpLane *lane, SpViewer *viewer, gint64 now_us);
void sp_lane_leave (SpLane *lane, SpViewer *viewer);
void sp_lane_block (SpLane *lane, SpViewer *viewer);
void sp_lane_unblock (SpLane *lane, SpViewer *viewer);
/* A pass over all that are ready now. */
void sp_lane_begin_pass (SpLane *lane);
/* (nullable) (transfer none): the next to visit; NULL: the pass is over. */
SpViewer *sp_lane_visit_next (SpLane *lane);
