/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-worker-private.h"

#include "sp-clock.h"
#include "sp-fanout.h"

/* Questions about a worker's clients, asked and answered by mail: some clients
 * at a time, so that media need not wait for those who look at them. */

#define SLICE 500 /* clients; or */
#define SLICE_US 400
#define LOOKS_AT_CLOCK 8 /* clients between two looks */

struct _SpWorkerQuestion
{
  SpWorkerQuestion *next; /* in the worker's list */
  SpConn *cursor;         /* the client to look at next; NULL: that was all */
  /* What is done with each client that is meant. */
  void (*visit) (SpWorkerQuestion *question, SpConn *conn, gint64 now_us);
  SpClientFilter filter;
  char *stream;
  char *external_id;
  SpMailbox *reply_to;
  SpWorkerReply reply;
  gpointer user_data;
  gpointer result;
};

static void
question_free (SpWorkerQuestion *question)
{
  g_free (question->stream);
  g_free (question->external_id);
  g_clear_object (&question->filter.address);
  g_free (question);
}

static void
answer (SpWorker *worker, SpWorkerQuestion *question)
{
  SpWorkerQuestion **link = &worker->questions;

  while (*link != question)
    link = &(*link)->next;
  *link = question->next;
  sp_mailbox_post (question->reply_to,
                   question->reply,
                   question->user_data,
                   question->result);
  question_free (question);
}

static void
deliver_slice (gpointer target, gpointer payload)
{
  SpWorker *worker = target;
  SpWorkerQuestion *question = payload;
  gint64 now_us = sp_clock_now_us ();
  gint64 until_us = now_us + SLICE_US;

  for (guint i = 1; i <= SLICE && question->cursor != NULL; i++)
    {
      SpConn *conn = question->cursor;

      question->cursor = conn->next;
      if (sp_conn_matches (conn, &question->filter))
        question->visit (question, conn, now_us);
      if (i % LOOKS_AT_CLOCK != 0)
        continue;
      now_us = sp_clock_now_us ();
      if (now_us >= until_us)
        break;
    }
  if (question->cursor != NULL)
    sp_mailbox_post (worker->mailbox, deliver_slice, worker, question);
  else
    answer (worker, question);
}

/* New ones come in at the head of the list, so that nobody is met twice. */
static void
deliver_question (gpointer target, gpointer payload)
{
  SpWorker *worker = target;
  SpWorkerQuestion *question = payload;

  question->next = worker->questions;
  worker->questions = question;
  question->cursor = worker->watching;
  deliver_slice (worker, question);
}

/** sp_worker_pass_over: whoever is to look at @conn next looks at the one after
 * it. */
void
sp_worker_pass_over (SpConn *conn)
{
  for (SpWorkerQuestion *question = conn->worker->questions; question != NULL;
       question = question->next)
    if (question->cursor == conn)
      question->cursor = conn->next;
}

static SpWorkerQuestion *
question_new (const SpClientFilter *filter,
              SpMailbox *reply_to,
              SpWorkerReply reply,
              gpointer user_data)
{
  SpWorkerQuestion *question = g_new0 (SpWorkerQuestion, 1);

  question->stream = g_strdup (filter->stream);
  question->external_id = g_strdup (filter->external_id);
  question->filter = *filter;
  question->filter.stream = question->stream;
  question->filter.external_id = question->external_id;
  if (filter->address != NULL)
    g_object_ref (filter->address);
  question->reply_to = reply_to;
  question->reply = reply;
  question->user_data = user_data;
  return question;
}

static void
visit_to_list (SpWorkerQuestion *question, SpConn *conn, gint64 now_us)
{
  g_ptr_array_add (question->result, sp_conn_info (conn, now_us));
}

void
sp_worker_list (SpWorker *worker,
                const SpClientFilter *filter,
                SpMailbox *reply_to,
                SpWorkerReply reply,
                gpointer user_data)
{
  SpWorkerQuestion *question
      = question_new (filter, reply_to, reply, user_data);

  question->visit = visit_to_list;
  question->result
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_client_info_free);
  sp_mailbox_post (worker->mailbox, deliver_question, worker, question);
}

static void
log_kick (SpConn *conn)
{
  g_autofree char *peer = sp_conn_peer_name (conn);
  SpLogFields fields
      = sp_conn_log_fields (conn, peer, SP_MESSAGE_CLIENT_KICKED);

  sp_log (G_LOG_LEVEL_MESSAGE, &fields, "client kicked");
}

static void
visit_to_kick (SpWorkerQuestion *question, SpConn *conn, gint64 now_us)
{
  g_autoptr (GInetAddress) address = NULL;

  if (conn->viewer.is_kicked)
    return;
  log_kick (conn);
  sp_stream_counters_add (
      &conn->viewer.lane->counters, SP_STREAM_clients_kicked, 1);
  address = sp_address_inet (&conn->address);
  sp_kicked_add (question->result, address, conn->external_id);
  conn->leaving = SP_LEFT_KICKED;
  sp_fanout_kick (conn->worker, conn);
}

void
sp_worker_kick (SpWorker *worker,
                const SpClientFilter *filter,
                SpMailbox *reply_to,
                SpWorkerReply reply,
                gpointer user_data)
{
  SpWorkerQuestion *question
      = question_new (filter, reply_to, reply, user_data);

  question->visit = visit_to_kick;
  question->result = sp_kicked_new ();
  sp_mailbox_post (worker->mailbox, deliver_question, worker, question);
}
