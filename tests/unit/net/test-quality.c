/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-net-test.h"

#define RCVBUF 8192
#define PACKETS 3000 /* more than the kernel takes */
#define SLOW_MS 3000
#define CROWD (2 * SP_NET_WORKERS * SP_MASS_LAG_CLIENTS)
#define CUT 2

static void
open_house (SpNetHouse *house)
{
  SpStreamPolicy policy = sp_net_policy ();

  policy.burst_ms = 0;
  policy.slow_viewer_ms = SLOW_MS;
  policy.slow_viewer = CUT;
  sp_net_house_open (house, &policy, NULL, 0);
}

static SpStreamInfo *
look (SpNetHouse *house)
{
  return sp_stream_info (house->stream, g_get_monotonic_time ());
}

static guint n_behind;

static gboolean
are_behind (SpNetHouse *house)
{
  g_autoptr (SpStreamInfo) info = look (house);

  return info->quality.behind == n_behind;
}

static void
wait_behind (SpNetHouse *house, guint n)
{
  n_behind = n;
  sp_net_wait (house, are_behind);
}

static GPtrArray *
come (SpNetHouse *house, guint n, int rcvbuf)
{
  GPtrArray *sockets = g_ptr_array_new_with_free_func (g_object_unref);
  guint there = sp_stream_clients (house->stream);

  for (guint i = 0; i < n; i++)
    {
      g_ptr_array_add (sockets, sp_net_connect (house->port, rcvbuf));
      sp_net_say (sockets->pdata[i], "v");
    }
  sp_net_wait_clients (house, there + n);
  return sockets;
}

static gpointer
run_reader (gpointer data)
{
  g_autofree char *buffer = g_malloc (65536);

  while (g_socket_receive (data, buffer, 65536, NULL, NULL) > 0)
    ;
  return NULL;
}

static gboolean
is_empty (SpNetHouse *house)
{
  g_autoptr (SpStreamInfo) info = look (house);

  return info->quality.clients == 0;
}

/* All are late at once: nobody is cut, and whoever reads on is served. */
static void
test_mass_lag_cuts_nobody (void)
{
  SpNetHouse house;
  g_autoptr (GPtrArray) sockets = NULL;
  g_autoptr (SpStreamInfo) info = NULL;
  GThread *threads[CROWD];

  open_house (&house);
  sockets = come (&house, CROWD, RCVBUF);
  sp_net_publish (&house, PACKETS);
  sp_net_wait_us ((SLOW_MS + 2500) * 1000);
  info = look (&house);
  g_assert_cmpuint (info->clients, ==, CROWD);
  g_assert_cmpuint (info->quality.clients, ==, CROWD);
  g_assert_cmpuint (info->quality.behind, ==, CROWD);
  g_assert_cmpuint (info->quality.lag_worst_ms, >, SLOW_MS);
  g_assert_cmpuint (info->quality.n_worst, ==, SP_WORST_CLIENTS);
  g_assert_cmpuint (info->quality.worst[0].queue_bytes, >, 0);
  g_assert_cmpuint (sp_net_counter (&house, SP_STREAM_clients_cut), ==, 0);
  for (guint i = 0; i < CROWD; i++)
    threads[i] = g_thread_new ("reader", run_reader, sockets->pdata[i]);
  sp_net_publish (&house, 120);
  wait_behind (&house, 0);
  g_assert_cmpuint (sp_net_counter (&house, SP_STREAM_clients_cut), ==, 0);
  g_assert_cmpuint (sp_stream_clients (house.stream), ==, CROWD);
  sp_net_end (&house);
  for (guint i = 0; i < CROWD; i++)
    g_thread_join (threads[i]);
  sp_net_wait_clients (&house, 0);
  sp_net_wait (&house, is_empty);
  sp_net_house_close (&house);
}

/* A few of many are late: that is their own affair. */
static void
test_a_few_are_cut (void)
{
  SpNetHouse house;
  g_autoptr (GPtrArray) readers = NULL;
  G_GNUC_UNUSED g_autoptr (GPtrArray) stalled = NULL;
  GThread *threads[CROWD];

  open_house (&house);
  readers = come (&house, CROWD, 0);
  for (guint i = 0; i < CROWD; i++)
    threads[i] = g_thread_new ("reader", run_reader, readers->pdata[i]);
  stalled = come (&house, SP_NET_WORKERS, RCVBUF);
  sp_net_publish (&house, PACKETS);
  wait_behind (&house, SP_NET_WORKERS);
  sp_net_wait_counter (&house, SP_STREAM_clients_cut, SP_NET_WORKERS);
  sp_net_wait_clients (&house, CROWD);
  wait_behind (&house, 0);
  sp_net_end (&house);
  for (guint i = 0; i < CROWD; i++)
    g_thread_join (threads[i]);
  sp_net_wait_clients (&house, 0);
  sp_net_house_close (&house);
}

int
main (int argc, char **argv)
{
  sp_net_test_init (&argc, &argv);
  g_test_add_func ("/quality/mass-lag-cuts-nobody", test_mass_lag_cuts_nobody);
  g_test_add_func ("/quality/a-few-are-cut", test_a_few_are_cut);
  return g_test_run ();
}
