/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-conn.h"

#include "sp-lane.h"
#include "sp-tcp-info.h"
#include "sp-worker-private.h"

#include <string.h>

/** sp_conn_peer_name: (transfer full): "192.0.2.1:4711", "[2001:db8::1]:4711"
 */
char *
sp_conn_peer_name (SpConn *conn)
{
  g_autofree char *address = sp_address_text (&conn->address);

  return g_strdup_printf (
      strchr (address, ':') != NULL ? "[%s]:%u" : "%s:%u", address, conn->port);
}

/** sp_conn_log_fields: of a line about a client. @peer: (transfer none): its
 * sp_conn_peer_name(), outlives the fields. */
SpLogFields
sp_conn_log_fields (SpConn *conn, const char *peer, const char *message_id)
{
  return (SpLogFields){ .stream = sp_stream_path (conn->viewer.lane->stream),
                        .client = conn->viewer.id,
                        .peer = peer,
                        .message_id = message_id };
}

static gint64
behind_us (SpConn *conn, gint64 now_us)
{
  return sp_viewer_behind_us (&conn->viewer, conn->viewer.lane->ring, now_us);
}

/* Nothing has come since SP_BEHIND_MS, or an END came, or never anything. */
static gboolean
is_silent (SpRing *ring, gint64 now_us)
{
  guint64 end = sp_ring_end (ring);
  gint64 silent_us;

  if (end == sp_ring_oldest (ring) || sp_ring_has_ended (ring))
    return TRUE;
  silent_us = now_us - sp_ring_get (ring, end - 1)->meta.arrived_us;
  return silent_us > SP_BEHIND_MS * (gint64)1000;
}

static SpClientState
state_of (SpConn *conn, gint64 now_us)
{
  SpViewer *viewer = &conn->viewer;
  SpRing *ring = viewer->lane->ring;

  if (viewer->is_kicked || viewer->has_ended)
    return SP_CLIENT_CLOSING;
  if (behind_us (conn, now_us) > SP_BEHIND_MS * (gint64)1000)
    return SP_CLIENT_BEHIND;
  if ((viewer->is_joining || viewer->cursor >= sp_ring_end (ring))
      && is_silent (ring, now_us))
    return SP_CLIENT_WAITING;
  return viewer->packets_sent == 0 ? SP_CLIENT_OPENING : SP_CLIENT_PLAYING;
}

static guint64
queue_bytes (SpConn *conn, const SpTcpInfo *tcp)
{
  SpTls *tls = conn->transport.tls;

  return sp_viewer_queue_bytes (&conn->viewer, conn->viewer.lane->ring)
         + (tls != NULL ? sp_tls_pending_bytes (tls) : 0) + tcp->bytes_unsent;
}

guint64
sp_conn_queue_bytes (SpConn *conn)
{
  SpTcpInfo tcp;

  sp_tcp_info_read (conn->transport.fd, &tcp);
  return queue_bytes (conn, &tcp);
}

/* How it is served. */
static void
fill_quality (SpConn *conn, SpClientInfo *info, gint64 now_us)
{
  SpViewer *viewer = &conn->viewer;
  SpTcpInfo tcp;

  sp_tcp_info_read (conn->transport.fd, &tcp);
  info->state = state_of (conn, now_us);
  info->bytes_sent = viewer->bytes_sent;
  info->packets_sent = viewer->packets_sent;
  info->packets_skipped = viewer->packets_skipped;
  info->queue_bytes = queue_bytes (conn, &tcp);
  info->bitrate_bps = sp_rate_bps (&conn->rate, viewer->bytes_sent, now_us);
  info->lag_ms
      = (guint)(sp_viewer_lag_us (viewer, viewer->lane->ring, now_us) / 1000);
  info->rtt_us = tcp.rtt_us;
  info->retransmits = tcp.retransmits;
  info->bytes_acked = tcp.bytes_acked;
  info->start_delay_ms = conn->start_delay_ms;
}

/** sp_conn_info: (transfer full): a picture of now. */
SpClientInfo *
sp_conn_info (SpConn *conn, gint64 now_us)
{
  SpClientInfo *info = g_new0 (SpClientInfo, 1);
  SpStream *stream = conn->viewer.lane->stream;

  info->id = conn->viewer.id;
  info->stream_index = sp_stream_index (stream);
  info->stream = g_strdup (sp_stream_path (stream));
  info->address = sp_address_text (&conn->address);
  info->port = conn->port;
  info->listener = conn->listener != NULL ? conn->listener->index : 0;
  info->user_agent = g_strdup (conn->user_agent);
  info->external_id = g_strdup (conn->external_id);
  info->framing = g_strdup (conn->viewer.framer->name);
  info->is_tls = conn->is_tls;
  info->connected_us = conn->watching_us;
  info->connected_at = conn->watching_at;
  fill_quality (conn, info, now_us);
  conn->worker->session_class->report (
      conn->worker->service, conn->seat, &info->player);
  return info;
}

/** sp_conn_matches: the canary is never meant. */
gboolean
sp_conn_matches (SpConn *conn, const SpClientFilter *filter)
{
  g_autoptr (GInetAddress) address
      = filter->address != NULL ? sp_address_inet (&conn->address) : NULL;

  return !conn->is_canary
         && sp_client_filter_matches (
             filter,
             conn->viewer.id,
             sp_stream_path (conn->viewer.lane->stream),
             address,
             conn->external_id);
}
