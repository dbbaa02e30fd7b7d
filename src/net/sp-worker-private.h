/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-conn.h"
#include "sp-epoll-source.h"
#include "sp-lateness.h"
#include "sp-log.h"
#include "sp-worker.h"

#define SP_WORKER_SCRATCH (64 * 1024)

/** A question about the worker's clients, while it is answered in slices. */
typedef struct _SpWorkerQuestion SpWorkerQuestion;

struct _SpWorker
{
  guint index;
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  SpMailbox *mailbox;
  GSource *mail;
  SpEpollSource *epoll;
  const SpSessionClass *session_class;
  gpointer service;
  SpConn *talking; /* lists: all but watching; watching */
  SpConn *watching;
  SpConn *dead;    /* freed when the dispatch is over */
  GQueue unread;   /* connections that had to stop reading */
  GQueue knocking; /* of SpConn: said hello, but all handshakes are taken */
  SpLane *dirty;   /* lanes with something to send, each with a ref
                      on its stream */
  gint64 stop_us;  /* stopping: the latest end; 0 otherwise */
  gint64 swept_us;
  SpLane *swept; /* lanes that have clients, or had some at the last sweep, each
                    with a ref on its stream */
  SpWorkerQuestion *questions; /* that are not answered yet */
  SpWorkerWatch watch;
  gboolean is_collecting; /* mail, before a pass */
  guint n_handshakes;     /* TLS, under way */
  guint n_connections;    /* atomic */
  SpLateness lateness;
  SpLogLimit bad_input_log;
  SpPlan plan; /* of the viewer that is being served */
  guint8 scratch[SP_WORKER_SCRATCH];
};

void sp_worker_link (SpConn **list, SpConn *conn);
void sp_worker_unlink (SpConn **list, SpConn *conn);
void sp_worker_bury (SpWorker *worker, SpConn *conn);
void sp_worker_read_later (SpWorker *worker, SpConn *conn);
void sp_worker_lane_due (SpWorker *worker, SpLane *lane, gint64 due_us);
/* The pass over @lane that is on has not ended before @now_us. */
void sp_worker_note_pass (SpWorker *worker, SpLane *lane, gint64 now_us);
guint64 sp_worker_next_client_id (void);

/* sp-worker-clients.c: @conn is about to leave the list of those watching. */
void sp_worker_pass_over (SpConn *conn);

/* sp-worker-sweep.c: once a second, each that watches. */
void sp_worker_sweep_watching (SpWorker *worker, gint64 now_us);
void sp_worker_clear_swept (SpWorker *worker);
/* Nobody on @lane is cut for slowness now: the fault is ours. */
gboolean sp_worker_spares (SpWorker *worker, SpLane *lane, gint64 now_us);
void sp_worker_cut (SpConn *conn);
