/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-lateness.h"
#include "sp-test.h"

#define MS 1000LL
#define S ((gint64)G_USEC_PER_SEC)
#define N_THREADED 200000

static void
test_worst_of_a_second (void)
{
  SpLateness lateness = { 0 };

  g_assert_cmpuint (sp_lateness_ms (&lateness, 100 * S), ==, 0);
  sp_lateness_note (&lateness, 30 * MS, 100 * S);
  sp_lateness_note (&lateness, 20 * MS, 100 * S + 1);
  g_assert_cmpuint (sp_lateness_ms (&lateness, 100 * S + 2), ==, 30);
  sp_lateness_note (&lateness, 250 * MS, 100 * S + 400 * MS);
  sp_lateness_note (&lateness, 10 * MS, 100 * S + 600 * MS);
  g_assert_cmpuint (sp_lateness_ms (&lateness, 100 * S + 900 * MS), ==, 250);
}

/* Also when nothing is noted any more. */
static void
test_is_forgotten (void)
{
  SpLateness lateness = { 0 };

  sp_lateness_note (&lateness, 5 * S, 100 * S);
  g_assert_cmpuint (sp_lateness_ms (&lateness, 100 * S + 999 * MS), ==, 5000);
  g_assert_cmpuint (sp_lateness_ms (&lateness, 101 * S), ==, 0);
  sp_lateness_note (&lateness, 7 * MS, 200 * S);
  g_assert_cmpuint (sp_lateness_ms (&lateness, 200 * S), ==, 7);
}

static void
test_bounds (void)
{
  SpLateness lateness = { 0 };

  sp_lateness_note (&lateness, -5 * MS, 100 * S);
  g_assert_cmpuint (sp_lateness_ms (&lateness, 100 * S), ==, 0);
  sp_lateness_note (&lateness, G_MAXINT64, 100 * S);
  g_assert_cmpuint (sp_lateness_ms (&lateness, 100 * S), ==, G_MAXINT32);
}

static gpointer
note_many (gpointer user_data)
{
  SpLateness *lateness = user_data;

  for (gint64 i = 0; i < N_THREADED; i++)
    sp_lateness_note (lateness, (1 + i % 8) * MS, 100 * S + i * 10);
  return NULL;
}

/* A look from another thread sees what was noted, and nothing else. */
static void
test_threads (void)
{
  SpLateness lateness = { 0 };
  GThread *thread;

  sp_lateness_note (&lateness, 8 * MS, 100 * S);
  thread = g_thread_new ("noting", note_many, &lateness);
  for (guint i = 0; i < N_THREADED; i++)
    {
      guint ms = sp_lateness_ms (&lateness, 100 * S + (gint64)i * 10);

      g_assert_cmpuint (ms, <=, 8);
    }
  g_thread_join (thread);
  g_assert_cmpuint (
      sp_lateness_ms (&lateness, 100 * S + N_THREADED * 10), ==, 8);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/lateness/worst-of-a-second", test_worst_of_a_second);
  g_test_add_func ("/lateness/is-forgotten", test_is_forgotten);
  g_test_add_func ("/lateness/bounds", test_bounds);
  g_test_add_func ("/lateness/threads", test_threads);
  return g_test_run ();
}
