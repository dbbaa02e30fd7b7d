/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-metrics.h"
#include "sp-admin-sample.h"
#include "sp-fake-control.h"
#include "sp-test.h"

#include <string.h>

#define EVIL "a\"b\\c\nd\xff"

static void
on_picture (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SpPicture **picture = user_data;

  *picture = g_task_propagate_pointer (G_TASK (result), NULL);
}

static gboolean
is_there (gpointer user_data)
{
  return *(SpPicture **)user_data != NULL;
}

/* Of the fake pump, with a path that nobody would choose. */
static char *
text_of_fake (void)
{
  SpFakeControl fake;
  g_autoptr (SpPicture) picture = NULL;
  SpStreamInfo *stream;
  char *text;
  gsize len;

  sp_fake_control_init (&fake);
  stream = fake.streams->pdata[0];
  g_free (stream->path);
  stream->path = g_strdup (EVIL);
  fake.control.class->picture (&fake, FALSE, on_picture, &picture);
  sp_test_wait (NULL, is_there, &picture, 20);
  for (guint i = 0; i < SP_N_PUMP_COUNTERS; i++)
    picture->counters[i] = 100 + i;
  text = sp_admin_metrics_text (picture, &len);
  g_assert_cmpuint (len, ==, strlen (text));
  g_assert_true (g_utf8_validate (text, (gssize)len, NULL));
  sp_fake_control_clear (&fake);
  return text;
}

static void
assert_line (const char *text, const char *line)
{
  g_autofree char *whole = g_strdup_printf ("\n%s\n", line);

  g_test_message ("%s", line);
  g_assert_nonnull (strstr (text, whole));
}

/* Every counter there is, under its name, with its help. */
static void
test_counters (void)
{
  g_autofree char *text = text_of_fake ();

  for (guint i = 0; i < SP_N_PUMP_COUNTERS; i++)
    {
      g_autofree char *name
          = sp_admin_sample_counter_name ("stream_pump_", &sp_pump_counters[i]);
      g_autofree char *help
          = g_strdup_printf ("# HELP %s %s", name, sp_pump_counters[i].help);
      g_autofree char *type = g_strdup_printf ("# TYPE %s counter", name);
      g_autofree char *line = g_strdup_printf ("%s %u", name, 100 + i);

      assert_line (text, help);
      assert_line (text, type);
      assert_line (text, line);
    }
  for (guint i = 0; i < SP_N_STREAM_COUNTERS; i++)
    {
      g_autofree char *name = sp_admin_sample_counter_name (
          "stream_pump_stream_", &sp_stream_counters[i]);
      g_autofree char *type = g_strdup_printf ("# TYPE %s counter", name);
      g_autofree char *sample
          = g_strdup_printf ("\n%s{stream=\"field\"} ", name);

      assert_line (text, type);
      g_assert_nonnull (strstr (text, sample));
    }
}

static void
test_lines (void)
{
  static const char *const lines[] = {
    "# TYPE stream_pump_clients gauge",
    "stream_pump_clients 7",
    "stream_pump_client_limit 500",
    "stream_pump_bitrate_out_bps 3500000",
    "stream_pump_state{state=\"up\"} 1",
    "stream_pump_state{state=\"draining\"} 0",
    "stream_pump_config_ok 1",
    "stream_pump_loop_delay_seconds 0.003000",
    "process_resident_memory_bytes 20971520",
    "stream_pump_send_lateness_seconds 0.512000",
    "stream_pump_lateness_limit_seconds 0.400000",
    "stream_pump_memory_limit_bytes 67108864",
    "stream_pump_connection_limit 700",
    "stream_pump_overload{cause=\"lateness\"} 1",
    "stream_pump_overload{cause=\"memory\"} 0",
    "process_open_fds 40",
    "stream_pump_listener_up{listener=\"tls [::]:8089\"} 1",
    "stream_pump_listener_up{listener=\"admin \\\"socket\\\"\"} 0",
    "stream_pump_certificate_expiry_timestamp_seconds{file=\"pump.crt\"} "
    "1800000000",
    "stream_pump_stream_clients{stream=\"council\"} 2",
    "stream_pump_stream_clients{stream=\"a\\\"b\\\\c\\nd\xef\xbf\xbd\"} 0",
    "stream_pump_stream_state{stream=\"field\",state=\"fallback\"} 1",
    "stream_pump_stream_state{stream=\"field\",state=\"live\"} 0",
    "stream_pump_stream_health{stream=\"council\",health=\"ok\"} 1",
    "stream_pump_stream_player_stall_seconds_total{stream=\"council\"} 1.500",
    "stream_pump_stream_bytes_sent_total{stream=\"field\"} 1002",
    "stream_pump_stream_bitrate_in_bps{stream=\"council\"} 500000",
    "stream_pump_stream_client_lag_seconds_bucket{stream=\"council\",le="
    "\"0.1\"} 1",
    "stream_pump_stream_client_lag_seconds_bucket{stream=\"council\",le="
    "\"2\"} 1",
    "stream_pump_stream_client_lag_seconds_bucket{stream=\"council\",le="
    "\"5\"} 2",
    "stream_pump_stream_client_lag_seconds_bucket{stream=\"council\",le="
    "\"+Inf\"} 2",
    "stream_pump_stream_client_lag_seconds_sum{stream=\"council\"} 3.040000",
    "stream_pump_stream_client_lag_seconds_count{stream=\"council\"} 2",
    "stream_pump_canary_ok{stream=\"council\"} 1",
    "stream_pump_canary_first_packet_seconds{stream=\"council\"} 0.120000",
  };
  static const char *const absent[] = {
    "_nan",
    "192.0.2.7",
    "anna",
    "idle_seconds{stream=\"a\\\"b",
    "canary_first_packet_seconds{stream=\"a\\\"b",
    "player_stall_ms",
  };
  g_autofree char *text = text_of_fake ();

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    assert_line (text, lines[i]);
  g_assert_true (g_str_has_prefix (
      text, "# HELP stream_pump_build_info which version this is\n"));
  for (guint i = 0; i < G_N_ELEMENTS (absent); i++)
    g_assert_null (strstr (text, absent[i]));
}

/* Nothing but what it must have, when there is nothing. */
static void
test_empty (void)
{
  g_autoptr (SpPicture) picture = sp_picture_new ();
  gsize len;
  g_autofree char *text = NULL;

  picture->counters[0] = G_MAXUINT64;
  text = sp_admin_metrics_text (picture, &len);
  assert_line (text, "stream_pump_clients 0");
  assert_line (text,
               "stream_pump_connections_accepted_total 18446744073709551615");
  g_assert_null (strstr (text, "{stream="));
}

/* The judge of Prometheus itself has nothing to say. */
static void
test_promtool (void)
{
  g_autofree char *program = g_find_program_in_path ("promtool");
  g_autofree char *text = text_of_fake ();
  g_autofree char *said = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;

  if (program == NULL)
    {
      g_test_skip ("promtool (package prometheus) is missing");
      return;
    }
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE
                                  | G_SUBPROCESS_FLAGS_STDOUT_PIPE
                                  | G_SUBPROCESS_FLAGS_STDERR_MERGE,
                              &error,
                              program,
                              "check",
                              "metrics",
                              NULL);
  g_assert_no_error (error);
  g_assert_true (
      g_subprocess_communicate_utf8 (process, text, NULL, &said, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (said, ==, "");
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 0);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/admin-metrics/counters/all-there-are", test_counters);
  g_test_add_func ("/admin-metrics/lines", test_lines);
  g_test_add_func ("/admin-metrics/empty", test_empty);
  g_test_add_func ("/admin-metrics/promtool-is-silent", test_promtool);
  return g_test_run ();
}
