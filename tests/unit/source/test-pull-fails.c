/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "pull-origin.h"

#include "sp-mmsh-wire.h"

#include <string.h>

#define START_US (1000 * (gint64)G_USEC_PER_SEC)

/* What the origin of a test says until told otherwise. */
static const char *bad_answer;

static GByteArray *
answer_bad (Origin *origin, const char *head, gboolean *stays)
{
  return answer_text (bad_answer);
}

static GByteArray *
answer_status (Origin *origin, const char *head, gboolean *stays)
{
  g_autofree char *text
      = g_strdup_printf ("HTTP/1.1 %u Whatever\r\nContent-Length: 0\r\n"
                         "Connection: close\r\n\r\n",
                         origin->step);

  return answer_text (text);
}

/* P11: what the status says, whether Play is tried all the same (P1), and
 * that it goes on until the stream is there. */
static const struct
{
  guint status;
  gboolean is_play_tried;
  const char *why;
} statuses[] = {
  { 400, TRUE, "the source answers 400 Bad Request" },
  { 401, FALSE, "the source refuses the user or the password (401)" },
  { 403, TRUE, "the source answers 403 Forbidden" },
  { 404, FALSE, "the source answers 404 Not Found" },
  { 405, TRUE, "the source answers 405 Method Not Allowed" },
  { 407, FALSE, "the proxy wants a password (407)" },
  { 500, TRUE, "the source answers 500 Internal Server Error" },
  { 503, FALSE, "the source answers 503 Service Unavailable" },
  { 508, FALSE, "a loop: the source is this pump itself (508)" },
  { 304, TRUE, "the source answers 304 Not Modified" },
  { 305, TRUE, "the source answers 305" },
  { 301, TRUE, "the source answers 301 Moved Permanently" },
};

static void
test_statuses (Fixture *fixture, gconstpointer user_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_ptr_array_set_size (fixture->origin->heads, 0);
      fixture->origin->answer = answer_status;
      fixture->origin->step = statuses[i].status;
      n_warnings = 0;
      sp_stream_set_error (fixture->stream, NULL);
      start (fixture);
      wait_error (fixture, statuses[i].why);
      g_test_message (
          "%u: %u requests", statuses[i].status, fixture->origin->heads->len);
      g_assert_cmpuint (
          fixture->origin->heads->len, ==, statuses[i].is_play_tried ? 2 : 1);
      wait_requests (fixture, fixture->origin->heads->len + 1);
      g_assert_cmpuint (n_warnings, ==, 1);
      g_assert_nonnull (strstr (last_warning, statuses[i].why));
      fixture->origin->answer = answer_well;
      wait_packets (fixture, fixture->packets->len + 3);
      g_assert_cmpuint (n_warnings, ==, 1);
      stop (fixture);
      settle ();
    }
}

/* P1, P10: no header in what answers Describe: Play is asked for, and then it
 * is said what is wrong with that. */
static const struct
{
  const char *name;
  const char *answer;
  const char *why;
} bodies[] = {
  { "nothing", "", "the source broke the connection" },
  { "not-http",
    "220 mail.example.org ESMTP\r\n\r\n",
    "the source does not answer as HTTP" },
  { "empty", "HTTP/1.0 200 OK\r\n\r\n", "the source sends no stream" },
  { "html",
    "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html></html>",
    "not an MMSH stream" },
  { "data-first",
    "HTTP/1.0 200 OK\r\n\r\n$D\x0a\x01\x01\x01\x01\x01\x01\x01\x0a\x01zz",
    "before the header" },
  { "header-cut-off",
    "HTTP/1.0 200 OK\r\n\r\n$H\x0a\x01zzzz",
    "the source sends no stream" },
  { "less-than-promised",
    "HTTP/1.0 200 OK\r\nContent-Length: 99\r\n\r\n$H",
    "the source sends no stream" },
};

static void
test_body (Fixture *fixture, gconstpointer user_data)
{
  guint i = GPOINTER_TO_UINT (user_data);

  bad_answer = bodies[i].answer;
  fixture->origin->answer = answer_bad;
  start (fixture);
  wait_error (fixture, bodies[i].why);
  g_assert_cmpuint (fixture->origin->heads->len, ==, 2);
  g_assert_true (is_play (head_at (fixture, 1)));
  g_assert_null (strstr (head_at (fixture, 1), "stream-switch"));
  g_assert_cmpuint (counted (fixture, SP_STREAM_source_errors), ==, 1);
  fixture->origin->answer = answer_well;
  wait_packets (fixture, 4);
}

/* P1: it knows Play only, as the original's server. */
static GByteArray *
answer_play_only (Origin *origin, const char *head, gboolean *stays)
{
  return is_play (head) ? answer_well (origin, head, stays)
                        : answer_text ("HTTP/1.0 400 Bad Request\r\n\r\n");
}

static void
test_play_only (Fixture *fixture, gconstpointer user_data)
{
  fixture->origin->answer = answer_play_only;
  start (fixture);
  wait_packets (fixture, 4);
  g_assert_cmpuint (fixture->origin->heads->len, ==, 2);
  g_assert_cmpuint (n_warnings, ==, 0);
}

static void
test_refused (Fixture *fixture, gconstpointer user_data)
{
  g_socket_service_stop (fixture->origin->service);
  g_socket_listener_close (G_SOCKET_LISTENER (fixture->origin->service));
  settle ();
  start (fixture);
  wait_error (fixture, "the source refuses the connection");
  g_assert_cmpuint (n_warnings, ==, 1);
  g_assert_nonnull (strstr (last_warning, "pull http://127.0.0.1:"));
}

static void
test_bad_host (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.host = (char *)"[::";
  start (fixture);
  wait_error (fixture, "the source's address is not valid");
  g_assert_cmpuint (n_warnings, ==, 1);
}

static gboolean
on_turn (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* The clock is ours from here: 0.1 s each time the main loop turns, and that
 * is often. */
static void
fake_clock (Fixture *fixture)
{
  fixture->now_us = START_US;
  sp_clock_set_fake (START_US);
  fixture->config.connect_ms = 3600 * 1000;
  start (fixture);
  fixture->turn_id = g_timeout_add (1, on_turn, NULL);
}

static GByteArray *
answer_never (Origin *origin, const char *head, gboolean *stays)
{
  *stays = TRUE;
  return NULL;
}

static void
test_no_connection (Fixture *fixture, gconstpointer user_data)
{
  fixture->origin->answer = answer_never;
  fixture->config.tls = TRUE; /* nobody shakes hands */
  fixture->config.connect_ms = 50;
  start (fixture);
  wait_error (fixture, "no connection to the source within 50 ms");
}

static void
test_no_answer (Fixture *fixture, gconstpointer user_data)
{
  fixture->origin->answer = answer_never;
  fake_clock (fixture);
  wait_error (fixture, "no answer from the source within 15000 ms");
  g_assert_cmpuint (fixture->origin->heads->len, ==, 1);
}

/* P23: no data is a loss, whatever else comes; clients are held. */
static void
test_stall (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.stall_ms = 100;
  start (fixture);
  wait_packets (fixture, 4);
  wait_error (fixture, "no data from the source for 100 ms");
  g_assert_cmpuint (counted (fixture, SP_STREAM_source_losses), ==, 1);
  wait_packets (fixture, 7);
  g_assert_cmpuint (n_warnings, ==, 0);
}

/* A Describe that never ends and has no header. */
static GByteArray *
answer_describe_stalls (Origin *origin, const char *head, gboolean *stays)
{
  *stays = TRUE;
  return is_play (head) ? answer_well (origin, head, stays) : answer_ok (NULL);
}

static void
test_describe_stalls (Fixture *fixture, gconstpointer user_data)
{
  fixture->origin->answer = answer_describe_stalls;
  fixture->config.stall_ms = 10000;
  fake_clock (fixture);
  wait_packets (fixture, 4);
  g_assert_cmpuint (n_warnings, ==, 0);
}

static GByteArray *
answer_describe_filler (Origin *origin, const char *head, gboolean *stays)
{
  GByteArray *bytes;
  guint8 filler[SP_MMSH_FRAMING_LEN + 60000] = { 0 };

  if (is_play (head))
    return answer_well (origin, head, stays);
  bytes = answer_ok (NULL);
  sp_mmsh_write_framing (filler, SP_MMSH_FILLER, 60000);
  for (guint i = 0; i < 32; i++)
    g_byte_array_append (bytes, filler, sizeof filler);
  *stays = TRUE;
  return bytes;
}

/* And one that sends what nobody can use. */
static void
test_describe_filler (Fixture *fixture, gconstpointer user_data)
{
  fixture->origin->answer = answer_describe_filler;
  start (fixture);
  wait_packets (fixture, 4);
  g_assert_cmpuint (fixture->origin->heads->len, ==, 2);
  g_assert_cmpuint (counted (fixture, SP_STREAM_filler_packets), ==, 0);
}

static GByteArray *
answer_entry_over (Origin *origin, const char *head, gboolean *stays)
{
  GByteArray *bytes = answer_well (origin, head, stays);

  if (is_play (head))
    add_reason (bytes, SP_MMSH_END, SP_MMSH_REASON_ENTRY);
  return bytes;
}

/* P17: bounded, but for longer than a stall. */
static void
test_no_next_entry (Fixture *fixture, gconstpointer user_data)
{
  fixture->origin->answer = answer_entry_over;
  fixture->config.stall_ms = 1000;
  fake_clock (fixture);
  wait_error (fixture, "nothing followed the end of an entry for 30000 ms");
  g_assert_cmpint (fixture->now_us - START_US, >, 30 * G_USEC_PER_SEC);
}

/* Corrupt in the middle: what was good has come out. */
static GByteArray *
answer_corrupt (Origin *origin, const char *head, gboolean *stays)
{
  GByteArray *bytes = answer_well (origin, head, stays);

  add_text (bytes, "oops");
  return bytes;
}

static void
test_corrupt (Fixture *fixture, gconstpointer user_data)
{
  fixture->origin->answer = answer_corrupt;
  start (fixture);
  wait_packets (fixture, 4);
  wait_error (fixture, "the stream is corrupt");
  wait_packets (fixture, 7);
}

/* P14: what no viewer could stand. */
static GByteArray *
answer_too_long (Origin *origin, const char *head, gboolean *stays)
{
  static const guint8 zeros[9000];
  GByteArray *bytes = answer_ok (NULL);
  guint8 preheader[SP_MMSH_FRAMING_LEN + SP_MMSH_PREHEADER_LEN];
  guint len = sp_mmsh_write_data_head (
      preheader, SP_MMSH_DATA, 0, 0, 0, sizeof zeros);

  add_captured_header (bytes);
  g_byte_array_append (bytes, preheader, len);
  g_byte_array_append (bytes, zeros, sizeof zeros);
  *stays = is_play (head);
  return bytes;
}

static void
test_too_long (Fixture *fixture, gconstpointer user_data)
{
  fixture->origin->answer = answer_too_long;
  start (fixture);
  wait_error (fixture, "9000 bytes where the header says 8223");
  g_assert_cmpuint (counted (fixture, SP_STREAM_packets_bad), ==, 1);
}

/* Freed after each number of turns of the main loop. */
static void
test_free (Fixture *fixture, gconstpointer user_data)
{
  for (guint turns = 0; turns < 60; turns++)
    {
      fixture->origin->answer = turns % 2 == 0 ? answer_well : answer_play_only;
      start (fixture);
      for (guint i = 0; i < turns; i++)
        g_main_context_iteration (NULL, FALSE);
      stop (fixture);
    }
  wait_no_links (fixture);
  g_assert_cmpuint (n_warnings, ==, 0);
  /* The last ones in the middle of the stream. */
  g_assert_cmpuint (counted (fixture, SP_STREAM_packets_received), >, 0);
}

int
main (int argc, char **argv)
{
  pull_init (&argc, &argv);
  TEST_PULL ("/pull/fails/status", test_statuses);
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/pull/fails/body/%s", bodies[i].name);

      g_test_add (
          path, Fixture, GUINT_TO_POINTER (i), set_up, test_body, tear_down);
    }
  TEST_PULL ("/pull/fails/refused", test_refused);
  TEST_PULL ("/pull/fails/bad-host", test_bad_host);
  TEST_PULL ("/pull/fails/no-connection", test_no_connection);
  TEST_PULL ("/pull/fails/no-answer", test_no_answer);
  TEST_PULL ("/pull/fails/stall", test_stall);
  TEST_PULL ("/pull/fails/no-next-entry", test_no_next_entry);
  TEST_PULL ("/pull/fails/corrupt", test_corrupt);
  TEST_PULL ("/pull/fails/too-long", test_too_long);
  TEST_PULL ("/pull/describe/play-only", test_play_only);
  TEST_PULL ("/pull/describe/stalls", test_describe_stalls);
  TEST_PULL ("/pull/describe/filler", test_describe_filler);
  TEST_PULL ("/pull/free/at-any-time", test_free);
  return g_test_run ();
}
