/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-net-test.h"

#define RCVBUF 8192
#define PACKETS 3000 /* more than the kernel takes */
#define SLOW_MS 150

typedef enum
{
  CLOSES,
  SHUTS,
  STREAM_ENDS,
  IS_KICKED,
  IS_KICKED_BLOCKED,
  IS_SLOW,
} Way;

typedef struct
{
  const char *name;
  Way way;
  guint packets;
  SpLeaveReason reason;
} Row;

static const Row rows[] = {
  { "closes", CLOSES, 10, SP_LEFT_BY_ITSELF },
  { "shuts", SHUTS, 10, SP_LEFT_BY_ITSELF },
  { "closes-blocked", CLOSES, PACKETS, SP_LEFT_BY_ITSELF },
  { "stream-ends", STREAM_ENDS, 10, SP_LEFT_AT_END },
  { "is-kicked", IS_KICKED, 10, SP_LEFT_KICKED },
  { "is-kicked-blocked", IS_KICKED_BLOCKED, PACKETS, SP_LEFT_KICKED },
  { "is-slow", IS_SLOW, PACKETS, SP_LEFT_CUT },
};

static void
open_house (SpNetHouse *house, Way way)
{
  SpStreamPolicy policy = sp_net_policy ();

  policy.burst_ms = 0;
  policy.slow_viewer = 1;
  if (way == IS_SLOW)
    {
      policy.slow_viewer = 2;
      policy.slow_viewer_ms = SLOW_MS;
    }
  sp_net_house_open (house, &policy, NULL, 0);
}

static void
go (SpNetHouse *house, GSocket *socket, Way way)
{
  switch (way)
    {
    case CLOSES:
      g_socket_close (socket, NULL);
      return;
    case SHUTS:
      g_socket_shutdown (socket, FALSE, TRUE, NULL);
      return;
    case STREAM_ENDS:
      sp_net_end (house);
      return;
    case IS_KICKED:
    case IS_KICKED_BLOCKED:
      sp_net_kick_all (house);
      return;
    case IS_SLOW:
      return;
    }
}

static void
assert_visit (SpNetHouse *house, const SpVisit *visit, SpLeaveReason reason)
{
  const SpClientInfo *arrival = house->arrivals->pdata[0];

  g_assert_cmpstr (
      sp_leave_reason_name (visit->reason), ==, sp_leave_reason_name (reason));
  g_assert_cmpuint (visit->info->id, ==, arrival->id);
  g_assert_cmpstr (visit->info->external_id, ==, "alice");
  g_assert_cmpint (visit->info->state, ==, SP_CLIENT_CLOSING);
  g_assert_cmpuint (visit->info->packets_sent, >=, 10);
  g_assert_cmpuint (visit->info->bytes_sent, >=, 10 * SP_NET_PACKET_LEN);
  g_assert_cmpint (visit->left_us, >=, visit->info->connected_us);
  g_assert_cmpint (
      visit->left_unix_us / G_USEC_PER_SEC, >=, visit->info->connected_at);
  g_assert_cmpstr (visit->local_address, ==, "127.0.0.1");
  g_assert_cmpuint (visit->local_port, ==, house->port);
  g_assert_cmpstr (visit->host, ==, SP_NET_HOST);
  g_assert_true (visit->player == house->player);
  g_assert_cmpuint (arrival->packets_sent, ==, 0);
}

static void
test_visit (gconstpointer data)
{
  const Row *row = data;
  SpNetHouse house;
  g_autoptr (GSocket) socket = NULL;

  open_house (&house, row->way);
  sp_net_watch (&house);
  socket = sp_net_connect (house.port, RCVBUF);
  sp_net_say (socket, "valice");
  sp_net_wait_clients (&house, 1);
  sp_net_publish (&house, row->packets);
  sp_net_wait_counter (&house, SP_STREAM_packets_sent, 10);
  go (&house, socket, row->way);
  sp_net_wait_visits (&house, 1);
  g_assert_cmpuint (house.arrivals->len, ==, 1);
  assert_visit (&house, house.visits->pdata[0], row->reason);
  sp_net_house_close (&house);
}

static SpVisit *last;

static void
on_last (gpointer data, gpointer visit)
{
  g_assert_null (last);
  last = visit;
}

/* Whoever is there when the program stops ends with the stream, and is told of
 * before the workers are gone. */
static void
test_visits_end_with_the_program (void)
{
  SpNetHouse house;
  g_autoptr (GSocket) socket = NULL;

  open_house (&house, CLOSES);
  for (guint i = 0; i < SP_NET_WORKERS; i++)
    sp_worker_set_watch (
        house.workers[i],
        &(SpWorkerWatch){ house.mailbox, NULL, on_last, NULL });
  socket = sp_net_connect (house.port, 0);
  sp_net_say (socket, "v");
  sp_net_wait_clients (&house, 1);
  sp_net_house_close (&house);
  g_assert_nonnull (last);
  g_assert_cmpint (last->reason, ==, SP_LEFT_AT_END);
  g_clear_pointer (&last, sp_visit_free);
}

/* The pump as its own client: its bytes count, and nothing else. */
static void
test_canary_is_nobody (void)
{
  SpNetHouse house;
  g_autoptr (GSocket) socket = NULL;
  guint8 got[1 + 4 + 10 * SP_NET_PACKET_LEN];
  const SpClientFilter all = { 0 };

  open_house (&house, CLOSES);
  sp_net_watch (&house);
  socket = sp_net_connect (house.port, 0);
  sp_net_say (socket, "c");
  sp_net_wait_connections (&house, 1);
  sp_net_publish (&house, 10);
  sp_net_read_bytes (socket, got, sizeof got);
  sp_net_wait_counter (&house, SP_STREAM_packets_sent, 10);
  sp_net_wait_us (1300000); /* past a sweep */
  sp_net_list (&house, &all);
  sp_net_wait_listed (&house);
  g_assert_cmpuint (house.listed->len, ==, 0);
  sp_net_kick_all (&house);
  sp_net_wait_answers (&house, SP_NET_WORKERS);
  g_assert_cmpuint (house.found, ==, 0);
  g_socket_close (socket, NULL);
  sp_net_wait_connections (&house, 0);
  g_autoptr (SpStreamInfo) info
      = sp_stream_info (house.stream, g_get_monotonic_time ());
  g_assert_cmpuint (
      info->counters.value[SP_STREAM_bytes_sent], ==, sizeof got - 1);
  g_assert_cmpuint (info->counters.value[SP_STREAM_clients_connected], ==, 0);
  g_assert_cmpuint (
      info->counters.value[SP_STREAM_clients_disconnected], ==, 0);
  g_assert_cmpuint (info->counters.value[SP_STREAM_clients_kicked], ==, 0);
  g_assert_cmpuint (info->clients_peak, ==, 0);
  g_assert_cmpuint (info->quality.clients, ==, 0);
  g_assert_cmpuint (info->start_delay_ms, ==, 0);
  sp_mailbox_drain (house.mailbox);
  g_assert_cmpuint (house.arrivals->len, ==, 0);
  g_assert_cmpuint (house.visits->len, ==, 0);
  sp_net_house_close (&house);
}

int
main (int argc, char **argv)
{
  sp_net_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/visits/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_visit);
    }
  g_test_add_func ("/visits/end-with-the-program",
                   test_visits_end_with_the_program);
  g_test_add_func ("/visits/canary-is-nobody", test_canary_is_nobody);
  return g_test_run ();
}
