/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-supervisor.h"

#include "sp-clock.h"
#include "sp-publisher.h"
#include "sp-test.h"

#define START_US (1000 * (gint64)G_USEC_PER_SEC)
#define TICK_US G_USEC_PER_SEC
#define LINGER_MS 30000
#define RANKS 3

/** A source of the test's: it delivers what the test lets it. */
typedef struct
{
  SpSource base;
  guint rank;
  SpPublisher *publisher;
} Fake;

typedef struct
{
  SpSourceContext context;
  SpSupervisor *supervisor;
  SpStream *stream;
  SpStreamConfig config;
  gint64 now_us;
} Fixture;

static Fake *fakes[RANKS];  /* that run, by rank */
static guint n_made[RANKS]; /* so far */
static gboolean is_push;    /* rank 0 comes by itself */
static SpSupervisor *nudged;

static void
fake_free (SpSource *base)
{
  Fake *fake = (Fake *)base;

  g_assert_true (fakes[fake->rank] == fake);
  fakes[fake->rank] = NULL;
  if (fake->publisher != NULL)
    sp_publisher_release (
        fake->publisher, FALSE, sp_clock_now_us (), "stopped");
  g_free (fake);
}

static const SpSourceClass fake_class = { fake_free };

static SpSource *
make_fake (const SpSourceConfig *config,
           SpStream *stream,
           guint rank,
           const SpSourceContext *context)
{
  Fake *fake;

  n_made[rank]++;
  if (rank == 0 && is_push)
    return NULL;
  g_assert_null (fakes[rank]);
  fake = g_new0 (Fake, 1);
  fake->base.class = &fake_class;
  fake->rank = rank;
  fakes[rank] = fake;
  return &fake->base;
}

static void
put (SpPublisher *publisher, gint64 now_us)
{
  SpPacketMeta meta = { .is_join_point = TRUE };
  g_autoptr (GError) error = NULL;

  sp_publisher_put_data (
      publisher, &meta, (const guint8 *)"data", 4, now_us, &error);
  g_assert_no_error (error);
}

/* From now on it delivers, at each step. */
static SpPublisher *
begin (Fixture *fixture, guint rank)
{
  g_autoptr (GError) error = NULL;
  SpPublisher *publisher = sp_publisher_acquire (
      fixture->stream, rank, "fake", 0, fixture->now_us, &error);

  g_assert_no_error (error);
  sp_publisher_put_header (
      publisher, (const guint8 *)"HEAD", 4, 0, fixture->now_us, &error);
  g_assert_no_error (error);
  put (publisher, fixture->now_us);
  if (fakes[rank] != NULL)
    fakes[rank]->publisher = publisher;
  return publisher;
}

static void
lose (Fixture *fixture, guint rank)
{
  g_assert_nonnull (fakes[rank]);
  sp_publisher_release (g_steal_pointer (&fakes[rank]->publisher),
                        FALSE,
                        fixture->now_us,
                        "lost");
}

static void
step (Fixture *fixture, gint64 us)
{
  fixture->now_us += us;
  sp_clock_set_fake (fixture->now_us);
  for (guint rank = 0; rank < RANKS; rank++)
    if (fakes[rank] != NULL && fakes[rank]->publisher != NULL)
      put (fakes[rank]->publisher, fixture->now_us);
  sp_supervisor_tick (fixture->supervisor, fixture->now_us);
}

/* "012" when all three run, "-1-" when the first fallback does. */
static void
assert_running (const char *expected)
{
  char actual[RANKS + 1] = "---";

  for (guint rank = 0; rank < RANKS; rank++)
    if (fakes[rank] != NULL)
      actual[rank] = (char)('0' + rank);
  g_assert_cmpstr (actual, ==, expected);
}

/* Seconds, up to 30, until exactly @expected run. */
static guint
seconds_until (Fixture *fixture, const char *expected)
{
  char actual[RANKS + 1];

  for (guint s = 0; s <= 30; s++)
    {
      for (guint rank = 0; rank < RANKS; rank++)
        actual[rank] = fakes[rank] != NULL ? (char)('0' + rank) : '-';
      actual[RANKS] = '\0';
      if (g_str_equal (actual, expected))
        return s;
      step (fixture, TICK_US);
    }
  g_assert_cmpstr (actual, ==, expected);
  return 0;
}

static void
add (Fixture *fixture)
{
  sp_supervisor_add (fixture->supervisor, fixture->stream, &fixture->config);
}

/* As the program does it, though it does so by mail. */
static void
on_changed (SpStream *stream, gpointer user_data)
{
  if (nudged != NULL)
    sp_supervisor_update (nudged, stream);
}

static void
set_up (Fixture *fixture, gconstpointer user_data)
{
  const guint *n_sources = user_data;
  const SpStreamPolicy policy = { .is_enabled = TRUE,
                                  .n_sources = *n_sources,
                                  .hold_ms = 60000,
                                  .linger_ms = LINGER_MS };

  fixture->now_us = START_US;
  sp_clock_set_fake (START_US);
  fixture->supervisor = sp_supervisor_new (&fixture->context);
  sp_supervisor_set_maker (fixture->supervisor, make_fake);
  fixture->stream = sp_stream_new ("Test", "test", &policy, NULL, 0);
  sp_stream_set_notify (fixture->stream, on_changed, NULL);
  fixture->config.sources = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < *n_sources; i++)
    g_ptr_array_add (fixture->config.sources, g_new0 (SpSourceConfig, 1));
  is_push = FALSE;
  nudged = fixture->supervisor;
  for (guint rank = 0; rank < RANKS; rank++)
    n_made[rank] = 0;
}

static void
tear_down (Fixture *fixture, gconstpointer user_data)
{
  nudged = NULL;
  g_clear_pointer (&fixture->supervisor, sp_supervisor_free);
  assert_running ("---");
  g_ptr_array_unref (fixture->config.sources);
  sp_stream_close (fixture->stream, fixture->now_us);
  sp_stream_unref (fixture->stream);
  sp_clock_set_fake (-1);
}

static void
test_main_at_once (Fixture *fixture, gconstpointer user_data)
{
  add (fixture);
  assert_running ("0--");
}

static void
test_fallback_after_grace (Fixture *fixture, gconstpointer user_data)
{
  add (fixture);
  step (fixture, 2 * TICK_US);
  assert_running ("0--");
  step (fixture, TICK_US);
  assert_running ("01-");
}

static void
test_push_has_its_grace (Fixture *fixture, gconstpointer user_data)
{
  is_push = TRUE;
  add (fixture);
  step (fixture, 2 * TICK_US);
  assert_running ("---");
  step (fixture, TICK_US);
  assert_running ("-1-");
  g_assert_cmpuint (n_made[0], ==, 1);
}

static void
test_encoder_ends_fallback (Fixture *fixture, gconstpointer user_data)
{
  SpPublisher *encoder;

  is_push = TRUE;
  add (fixture);
  step (fixture, 3 * TICK_US);
  begin (fixture, 1);
  step (fixture, 60 * TICK_US);
  assert_running ("-1-");
  encoder = begin (fixture, 0);
  for (guint i = 0; i < 3; i++)
    {
      put (encoder, fixture->now_us);
      step (fixture, TICK_US);
    }
  assert_running ("---");
  sp_publisher_release (encoder, FALSE, fixture->now_us, "gone");
  assert_running ("-1-");
}

static void
test_live_main_needs_nobody (Fixture *fixture, gconstpointer user_data)
{
  add (fixture);
  begin (fixture, 0);
  for (guint i = 0; i < 100; i++)
    step (fixture, TICK_US);
  assert_running ("0--");
  g_assert_cmpuint (n_made[1] + n_made[2], ==, 0);
}

static void
test_lost_main_is_replaced_at_once (Fixture *fixture, gconstpointer user_data)
{
  add (fixture);
  begin (fixture, 0);
  for (guint i = 0; i < 10; i++)
    step (fixture, TICK_US);
  lose (fixture, 0);
  assert_running ("01-");
  g_assert_cmpuint (n_made[0], ==, 1);
}

/* A source that is connected and silent is lost too, once that is noticed. */
static void
test_silent_main_is_replaced (Fixture *fixture, gconstpointer user_data)
{
  SpPublisher *publisher;

  add (fixture);
  publisher = begin (fixture, 0);
  step (fixture, 5 * TICK_US);
  fakes[0]->publisher = NULL;
  step (fixture, 9 * TICK_US);
  assert_running ("0--");
  step (fixture, 2 * TICK_US);
  assert_running ("01-");
  fakes[0]->publisher = publisher;
}

static void
test_fallback_stops_after_overlap (Fixture *fixture, gconstpointer user_data)
{
  add (fixture);
  step (fixture, 3 * TICK_US);
  begin (fixture, 1);
  step (fixture, 20 * TICK_US);
  begin (fixture, 0);
  step (fixture, TICK_US);
  assert_running ("01-");
  g_assert_cmpuint (seconds_until (fixture, "0--"), <=, 2);
  g_assert_cmpint (
      sp_stream_live_rank (fixture->stream, fixture->now_us), ==, 0);
}

static void
test_flutter_keeps_fallback (Fixture *fixture, gconstpointer user_data)
{
  add (fixture);
  step (fixture, 3 * TICK_US);
  begin (fixture, 1);
  for (guint i = 0; i < 10; i++)
    {
      begin (fixture, 0);
      step (fixture, TICK_US);
      assert_running ("01-");
      lose (fixture, 0);
      step (fixture, TICK_US);
      assert_running ("01-");
    }
  g_assert_cmpuint (n_made[1], ==, 1);
  g_assert_cmpuint (n_made[2], ==, 0);
}

static void
test_second_when_first_fails (Fixture *fixture, gconstpointer user_data)
{
  add (fixture);
  step (fixture, 3 * TICK_US);
  step (fixture, 2 * TICK_US);
  assert_running ("01-");
  step (fixture, TICK_US);
  assert_running ("012");
}

static void
test_second_rests (Fixture *fixture, gconstpointer user_data)
{
  add (fixture);
  step (fixture, 3 * TICK_US);
  begin (fixture, 1);
  for (guint i = 0; i < 100; i++)
    step (fixture, TICK_US);
  assert_running ("01-");
  g_assert_cmpuint (n_made[2], ==, 0);
  lose (fixture, 1);
  assert_running ("012");
}

static void
test_first_back_ends_second (Fixture *fixture, gconstpointer user_data)
{
  add (fixture);
  step (fixture, 3 * TICK_US);
  step (fixture, 3 * TICK_US);
  begin (fixture, 2);
  step (fixture, 10 * TICK_US);
  assert_running ("012");
  begin (fixture, 1);
  g_assert_cmpuint (seconds_until (fixture, "01-"), <=, 3);
  begin (fixture, 0);
  g_assert_cmpuint (seconds_until (fixture, "0--"), <=, 3);
}

static void
test_on_demand (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.on_demand = TRUE;
  add (fixture);
  step (fixture, 60 * TICK_US);
  assert_running ("---");
  sp_stream_want (fixture->stream, fixture->now_us);
  assert_running ("0--");
  begin (fixture, 0);
  step (fixture, 29 * TICK_US);
  assert_running ("0--");
  step (fixture, TICK_US);
  assert_running ("---");
  sp_stream_want (fixture->stream, fixture->now_us);
  assert_running ("0--");
}

static void
test_lingers_after_clients (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.on_demand = TRUE;
  add (fixture);
  sp_stream_want (fixture->stream, fixture->now_us);
  sp_stream_client_in (fixture->stream);
  begin (fixture, 0);
  for (guint i = 0; i < 300; i++)
    step (fixture, TICK_US);
  assert_running ("0--");
  sp_stream_client_out (fixture->stream, fixture->now_us);
  step (fixture, 29 * TICK_US);
  assert_running ("0--");
  step (fixture, TICK_US);
  assert_running ("---");
}

/* Nobody wants it: there is no flutter to wait out. */
static void
test_idle_stops_fallbacks (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.on_demand = TRUE;
  add (fixture);
  sp_stream_want (fixture->stream, fixture->now_us);
  step (fixture, 3 * TICK_US);
  begin (fixture, 1);
  assert_running ("01-");
  step (fixture, 27 * TICK_US);
  assert_running ("---");
  /* Asked for again, the main one has its chance first. */
  sp_stream_want (fixture->stream, fixture->now_us);
  assert_running ("0--");
  step (fixture, 3 * TICK_US);
  assert_running ("01-");
}

static void
test_remove_frees_all (Fixture *fixture, gconstpointer user_data)
{
  add (fixture);
  step (fixture, 3 * TICK_US);
  step (fixture, 3 * TICK_US);
  begin (fixture, 2);
  assert_running ("012");
  sp_supervisor_remove (fixture->supervisor, fixture->stream);
  assert_running ("---");
  step (fixture, 10 * TICK_US);
  sp_supervisor_update (fixture->supervisor, fixture->stream);
  assert_running ("---");
}

/* As a reload does that changes the sources; forgetting the removal must not
 * leave two of a kind. */
static void
test_add_replaces (Fixture *fixture, gconstpointer user_data)
{
  add (fixture);
  step (fixture, 3 * TICK_US);
  begin (fixture, 0);
  sp_supervisor_remove (fixture->supervisor, fixture->stream);
  add (fixture);
  assert_running ("0--");
  g_assert_cmpuint (n_made[0], ==, 2);
  step (fixture, 2 * TICK_US);
  assert_running ("0--");
}

static void
test_ticks_by_itself (Fixture *fixture, gconstpointer user_data)
{
  add (fixture);
  fixture->now_us += 3 * TICK_US;
  sp_clock_set_fake (fixture->now_us);
  while (fakes[1] == NULL)
    g_main_context_iteration (NULL, TRUE);
  assert_running ("01-");
}

#define ADD(name, sources, function)                                           \
  g_test_add (                                                                 \
      "/supervisor/" name, Fixture, sources, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  static const guint one = 1;
  static const guint two = 2;
  static const guint three = 3;

  sp_test_init (&argc, &argv);
  ADD ("main-at-once", &three, test_main_at_once);
  ADD ("fallback-after-grace", &three, test_fallback_after_grace);
  ADD ("push-has-its-grace", &two, test_push_has_its_grace);
  ADD ("encoder-ends-fallback", &two, test_encoder_ends_fallback);
  ADD ("live-main-needs-nobody", &three, test_live_main_needs_nobody);
  ADD ("lost-main-is-replaced-at-once",
       &three,
       test_lost_main_is_replaced_at_once);
  ADD ("silent-main-is-replaced", &two, test_silent_main_is_replaced);
  ADD ("fallback-stops-after-overlap", &two, test_fallback_stops_after_overlap);
  ADD ("flutter-keeps-fallback", &three, test_flutter_keeps_fallback);
  ADD ("second-when-first-fails", &three, test_second_when_first_fails);
  ADD ("second-rests-while-first-lives", &three, test_second_rests);
  ADD ("first-back-ends-second", &three, test_first_back_ends_second);
  ADD ("on-demand", &one, test_on_demand);
  ADD ("on-demand-lingers-after-clients", &one, test_lingers_after_clients);
  ADD ("on-demand-stops-fallbacks-too", &two, test_idle_stops_fallbacks);
  ADD ("remove-frees-all", &three, test_remove_frees_all);
  ADD ("add-replaces", &two, test_add_replaces);
  ADD ("ticks-by-itself", &two, test_ticks_by_itself);
  return g_test_run ();
}
