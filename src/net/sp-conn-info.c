/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-conn.h"

#include "sp-lane.h"

#include <string.h>

/** sp_conn_peer_name: (transfer full): "192.0.2.1:4711", "[2001:db8::1]:4711"
 */
char *
sp_conn_peer_name (SpConn *conn)
{
  g_autofree char *address = g_inet_address_to_string (conn->peer.address);

  return g_strdup_printf (strchr (address, ':') != NULL ? "[%s]:%u" : "%s:%u",
                          address,
                          conn->peer.port);
}

/** sp_conn_info: (transfer full): of a watching connection. */
SpClientInfo *
sp_conn_info (SpConn *conn, gint64 now_us)
{
  SpClientInfo *info = g_new0 (SpClientInfo, 1);
  SpViewer *viewer = &conn->viewer;

  info->id = viewer->id;
  info->stream = g_strdup (sp_stream_path (conn->stream));
  info->address = g_inet_address_to_string (conn->peer.address);
  info->port = conn->peer.port;
  info->user_agent = g_strdup (conn->user_agent);
  info->external_id = g_strdup (conn->external_id);
  info->framing = g_strdup (viewer->framer->name);
  info->is_tls = conn->peer.is_tls;
  info->connected_us = conn->watching_us;
  info->connected_at = conn->watching_at;
  info->bytes_sent = viewer->bytes_sent;
  info->packets_sent = viewer->packets_sent;
  info->packets_skipped = viewer->packets_skipped;
  info->lag_ms
      = (guint)(sp_viewer_lag_us (viewer, viewer->lane->ring, now_us) / 1000);
  return info;
}
