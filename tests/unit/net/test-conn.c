/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-net-test.h"

#define RCVBUF 8192
#define PACKETS 3000 /* more than the kernel takes */
#define SILENT 50
#define FULL 8

static void
open_house (SpNetHouse *house, guint max_connections)
{
  const SpStreamPolicy policy = sp_net_policy ();

  sp_net_house_open (house, &policy, NULL, max_connections);
}

static GSocket *
connect_and_say (SpNetHouse *house, const char *words)
{
  GSocket *socket = sp_net_connect (house->port, RCVBUF);

  sp_net_say (socket, words);
  return socket;
}

static void
read_plus (GSocket *socket)
{
  guint8 plus;

  sp_net_read_bytes (socket, &plus, 1);
  g_assert_cmpint (plus, ==, '+');
}

/* Served by both workers, whoever has the silent ones. */
static void
test_silent_ones_cost_nothing (void)
{
  SpNetHouse house;
  GSocket *silent[SILENT];

  open_house (&house, 0);
  for (guint i = 0; i < SILENT; i++)
    silent[i] = i % 2 == 0 ? sp_net_connect (house.port, 0)
                           : connect_and_say (&house, "h");
  sp_net_wait_connections (&house, SILENT);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GSocket) socket = connect_and_say (&house, "e");

      sp_net_wait_connections (&house, SILENT + 1);
      read_plus (socket);
      g_socket_close (socket, NULL);
      sp_net_wait_connections (&house, SILENT);
    }
  for (guint i = 0; i < SILENT; i++)
    g_object_unref (silent[i]);
  sp_net_wait_connections (&house, 0);
  sp_net_house_close (&house);
}

typedef struct
{
  const char *name;
  const char *words; /* NULL: none */
  guint packets;     /* that it watches, without reading them */
  gboolean is_shut;  /* rather than closed */
  gboolean is_kicked;
} Goodbye;

static const Goodbye goodbyes[] = {
  { "before-a-word", NULL },
  { "before-a-word-half", NULL, .is_shut = TRUE },
  { "half-a-request", "h" },
  { "half-a-request-half", "h", .is_shut = TRUE },
  { "between-requests", "e" },
  { "between-requests-half", "e", .is_shut = TRUE },
  { "in-a-long-answer", "b" },
  { "watching-nothing", "v" },
  { "watching-nothing-half", "v", .is_shut = TRUE },
  { "watching", "v", .packets = 10 },
  { "watching-half", "v", .packets = 10, .is_shut = TRUE },
  { "blocked", "v", .packets = PACKETS },
  { "blocked-half", "v", .packets = PACKETS, .is_shut = TRUE },
  { "kicked", "v", .is_kicked = TRUE },
  { "kicked-and-blocked", "v", .packets = PACKETS, .is_kicked = TRUE },
};

static void
test_goodbye (gconstpointer data)
{
  const Goodbye *goodbye = data;
  gboolean is_watching = goodbye->words != NULL && goodbye->words[0] == 'v';
  SpNetHouse house;
  g_autoptr (GSocket) socket = NULL;

  open_house (&house, 0);
  socket = sp_net_connect (house.port, RCVBUF);
  sp_net_wait_connections (&house, 1);
  if (goodbye->words != NULL)
    sp_net_say (socket, goodbye->words);
  if (goodbye->words != NULL && goodbye->words[0] != 'h')
    read_plus (socket);
  if (is_watching)
    sp_net_wait_clients (&house, 1);
  if (goodbye->packets > 0)
    {
      sp_net_publish (&house, goodbye->packets);
      sp_net_wait_counter (
          &house, SP_STREAM_packets_sent, MIN (goodbye->packets, 20));
    }
  if (goodbye->is_kicked)
    {
      sp_net_kick_all (&house);
      sp_net_wait_answers (&house, SP_NET_WORKERS);
      g_assert_cmpuint (house.found, ==, 1);
    }
  if (goodbye->is_shut)
    g_socket_shutdown (socket, FALSE, TRUE, NULL);
  else
    g_socket_close (socket, NULL);
  sp_net_wait_clients (&house, 0);
  sp_net_wait_connections (&house, 0);
  sp_net_house_close (&house);
}

/* An answer longer than the kernel takes arrives whole, and then the end. */
static void
test_long_answer (void)
{
  SpNetHouse house;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GByteArray) rest = NULL;

  open_house (&house, 0);
  socket = connect_and_say (&house, "b");
  sp_net_wait_connections (&house, 1);
  rest = sp_net_read_rest (socket);
  g_assert_cmpuint (rest->len, ==, SP_NET_BIG - 1);
  g_socket_close (socket, NULL);
  sp_net_wait_connections (&house, 0);
  sp_net_house_close (&house);
}

/* A peer that has been told the end and keeps its half open is left. */
static void
test_end_is_not_awaited_for_ever (void)
{
  SpNetHouse house;
  g_autoptr (GSocket) socket = NULL;

  open_house (&house, 0);
  socket = connect_and_say (&house, "q");
  sp_net_wait_connections (&house, 1);
  sp_net_wait_connections (&house, 0);
  sp_net_house_close (&house);
}

static void
test_listener_pauses (void)
{
  SpNetHouse house;
  GSocket *sockets[FULL];
  guint64 pauses = sp_stats_get (SP_PUMP_accept_pauses);
  guint loops;

  open_house (&house, FULL);
  for (guint i = 0; i < FULL; i++)
    sockets[i] = sp_net_connect (house.port, 0);
  house.warnings = 1;
  sp_net_wait_pump_counter (SP_PUMP_accept_pauses, pauses + 1);
  /* The kernel takes one more, and it waits there. */
  g_autoptr (GSocket) late = connect_and_say (&house, "e");
  loops = sp_net_loops ();
  sp_net_wait_us (500000);
  g_assert_cmpuint (sp_net_loops () - loops, <, 300);
  g_assert_cmpint (g_socket_get_available_bytes (late), ==, 0);
  g_assert_cmpuint (
      sp_stats_get (SP_PUMP_connections_accepted) - house.opened, ==, FULL);
  g_object_unref (sockets[0]);
  g_object_unref (sockets[1]);
  sp_net_wait_pump_counter (SP_PUMP_connections_accepted,
                            house.opened + FULL + 1);
  read_plus (late);
  for (guint i = 2; i < FULL; i++)
    g_object_unref (sockets[i]);
  sp_net_wait_connections (&house, 1);
  sp_net_house_close (&house);
}

/* Paused and then stopped, as when the program ends. */
static void
test_listener_stops_while_paused (void)
{
  SpNetHouse house;
  guint64 pauses = sp_stats_get (SP_PUMP_accept_pauses);

  open_house (&house, 1);
  g_autoptr (GSocket) first = sp_net_connect (house.port, 0);
  house.warnings = 1;
  sp_net_wait_pump_counter (SP_PUMP_accept_pauses, pauses + 1);
  sp_listener_stop (house.listener);
  g_socket_close (first, NULL);
  G_GNUC_UNUSED g_autoptr (GSocket) late = sp_net_connect (house.port, 0);
  sp_net_wait_connections (&house, 0);
  sp_net_wait_us (300000);
  g_assert_cmpuint (
      sp_stats_get (SP_PUMP_connections_accepted) - house.opened, ==, 1);
  sp_net_house_close (&house);
}

int
main (int argc, char **argv)
{
  sp_net_test_init (&argc, &argv);
  g_test_add_func ("/conn/silent-ones-cost-nothing",
                   test_silent_ones_cost_nothing);
  for (guint i = 0; i < G_N_ELEMENTS (goodbyes); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/conn/goodbye/%s", goodbyes[i].name);

      g_test_add_data_func (path, &goodbyes[i], test_goodbye);
    }
  g_test_add_func ("/conn/long-answer", test_long_answer);
  g_test_add_func ("/conn/end-is-not-awaited-for-ever",
                   test_end_is_not_awaited_for_ever);
  g_test_add_func ("/listener/pauses", test_listener_pauses);
  g_test_add_func ("/listener/stops-while-paused",
                   test_listener_stops_while_paused);
  return g_test_run ();
}
