/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-error.h"
#include "sp-publisher.h"
#include "sp-stream-sources.h"
#include "sp-test.h"

#define SECOND ((gint64)G_USEC_PER_SEC)
#define START (1000 * SECOND)

typedef struct
{
  SpStream *stream;
  gint64 now_us;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const SpStreamPolicy policy = { .is_enabled = TRUE,
                                  .is_push = TRUE,
                                  .n_sources = 3,
                                  .hold_ms = 60000,
                                  .source_type = "mmsh_push" };

  fixture->now_us = START;
  fixture->stream = sp_stream_new ("Test", "test", &policy, NULL, 0);
  sp_stream_source_describe (
      fixture->stream, 0, "mmsh_push", "/streams/test_push");
  sp_stream_source_describe (
      fixture->stream, 1, "mmsh_pull", "http://h/streams/test");
  sp_stream_source_describe (fixture->stream, 2, "file", "slate.asf");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  sp_stream_unref (fixture->stream);
}

static SpPublisher *
acquire (Fixture *fixture, guint rank)
{
  g_autoptr (GError) error = NULL;
  SpPublisher *publisher = sp_publisher_acquire (
      fixture->stream, rank, "test", 0, fixture->now_us, &error);

  g_assert_no_error (error);
  return publisher;
}

static void
put (Fixture *fixture, SpPublisher *publisher)
{
  SpPacketMeta meta = { .is_join_point = TRUE };
  g_autoptr (GError) error = NULL;

  sp_publisher_put_header (
      publisher, (const guint8 *)"head", 4, 0, fixture->now_us, &error);
  g_assert_no_error (error);
  meta.media_hash = (guint32)fixture->now_us;
  sp_publisher_put_data (
      publisher, &meta, (const guint8 *)"media", 5, fixture->now_us, &error);
  g_assert_no_error (error);
}

static void
assert_source (Fixture *fixture,
               guint rank,
               SpSourceState state,
               SpHealth health,
               const char *reason)
{
  g_autoptr (SpStreamInfo) info
      = sp_stream_info (fixture->stream, fixture->now_us);
  const SpSourceInfo *source = g_ptr_array_index (info->sources, rank);

  g_assert_cmpuint (source->index, ==, rank + 1);
  g_assert_cmpstr (
      sp_source_state_name (source->state), ==, sp_source_state_name (state));
  g_assert_cmpstr (
      sp_health_name (source->health), ==, sp_health_name (health));
  g_assert_cmpstr (source->health_reason, ==, reason);
}

static void
assert_stream (Fixture *fixture, SpHealth health, const char *reason)
{
  g_autoptr (SpStreamInfo) info
      = sp_stream_info (fixture->stream, fixture->now_us);

  g_assert_cmpstr (sp_health_name (info->health), ==, sp_health_name (health));
  g_assert_cmpstr (info->health_reason, ==, reason);
}

static void
test_before_any_runs (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SpStreamInfo) info
      = sp_stream_info (fixture->stream, fixture->now_us);
  const SpSourceInfo *source = g_ptr_array_index (info->sources, 1);

  g_assert_cmpuint (info->sources->len, ==, 3);
  g_assert_cmpstr (source->type, ==, "mmsh_pull");
  g_assert_cmpstr (source->url, ==, "http://h/streams/test");
  g_assert_true (source->is_enabled);
  g_assert_cmpint (source->changed_us, ==, START);
  g_assert_cmpint (source->connected_us, ==, 0);
  assert_source (fixture,
                 0,
                 SP_SOURCE_LISTENING,
                 SP_HEALTH_ABSENT,
                 "no encoder is connected");
  assert_source (fixture,
                 2,
                 SP_SOURCE_STANDBY,
                 SP_HEALTH_ABSENT,
                 "held back: it is not wanted");
  assert_stream (fixture, SP_HEALTH_ABSENT, "no source is connected");
}

static void
test_life_of_a_pull (Fixture *fixture, gconstpointer data)
{
  const SpSourcePeer peer = { "192.0.2.1", 80, TRUE, "Rex/12" };
  SpPublisher *publisher;

  sp_stream_source_begin (fixture->stream, 1);
  assert_source (fixture,
                 1,
                 SP_SOURCE_CONNECTING,
                 SP_HEALTH_ABSENT,
                 "it is not connected yet");
  sp_stream_source_fail (fixture->stream, 1, "refused");
  sp_stream_source_retry_at (fixture->stream, 1, START + 5 * SECOND);
  assert_source (fixture, 1, SP_SOURCE_WAITING, SP_HEALTH_ABSENT, "refused");
  sp_stream_source_begin (fixture->stream, 1);
  publisher = acquire (fixture, 1);
  sp_publisher_connected (publisher, &peer, fixture->now_us);
  assert_source (fixture, 1, SP_SOURCE_CONNECTING, SP_HEALTH_OK, NULL);
  put (fixture, publisher);
  assert_source (fixture, 1, SP_SOURCE_ACTIVE, SP_HEALTH_OK, NULL);
  {
    g_autoptr (SpStreamInfo) info
        = sp_stream_info (fixture->stream, fixture->now_us);
    const SpSourceInfo *source = g_ptr_array_index (info->sources, 1);

    g_assert_cmpstr (source->address, ==, "192.0.2.1");
    g_assert_cmpuint (source->port, ==, 80);
    g_assert_true (source->is_tls);
    g_assert_cmpstr (source->product, ==, "Rex/12");
    g_assert_cmpuint (source->connects, ==, 1);
    g_assert_cmpuint (source->failures, ==, 1);
    g_assert_cmpuint (source->packets, ==, 1);
    g_assert_cmpuint (source->bytes, ==, 5);
    g_assert_cmpint (source->connected_us, ==, START);
    g_assert_cmpstr (source->last_error, ==, "refused");
  }
  sp_publisher_pause (publisher, fixture->now_us, "it broke");
  assert_source (
      fixture, 1, SP_SOURCE_CONNECTING, SP_HEALTH_ABSENT, "it broke");
  sp_publisher_release (publisher, FALSE, fixture->now_us, "over");
  sp_stream_source_rest (fixture->stream, 1);
  assert_source (fixture,
                 1,
                 SP_SOURCE_STANDBY,
                 SP_HEALTH_ABSENT,
                 "held back: it is not wanted");
}

/* Connected, and silent: stalled after three seconds; lost after ten, and
 * still what is wrong with the stream. */
static void
test_stalled (Fixture *fixture, gconstpointer data)
{
  SpPublisher *publisher = acquire (fixture, 0);

  put (fixture, publisher);
  fixture->now_us += 3 * SECOND;
  assert_stream (fixture, SP_HEALTH_OK, NULL);
  fixture->now_us += SECOND;
  assert_stream (fixture, SP_HEALTH_STALLED, "no packet for 4.0 s");
  assert_source (
      fixture, 0, SP_SOURCE_ACTIVE, SP_HEALTH_STALLED, "no packet for 4.0 s");
  fixture->now_us += 8 * SECOND;
  sp_stream_tick (fixture->stream, fixture->now_us);
  assert_source (fixture,
                 0,
                 SP_SOURCE_CONNECTING,
                 SP_HEALTH_STALLED,
                 "no packet for 12.0 s");
  assert_stream (fixture, SP_HEALTH_STALLED, "no packet for 12.0 s");
  put (fixture, publisher);
  assert_source (
      fixture, 0, SP_SOURCE_ACTIVE, SP_HEALTH_STALLED, "no packet for 12.0 s");
  for (guint i = 0; i < 24; i++)
    {
      fixture->now_us += SECOND / 4;
      put (fixture, publisher);
      sp_stream_tick (fixture->stream, fixture->now_us);
    }
  assert_stream (fixture, SP_HEALTH_OK, NULL);
  sp_publisher_release (publisher, FALSE, fixture->now_us, "over");
  assert_stream (fixture, SP_HEALTH_ABSENT, "over");
}

/* Another one feeds: this one is good, and waits. */
static void
test_standby (Fixture *fixture, gconstpointer data)
{
  SpPublisher *main_source = acquire (fixture, 0);
  SpPublisher *slate = acquire (fixture, 2);

  put (fixture, slate);
  assert_source (fixture, 2, SP_SOURCE_ACTIVE, SP_HEALTH_OK, NULL);
  put (fixture, main_source);
  put (fixture, slate);
  assert_source (fixture, 0, SP_SOURCE_ACTIVE, SP_HEALTH_OK, NULL);
  assert_source (fixture, 2, SP_SOURCE_STANDBY, SP_HEALTH_OK, NULL);
  assert_source (fixture,
                 1,
                 SP_SOURCE_STANDBY,
                 SP_HEALTH_ABSENT,
                 "held back: a better source is there");
  sp_publisher_release (slate, FALSE, fixture->now_us, "over");
  sp_publisher_release (main_source, FALSE, fixture->now_us, "over");
}

static void
test_switched_off (Fixture *fixture, gconstpointer data)
{
  SpPublisher *publisher = acquire (fixture, 0);
  SpPacketMeta meta = { 0 };
  g_autoptr (GError) error = NULL;

  put (fixture, publisher);
  g_assert_true (
      sp_stream_source_set_enabled (fixture->stream, 0, FALSE, START));
  g_assert_false (sp_stream_source_is_enabled (fixture->stream, 0));
  g_assert_cmpint (sp_stream_live_rank (fixture->stream, START), ==, -1);
  assert_source (fixture,
                 0,
                 SP_SOURCE_DISABLED,
                 SP_HEALTH_ABSENT,
                 "the source is switched off");
  g_assert_false (sp_publisher_put_data (
      publisher, &meta, (const guint8 *)"x", 1, START, &error));
  g_assert_error (error, SP_ERROR, SP_ERROR_DENIED);
  sp_publisher_release (publisher, FALSE, START, "over");
  g_clear_error (&error);
  g_assert_null (
      sp_publisher_acquire (fixture->stream, 0, "test", 0, START, &error));
  g_assert_error (error, SP_ERROR, SP_ERROR_DENIED);
  g_assert_true (
      sp_stream_source_set_enabled (fixture->stream, 0, TRUE, START));
  publisher = acquire (fixture, 0);
  put (fixture, publisher);
  assert_source (fixture, 0, SP_SOURCE_ACTIVE, SP_HEALTH_OK, NULL);
  sp_publisher_release (publisher, FALSE, START, "over");
  g_assert_false (
      sp_stream_source_set_enabled (fixture->stream, 3, FALSE, START));
}

/* The same source keeps what is known of it, another one does not. */
static void
test_described_again (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SpStreamInfo) before = NULL;
  g_autoptr (SpStreamInfo) after = NULL;
  const SpSourceInfo *source;

  sp_stream_source_fail (fixture->stream, 1, "refused");
  sp_stream_source_set_enabled (fixture->stream, 1, FALSE, START);
  sp_stream_source_describe (
      fixture->stream, 1, "mmsh_pull", "http://h/streams/test");
  before = sp_stream_info (fixture->stream, START);
  source = g_ptr_array_index (before->sources, 1);
  g_assert_cmpuint (source->failures, ==, 1);
  g_assert_false (source->is_enabled);
  sp_stream_source_describe (
      fixture->stream, 1, "mmsh_pull", "http://other/streams/test");
  after = sp_stream_info (fixture->stream, START);
  source = g_ptr_array_index (after->sources, 1);
  g_assert_cmpuint (source->failures, ==, 0);
  g_assert_null (source->last_error);
  g_assert_true (source->is_enabled);
}

/* What was taken over from reports no more. */
static void
test_taken_over (Fixture *fixture, gconstpointer data)
{
  const SpSourcePeer old_peer = { "192.0.2.1", 1, FALSE, NULL };
  const SpSourcePeer new_peer = { "192.0.2.2", 2, FALSE, NULL };
  SpPublisher *old = acquire (fixture, 0);
  SpPublisher *new;
  g_autoptr (SpStreamInfo) info = NULL;
  const SpSourceInfo *source;

  put (fixture, old);
  new = acquire (fixture, 0);
  sp_publisher_connected (new, &new_peer, START);
  sp_publisher_connected (old, &old_peer, START);
  sp_publisher_pause (old, START, "it broke");
  sp_publisher_release (old, FALSE, START, "over");
  info = sp_stream_info (fixture->stream, START);
  source = g_ptr_array_index (info->sources, 0);
  g_assert_cmpstr (source->address, ==, "192.0.2.2");
  g_assert_cmpuint (source->connects, ==, 2);
  g_assert_cmpuint (source->failures, ==, 0);
  sp_publisher_release (new, FALSE, START, "over");
}

static void
test_canary (Fixture *fixture, gconstpointer data)
{
  char error[] = "no answer";
  const SpCanaryInfo good
      = { .at_us = START, .is_ok = TRUE, .first_packet_ms = 7 };
  const SpCanaryInfo bad = { .at_us = START, .error = error };
  g_autoptr (SpStreamInfo) first = NULL;
  g_autoptr (SpStreamInfo) second = NULL;

  sp_stream_set_canary (fixture->stream, &good);
  first = sp_stream_info (fixture->stream, START);
  g_assert_true (first->canary.is_ok);
  g_assert_cmpuint (first->canary.first_packet_ms, ==, 7);
  sp_stream_set_canary (fixture->stream, &bad);
  second = sp_stream_info (fixture->stream, START);
  g_assert_cmpstr (second->canary.error, ==, "no answer");
  g_assert_cmpuint (second->counters.value[SP_STREAM_canary_runs], ==, 2);
  g_assert_cmpuint (second->counters.value[SP_STREAM_canary_failures], ==, 1);
}

/* Counted only for the one that feeds. */
static void
test_repeats (Fixture *fixture, gconstpointer data)
{
  SpPublisher *publisher = acquire (fixture, 0);
  SpPacketMeta meta = { .is_join_point = TRUE, .media_hash = 7 };
  g_autoptr (SpStreamInfo) info = NULL;

  put (fixture, publisher);
  for (guint i = 0; i < 40; i++)
    {
      fixture->now_us += SECOND / 2;
      sp_publisher_put_data (
          publisher, &meta, (const guint8 *)"media", 5, fixture->now_us, NULL);
      sp_stream_tick (fixture->stream, fixture->now_us);
    }
  info = sp_stream_info (fixture->stream, fixture->now_us);
  g_assert_cmpstr (sp_health_name (info->health), ==, "looping");
  g_assert_cmpuint (info->counters.value[SP_STREAM_source_repeats], >=, 18);
  g_assert_cmpuint (info->counters.value[SP_STREAM_source_repeats], <=, 20);
  sp_publisher_release (publisher, FALSE, START, "over");
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*run) (Fixture *, gconstpointer);
  } rows[] = {
    { "/stream-sources/before-any-runs", test_before_any_runs },
    { "/stream-sources/life-of-a-pull", test_life_of_a_pull },
    { "/stream-sources/stalled", test_stalled },
    { "/stream-sources/standby", test_standby },
    { "/stream-sources/switched-off", test_switched_off },
    { "/stream-sources/described-again", test_described_again },
    { "/stream-sources/taken-over", test_taken_over },
    { "/stream-sources/canary", test_canary },
    { "/stream-sources/repeats", test_repeats },
  };

  sp_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_test_add (rows[i].path, Fixture, NULL, set_up, rows[i].run, tear_down);
  return g_test_run ();
}
