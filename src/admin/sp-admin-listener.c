/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-listener.h"

#include "sp-admin-socket.h"
#include "sp-gsource.h"
#include "sp-log.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#define BACKLOG 128
#define PAUSE_MS 1000

struct _SpAdminListener
{
  SoupServer *server;
  SpAdminLimits limits;
  GSocket *socket;
  char *path;         /* of a Unix socket; NULL: it is a port */
  GSource *incoming;  /* NULL: not accepting at present */
  GSource *pause;     /* until descriptors may be there again */
  GHashTable *visits; /* a set of Visit */
  SpLogLimit log_limit;
};

/** One connection, from accept until libsoup lets go of it. */
typedef struct
{
  SpAdminListener *listener;
  GSocketConnection *connection; /* weak */
  GSocketAddress *remote;        /* the very one its messages have */
  GSource *deadline;             /* NULL: it is kept */
} Visit;

static void update (SpAdminListener *listener);

static GSource *
add_timeout (guint timeout_ms, GSourceFunc func, gpointer user_data)
{
  GSource *source = g_timeout_source_new (timeout_ms);

  g_source_set_callback (source, func, user_data, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

static void
visit_free (Visit *visit)
{
  sp_gsource_clear (&visit->deadline);
  g_object_unref (visit->remote);
  g_free (visit);
}

static void
on_connection_gone (gpointer user_data, GObject *connection)
{
  Visit *visit = user_data;
  SpAdminListener *listener = visit->listener;

  g_hash_table_remove (listener->visits, visit);
  update (listener);
}

/* libsoup sees the end at its next read or write, and closes. */
static gboolean
on_deadline (gpointer user_data)
{
  Visit *visit = user_data;

  (void)g_socket_shutdown (
      g_socket_connection_get_socket (visit->connection), TRUE, TRUE, NULL);
  return G_SOURCE_REMOVE;
}

/* libsoup knows addresses of the Internet only. */
static GSocketAddress *
address_of (SpAdminListener *listener, GSocketAddress *address)
{
  if (listener->path == NULL)
    return address;
  g_clear_object (&address);
  return g_inet_socket_address_new_from_string ("127.0.0.1", 0);
}

static void
adopt (SpAdminListener *listener, GSocket *socket)
{
  g_autoptr (GSocketConnection) connection
      = g_socket_connection_factory_create_connection (socket);
  g_autoptr (GSocketAddress) local
      = address_of (listener, g_socket_get_local_address (socket, NULL));
  g_autoptr (GSocketAddress) remote
      = address_of (listener, g_socket_get_remote_address (socket, NULL));
  Visit *visit;

  if (local == NULL || remote == NULL) /* gone already */
    return;
  if (listener->path == NULL)
    (void)g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  visit = g_new0 (Visit, 1);
  visit->listener = listener;
  visit->connection = connection;
  visit->remote = g_object_ref (remote);
  visit->deadline
      = add_timeout (listener->limits.deadline_ms, on_deadline, visit);
  g_hash_table_add (listener->visits, visit);
  g_object_weak_ref (G_OBJECT (connection), on_connection_gone, visit);
  (void)soup_server_accept_iostream (
      listener->server, G_IO_STREAM (connection), local, remote, NULL);
}

static gboolean
on_pause_over (gpointer user_data)
{
  SpAdminListener *listener = user_data;

  sp_gsource_clear (&listener->pause);
  update (listener);
  return G_SOURCE_REMOVE;
}

static void
begin_pause (SpAdminListener *listener, const GError *error)
{
  if (sp_log_limit_allow (&listener->log_limit,
                          g_get_monotonic_time (),
                          1,
                          60 * G_USEC_PER_SEC))
    sp_log (G_LOG_LEVEL_WARNING,
            NULL,
            "admin: no connection can be taken: %s",
            error->message);
  listener->pause = add_timeout (PAUSE_MS, on_pause_over, listener);
  update (listener);
}

static gboolean
on_incoming (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  SpAdminListener *listener = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) accepted = g_socket_accept (socket, NULL, &error);

  if (accepted != NULL)
    {
      adopt (listener, accepted);
      update (listener);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)
           && !g_error_matches (
               error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED))
    begin_pause (listener, error);
  return G_SOURCE_CONTINUE;
}

/* Accepts exactly while there is room and no pause. */
static void
update (SpAdminListener *listener)
{
  gboolean is_open = listener->pause == NULL
                     && g_hash_table_size (listener->visits)
                            < listener->limits.max_connections;

  if (is_open == (listener->incoming != NULL))
    return;
  if (!is_open)
    {
      sp_gsource_clear (&listener->incoming);
      return;
    }
  listener->incoming = g_socket_create_source (listener->socket, G_IO_IN, NULL);
  g_source_set_callback (
      listener->incoming, G_SOURCE_FUNC (on_incoming), listener, NULL);
  g_source_attach (listener->incoming, g_main_context_get_thread_default ());
}

static GSocket *
open_socket (const char *address, guint16 port, GError **error)
{
  g_autoptr (GSocketAddress) where
      = g_inet_socket_address_new_from_string (address, port);
  g_autoptr (GSocket) socket = NULL;

  if (where == NULL)
    {
      g_set_error (error,
                   G_IO_ERROR,
                   G_IO_ERROR_INVALID_ARGUMENT,
                   "'%s' is not an IP address",
                   address);
      return NULL;
    }
  socket = g_socket_new (g_socket_address_get_family (where),
                         G_SOCKET_TYPE_STREAM,
                         G_SOCKET_PROTOCOL_TCP,
                         error);
  if (socket == NULL)
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_bind (socket, where, TRUE, error)
      || !g_socket_listen (socket, error))
    return NULL;
  return g_steal_pointer (&socket);
}

static SpAdminListener *
listener_new (SoupServer *server, GSocket *socket, const SpAdminLimits *limits)
{
  SpAdminListener *listener = g_new0 (SpAdminListener, 1);

  listener->server = g_object_ref (server);
  listener->limits = *limits;
  listener->socket = socket;
  listener->visits
      = g_hash_table_new_full (NULL, NULL, (GDestroyNotify)visit_free, NULL);
  return listener;
}

/** sp_admin_listener_new: gives @server each connection that comes to @address
 * (an IP address); NULL when the port cannot be opened. */
SpAdminListener *
sp_admin_listener_new (SoupServer *server,
                       const char *address,
                       guint16 port,
                       const SpAdminLimits *limits,
                       GError **error)
{
  GSocket *socket = open_socket (address, port, error);
  SpAdminListener *listener;

  if (socket == NULL)
    return NULL;
  listener = listener_new (server, socket, limits);
  update (listener);
  return listener;
}

/** sp_admin_listener_new_local: the same of the Unix socket @path, which is
 * made; NULL when it cannot be. */
SpAdminListener *
sp_admin_listener_new_local (SoupServer *server,
                             const char *path,
                             const SpAdminLimits *limits,
                             GError **error)
{
  GSocket *socket = sp_admin_socket_open (path, error);
  SpAdminListener *listener;

  if (socket == NULL)
    return NULL;
  listener = listener_new (server, socket, limits);
  listener->path = g_strdup (path);
  update (listener);
  return listener;
}

static Visit *
find_visit (SpAdminListener *listener, GSocketAddress *remote)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, listener->visits);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (((Visit *)key)->remote == remote)
      return key;
  return NULL;
}

/** sp_admin_listener_has: @remote: the object that a message has as its remote
 * address. */
gboolean
sp_admin_listener_has (SpAdminListener *listener, GSocketAddress *remote)
{
  return find_visit (listener, remote) != NULL;
}

/** sp_admin_listener_keep: the connection with @remote has no deadline any
 * more. (transfer full) (nullable): its socket; NULL: it is not of here. */
GSocket *
sp_admin_listener_keep (SpAdminListener *listener, GSocketAddress *remote)
{
  Visit *visit = find_visit (listener, remote);

  if (visit == NULL)
    return NULL;
  sp_gsource_clear (&visit->deadline);
  return g_object_ref (g_socket_connection_get_socket (visit->connection));
}

guint16
sp_admin_listener_port (SpAdminListener *listener)
{
  g_autoptr (GSocketAddress) local
      = g_socket_get_local_address (listener->socket, NULL);

  return local != NULL
             ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local))
             : 0;
}

/** sp_admin_listener_free: connections that are still there lose their
 * deadline; soup_server_disconnect() ends them. */
void
sp_admin_listener_free (SpAdminListener *listener)
{
  GHashTableIter iter;
  gpointer key;

  sp_gsource_clear (&listener->incoming);
  sp_gsource_clear (&listener->pause);
  g_hash_table_iter_init (&iter, listener->visits);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      Visit *visit = key;

      g_object_weak_unref (
          G_OBJECT (visit->connection), on_connection_gone, visit);
    }
  g_hash_table_unref (listener->visits);
  if (listener->path != NULL)
    sp_admin_socket_remove (listener->socket, listener->path);
  g_free (listener->path);
  g_object_unref (listener->socket);
  g_object_unref (listener->server);
  g_free (listener);
}
