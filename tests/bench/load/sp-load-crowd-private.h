/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-load-crowd.h"
#include "sp-load-viewer.h"

#define SP_LOAD_BUFFER_BYTES (256 * 1024)
#define SP_LOAD_STALL_US G_USEC_PER_SEC

struct _SpLoadCrowd
{
  SpLoadRun *run;
  guint index;
  guint n_crowds;
  int epoll;
  guint n_viewers; /* stalled ones, too */
  SpLoadViewer *viewers;
  GPtrArray *slow; /* of those */
  guint8 *buffer;
  SpLoadTally *tallies[SP_LOAD_N_KINDS];
  GHashTable *reasons;
  guint64 bytes; /* atomic */
  guint n_asked;
  guint n_started;   /* of the ramp */
  guint64 n_churned; /* turns of the churn */
  guint churn_at;    /* the viewer that is next */
  guint address_shift;
  gint64 slow_tick;
  gboolean is_judged; /* at the window's end */
  gint64 now_us;
  gint64 window_us; /* as the run has it */
  gint64 window_end_us;
};

static inline SpLoadTally *
sp_load_crowd_tally (SpLoadCrowd *crowd, const SpLoadViewer *viewer)
{
  return crowd->tallies[viewer->kind];
}

static inline gboolean
sp_load_crowd_is_in_window (const SpLoadCrowd *crowd, gint64 time_us)
{
  return time_us >= crowd->window_us && time_us < crowd->window_end_us;
}

/* The first or the next connection of @viewer. */
void sp_load_crowd_start_viewer (SpLoadCrowd *crowd, SpLoadViewer *viewer);
/* It can be read or written, as epoll's @events say. */
void
sp_load_crowd_serve (SpLoadCrowd *crowd, SpLoadViewer *viewer, guint32 events);
/* Up to @len bytes of what has come; TRUE: there may be more. */
gboolean
sp_load_crowd_receive (SpLoadCrowd *crowd, SpLoadViewer *viewer, gsize len);
