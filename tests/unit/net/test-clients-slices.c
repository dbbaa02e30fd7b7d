/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-net-test.h"

#include <sys/resource.h>

#define CROWD 1600 /* several slices a worker */
#define ROUNDS 12
#define LEAVERS (CROWD / 2 / ROUNDS) /* a round */

static const SpClientFilter all = { 0 };

static gboolean
has_room (guint descriptors)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = MAX (limit.rlim_cur, MIN (descriptors, limit.rlim_max));
  setrlimit (RLIMIT_NOFILE, &limit);
  return limit.rlim_cur >= descriptors;
}

static void
open_crowd (SpNetHouse *house, GPtrArray *sockets)
{
  const SpStreamPolicy policy = sp_net_policy ();

  sp_net_house_open (house, &policy, NULL, 0);
  sp_net_watch (house);
  for (guint i = 0; i < CROWD; i++)
    {
      g_ptr_array_add (sockets, sp_net_connect (house->port, 0));
      sp_net_say (sockets->pdata[i], "v");
      if (i % 100 == 99)
        sp_net_wait_clients (house, i + 1);
    }
}

static void
assert_each_once (GPtrArray *listed)
{
  for (guint i = 1; i < listed->len; i++)
    g_assert_cmpuint (((SpClientInfo *)listed->pdata[i - 1])->id,
                      <,
                      ((SpClientInfo *)listed->pdata[i])->id);
}

/* Clients of every age go while the workers look through them. */
static void
test_clients_leave_between_slices (void)
{
  SpNetHouse house;
  g_autoptr (GPtrArray) sockets
      = g_ptr_array_new_with_free_func (g_object_unref);
  guint left = CROWD;

  if (!has_room (2 * CROWD + 100))
    {
      g_test_skip ("the limit of descriptors is too low");
      return;
    }
  open_crowd (&house, sockets);
  for (guint round = 0; round < ROUNDS; round++)
    {
      sp_net_list (&house, &all);
      for (guint i = 0; i < LEAVERS; i++)
        g_ptr_array_remove_index_fast (sockets, i * 7 % sockets->len);
      left -= LEAVERS;
      sp_net_wait_listed (&house);
      assert_each_once (house.listed);
      g_assert_cmpuint (house.listed->len, >=, left);
      g_assert_cmpuint (house.listed->len, <=, left + LEAVERS);
      sp_net_wait_clients (&house, left);
    }
  sp_net_house_close (&house);
}

/* Two who list and one who kicks, all at once; and some go by themselves. */
static void
test_kick_between_slices_of_lists (void)
{
  SpNetHouse house;
  g_autoptr (GPtrArray) sockets
      = g_ptr_array_new_with_free_func (g_object_unref);

  if (!has_room (2 * CROWD + 100))
    {
      g_test_skip ("the limit of descriptors is too low");
      return;
    }
  open_crowd (&house, sockets);
  sp_net_list (&house, &all);
  sp_net_kick_all (&house);
  g_ptr_array_set_size (sockets, CROWD / 2);
  sp_net_wait_listed (&house);
  assert_each_once (house.listed);
  sp_net_list (&house, &all);
  sp_net_wait_listed (&house);
  sp_net_wait_answers (&house, SP_NET_WORKERS);
  g_assert_cmpuint (house.found, >=, CROWD / 2);
  g_assert_cmpuint (
      sp_net_counter (&house, SP_STREAM_clients_kicked), ==, house.found);
  sp_net_wait_visits (&house, CROWD);
  g_assert_cmpuint (house.arrivals->len, ==, CROWD);
  sp_net_wait_clients (&house, 0);
  sp_net_house_close (&house);
}

/* The program ends while somebody asks: he is answered. */
static void
test_workers_stop_between_slices (void)
{
  SpNetHouse house;
  g_autoptr (GPtrArray) sockets
      = g_ptr_array_new_with_free_func (g_object_unref);

  if (!has_room (2 * CROWD + 100))
    {
      g_test_skip ("the limit of descriptors is too low");
      return;
    }
  open_crowd (&house, sockets);
  sp_net_list (&house, &all);
  sp_net_house_close (&house);
  g_assert_cmpuint (house.lists, ==, 0);
}

int
main (int argc, char **argv)
{
  sp_net_test_init (&argc, &argv);
  g_test_add_func ("/clients/leave-between-slices",
                   test_clients_leave_between_slices);
  g_test_add_func ("/clients/kick-between-slices-of-lists",
                   test_kick_between_slices_of_lists);
  g_test_add_func ("/clients/workers-stop-between-slices",
                   test_workers_stop_between_slices);
  return g_test_run ();
}
