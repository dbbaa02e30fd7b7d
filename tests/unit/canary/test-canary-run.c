/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-canary-run.h"

#include "canary-origin.h"
#include "sp-test.h"

#include <string.h>

#define DEADLINE_S 30

/** A run and what came of it. */
typedef struct
{
  Origin *origin;
  SpCanaryPlan plan;
  SpCanaryRun *run;
  gboolean is_over;
  SpCanaryInfo info;
  guint wanted; /* requests */
} Fixture;

static void
on_over (SpCanaryRun *run, const SpCanaryInfo *info, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_false (fixture->is_over);
  fixture->is_over = TRUE;
  fixture->info = *info;
  fixture->info.error = g_strdup (info->error);
  g_assert_true (run == fixture->run);
  g_clear_pointer (&fixture->run, sp_canary_run_free);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->origin = origin_new ();
  fixture->origin->stays = TRUE;
  fixture->plan = (SpCanaryPlan){ .address = "127.0.0.1",
                                  .port = fixture->origin->port,
                                  .secret = "geheim",
                                  .limit_ms = 10000,
                                  .watch_ms = 300 };
  add_text (fixture->origin->answer, ORIGIN_HEAD);
  add_header (fixture->origin->answer, 0x0c);
  add_data (fixture->origin->answer, 100);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->run, sp_canary_run_free);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  origin_free (fixture->origin);
  sp_canary_info_clear (&fixture->info);
}

static void
start (Fixture *fixture)
{
  fixture->run
      = sp_canary_run_new (&fixture->plan, "a path/x", on_over, fixture);
}

static gboolean
is_over (gpointer user_data)
{
  return ((Fixture *)user_data)->is_over;
}

static void
finish (Fixture *fixture)
{
  if (fixture->run == NULL)
    start (fixture);
  sp_test_wait (NULL, is_over, fixture, DEADLINE_S);
  g_assert_cmpint (fixture->info.at_us, >, 0);
  g_assert_cmpint (fixture->info.is_ok, ==, fixture->info.error == NULL);
}

static void
assert_failed (Fixture *fixture, const char *prefix)
{
  finish (fixture);
  g_assert_nonnull (fixture->info.error);
  g_test_message ("%s", fixture->info.error);
  g_assert_true (g_str_has_prefix (fixture->info.error, prefix));
}

static void
test_plays (Fixture *fixture, gconstpointer data)
{
  const char *head;

  finish (fixture);
  g_assert_cmpstr (fixture->info.error, ==, NULL);
  g_assert_cmpuint (fixture->info.first_byte_ms, >, 0);
  g_assert_cmpuint (fixture->info.header_ms, >=, fixture->info.first_byte_ms);
  g_assert_cmpuint (fixture->info.first_packet_ms, >=, fixture->info.header_ms);
  g_assert_cmpuint (fixture->info.stalls, ==, 0);
  g_assert_cmpuint (fixture->origin->heads->len, ==, 1);
  head = g_ptr_array_index (fixture->origin->heads, 0);
  g_assert_true (
      g_str_has_prefix (head, "GET /streams/a%20path/x HTTP/1.0\r\n"));
  g_assert_nonnull (strstr (head, "\r\nX-Stream-Pump-Canary: geheim\r\n"));
  g_assert_nonnull (strstr (head, "\r\nPragma: xPlayStrm=1\r\n"));
}

/* One packet, and then nothing to the end. */
static void
test_stalls (Fixture *fixture, gconstpointer data)
{
  fixture->plan.watch_ms = 1500;
  finish (fixture);
  g_assert_cmpstr (fixture->info.error, ==, NULL);
  g_assert_cmpuint (fixture->info.stalls, ==, 1);
  g_assert_cmpuint (fixture->info.stall_ms, >=, 1400);
}

static void
test_dead (Fixture *fixture, gconstpointer data)
{
  fixture->plan.watch_ms = 5500;
  assert_failed (fixture, "no packet in the last 5");
  g_assert_cmpuint (fixture->info.stalls, ==, 1);
}

static gboolean
on_late (gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  add_data (bytes, 100);
  origin_send (fixture->origin, bytes);
  return G_SOURCE_REMOVE;
}

/* A gap that ends counts once. */
static void
test_gap (Fixture *fixture, gconstpointer data)
{
  fixture->plan.watch_ms = 1900;
  g_timeout_add (1300, on_late, fixture);
  finish (fixture);
  g_assert_cmpstr (fixture->info.error, ==, NULL);
  g_assert_cmpuint (fixture->info.stalls, ==, 1);
  g_assert_cmpuint (fixture->info.stall_ms, >=, 1100);
  g_assert_cmpuint (fixture->info.stall_ms, <, 1900);
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_byte_array_set_size (fixture->origin->answer, 0);
  add_text (fixture->origin->answer, "HTTP/1.0 503 No\r\n\r\nno source\n");
  assert_failed (fixture, "it is refused with 503");
  g_assert_cmpuint (fixture->info.first_byte_ms, >, 0);
  g_assert_cmpuint (fixture->info.header_ms, ==, 0);
}

static void
test_closed (Fixture *fixture, gconstpointer data)
{
  fixture->origin->stays = FALSE;
  assert_failed (fixture, "the connection was closed");
}

static void
test_ends (Fixture *fixture, gconstpointer data)
{
  add_end (fixture->origin->answer);
  assert_failed (fixture, "the stream ended");
}

static void
test_no_answer (Fixture *fixture, gconstpointer data)
{
  fixture->origin->is_silent = TRUE;
  fixture->plan.limit_ms = 200;
  assert_failed (fixture, "no answer within 200 ms");
}

static void
test_no_header (Fixture *fixture, gconstpointer data)
{
  g_byte_array_set_size (fixture->origin->answer, 0);
  add_text (fixture->origin->answer, ORIGIN_HEAD);
  fixture->plan.limit_ms = 200;
  assert_failed (fixture, "no header within 200 ms");
}

static void
test_no_packet (Fixture *fixture, gconstpointer data)
{
  g_byte_array_set_size (fixture->origin->answer, 0);
  add_text (fixture->origin->answer, ORIGIN_HEAD);
  add_header (fixture->origin->answer, 0x0c);
  fixture->plan.limit_ms = 200;
  assert_failed (fixture, "no packet within 200 ms");
  g_assert_cmpuint (fixture->info.header_ms, >, 0);
}

static void
test_no_connection (Fixture *fixture, gconstpointer data)
{
  g_socket_service_stop (fixture->origin->service);
  g_socket_listener_close (G_SOCKET_LISTENER (fixture->origin->service));
  assert_failed (fixture, "no connection to the pump's own port: ");
}

static gboolean
is_asked (gpointer user_data)
{
  return ((Fixture *)user_data)->origin->heads->len > 0;
}

/* Freed on its way, it says nothing and holds nothing. */
static void
test_freed (Fixture *fixture, gconstpointer data)
{
  start (fixture);
  g_clear_pointer (&fixture->run, sp_canary_run_free);
  start (fixture);
  sp_test_wait (NULL, is_asked, fixture, DEADLINE_S);
  g_clear_pointer (&fixture->run, sp_canary_run_free);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_false (fixture->is_over);
  g_assert_cmpuint (fixture->origin->heads->len, >=, 1);
}

#define ADD(path, test)                                                        \
  g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  ADD ("/canary-run/plays", test_plays);
  ADD ("/canary-run/stalls", test_stalls);
  ADD ("/canary-run/dead", test_dead);
  ADD ("/canary-run/gap", test_gap);
  ADD ("/canary-run/refused", test_refused);
  ADD ("/canary-run/closed", test_closed);
  ADD ("/canary-run/ends", test_ends);
  ADD ("/canary-run/no-answer", test_no_answer);
  ADD ("/canary-run/no-header", test_no_header);
  ADD ("/canary-run/no-packet", test_no_packet);
  ADD ("/canary-run/no-connection", test_no_connection);
  ADD ("/canary-run/freed", test_freed);
  return g_test_run ();
}
