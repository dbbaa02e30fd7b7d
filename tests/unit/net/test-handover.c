/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-handover.h"
#include "sp-net-test.h"
#include "sp-socket.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/** Both ends of one connection. */
typedef struct
{
  GSocket *client;
  GSocket *server;
  guint16 client_port;
  guint16 server_port;
} Pair;

static guint16
port_of (GSocket *socket)
{
  g_autoptr (GSocketAddress) address
      = g_socket_get_local_address (socket, NULL);

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}

static GSocket *
new_socket (GSocketFamily family)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (
      family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);

  g_assert_no_error (error);
  return socket;
}

/* @listens: where it listens; @knocks: where the client goes. */
static void
pair_open (Pair *pair, const char *listens, const char *knocks)
{
  g_autoptr (GSocketAddress) any
      = g_inet_socket_address_new_from_string (listens, 0);
  g_autoptr (GSocket) listener = new_socket (g_socket_address_get_family (any));
  g_autoptr (GError) error = NULL;

  g_socket_bind (listener, any, TRUE, &error);
  g_assert_no_error (error);
  g_socket_listen (listener, &error);
  g_assert_no_error (error);
  pair->server_port = port_of (listener);
  g_autoptr (GSocketAddress) target
      = g_inet_socket_address_new_from_string (knocks, pair->server_port);
  pair->client = new_socket (g_socket_address_get_family (target));
  g_socket_connect (pair->client, target, NULL, &error);
  g_assert_no_error (error);
  pair->client_port = port_of (pair->client);
  pair->server = g_socket_accept (listener, NULL, &error);
  g_assert_no_error (error);
}

static void
pair_clear (Pair *pair)
{
  g_clear_object (&pair->client);
  g_clear_object (&pair->server);
}

static void
assert_address (SpHandover *handover, const char *expected)
{
  g_autofree char *address = g_inet_address_to_string (handover->peer.address);

  g_assert_cmpstr (address, ==, expected);
}

typedef struct
{
  const char *name;
  const char *listens;
  const char *knocks;
  const char *address;
  const char *local_host;
} Row;

static const Row rows[] = {
  { "ip4", "127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1" },
  { "ip6", "::1", "::1", "::1", "[::1]" },
  { "mapped", "::", "127.0.0.1", "127.0.0.1", "127.0.0.1" },
};

static void
test_names (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (SpHandover) handover = NULL;
  Pair pair;

  pair_open (&pair, row->listens, row->knocks);
  handover = sp_handover_new (sp_socket_dup (pair.server), NULL, NULL);
  assert_address (handover, row->address);
  g_assert_cmpuint (handover->peer.port, ==, pair.client_port);
  g_assert_cmpstr (handover->peer.local_host, ==, row->local_host);
  g_assert_cmpuint (handover->peer.local_port, ==, pair.server_port);
  g_assert_cmpuint (handover->peer.listener, ==, 0);
  g_assert_false (handover->peer.is_tls);
  pair_clear (&pair);
}

/* The socket may go: the connection stays, and no program started later has
 * it. */
static void
test_descriptor_is_its_own (void)
{
  g_autoptr (SpHandover) handover = NULL;
  Pair pair;
  int fd;
  char byte;

  pair_open (&pair, "127.0.0.1", "127.0.0.1");
  fd = sp_socket_dup (pair.server);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, !=, 0);
  g_assert_cmpint (fcntl (fd, F_GETFL) & O_NONBLOCK, !=, 0);
  handover = sp_handover_new (fd, NULL, NULL);
  g_clear_object (&pair.server);
  g_assert_cmpint (write (handover->fd, "x", 1), ==, 1);
  g_assert_cmpint (g_socket_receive (pair.client, &byte, 1, NULL, NULL), ==, 1);
  g_assert_cmpint (byte, ==, 'x');
  g_clear_pointer (&handover, sp_handover_free);
  g_assert_cmpint (fcntl (fd, F_GETFD), ==, -1);
  g_assert_cmpint (errno, ==, EBADF);
  g_assert_cmpint (g_socket_receive (pair.client, &byte, 1, NULL, NULL), ==, 0);
  pair_clear (&pair);
}

/* What was taken out of it stays open. */
static void
test_taken_stays (void)
{
  g_autoptr (GTlsCertificate) certificate = sp_net_certificate ();
  SpListenerStats *stats = sp_listener_stats_new (3);
  SpHandover *handover;
  Pair pair;
  int fd;

  pair_open (&pair, "127.0.0.1", "127.0.0.1");
  handover = sp_handover_new (sp_socket_dup (pair.server), certificate, stats);
  g_assert_true (handover->peer.is_tls);
  g_assert_cmpuint (handover->peer.listener, ==, 3);
  fd = handover->fd;
  handover->fd = -1;
  sp_handover_free (handover);
  g_assert_cmpint (fcntl (fd, F_GETFD), !=, -1);
  close (fd);
  sp_listener_stats_unref (stats);
  pair_clear (&pair);
}

/* It was reset before anybody looked. */
static void
test_peer_has_gone (void)
{
  g_autoptr (SpHandover) handover = NULL;
  const struct linger reset = { .l_onoff = 1 };
  Pair pair;

  pair_open (&pair, "127.0.0.1", "127.0.0.1");
  setsockopt (g_socket_get_fd (pair.client),
              SOL_SOCKET,
              SO_LINGER,
              &reset,
              sizeof reset);
  g_clear_object (&pair.client);
  handover = sp_handover_new (sp_socket_dup (pair.server), NULL, NULL);
  assert_address (handover, "0.0.0.0");
  g_assert_cmpuint (handover->peer.port, ==, 0);
  pair_clear (&pair);
}

/* One is too few: what is accepted could not be handed over. */
static void
test_room (void)
{
  struct rlimit before;
  Pair pair;

  pair_open (&pair, "127.0.0.1", "127.0.0.1");
  g_assert_true (sp_socket_has_room (pair.server));
  getrlimit (RLIMIT_NOFILE, &before);
  int first = sp_socket_dup (pair.server);
  int second = sp_socket_dup (pair.server);
  const int limits[] = { first, second, second + 1 };
  close (first);
  close (second);
  for (int room = 0; room <= 2; room++)
    {
      struct rlimit scarce = { (rlim_t)limits[room], before.rlim_max };

      setrlimit (RLIMIT_NOFILE, &scarce);
      gboolean has_room = sp_socket_has_room (pair.server);
      int why = errno;
      setrlimit (RLIMIT_NOFILE, &before);
      g_assert_cmpint (has_room, ==, room == 2);
      if (!has_room)
        g_assert_cmpint (why, ==, EMFILE);
    }
  g_assert_cmpint (fcntl (first, F_GETFD), ==, -1);
  g_assert_cmpint (fcntl (second, F_GETFD), ==, -1);
  pair_clear (&pair);
}

int
main (int argc, char **argv)
{
  sp_net_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/handover/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_names);
    }
  g_test_add_func ("/handover/descriptor-is-its-own",
                   test_descriptor_is_its_own);
  g_test_add_func ("/handover/taken-stays", test_taken_stays);
  g_test_add_func ("/handover/peer-has-gone", test_peer_has_gone);
  g_test_add_func ("/handover/room", test_room);
  return g_test_run ();
}
