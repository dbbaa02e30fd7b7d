/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <sys/uio.h>

#include "sp-framer.h"
#include "sp-ring.h"
#include "sp-run.h"
#include "sp-stream.h"

#define SP_PLAN_FRAMES 64
#define SP_PLAN_IOV (SP_PLAN_FRAMES * 4)
#define SP_PLAN_BYTES (64 * 1024)

/** A cursor on a lane: what one client has of it. Part of its connection; only
 * the lane's worker touches it. Joining, then behind or level, then ended. */
typedef struct _SpViewer SpViewer;
struct _SpViewer
{
  SpViewer *prev; /* in one of the lane's two lists */
  SpViewer *next;
  SpLane *lane;
  const SpFramerClass *framer;
  SpPacket *pin;  /* goes out before the cursor: a header, or a packet cut
                     by a partial write, that the ring may drop meanwhile */
  guint64 cursor; /* sequence number of the next packet of the ring */
  guint64 id;     /* the client's, for people */
  guint64 bytes_sent;
  guint64 packets_sent;
  guint64 packets_skipped;
  gint64 catch_up_us;   /* lag it joined with; 0 once it was level */
  gint64 join_by_us;    /* start without a join point then */
  guint32 frame_offset; /* bytes of the current part that are out */
  guint32 epoch;        /* of the last header sent */
  guint16 part;         /* of the current packet */
  SpFramerState state;
  guint8 is_joining; /* waits for a join point */
  guint8 is_blocked; /* in the lane's blocked list */
  guint8 has_ended;  /* the END frame is out */
  guint8 is_kicked;  /* END is to follow the current frame */
};

G_STATIC_ASSERT (sizeof (SpViewer) <= 192);

typedef struct
{
  gint64 slow_us;    /* lag that is called slow */
  guint slow_viewer; /* SpStreamPolicy */
} SpViewerRules;

typedef enum
{
  SP_VIEWER_SEND,  /* the plan holds bytes */
  SP_VIEWER_LEVEL, /* nothing to send now */
  SP_VIEWER_ENDED, /* END is out: close */
  SP_VIEWER_CUT,   /* too slow by the rules: close */
} SpViewerVerdict;

typedef struct
{
  SpFrame frame;
  SpPacket *packet; /* (transfer none): ring's or pin */
} SpPlanFrame;

/** One write: everything the viewer lacks, up to SP_PLAN_BYTES. Zeroed before
 * its first use. */
typedef struct
{
  SpRuns *runs; /* (nullable): where it may take one from */
  SpRun *run;   /* (nullable): the write is of this, and frames is empty */
  struct iovec iov[SP_PLAN_IOV];
  SpPlanFrame frames[SP_PLAN_FRAMES];
  guint n_iov;
  guint n_frames;
  gsize bytes;
} SpPlan;

void sp_viewer_init (SpViewer *viewer,
                     const SpFramerClass *framer,
                     gboolean is_chunked);
void sp_viewer_clear (SpViewer *viewer);
/* Header first, then from the ring's join point for @burst_us. */
void
sp_viewer_join (SpViewer *viewer, SpRing *ring, gint64 now_us, gint64 burst_us);
SpViewerVerdict sp_viewer_plan (SpViewer *viewer,
                                SpRing *ring,
                                const SpViewerRules *rules,
                                gint64 now_us,
                                SpPlan *plan);
/* It has all that is there, as a plan would say: SP_VIEWER_LEVEL. */
gboolean sp_viewer_is_level (SpViewer *viewer, SpRing *ring);
/* @bytes of @plan were taken by the kernel; the packets completed by them.
 * @ring is as it was then. */
guint
sp_viewer_advance (SpViewer *viewer, SpRing *ring, SpPlan *plan, gsize bytes);
gint64 sp_viewer_lag_us (SpViewer *viewer, SpRing *ring, gint64 now_us);
/* The same, with a packet of which it has only a part; without what it joined
 * with and has not caught up. */
gint64 sp_viewer_behind_us (SpViewer *viewer, SpRing *ring, gint64 now_us);
/* Bytes of the ring, and of a packet begun, that are still to go out. */
guint64 sp_viewer_queue_bytes (SpViewer *viewer, SpRing *ring);
/* By the lane's rules; a client that catches up after its burst is not. */
gboolean sp_viewer_is_slow (SpViewer *viewer,
                            SpRing *ring,
                            const SpViewerRules *rules,
                            gint64 now_us);
/* END after the current frame. */
void sp_viewer_kick (SpViewer *viewer);
