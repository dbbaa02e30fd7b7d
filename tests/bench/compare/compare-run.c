/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "compare-run.h"

#include "compare-machine.h"
#include "compare-watch.h"

#define TICK_MS 20
#define WARMUP_S 2
#define WARMUP_LARGEST_S 6 /* what joins got at once must have drained */
#define START_S 1          /* of server and source */
#define GRACE_S 60
#define LOAD_FILE "load.json"

static guint
warmup_s (const CompareScenario *scenario)
{
  return scenario->manner == COMPARE_LARGEST ? WARMUP_LARGEST_S : WARMUP_S;
}

guint
compare_run_seconds (const CompareScenario *scenario, guint viewers)
{
  return START_S + viewers / scenario->ramp + warmup_s (scenario)
         + scenario->seconds;
}

static void
add_option (GPtrArray *argv, const char *name, guint value)
{
  g_ptr_array_add (argv, g_strdup (name));
  g_ptr_array_add (argv, g_strdup_printf ("%u", value));
}

/* (transfer full) */
static GPtrArray *
load_command (const CompareScenario *scenario,
              const CompareServer *server,
              guint viewers)
{
  GPtrArray *argv = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) extra = NULL;

  g_ptr_array_add (argv, g_strdup (STREAM_PUMP_LOAD));
  add_option (argv, "--viewers", viewers);
  add_option (argv, "--seconds", scenario->seconds);
  add_option (argv, "--warmup", warmup_s (scenario));
  add_option (argv, "--ramp", scenario->ramp);
  add_option (argv, "--pid", (guint)compare_process_pid (server->server));
  g_ptr_array_add (argv, g_strdup ("--json"));
  g_ptr_array_add (argv, g_strdup (LOAD_FILE));
  g_ptr_array_add (argv, g_strdup ("--framing"));
  g_ptr_array_add (argv, g_strdup (compare_kind_framing (server->kind)));
  if (scenario->load_options != NULL)
    extra = g_strsplit (scenario->load_options, " ", -1);
  for (guint i = 0; extra != NULL && extra[i] != NULL; i++)
    g_ptr_array_add (argv, g_strdup (extra[i]));
  for (guint i = 0; i < server->urls->len; i++)
    g_ptr_array_add (argv, g_strdup (g_ptr_array_index (server->urls, i)));
  g_ptr_array_add (argv, NULL);
  return argv;
}

/* (transfer full): the load client's figures. */
static JsonNode *
read_load (const CompareServer *server,
           const CompareProcess *load,
           GError **error)
{
  g_autofree char *file = g_build_filename (server->folder, LOAD_FILE, NULL);
  g_autofree char *text = NULL;
  g_autofree char *log = NULL;
  JsonNode *node = NULL;

  if (g_file_get_contents (file, &text, NULL, NULL))
    node = json_from_string (text, NULL);
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    return node;
  g_clear_pointer (&node, json_node_unref);
  log = compare_process_log (load);
  g_set_error (error,
               G_IO_ERROR,
               G_IO_ERROR_FAILED,
               "the load client gives no figures; it says: %s",
               log);
  return NULL;
}

static JsonObject *
new_result (const CompareScenario *scenario, CompareKind kind, guint viewers)
{
  JsonObject *result = json_object_new ();
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = g_date_time_format (now, "%F %R UTC");
  g_autofree char *commit = compare_commit ();
  const CompareFeed *feed = &scenario->feed;

  json_object_set_string_member (result, "commit", commit);
  json_object_set_string_member (result, "scenario", scenario->name);
  json_object_set_string_member (result, "server", compare_kind_name (kind));
  json_object_set_string_member (result, "date", date);
  json_object_set_int_member (result, "viewers", viewers);
  json_object_set_int_member (result, "kbps", feed->kbps);
  json_object_set_int_member (result, "packet_size", feed->packet_size);
  json_object_set_int_member (result, "streams", feed->n_streams);
  json_object_set_int_member (result, "flush_ms", feed->flush_ms);
  json_object_set_int_member (result, "seconds", scenario->seconds);
  return result;
}

JsonObject *
compare_run (const CompareScenario *scenario,
             CompareKind kind,
             guint viewers,
             GError **error)
{
  g_autoptr (CompareServer) server
      = compare_server_start (kind, &scenario->feed, error);
  g_autoptr (GPtrArray) argv = NULL;
  g_autoptr (CompareProcess) load = NULL;
  g_autoptr (CompareWatch) watch = NULL;
  g_autoptr (JsonObject) result = NULL;
  JsonNode *figures;
  gint64 until_us;

  if (server == NULL)
    return NULL;
  watch = compare_watch_new (server, scenario);
  argv = load_command (scenario, server, viewers);
  load = compare_process_start (
      (const char *const *)argv->pdata, server->folder, FALSE, error);
  if (load == NULL)
    return NULL;
  until_us
      = g_get_monotonic_time ()
        + (compare_run_seconds (scenario, viewers) + GRACE_S) * G_USEC_PER_SEC;
  while (compare_process_is_running (load)
         && g_get_monotonic_time () < until_us)
    {
      compare_watch_tick (watch);
      g_usleep (TICK_MS * 1000);
    }
  figures = read_load (server, load, error);
  if (figures == NULL)
    return NULL;
  result = new_result (scenario, kind, viewers);
  json_object_set_member (result, "load", figures);
  compare_watch_report (watch, result);
  return g_steal_pointer (&result);
}
