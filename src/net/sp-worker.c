/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-worker-private.h"

#include "sp-clock.h"
#include "sp-fanout.h"

#define SWEEP_MS 250
/* What a dispatch may spend on sending before it looks at accepts, reads and
 * mail again. */
#define SENDS_A_DISPATCH 512
#define BUDGET_US 5000

static guint64 last_client_id;

/** sp_worker_next_client_id: unique over all workers, from 1. */
guint64
sp_worker_next_client_id (void)
{
  return __atomic_add_fetch (&last_client_id, 1, __ATOMIC_RELAXED);
}

void
sp_worker_link (SpConn **list, SpConn *conn)
{
  conn->prev = NULL;
  conn->next = *list;
  if (*list != NULL)
    (*list)->prev = conn;
  *list = conn;
}

void
sp_worker_unlink (SpConn **list, SpConn *conn)
{
  if (conn->prev != NULL)
    conn->prev->next = conn->next;
  else
    *list = conn->next;
  if (conn->next != NULL)
    conn->next->prev = conn->prev;
  conn->prev = NULL;
  conn->next = NULL;
}

/** sp_worker_bury: @conn is in no list any more. */
void
sp_worker_bury (SpWorker *worker, SpConn *conn)
{
  if (conn->is_unread)
    g_queue_remove (&worker->unread, conn);
  conn->next = worker->dead;
  worker->dead = conn;
  sp_epoll_source_wake_at (worker->epoll, 0);
}

void
sp_worker_read_later (SpWorker *worker, SpConn *conn)
{
  if (conn->is_unread)
    return;
  conn->is_unread = TRUE;
  g_queue_push_tail (&worker->unread, conn);
}

static void
make_dirty (SpWorker *worker, SpLane *lane)
{
  if (lane->is_dirty)
    return;
  sp_stream_ref (lane->stream);
  lane->is_dirty = TRUE;
  lane->next_dirty = worker->dirty;
  worker->dirty = lane;
}

/** sp_worker_lane_due: @lane gets a pass at @due_us, or earlier if one is due.
 */
void
sp_worker_lane_due (SpWorker *worker, SpLane *lane, gint64 due_us)
{
  if (lane->due_us == 0 || due_us < lane->due_us)
    lane->due_us = due_us;
  sp_epoll_source_wake_by (worker->epoll, lane->due_us);
  make_dirty (worker, lane);
  if (!worker->is_collecting)
    sp_lane_arm (lane);
}

void
sp_worker_note_pass (SpWorker *worker, SpLane *lane, gint64 now_us)
{
  sp_lateness_note (&worker->lateness, now_us - lane->pass_due_us, now_us);
}

/* One that takes for ever is late long before its end. */
static void
note_passes (SpWorker *worker, gint64 now_us)
{
  for (SpLane *lane = worker->dirty; lane != NULL; lane = lane->next_dirty)
    if (lane->pass != NULL)
      sp_worker_note_pass (worker, lane, now_us);
}

static void
bury_dead (SpWorker *worker)
{
  while (worker->dead != NULL)
    {
      SpConn *conn = worker->dead;

      worker->dead = conn->next;
      sp_conn_free (conn);
      g_atomic_int_add (&worker->n_connections, -1);
      sp_stats_add (SP_PUMP_connections_closed, 1);
    }
}

static gboolean
is_due (const SpLane *lane, gint64 now_us)
{
  return lane->pass == NULL && lane->due_us != 0 && lane->due_us <= now_us;
}

/* What was posted without a word for lanes that are due is fetched now. */
static void
collect_mail (SpWorker *worker, gint64 now_us)
{
  gboolean is_any = FALSE;

  for (SpLane *lane = worker->dirty; lane != NULL; lane = lane->next_dirty)
    if (is_due (lane, now_us))
      {
        sp_lane_disarm (lane);
        is_any = TRUE;
      }
  if (!is_any)
    return;
  worker->is_collecting = TRUE;
  sp_mailbox_drain (worker->mailbox);
  worker->is_collecting = FALSE;
}

/* @lane stays in the list: nobody need wake the worker for it. */
static void
keep_dirty (SpWorker *worker, SpLane *lane)
{
  make_dirty (worker, lane);
  if (lane->due_us > 0 || lane->n_viewers == 0)
    sp_lane_arm (lane);
}

/* A pass over each lane that is due; the time of the next, 0: none. */
static gint64
serve_lanes (SpWorker *worker)
{
  gint64 now_us = sp_clock_now_us ();
  gint64 until_us = now_us + BUDGET_US;
  gint64 next_us = 0;
  guint sends = SENDS_A_DISPATCH;
  SpLane *lane;

  collect_mail (worker, now_us);
  lane = g_steal_pointer (&worker->dirty);
  while (lane != NULL)
    {
      SpLane *next = lane->next_dirty;
      SpStream *stream = lane->stream;
      gboolean is_late = is_due (lane, now_us);

      lane->is_dirty = FALSE;
      /* One that became due by the mail just now has not been disarmed. */
      if (lane->pass != NULL || (is_late && !sp_lane_is_armed (lane)))
        is_late = !sp_fanout_lane (worker, lane, &sends, until_us);
      /* The rest of a pass is not another one: that is due in its time. */
      if (is_late || lane->due_us != 0)
        keep_dirty (worker, lane);
      if (is_late)
        next_us = now_us;
      else if (lane->due_us != 0 && (next_us == 0 || lane->due_us < next_us))
        next_us = lane->due_us;
      sp_stream_unref (stream);
      lane = next;
    }
  return next_us;
}

static void
read_unread (SpWorker *worker)
{
  for (guint n = worker->unread.length; n > 0 && worker->unread.length > 0; n--)
    {
      SpConn *conn = g_queue_pop_head (&worker->unread);

      conn->is_unread = FALSE;
      sp_conn_read (conn);
    }
}

static void
on_event (gpointer item, guint32 events, gpointer user_data)
{
  sp_conn_on_events (item, events);
}

static void
check_stopped (SpWorker *worker, gint64 now_us)
{
  if (worker->stop_us == 0)
    return;
  if ((worker->talking == NULL && worker->watching == NULL)
      || now_us >= worker->stop_us)
    g_main_loop_quit (worker->loop);
}

static void
after_events (gpointer user_data)
{
  SpWorker *worker = user_data;
  gint64 next_us;

  read_unread (worker);
  next_us = serve_lanes (worker);
  bury_dead (worker);
  check_stopped (worker, sp_clock_now_us ());
  if (!g_queue_is_empty (&worker->unread) || worker->dead != NULL)
    next_us = sp_clock_now_us ();
  sp_epoll_source_wake_at (worker->epoll, next_us != 0 ? next_us : -1);
}

static void
sweep_list (SpConn *list, gint64 now_us)
{
  SpConn *next;

  for (SpConn *conn = list; conn != NULL; conn = next)
    {
      next = conn->next;
      sp_conn_tick (conn, now_us);
    }
}

static gboolean
on_sweep (gpointer user_data)
{
  SpWorker *worker = user_data;
  gint64 now_us = sp_clock_now_us ();

  sp_mailbox_drain (worker->mailbox);
  sweep_list (worker->talking, now_us);
  note_passes (worker, now_us);
  if (now_us - worker->swept_us >= G_USEC_PER_SEC)
    {
      worker->swept_us = now_us;
      sp_worker_sweep_watching (worker, now_us);
    }
  after_events (worker);
  return G_SOURCE_CONTINUE;
}

static void
drop_talking (SpWorker *worker)
{
  SpConn *next;

  for (SpConn *conn = worker->talking; conn != NULL; conn = next)
    {
      next = conn->next;
      sp_conn_drop (conn);
    }
}

static gpointer
run (gpointer user_data)
{
  SpWorker *worker = user_data;
  GSource *sweep = g_timeout_source_new (SWEEP_MS);

  g_main_context_push_thread_default (worker->context);
  g_source_set_callback (sweep, on_sweep, worker, NULL);
  g_source_attach (sweep, worker->context);
  g_main_loop_run (worker->loop);
  g_source_destroy (sweep);
  g_source_unref (sweep);
  while (worker->watching != NULL)
    sp_conn_drop (worker->watching);
  bury_dead (worker);
  /* Handshakes end by being cancelled, in their own time. */
  drop_talking (worker);
  while (worker->talking != NULL)
    {
      g_main_context_iteration (worker->context, TRUE);
      drop_talking (worker);
    }
  bury_dead (worker);
  g_main_context_pop_thread_default (worker->context);
  return NULL;
}

/** sp_worker_new: the thread runs when this returns. */
SpWorker *
sp_worker_new (guint index,
               const SpSessionClass *session_class,
               gpointer service)
{
  SpWorker *worker = g_new0 (SpWorker, 1);
  g_autofree char *name = g_strdup_printf ("worker-%u", index);

  worker->index = index;
  worker->session_class = session_class;
  worker->service = service;
  worker->swept_us = sp_clock_now_us ();
  worker->context = g_main_context_new ();
  worker->loop = g_main_loop_new (worker->context, FALSE);
  worker->mailbox = sp_mailbox_new ();
  worker->mail = sp_mailbox_attach (worker->mailbox, worker->context);
  worker->epoll
      = sp_epoll_source_new (on_event, after_events, worker, worker->context);
  worker->plan.runs = sp_runs_new ();
  g_queue_init (&worker->unread);
  g_queue_init (&worker->knocking);
  worker->thread = g_thread_new (name, run, worker);
  return worker;
}

static void
deliver_stop (gpointer target, gpointer payload)
{
  SpWorker *worker = target;
  SpConn *next;

  worker->stop_us
      = sp_clock_now_us () + (gint64)GPOINTER_TO_UINT (payload) * 1000;
  for (SpConn *conn = worker->watching; conn != NULL; conn = next)
    {
      next = conn->next;
      sp_conn_hang_up (conn);
    }
  for (SpConn *conn = worker->talking; conn != NULL; conn = next)
    {
      next = conn->next;
      sp_conn_hang_up (conn);
    }
  sp_epoll_source_wake_at (worker->epoll, 0);
}

void
sp_worker_stop (SpWorker *worker, guint grace_ms)
{
  sp_mailbox_post (
      worker->mailbox, deliver_stop, worker, GUINT_TO_POINTER (grace_ms));
}

void
sp_worker_join (SpWorker *worker)
{
  g_thread_join (worker->thread);
}

void
sp_worker_free (SpWorker *worker)
{
  g_source_destroy (worker->mail);
  g_source_unref (worker->mail);
  /* Late mail is delivered here: its lanes are alive, nobody else runs. */
  sp_mailbox_free (worker->mailbox);
  for (SpLane *lane = worker->dirty; lane != NULL;)
    {
      SpLane *next = lane->next_dirty;

      lane->is_dirty = FALSE;
      sp_stream_unref (lane->stream);
      lane = next;
    }
  sp_worker_clear_swept (worker);
  sp_epoll_source_free (worker->epoll);
  g_main_loop_unref (worker->loop);
  g_main_context_unref (worker->context);
  sp_runs_free (worker->plan.runs);
  g_free (worker);
}

static void
on_dirty (gpointer user_data, SpLane *lane)
{
  SpWorker *worker = user_data;

  sp_worker_lane_due (worker, lane, lane->due_us);
}

/** sp_worker_lane_host: what a stream needs for its lane on @worker. */
void
sp_worker_lane_host (SpWorker *worker, SpLaneHost *host)
{
  *host = (SpLaneHost){ .mailbox = worker->mailbox,
                        .worker = worker,
                        .on_dirty = on_dirty };
}

static void
deliver_watch (gpointer target, gpointer payload)
{
  SpWorker *worker = target;
  g_autofree SpWorkerWatch *watch = payload;

  worker->watch = *watch;
}

void
sp_worker_set_watch (SpWorker *worker, const SpWorkerWatch *watch)
{
  sp_mailbox_post (
      worker->mailbox, deliver_watch, worker, g_memdup2 (watch, sizeof *watch));
}

/* The program stops: it was counted when it was handed over. */
static void
refuse_late (SpWorker *worker, SpListenerStats *listener)
{
  g_atomic_int_add (&worker->n_connections, -1);
  if (listener != NULL)
    g_atomic_int_add (&listener->connections, -1);
}

static void
deliver_connection (gpointer target, gpointer payload)
{
  SpWorker *worker = target;
  g_autoptr (SpHandover) handover = payload;

  if (worker->stop_us == 0)
    sp_conn_new (worker, handover, sp_clock_now_us ());
  else
    refuse_late (worker, handover->listener);
}

void
sp_worker_adopt (SpWorker *worker, SpHandover *handover)
{
  if (handover->listener != NULL)
    g_atomic_int_inc (&handover->listener->connections);
  g_atomic_int_inc (&worker->n_connections);
  sp_mailbox_post (worker->mailbox, deliver_connection, worker, handover);
}

guint
sp_worker_connections (SpWorker *worker)
{
  return (guint)g_atomic_int_get (&worker->n_connections);
}

guint
sp_worker_lateness_ms (SpWorker *worker, gint64 now_us)
{
  return sp_lateness_ms (&worker->lateness, now_us);
}
