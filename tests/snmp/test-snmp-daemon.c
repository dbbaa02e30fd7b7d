/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-lab.h"
#include "sp-test.h"
#include "sp-watcher.h"

#include <string.h>

#define N_WATCHERS 3
#define FROZEN_S 8
#define STOP_US (3 * G_USEC_PER_SEC)

/** The program itself, one live stream, and who watches it. */
typedef struct
{
  SpLab *lab;
  SpDaemon *daemon;
  SpFeeder *feeder;
  SpWatcher *watchers[N_WATCHERS];
} Stage;

static void
set_up (Stage *stage, gconstpointer unused)
{
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  g_autofree char *members = NULL;

  stage->lab = sp_lab_start ();
  members = g_strdup_printf (
      "\"snmp\": { \"agentx\": \"%s\", \"ping_s\": 1, \"writes\": true, "
      "\"client_table\": \"full\", \"max_age_ms\": 200 }",
      sp_lab_agentx (stage->lab));
  stage->daemon = sp_daemon_start (members, SP_DAEMON_PUSH ("one", ""));
  stage->feeder = sp_feeder_new (
      sp_encoder_go (sp_daemon_port (stage->daemon), "one", header), 100, 500);
  sp_daemon_wait_figure (stage->daemon, "/admin/status", "streams_live", 1, 10);
  for (guint i = 0; i < N_WATCHERS; i++)
    {
      stage->watchers[i]
          = sp_watcher_play (sp_daemon_port (stage->daemon), "/streams/one");
      sp_watcher_wait_data (stage->watchers[i], 5, 10);
    }
  sp_lab_wait (stage->lab, "@1.2.2.1.11.1", G_STRINGIFY (N_WATCHERS), 15);
}

static void
tear_down (Stage *stage, gconstpointer unused)
{
  for (guint i = 0; i < N_WATCHERS; i++)
    sp_watcher_free (stage->watchers[i]);
  g_clear_pointer (&stage->feeder, sp_feeder_break);
  sp_daemon_free (stage->daemon);
  sp_lab_free (stage->lab);
}

static void
assert_set (Stage *stage, const char *what)
{
  g_autofree char *said
      = sp_lab_ask (stage->lab, "snmpset", SP_LAB_PRIVATE, what);

  if (strstr (said, "Error") != NULL)
    g_test_message ("%s: %s", what, said);
  g_assert_null (strstr (said, "Error"));
}

static gint64
ask_number (Stage *stage, const char *what)
{
  g_autofree char *words = g_strdup_printf ("-Oqvt %s", what);
  g_autofree char *said
      = sp_lab_ask (stage->lab, "snmpget", SP_LAB_PUBLIC, words);

  return g_ascii_strtoll (said, NULL, 10);
}

/* "snmp": { "connected": true, ... } */
static void
assert_connected (SpDaemon *daemon)
{
  g_autoptr (JsonNode) root = sp_daemon_get (daemon, "/admin/status");
  JsonObject *snmp
      = json_object_get_object_member (json_node_get_object (root), "snmp");

  g_assert_true (json_object_get_boolean_member (snmp, "connected"));
  g_assert_true (json_object_get_boolean_member (snmp, "notifying"));
}

static void
test_figures (Stage *stage, gconstpointer unused)
{
  g_autofree char *walk = NULL;

  sp_lab_wait (stage->lab, "@1.1.5.0", "2", 5);
  sp_lab_wait (stage->lab, "@1.1.15.0", G_STRINGIFY (N_WATCHERS), 5);
  sp_lab_wait (stage->lab, "@1.2.2.1.2.1", "\"one\"", 5);
  sp_lab_wait (stage->lab, "@1.2.2.1.6.1", "1", 5);
  sp_lab_wait (stage->lab, "@1.3.1.1.2.1.1", "2", 5);
  sp_lab_wait (stage->lab, "@1.3.1.1.6.1.1", "1", 5);
  sp_lab_wait (stage->lab, "@1.3.1.1.10.1.1", "\"7F 00 00 01 \"", 5);
  g_assert_cmpint (ask_number (stage, "@1.2.2.1.18.1"), >, 1000);
  g_assert_cmpint (ask_number (stage, "@1.2.2.1.21.1"), >, 15);
  g_assert_cmpint (ask_number (stage, "@1.1.30.0"), >, 10);
  g_assert_cmpint (ask_number (stage, "@1.5.1.1.9.1"), >, 0);
  walk = sp_lab_ask (stage->lab, "snmpbulkwalk", SP_LAB_PUBLIC, "-Oq @1");
  g_assert_null (strstr (walk, "Error"));
  g_assert_nonnull (strstr (walk, ".1.9.2.1.7."));
  assert_connected (stage->daemon);
}

/* (transfer full): the index of the client whose port is @port. */
static char *
find_client (Stage *stage, guint16 port)
{
  g_autofree char *walk = sp_lab_ask (
      stage->lab, "snmpbulkwalk", SP_LAB_PUBLIC, "-Oq @1.4.2.1.4");
  g_auto (GStrv) lines = g_strsplit (walk, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *space = strchr (lines[i], ' ');
      g_auto (GStrv) ids = g_strsplit (lines[i], ".", -1);
      guint n = g_strv_length (ids);

      if (space == NULL || g_ascii_strtoull (space + 1, NULL, 10) != port)
        continue;
      return g_strdup_printf ("%s.%" G_GUINT64_FORMAT,
                              ids[n - 2],
                              g_ascii_strtoull (ids[n - 1], NULL, 10));
    }
  g_test_message ("no port %u in: %s", port, walk);
  g_assert_not_reached ();
}

/* The event of the order is about the stream, in the table as in REST. */
static void
assert_order_event (Stage *stage)
{
  g_autofree char *texts = sp_lab_ask (
      stage->lab, "snmpbulkwalk", SP_LAB_PUBLIC, "-Oq @1.9.2.1.6");
  g_auto (GStrv) lines = g_strsplit (texts, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", 2);
      const char *number = strrchr (words[0], '.');
      g_autofree char *what = NULL;

      if (number == NULL || strstr (lines[i], "by SNMP: client ") == NULL)
        continue;
      what = g_strconcat ("@1.9.2.1.5", number, NULL);
      g_assert_cmpint (ask_number (stage, what), ==, 1);
      return;
    }
  g_test_message ("no order in: %s", texts);
  g_assert_not_reached ();
}

/* The row goes, and so does the connection of the client. */
static void
test_kick (Stage *stage, gconstpointer unused)
{
  g_autofree char *index
      = find_client (stage, sp_watcher_local_port (stage->watchers[1]));
  g_autofree char *order = g_strdup_printf ("@1.4.2.1.19.%s i 2", index);
  g_autofree char *row = g_strdup_printf ("@1.4.2.1.16.%s", index);

  assert_set (stage, order);
  sp_watcher_wait_end (stage->watchers[1], 10);
  sp_lab_wait (
      stage->lab, row, "No Such Instance currently exists at this OID", 10);
  sp_watcher_wait_more (stage->watchers[0], 5, 10);
  sp_watcher_wait_more (stage->watchers[2], 5, 10);
  g_assert_true (sp_daemon_wait_log (stage->daemon, 0, "by SNMP: client ", 5));
  assert_order_event (stage);
  sp_daemon_wait_figure (
      stage->daemon, "/admin/status", "counters.agentx_orders", 1, 5);
}

static void
test_drain (Stage *stage, gconstpointer unused)
{
  assert_set (stage, "@1.1.7.0 i 2");
  sp_lab_wait (stage->lab, "@1.1.33.0", "2", 10);
  sp_lab_wait (stage->lab, "@1.1.34.0", G_STRINGIFY (N_WATCHERS), 10);
  sp_daemon_wait_figure (
      stage->daemon, "/admin/status", "drain.viewers_remaining", 3, 10);
  assert_set (stage, "@1.2.2.1.31.1 i 2");
  for (guint i = 0; i < N_WATCHERS; i++)
    sp_watcher_wait_end (stage->watchers[i], 10);
  sp_lab_wait (stage->lab, "@1.1.33.0", "3", 10);
  sp_lab_wait_traps (stage->lab, "OID: @0.20|", 10);
  assert_set (stage, "@1.1.7.0 i 1");
  sp_lab_wait (stage->lab, "@1.1.33.0", "1", 10);
}

static void
test_stream (Stage *stage, gconstpointer unused)
{
  assert_set (stage, "@1.2.2.1.5.1 i 2");
  for (guint i = 0; i < N_WATCHERS; i++)
    sp_watcher_wait_end (stage->watchers[i], 10);
  sp_lab_wait (stage->lab, "@1.2.2.1.6.1", "5", 10);
  assert_set (stage, "@1.2.2.1.5.1 i 1");
  sp_lab_wait (stage->lab, "@1.2.2.1.5.1", "1", 10);
}

static void
test_notifications (Stage *stage, gconstpointer unused)
{
  sp_lab_wait_traps (stage->lab, "OID: @0.1|", 10);
  sp_lab_wait_traps (stage->lab,
                     "OID: @0.3|@1.2.2.1.2.1 = STRING: \"one\"|@1.2.2.1.6.1 = "
                     "INTEGER: 1|@1.3.1.1.3.1.1 = STRING: ",
                     10);
  g_clear_pointer (&stage->feeder, sp_feeder_break);
  sp_lab_wait_traps (stage->lab,
                     "OID: @0.4|@1.2.2.1.2.1 = STRING: \"one\"|@1.2.2.1.6.1 = "
                     "INTEGER: 3|",
                     30);
  sp_lab_wait (stage->lab, "@1.2.2.1.6.1", "3", 10);
  sp_lab_wait (stage->lab, "@1.1.14.0", "1", 10);
  for (guint i = 0; i < N_WATCHERS; i++)
    sp_watcher_forgive (stage->watchers[i]);
  sp_daemon_stop (stage->daemon);
  sp_lab_wait_traps (stage->lab, "OID: @0.2|", 10);
}

/* Media flow while the master agent hangs, and the end does not wait. */
static void
test_frozen (Stage *stage, gconstpointer unused)
{
  gint64 until = g_get_monotonic_time () + FROZEN_S * (gint64)G_USEC_PER_SEC;
  gint64 worst = 0;
  gint64 us;

  sp_lab_freeze (stage->lab);
  while (g_get_monotonic_time () < until)
    for (guint i = 0; i < N_WATCHERS; i++)
      {
        us = -g_get_monotonic_time ();
        sp_watcher_wait_more (stage->watchers[i], 10, 5);
        us += g_get_monotonic_time ();
        worst = MAX (worst, us);
      }
  g_test_message ("ten packets, 100 ms of the stream, came in %" G_GINT64_FORMAT
                  " us at worst",
                  worst);
  g_assert_cmpint (worst, <, G_USEC_PER_SEC);
  us = -g_get_monotonic_time ();
  sp_daemon_stop (stage->daemon);
  us += g_get_monotonic_time ();
  g_test_message ("stopped in %" G_GINT64_FORMAT " us", us);
  g_assert_cmpint (us, <, STOP_US);
  g_assert_true (
      sp_daemon_wait_log (stage->daemon, 0, "hangs, and is left behind", 5));
  sp_lab_thaw (stage->lab);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*func) (Stage *stage, gconstpointer unused);
  } tests[] = {
    { "/snmp/daemon/figures", test_figures },
    { "/snmp/daemon/kick", test_kick },
    { "/snmp/daemon/drain", test_drain },
    { "/snmp/daemon/stream", test_stream },
    { "/snmp/daemon/notifications", test_notifications },
    { "/snmp/daemon/frozen-master", test_frozen },
  };

  sp_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Stage, NULL, set_up, tests[i].func, tear_down);
  return g_test_run ();
}
