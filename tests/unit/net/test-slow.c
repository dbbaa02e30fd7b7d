/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-net-test.h"

#include <string.h>

#define RCVBUF 8192
#define PACKETS 3000 /* more than the kernel takes */
#define SLOW_MS 150

/* The values of SpStreamPolicy */
#define SKIP 0
#define HOLD 1
#define CUT 2

/* A viewer that has got the header and does not read on. */
static GSocket *
open_stalled (SpNetHouse *house, guint slow_viewer)
{
  SpStreamPolicy policy = sp_net_policy ();
  GSocket *socket;
  guint8 head[5];

  policy.burst_ms = 0;
  policy.slow_viewer_ms = SLOW_MS;
  policy.slow_viewer = slow_viewer;
  sp_net_house_open (house, &policy, NULL, 0);
  socket = sp_net_connect (house->port, RCVBUF);
  sp_net_say (socket, "v");
  sp_net_wait_clients (house, 1);
  sp_net_publish (house, 0);
  sp_net_read_bytes (socket, head, sizeof head);
  g_assert_cmpmem (head, sizeof head, "+HEAD", 5);
  return socket;
}

/* What it reads now, up to the end, with what it has read already. */
static guint
check_rest (GSocket *socket, guint32 first, guint32 last)
{
  g_autoptr (GByteArray) got = g_byte_array_new ();
  char buffer[65536];
  gssize n;

  g_byte_array_append (got, (const guint8 *)"HEAD", 4);
  while ((n = g_socket_receive (socket, buffer, sizeof buffer, NULL, NULL)) > 0)
    g_byte_array_append (got, (const guint8 *)buffer, (guint)n);
  g_assert_cmpint (n, ==, 0);
  return sp_net_check (got->data, got->len, first, last);
}

static void
test_skip (void)
{
  SpNetHouse house;
  g_autoptr (GSocket) socket = open_stalled (&house, SKIP);
  guint missing;

  sp_net_publish (&house, PACKETS);
  sp_net_wait_us (2 * SLOW_MS * 1000);
  sp_net_publish (&house, 120);
  sp_net_end (&house);
  missing = check_rest (socket, 0, PACKETS + 119);
  g_assert_cmpuint (missing, >, PACKETS / 4);
  g_assert_cmpuint (
      sp_net_counter (&house, SP_STREAM_packets_skipped), ==, missing);
  g_assert_cmpuint (sp_net_counter (&house, SP_STREAM_client_skips), >=, 1);
  g_assert_cmpuint (sp_net_counter (&house, SP_STREAM_packets_sent),
                    ==,
                    PACKETS + 120 - missing);
  sp_net_wait_clients (&house, 0);
  sp_net_house_close (&house);
}

static void
test_hold (void)
{
  SpNetHouse house;
  g_autoptr (GSocket) socket = open_stalled (&house, HOLD);

  sp_net_publish (&house, PACKETS);
  sp_net_wait_us (2 * SLOW_MS * 1000);
  sp_net_publish (&house, 120);
  sp_net_end (&house);
  g_assert_cmpuint (check_rest (socket, 0, PACKETS + 119), ==, 0);
  g_assert_cmpuint (sp_net_counter (&house, SP_STREAM_client_skips), ==, 0);
  sp_net_wait_clients (&house, 0);
  sp_net_house_close (&house);
}

/* The ring keeps no more than slow_viewer_ms and a second. */
static void
test_hold_skips_what_is_gone (void)
{
  SpNetHouse house;
  g_autoptr (GSocket) socket = open_stalled (&house, HOLD);
  guint missing;

  sp_net_publish (&house, PACKETS);
  sp_net_wait_us (SLOW_MS * 1000 + 1200000);
  sp_net_publish (&house, 120);
  sp_net_end (&house);
  missing = check_rest (socket, 0, PACKETS + 119);
  g_assert_cmpuint (missing, >, 0);
  g_assert_cmpuint (
      sp_net_counter (&house, SP_STREAM_packets_skipped), ==, missing);
  sp_net_wait_clients (&house, 0);
  sp_net_house_close (&house);
}

/* Its kernel is full: no event will ever tell. */
static void
test_cut (void)
{
  SpNetHouse house;
  G_GNUC_UNUSED g_autoptr (GSocket) socket = open_stalled (&house, CUT);

  sp_net_publish (&house, PACKETS);
  sp_net_wait_clients (&house, 0);
  g_assert_cmpuint (sp_net_counter (&house, SP_STREAM_clients_cut), ==, 1);
  g_assert_cmpuint (sp_net_counter (&house, SP_STREAM_client_skips), ==, 0);
  sp_net_wait_connections (&house, 0);
  sp_net_house_close (&house);
}

/* Whoever was kicked is not cut as well, be it ever so slow. */
static void
test_kicked_is_not_cut (void)
{
  SpNetHouse house;
  SpStreamPolicy policy = sp_net_policy ();
  G_GNUC_UNUSED g_autoptr (GSocket) socket = open_stalled (&house, HOLD);

  sp_net_publish (&house, PACKETS);
  sp_net_wait_us (2 * SLOW_MS * 1000);
  sp_net_kick_all (&house);
  sp_net_wait_answers (&house, SP_NET_WORKERS);
  policy.burst_ms = 0;
  policy.slow_viewer_ms = SLOW_MS;
  policy.slow_viewer = CUT;
  sp_stream_set_policy (house.stream, &policy);
  sp_net_wait_clients (&house, 0);
  g_assert_cmpuint (sp_net_counter (&house, SP_STREAM_clients_kicked), ==, 1);
  g_assert_cmpuint (sp_net_counter (&house, SP_STREAM_clients_cut), ==, 0);
  sp_net_wait_connections (&house, 0);
  sp_net_house_close (&house);
}

/* Of two viewers the one that reads loses nothing. */
static void
test_slow_one_costs_others_nothing (void)
{
  SpNetHouse house;
  G_GNUC_UNUSED g_autoptr (GSocket) stalled = open_stalled (&house, SKIP);
  g_autoptr (GSocket) good = sp_net_connect (house.port, 0);
  g_autofree guint8 *data = g_malloc (1 + 4 + SP_NET_PACKET_LEN * 100);

  sp_net_say (good, "v");
  sp_net_wait_clients (&house, 2);
  sp_net_read_bytes (good, data, 1 + 4);
  for (guint i = 0; i < 40; i++)
    {
      g_autofree guint8 *part = g_malloc (4 + SP_NET_PACKET_LEN * 100);

      memcpy (part, "HEAD", 4);
      sp_net_publish (&house, 100);
      sp_net_read_bytes (good, part + 4, SP_NET_PACKET_LEN * 100);
      g_assert_cmpuint (
          sp_net_check (
              part, 4 + SP_NET_PACKET_LEN * 100, i * 100, i * 100 + 99),
          ==,
          0);
    }
  sp_net_house_close (&house);
}

/* MS-WMSP lets a client end at any time; the operator must be able to, too. */
static void
test_kick_of_blocked (void)
{
  SpNetHouse house;
  G_GNUC_UNUSED g_autoptr (GSocket) socket = open_stalled (&house, HOLD);
  gint64 start_us;

  sp_net_publish (&house, PACKETS);
  sp_net_wait_us (SLOW_MS * 1000);
  start_us = g_get_monotonic_time ();
  sp_net_kick_all (&house);
  sp_net_wait_answers (&house, SP_NET_WORKERS);
  g_assert_cmpuint (house.found, ==, 1);
  sp_net_wait_clients (&house, 0);
  g_assert_cmpint (
      g_get_monotonic_time () - start_us, <, 7 * G_USEC_PER_SEC / 2);
  sp_net_wait_connections (&house, 0);
  sp_net_house_close (&house);
}

/* It reads on in time: whole packets up to the kick, and an end in order. */
static void
test_kick_of_blocked_that_reads_on (void)
{
  SpNetHouse house;
  g_autoptr (GSocket) socket = open_stalled (&house, HOLD);
  g_autoptr (GByteArray) got = g_byte_array_new ();
  char buffer[65536];
  gssize n;

  sp_net_publish (&house, PACKETS);
  sp_net_wait_us (SLOW_MS * 1000);
  sp_net_kick_all (&house);
  sp_net_wait_answers (&house, SP_NET_WORKERS);
  while ((n = g_socket_receive (socket, buffer, sizeof buffer, NULL, NULL)) > 0)
    g_byte_array_append (got, (const guint8 *)buffer, (guint)n);
  g_assert_cmpint (n, ==, 0);
  g_assert_cmpuint (got->len % SP_NET_PACKET_LEN, ==, 0);
  g_assert_cmpuint (got->len / SP_NET_PACKET_LEN, <, PACKETS);
  sp_net_wait_clients (&house, 0);
  sp_net_house_close (&house);
}

int
main (int argc, char **argv)
{
  sp_net_test_init (&argc, &argv);
  g_test_add_func ("/slow/kicked-is-not-cut", test_kicked_is_not_cut);
  g_test_add_func ("/slow/skip", test_skip);
  g_test_add_func ("/slow/hold", test_hold);
  g_test_add_func ("/slow/hold-skips-what-is-gone",
                   test_hold_skips_what_is_gone);
  g_test_add_func ("/slow/cut", test_cut);
  g_test_add_func ("/slow/costs-others-nothing",
                   test_slow_one_costs_others_nothing);
  g_test_add_func ("/slow/kick-of-blocked", test_kick_of_blocked);
  g_test_add_func ("/slow/kick-of-blocked-that-reads-on",
                   test_kick_of_blocked_that_reads_on);
  return g_test_run ();
}
