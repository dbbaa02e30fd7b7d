/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-worker-private.h"

#include "sp-clock.h"
#include "sp-fanout.h"

/* Questions about a worker's clients, asked and answered by mail. */

typedef struct
{
  SpClientFilter filter;
  char *stream;
  char *external_id;
  SpMailbox *reply_to;
  SpWorkerReply reply;
  gpointer user_data;
} Question;

static void
question_free (Question *question)
{
  g_free (question->stream);
  g_free (question->external_id);
  g_clear_object (&question->filter.address);
  g_free (question);
}

static void
ask (SpWorker *worker,
     SpMailFunc func,
     const SpClientFilter *filter,
     SpMailbox *reply_to,
     SpWorkerReply reply,
     gpointer user_data)
{
  Question *question = g_new0 (Question, 1);

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
  sp_mailbox_post (worker->mailbox, func, worker, question);
}

static gboolean
is_meant (SpConn *conn, Question *question, gint64 now_us)
{
  g_autoptr (SpClientInfo) info = sp_conn_info (conn, now_us);

  return sp_client_filter_matches (&question->filter, info);
}

static void
answer (Question *question, gpointer result)
{
  sp_mailbox_post (
      question->reply_to, question->reply, question->user_data, result);
  question_free (question);
}

static void
deliver_list (gpointer target, gpointer payload)
{
  SpWorker *worker = target;
  Question *question = payload;
  gint64 now_us = sp_clock_now_us ();
  GPtrArray *clients
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_client_info_free);

  for (SpConn *conn = worker->watching; conn != NULL; conn = conn->next)
    {
      g_autoptr (SpClientInfo) info = sp_conn_info (conn, now_us);

      if (sp_client_filter_matches (&question->filter, info))
        g_ptr_array_add (clients, g_steal_pointer (&info));
    }
  answer (question, clients);
}

void
sp_worker_list (SpWorker *worker,
                const SpClientFilter *filter,
                SpMailbox *reply_to,
                SpWorkerReply reply,
                gpointer user_data)
{
  ask (worker, deliver_list, filter, reply_to, reply, user_data);
}

static void
log_kick (SpConn *conn)
{
  g_autofree char *peer = sp_conn_peer_name (conn);
  SpLogFields fields = { .stream = sp_stream_path (conn->stream),
                         .client = conn->viewer.id,
                         .peer = peer,
                         .message_id = SP_MESSAGE_CLIENT_KICKED };

  sp_log (G_LOG_LEVEL_MESSAGE, &fields, "client kicked");
}

static void
deliver_kick (gpointer target, gpointer payload)
{
  SpWorker *worker = target;
  Question *question = payload;
  gint64 now_us = sp_clock_now_us ();
  guint kicked = 0;
  SpConn *next;

  for (SpConn *conn = worker->watching; conn != NULL; conn = next)
    {
      next = conn->next;
      if (conn->viewer.is_kicked || !is_meant (conn, question, now_us))
        continue;
      log_kick (conn);
      sp_stream_counters_add (
          &conn->viewer.lane->counters, SP_STREAM_clients_kicked, 1);
      sp_fanout_kick (worker, conn);
      kicked++;
    }
  answer (question, GUINT_TO_POINTER (kicked));
}

void
sp_worker_kick (SpWorker *worker,
                const SpClientFilter *filter,
                SpMailbox *reply_to,
                SpWorkerReply reply,
                gpointer user_data)
{
  ask (worker, deliver_kick, filter, reply_to, reply, user_data);
}
