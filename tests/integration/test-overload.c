/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "sp-ask.h"
#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-test.h"
#include "sp-watcher.h"

#define N_AT_THE_DOOR 150
#define N_OUTSIDE 20
#define SCARCE 96 /* descriptors */
#define NONE 8    /* fewer than are open */
#define ANSWER_MS 20000
#define PER_S 50
#define SPIN_PERCENT 20 /* of a core */
#define LATENESS_MS 250 /* more than a machine that is merely busy has */
#define FROZEN_MS 600

/* A pump with one live stream, and somebody who watched it before the trouble
 * came. */
typedef struct
{
  SpDaemon *daemon;
  SpFeeder *feeder;
  SpWatcher *old;
  gint is_freezing; /* atomic */
} Stage;

static void
set_up (Stage *stage, const char *members)
{
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();

  stage->daemon = sp_daemon_start (members, SP_DAEMON_PUSH ("live", ""));
  stage->feeder = sp_feeder_new (
      sp_encoder_go (sp_daemon_port (stage->daemon), "live", header),
      PER_S,
      500);
  sp_daemon_wait_figure (stage->daemon, "/admin/status", "streams_live", 1, 20);
}

static void
watch (Stage *stage)
{
  stage->old
      = sp_watcher_play (sp_daemon_port (stage->daemon), "/streams/live");
  sp_watcher_wait_data (stage->old, 1, 20);
}

/* Whoever was there has had all that came, without a gap. */
static void
tear_down (Stage *stage)
{
  sp_watcher_wait_more (stage->old, 10, 20);
  const SpStrict *seen = sp_watcher_stop (stage->old);
  g_assert_cmpuint (seen->n_gaps, ==, 0);
  sp_watcher_free (stage->old);
  sp_feeder_break (stage->feeder);
  sp_daemon_free (stage->daemon);
}

static gint64
status_figure (Stage *stage, const char *member)
{
  return sp_daemon_figure (stage->daemon, "/admin/status", member);
}

/* One who comes to watch and stays, whatever the answer is; its status. A 503
 * says when to come again. */
static guint
come (Stage *stage, int *fd)
{
  *fd = sp_ask_connect ("127.0.0.1", sp_daemon_port (stage->daemon));
  g_assert_cmpint (*fd, >=, 0);
  sp_ask_send_text (
      *fd, "GET /streams/live HTTP/1.1\r\nHost: h\r\n" SP_WATCHER_PLAY "\r\n");
  g_autoptr (SpAnswer) answer = sp_ask_read (*fd, FALSE, ANSWER_MS);
  if (answer->status == 503)
    {
      g_autofree char *again = sp_answer_header (answer, "Retry-After");

      g_assert_nonnull (again);
    }
  return answer->status;
}

static guint
come_and_go (Stage *stage)
{
  int fd;
  guint status = come (stage, &fd);

  close (fd);
  return status;
}

static void
wait_status (Stage *stage, guint status, guint deadline_s)
{
  gint64 until_us
      = g_get_monotonic_time () + (gint64)deadline_s * G_USEC_PER_SEC;

  while (come_and_go (stage) != status)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      g_usleep (100000);
    }
}

static gboolean
is_overloaded_by (Stage *stage, const char *cause)
{
  g_autoptr (JsonNode) node = sp_daemon_get (stage->daemon, "/admin/status");
  JsonArray *causes
      = json_object_get_array_member (json_node_get_object (node), "overload");

  for (guint i = 0; i < json_array_get_length (causes); i++)
    if (g_str_equal (json_array_get_string_element (causes, i), cause))
      return TRUE;
  return FALSE;
}

static void
assert_refusals (Stage *stage, const char *cause, const char *words)
{
  g_autofree char *member
      = g_strdup_printf ("counters.requests_limited_%s", cause);

  g_assert_cmpint (status_figure (stage, member), >, 0);
  g_assert_true (sp_daemon_wait_log (stage->daemon, 0, words, 20));
}

/* For two seconds, by what the old client gets. */
static void
assert_idle (Stage *stage)
{
  guint64 before_ms = sp_daemon_cpu_ms (stage->daemon);
  gint64 started_us = g_get_monotonic_time ();
  guint64 cpu_ms;
  gint64 took_ms;

  sp_watcher_wait_more (stage->old, 2 * PER_S, 30);
  took_ms = (g_get_monotonic_time () - started_us) / 1000;
  cpu_ms = sp_daemon_cpu_ms (stage->daemon) - before_ms;
  g_test_message ("%" G_GUINT64_FORMAT " ms of processor in %" G_GINT64_FORMAT
                  " ms",
                  cpu_ms,
                  took_ms);
  g_assert_cmpuint (cpu_ms * 100, <, (guint64)took_ms * SPIN_PERCENT);
}

static void
leave (const int *fds, guint n)
{
  for (guint i = 0; i < n; i++)
    close (fds[i]);
}

/* Until one is refused; how many were taken. */
static guint
crowd (Stage *stage, int *fds, guint *n_open)
{
  while (*n_open < N_AT_THE_DOOR)
    {
      guint status = come (stage, &fds[(*n_open)++]);

      if (status == 503)
        break;
      g_assert_cmpuint (status, ==, 200);
    }
  return *n_open - 1;
}

/* The limit shrinks under the running daemon. First new clients are refused in
 * words; when there is no descriptor for those either they wait outside; and
 * all ends with the want. */
static void
test_descriptors (void)
{
  Stage stage;
  int fds[2 * N_AT_THE_DOOR];
  guint n_open = 0;
  guint n_taken;

  set_up (&stage, "");
  watch (&stage);
  gint64 limit_before = status_figure (&stage, "connection_limit");
  sp_daemon_limit_descriptors (stage.daemon, SCARCE);
  while (status_figure (&stage, "connection_limit") == limit_before)
    g_usleep (100000);
  n_taken = crowd (&stage, fds, &n_open);
  g_test_message ("%u clients taken of %d descriptors", n_taken, SCARCE);
  g_assert_cmpuint (n_taken, >=, 10);
  g_assert_cmpuint (n_open, <, N_AT_THE_DOOR);
  g_assert_cmpuint (come_and_go (&stage), ==, 503);
  g_assert_true (is_overloaded_by (&stage, "descriptors"));
  assert_refusals (&stage, "descriptors", "refused (descriptors)");
  g_assert_cmpint (status_figure (&stage, "counters.accept_pauses"), ==, 0);
  for (guint i = 0; i < N_AT_THE_DOOR; i++)
    fds[n_open++] = sp_ask_connect ("127.0.0.1", sp_daemon_port (stage.daemon));
  assert_idle (&stage);
  g_assert_cmpint (status_figure (&stage, "counters.accept_pauses"), >, 0);
  g_assert_cmpint (status_figure (&stage, "clients"), ==, n_taken + 1);
  leave (fds, n_open);
  wait_status (&stage, 200, 30);
  g_assert_false (is_overloaded_by (&stage, "descriptors"));
  tear_down (&stage);
}

/* The kernel itself has no descriptor for those who come: they wait, and
 * nothing spins. */
static void
test_no_descriptor (void)
{
  Stage stage;
  int fds[N_OUTSIDE];

  set_up (&stage, "");
  watch (&stage);
  sp_daemon_limit_descriptors (stage.daemon, NONE);
  for (guint i = 0; i < N_OUTSIDE; i++)
    fds[i] = sp_ask_connect ("127.0.0.1", sp_daemon_port (stage.daemon));
  assert_idle (&stage);
  sp_daemon_limit_descriptors (stage.daemon, SCARCE);
  g_assert_cmpint (status_figure (&stage, "counters.accept_pauses"), >, 0);
  g_assert_true (sp_daemon_wait_log (
      stage.daemon, 0, "accepting pauses: Too many open files", 20));
  wait_status (&stage, 200, 30);
  leave (fds, N_OUTSIDE);
  tear_down (&stage);
}

/* Frozen again and again, as on a host that has too much to do. */
static gpointer
freeze (gpointer user_data)
{
  Stage *stage = user_data;

  while (g_atomic_int_get (&stage->is_freezing))
    {
      sp_daemon_signal (stage->daemon, SIGSTOP);
      g_usleep (FROZEN_MS * 1000);
      sp_daemon_signal (stage->daemon, SIGCONT);
      g_usleep (FROZEN_MS * 1000 / 3);
    }
  return NULL;
}

static void
test_lateness (void)
{
  g_autofree char *members
      = g_strdup_printf ("\"limits\": { \"lateness_ms\": %d }", LATENESS_MS);
  Stage stage;
  GThread *thread;

  set_up (&stage, "");
  watch (&stage);
  sp_daemon_configure (stage.daemon, members, SP_DAEMON_PUSH ("live", ""));
  wait_status (&stage, 200, 60);
  stage.is_freezing = TRUE;
  thread = g_thread_new ("freeze", freeze, &stage);
  wait_status (&stage, 503, 60);
  g_assert_cmpint (
      status_figure (&stage, "send_lateness_ms"), >=, LATENESS_MS / 2);
  g_atomic_int_set (&stage.is_freezing, FALSE);
  g_thread_join (thread);
  assert_refusals (&stage, "lateness", "refused (lateness)");
  wait_status (&stage, 200, 60);
  g_assert_false (is_overloaded_by (&stage, "lateness"));
  tear_down (&stage);
}

static void
test_memory (void)
{
  const char *stream = SP_DAEMON_PUSH ("live", "");
  Stage stage;

  set_up (&stage, "");
  watch (&stage);
  sp_daemon_configure (
      stage.daemon, "\"limits\": { \"memory_mb\": 1 }", stream);
  wait_status (&stage, 503, 20);
  g_assert_true (is_overloaded_by (&stage, "memory"));
  assert_refusals (&stage, "memory", "refused (memory)");
  sp_daemon_configure (
      stage.daemon, "\"limits\": { \"memory_mb\": 0 }", stream);
  wait_status (&stage, 200, 20);
  tear_down (&stage);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  g_test_add_func ("/overload/descriptors", test_descriptors);
  g_test_add_func ("/overload/no-descriptor", test_no_descriptor);
  g_test_add_func ("/overload/lateness", test_lateness);
  g_test_add_func ("/overload/memory", test_memory);
  return g_test_run ();
}
