/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-fanout.h"

#include "sp-clock.h"
#include "sp-worker-private.h"

#define CLOCK_EVERY 16   /* visits */
#define WRITES_A_VISIT 4 /* of 64 KiB each; then the others */
/* The sweep comes each second: on the average the end is 2 s away. */
#define KICK_US (3 * G_USEC_PER_SEC / 2)

static SpConn *
conn_of (SpViewer *viewer)
{
  gpointer conn = (char *)viewer - G_STRUCT_OFFSET (SpConn, viewer);

  return conn;
}

/* *@may_take_more: TLS takes a record at a time, and what goes by reference may
 * stop short; that the socket is full only a would-block of a write says, after
 * which there will be an event. */
static gssize
write_plan (SpTransport *transport, const SpPlan *plan, gboolean *may_take_more)
{
  const SpExtent *extent = NULL;
  gssize n = SP_TRANSPORT_AGAIN;

  if (plan->run != NULL && transport->tls == NULL)
    extent = sp_run_extent (plan->run);
  if (extent != NULL)
    n = sp_transport_write_extent (transport, extent, plan->bytes);
  *may_take_more = n != SP_TRANSPORT_AGAIN || transport->tls != NULL;
  if (n == SP_TRANSPORT_AGAIN)
    n = sp_transport_write (transport, plan->iov, plan->n_iov);
  return n;
}

/* One write: FALSE when @conn can take no more now, has all there is, or is
 * gone. */
static gboolean
write_once (SpWorker *worker, SpConn *conn)
{
  SpViewer *viewer = &conn->viewer;
  SpLane *lane = viewer->lane;
  SpPlan *plan = &worker->plan;
  gboolean may_take_more;
  gssize n = write_plan (&conn->transport, plan, &may_take_more);
  guint packets;

  if (n == SP_TRANSPORT_ERROR)
    {
      sp_conn_drop (conn);
      return FALSE;
    }
  if (n == SP_TRANSPORT_AGAIN)
    {
      sp_lane_block (lane, viewer);
      return FALSE;
    }
  packets = sp_viewer_advance (viewer, lane->ring, plan, (gsize)n);
  sp_stream_counters_add (&lane->counters, SP_STREAM_packets_sent, packets);
  sp_stream_counters_add (&lane->counters, SP_STREAM_bytes_sent, (guint64)n);
  if (packets > 0 && conn->start_delay_ms == 0)
    sp_conn_has_started (conn);
  if ((gsize)n == plan->bytes || may_take_more)
    return !sp_viewer_is_level (viewer, lane->ring);
  sp_lane_block (lane, viewer);
  return FALSE;
}

/* Too slow by the rules, but not by its own fault: it skips. */
static SpViewerVerdict
plan_mildly (SpWorker *worker, SpViewer *viewer, gint64 now_us)
{
  SpViewerRules mild = viewer->lane->rules;

  mild.slow_viewer = 0;
  return sp_viewer_plan (
      viewer, viewer->lane->ring, &mild, now_us, &worker->plan);
}

static void
count_skipped (SpConn *conn, guint64 skipped)
{
  SpLane *lane = conn->viewer.lane;

  if (skipped == 0 || conn->is_canary)
    return;
  sp_stream_counters_add (&lane->counters, SP_STREAM_client_skips, 1);
  sp_stream_counters_add (&lane->counters, SP_STREAM_packets_skipped, skipped);
}

/* Everything @conn lacks, within a visit's share. TRUE: it lacks more. */
static gboolean
visit (SpWorker *worker, SpConn *conn, gint64 now_us)
{
  SpViewer *viewer = &conn->viewer;
  SpLane *lane = viewer->lane;

  for (guint i = 0; i < WRITES_A_VISIT; i++)
    {
      guint64 skipped = viewer->packets_skipped;
      SpViewerVerdict verdict = sp_viewer_plan (
          viewer, lane->ring, &lane->rules, now_us, &worker->plan);

      if (verdict == SP_VIEWER_CUT && sp_worker_spares (worker, lane, now_us))
        verdict = plan_mildly (worker, viewer, now_us);
      count_skipped (conn, viewer->packets_skipped - skipped);
      switch (verdict)
        {
        case SP_VIEWER_LEVEL:
          return FALSE;
        case SP_VIEWER_ENDED:
          sp_conn_finish (conn);
          return FALSE;
        case SP_VIEWER_CUT:
          sp_worker_cut (conn);
          return FALSE;
        case SP_VIEWER_SEND:
          if (!write_once (worker, conn))
            return FALSE;
          break;
        }
    }
  return TRUE;
}

void
sp_fanout_viewer (SpWorker *worker, SpConn *conn)
{
  SpLane *lane = conn->viewer.lane;

  if (visit (worker, conn, sp_clock_now_us ()))
    sp_worker_lane_due (worker, lane, sp_clock_now_us ());
}

/* What the visits after this one will touch is asked for in turn, as far as
 * what was asked for a visit ago leads: there is the time of a visit for it. */
static void
prefetch (SpViewer *next)
{
  SpViewer *second = next != NULL ? next->next : NULL;
  const char *third;

  if (next != NULL && conn_of (next)->transport.tls != NULL)
    sp_tls_prefetch (conn_of (next)->transport.tls);
  if (second == NULL)
    return;
  __builtin_prefetch (conn_of (second)->transport.tls);
  third = (const char *)second->next;
  if (third == NULL)
    return;
  __builtin_prefetch (third);
  __builtin_prefetch (third + 64);
  __builtin_prefetch (third + 128);
}

gboolean
sp_fanout_lane (SpWorker *worker, SpLane *lane, guint *sends, gint64 until_us)
{
  gint64 now_us = sp_clock_now_us ();
  SpViewer *viewer;

  if (lane->pass == NULL)
    {
      lane->pass_due_us = lane->due_us;
      sp_lane_begin_pass (lane);
    }
  while (lane->pass != NULL)
    {
      if (*sends == 0 || now_us >= until_us)
        return FALSE;
      viewer = sp_lane_visit_next (lane);
      prefetch (lane->pass);
      (*sends)--;
      if (visit (worker, conn_of (viewer), now_us))
        sp_worker_lane_due (worker, lane, now_us);
      if (*sends % CLOCK_EVERY == 0)
        now_us = sp_clock_now_us ();
    }
  sp_worker_note_pass (worker, lane, sp_clock_now_us ());
  return TRUE;
}

void
sp_fanout_kick (SpWorker *worker, SpConn *conn)
{
  sp_viewer_kick (&conn->viewer);
  conn->end_by_us = sp_clock_now_us () + KICK_US;
  if (!conn->viewer.is_blocked)
    sp_fanout_viewer (worker, conn);
}
