/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-listener.h"

#include "sp-clock.h"
#include "sp-error.h"
#include "sp-log.h"
#include "sp-stats.h"

#include <netinet/in.h>
#include <string.h>

#define BACKLOG 1024
#define RESUME_MS 100
#define LOG_EVERY_US (10 * G_USEC_PER_SEC)

/** Main thread only. */
struct _SpListener
{
  GSocketService *service;
  SpWorker **workers;
  guint n_workers;
  guint max_connections;
  guint resume_id;
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

static gboolean
on_resume (gpointer user_data)
{
  SpListener *listener = user_data;

  if (is_full (listener))
    return G_SOURCE_CONTINUE;
  listener->resume_id = 0;
  if (listener->is_stopped)
    return G_SOURCE_REMOVE;
  g_socket_service_start (listener->service);
  if (listener->is_logged)
    sp_log (G_LOG_LEVEL_MESSAGE, NULL, "accepting connections again");
  return G_SOURCE_REMOVE;
}

static void
pause_accepting (SpListener *listener)
{
  SpLogFields fields = { .message_id = SP_MESSAGE_LIMIT };

  if (listener->resume_id != 0)
    return;
  g_socket_service_stop (listener->service);
  listener->resume_id = g_timeout_add (RESUME_MS, on_resume, listener);
  sp_stats_add (SP_PUMP_accept_pauses, 1);
  listener->is_logged = sp_log_limit_allow (
      &listener->log_limit, sp_clock_now_us (), 1, LOG_EVERY_US);
  if (listener->is_logged)
    sp_log (G_LOG_LEVEL_WARNING,
            &fields,
            "accepting pauses: %u connections are all that the descriptor "
            "limit allows",
            listener->max_connections);
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

static gboolean
on_incoming (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             gpointer user_data)
{
  SpListener *listener = user_data;
  GTlsCertificate *certificate
      = G_IS_TLS_CERTIFICATE (source) ? G_TLS_CERTIFICATE (source) : NULL;

  sp_stats_add (SP_PUMP_connections_accepted, 1);
  sp_worker_adopt (least_loaded (listener), connection, certificate);
  if (is_full (listener))
    pause_accepting (listener);
  return TRUE;
}

SpListener *
sp_listener_new (SpWorker **workers, guint n_workers, guint max_connections)
{
  SpListener *listener = g_new0 (SpListener, 1);

  listener->service = g_socket_service_new ();
  listener->workers = workers;
  listener->n_workers = n_workers;
  listener->max_connections = max_connections;
  g_socket_service_stop (listener->service);
  g_socket_listener_set_backlog (G_SOCKET_LISTENER (listener->service),
                                 BACKLOG);
  g_signal_connect (
      listener->service, "incoming", G_CALLBACK (on_incoming), listener);
  return listener;
}

void
sp_listener_free (SpListener *listener)
{
  g_clear_handle_id (&listener->resume_id, g_source_remove);
  g_socket_service_stop (listener->service);
  g_socket_listener_close (G_SOCKET_LISTENER (listener->service));
  g_object_unref (listener->service);
  g_free (listener);
}

static char *
describe (GSocketAddress *address)
{
  GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS (address);
  g_autofree char *text
      = g_inet_address_to_string (g_inet_socket_address_get_address (inet));

  return g_strdup_printf (strchr (text, ':') != NULL ? "[%s]:%u" : "%s:%u",
                          text,
                          g_inet_socket_address_get_port (inet));
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

  if (wanted == NULL)
    return sp_error_set (
        error, SP_ERROR_CONFIG, "'%s' is no IP address", address);
  socket = open_socket (wanted, error);
  if (socket == NULL)
    {
      g_prefix_error (error, "%s port %u: ", address, port);
      return FALSE;
    }
  if (!g_socket_listener_add_socket (G_SOCKET_LISTENER (listener->service),
                                     socket,
                                     G_OBJECT (certificate),
                                     error))
    return FALSE;
  actual = g_socket_get_local_address (socket, error);
  if (actual == NULL)
    return FALSE;
  *bound = describe (actual);
  return TRUE;
}

void
sp_listener_start (SpListener *listener)
{
  listener->is_stopped = FALSE;
  g_socket_service_start (listener->service);
}

void
sp_listener_stop (SpListener *listener)
{
  listener->is_stopped = TRUE;
  g_socket_service_stop (listener->service);
}
