/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "compare-results.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LATE_MS_MAX 450
#define SEARCH_FLOOR 100
#define SEARCH_ROUND 50
#define SEARCH_PARTS 40 /* the search ends at 1/40 of the figure */
#define SEARCH_TRIES 2  /* as many runs must fail for a "no" */

struct _CompareResults
{
  char *file;
  GPtrArray *rows; /* of JsonObject */
};

static void
take_row (CompareResults *results, JsonObject *row)
{
  g_ptr_array_add (results->rows, row);
}

static void
read_lines (CompareResults *results, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (JsonNode) node = json_from_string (lines[i], NULL);

      if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
        take_row (results, json_node_dup_object (node));
    }
}

CompareResults *
compare_results_new (const char *file, GError **error)
{
  g_autoptr (CompareResults) results = g_new0 (CompareResults, 1);
  g_autofree char *text = NULL;

  results->file = g_strdup (file);
  results->rows
      = g_ptr_array_new_with_free_func ((GDestroyNotify)json_object_unref);
  if (file == NULL || !g_file_test (file, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&results);
  if (!g_file_get_contents (file, &text, NULL, error))
    return NULL;
  read_lines (results, text);
  return g_steal_pointer (&results);
}

void
compare_results_free (CompareResults *results)
{
  g_ptr_array_unref (results->rows);
  g_free (results->file);
  g_free (results);
}

gboolean
compare_results_add (CompareResults *results,
                     JsonObject *result,
                     GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GFileOutputStream) stream = NULL;

  take_row (results, result);
  if (results->file == NULL)
    return TRUE;
  json_node_set_object (node, result);
  text = json_to_string (node, FALSE);
  line = g_strconcat (text, "\n", NULL);
  file = g_file_new_for_path (results->file);
  stream = g_file_append_to (file, G_FILE_CREATE_NONE, NULL, error);
  return stream != NULL
         && g_output_stream_write_all (
             G_OUTPUT_STREAM (stream), line, strlen (line), NULL, NULL, error)
         && g_output_stream_close (G_OUTPUT_STREAM (stream), NULL, error);
}

static gboolean
has_text (JsonObject *row, const char *name, const char *text)
{
  return g_strcmp0 (json_object_get_string_member_with_default (row, name, ""),
                    text)
         == 0;
}

JsonObject *
compare_results_get (const CompareResults *results,
                     const char *scenario,
                     CompareKind kind,
                     guint index)
{
  for (guint i = 0; i < results->rows->len; i++)
    {
      JsonObject *row = g_ptr_array_index (results->rows, i);

      if (has_text (row, "scenario", scenario)
          && has_text (row, "server", compare_kind_name (kind)) && index-- == 0)
        return row;
    }
  return NULL;
}

guint
compare_results_count (const CompareResults *results,
                       const char *scenario,
                       CompareKind kind)
{
  guint n = 0;

  while (compare_results_get (results, scenario, kind, n) != NULL)
    n++;
  return n;
}

char *
compare_results_span (const CompareResults *results, const char *name)
{
  const char *first = NULL;
  const char *last = NULL;

  for (guint i = 0; i < results->rows->len; i++)
    {
      JsonObject *row = g_ptr_array_index (results->rows, i);

      last = json_object_get_string_member_with_default (row, name, "unknown");
      first = first != NULL ? first : last;
    }
  if (first == NULL)
    return g_strdup ("nothing");
  return g_str_equal (first, last) ? g_strdup (first)
                                   : g_strdup_printf ("%s to %s", first, last);
}

/* A number at "a.b.c"; NAN: not there. */
static double
number_at (JsonObject *object, const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, ".", -1);
  JsonNode *node = NULL;

  for (guint i = 0; parts[i] != NULL; i++)
    {
      node = object != NULL ? json_object_get_member (object, parts[i]) : NULL;
      if (node == NULL)
        return NAN;
      object
          = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
    }
  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
             ? json_node_get_double (node)
             : NAN;
}

double
compare_metric (JsonObject *result, const char *metric)
{
  static const char *const paths[][2] = {
    { "cpu", "load.server.cpu_s_per_gb" },
    { "p50", "load.late_ms.p50" },
    { "p99", "load.late_ms.p99" },
    { "p999", "load.late_ms.p999" },
    { "late-max", "load.late_ms.max" },
    { "good-p99", "load.good.late_ms.p99" },
    { "first-p99", "load.first_byte_window_ms.p99" },
    { "memory", "load.server.memory_kib_end" },
    { "rate", "load.rate_mbps" },
    { "load-cpu", "load.client_cpu_s" },
    { "viewers", "viewers" },
    { "kernel", "kernel_kib" },
    { "drift", "drift" },
    { "unbalanced", "unbalanced" },
    { "descriptors-left", "descriptors_left" },
  };

  if (g_str_equal (metric, "harmed"))
    return number_at (result, "load.lost") + number_at (result, "load.skips")
           + number_at (result, "load.behind")
           + number_at (result, "load.refused")
           + number_at (result, "load.bad_framing");
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    if (g_str_equal (paths[i][0], metric))
      return number_at (result, paths[i][1]);
  return NAN;
}

gboolean
compare_is_held (JsonObject *result)
{
  return compare_metric (result, "harmed") == 0
         && number_at (result, "load.joined") >= number_at (result, "viewers")
         && compare_metric (result, "p99") < LATE_MS_MAX;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double left = *(const double *)a;
  double right = *(const double *)b;

  return left < right ? -1 : left > right;
}

/* The most viewers that were held. */
static guint
largest_held (const CompareResults *results,
              const char *scenario,
              CompareKind kind)
{
  guint largest = 0;
  JsonObject *row;

  for (guint i = 0;
       (row = compare_results_get (results, scenario, kind, i)) != NULL;
       i++)
    if (compare_is_held (row))
      largest = MAX (largest, (guint)compare_metric (row, "viewers"));
  return largest;
}

double
compare_results_median (const CompareResults *results,
                        const char *scenario,
                        CompareKind kind,
                        const char *metric)
{
  g_autoptr (GArray) figures = g_array_new (FALSE, FALSE, sizeof (double));
  JsonObject *row;

  if (g_str_equal (metric, "largest"))
    {
      guint largest = largest_held (results, scenario, kind);

      return largest > 0 ? largest : NAN;
    }
  for (guint i = 0;
       (row = compare_results_get (results, scenario, kind, i)) != NULL;
       i++)
    {
      double figure = compare_metric (row, metric);

      if (!isnan (figure))
        g_array_append_val (figures, figure);
    }
  if (figures->len == 0)
    return NAN;
  g_array_sort (figures, compare_doubles);
  return (g_array_index (figures, double, figures->len / 2)
          + g_array_index (figures, double, (figures->len - 1) / 2))
         / 2;
}

/* The fewest viewers above @held with which SEARCH_TRIES runs failed; @highest
 * + 1: none. */
static guint
least_failed (const CompareResults *results,
              const char *scenario,
              CompareKind kind,
              guint held,
              guint highest)
{
  guint least = highest + 1;
  JsonObject *row;

  for (guint i = 0;
       (row = compare_results_get (results, scenario, kind, i)) != NULL;
       i++)
    {
      guint viewers = (guint)compare_metric (row, "viewers");
      guint n_failed = 0;
      JsonObject *other;

      for (guint j = 0;
           (other = compare_results_get (results, scenario, kind, j)) != NULL;
           j++)
        n_failed += (guint)compare_metric (other, "viewers") == viewers
                    && !compare_is_held (other);
      if (viewers > held && n_failed >= SEARCH_TRIES)
        least = MIN (least, viewers);
    }
  return least;
}

guint
compare_search_next (const CompareResults *results,
                     const char *scenario,
                     CompareKind kind,
                     guint highest)
{
  guint held = largest_held (results, scenario, kind);
  guint failed = least_failed (results, scenario, kind, held, highest);
  guint low = MAX (held, SEARCH_FLOOR);
  guint middle;

  if (held >= highest || failed <= SEARCH_FLOOR)
    return 0;
  if (failed > highest)
    return highest;
  if (failed - low <= MAX (failed / SEARCH_PARTS, SEARCH_ROUND))
    return 0;
  middle = (low + failed) / 2;
  return MAX (middle / SEARCH_ROUND * SEARCH_ROUND, low + 1);
}

/* The search is over. */
static gboolean
is_found (const CompareResults *results,
          const CompareScenario *scenario,
          CompareKind kind)
{
  return compare_search_next (results, scenario->name, kind, scenario->viewers)
         == 0;
}

CompareVerdict
compare_judge (const CompareResults *results,
               const CompareClaim *claim,
               const CompareScenario *scenario)
{
  const char *other = claim->against_scenario != NULL ? claim->against_scenario
                                                      : scenario->name;
  CompareVerdict verdict = { .against = NAN };

  verdict.of = compare_results_median (
      results, scenario->name, claim->of, claim->metric);
  if (claim->measure != COMPARE_ABSOLUTE)
    verdict.against = compare_results_median (
        results, other, claim->against, claim->metric);
  switch (claim->measure)
    {
    case COMPARE_RATIO:
      verdict.figure = verdict.of / verdict.against;
      break;
    case COMPARE_PER_VIEWER:
      verdict.figure = (verdict.of - verdict.against)
                       / ((double)scenario->viewers
                          - compare_scenario_find (other)->viewers);
      break;
    case COMPARE_ABSOLUTE:
      verdict.figure = verdict.of;
      break;
    }
  if (g_str_equal (claim->metric, "largest")
      && !(is_found (results, scenario, claim->of)
           && is_found (results, scenario, claim->against)))
    verdict.figure = NAN;
  verdict.is_held = claim->is_least ? verdict.figure >= claim->bound
                                    : verdict.figure <= claim->bound;
  return verdict;
}
