/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

/** sp_socket_dup: a second descriptor of @socket, which may go then: a viewer
 * keeps no GObject. -1: there are no more descriptors. */
int
sp_socket_dup (GSocket *socket)
{
  return fcntl (g_socket_get_fd (socket), F_DUPFD_CLOEXEC, 0);
}

/** sp_socket_has_room: for one more connection: a descriptor that accept makes
 * and the one it is handed over by. @socket: any that is open. */
gboolean
sp_socket_has_room (GSocket *socket)
{
  int accepted = sp_socket_dup (socket);
  int handed = accepted < 0 ? -1 : sp_socket_dup (socket);
  int why = errno;

  if (handed >= 0)
    (void)close (handed);
  if (accepted >= 0)
    (void)close (accepted);
  errno = why;
  return handed >= 0;
}

typedef union
{
  struct sockaddr any;
  struct sockaddr_in ip4;
  struct sockaddr_in6 ip6;
} Name;

/* (transfer full): ::ffff:192.0.2.1 is 192.0.2.1 to people and to networks. */
static GInetAddress *
read_name (const Name *name, guint16 *port)
{
  const guint8 *bytes = name->ip6.sin6_addr.s6_addr;

  *port = 0;
  if (name->any.sa_family == AF_INET)
    {
      *port = g_ntohs (name->ip4.sin_port);
      return g_inet_address_new_from_bytes ((const guint8 *)&name->ip4.sin_addr,
                                            G_SOCKET_FAMILY_IPV4);
    }
  if (name->any.sa_family != AF_INET6)
    return g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
  *port = g_ntohs (name->ip6.sin6_port);
  if (IN6_IS_ADDR_V4MAPPED (&name->ip6.sin6_addr))
    return g_inet_address_new_from_bytes (bytes + 12, G_SOCKET_FAMILY_IPV4);
  return g_inet_address_new_from_bytes (bytes, G_SOCKET_FAMILY_IPV6);
}

/* An address as URLs have it: brackets around one with colons. */
static void
read_local (SpPeer *peer, const Name *name)
{
  g_autoptr (GInetAddress) address = read_name (name, &peer->local_port);
  g_autofree char *text = g_inet_address_to_string (address);

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
  Name name = { .any.sa_family = AF_UNSPEC };
  socklen_t len = sizeof name;
  g_autoptr (GInetAddress) address = NULL;

  *port = 0;
  if (getsockname (fd, &name.any, &len) != 0)
    return g_strdup ("");
  address = read_name (&name, port);
  return g_inet_address_to_string (address);
}

/** sp_socket_read_peer: @peer then owns its address, which is 0.0.0.0 when the
 * peer has gone already. */
void
sp_socket_read_peer (SpPeer *peer, int fd)
{
  Name name = { .any.sa_family = AF_UNSPEC };
  socklen_t len = sizeof name;

  (void)getpeername (fd, &name.any, &len);
  peer->address = read_name (&name, &peer->port);
  len = sizeof name;
  if (getsockname (fd, &name.any, &len) == 0)
    read_local (peer, &name);
}
