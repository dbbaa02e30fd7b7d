/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-listener.h"

#include "sp-acceptor.h"
#include "sp-clock.h"
#include "sp-error.h"
#include "sp-log.h"
#include "sp-socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#define BACKLOG 1024
#define RESUME_MS 100
#define LOG_EVERY_US (10 * G_USEC_PER_SEC)

typedef struct
{
  SpListener *listener;
  SpAcceptor *acceptor;
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
  GPtrArray *ports;
  SpWorker **workers;
  guint n_workers;
  guint max_connections;
  guint cert_index;
  guint resume_id;
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
  for (guint i = 0; i < listener->ports->len; i++)
    {
      Port *port = listener->ports->pdata[i];

      sp_acceptor_set_open (port->acceptor, is_accepting);
      port->changed_us = sp_clock_now_us ();
    }
}

static gboolean
on_resume (gpointer user_data)
{
  SpListener *listener = user_data;

  if (is_full (listener))
    return G_SOURCE_CONTINUE;
  listener->resume_id = 0;
  if (listener->is_stopped)
    return G_SOURCE_REMOVE;
  set_accepting (listener, TRUE);
  if (listener->is_logged)
    sp_log (G_LOG_LEVEL_MESSAGE, NULL, "accepting connections again");
  return G_SOURCE_REMOVE;
}

/* @why: for the log. */
static void
pause_accepting (SpListener *listener, const char *why)
{
  SpLogFields fields = { .message_id = SP_MESSAGE_LIMIT };

  if (listener->resume_id != 0)
    return;
  set_accepting (listener, FALSE);
  listener->resume_id = g_timeout_add (RESUME_MS, on_resume, listener);
  sp_stats_add (SP_PUMP_accept_pauses, 1);
  listener->is_logged = sp_log_limit_allow (
      &listener->log_limit, sp_clock_now_us (), 1, LOG_EVERY_US);
  if (listener->is_logged)
    sp_log (G_LOG_LEVEL_WARNING, &fields, "accepting pauses: %s", why);
}

static SpWorker *
least_loaded (SpListener *listener)
{
  SpWorker *best = listener->workers[0];

  for (guint i = 1; i < listener->n_workers; i++)
    if (sp_worker_connections (listener->workers[i])
        < sp_worker_connections (best))
      best = listener->workers[i];
  return best;
}

/* @why: (transfer full) */
static void
note_pause (Port *port, char *why)
{
  sp_listener_stats_count (&port->stats->accept_errors);
  g_free (port->last_error);
  port->last_error = why;
  pause_accepting (port->listener, why);
}

/* What the kernel has too little of (accept(2): EMFILE, ENFILE, ENOBUFS,
 * ENOMEM) is not there the next moment either. */
static void
on_accept_failed (const GError *error, gpointer user_data)
{
  note_pause (user_data, g_strdup (error->message));
}

static void
on_connection (GSocket *socket, gpointer user_data)
{
  Port *port = user_data;
  SpListener *listener = port->listener;
  int fd = sp_socket_dup (socket);

  if (fd < 0)
    {
      note_pause (port, g_strdup (g_strerror (errno)));
      return;
    }
  sp_stats_add (SP_PUMP_connections_accepted, 1);
  sp_listener_stats_count (&port->stats->accepted);
  sp_worker_adopt (least_loaded (listener),
                   sp_handover_new (fd, port->certificate, port->stats));
  if (is_full (listener))
    note_pause (port,
                g_strdup_printf ("%u connections are all that the descriptor "
                                 "limit allows",
                                 listener->max_connections));
}

static void
port_free (gpointer data)
{
  Port *port = data;

  g_clear_pointer (&port->acceptor, sp_acceptor_free);
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
  g_clear_handle_id (&listener->resume_id, g_source_remove);
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
  opened->acceptor
      = sp_acceptor_new (socket, on_connection, on_accept_failed, opened);
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
  if (listener->resume_id == 0)
    set_accepting (listener, TRUE);
}

void
sp_listener_stop (SpListener *listener)
{
  listener->is_stopped = TRUE;
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
