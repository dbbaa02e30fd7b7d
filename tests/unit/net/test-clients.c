/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-net-test.h"

#define RCVBUF 8192
#define PACKETS 3000 /* more than the kernel takes */
#define HEADER_LEN 4

static const SpClientFilter all = { 0 };

static void
open_house (SpNetHouse *house)
{
  SpStreamPolicy policy = sp_net_policy ();

  policy.slow_viewer = 1;
  sp_net_house_open (house, &policy, NULL, 0);
  sp_stream_set_index (house->stream, 5);
}

static GSocket *
come (SpNetHouse *house, const char *words, guint n)
{
  GSocket *socket = sp_net_connect (house->port, RCVBUF);

  sp_net_say (socket, words);
  sp_net_wait_clients (house, n);
  return socket;
}

/* The one client as it is now. */
static const SpClientInfo *
look (SpNetHouse *house)
{
  sp_net_list (house, &all);
  sp_net_wait_listed (house);
  g_assert_cmpuint (house->listed->len, ==, 1);
  return house->listed->pdata[0];
}

static gboolean
is_acked (SpNetHouse *house)
{
  const SpClientInfo *info = look (house);

  return info->bytes_acked >= HEADER_LEN + 10 * SP_NET_PACKET_LEN;
}

static void
assert_who (const SpClientInfo *info, GSocket *socket)
{
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (socket, NULL);

  g_assert_cmpuint (info->id, >, 0);
  g_assert_cmpuint (info->stream_index, ==, 5);
  g_assert_cmpstr (info->stream, ==, "test");
  g_assert_cmpstr (info->address, ==, "127.0.0.1");
  g_assert_cmpuint (
      info->port,
      ==,
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local)));
  g_assert_cmpuint (info->listener, ==, 1);
  g_assert_cmpstr (info->external_id, ==, "alice");
  g_assert_cmpstr (info->framing, ==, "bare");
  g_assert_null (info->user_agent);
  g_assert_false (info->is_tls);
}

static void
test_info (void)
{
  SpNetHouse house;
  g_autoptr (GSocket) socket = NULL;
  guint8 got[1 + HEADER_LEN + 10 * SP_NET_PACKET_LEN];
  const SpClientInfo *info;
  SpPlayerReport report;
  SpPlayerNews news;

  open_house (&house);
  socket = come (&house, "valice", 1);
  g_assert_cmpint (look (&house)->player.quality_percent, ==, -1);
  g_assert_cmpuint (look (&house)->start_delay_ms, ==, 0);
  sp_player_report_init (&report);
  report.at_us = 1;
  report.quality_percent = 97;
  sp_player_put (house.player, &report, &news);
  sp_net_publish (&house, 10);
  sp_net_read_bytes (socket, got, sizeof got);
  sp_net_wait (&house, is_acked);
  info = look (&house);
  assert_who (info, socket);
  g_assert_cmpuint (info->packets_sent, ==, 10);
  g_assert_cmpuint (info->bytes_sent, ==, sizeof got - 1);
  g_assert_cmpuint (info->bitrate_bps, >, 0);
  g_assert_cmpuint (info->rtt_us, >, 0);
  g_assert_cmpuint (info->queue_bytes, ==, 0);
  g_assert_cmpuint (info->lag_ms, ==, 0);
  g_assert_cmpuint (info->start_delay_ms, >=, 1);
  g_assert_cmpint (info->player.quality_percent, ==, 97);
  sp_net_house_close (&house);
}

static SpClientState wanted;

static gboolean
has_state (SpNetHouse *house)
{
  return look (house)->state == wanted;
}

static void
wait_state (SpNetHouse *house, SpClientState state)
{
  wanted = state;
  sp_net_wait (house, has_state);
}

/* What a client goes through whose kernel is full. */
static void
test_states (void)
{
  SpNetHouse house;
  g_autoptr (GSocket) socket = NULL;
  const SpClientInfo *info;

  open_house (&house);
  socket = come (&house, "v", 1);
  wait_state (&house, SP_CLIENT_WAITING);
  sp_net_publish (&house, 0);
  wait_state (&house, SP_CLIENT_OPENING);
  sp_net_publish (&house, 1);
  wait_state (&house, SP_CLIENT_PLAYING);
  wait_state (&house, SP_CLIENT_WAITING);
  sp_net_publish (&house, PACKETS);
  wait_state (&house, SP_CLIENT_BEHIND);
  info = look (&house);
  g_assert_cmpuint (info->lag_ms, >, SP_BEHIND_MS);
  g_assert_cmpuint (info->queue_bytes,
                    >=,
                    HEADER_LEN + (PACKETS + 1) * SP_NET_PACKET_LEN
                        - info->bytes_sent);
  g_assert_cmpuint (info->queue_bytes, <=, (PACKETS + 1) * SP_NET_PACKET_LEN);
  sp_net_kick_all (&house);
  sp_net_wait_answers (&house, SP_NET_WORKERS);
  wait_state (&house, SP_CLIENT_CLOSING);
  sp_net_house_close (&house);
}

typedef struct
{
  const char *name;
  guint nth; /* client that was the nth to come; 0: any */
  const char *stream;
  const char *address;
  const char *external_id;
  guint found;
} FilterRow;

/* Of alice, bob, bob, and one without an id; and the canary. */
static const FilterRow filter_rows[] = {
  { "all", 0, NULL, NULL, NULL, 4 },
  { "client", 2, NULL, NULL, NULL, 1 },
  { "stream", 0, "TEST", NULL, NULL, 4 },
  { "other-stream", 0, "tes", NULL, NULL, 0 },
  { "address", 0, NULL, "127.0.0.1", NULL, 4 },
  { "network", 0, NULL, "127.0.0.0/8", NULL, 4 },
  { "other-network", 0, NULL, "192.0.2.0/24", NULL, 0 },
  { "other-family", 0, NULL, "::/0", NULL, 0 },
  { "id", 0, NULL, NULL, "bob", 2 },
  { "id-is-exact", 0, NULL, NULL, "Bob", 0 },
  { "all-that-is-set", 1, "test", "127.0.0.1", "alice", 1 },
  { "all-but-one", 1, "test", "127.0.0.1", "bob", 0 },
};

typedef struct
{
  SpNetHouse house;
  GPtrArray *sockets;
  guint64 ids[4];
  SpKicked *kicked;
} Crowd;

static void
crowd_open (Crowd *crowd)
{
  static const char *const words[] = { "valice", "vbob", "vbob", "v" };

  open_house (&crowd->house);
  sp_net_watch (&crowd->house);
  crowd->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (crowd->sockets, sp_net_connect (crowd->house.port, 0));
  sp_net_say (crowd->sockets->pdata[0], "c");
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    g_ptr_array_add (crowd->sockets, come (&crowd->house, words[i], i + 1));
  sp_net_list (&crowd->house, &all);
  sp_net_wait_listed (&crowd->house);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    crowd->ids[i] = ((SpClientInfo *)crowd->house.listed->pdata[i])->id;
  crowd->kicked = sp_kicked_new ();
}

static void
crowd_close (Crowd *crowd)
{
  sp_kicked_free (crowd->kicked);
  g_ptr_array_unref (crowd->sockets);
  sp_net_house_close (&crowd->house);
}

static void
on_kicked (gpointer data, gpointer result)
{
  Crowd *crowd = data;
  g_autoptr (SpKicked) kicked = result;

  sp_kicked_merge (crowd->kicked, kicked);
  crowd->house.answers++;
}

static void
assert_meant (const FilterRow *row, const SpClientInfo *info)
{
  if (row->stream != NULL)
    g_assert_cmpint (g_ascii_strcasecmp (info->stream, row->stream), ==, 0);
  if (row->external_id != NULL)
    g_assert_cmpstr (info->external_id, ==, row->external_id);
}

/* Listed, and then kicked, and only those. */
static void
test_filter (gconstpointer data)
{
  const FilterRow *row = data;
  Crowd crowd;
  SpClientFilter filter
      = { .stream = row->stream, .external_id = row->external_id };
  g_autoptr (GInetAddressMask) mask
      = row->address != NULL
            ? g_inet_address_mask_new_from_string (row->address, NULL)
            : NULL;

  crowd_open (&crowd);
  filter.address = mask;
  filter.client = row->nth > 0 ? crowd.ids[row->nth - 1] : 0;
  sp_net_list (&crowd.house, &filter);
  sp_net_wait_listed (&crowd.house);
  g_assert_cmpuint (crowd.house.listed->len, ==, row->found);
  for (guint i = 0; i < crowd.house.listed->len; i++)
    assert_meant (row, crowd.house.listed->pdata[i]);
  for (guint i = 0; i < SP_NET_WORKERS; i++)
    sp_worker_kick (crowd.house.workers[i],
                    &filter,
                    crowd.house.mailbox,
                    on_kicked,
                    &crowd);
  sp_net_wait_answers (&crowd.house, SP_NET_WORKERS);
  g_assert_cmpuint (crowd.kicked->clients, ==, row->found);
  g_assert_cmpuint (
      g_hash_table_size (crowd.kicked->addresses), ==, row->found > 0);
  sp_net_wait_visits (&crowd.house, row->found);
  g_assert_cmpuint (
      sp_net_counter (&crowd.house, SP_STREAM_clients_kicked), ==, row->found);
  sp_net_wait_clients (&crowd.house, 4 - row->found);
  crowd_close (&crowd);
}

/* So many that not all of them are named; all of them are counted. */
static void
test_kicked_is_bounded (void)
{
  g_autoptr (SpKicked) kicked = sp_kicked_new ();
  g_autoptr (SpKicked) both = sp_kicked_new ();
  g_autoptr (GInetAddress) twice = g_inet_address_new_from_string ("192.0.2.1");

  sp_kicked_add (kicked, twice, NULL);
  sp_kicked_add (kicked, twice, "alice");
  g_assert_cmpuint (g_hash_table_size (kicked->addresses), ==, 1);
  g_assert_true (g_hash_table_contains (kicked->addresses, "192.0.2.1"));
  g_assert_cmpuint (g_hash_table_size (kicked->external_ids), ==, 1);
  for (guint i = 0; i < 2 * SP_KICKED_MAX; i++)
    {
      guint8 bytes[4] = { 10, 0, (guint8)(i >> 8), (guint8)i };
      g_autoptr (GInetAddress) address
          = g_inet_address_new_from_bytes (bytes, G_SOCKET_FAMILY_IPV4);
      g_autofree char *id = g_strdup_printf ("id%u", i);

      sp_kicked_add (kicked, address, id);
    }
  sp_kicked_merge (both, kicked);
  sp_kicked_merge (both, kicked);
  g_assert_cmpuint (both->clients, ==, 4 * SP_KICKED_MAX + 4);
  g_assert_cmpuint (g_hash_table_size (both->addresses), ==, SP_KICKED_MAX);
  g_assert_cmpuint (g_hash_table_size (both->external_ids), ==, SP_KICKED_MAX);
}

int
main (int argc, char **argv)
{
  sp_net_test_init (&argc, &argv);
  g_test_add_func ("/clients/info", test_info);
  g_test_add_func ("/clients/states", test_states);
  for (gsize i = 0; i < G_N_ELEMENTS (filter_rows); i++)
    {
      g_autofree char *path
          = g_strconcat ("/clients/filter/", filter_rows[i].name, NULL);

      g_test_add_data_func (path, &filter_rows[i], test_filter);
    }
  g_test_add_func ("/clients/kicked-is-bounded", test_kicked_is_bounded);
  return g_test_run ();
}
