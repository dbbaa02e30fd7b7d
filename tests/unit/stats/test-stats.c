/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-stats.h"
#include "sp-test.h"

#define TURNS 300000
#define VISITORS 3 /* threads, each on a lane of its own */

typedef struct
{
  SpStreamCounters lanes[VISITORS];
  guint running; /* atomic: visitors */
} Race;

typedef struct
{
  Race *race;
  SpStreamCounters *lane;
} Visitor;

/* One client after another: there is never more than one. */
static gpointer
run_visitor (gpointer data)
{
  Visitor *visitor = data;

  for (guint i = 0; i < TURNS; i++)
    {
      sp_stream_counters_add (visitor->lane, SP_STREAM_clients_connected, 1);
      sp_stream_counters_add (visitor->lane, SP_STREAM_clients_disconnected, 1);
    }
  (void)g_atomic_int_dec_and_test (&visitor->race->running);
  return NULL;
}

/* Each lane is asked alone: what they do for each other hides nothing. */
static void
test_goings_never_exceed_comings (void)
{
  Race race = { .running = VISITORS };
  Visitor visitors[VISITORS];
  GThread *threads[VISITORS];
  guint64 negative = 0;
  guint64 looks = 0;

  for (guint i = 0; i < VISITORS; i++)
    {
      visitors[i] = (Visitor){ &race, &race.lanes[i] };
      threads[i] = g_thread_new ("visitor", run_visitor, &visitors[i]);
    }
  while (g_atomic_int_get (&race.running) > 0)
    for (guint i = 0; i < VISITORS; i++, looks++)
      {
        SpStreamCounters sum = { { 0 } };

        sp_stream_counters_sum (&sum, &race.lanes[i]);
        negative += sum.value[SP_STREAM_clients_connected]
                    < sum.value[SP_STREAM_clients_disconnected];
      }
  for (guint i = 0; i < VISITORS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (negative, ==, 0);
  g_test_message ("%" G_GUINT64_FORMAT " looks", looks);
}

static void
test_sum_adds_every_counter (void)
{
  SpStreamCounters sum = { { 0 } };
  SpStreamCounters lane = { { 0 } };

  for (guint i = 0; i < SP_N_STREAM_COUNTERS; i++)
    sp_stream_counters_add (&lane, i, i + 1);
  sp_stream_counters_sum (&sum, &lane);
  sp_stream_counters_sum (&sum, &lane);
  for (guint i = 0; i < SP_N_STREAM_COUNTERS; i++)
    g_assert_cmpuint (sum.value[i], ==, 2 * (i + 1));
}

static void
assert_table (const SpCounterInfo *table, guint n)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < n; i++)
    {
      g_assert_true (g_hash_table_add (names, (gpointer)table[i].name));
      g_assert_cmpstr (table[i].unit, !=, "");
      g_assert_cmpstr (table[i].help, !=, "");
    }
  g_assert_null (table[n].name);
}

static void
test_tables_name_every_counter_once (void)
{
  assert_table (sp_pump_counters, SP_N_PUMP_COUNTERS);
  assert_table (sp_stream_counters, SP_N_STREAM_COUNTERS);
  g_assert_cmpstr (
      sp_stream_counters[SP_STREAM_bytes_sent].name, ==, "bytes_sent");
  g_assert_cmpstr (sp_pump_counters[SP_PUMP_requests].name, ==, "requests");
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/stats/goings-never-exceed-comings",
                   test_goings_never_exceed_comings);
  g_test_add_func ("/stats/sum-adds-every-counter",
                   test_sum_adds_every_counter);
  g_test_add_func ("/stats/tables-name-every-counter-once",
                   test_tables_name_every_counter_once);
  return g_test_run ();
}
