/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-worker-private.h"

#include "sp-fanout.h"

/* Without a sweep for so long the worker itself was held up. */
#define STALLED_US (3 * G_USEC_PER_SEC)

/* Once a second each client that watches is looked at: its time limits, how
 * well it is served, and what the rules say of those whom no event wakes. */

gboolean
sp_worker_spares (SpWorker *worker, SpLane *lane, gint64 now_us)
{
  return lane->is_mass_lag || now_us - worker->swept_us > STALLED_US;
}

/** sp_worker_cut: @conn is too slow by the rules. */
void
sp_worker_cut (SpConn *conn)
{
  conn->leaving = SP_LEFT_CUT;
  if (!conn->is_canary)
    sp_stream_counters_add (
        &conn->viewer.lane->counters, SP_STREAM_clients_cut, 1);
  sp_conn_drop (conn);
}

static void
begin_qualities (SpWorker *worker)
{
  for (SpLane *lane = worker->swept; lane != NULL; lane = lane->next_swept)
    {
      lane->quality = (SpQuality){ 0 };
      lane->n_lagging = 0;
    }
}

static void
add_lane (SpWorker *worker, SpLane *lane)
{
  if (lane->is_swept)
    return;
  sp_stream_ref (lane->stream);
  lane->is_swept = TRUE;
  lane->quality = (SpQuality){ 0 };
  lane->n_lagging = 0;
  lane->next_swept = worker->swept;
  worker->swept = lane;
}

static void
note_quality (SpWorker *worker, SpConn *conn, gint64 now_us)
{
  SpViewer *viewer = &conn->viewer;
  SpLane *lane = viewer->lane;
  gint64 behind_us = sp_viewer_behind_us (viewer, lane->ring, now_us);
  SpWorstClient client = { .client = viewer->id,
                           .lag_ms = (guint)(behind_us / 1000),
                           .packets_skipped = viewer->packets_skipped };

  if (conn->is_canary)
    return;
  add_lane (worker, lane);
  if (behind_us > lane->rules.slow_us / 2)
    lane->n_lagging++;
  if (sp_quality_ranks (&lane->quality, client.lag_ms))
    client.queue_bytes = sp_conn_queue_bytes (conn);
  sp_quality_add (&lane->quality, &client);
}

/* Whoever falls behind with most of the others does so because of us. Some of
 * them are slow a moment before the others: they count from half way on. */
static gboolean
is_mass_lag (const SpLane *lane)
{
  return sp_quality_is_mass_lag (&lane->quality)
         || (lane->quality.clients >= SP_MASS_LAG_CLIENTS
             && 2 * lane->n_lagging > lane->quality.clients);
}

/* To the streams; a lane without clients says so once. */
static void
end_qualities (SpWorker *worker)
{
  SpLane **link = &worker->swept;

  while (*link != NULL)
    {
      SpLane *lane = *link;
      SpStream *stream = lane->stream;

      sp_stream_set_quality (stream, worker->index, &lane->quality);
      lane->is_mass_lag = is_mass_lag (lane);
      if (lane->quality.clients > 0)
        {
          link = &lane->next_swept;
          continue;
        }
      *link = lane->next_swept;
      lane->is_swept = FALSE;
      sp_stream_unref (stream);
    }
}

/* Time limits and quality. */
static void
look_at_all (SpWorker *worker, gint64 now_us)
{
  SpConn *next;

  begin_qualities (worker);
  for (SpConn *conn = worker->watching; conn != NULL; conn = next)
    {
      next = conn->next;
      sp_conn_tick (conn, now_us);
      if (conn->state != SP_CONN_WATCHING)
        continue;
      sp_rate_note (&conn->rate, conn->viewer.bytes_sent, now_us);
      note_quality (worker, conn, now_us);
    }
  end_qualities (worker);
}

/* A client whose kernel takes nothing makes no events: the rules still hold.
 * Whoever was kicked is on the way out, and has a reason already. */
static gboolean
is_to_be_cut (SpConn *conn, gint64 now_us)
{
  SpViewer *viewer = &conn->viewer;
  SpLane *lane = viewer->lane;

  return viewer->is_blocked && !viewer->is_kicked
         && lane->rules.slow_viewer == 2
         && sp_viewer_is_slow (viewer, lane->ring, &lane->rules, now_us)
         && !sp_worker_spares (conn->worker, lane, now_us);
}

/* It joined as the stream ended, and no header has come since. */
static gboolean
waits_in_vain (SpConn *conn, gint64 now_us)
{
  SpViewer *viewer = &conn->viewer;

  return viewer->is_joining && !viewer->state.has_sent_header
         && viewer->pin == NULL && now_us >= viewer->join_by_us;
}

void
sp_worker_sweep_watching (SpWorker *worker, gint64 now_us)
{
  SpConn *next;

  look_at_all (worker, now_us);
  for (SpConn *conn = worker->watching; conn != NULL; conn = next)
    {
      next = conn->next;
      if (is_to_be_cut (conn, now_us))
        sp_worker_cut (conn);
      else if (!conn->viewer.is_kicked && waits_in_vain (conn, now_us))
        {
          conn->leaving = SP_LEFT_AT_END;
          sp_fanout_kick (worker, conn);
        }
    }
}

void
sp_worker_clear_swept (SpWorker *worker)
{
  while (worker->swept != NULL)
    {
      SpLane *lane = worker->swept;

      worker->swept = lane->next_swept;
      lane->is_swept = FALSE;
      sp_stream_unref (lane->stream);
    }
}
