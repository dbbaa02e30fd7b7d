/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-conn.h"

#include "sp-clock.h"
#include "sp-fanout.h"
#include "sp-lane.h"
#include "sp-socket.h"
#include "sp-worker-private.h"

/* What a client's coming and going is to the others: counters, the log, whoever
 * watches the worker. Of the canary nobody hears. */

static void
log_in (SpConn *conn)
{
  g_autofree char *peer = sp_conn_peer_name (conn);
  SpLogFields fields = sp_conn_log_fields (conn, peer, SP_MESSAGE_CLIENT_IN);

  sp_log (G_LOG_LEVEL_INFO,
          &fields,
          "client in: %s, %s",
          conn->viewer.framer->name,
          conn->user_agent != NULL ? conn->user_agent : "no agent");
}

static void
log_out (SpConn *conn, gint64 now_us)
{
  g_autofree char *peer = sp_conn_peer_name (conn);
  SpLogFields fields = sp_conn_log_fields (conn, peer, SP_MESSAGE_CLIENT_OUT);

  sp_log (G_LOG_LEVEL_INFO,
          &fields,
          "client out after %" G_GINT64_FORMAT " s, %" G_GUINT64_FORMAT
          " packets, %" G_GUINT64_FORMAT " skipped",
          (now_us - conn->watching_us) / G_USEC_PER_SEC,
          conn->viewer.packets_sent,
          conn->viewer.packets_skipped);
}

static void
tell_in (SpConn *conn, gint64 now_us)
{
  const SpWorkerWatch *watch = &conn->worker->watch;

  if (watch->on_client_in != NULL)
    sp_mailbox_post (watch->mailbox,
                     watch->on_client_in,
                     watch->user_data,
                     sp_conn_info (conn, now_us));
}

static void
tell_out (SpConn *conn, gint64 now_us)
{
  const SpWorkerWatch *watch = &conn->worker->watch;
  SpVisit *visit;

  if (watch->on_client_out == NULL)
    return;
  visit = g_new0 (SpVisit, 1);
  visit->info = sp_conn_info (conn, now_us);
  visit->info->state = SP_CLIENT_CLOSING;
  visit->reason = conn->leaving;
  visit->left_us = now_us;
  visit->left_unix_us = g_get_real_time ();
  visit->local_address
      = sp_socket_local_address (conn->transport.fd, &visit->local_port);
  visit->host = g_strdup (conn->host);
  visit->player = conn->worker->session_class->player (
      conn->worker->service, conn->seat, now_us);
  sp_mailbox_post (
      watch->mailbox, watch->on_client_out, watch->user_data, visit);
}

static void
count_in (SpConn *conn, SpLane *lane, gint64 now_us)
{
  if (conn->is_canary)
    return;
  sp_stream_client_in (lane->stream);
  sp_stream_counters_add (&lane->counters, SP_STREAM_clients_connected, 1);
  log_in (conn);
  tell_in (conn, now_us);
}

static void
count_out (SpConn *conn, gint64 now_us)
{
  if (conn->is_canary)
    return;
  tell_out (conn, now_us);
  sp_stream_counters_add (
      &conn->viewer.lane->counters, SP_STREAM_clients_disconnected, 1);
  log_out (conn, now_us);
}

/* Most clients say one of a few things: (nullable). */
static char *
intern (const char *text)
{
  return text != NULL ? g_ref_string_new_intern (text) : NULL;
}

/* What the session gave, as far as it outlives it; (transfer full): the stream.
 */
static SpStream *
take_outbox (SpConn *conn, gint64 now_us)
{
  SpOutbox *outbox = &conn->talk->outbox;

  conn->user_agent = intern (outbox->user_agent);
  conn->host = intern (outbox->host);
  conn->external_id = g_steal_pointer (&outbox->external_id);
  conn->is_canary = outbox->is_canary;
  if (outbox->requested_us != 0)
    conn->waited_us
        = (guint)CLAMP (now_us - outbox->requested_us, 0, G_MAXUINT32);
  sp_viewer_init (&conn->viewer, outbox->framer, outbox->is_chunked);
  conn->seat = conn->worker->session_class->seat (conn->talk->session);
  return g_steal_pointer (&outbox->stream);
}

/** sp_conn_begin_watching: the stream is owned, by the viewer's lane. @conn may
 * be gone afterwards. */
void
sp_conn_begin_watching (SpConn *conn)
{
  SpWorker *worker = conn->worker;
  gint64 now_us = sp_clock_now_us ();
  SpStream *stream = take_outbox (conn, now_us);
  SpLane *lane = sp_stream_lane (stream, worker->index);

  sp_conn_end_talk (conn, now_us);
  conn->watching_us = now_us;
  conn->watching_at = (guint32)(g_get_real_time () / G_USEC_PER_SEC);
  conn->leaving = SP_LEFT_BY_ITSELF;
  sp_rate_init (&conn->rate, now_us);
  conn->viewer.id = sp_worker_next_client_id ();
  sp_worker_unlink (&worker->talking, conn);
  sp_worker_link (&worker->watching, conn);
  conn->state = SP_CONN_WATCHING;
  sp_lane_join (lane, &conn->viewer, now_us);
  count_in (conn, lane, now_us);
  sp_fanout_viewer (worker, conn);
}

static void
leave_seat (SpConn *conn, SpStream *stream, gint64 now_us)
{
  g_autoptr (GInetAddress) address = sp_address_inet (&conn->address);
  SpLeaver leaver = { .stream = stream,
                      .address = address,
                      .seat = conn->seat,
                      .is_canary = conn->is_canary };

  conn->worker->session_class->leave (conn->worker->service, &leaver, now_us);
}

/** sp_conn_end_watching: @conn is still in the worker's list. */
void
sp_conn_end_watching (SpConn *conn, gint64 now_us)
{
  SpLane *lane = conn->viewer.lane;
  SpStream *stream;

  if (lane == NULL)
    return;
  stream = lane->stream;
  count_out (conn, now_us);
  sp_worker_pass_over (conn);
  sp_lane_leave (lane, &conn->viewer);
  sp_viewer_clear (&conn->viewer);
  leave_seat (conn, stream, now_us);
  if (!conn->is_canary)
    sp_stream_client_out (stream, now_us);
  sp_stream_unref (stream);
}

/** sp_conn_has_started: what took less than a millisecond took one. */
void
sp_conn_has_started (SpConn *conn)
{
  gint64 delay_ms
      = (sp_clock_now_us () - conn->watching_us + conn->waited_us) / 1000;

  conn->start_delay_ms = (guint)CLAMP (delay_ms, 1, G_MAXUINT32);
  if (!conn->is_canary)
    sp_stream_add_start_delay (conn->viewer.lane->stream, conn->start_delay_ms);
}
