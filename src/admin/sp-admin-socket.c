/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-socket.h"

#include "sp-error.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#define BACKLOG 128
#define MODE 0660
#define MAX_PATH_BYTES (sizeof (((struct sockaddr_un *)NULL)->sun_path) - 1)

static GSocket *
new_socket (GError **error)
{
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_UNIX,
                                  G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_DEFAULT,
                                  error);

  if (socket != NULL)
    g_socket_set_blocking (socket, FALSE);
  return socket;
}

/* Whether @address is left over from a process that is gone: the answer to an
 * attempt comes at once. */
static gboolean
is_stale (GSocketAddress *address, const char *path)
{
  g_autoptr (GSocket) socket = new_socket (NULL);
  g_autoptr (GError) error = NULL;
  GStatBuf status;

  return socket != NULL && g_lstat (path, &status) == 0
         && S_ISSOCK (status.st_mode)
         && !g_socket_connect (socket, address, NULL, &error)
         && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

/* Nobody can connect before it listens: by then it has its mode. */
static gboolean
listen_at (GSocket *socket,
           GSocketAddress *address,
           const char *path,
           GError **error)
{
  if (!g_socket_bind (socket, address, TRUE, error))
    return FALSE;
  if (g_chmod (path, MODE) != 0)
    return sp_error_set (error,
                         SP_ERROR_FAILED,
                         _ ("its mode cannot be set: %s"),
                         g_strerror (errno));
  g_socket_set_listen_backlog (socket, BACKLOG);
  return g_socket_listen (socket, error);
}

GSocket *
sp_admin_socket_open (const char *path, GError **error)
{
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocket) socket = NULL;

  if (*path == '\0' || strlen (path) > MAX_PATH_BYTES)
    {
      sp_error_set (error,
                    SP_ERROR_CONFIG,
                    _ ("'%s' is no path for a socket: it may have 1 to %u "
                       "bytes"),
                    path,
                    (guint)MAX_PATH_BYTES);
      return NULL;
    }
  socket = new_socket (error);
  if (socket == NULL)
    return NULL;
  address = g_unix_socket_address_new (path);
  if (is_stale (address, path))
    (void)g_unlink (path);
  if (!listen_at (socket, address, path, error))
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  return g_steal_pointer (&socket);
}

/* A process that came after this one may have its own there. */
void
sp_admin_socket_remove (GSocket *socket, const char *path)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);

  (void)g_socket_close (socket, NULL);
  if (is_stale (address, path))
    (void)g_unlink (path);
}
