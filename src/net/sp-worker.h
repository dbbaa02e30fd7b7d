/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-kicked.h"
#include "sp-handover.h"

/** A thread with its own main context, one epoll set and a mailbox: it serves
 * the connections it is given, reading and writing, and owns them. */
typedef struct _SpWorker SpWorker;

SpWorker *sp_worker_new (guint index,
                         const SpSessionClass *session_class,
                         gpointer service);
/* Any thread: ends viewers in order, within @grace_ms, and then the thread. */
void sp_worker_stop (SpWorker *worker, guint grace_ms);
/* Waits for that end. Mail is still accepted, and kept. */
void sp_worker_join (SpWorker *worker);
/* Once every worker is joined: they may have mail for each other. */
void sp_worker_free (SpWorker *worker);
void sp_worker_lane_host (SpWorker *worker, SpLaneHost *host);
/* Any thread. @handover: (transfer full). */
void sp_worker_adopt (SpWorker *worker, SpHandover *handover);
/* Any thread: connections, those under way to it included. */
guint sp_worker_connections (SpWorker *worker);
/* Any thread: how late its passes end, the worst of the last second. */
guint sp_worker_lateness_ms (SpWorker *worker, gint64 now_us);

/** Who is told of each client that comes and goes. The callbacks run where
 * @mailbox is read, and free what they get; each may be NULL. */
typedef struct
{
  SpMailbox *mailbox;
  SpMailFunc on_client_in;  /* user_data, SpClientInfo (transfer full) */
  SpMailFunc on_client_out; /* user_data, SpVisit (transfer full) */
  gpointer user_data;
} SpWorkerWatch;

/* Any thread; for those who come and go from then on. @watch is copied. Its
 * mailbox outlives the worker: the last visits end as it stops. */
void sp_worker_set_watch (SpWorker *worker, const SpWorkerWatch *watch);

/** Answers of a worker, sent by mail to @reply_to. */
typedef void (*SpWorkerReply) (gpointer user_data, gpointer result);
/* @filter is copied; result: GPtrArray of SpClientInfo (transfer full). Made in
 * slices: whoever comes or goes meanwhile may be in it or not. */
void sp_worker_list (SpWorker *worker,
                     const SpClientFilter *filter,
                     SpMailbox *reply_to,
                     SpWorkerReply reply,
                     gpointer user_data);
/* Result: SpKicked (transfer full). */
void sp_worker_kick (SpWorker *worker,
                     const SpClientFilter *filter,
                     SpMailbox *reply_to,
                     SpWorkerReply reply,
                     gpointer user_data);
