/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-listener.h"

#include "sp-clock.h"
#include "sp-error.h"
#include "sp-log.h"
#include "sp-socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#define BACKLOG 1024
#define PORT_KEY "sp-listener-port"
#define FILLED 1024 /* connections a worker, before the next one has any */
#define BEAT_MS 100
#define LOG_EVERY_US (10 * G_USEC_PER_SEC)

typedef struct
{
  SpListener *listener;
  GSocket *socket;
  GTlsCertificate *certificate;
  SpListenerStats *stats;
  char *name; /* "[::]:8086" */
  char *address;
  guint16 number;
  gint64 changed_us;
  char *last_error;
} Port;

/** Main thread only. */
struct _SpListener
{
  GSocketService *service;
  GPtrArray *ports;
  SpWorker **workers;
  guint n_workers;
  guint max_connections;
  guint cert_index;
  guint beat_id; /* 0: stopped */
  gboolean is_accepting;
  SpLogLimit log_limit;
  gboolean is_logged; /* of the pause that is on */
  gboolean is_stopped;
};

static guint
count (SpListener *listener)
{
  guint n = 0;

  for (guint i = 0; i < listener->n_workers; i++)
    n += sp_worker_connections (listener->workers[i]);
  return n;
}

static gboolean
is_full (SpListener *listener)
{
  return listener->max_connections > 0
         && count (listener) >= listener->max_connections;
}

static void
set_accepting (SpListener *listener, gboolean is_accepting)
{
  if (listener->is_accepting == is_accepting)
    return;
  listener->is_accepting = is_accepting;
  if (is_accepting)
    g_socket_service_start (listener->service);
  else
    g_socket_service_stop (listener->service);
  for (guint i = 0; i < listener->ports->len; i++)
    ((Port *)listener->ports->pdata[i])->changed_us = sp_clock_now_us ();
}

static void
pause_accepting (SpListener *listener, const char *why)
{
  SpLogFields fields = { .message_id = SP_MESSAGE_LIMIT };

  set_accepting (listener, FALSE);
  sp_stats_add (SP_PUMP_accept_pauses, 1);
  listener->is_logged = sp_log_limit_allow (
      &listener->log_limit, sp_clock_now_us (), 1, LOG_EVERY_US);
  if (listener->is_logged)
    sp_log (G_LOG_LEVEL_WARNING, &fields, "accepting pauses: %s", why);
}

static void
resume_accepting (SpListener *listener)
{
  set_accepting (listener, TRUE);
  if (listener->is_logged)
    sp_log (G_LOG_LEVEL_MESSAGE, NULL, "accepting connections again");
}

/* The service accepts by itself and tells nobody of what went wrong then: what
 * is counted as an error of the port is that it had to stop. @why: (transfer
 * full) */
static void
note_pause (Port *port, char *why)
{
  sp_listener_stats_count (&port->stats->accept_errors);
  g_free (port->last_error);
  port->last_error = why;
  if (port->listener->is_accepting)
    pause_accepting (port->listener, why);
}

/* When accept fails a GSocketService warns and tries again at once (GLib 2.74,
 * g_socket_service_ready), and with no descriptor left it would do nothing
 * else: so it is stopped when there is none, a beat after that at the latest.
 * What takes the last one may be a pull, a file or somebody who lowers the
 * limit, which is why the time looks and not only who comes. */
static void
look_for_room (SpListener *listener)
{
  Port *first = listener->ports->pdata[0];

  if (sp_socket_has_room (first->socket))
    return;
  const char *why = g_strerror (errno);
  for (guint i = 0; i < listener->ports->len; i++)
    note_pause (listener->ports->pdata[i], g_strdup (why));
}

static gboolean
on_beat (gpointer user_data)
{
  SpListener *listener = user_data;
  Port *first = listener->ports->pdata[0];

  if (listener->is_accepting)
    look_for_room (listener);
  else if (!is_full (listener) && sp_socket_has_room (first->socket))
    resume_accepting (listener);
  return G_SOURCE_CONTINUE;
}

/* A few clients are best served by one thread: the others would wake for the
 * same packets. Beyond that, by the one that has the least to do. */
static SpWorker *
choose_worker (SpListener *listener)
{
  SpWorker *best = listener->workers[0];

  for (guint i = 0; i < listener->n_workers; i++)
    if (sp_worker_connections (listener->workers[i]) < FILLED)
      return listener->workers[i];

  for (guint i = 1; i < listener->n_workers; i++)
    if (sp_worker_connections (listener->workers[i])
        < sp_worker_connections (best))
      best = listener->workers[i];
  return best;
}

static gboolean
on_incoming (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             gpointer user_data)
{
  SpListener *listener = user_data;
  Port *port = g_object_get_data (source, PORT_KEY);
  int fd = sp_socket_dup (g_socket_connection_get_socket (connection));

  if (fd < 0)
    {
      note_pause (port, g_strdup (g_strerror (errno)));
      return TRUE;
    }
  sp_stats_add (SP_PUMP_connections_accepted, 1);
  sp_listener_stats_count (&port->stats->accepted);
  sp_worker_adopt (choose_worker (listener),
                   sp_handover_new (fd, port->certificate, port->stats));
  if (is_full (listener))
    note_pause (port,
                g_strdup_printf ("%u connections are all that the descriptor "
                                 "limit allows",
                                 listener->max_connections));
  else
    look_for_room (listener);
  return TRUE;
}

static void
port_free (gpointer data)
{
  Port *port = data;

  g_clear_object (&port->socket);
  g_clear_object (&port->certificate);
  sp_listener_stats_unref (port->stats);
  g_free (port->name);
  g_free (port->address);
  g_free (port->last_error);
  g_free (port);
}

SpListener *
sp_listener_new (SpWorker **workers, guint n_workers, guint max_connections)
{
  SpListener *listener = g_new0 (SpListener, 1);

  listener->service = g_socket_service_new ();
  g_socket_service_stop (listener->service);
  g_socket_listener_set_backlog (G_SOCKET_LISTENER (listener->service),
                                 BACKLOG);
  g_signal_connect (
      listener->service, "incoming", G_CALLBACK (on_incoming), listener);
  listener->ports = g_ptr_array_new_with_free_func (port_free);
  listener->workers = workers;
  listener->n_workers = n_workers;
  listener->max_connections = max_connections;
  listener->is_stopped = TRUE;
  return listener;
}

void
sp_listener_free (SpListener *listener)
{
  sp_listener_stop (listener);
  g_signal_handlers_disconnect_by_data (listener->service, listener);
  g_socket_listener_close (G_SOCKET_LISTENER (listener->service));
  g_object_unref (listener->service);
  g_ptr_array_unref (listener->ports);
  g_free (listener);
}

/* "::" takes IPv6 alone, so that "0.0.0.0" may stand beside it. */
static GSocket *
open_socket (GSocketAddress *address, GError **error)
{
  GSocketFamily family = g_socket_address_get_family (address);
  g_autoptr (GSocket) socket = g_socket_new (
      family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (socket == NULL)
    return NULL;
  if (family == G_SOCKET_FAMILY_IPV6)
    (void)g_socket_set_option (socket, IPPROTO_IPV6, IPV6_V6ONLY, 1, NULL);
  g_socket_set_listen_backlog (socket, BACKLOG);
  /* One who knocked may have gone by the time accept is called. */
  g_socket_set_blocking (socket, FALSE);
  if (!g_socket_bind (socket, address, TRUE, error)
      || !g_socket_listen (socket, error))
    return NULL;
  return g_steal_pointer (&socket);
}

static Port *
port_new (SpListener *listener,
          GInetSocketAddress *bound,
          GTlsCertificate *certificate)
{
  Port *port = g_new0 (Port, 1);

  port->listener = listener;
  if (certificate != NULL)
    port->certificate = g_object_ref (certificate);
  port->stats = sp_listener_stats_new (listener->ports->len + 1);
  port->address
      = g_inet_address_to_string (g_inet_socket_address_get_address (bound));
  port->number = g_inet_socket_address_get_port (bound);
  port->name = g_strdup_printf (strchr (port->address, ':') != NULL ? "[%s]:%u"
                                                                    : "%s:%u",
                                port->address,
                                port->number);
  port->changed_us = sp_clock_now_us ();
  return port;
}

gboolean
sp_listener_open (SpListener *listener,
                  const char *address,
                  guint16 port,
                  GTlsCertificate *certificate,
                  char **bound,
                  GError **error)
{
  g_autoptr (GSocketAddress) wanted
      = g_inet_socket_address_new_from_string (address, port);
  g_autoptr (GSocketAddress) actual = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GObject) mark = NULL;
  Port *opened;

  if (wanted == NULL)
    return sp_error_set (
        error, SP_ERROR_CONFIG, "'%s' is no IP address", address);
  socket = open_socket (wanted, error);
  if (socket == NULL)
    {
      g_prefix_error (error, "%s port %u: ", address, port);
      return FALSE;
    }
  actual = g_socket_get_local_address (socket, error);
  if (actual == NULL)
    return FALSE;
  opened = port_new (listener, G_INET_SOCKET_ADDRESS (actual), certificate);
  g_ptr_array_add (listener->ports, opened);
  opened->socket = g_object_ref (socket);
  mark = g_object_new (G_TYPE_OBJECT, NULL);
  g_object_set_data (mark, PORT_KEY, opened);
  if (!g_socket_listener_add_socket (
          G_SOCKET_LISTENER (listener->service), socket, mark, error))
    return FALSE;
  *bound = g_strdup (opened->name);
  return TRUE;
}

/** sp_listener_set_max_connections: those beyond it stay. */
void
sp_listener_set_max_connections (SpListener *listener, guint max_connections)
{
  listener->max_connections = max_connections;
}

void
sp_listener_set_cert_index (SpListener *listener, guint cert_index)
{
  listener->cert_index = cert_index;
}

/** sp_listener_start: what is opened later begins with the next start. */
void
sp_listener_start (SpListener *listener)
{
  listener->is_stopped = FALSE;
  if (listener->beat_id != 0 || listener->ports->len == 0)
    return;
  listener->beat_id = g_timeout_add (BEAT_MS, on_beat, listener);
  set_accepting (listener, TRUE);
}

void
sp_listener_stop (SpListener *listener)
{
  listener->is_stopped = TRUE;
  g_clear_handle_id (&listener->beat_id, g_source_remove);
  set_accepting (listener, FALSE);
}

static SpListenerInfo *
port_info (Port *port)
{
  SpListenerInfo *info = g_new0 (SpListenerInfo, 1);
  SpListenerStats *stats = port->stats;

  info->index = stats->index;
  info->is_tls = port->certificate != NULL;
  info->name = g_strconcat (info->is_tls ? "tls " : "media ", port->name, NULL);
  info->address = g_strdup (port->address);
  info->port = port->number;
  info->is_down = port->listener->is_stopped;
  info->is_paused = !info->is_down && !port->listener->is_accepting;
  info->changed_us = port->changed_us;
  info->connections = (guint)g_atomic_int_get (&stats->connections);
  info->accepted = sp_listener_stats_get (&stats->accepted);
  info->accept_errors = sp_listener_stats_get (&stats->accept_errors);
  info->tls_failures = sp_listener_stats_get (&stats->tls_failures);
  info->bad_requests = sp_listener_stats_get (&stats->bad_requests);
  info->certificate = info->is_tls ? port->listener->cert_index : 0;
  info->last_error = g_strdup (port->last_error);
  return info;
}

void
sp_listener_describe (SpListener *listener, GPtrArray *infos)
{
  for (guint i = 0; i < listener->ports->len; i++)
    g_ptr_array_add (infos, port_info (listener->ports->pdata[i]));
}

void
sp_listener_set_certificate (SpListener *listener, GTlsCertificate *certificate)
{
  for (guint i = 0; i < listener->ports->len; i++)
    {
      Port *port = listener->ports->pdata[i];

      if (port->certificate != NULL)
        g_set_object (&port->certificate, certificate);
    }
}
