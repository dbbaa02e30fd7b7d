/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "sp-ask.h"
#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-lab.h"
#include "sp-test.h"
#include "sp-watcher.h"

/* The program with many clients, under managers that walk and a master agent
 * that comes and goes. */

#define N_STREAMS 3
#define N_CLIENTS 200
#define N_WATCHERS 8
#define RESTARTS 10
#define GAP_US                                                                 \
  (G_USEC_PER_SEC / 2) /* generous: speed belongs in benchmarks                \
                        */
#define REQUEST(path)                                                          \
  "GET /streams/" path " HTTP/1.1\r\nHost: h\r\n" SP_WATCHER_PLAY "\r\n"

static const char *const names[N_STREAMS] = { "one", "two", "three" };

typedef struct
{
  SpLab *lab;
  SpDaemon *daemon;
  SpFeeder *feeders[N_STREAMS];
} Stage;

static void
set_up (Stage *stage, gconstpointer unused)
{
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  g_autofree char *members = NULL;

  stage->lab = sp_lab_start ();
  members = g_strdup_printf (
      "\"snmp\": { \"agentx\": \"%s\", \"ping_s\": 1, "
      "\"client_table\": \"full\", \"max_age_ms\": 100 }, \"canary_ms\": 0",
      sp_lab_agentx (stage->lab));
  stage->daemon
      = sp_daemon_start (members,
                         SP_DAEMON_PUSH ("one", "") ", " SP_DAEMON_PUSH (
                             "two", "") ", " SP_DAEMON_PUSH ("three", ""));
  for (guint i = 0; i < N_STREAMS; i++)
    stage->feeders[i] = sp_feeder_new (
        sp_encoder_go (sp_daemon_port (stage->daemon), names[i], header),
        50,
        200);
  sp_daemon_wait_figure (
      stage->daemon, "/admin/status", "streams_live", N_STREAMS, 20);
}

static void
rest (Stage *stage)
{
  for (guint i = 0; i < N_STREAMS; i++)
    g_clear_pointer (&stage->feeders[i], sp_feeder_break);
  sp_daemon_wait_figure (stage->daemon, "/admin/status", "streams_live", 0, 20);
}

static void
tear_down (Stage *stage, gconstpointer unused)
{
  rest (stage);
  sp_daemon_free (stage->daemon);
  sp_lab_free (stage->lab);
}

/* Clients that never read: the kernel has room for what little comes. */
static void
connect_crowd (Stage *stage, int *fds)
{
  static const char *const requests[N_STREAMS]
      = { REQUEST ("one"), REQUEST ("two"), REQUEST ("three") };

  for (guint i = 0; i < N_CLIENTS; i++)
    {
      fds[i] = sp_ask_connect ("127.0.0.1", sp_daemon_port (stage->daemon));
      g_assert_cmpint (fds[i], >=, 0);
      g_assert_true (sp_ask_send_text (fds[i], requests[i % N_STREAMS]));
    }
  sp_daemon_wait_figure (
      stage->daemon, "/admin/status", "clients", N_CLIENTS, 20);
}

static gint
compare_arcs (const char *a, const char *b)
{
  g_auto (GStrv) first = g_strsplit (a + 1, ".", -1);
  g_auto (GStrv) second = g_strsplit (b + 1, ".", -1);

  for (guint i = 0;; i++)
    {
      guint64 x = 0;
      guint64 y = 0;

      if (first[i] == NULL || second[i] == NULL)
        return (first[i] != NULL) - (second[i] != NULL);
      x = g_ascii_strtoull (first[i], NULL, 10);
      y = g_ascii_strtoull (second[i], NULL, 10);
      if (x != y)
        return x < y ? -1 : 1;
    }
}

/* (transfer full): OID -> value; in order, none twice. */
static GHashTable *
walk (Stage *stage, const char *tool, const char *what)
{
  g_autofree char *words = g_strconcat ("-On -Oq -Oe -Ot ", what, NULL);
  g_autofree char *said = sp_lab_ask (stage->lab, tool, SP_LAB_PUBLIC, words);
  g_auto (GStrv) lines = g_strsplit (g_strchomp (said), "\n", -1);
  GHashTable *values
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  const char *last = NULL;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *space = strchr (lines[i], ' ');

      g_assert_nonnull (space);
      *space = '\0';
      if (last != NULL)
        g_assert_cmpint (compare_arcs (last, lines[i]), <, 0);
      last = lines[i];
      g_assert_true (g_hash_table_insert (
          values, g_strdup (lines[i]), g_strdup (space + 1)));
    }
  return values;
}

/* The value of column @column of client @id of stream @index. */
static gint64
cell (GHashTable *values, guint column, gint64 index, gint64 id)
{
  g_autofree char *end = g_strdup_printf (
      ".1.4.2.1.%u.%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT, column, index, id);
  GHashTableIter iter;
  gpointer oid;
  gpointer value;

  g_hash_table_iter_init (&iter, values);
  while (g_hash_table_iter_next (&iter, &oid, &value))
    if (g_str_has_suffix (oid, end))
      return g_ascii_strtoll (value, NULL, 10);
  g_test_message ("no %s", end);
  g_assert_not_reached ();
}

static void
assert_clients (Stage *stage, GHashTable *values)
{
  g_autoptr (JsonNode) root
      = sp_daemon_get (stage->daemon, "/admin/clients?limit=1000");
  JsonArray *clients
      = json_object_get_array_member (json_node_get_object (root), "clients");

  g_assert_cmpuint (json_array_get_length (clients), ==, N_CLIENTS);
  for (guint i = 0; i < N_CLIENTS; i++)
    {
      JsonObject *client = json_array_get_object_element (clients, i);
      const char *stream = json_object_get_string_member (client, "stream");
      g_autofree char *path = g_strconcat ("/admin/streams/", stream, NULL);
      gint64 index = sp_daemon_figure (stage->daemon, path, "index");
      gint64 id = json_object_get_int_member (client, "id");

      g_assert_cmpint (cell (values, 4, index, id),
                       ==,
                       json_object_get_int_member (client, "port"));
      g_assert_cmpint (cell (values, 12, index, id),
                       ==,
                       json_object_get_int_member (client, "bytes_sent"));
      g_assert_cmpint (cell (values, 13, index, id),
                       ==,
                       json_object_get_int_member (client, "packets_sent"));
    }
}

static void
assert_same_names (GHashTable *first, GHashTable *second)
{
  GHashTableIter iter;
  gpointer oid;

  g_assert_cmpuint (g_hash_table_size (first), ==, g_hash_table_size (second));
  g_hash_table_iter_init (&iter, first);
  while (g_hash_table_iter_next (&iter, &oid, NULL))
    if (!g_hash_table_contains (second, oid))
      {
        g_test_message ("%s is in one walk only", (const char *)oid);
        g_assert_not_reached ();
      }
}

/* The whole module, by both ways, twice. */
static void
test_walk (Stage *stage, gconstpointer unused)
{
  g_autofree int *fds = g_new (int, N_CLIENTS);
  g_autoptr (GHashTable) first = NULL;
  g_autoptr (GHashTable) second = NULL;
  g_autoptr (GHashTable) bulk = NULL;

  connect_crowd (stage, fds);
  rest (stage);
  sp_lab_wait (stage->lab, "@1.1.15.0", G_STRINGIFY (N_CLIENTS), 15);
  sp_lab_wait (stage->lab, "@1.1.13.0", "0", 15);
  first = walk (stage, "snmpwalk", "@1.4");
  second = walk (stage, "snmpwalk", "@1.4");
  bulk = walk (stage, "snmpbulkwalk", "@1.4");
  assert_same_names (first, second);
  assert_same_names (first, bulk);
  assert_clients (stage, bulk);
  g_clear_pointer (&bulk, g_hash_table_unref);
  bulk = walk (stage, "snmpbulkwalk", "@1");
  g_test_message (
      "%u values of %u clients", g_hash_table_size (bulk), N_CLIENTS);
  g_assert_cmpuint (g_hash_table_size (bulk), >, N_CLIENTS * 20);
  for (guint i = 0; i < N_CLIENTS; i++)
    close (fds[i]);
}

/* @n lines of the log that the subagent wrote. */
static guint
agent_lines (Stage *stage)
{
  g_autofree char *log = sp_daemon_log (stage->daemon);
  g_auto (GStrv) lines = g_strsplit (log, "\n", -1);
  guint n = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    n += strstr (lines[i], "SNMP") != NULL
         || strstr (lines[i], "AgentX") != NULL
         || strstr (lines[i], "agentx") != NULL;
  return n;
}

/* The longest time that one watcher of all waited for five packets. */
static gint64
watch_for (SpWatcher **watchers, guint rounds)
{
  gint64 worst_us = 0;

  for (guint i = 0; i < rounds; i++)
    for (guint j = 0; j < N_WATCHERS; j++)
      {
        gint64 us = -g_get_monotonic_time ();

        sp_watcher_wait_more (watchers[j], 5, 10);
        us += g_get_monotonic_time ();
        worst_us = MAX (worst_us, us);
      }
  return worst_us;
}

/* The master agent dies ten times: no media are late, the tables come back, and
 * the log has two lines a time. */
static void
test_restarts (Stage *stage, gconstpointer unused)
{
  SpWatcher *watchers[N_WATCHERS];
  g_autofree int *fds = g_new (int, N_CLIENTS);
  gint64 worst_us = 0;
  guint lines;

  connect_crowd (stage, fds);
  for (guint i = 0; i < N_WATCHERS; i++)
    {
      watchers[i]
          = sp_watcher_play (sp_daemon_port (stage->daemon), "/streams/one");
      sp_watcher_wait_data (watchers[i], 1, 10);
    }
  sp_lab_wait (stage->lab, "@1.1.12.0", G_STRINGIFY (N_STREAMS), 15);
  lines = agent_lines (stage);
  for (guint i = 0; i < RESTARTS; i++)
    {
      sp_lab_kill_master (stage->lab);
      worst_us = MAX (worst_us, watch_for (watchers, 2));
      sp_lab_start_master (stage->lab);
      worst_us = MAX (worst_us, watch_for (watchers, 2));
      sp_lab_wait (stage->lab, "@1.1.12.0", G_STRINGIFY (N_STREAMS), 15);
    }
  lines = agent_lines (stage) - lines;
  g_test_message ("%u lines of log, 100 ms of media took %" G_GINT64_FORMAT
                  " ms at worst",
                  lines,
                  worst_us / 1000);
  g_assert_cmpuint (lines, <=, 2 * RESTARTS);
  g_assert_cmpuint (lines, >=, RESTARTS);
  if (!sp_daemon_is_sanitized ())
    g_assert_cmpint (worst_us, <, 100000 + GAP_US);
  for (guint i = 0; i < N_WATCHERS; i++)
    sp_watcher_free (watchers[i]);
  for (guint i = 0; i < N_CLIENTS; i++)
    close (fds[i]);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add (
      "/snmp/load/walk-200-clients", Stage, NULL, set_up, test_walk, tear_down);
  g_test_add ("/snmp/load/master-killed-10-times",
              Stage,
              NULL,
              set_up,
              test_restarts,
              tear_down);
  return g_test_run ();
}
