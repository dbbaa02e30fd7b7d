/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-clock.h"
#include "sp-net-test.h"

#include <string.h>

#define RCVBUF 8192
#define PACKETS 4000
#define CLIENTS 6
#define SILENT 60 /* more than GIO's pool has threads */

static void
open_house (SpNetHouse *house)
{
  const SpStreamPolicy policy = sp_net_policy ();
  g_autoptr (GTlsCertificate) certificate = sp_net_certificate ();

  sp_net_house_open (house, &policy, certificate, 0);
}

/* (transfer full): the handshake is still to be done. */
static GTlsConnection *
wrap (GSocket *socket)
{
  g_autoptr (GSocketConnection) base
      = g_socket_connection_factory_create_connection (socket);
  g_autoptr (GSocketConnectable) identity
      = g_network_address_new ("localhost", 443);
  g_autofree char *file
      = g_test_build_filename (G_TEST_DIST, "data", "tls.crt", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsDatabase) trusted = g_tls_file_database_new (file, &error);
  GIOStream *tls;

  g_assert_no_error (error);
  tls = g_tls_client_connection_new (G_IO_STREAM (base), identity, &error);
  g_assert_no_error (error);
  g_tls_connection_set_database (G_TLS_CONNECTION (tls), trusted);
  return G_TLS_CONNECTION (tls);
}

/* A client in its own thread, for both ends of TLS block each other. */
typedef struct
{
  guint16 port;
  const char *hello;
  gsize read_size;
  gboolean leaves; /* after the first byte, without a word */
  GByteArray *got;
  guint n_got; /* atomic: its length */
  GError *error;
} Client;

static gpointer
run_client (gpointer data)
{
  Client *client = data;
  g_autoptr (GSocket) socket = sp_net_connect (client->port, RCVBUF);
  g_autoptr (GTlsConnection) tls = wrap (socket);
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (tls));
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (tls));
  g_autofree guint8 *buffer = g_malloc (client->read_size);
  gssize n;

  g_output_stream_write_all (
      out, client->hello, strlen (client->hello), NULL, NULL, &client->error);
  if (client->error != NULL)
    return NULL;
  while ((n = g_input_stream_read (
              in, buffer, client->read_size, NULL, &client->error))
         > 0)
    {
      g_byte_array_append (client->got, buffer, (guint)n);
      g_atomic_int_add (&client->n_got, (int)n);
      if (client->leaves)
        return NULL;
    }
  if (n == 0)
    g_io_stream_close (G_IO_STREAM (tls), NULL, NULL);
  return NULL;
}

static GThread *
start_client (Client *client, SpNetHouse *house, const char *hello)
{
  *client = (Client){ .port = house->port,
                      .hello = hello,
                      .read_size = 65536,
                      .got = g_byte_array_new () };
  return g_thread_new ("client", run_client, client);
}

static void
client_clear (Client *client)
{
  g_byte_array_unref (client->got);
  g_clear_error (&client->error);
}

/* GnuTLS reports an end without close_notify as an error. */
static void
assert_whole (Client *client, guint32 last)
{
  g_assert_no_error (client->error);
  g_assert_cmpuint (client->got->len, >, 0);
  g_assert_cmpint (client->got->data[0], ==, '+');
  g_assert_cmpuint (
      sp_net_check (client->got->data + 1, client->got->len - 1, 0, last),
      ==,
      0);
}

static void
test_everybody_gets_everything (void)
{
  static const gsize sizes[] = { 65536, 16384, 1000, 333, 65536, 4096 };
  guint64 handshakes = sp_stats_get (SP_PUMP_tls_handshakes);
  SpNetHouse house;
  Client clients[CLIENTS];
  GThread *threads[CLIENTS];

  open_house (&house);
  for (guint i = 0; i < CLIENTS; i++)
    {
      clients[i] = (Client){ .port = house.port,
                             .hello = "v",
                             .read_size = sizes[i],
                             .got = g_byte_array_new () };
      threads[i] = g_thread_new ("client", run_client, &clients[i]);
    }
  sp_net_wait_clients (&house, CLIENTS);
  sp_net_publish (&house, PACKETS);
  sp_net_end (&house);
  sp_net_wait_clients (&house, 0);
  for (guint i = 0; i < CLIENTS; i++)
    {
      g_thread_join (threads[i]);
      assert_whole (&clients[i], PACKETS - 1);
      client_clear (&clients[i]);
    }
  g_assert_cmpuint (
      sp_stats_get (SP_PUMP_tls_handshakes) - handshakes, ==, CLIENTS);
  sp_net_wait_connections (&house, 0);
  sp_net_house_close (&house);
}

/* What has been taken from the ring and not yet from the record layer must not
 * wait for the next packet. */
static void
test_pause_holds_nothing_back (void)
{
  const int whole = 1 + 4 + PACKETS * SP_NET_PACKET_LEN;
  SpNetHouse house;
  Client client;
  GThread *thread;

  open_house (&house);
  thread = start_client (&client, &house, "v");
  sp_net_wait_clients (&house, 1);
  sp_net_publish (&house, PACKETS);
  sp_net_wait_counter (&house, SP_STREAM_packets_sent, PACKETS);
  /* No END and no more packets: the client has to get all of these. */
  for (guint i = 0; i < 600 && g_atomic_int_get (&client.n_got) < whole; i++)
    sp_net_wait_us (50000);
  g_assert_cmpint (g_atomic_int_get (&client.n_got), ==, whole);
  sp_net_end (&house);
  g_thread_join (thread);
  assert_whole (&client, PACKETS - 1);
  client_clear (&client);
  sp_net_wait_connections (&house, 0);
  sp_net_house_close (&house);
}

static void
test_long_answer (void)
{
  SpNetHouse house;
  Client client;
  GThread *thread;

  open_house (&house);
  thread = start_client (&client, &house, "b");
  sp_net_wait_pump_counter (SP_PUMP_connections_accepted, house.opened + 1);
  g_thread_join (thread);
  g_assert_no_error (client.error);
  g_assert_cmpuint (client.got->len, ==, SP_NET_BIG);
  client_clear (&client);
  sp_net_wait_connections (&house, 0);
  sp_net_house_close (&house);
}

/* Waits for the accepts, which need this thread, and then for the client. */
static void
assert_served (SpNetHouse *house, guint64 accepted)
{
  Client client;
  GThread *thread = start_client (&client, house, "q");

  sp_net_wait_pump_counter (SP_PUMP_connections_accepted, accepted);
  g_thread_join (thread);
  g_assert_no_error (client.error);
  g_assert_cmpmem (client.got->data, client.got->len, "+", 1);
  client_clear (&client);
}

/* A ClientHello without its last byte. */
static void
say_half_a_hello (GSocket *socket)
{
  guint8 hello[200] = { 22, 3, 1, 0, 196, 1, 0, 0, 192, 3, 3 };

  g_assert_cmpint (
      g_socket_send (socket, (const char *)hello, sizeof hello, NULL, NULL),
      ==,
      sizeof hello);
}

static void
test_silent_handshakes_block_nobody (void)
{
  SpNetHouse house;
  GSocket *silent[SILENT];
  gint64 start_us;

  open_house (&house);
  for (guint i = 0; i < SILENT; i++)
    {
      silent[i] = sp_net_connect (house.port, 0);
      if (i % 2 == 1)
        say_half_a_hello (silent[i]);
    }
  sp_net_wait_connections (&house, SILENT);
  start_us = g_get_monotonic_time ();
  assert_served (&house, house.opened + SILENT + 1);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 5 * G_USEC_PER_SEC);
  /* The stop does not wait for them. */
  start_us = g_get_monotonic_time ();
  sp_net_house_close (&house);
  g_assert_cmpint (
      g_get_monotonic_time () - start_us, <, 3 * G_USEC_PER_SEC / 2);
  for (guint i = 0; i < SILENT; i++)
    g_object_unref (silent[i]);
}

/* A silent one is left after its limit, by the clock of the program. */
static void
test_silent_handshake_is_dropped (void)
{
  SpNetHouse house;
  guint64 failures = sp_stats_get (SP_PUMP_tls_failures);
  g_autoptr (GSocket) silent = NULL;
  g_autoptr (GSocket) half = NULL;

  open_house (&house);
  silent = sp_net_connect (house.port, 0);
  half = sp_net_connect (house.port, 0);
  say_half_a_hello (half);
  sp_net_wait_connections (&house, 2);
  sp_clock_set_fake (g_get_monotonic_time () + 5 * G_USEC_PER_SEC);
  sp_net_wait_us (600000);
  sp_net_wait_connections (&house, 2);
  sp_clock_set_fake (g_get_monotonic_time () + 20 * G_USEC_PER_SEC);
  sp_net_wait_connections (&house, 0);
  sp_clock_set_fake (-1);
  sp_net_wait_pump_counter (SP_PUMP_tls_failures, failures + 2);
  sp_net_house_close (&house);
}

/* The server is in the middle of the handshake when it stops. */
static void
test_stops_in_a_handshake (void)
{
  static const guint8 request[]
      = "\x16\x03\x01\x00\x30\x01\x00\x00\x2c\x03\x03";
  guint8 hello[5 + 0x30] = { 0 };
  SpNetHouse house;
  g_autoptr (GSocket) socket = NULL;
  gint64 start_us;

  open_house (&house);
  socket = sp_net_connect (house.port, 0);
  memcpy (hello, request, sizeof request - 1);
  hello[5 + 4 + 2 + 32 + 1] = 2; /* cipher suites: one of two bytes */
  g_socket_send (socket, (const char *)hello, sizeof hello, NULL, NULL);
  sp_net_wait_connections (&house, 1);
  start_us = g_get_monotonic_time ();
  sp_net_house_close (&house);
  g_assert_cmpint (
      g_get_monotonic_time () - start_us, <, 3 * G_USEC_PER_SEC / 2);
}

static void
test_plain_words (void)
{
  static const char *const words[]
      = { "v", "GET /streams/test HTTP/1.1\r\n\r\n", "\x16\x03\x01\x40\x01" };
  SpNetHouse house;
  guint64 failures = sp_stats_get (SP_PUMP_tls_failures);

  open_house (&house);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autoptr (GSocket) socket = sp_net_connect (house.port, 0);

      sp_net_say (socket, words[i]);
      sp_net_wait_pump_counter (SP_PUMP_connections_accepted,
                                house.opened + i + 1);
      if (i == 2) /* a record that is never whole */
        g_socket_shutdown (socket, FALSE, TRUE, NULL);
      sp_net_wait_pump_counter (SP_PUMP_tls_failures, failures + i + 1);
      sp_net_wait_connections (&house, 0);
    }
  assert_served (&house, house.opened + G_N_ELEMENTS (words) + 1);
  sp_net_wait_connections (&house, 0);
  sp_net_house_close (&house);
}

/* Gone without close_notify, while it watches. */
static void
test_client_vanishes (void)
{
  SpNetHouse house;
  Client client = { .hello = "v", .read_size = 1, .leaves = TRUE };
  GThread *thread;

  open_house (&house);
  client.port = house.port;
  client.got = g_byte_array_new ();
  thread = g_thread_new ("client", run_client, &client);
  sp_net_wait_pump_counter (SP_PUMP_connections_accepted, house.opened + 1);
  sp_net_publish (&house, PACKETS);
  sp_net_wait_connections (&house, 0);
  sp_net_wait_clients (&house, 0);
  g_thread_join (thread);
  client_clear (&client);
  sp_net_house_close (&house);
}

typedef struct
{
  guint16 port;
  GMutex mutex; /* held: does not read on */
  GError *error;
} Stalled;

/* Reads one byte, and no more until it may. */
static gpointer
run_stalled (gpointer data)
{
  Stalled *stalled = data;
  g_autoptr (GSocket) socket = sp_net_connect (stalled->port, RCVBUF);
  g_autoptr (GTlsConnection) tls = wrap (socket);
  char plus;

  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (tls)),
                             "v",
                             1,
                             NULL,
                             NULL,
                             NULL);
  g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (tls)),
                       &plus,
                       1,
                       NULL,
                       &stalled->error);
  g_mutex_lock (&stalled->mutex);
  g_mutex_unlock (&stalled->mutex);
  return NULL;
}

/* Stalled clients are kicked: their close_notify finds no room, and must not
 * keep the threads that handshakes need. */
static void
test_stalled_ones_are_kicked (void)
{
  SpNetHouse house;
  Stalled stalled = { 0 };
  GThread *threads[20];

  open_house (&house);
  stalled.port = house.port;
  g_mutex_init (&stalled.mutex);
  g_mutex_lock (&stalled.mutex);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("stalled", run_stalled, &stalled);
  sp_net_wait_clients (&house, G_N_ELEMENTS (threads));
  sp_net_publish (&house, PACKETS);
  sp_net_wait_counter (&house, SP_STREAM_packets_sent, 100);
  sp_net_kick_all (&house);
  sp_net_wait_clients (&house, 0);
  sp_net_wait_connections (&house, 0);
  assert_served (&house, house.opened + G_N_ELEMENTS (threads) + 1);
  g_mutex_unlock (&stalled.mutex);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_no_error (stalled.error);
  g_mutex_clear (&stalled.mutex);
  sp_net_house_close (&house);
}

int
main (int argc, char **argv)
{
  sp_net_test_init (&argc, &argv);
  g_test_add_func ("/tls/everybody-gets-everything",
                   test_everybody_gets_everything);
  g_test_add_func ("/tls/pause-holds-nothing-back",
                   test_pause_holds_nothing_back);
  g_test_add_func ("/tls/long-answer", test_long_answer);
  g_test_add_func ("/tls/silent-handshakes-block-nobody",
                   test_silent_handshakes_block_nobody);
  g_test_add_func ("/tls/silent-handshake-is-dropped",
                   test_silent_handshake_is_dropped);
  g_test_add_func ("/tls/stops-in-a-handshake", test_stops_in_a_handshake);
  g_test_add_func ("/tls/plain-words", test_plain_words);
  g_test_add_func ("/tls/client-vanishes", test_client_vanishes);
  g_test_add_func ("/tls/stalled-ones-are-kicked",
                   test_stalled_ones_are_kicked);
  return g_test_run ();
}
