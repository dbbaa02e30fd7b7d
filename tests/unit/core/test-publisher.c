/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-error.h"
#include "sp-lane.h"
#include "sp-publisher.h"
#include "sp-stream-private.h"
#include "sp-test.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC
#define START (1000 * SECOND)

/* A stream with one lane whose mail the test reads itself. */
typedef struct
{
  SpMailbox *mailbox;
  SpStream *stream;
  guint notified;
} Fixture;

static void
on_changed (SpStream *stream, gpointer user_data)
{
  ((Fixture *)user_data)->notified++;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  SpStreamPolicy policy = { .is_enabled = TRUE,
                            .is_push = TRUE,
                            .n_sources = GPOINTER_TO_UINT (data),
                            .burst_ms = 2000,
                            .hold_ms = 60000,
                            .linger_ms = 30000,
                            .slow_viewer_ms = 100000 };
  SpLaneHost host = { 0 };

  fixture->mailbox = sp_mailbox_new ();
  host.mailbox = fixture->mailbox;
  fixture->stream = sp_stream_new ("Test", "test", &policy, &host, 1);
  sp_stream_set_notify (fixture->stream, on_changed, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  sp_mailbox_free (fixture->mailbox);
  sp_stream_unref (fixture->stream);
}

/* What a client's lane has got: "Habc" headers, "d" data, "E". */
static char *
received (Fixture *fixture)
{
  SpRing *ring;
  GString *text = g_string_new (NULL);

  sp_mailbox_drain (fixture->mailbox);
  ring = sp_stream_lane (fixture->stream, 0)->ring;
  for (guint64 seq = sp_ring_oldest (ring); seq < sp_ring_end (ring); seq++)
    {
      SpPacket *packet = sp_ring_get (ring, seq);

      if (packet->meta.kind == SP_PACKET_END)
        g_string_append (text, "E");
      else
        g_string_append_printf (text,
                                "%s%.*s ",
                                packet->meta.kind == SP_PACKET_HEADER ? "H"
                                                                      : "",
                                (int)packet->len,
                                packet->payload);
    }
  return g_string_free (text, FALSE);
}

static void
assert_received (Fixture *fixture, const char *expected)
{
  g_autofree char *text = received (fixture);

  g_assert_cmpstr (text, ==, expected);
}

static SpPublisher *
acquire (Fixture *fixture, guint rank, gint64 now_us)
{
  g_autoptr (GError) error = NULL;
  SpPublisher *publisher = sp_publisher_acquire (
      fixture->stream, rank, "a test", 10 * SECOND, now_us, &error);

  g_assert_no_error (error);
  return publisher;
}

static void
header (SpPublisher *publisher, const char *text, gint64 now_us)
{
  g_autoptr (GError) error = NULL;

  sp_publisher_put_header (
      publisher, (const guint8 *)text, strlen (text), 100, now_us, &error);
  g_assert_no_error (error);
}

/* Upper case: a join point. */
static void
data (SpPublisher *publisher, const char *text, gint64 now_us)
{
  SpPacketMeta meta = { .is_join_point = g_ascii_isupper (text[0]) };
  g_autoptr (GError) error = NULL;

  sp_publisher_put_data (
      publisher, &meta, (const guint8 *)text, strlen (text), now_us, &error);
  g_assert_no_error (error);
}

static void
test_feeds (Fixture *fixture, gconstpointer unused)
{
  SpPublisher *publisher = acquire (fixture, 0, START);

  g_assert_null (sp_stream_live_header (fixture->stream));
  header (publisher, "one", START);
  data (publisher, "A", START);
  data (publisher, "b", START);
  assert_received (fixture, "Hone A b ");
  g_assert_cmpint (sp_stream_live_rank (fixture->stream, START), ==, 0);
  g_assert_cmpuint (fixture->notified, ==, 1);
  sp_publisher_release (publisher, FALSE, START, NULL);
  g_assert_cmpint (sp_stream_live_rank (fixture->stream, START), ==, -1);
}

static void
test_numbers_are_consecutive_and_wrap_not_at_header (Fixture *fixture,
                                                     gconstpointer unused)
{
  SpPublisher *publisher = acquire (fixture, 0, START);
  SpRing *ring;

  header (publisher, "one", START);
  data (publisher, "A", START);
  header (publisher, "two", START);
  data (publisher, "B", START);
  sp_mailbox_drain (fixture->mailbox);
  ring = sp_stream_lane (fixture->stream, 0)->ring;
  g_assert_cmpuint (sp_ring_get (ring, 1)->meta.number, ==, 0);
  g_assert_cmpuint (sp_ring_get (ring, 3)->meta.number, ==, 1);
  g_assert_cmpuint (sp_ring_get (ring, 3)->meta.epoch, ==, 2);
  sp_publisher_release (publisher, FALSE, START, NULL);
}

/* W5: after 2^32 packets it goes on with 0, in the middle of an epoch. */
static void
test_numbers_wrap (Fixture *fixture, gconstpointer unused)
{
  static const guint32 expected[] = { G_MAXUINT32 - 1, G_MAXUINT32, 0, 1 };
  SpPublisher *publisher = acquire (fixture, 0, START);
  SpRing *ring;

  fixture->stream->number = expected[0];
  header (publisher, "one", START);
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    data (publisher, "A", START);
  sp_mailbox_drain (fixture->mailbox);
  ring = sp_stream_lane (fixture->stream, 0)->ring;
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      SpPacket *packet = sp_ring_get (ring, 1 + i);

      g_assert_cmpuint (packet->meta.number, ==, expected[i]);
      g_assert_cmpuint (packet->meta.epoch, ==, 1);
    }
  sp_publisher_release (publisher, FALSE, START, NULL);
}

static void
test_same_header_is_no_change (Fixture *fixture, gconstpointer unused)
{
  SpPublisher *publisher = acquire (fixture, 0, START);

  header (publisher, "one", START);
  data (publisher, "A", START);
  header (publisher, "one", START);
  data (publisher, "b", START);
  assert_received (fixture, "Hone A b ");
  sp_publisher_release (publisher, FALSE, START, NULL);
}

static void
test_second_is_refused_while_first_delivers (Fixture *fixture,
                                             gconstpointer unused)
{
  SpPublisher *publisher = acquire (fixture, 0, START);
  g_autoptr (GError) error = NULL;

  header (publisher, "one", START);
  g_assert_null (sp_publisher_acquire (
      fixture->stream, 0, "other", 10 * SECOND, START + 9 * SECOND, &error));
  g_assert_error (error, SP_ERROR, SP_ERROR_BUSY);
  sp_publisher_release (publisher, FALSE, START, NULL);
}

static void
test_second_takes_over_the_silent (Fixture *fixture, gconstpointer unused)
{
  SpPublisher *first = acquire (fixture, 0, START);
  SpPublisher *second;
  SpPacketMeta meta = { 0 };
  g_autoptr (GError) error = NULL;

  header (first, "one", START);
  second = acquire (fixture, 0, START + 10 * SECOND);
  g_assert_true (sp_publisher_is_revoked (first));
  g_assert_false (sp_publisher_put_data (
      first, &meta, (const guint8 *)"x", 1, START, &error));
  g_assert_error (error, SP_ERROR, SP_ERROR_REVOKED);
  header (second, "two", START + 10 * SECOND);
  sp_publisher_release (first, TRUE, START + 10 * SECOND, NULL);
  data (second, "A", START + 10 * SECOND);
  assert_received (fixture, "Hone Htwo A ");
  sp_publisher_release (second, FALSE, START, NULL);
}

static void
test_pause_holds_and_resumes_without_gap (Fixture *fixture,
                                          gconstpointer unused)
{
  SpPublisher *publisher = acquire (fixture, 0, START);

  header (publisher, "one", START);
  data (publisher, "A", START);
  sp_publisher_pause (publisher, START, "broke");
  g_assert_cmpint (sp_stream_live_rank (fixture->stream, START), ==, -1);
  sp_stream_tick (fixture->stream, START + 59 * SECOND);
  data (publisher, "b", START + 59 * SECOND);
  sp_stream_tick (fixture->stream, START + 61 * SECOND);
  assert_received (fixture, "Hone A b ");
  sp_publisher_release (publisher, FALSE, START, NULL);
}

static void
test_hold_ends_clients (Fixture *fixture, gconstpointer unused)
{
  SpPublisher *publisher = acquire (fixture, 0, START);

  header (publisher, "one", START);
  data (publisher, "A", START);
  sp_publisher_release (publisher, FALSE, START, "broke");
  sp_stream_tick (fixture->stream, START + 60 * SECOND);
  assert_received (fixture, "Hone A E");
  g_assert_null (sp_stream_live_header (fixture->stream));
}

static void
test_reconnect_goes_on_at_a_keyframe (Fixture *fixture, gconstpointer unused)
{
  SpPublisher *publisher = acquire (fixture, 0, START);

  header (publisher, "one", START);
  data (publisher, "A", START);
  sp_publisher_pause (publisher, START, "broke");
  header (publisher, "one", START + SECOND);
  data (publisher, "x", START + SECOND);
  data (publisher, "B", START + SECOND);
  data (publisher, "c", START + SECOND);
  assert_received (fixture, "Hone A B c ");
  sp_publisher_release (publisher, FALSE, START, NULL);
}

static void
test_end_ends_clients_of_a_lone_source (Fixture *fixture, gconstpointer unused)
{
  SpPublisher *publisher = acquire (fixture, 0, START);

  header (publisher, "one", START);
  data (publisher, "A", START);
  sp_publisher_release (publisher, TRUE, START, "ended");
  assert_received (fixture, "Hone A E");
}

static void
test_end_with_a_fallback_holds (Fixture *fixture, gconstpointer unused)
{
  SpPublisher *publisher = acquire (fixture, 0, START);

  header (publisher, "one", START);
  sp_publisher_release (publisher, TRUE, START, "ended");
  assert_received (fixture, "Hone ");
}

static void
test_fallback_takes_over_and_gives_back (Fixture *fixture, gconstpointer unused)
{
  SpPublisher *main_source = acquire (fixture, 0, START);
  SpPublisher *slate = acquire (fixture, 1, START);

  header (main_source, "main", START);
  data (main_source, "A", START);
  header (slate, "slate", START);
  data (slate, "X", START);
  sp_publisher_pause (main_source, START, "broke");
  data (slate, "y", START + SECOND);
  data (slate, "Y", START + SECOND);
  header (main_source, "main", START + 2 * SECOND);
  data (main_source, "b", START + 2 * SECOND);
  data (slate, "z", START + 2 * SECOND);
  data (main_source, "B", START + 3 * SECOND);
  data (slate, "Z", START + 3 * SECOND);
  assert_received (fixture, "Hmain A Hslate Y z Hmain B ");
  g_assert_cmpint (
      sp_stream_live_rank (fixture->stream, START + 3 * SECOND), ==, 0);
  sp_publisher_release (main_source, FALSE, START, NULL);
  sp_publisher_release (slate, FALSE, START, NULL);
}

static void
test_silent_source_counts_as_lost (Fixture *fixture, gconstpointer unused)
{
  SpPublisher *publisher = acquire (fixture, 0, START);

  header (publisher, "one", START);
  data (publisher, "A", START);
  sp_stream_tick (fixture->stream, START + 11 * SECOND);
  g_assert_null (sp_stream_live_header (fixture->stream));
  g_assert_cmpuint (fixture->notified, ==, 2);
  data (publisher, "b", START + 12 * SECOND);
  assert_received (fixture, "Hone A b ");
  sp_publisher_release (publisher, FALSE, START, NULL);
}

static void
test_closed_stream_refuses (Fixture *fixture, gconstpointer unused)
{
  SpPublisher *publisher = acquire (fixture, 0, START);
  SpPacketMeta meta = { 0 };
  g_autoptr (GError) error = NULL;

  header (publisher, "one", START);
  sp_stream_close (fixture->stream, START);
  g_assert_false (sp_publisher_put_data (
      publisher, &meta, (const guint8 *)"x", 1, START, &error));
  g_assert_error (error, SP_ERROR, SP_ERROR_REVOKED);
  assert_received (fixture, "Hone E");
  sp_publisher_release (publisher, FALSE, START, NULL);
}

static void
test_on_demand_is_wanted_for_its_linger (Fixture *fixture, gconstpointer unused)
{
  g_assert_false (sp_stream_is_wanted (fixture->stream, START));
  sp_stream_want (fixture->stream, START);
  g_assert_true (sp_stream_is_wanted (fixture->stream, START + 29 * SECOND));
  g_assert_false (sp_stream_is_wanted (fixture->stream, START + 31 * SECOND));
  sp_stream_client_in (fixture->stream);
  g_assert_true (sp_stream_is_wanted (fixture->stream, START + 300 * SECOND));
  sp_stream_client_out (fixture->stream, START + 300 * SECOND);
  g_assert_true (sp_stream_is_wanted (fixture->stream, START + 329 * SECOND));
  g_assert_false (sp_stream_is_wanted (fixture->stream, START + 331 * SECOND));
}

static void
test_bitrate_over_whole_seconds (Fixture *fixture, gconstpointer unused)
{
  SpPublisher *publisher = acquire (fixture, 0, START);

  header (publisher, "one", START);
  for (guint i = 0; i < 50; i++)
    data (publisher, "A234567890", START + i * SECOND / 10);
  g_assert_cmpuint (
      sp_stream_bitrate_bps (fixture->stream, START + 5 * SECOND), ==, 800);
  g_assert_cmpuint (
      sp_stream_bitrate_bps (fixture->stream, START + 60 * SECOND), ==, 0);
  sp_publisher_release (publisher, FALSE, START, NULL);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    guint n_sources;
    void (*run) (Fixture *, gconstpointer);
  } rows[] = {
    { "/publisher/feeds", 1, test_feeds },
    { "/publisher/numbers",
      1,
      test_numbers_are_consecutive_and_wrap_not_at_header },
    { "/publisher/numbers-wrap", 1, test_numbers_wrap },
    { "/publisher/same-header-is-no-change", 1, test_same_header_is_no_change },
    { "/publisher/busy", 1, test_second_is_refused_while_first_delivers },
    { "/publisher/takeover", 1, test_second_takes_over_the_silent },
    { "/publisher/pause-resumes-without-gap",
      1,
      test_pause_holds_and_resumes_without_gap },
    { "/publisher/hold-ends-clients", 1, test_hold_ends_clients },
    { "/publisher/reconnect-at-a-keyframe",
      1,
      test_reconnect_goes_on_at_a_keyframe },
    { "/publisher/end-of-a-lone-source",
      1,
      test_end_ends_clients_of_a_lone_source },
    { "/publisher/end-with-a-fallback", 2, test_end_with_a_fallback_holds },
    { "/publisher/fallback", 2, test_fallback_takes_over_and_gives_back },
    { "/publisher/silent-is-lost", 1, test_silent_source_counts_as_lost },
    { "/publisher/closed", 1, test_closed_stream_refuses },
    { "/stream/on-demand", 1, test_on_demand_is_wanted_for_its_linger },
    { "/stream/bitrate", 1, test_bitrate_over_whole_seconds },
  };

  sp_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_test_add (rows[i].path,
                Fixture,
                GUINT_TO_POINTER (rows[i].n_sources),
                set_up,
                rows[i].run,
                tear_down);
  return g_test_run ();
}
