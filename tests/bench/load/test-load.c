/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

#include "sp-daemon.h"
#include "sp-run.h"
#include "sp-test.h"

#define DEADLINE_S 120

/** A pump, and the program under test as its source. */
typedef struct
{
  SpDaemon *daemon;
  GSubprocess *source;
} House;

static const char *
program (void)
{
  const char *path = g_getenv ("STREAM_PUMP_LOAD");

  g_assert_nonnull (path);
  return path;
}

static House
open_house (void)
{
  g_autofree char *key
      = g_test_build_filename (G_TEST_DIST, "data", "tls.key", NULL);
  g_autofree char *certificate
      = g_test_build_filename (G_TEST_DIST, "data", "tls.crt", NULL);
  g_autofree char *members
      = g_strdup_printf ("\"ssl\": true, \"ssl_port\": 0, "
                         "\"ssl_key\": \"%s\", \"ssl_cert\": \"%s\"",
                         key,
                         certificate);
  House house
      = { .daemon = sp_daemon_start (
              members,
              SP_DAEMON_PUSH ("s0", "") "," SP_DAEMON_PUSH ("s1", "")) };
  g_autofree char *url = g_strdup_printf (
      "http://127.0.0.1:%u/streams/s%%u_push", sp_daemon_port (house.daemon));
  g_autoptr (GError) error = NULL;

  house.source = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                                   &error,
                                   program (),
                                   "--push",
                                   "--streams=2",
                                   "--kbps=1000",
                                   "--keyframe-ms=200",
                                   url,
                                   NULL);
  g_assert_no_error (error);
  sp_daemon_wait_figure (
      house.daemon, "/admin/status", "streams_live", 2, DEADLINE_S);
  return house;
}

/* The source says what it did. */
static void
close_house (House *house)
{
  g_autofree char *said = NULL;

  g_subprocess_send_signal (house->source, SIGTERM);
  g_assert_true (g_subprocess_communicate_utf8 (
      house->source, NULL, NULL, &said, NULL, NULL));
  g_assert_true (g_subprocess_get_successful (house->source));
  g_assert_nonnull (strstr (said, "packets in"));
  g_object_unref (house->source);
  sp_daemon_free (house->daemon);
}

/* The program with @options against both streams, as JSON. */
static JsonNode *
run (House *house, const char *options, gboolean is_tls, int status)
{
  g_autofree char *arguments = g_strdup_printf (
      "--json - --streams 2 %s %s://127.0.0.1:%u/streams/s%%u",
      options,
      is_tls ? "https" : "http",
      is_tls ? sp_daemon_tls_port (house->daemon)
             : sp_daemon_port (house->daemon));
  g_autoptr (SpRun) ran = sp_run (program (), arguments, NULL, DEADLINE_S);
  g_autoptr (GError) error = NULL;
  JsonNode *node;

  if (ran->status != status)
    g_test_message ("%s%s", ran->out, ran->err);
  g_assert_cmpint (ran->status, ==, status);
  node = json_from_string (ran->out, &error);
  g_assert_no_error (error);
  return node;
}

/* "good.late_ms.count" */
static double
figure (JsonNode *node, const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, ".", -1);
  JsonObject *object = json_node_get_object (node);
  guint last = g_strv_length (names) - 1;

  for (guint i = 0; i < last; i++)
    object = json_object_get_object_member (object, names[i]);
  g_assert_true (json_object_has_member (object, names[last]));
  return json_object_get_double_member (object, names[last]);
}

static void
test_watch (void)
{
  House house = open_house ();
  g_autofree char *options = g_strdup_printf (
      "-n 20 --seconds 1 --warmup 0.2 --pid %d", (int)getpid ());
  g_autoptr (JsonNode) seen = run (&house, options, FALSE, 0);

  g_assert_cmpfloat (figure (seen, "viewers"), ==, 20);
  g_assert_cmpfloat (figure (seen, "joined"), ==, 20);
  g_assert_cmpfloat (figure (seen, "first_byte_ms.count"), ==, 20);
  g_assert_cmpfloat (figure (seen, "skips"), ==, 0);
  g_assert_cmpfloat (figure (seen, "packets"), >, 20);
  g_assert_cmpfloat (figure (seen, "bytes"), >, 20 * 1400);
  g_assert_cmpfloat (figure (seen, "late_ms.count"), >, 20);
  g_assert_cmpfloat (figure (seen, "late_ms.p50"), <, 60000);
  g_assert_cmpfloat (figure (seen, "late_ms.max"), >, 0);
  g_assert_cmpfloat (figure (seen, "server.memory_kib_end"), >, 0);
  g_assert_cmpfloat (figure (seen, "server.descriptors"), >, 0);
  close_house (&house);
}

static void
test_kinds (void)
{
  House house = open_house ();
  g_autoptr (JsonNode) seen
      = run (&house,
             "-n 20 --seconds 2 --warmup 0.2 --chunked --threads 2 "
             "--slow 25 --slow-kbps 20 --slow-buffer 4096 --stalled 3 "
             "--churn 50",
             FALSE,
             0);

  g_assert_cmpfloat (figure (seen, "good.joined"), >, 15);
  g_assert_cmpfloat (figure (seen, "good.left"), >, 0);
  g_assert_cmpfloat (figure (seen, "good.first_byte_window_ms.count"), >, 0);
  g_assert_cmpfloat (figure (seen, "slow.joined"), >=, 5);
  g_assert_cmpfloat (figure (seen, "slow.bytes"), >, 0);
  g_assert_cmpfloat (
      figure (seen, "slow.bytes"), <, figure (seen, "good.bytes"));
  g_assert_cmpfloat (figure (seen, "stalled.joined"), ==, 3);
  g_assert_cmpfloat (figure (seen, "stalled.bytes"), ==, 0);
  g_assert_cmpfloat (figure (seen, "joined"),
                     ==,
                     figure (seen, "good.joined")
                         + figure (seen, "slow.joined"));
  close_house (&house);
}

static void
test_raw (void)
{
  House house = open_house ();
  g_autoptr (JsonNode) seen
      = run (&house, "-n 4 --seconds 1 --warmup 0.2 --framing raw", FALSE, 0);

  g_assert_cmpfloat (figure (seen, "joined"), ==, 4);
  g_assert_cmpfloat (figure (seen, "late_ms.count"), >, 4);
  close_house (&house);
}

static void
test_tls (void)
{
  House house = open_house ();
  g_autoptr (JsonNode) seen = NULL;
  g_autoptr (JsonNode) refused = NULL;

  if (strcmp (g_getenv ("STREAM_PUMP_LOAD_TLS"), "1") != 0)
    {
      close_house (&house);
      g_test_skip ("built without GnuTLS");
      return;
    }
  seen = run (&house, "-n 4 --seconds 1 --warmup 0.2 --insecure", TRUE, 0);
  g_assert_cmpfloat (figure (seen, "joined"), ==, 4);
  g_assert_cmpfloat (figure (seen, "late_ms.count"), >, 4);
  refused = run (&house, "-n 4 --seconds 0.1 --warmup 0", TRUE, 1);
  g_assert_cmpfloat (figure (refused, "refused"), ==, 4);
  close_house (&house);
}

/* The viewers of the stream s0 have been sent so many packets. */
static void
wait_until_sent (SpDaemon *daemon, gint64 n_packets)
{
  gint64 until_us
      = g_get_monotonic_time () + (gint64)DEADLINE_S * G_USEC_PER_SEC;

  while (sp_daemon_figure (daemon, "/admin/streams/s0", "counters.packets_sent")
         < n_packets)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      g_usleep (20000);
    }
}

/* The pump goes away in the middle. */
static void
test_lost (void)
{
  House house = open_house ();
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/streams/s0",
                                          sp_daemon_port (house.daemon));
  g_autoptr (GSubprocess) viewers
      = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                          NULL,
                          program (),
                          "--viewers=5",
                          "--seconds=10",
                          "--warmup=0",
                          "--json=-",
                          url,
                          NULL);
  g_autofree char *said = NULL;
  g_autoptr (JsonNode) seen = NULL;

  wait_until_sent (house.daemon, 200);
  sp_daemon_stop (house.daemon);
  g_assert_true (
      g_subprocess_communicate_utf8 (viewers, NULL, NULL, &said, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (viewers), ==, 1);
  g_test_message ("%s", said);
  seen = json_from_string (said, NULL);
  g_assert_cmpfloat (figure (seen, "lost"), ==, 5);
  g_subprocess_force_exit (house.source);
  g_subprocess_wait (house.source, NULL, NULL);
  g_object_unref (house.source);
  sp_daemon_restart (house.daemon);
  sp_daemon_free (house.daemon);
}

static void
test_refused (void)
{
  House house = open_house ();
  g_autofree char *arguments
      = g_strdup_printf ("-n 3 --seconds 0.1 --warmup 0 "
                         "http://127.0.0.1:%u/streams/none",
                         sp_daemon_port (house.daemon));
  g_autofree char *push
      = g_strdup_printf ("--push http://127.0.0.1:%u/streams/none_push",
                         sp_daemon_port (house.daemon));
  g_autoptr (SpRun) ran = sp_run (program (), arguments, NULL, DEADLINE_S);
  g_autoptr (SpRun) pushed = sp_run (program (), push, NULL, DEADLINE_S);

  g_assert_cmpint (ran->status, ==, 1);
  g_assert_nonnull (strstr (ran->out, "3 times: HTTP status 404"));
  g_assert_cmpint (pushed->status, ==, 1);
  g_assert_nonnull (strstr (pushed->err, "404"));
  close_house (&house);
}

static void
test_plot (void)
{
  g_autofree char *gnuplot = g_find_program_in_path ("gnuplot");
  g_autofree char *file = g_build_filename (g_get_tmp_dir (), "a.svg", NULL);
  g_autofree char *options
      = g_strdup_printf ("-n 2 --seconds 1.5 --warmup 0 --plot '%s'", file);
  g_autofree char *picture = NULL;
  House house;

  if (gnuplot == NULL)
    {
      g_test_skip ("gnuplot is missing");
      return;
    }
  house = open_house ();
  json_node_unref (run (&house, options, FALSE, 0));
  g_assert_true (g_file_get_contents (file, &picture, NULL, NULL));
  g_assert_nonnull (strstr (picture, "</svg>"));
  close_house (&house);
}

static void
test_usage (void)
{
  static const struct
  {
    const char *arguments;
    const char *complaint;
  } rows[] = {
    { "", "which URL" },
    { "--framing x http://127.0.0.1/", "neither mmsh, loose nor raw" },
    { "-n 1000000 http://127.0.0.1/", "do not fit" },
    { "mms://127.0.0.1/", "is no URL" },
    { "--pid 2147483647 -n 0 --warmup 0 --seconds 0.1 http://127.0.0.1/",
      "2147483647" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SpRun) ran
          = sp_run (program (), rows[i].arguments, NULL, DEADLINE_S);

      g_test_message ("%s: %s", rows[i].arguments, ran->err);
      g_assert_cmpint (ran->status, ==, 2);
      g_assert_nonnull (strstr (ran->err, rows[i].complaint));
    }
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/load/watch/figures", test_watch);
  g_test_add_func ("/load/watch/slow-stalled-and-churn", test_kinds);
  g_test_add_func ("/load/watch/raw-body", test_raw);
  g_test_add_func ("/load/watch/tls", test_tls);
  g_test_add_func ("/load/watch/lost-is-told", test_lost);
  g_test_add_func ("/load/watch/refused-is-told", test_refused);
  g_test_add_func ("/load/watch/plot", test_plot);
  g_test_add_func ("/load/usage/complaints", test_usage);
  return g_test_run ();
}
