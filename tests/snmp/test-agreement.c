/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <string.h>

#include "sp-ask.h"
#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-lab.h"
#include "sp-stats.h"
#include "sp-test.h"
#include "sp-watcher.h"

/* SNMP, REST, metrics and log tell the same of a run with all that happens to
 * clients and streams. */

#define N_WATCHERS 5
#define KICK "{ \"stream\": \"two\" }"

typedef struct
{
  SpLab *lab;
  SpDaemon *daemon;
  SpFeeder *one;
  SpFeeder *two;
  SpWatcher *watchers[N_WATCHERS]; /* 0 to 2 of one, the others of two */
} Stage;

static gint64
figure (Stage *stage, const char *stream, const char *member)
{
  g_autofree char *path = g_strconcat ("/admin/streams/", stream, NULL);

  return sp_daemon_figure (stage->daemon, path, member);
}

static gint64
counter (Stage *stage, const char *stream, const char *name)
{
  g_autofree char *member = g_strconcat ("counters.", name, NULL);

  return figure (stage, stream, member);
}

/* In one answer, whatever happens meanwhile. */
static void
assert_balance (Stage *stage)
{
  g_autoptr (JsonNode) root = sp_daemon_get (stage->daemon, "/admin/streams");
  JsonArray *streams
      = json_object_get_array_member (json_node_get_object (root), "streams");

  for (guint i = 0; i < json_array_get_length (streams); i++)
    {
      JsonObject *stream = json_array_get_object_element (streams, i);
      JsonObject *counters = json_object_get_object_member (stream, "counters");
      gint64 connected
          = json_object_get_int_member (counters, "clients_connected");
      gint64 gone
          = json_object_get_int_member (counters, "clients_disconnected");
      gint64 clients = json_object_get_int_member (stream, "clients");

      g_assert_cmpint (clients, >=, 0);
      g_assert_cmpint (connected - gone, ==, clients);
    }
}

static SpFeeder *
feed (Stage *stage, const char *stream)
{
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();

  return sp_feeder_new (
      sp_encoder_go (sp_daemon_port (stage->daemon), stream, header), 100, 500);
}

static void
set_up (Stage *stage, gconstpointer unused)
{
  g_autofree char *members = NULL;

  g_setenv ("G_MESSAGES_DEBUG", "all", TRUE);
  stage->lab = sp_lab_start ();
  members = g_strdup_printf (
      "\"snmp\": { \"agentx\": \"%s\", \"ping_s\": 1, "
      "\"client_table\": \"full\", \"max_age_ms\": 50 }, \"canary_ms\": 0, "
      "\"limits\": { \"lateness_ms\": 60000 }, "
      "\"access_log\": { \"to\": \"file\", \"file\": \"access.log\" }",
      sp_lab_agentx (stage->lab));
  stage->daemon = sp_daemon_start (
      members,
      SP_DAEMON_PUSH (
          "one", ", \"limits\": { \"clients\": 3 }") ", " SP_DAEMON_PUSH ("two",
                                                                          ""));
  stage->one = feed (stage, "one");
  stage->two = feed (stage, "two");
  sp_daemon_wait_figure (stage->daemon, "/admin/status", "streams_live", 2, 10);
}

static void
tear_down (Stage *stage, gconstpointer unused)
{
  for (guint i = 0; i < N_WATCHERS; i++)
    g_clear_pointer (&stage->watchers[i], sp_watcher_free);
  g_clear_pointer (&stage->one, sp_feeder_break);
  g_clear_pointer (&stage->two, sp_feeder_break);
  sp_daemon_free (stage->daemon);
  sp_lab_free (stage->lab);
}

/* Clients come and go while somebody counts. */
static void
run_script (Stage *stage)
{
  guint16 port = sp_daemon_port (stage->daemon);
  g_autoptr (SpAnswer) refused = NULL;
  g_autoptr (SpAnswer) bad = NULL;
  g_autoptr (SpAnswer) absent = NULL;
  g_autoptr (JsonNode) kicked = NULL;
  guint status;

  for (guint i = 0; i < N_WATCHERS; i++)
    {
      stage->watchers[i]
          = sp_watcher_play (port, i < 3 ? "/streams/one" : "/streams/two");
      sp_watcher_wait_data (stage->watchers[i], 5, 10);
      assert_balance (stage);
    }
  refused = sp_ask_get (port, "/streams/one", SP_WATCHER_PLAY);
  g_assert_cmpuint (refused->status, ==, 503);
  bad = sp_ask (port, "NONSENSE\r\n\r\n");
  absent = sp_ask_get (port, "/streams/three", SP_WATCHER_PLAY);
  g_assert_cmpuint (absent->status, ==, 404);
  kicked = sp_daemon_rest (
      stage->daemon, "POST", "/admin/kick", KICK, NULL, &status);
  g_assert_cmpuint (status, ==, 200);
  sp_watcher_wait_end (stage->watchers[3], 10);
  sp_watcher_wait_end (stage->watchers[4], 10);
  g_clear_pointer (&stage->watchers[0], sp_watcher_free);
  for (guint i = 0; i < 50; i++)
    assert_balance (stage);
  sp_daemon_wait_figure (stage->daemon, "/admin/status", "clients", 2, 10);
}

/* No more media: the figures stand still. */
static void
come_to_rest (Stage *stage)
{
  gint64 before = -1;
  gint64 sent;

  g_clear_pointer (&stage->one, sp_feeder_break);
  g_clear_pointer (&stage->two, sp_feeder_break);
  sp_daemon_wait_figure (stage->daemon, "/admin/status", "streams_live", 0, 10);
  for (sent = counter (stage, "one", "bytes_sent"); sent != before;
       sent = counter (stage, "one", "bytes_sent"))
    {
      before = sent;
      sp_watcher_is_open (stage->watchers[1]);
      g_assert_false (sp_daemon_wait_log (
          stage->daemon, 0, "this is never said anywhere", 1));
    }
}

/* (transfer full): the text of /metrics. */
static char *
metrics (Stage *stage)
{
  g_autoptr (SpAnswer) answer
      = sp_ask_get (sp_daemon_admin_port (stage->daemon), "/metrics", "");

  g_assert_cmpuint (answer->status, ==, 200);
  return sp_answer_text (answer);
}

static double
metric (const char *text, const char *name, const char *labels)
{
  g_autofree char *start = g_strdup_printf ("\n%s%s ", name, labels);
  const char *found = strstr (text, start);

  if (found == NULL)
    g_test_message ("no %s%s", name, labels);
  g_assert_nonnull (found);
  return g_ascii_strtod (found + strlen (start), NULL);
}

static void
assert_stream_metrics (Stage *stage, const char *stream, const char *text)
{
  g_autofree char *labels = g_strdup_printf ("{stream=\"%s\"}", stream);

  for (guint i = 0; i < SP_N_STREAM_COUNTERS; i++)
    {
      const SpCounterInfo *info = &sp_stream_counters[i];
      g_autofree char *name = NULL;

      if (g_str_equal (info->unit, "milliseconds"))
        continue;
      name = g_strdup_printf ("stream_pump_stream_%s_total", info->name);
      g_test_message ("%s %s", stream, info->name);
      g_assert_cmpfloat (metric (text, name, labels),
                         ==,
                         (double)counter (stage, stream, info->name));
    }
  g_assert_cmpfloat (metric (text, "stream_pump_stream_clients", labels),
                     ==,
                     (double)figure (stage, stream, "clients"));
}

/* What grows by asking. */
static gboolean
is_of_asking (const char *name)
{
  return g_str_equal (name, "admin_requests");
}

static void
assert_pump_metrics (Stage *stage, const char *text)
{
  for (guint i = 0; i < SP_N_PUMP_COUNTERS; i++)
    {
      const SpCounterInfo *info = &sp_pump_counters[i];
      g_autofree char *name
          = g_strdup_printf ("stream_pump_%s_total", info->name);
      g_autofree char *member = g_strconcat ("counters.", info->name, NULL);

      g_test_message ("%s", info->name);
      if (!is_of_asking (info->name))
        g_assert_cmpfloat (
            metric (text, name, ""),
            ==,
            (double)sp_daemon_figure (stage->daemon, "/admin/status", member));
    }
}

/* The columns of the MIB and what they are in REST. */
static const struct
{
  guint column;
  const char *member;
} columns[] = {
  { 11, "clients" },
  { 12, "clients_peak" },
  { 14, "counters.clients_connected" },
  { 15, "counters.clients_refused" },
  { 16, "counters.clients_cut" },
  { 17, "counters.clients_kicked" },
  { 18, "counters.bytes_received" },
  { 19, "counters.bytes_sent" },
  { 20, "counters.packets_received" },
  { 21, "counters.packets_sent" },
  { 22, "counters.packets_skipped" },
  { 23, "counters.packets_bad" },
  { 27, "counters.source_connects" },
  { 28, "counters.source_errors" },
  { 29, "counters.header_changes" },
};

static gint64
ask_number (Stage *stage, const char *what)
{
  g_autofree char *words = g_strdup_printf ("-Oqvt %s", what);
  g_autofree char *said
      = sp_lab_ask (stage->lab, "snmpget", SP_LAB_PUBLIC, words);

  return g_ascii_strtoll (said, NULL, 10);
}

static void
assert_stream_objects (Stage *stage, const char *stream, gint64 index)
{
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      g_autofree char *what = g_strdup_printf (
          "@1.2.2.1.%u.%" G_GINT64_FORMAT, columns[i].column, index);

      g_test_message ("%s %s", stream, columns[i].member);
      g_assert_cmpint (ask_number (stage, what),
                       ==,
                       figure (stage, stream, columns[i].member));
    }
}

/* Scalars of the MIB and what they are in REST. */
static void
assert_pump_objects (Stage *stage)
{
  static const struct
  {
    guint scalar;
    const char *member;
  } scalars[] = {
    { 12, "streams" },
    { 13, "streams_live" },
    { 14, "streams_alarm" },
    { 15, "clients" },
    { 16, "clients_peak" },
    { 18, "totals.clients_connected" },
    { 19, "totals.clients_refused" },
    { 20, "totals.clients_denied" },
    { 21, "totals.clients_cut" },
    { 22, "bytes_received" },
    { 23, "bytes_sent" },
    { 38, "lateness_limit_ms" },
    { 40, "connection_limit" },
    { 42, "counters.requests_limited_lateness" },
    { 43, "counters.requests_limited_memory" },
    { 44, "counters.requests_limited_descriptors" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (scalars); i++)
    {
      g_autofree char *what = g_strdup_printf ("@1.1.%u.0", scalars[i].scalar);

      g_test_message ("%s", scalars[i].member);
      g_assert_cmpint (
          ask_number (stage, what),
          ==,
          sp_daemon_figure (stage->daemon, "/admin/status", scalars[i].member));
    }
}

static guint
count_lines (const char *text, const char *needle)
{
  guint n = 0;

  for (const char *at = strstr (text, needle); at != NULL;
       at = strstr (at + 1, needle))
    n++;
  return n;
}

static void
assert_log (Stage *stage)
{
  g_autofree char *log = sp_daemon_log (stage->daemon);
  const char *member = "totals.clients_connected";

  g_assert_cmpint (count_lines (log, "client in: "),
                   ==,
                   sp_daemon_figure (stage->daemon, "/admin/status", member));
  member = "totals.clients_disconnected";
  g_assert_cmpint (count_lines (log, "client out after "),
                   ==,
                   sp_daemon_figure (stage->daemon, "/admin/status", member));
  member = "totals.clients_kicked";
  g_assert_cmpint (count_lines (log, "client kicked [")
                       + count_lines (log, "client kicked\n"),
                   ==,
                   sp_daemon_figure (stage->daemon, "/admin/status", member));
}

static void
test_agreement (Stage *stage, gconstpointer unused)
{
  g_autofree char *text = NULL;

  run_script (stage);
  come_to_rest (stage);
  sp_daemon_wait_figure (
      stage->daemon, "/admin/status", "counters.access_lines", 3, 10);
  sp_lab_wait (stage->lab, "@1.1.15.0", "2", 10);
  text = metrics (stage);
  assert_pump_metrics (stage, text);
  assert_stream_metrics (stage, "one", text);
  assert_stream_metrics (stage, "two", text);
  assert_stream_objects (stage, "one", figure (stage, "one", "index"));
  assert_stream_objects (stage, "two", figure (stage, "two", "index"));
  assert_pump_objects (stage);
  assert_log (stage);
  g_assert_cmpint (counter (stage, "one", "clients_refused"), ==, 1);
  g_assert_cmpint (counter (stage, "two", "clients_kicked"), ==, 2);
  g_assert_cmpint (counter (stage, "one", "clients_disconnected"), ==, 1);
  sp_watcher_forgive (stage->watchers[1]);
  sp_watcher_forgive (stage->watchers[2]);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add ("/agreement/snmp-rest-metrics-log",
              Stage,
              NULL,
              set_up,
              test_agreement,
              tear_down);
  return g_test_run ();
}
