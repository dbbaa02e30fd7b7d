/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-net-test.h"

#include <sys/resource.h>

#define CLIENTS 24
#define PACKETS 400
#define CROWD 1200 /* more than 512 a worker */

/* A client in its own thread: says @hello and reads to the end. */
typedef struct
{
  guint16 port;
  const char *hello;
  gboolean is_slow;
  GByteArray *got;
} Client;

static gpointer
run_client (gpointer data)
{
  Client *client = data;
  g_autoptr (GSocket) socket = sp_net_connect (client->port, 0);
  g_autofree char *buffer = g_malloc (65536);
  gssize n;

  sp_net_say (socket, client->hello);
  while ((n = g_socket_receive (
              socket, buffer, client->is_slow ? 512 : 65536, NULL, NULL))
         > 0)
    g_byte_array_append (client->got, (const guint8 *)buffer, (guint)n);
  return NULL;
}

static void
start_clients (SpNetHouse *house, Client *clients, GThread **threads, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      clients[i] = (Client){ .port = house->port,
                             .hello = i % 2 == 0 ? "veven" : "vodd",
                             .is_slow = i % 8 == 7,
                             .got = g_byte_array_new () };
      threads[i] = g_thread_new ("client", run_client, &clients[i]);
    }
}

static void
open_house (SpNetHouse *house)
{
  const SpStreamPolicy policy = sp_net_policy ();

  sp_net_house_open (house, &policy, NULL, 0);
}

static void
test_everybody_gets_everything (void)
{
  SpNetHouse house;
  Client clients[CLIENTS];
  GThread *threads[CLIENTS];

  open_house (&house);
  start_clients (&house, clients, threads, CLIENTS);
  sp_net_wait_clients (&house, CLIENTS);
  sp_net_publish (&house, PACKETS);
  sp_net_end (&house);
  for (guint i = 0; i < CLIENTS; i++)
    {
      GByteArray *got = clients[i].got;

      g_thread_join (threads[i]);
      g_assert_cmpuint (
          sp_net_check (got->data + 1, got->len - 1, 0, PACKETS - 1), ==, 0);
      g_byte_array_unref (got);
    }
  sp_net_wait_clients (&house, 0);
  sp_net_house_close (&house);
}

static void
on_kicked (gpointer data, gpointer result)
{
  SpNetHouse *house = data;
  g_autoptr (SpKicked) kicked = result;

  house->found += kicked->clients;
  house->answers++;
}

static void
on_listed (gpointer data, gpointer result)
{
  SpNetHouse *house = data;
  g_autoptr (GPtrArray) clients = result;

  house->found += clients->len;
  house->answers++;
}

static void
test_lists_and_kicks (void)
{
  const SpClientFilter even = { .external_id = "even" };
  const SpClientFilter all = { 0 };
  SpNetHouse house;
  Client clients[8];
  GThread *threads[8];

  open_house (&house);
  start_clients (&house, clients, threads, 8);
  sp_net_wait_clients (&house, 8);
  for (guint i = 0; i < SP_NET_WORKERS; i++)
    sp_worker_list (house.workers[i], &all, house.mailbox, on_listed, &house);
  sp_net_wait_answers (&house, 2);
  g_assert_cmpuint (house.found, ==, 8);
  house.found = 0;
  for (guint i = 0; i < SP_NET_WORKERS; i++)
    sp_worker_kick (house.workers[i], &even, house.mailbox, on_kicked, &house);
  sp_net_wait_answers (&house, 4);
  g_assert_cmpuint (house.found, ==, 4);
  sp_net_wait_clients (&house, 4);
  for (guint i = 0; i < 8; i += 2)
    g_thread_join (threads[i]);
  sp_net_house_close (&house);
  for (guint i = 1; i < 8; i += 2)
    g_thread_join (threads[i]);
  for (guint i = 0; i < 8; i++)
    g_byte_array_unref (clients[i].got);
}

static gpointer
ask (gpointer data)
{
  guint16 port = GPOINTER_TO_UINT (data);
  g_autoptr (GSocket) socket = sp_net_connect (port, 0);

  sp_net_say (socket, "q");
  return sp_net_read_rest (socket);
}

static void
test_answers_and_closes (void)
{
  SpNetHouse house;
  g_autoptr (GByteArray) rest = NULL;
  GThread *thread;

  open_house (&house);
  thread = g_thread_new ("client", ask, GUINT_TO_POINTER (house.port));
  sp_net_wait_pump_counter (SP_PUMP_connections_accepted, house.opened + 1);
  rest = g_thread_join (thread);
  g_assert_cmpuint (rest->len, ==, 0);
  sp_net_wait_connections (&house, 0);
  sp_net_house_close (&house);
}

static void
test_stops_with_clients_that_read_nothing (void)
{
  SpNetHouse house;
  g_autoptr (GSocket) socket = NULL;

  open_house (&house);
  socket = sp_net_connect (house.port, 0);
  sp_net_say (socket, "v");
  sp_net_wait_clients (&house, 1);
  sp_net_publish (&house, 20 * PACKETS);
  sp_net_house_close (&house);
}

static gint64
used_us (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC
         + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static gboolean
has_room (guint descriptors)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = MAX (limit.rlim_cur, MIN (descriptors, limit.rlim_max));
  setrlimit (RLIMIT_NOFILE, &limit);
  return limit.rlim_cur >= descriptors;
}

/* More viewers than one dispatch serves: the rest of the pass is made up for,
 * and then there is nothing to do. */
static void
test_rests_when_all_are_level (void)
{
  SpNetHouse house;
  g_autoptr (GPtrArray) sockets
      = g_ptr_array_new_with_free_func (g_object_unref);
  gint64 start_us;

  if (!has_room (2 * CROWD + 100))
    {
      g_test_skip ("the limit of descriptors is too low");
      return;
    }
  open_house (&house);
  for (guint i = 0; i < CROWD; i++)
    {
      g_ptr_array_add (sockets, sp_net_connect (house.port, 0));
      sp_net_say (sockets->pdata[i], "v");
      if (i % 100 == 99)
        sp_net_wait_clients (&house, i + 1);
    }
  sp_net_publish (&house, 10);
  sp_net_wait_counter (&house, SP_STREAM_packets_sent, CROWD * 10);
  start_us = used_us ();
  sp_net_wait_us (G_USEC_PER_SEC / 2);
  g_assert_cmpint (used_us () - start_us, <, G_USEC_PER_SEC / 4);
  sp_net_house_close (&house);
}

int
main (int argc, char **argv)
{
  sp_net_test_init (&argc, &argv);
  g_test_add_func ("/worker/everybody-gets-everything",
                   test_everybody_gets_everything);
  g_test_add_func ("/worker/lists-and-kicks", test_lists_and_kicks);
  g_test_add_func ("/worker/answers-and-closes", test_answers_and_closes);
  g_test_add_func ("/worker/stops-with-clients-that-read-nothing",
                   test_stops_with_clients_that_read_nothing);
  g_test_add_func ("/worker/rests-when-all-are-level",
                   test_rests_when_all_are_level);
  return g_test_run ();
}
