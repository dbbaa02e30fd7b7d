/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "compare-watch.h"

#include <string.h>
#include <unistd.h>

#define SAMPLE_MS 1000       /* of socket memory */
#define SOAK_SAMPLE_MS 10000 /* of process memory and descriptors */
#define LEAVE_DEADLINE_MS 10000

typedef struct
{
  double seconds;
  guint64 memory_kib;
  guint n_descriptors;
} Sample;

struct _CompareWatch
{
  const CompareServer *server;
  const CompareScenario *scenario;
  gint64 start_us;
  gint64 next_us;
  guint n_descriptors; /* before the viewers came */
  gsize socket_bytes;  /* the most that a socket had */
  GArray *samples;
};

static guint
count_descriptors (const CompareServer *server)
{
  g_autofree char *path
      = g_strdup_printf ("/proc/%d/fd", compare_process_pid (server->server));
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* Resident memory. */
static guint64
memory_kib (const CompareServer *server)
{
  g_autofree char *path = g_strdup_printf (
      "/proc/%d/statm", compare_process_pid (server->server));
  g_autofree char *text = NULL;
  char *end;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  (void)g_ascii_strtoull (text, &end, 10);
  return g_ascii_strtoull (end, NULL, 10)
         * (guint64)(sysconf (_SC_PAGESIZE) / 1024);
}

CompareWatch *
compare_watch_new (const CompareServer *server, const CompareScenario *scenario)
{
  CompareWatch *watch = g_new0 (CompareWatch, 1);

  watch->server = server;
  watch->scenario = scenario;
  watch->start_us = g_get_monotonic_time ();
  watch->n_descriptors = count_descriptors (server);
  watch->samples = g_array_new (FALSE, FALSE, sizeof (Sample));
  return watch;
}

void
compare_watch_free (CompareWatch *watch)
{
  g_array_unref (watch->samples);
  g_free (watch);
}

/** compare_skmem_bytes: what is queued (r, w), kept in reserve (f) and used
 * for options and backlog (o, bl): "skmem:(r0,rb131072,t0,tb16384,f0,w0,...)".
 */
gsize
compare_skmem_bytes (const char *line)
{
  static const char *const kinds[] = { "r", "w", "f", "o", "bl" };
  const char *at = strstr (line, "skmem:(");
  const char *close = at != NULL ? strchr (at, ')') : NULL;
  g_autofree char *inner = NULL;
  g_auto (GStrv) parts = NULL;
  gsize bytes = 0;

  if (close == NULL)
    return 0;
  at += strlen ("skmem:(");
  inner = g_strndup (at, (gsize)(close - at));
  parts = g_strsplit (inner, ",", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
      {
        gsize len = strlen (kinds[k]);

        if (g_str_has_prefix (parts[i], kinds[k])
            && g_ascii_isdigit (parts[i][len]))
          bytes += (gsize)g_ascii_strtoull (parts[i] + len, NULL, 10);
      }
  return bytes;
}

static void
look_at_sockets (CompareWatch *watch)
{
  g_autofree char *filter
      = g_strdup_printf ("sport = :%u", watch->server->port);
  const char *argv[] = { "ss", "-tmnOH", "state", "established", filter, NULL };
  g_autofree char *out = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_spawn_sync (NULL,
                     (char **)argv,
                     NULL,
                     G_SPAWN_SEARCH_PATH,
                     NULL,
                     NULL,
                     &out,
                     NULL,
                     NULL,
                     NULL))
    return;
  lines = g_strsplit (out, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    watch->socket_bytes
        = MAX (watch->socket_bytes, compare_skmem_bytes (lines[i]));
}

static void
look_at_process (CompareWatch *watch, gint64 now_us)
{
  Sample sample = { .seconds = (double)(now_us - watch->start_us) / 1e6,
                    .memory_kib = memory_kib (watch->server),
                    .n_descriptors = count_descriptors (watch->server) };

  g_array_append_val (watch->samples, sample);
}

void
compare_watch_tick (CompareWatch *watch)
{
  gint64 now_us = g_get_monotonic_time ();

  if (now_us < watch->next_us)
    return;
  switch (watch->scenario->manner)
    {
    case COMPARE_KERNEL:
      look_at_sockets (watch);
      watch->next_us = now_us + SAMPLE_MS * 1000;
      break;
    case COMPARE_SOAK:
      look_at_process (watch, now_us);
      watch->next_us = now_us + SOAK_SAMPLE_MS * 1000;
      break;
    case COMPARE_PLAIN:
    case COMPARE_LARGEST:
      watch->next_us = G_MAXINT64;
      break;
    }
}

static int
compare_kib (gconstpointer a, gconstpointer b)
{
  guint64 left = ((const Sample *)a)->memory_kib;
  guint64 right = ((const Sample *)b)->memory_kib;

  return left < right ? -1 : left > right;
}

/* The median memory of the samples from @from up to @to. */
static double
median_kib (const CompareWatch *watch, guint from, guint to)
{
  g_autoptr (GArray) part = g_array_new (FALSE, FALSE, sizeof (Sample));

  g_array_append_vals (
      part, &g_array_index (watch->samples, Sample, from), to - from);
  g_array_sort (part, compare_kib);
  return (double)g_array_index (part, Sample, part->len / 2).memory_kib;
}

/* Of the time when all viewers are there: the last third against the middle
 * one. */
static void
report_samples (CompareWatch *watch, JsonObject *result)
{
  JsonArray *array = json_array_new ();
  guint third = watch->samples->len / 3;

  for (guint i = 0; i < watch->samples->len; i++)
    {
      const Sample *sample = &g_array_index (watch->samples, Sample, i);
      JsonArray *row = json_array_new ();

      json_array_add_double_element (row, sample->seconds);
      json_array_add_int_element (row, (gint64)sample->memory_kib);
      json_array_add_int_element (row, sample->n_descriptors);
      json_array_add_array_element (array, row);
    }
  json_object_set_array_member (result, "samples", array);
  if (third == 0)
    return;
  json_object_set_double_member (result,
                                 "drift",
                                 median_kib (watch, 2 * third, 3 * third)
                                     / median_kib (watch, third, 2 * third));
}

static gint64
figure (JsonObject *root, const char *group, const char *name)
{
  JsonObject *object = json_object_has_member (root, group)
                           ? json_object_get_object_member (root, group)
                           : root;

  return json_object_get_int_member_with_default (object, name, -1);
}

/* Everybody who came has left or is there still: the pump's own word. */
static void
report_counters (CompareWatch *watch, JsonObject *result)
{
  g_autofree char *text
      = compare_get (watch->server->admin_port, "/admin/status", NULL);
  g_autoptr (JsonNode) node
      = text != NULL ? json_from_string (text, NULL) : NULL;
  JsonObject *root;
  gint64 clients;
  gint64 connections;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  root = json_node_get_object (node);
  clients = figure (root, "totals", "clients_connected")
            - figure (root, "totals", "clients_disconnected")
            - figure (root, "", "clients");
  connections = figure (root, "counters", "connections_accepted")
                - figure (root, "counters", "connections_closed")
                - figure (root, "", "connections");
  json_object_set_int_member (
      result, "unbalanced", ABS (clients) + ABS (connections));
  json_object_set_int_member (
      result, "clients_cut", figure (root, "totals", "clients_cut"));
}

/** compare_watch_report: waits up to ten seconds until the server has closed
 * the connections of those who left. */
void
compare_watch_report (CompareWatch *watch, JsonObject *result)
{
  gint64 until_us = g_get_monotonic_time () + LEAVE_DEADLINE_MS * 1000;
  guint n = 0;

  if (watch->scenario->manner == COMPARE_KERNEL)
    json_object_set_double_member (
        result, "kernel_kib", (double)watch->socket_bytes / 1024);
  if (watch->scenario->manner != COMPARE_SOAK)
    return;
  report_samples (watch, result);
  while ((n = count_descriptors (watch->server)) > watch->n_descriptors
         && g_get_monotonic_time () < until_us)
    g_usleep (100 * 1000);
  json_object_set_int_member (result,
                              "descriptors_left",
                              MAX (n, watch->n_descriptors)
                                  - watch->n_descriptors);
  if (watch->server->admin_port != 0)
    report_counters (watch, result);
}
