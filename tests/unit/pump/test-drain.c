/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-drain.h"
#include "sp-test.h"

#define S ((gint64)G_USEC_PER_SEC)

static void
test_waits_for_the_last (void)
{
  SpDrain drain = { 0 };

  g_assert_cmpint (sp_drain_look (&drain, 1 * S, 0), ==, SP_DRAIN_NOTHING);
  sp_drain_begin (&drain, 2 * S, 0);
  g_assert_cmpint (drain.state, ==, SP_DRAIN_DRAINING);
  g_assert_cmpint (sp_drain_look (&drain, 3 * S, 2), ==, SP_DRAIN_NOTHING);
  g_assert_cmpint (sp_drain_look (&drain, 9999 * S, 1), ==, SP_DRAIN_NOTHING);
  g_assert_cmpint (sp_drain_look (&drain, 9999 * S, 0), ==, SP_DRAIN_EMPTY);
  g_assert_cmpint (drain.state, ==, SP_DRAIN_DRAINED);
  g_assert_cmpint (sp_drain_look (&drain, 9999 * S, 0), ==, SP_DRAIN_NOTHING);
}

static void
test_deadline_comes_once (void)
{
  SpDrain drain = { 0 };

  sp_drain_begin (&drain, 10 * S, 5);
  g_assert_cmpint (sp_drain_look (&drain, 14 * S, 3), ==, SP_DRAIN_NOTHING);
  g_assert_cmpint (sp_drain_look (&drain, 15 * S, 3), ==, SP_DRAIN_LATE);
  g_assert_cmpint (sp_drain_look (&drain, 16 * S, 3), ==, SP_DRAIN_NOTHING);
  g_assert_cmpint (sp_drain_look (&drain, 17 * S, 0), ==, SP_DRAIN_EMPTY);
}

static void
test_again_sets_another_deadline (void)
{
  SpDrain drain = { 0 };

  sp_drain_begin (&drain, 10 * S, 5);
  sp_drain_begin (&drain, 14 * S, 60);
  g_assert_cmpint (drain.since_us, ==, 10 * S);
  g_assert_cmpint (sp_drain_look (&drain, 20 * S, 3), ==, SP_DRAIN_NOTHING);
  g_assert_cmpint (sp_drain_look (&drain, 74 * S, 3), ==, SP_DRAIN_LATE);
}

static void
test_ends (void)
{
  SpDrain drain = { 0 };

  sp_drain_begin (&drain, 10 * S, 5);
  sp_drain_end (&drain);
  g_assert_cmpint (drain.state, ==, SP_DRAIN_SERVING);
  g_assert_cmpint (sp_drain_look (&drain, 20 * S, 0), ==, SP_DRAIN_NOTHING);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/drain/waits-for-the-last", test_waits_for_the_last);
  g_test_add_func ("/drain/deadline-comes-once", test_deadline_comes_once);
  g_test_add_func ("/drain/again-sets-another-deadline",
                   test_again_sets_another_deadline);
  g_test_add_func ("/drain/ends", test_ends);
  return g_test_run ();
}
