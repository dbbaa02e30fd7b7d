/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "pull-origin.h"

#include "sp-publisher.h"
#include "sp-stream-via.h"

#include <string.h>

/* The Via lines of the answer. */
static const char *via;

static GByteArray *
answer_via (Origin *origin, const char *head, gboolean *stays)
{
  GByteArray *bytes = answer_ok (via);

  add_dummy_header (bytes, 'h');
  *stays = is_play (head);
  for (guint8 i = 1; *stays && i <= 3; i++)
    add_data (bytes, i);
  return bytes;
}

/* D6: two pumps that are each other's fallback: the one that is asked is fed
 * by the one that asks. */
static void
test_own (Fixture *fixture, gconstpointer user_data)
{
  static const char *const rows[] = {
    "Via: 1.1 this-pump\r\n",
    "Via: 1.1 other, 1.1 this-pump\r\n",
    "Via: 1.1 this-pump\r\nVia: 1.1 other\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      via = rows[i];
      fixture->origin->answer = answer_via;
      sp_stream_set_error (fixture->stream, "none yet");
      start (fixture);
      wait_error (fixture, "a loop: the source is fed by this pump");
      stop (fixture);
      g_assert_cmpuint (fixture->packets->len, ==, 0);
    }
}

/* A list that nobody would read to its end. */
static void
test_endless (Fixture *fixture, gconstpointer user_data)
{
  g_autofree char *names = g_strnfill (5000, 'a');
  g_autofree char *line = g_strdup_printf ("Via: 1.1 %s\r\n", names);

  via = line;
  fixture->origin->answer = answer_via;
  start (fixture);
  wait_error (fixture, "a loop");
}

/* What is behind is told on, as long as that source feeds the stream. */
static void
test_others (Fixture *fixture, gconstpointer user_data)
{
  g_autofree char *behind = NULL;

  via = "Via: 1.1 first\r\nVia: 1.0 second\r\n";
  fixture->origin->answer = answer_via;
  start (fixture);
  wait_packets (fixture, 4);
  behind = sp_stream_via (fixture->stream);
  g_assert_cmpstr (behind, ==, "1.1 first, 1.0 second");
  stop (fixture);
  g_assert_null (sp_stream_via (fixture->stream));
}

/* Another source's stream has not come that way. */
static void
test_other_source (Fixture *fixture, gconstpointer user_data)
{
  SpPublisher *encoder = sp_publisher_acquire (
      fixture->stream, 0, "an encoder", 0, sp_clock_now_us (), NULL);

  sp_stream_set_via (fixture->stream, 1, "1.1 first");
  sp_publisher_put_header (
      encoder, (const guint8 *)"HEAD", 4, 0, sp_clock_now_us (), NULL);
  g_assert_null (sp_stream_via (fixture->stream));
  sp_stream_set_via (fixture->stream, 1, NULL);
  sp_publisher_release (encoder, FALSE, sp_clock_now_us (), "it has gone");
}

int
main (int argc, char **argv)
{
  pull_init (&argc, &argv);
  TEST_PULL ("/pull/loop/own", test_own);
  TEST_PULL ("/pull/loop/endless", test_endless);
  TEST_PULL ("/pull/loop/others", test_others);
  TEST_PULL ("/pull/loop/other-source", test_other_source);
  return g_test_run ();
}
