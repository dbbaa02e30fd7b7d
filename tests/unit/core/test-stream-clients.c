/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-clock.h"
#include "sp-lane.h"
#include "sp-publisher.h"
#include "sp-stream.h"
#include "sp-test.h"

#define SECOND G_USEC_PER_SEC
#define START (1000 * SECOND)
#define LANES 2
#define TURNS 100000

/* A stream with two lanes, whose mail the test reads itself. */
typedef struct
{
  SpMailbox *mailbox;
  SpStream *stream;
  guint running; /* atomic: threads */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  SpStreamPolicy policy = {
    .is_enabled = TRUE, .n_sources = 1, .hold_ms = 60000, .max_clients = 77
  };
  SpLaneHost hosts[LANES] = { { 0 } };

  sp_clock_set_fake (START);
  fixture->mailbox = sp_mailbox_new ();
  for (guint i = 0; i < LANES; i++)
    hosts[i].mailbox = fixture->mailbox;
  fixture->stream = sp_stream_new ("Test", "test", &policy, hosts, LANES);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  sp_mailbox_free (fixture->mailbox);
  sp_stream_unref (fixture->stream);
  sp_clock_set_fake (-1);
}

static void
count (Fixture *fixture, guint lane, SpStreamCounter counter, guint64 n)
{
  sp_stream_counters_add (
      &sp_stream_lane (fixture->stream, lane)->counters, counter, n);
}

typedef struct
{
  Fixture *fixture;
  guint lane;
} Visitor;

static gpointer
run_visitor (gpointer data)
{
  Visitor *visitor = data;
  Fixture *fixture = visitor->fixture;

  for (guint i = 0; i < TURNS; i++)
    {
      sp_stream_client_in (fixture->stream);
      count (fixture, visitor->lane, SP_STREAM_clients_connected, 1);
      count (fixture, visitor->lane, SP_STREAM_clients_disconnected, 1);
      sp_stream_client_out (fixture->stream, START);
    }
  (void)g_atomic_int_dec_and_test (&fixture->running);
  return NULL;
}

/* One client at a time on each lane, whenever one looks. */
static void
test_gauge_is_the_difference (Fixture *fixture, gconstpointer unused)
{
  Visitor visitors[LANES];
  GThread *threads[LANES];

  fixture->running = LANES;
  for (guint i = 0; i < LANES; i++)
    {
      visitors[i] = (Visitor){ fixture, i };
      threads[i] = g_thread_new ("visitor", run_visitor, &visitors[i]);
    }
  while (g_atomic_int_get (&fixture->running) > 0)
    {
      g_autoptr (SpStreamInfo) info = sp_stream_info (fixture->stream, START);
      guint64 in = info->counters.value[SP_STREAM_clients_connected];
      guint64 out = info->counters.value[SP_STREAM_clients_disconnected];

      g_assert_cmpuint (out, <=, in);
      g_assert_cmpuint (info->clients, ==, in - out);
    }
  for (guint i = 0; i < LANES; i++)
    g_thread_join (threads[i]);
  g_autoptr (SpStreamInfo) last = sp_stream_info (fixture->stream, START);
  g_assert_cmpuint (last->clients, ==, 0);
  g_assert_cmpuint (last->clients_peak, >=, 1);
  g_assert_cmpuint (last->clients_peak, <=, LANES);
}

static void
test_peak_stays (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (SpStreamInfo) info = NULL;

  for (guint i = 0; i < 5; i++)
    sp_stream_client_in (fixture->stream);
  for (guint i = 0; i < 4; i++)
    sp_stream_client_out (fixture->stream, START);
  sp_stream_client_in (fixture->stream);
  info = sp_stream_info (fixture->stream, START);
  g_assert_cmpuint (info->clients_peak, ==, 5);
  g_assert_cmpuint (sp_stream_clients (fixture->stream), ==, 2);
}

static guint
start_delay_ms (Fixture *fixture)
{
  g_autoptr (SpStreamInfo) info = sp_stream_info (fixture->stream, START);

  return info->start_delay_ms;
}

static void
test_start_delay_is_the_median (Fixture *fixture, gconstpointer unused)
{
  g_assert_cmpuint (start_delay_ms (fixture), ==, 0);
  sp_stream_add_start_delay (fixture->stream, 40);
  g_assert_cmpuint (start_delay_ms (fixture), ==, 40);
  sp_stream_add_start_delay (fixture->stream, 9000);
  sp_stream_add_start_delay (fixture->stream, 30);
  g_assert_cmpuint (start_delay_ms (fixture), ==, 40);
  for (guint i = 0; i < 100; i++)
    sp_stream_add_start_delay (fixture->stream, 200 + i);
  g_assert_cmpuint (start_delay_ms (fixture), ==, 250);
}

static void
test_quality_of_all_lanes (Fixture *fixture, gconstpointer unused)
{
  SpQuality quality = { 0 };
  g_autoptr (SpStreamInfo) info = NULL;

  sp_quality_add (&quality, &(SpWorstClient){ .client = 1, .lag_ms = 3000 });
  sp_stream_set_quality (fixture->stream, 0, &quality);
  sp_quality_add (&quality, &(SpWorstClient){ .client = 2, .lag_ms = 7000 });
  sp_stream_set_quality (fixture->stream, 1, &quality);
  info = sp_stream_info (fixture->stream, START);
  g_assert_cmpuint (info->quality.clients, ==, 3);
  g_assert_cmpuint (info->quality.behind, ==, 3);
  g_assert_cmpuint (info->quality.worst[0].client, ==, 2);
  g_clear_pointer (&info, sp_stream_info_free);
  sp_stream_set_quality (fixture->stream, 1, &(SpQuality){ 0 });
  info = sp_stream_info (fixture->stream, START);
  g_assert_cmpuint (info->quality.clients, ==, 1);
}

static void
test_rate_out (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (SpStreamInfo) info = NULL;

  for (guint i = 0; i < 20; i++)
    {
      sp_stream_tick (fixture->stream, START + i * SECOND);
      count (fixture, 0, SP_STREAM_bytes_sent, 1000);
      count (fixture, 1, SP_STREAM_bytes_sent, 500);
    }
  info = sp_stream_info (fixture->stream, START + 20 * SECOND);
  g_assert_cmpuint (info->bitrate_out_bps, ==, 12000);
}

typedef struct
{
  SpStreamState state;
  gint64 changed_us;
} StateAt;

static void
assert_state (Fixture *fixture, gint64 now_us, StateAt expected)
{
  g_autoptr (SpStreamInfo) info = sp_stream_info (fixture->stream, now_us);

  g_assert_cmpstr (sp_stream_state_name (info->state),
                   ==,
                   sp_stream_state_name (expected.state));
  g_assert_cmpint (info->changed_us - START, ==, expected.changed_us - START);
  g_assert_cmpint (info->added_us, ==, START);
}

/* Each state is told with the moment it began, whenever one looks. */
static void
test_state_is_dated (Fixture *fixture, gconstpointer unused)
{
  SpPublisher *publisher
      = sp_publisher_acquire (fixture->stream, 0, "test", 0, START, NULL);
  SpStreamPolicy policy;

  assert_state (fixture, START + SECOND, (StateAt){ SP_STREAM_WAITING, START });
  sp_publisher_put_header (
      publisher, (const guint8 *)"HEAD", 4, 0, START + 2 * SECOND, NULL);
  assert_state (fixture,
                START + 5 * SECOND,
                (StateAt){ SP_STREAM_LIVE, START + 2 * SECOND });
  sp_publisher_pause (publisher, START + 6 * SECOND, "gone");
  assert_state (fixture,
                START + 9 * SECOND,
                (StateAt){ SP_STREAM_HOLDING, START + 6 * SECOND });
  sp_stream_tick (fixture->stream, START + 67 * SECOND);
  assert_state (fixture,
                START + 70 * SECOND,
                (StateAt){ SP_STREAM_WAITING, START + 67 * SECOND });
  sp_stream_get_policy (fixture->stream, &policy);
  policy.is_enabled = FALSE;
  sp_clock_set_fake (START + 80 * SECOND);
  sp_stream_set_policy (fixture->stream, &policy);
  assert_state (fixture,
                START + 90 * SECOND,
                (StateAt){ SP_STREAM_DISABLED, START + 80 * SECOND });
  sp_publisher_release (publisher, FALSE, START, NULL);
}

static void
test_policy_is_shown (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (SpStreamInfo) info = NULL;
  SpStreamPolicy policy;

  sp_stream_get_policy (fixture->stream, &policy);
  policy.is_draining = TRUE;
  policy.is_on_demand = TRUE;
  sp_stream_set_policy (fixture->stream, &policy);
  sp_stream_set_index (fixture->stream, 12);
  info = sp_stream_info (fixture->stream, START);
  g_assert_cmpuint (info->index, ==, 12);
  g_assert_cmpuint (info->client_limit, ==, 77);
  g_assert_true (info->is_draining);
  g_assert_true (info->is_on_demand);
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  add ("/stream-clients/gauge-is-the-difference", test_gauge_is_the_difference);
  add ("/stream-clients/peak-stays", test_peak_stays);
  add ("/stream-clients/start-delay-is-the-median",
       test_start_delay_is_the_median);
  add ("/stream-clients/quality-of-all-lanes", test_quality_of_all_lanes);
  add ("/stream-clients/rate-out", test_rate_out);
  add ("/stream-clients/state-is-dated", test_state_is_dated);
  add ("/stream-clients/policy-is-shown", test_policy_is_shown);
  return g_test_run ();
}
