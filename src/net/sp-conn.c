/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-conn.h"

#include "sp-clock.h"
#include "sp-fanout.h"
#include "sp-hello.h"
#include "sp-log.h"
#include "sp-socket.h"
#include "sp-worker-private.h"

#define HANDSHAKE_US (10 * G_USEC_PER_SEC)
#define MAX_HANDSHAKES 16 /* at once, a worker */
#define DRAIN_US (2 * G_USEC_PER_SEC)
#define READS_A_TURN 32           /* of the worker's scratch each */
#define REPLY_BACKLOG (64 * 1024) /* unread answers: then we read no more */

static void
begin_talking (SpConn *conn)
{
  SpWorker *worker = conn->worker;

  conn->state = SP_CONN_TALKING;
  conn->end_by_us = 0;
  conn->talk->session = worker->session_class->create (
      worker->service, &conn->talk->peer, sp_clock_now_us ());
}

static void
fail_handshake (SpConn *conn)
{
  sp_stats_add (SP_PUMP_tls_failures, 1);
  if (conn->listener != NULL)
    sp_listener_stats_count (&conn->listener->tls_failures);
  sp_conn_drop (conn);
}

static void begin_next_handshake (SpWorker *worker);

/* Waits until a handshake of another one is over. */
static void
knock (SpConn *conn)
{
  if (conn->is_knocking)
    return;
  conn->is_knocking = TRUE;
  g_queue_push_tail (&conn->worker->knocking, conn);
}

static void
stop_knocking (SpConn *conn)
{
  if (!conn->is_knocking)
    return;
  conn->is_knocking = FALSE;
  g_queue_remove (&conn->worker->knocking, conn);
}

static void
on_handshake (gpointer user_data, gboolean is_open)
{
  SpConn *conn = user_data;

  conn->worker->n_handshakes--;
  begin_next_handshake (conn->worker);
  if (!is_open)
    {
      fail_handshake (conn);
      return;
    }
  sp_stats_add (SP_PUMP_tls_handshakes, 1);
  begin_talking (conn);
  sp_conn_read (conn);
}

static void
begin_handshake (SpConn *conn)
{
  stop_knocking (conn);
  if (!sp_tls_handshake (conn->transport.tls, on_handshake, conn))
    {
      fail_handshake (conn);
      return;
    }
  conn->state = SP_CONN_HANDSHAKE;
  conn->worker->n_handshakes++;
}

/* Those whose turn has not come are served in the order they came in. */
static void
begin_next_handshake (SpWorker *worker)
{
  SpConn *conn = g_queue_peek_head (&worker->knocking);

  if (conn != NULL)
    begin_handshake (conn);
}

/* A handshake holds a thread of GIO's pool, which file and name look-ups share:
 * it begins when the client has said its part, and few at a time. */
static void
look_for_hello (SpConn *conn, gboolean is_last)
{
  switch (sp_hello_peek (conn->transport.fd, conn->worker->scratch))
    {
    case SP_HELLO_MORE:
      if (is_last)
        fail_handshake (conn);
      return;
    case SP_HELLO_FOREIGN:
      fail_handshake (conn);
      return;
    case SP_HELLO_READY:
      if (conn->worker->n_handshakes < MAX_HANDSHAKES)
        begin_handshake (conn);
      else if (is_last)
        fail_handshake (conn);
      else
        knock (conn);
      return;
    }
}

static void
begin_talk (SpConn *conn, SpHandover *handover)
{
  SpTalk *talk = g_new0 (SpTalk, 1);

  talk->peer = handover->peer;
  handover->peer.address = NULL;
  sp_outbox_init (&talk->outbox);
  sp_address_read (&conn->address, talk->peer.address);
  conn->port = talk->peer.port;
  conn->is_tls = talk->peer.is_tls != 0;
  conn->talk = talk;
}

/** sp_conn_end_talk: no handshake is under way. */
void
sp_conn_end_talk (SpConn *conn, gint64 now_us)
{
  SpTalk *talk = g_steal_pointer (&conn->talk);

  if (talk == NULL)
    return;
  if (talk->session != NULL)
    conn->worker->session_class->free (talk->session, now_us);
  sp_outbox_clear (&talk->outbox);
  g_clear_object (&talk->peer.address);
  g_free (talk);
}

static void
begin_hello (SpConn *conn, SpHandover *handover, gint64 now_us)
{
  sp_transport_init_tls (&conn->transport, handover->fd, handover->certificate);
  conn->state = SP_CONN_HELLO;
  conn->end_by_us = now_us + HANDSHAKE_US;
}

/** sp_conn_new: @handover is left without descriptor and address. The
 * connection is in its worker's list of talkers. */
SpConn *
sp_conn_new (SpWorker *worker, SpHandover *handover, gint64 now_us)
{
  SpConn *conn = g_new0 (SpConn, 1);

  conn->worker = worker;
  conn->listener = g_steal_pointer (&handover->listener);
  begin_talk (conn, handover);
  sp_socket_set_options (handover->fd);
  sp_worker_link (&worker->talking, conn);
  if (conn->is_tls)
    begin_hello (conn, handover, now_us);
  else
    {
      sp_transport_init (&conn->transport, handover->fd);
      begin_talking (conn);
    }
  handover->fd = -1;
  if (!sp_epoll_source_add (worker->epoll, conn->transport.fd, conn))
    sp_conn_drop (conn);
  return conn;
}

/** sp_conn_drop: the socket is closed now; the memory goes when the dispatch is
 * over, since epoll may still name it. */
void
sp_conn_drop (SpConn *conn)
{
  SpWorker *worker = conn->worker;
  gint64 now_us = sp_clock_now_us ();

  if (conn->state == SP_CONN_DEAD)
    return;
  stop_knocking (conn);
  /* Its callback comes back here. */
  if (conn->transport.tls != NULL && sp_tls_cancel (conn->transport.tls))
    return;
  sp_conn_end_watching (conn, now_us);
  sp_conn_end_talk (conn, now_us);
  sp_worker_unlink (conn->state == SP_CONN_WATCHING ? &worker->watching
                                                    : &worker->talking,
                    conn);
  conn->state = SP_CONN_DEAD;
  sp_epoll_source_remove (worker->epoll, conn->transport.fd);
  sp_transport_clear (&conn->transport);
  sp_worker_bury (worker, conn);
}

/** sp_conn_free: of a connection that was dropped. */
void
sp_conn_free (SpConn *conn)
{
  g_clear_pointer (&conn->user_agent, g_ref_string_release);
  g_clear_pointer (&conn->host, g_ref_string_release);
  g_free (conn->external_id);
  if (conn->listener != NULL)
    {
      g_atomic_int_add (&conn->listener->connections, -1);
      sp_listener_stats_unref (conn->listener);
    }
  g_free (conn);
}

void
sp_conn_finish (SpConn *conn)
{
  gint64 now_us = sp_clock_now_us ();

  if (conn->state == SP_CONN_WATCHING)
    {
      if (conn->leaving == SP_LEFT_BY_ITSELF)
        conn->leaving = SP_LEFT_AT_END;
      /* Its place is free, however long the peer stays. */
      sp_conn_end_watching (conn, now_us);
      sp_worker_unlink (&conn->worker->watching, conn);
      sp_worker_link (&conn->worker->talking, conn);
    }
  conn->state = SP_CONN_DRAINING;
  conn->end_by_us = now_us + DRAIN_US;
  if (sp_transport_flush (&conn->transport))
    sp_transport_shut (&conn->transport);
}

static void
log_bad_input (SpConn *conn, gint64 now_us)
{
  g_autofree char *peer = NULL;
  SpLogFields fields = { .message_id = SP_MESSAGE_BAD_INPUT };

  if (!sp_log_limit_allow (
          &conn->worker->bad_input_log, now_us, 10, G_USEC_PER_SEC))
    return;
  peer = sp_conn_peer_name (conn);
  fields.peer = peer;
  sp_log (
      G_LOG_LEVEL_INFO, &fields, "bad input: %s", conn->talk->outbox.bad_input);
}

/* Sends what is left of the reply; TRUE when all of it is out. */
static gboolean
flush_reply (SpConn *conn)
{
  GByteArray *reply = conn->talk->outbox.reply;

  while (conn->talk->reply_sent < reply->len)
    {
      struct iovec iov = { reply->data + conn->talk->reply_sent,
                           reply->len - conn->talk->reply_sent };
      gssize n = sp_transport_write (&conn->transport, &iov, 1);

      if (n == SP_TRANSPORT_AGAIN)
        return FALSE;
      if (n < 0)
        {
          sp_conn_drop (conn);
          return FALSE;
        }
      conn->talk->reply_sent += (gsize)n;
    }
  g_byte_array_set_size (reply, 0);
  conn->talk->reply_sent = 0;
  return sp_transport_flush (&conn->transport);
}

/* Does what the session wants. */
static void
obey (SpConn *conn)
{
  if (conn->talk->outbox.bad_input != NULL)
    {
      if (conn->listener != NULL)
        sp_listener_stats_count (&conn->listener->bad_requests);
      log_bad_input (conn, sp_clock_now_us ());
      conn->talk->outbox.bad_input = NULL;
    }
  if (!flush_reply (conn))
    return;
  switch (conn->talk->outbox.next)
    {
    case SP_NEXT_READ:
      return;
    case SP_NEXT_CLOSE:
      sp_conn_finish (conn);
      return;
    case SP_NEXT_VIEW:
      sp_conn_begin_watching (conn);
      return;
    }
}

static gboolean
takes_input (SpConn *conn)
{
  if (conn->state == SP_CONN_TALKING)
    return conn->talk->outbox.next == SP_NEXT_READ
           && conn->talk->outbox.reply->len - conn->talk->reply_sent
                  < REPLY_BACKLOG;
  return conn->state == SP_CONN_WATCHING || conn->state == SP_CONN_DRAINING;
}

static void
on_eof (SpConn *conn)
{
  if (conn->state == SP_CONN_TALKING && conn->talk->outbox.next == SP_NEXT_READ)
    {
      conn->worker->session_class->eof (
          conn->talk->session, sp_clock_now_us (), &conn->talk->outbox);
      obey (conn);
    }
  if (conn->state == SP_CONN_TALKING
      && (conn->talk->outbox.reply->len > 0
          || !sp_transport_flush (&conn->transport)))
    {
      conn->talk->outbox.next = SP_NEXT_CLOSE;
      return;
    }
  sp_conn_drop (conn);
}

/* A socket that gave less than was asked for is empty, and what comes after
 * that is another event; but not the end that this one told of already. */
static void
read_on (SpConn *conn, gboolean has_end)
{
  SpWorker *worker = conn->worker;

  for (guint i = 0; takes_input (conn); i++)
    {
      if (i == READS_A_TURN)
        {
          sp_worker_read_later (worker, conn);
          return;
        }
      gssize n = sp_transport_read (
          &conn->transport, worker->scratch, SP_WORKER_SCRATCH);
      if (n == SP_TRANSPORT_AGAIN)
        return;
      if (n <= 0)
        {
          if (n == 0)
            on_eof (conn);
          else
            sp_conn_drop (conn);
          return;
        }
      if (conn->state != SP_CONN_TALKING)
        continue; /* nothing that a watching client says is waited for */
      worker->session_class->feed (conn->talk->session,
                                   worker->scratch,
                                   (gsize)n,
                                   sp_clock_now_us (),
                                   &conn->talk->outbox);
      obey (conn);
      if (n < SP_WORKER_SCRATCH && !has_end && conn->transport.tls == NULL)
        return;
    }
}

/** sp_conn_read: until the socket is empty, but no more than a turn's share. */
void
sp_conn_read (SpConn *conn)
{
  read_on (conn, TRUE);
}

static void
on_writable (SpConn *conn)
{
  if (conn->state == SP_CONN_WATCHING)
    {
      if (!sp_transport_flush (&conn->transport))
        return;
      sp_lane_unblock (conn->viewer.lane, &conn->viewer);
      sp_fanout_viewer (conn->worker, conn);
    }
  else if (conn->state == SP_CONN_TALKING && conn->talk->outbox.reply->len > 0)
    {
      obey (conn);
      if (conn->state == SP_CONN_TALKING)
        sp_conn_read (conn);
    }
  else if (conn->state == SP_CONN_TALKING
           && conn->talk->outbox.next != SP_NEXT_READ)
    obey (conn);
  else if (conn->state == SP_CONN_DRAINING
           && sp_transport_flush (&conn->transport))
    sp_transport_shut (&conn->transport);
}

void
sp_conn_on_events (SpConn *conn, guint32 events)
{
  if (conn->state == SP_CONN_DEAD || conn->state == SP_CONN_HANDSHAKE)
    return;
  if (conn->state == SP_CONN_HELLO)
    {
      look_for_hello (conn, (events & (EPOLLRDHUP | EPOLLHUP)) != 0);
      return;
    }
  if (events & (EPOLLERR | EPOLLHUP))
    {
      sp_conn_drop (conn);
      return;
    }
  if (events & EPOLLOUT)
    on_writable (conn);
  if (conn->state != SP_CONN_DEAD && (events & (EPOLLIN | EPOLLRDHUP)))
    read_on (conn, (events & EPOLLRDHUP) != 0);
}

/** sp_conn_tick: every quarter of a second; time limits. */
void
sp_conn_tick (SpConn *conn, gint64 now_us)
{
  gboolean is_late = conn->end_by_us != 0 && now_us >= conn->end_by_us;

  if (conn->state == SP_CONN_HELLO)
    look_for_hello (conn, is_late);
  else if (is_late)
    sp_conn_drop (conn);
  else if (conn->state == SP_CONN_TALKING
           && conn->talk->outbox.next == SP_NEXT_READ)
    {
      conn->worker->session_class->tick (
          conn->talk->session, now_us, &conn->talk->outbox);
      obey (conn);
    }
}

/** sp_conn_hang_up: whoever talks is cut off; a viewer gets its END. */
void
sp_conn_hang_up (SpConn *conn)
{
  if (conn->state == SP_CONN_WATCHING)
    {
      conn->leaving = SP_LEFT_AT_END;
      sp_fanout_kick (conn->worker, conn);
    }
  else if (conn->state == SP_CONN_TALKING)
    sp_conn_finish (conn);
  else if (conn->state == SP_CONN_HELLO || conn->state == SP_CONN_HANDSHAKE)
    sp_conn_drop (conn);
}
