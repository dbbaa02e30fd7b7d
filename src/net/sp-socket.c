/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

/* A client that takes nothing for so long is gone, also when its window is
 * shut. */
#define USER_TIMEOUT_MS 120000
#define NOTSENT_LOWAT (128 * 1024)

/** sp_socket_set_options: for a peer that reads a live stream. */
void
sp_socket_set_options (int fd)
{
  const int on = 1;
  const int lowat = NOTSENT_LOWAT;
  const unsigned int timeout_ms = USER_TIMEOUT_MS;

  (void)setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  (void)setsockopt (fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &lowat, sizeof lowat);
  (void)setsockopt (
      fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof timeout_ms);
  (void)setsockopt (fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

/* ::ffff:192.0.2.1 is 192.0.2.1 to people and to networks. */
static GInetAddress *
plain_address (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);
  static const guint8 mapped[12] = { [10] = 0xff, [11] = 0xff };

  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6
      && memcmp (bytes, mapped, sizeof mapped) == 0)
    return g_inet_address_new_from_bytes (bytes + 12, G_SOCKET_FAMILY_IPV4);
  return g_object_ref (address);
}

/* An address as URLs have it: brackets around one with colons. */
static void
read_local_host (SpPeer *peer, GInetAddress *address)
{
  g_autoptr (GInetAddress) plain = plain_address (address);
  g_autofree char *text = g_inet_address_to_string (plain);

  g_snprintf (peer->local_host,
              sizeof peer->local_host,
              strchr (text, ':') != NULL ? "[%s]" : "%s",
              text);
}

/** sp_socket_local_address: asked of the kernel when it is to be told, which is
 * once a client; the peer may be gone already. */
char *
sp_socket_local_address (int fd, guint16 *port)
{
  struct sockaddr_storage native;
  socklen_t len = sizeof native;
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GInetAddress) plain = NULL;

  *port = 0;
  if (getsockname (fd, (struct sockaddr *)&native, &len) != 0)
    return g_strdup ("");
  address = g_socket_address_new_from_native (&native, len);
  if (address == NULL || !G_IS_INET_SOCKET_ADDRESS (address))
    return g_strdup ("");
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  plain = plain_address (
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
  return g_inet_address_to_string (plain);
}

/** sp_socket_read_peer: @peer then owns its address. */
void
sp_socket_read_peer (SpPeer *peer, GSocketConnection *connection)
{
  g_autoptr (GSocketAddress) remote
      = g_socket_connection_get_remote_address (connection, NULL);
  g_autoptr (GSocketAddress) local
      = g_socket_connection_get_local_address (connection, NULL);

  if (remote != NULL && G_IS_INET_SOCKET_ADDRESS (remote))
    {
      GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS (remote);

      peer->address = plain_address (g_inet_socket_address_get_address (inet));
      peer->port = g_inet_socket_address_get_port (inet);
    }
  else
    peer->address = g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
  if (local != NULL && G_IS_INET_SOCKET_ADDRESS (local))
    {
      GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS (local);

      peer->local_port = g_inet_socket_address_get_port (inet);
      read_local_host (peer, g_inet_socket_address_get_address (inet));
    }
}
