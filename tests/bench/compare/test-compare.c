/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "compare-report.h"
#include "compare-watch.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* A result as the driver keeps it; @is_held FALSE: one viewer was lost. */
static void
add (CompareResults *results,
     const char *scenario,
     CompareKind kind,
     guint viewers,
     double cpu,
     gboolean is_held)
{
  g_autofree char *text = g_strdup_printf (
      "{ \"scenario\": \"%s\", \"server\": \"%s\", \"viewers\": %u,"
      "  \"commit\": \"abc\", \"load\": { \"joined\": %u, \"lost\": %u,"
      "  \"skips\": 0, \"behind\": 0, \"refused\": 0, \"bad_framing\": 0,"
      "   \"late_ms\": { \"p99\": 100 },"
      "  \"server\": { \"cpu_s_per_gb\": %.3f, \"memory_kib_end\": %u } } }",
      scenario,
      compare_kind_name (kind),
      viewers,
      viewers,
      is_held ? 0 : 1,
      cpu,
      5000 + viewers / 4);
  g_autoptr (JsonNode) node = json_from_string (text, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (node);
  compare_results_add (results, json_node_dup_object (node), &error);
  g_assert_no_error (error);
}

static void
test_median (void)
{
  g_autoptr (CompareResults) results = compare_results_new (NULL, NULL);

  g_assert_true (
      isnan (compare_results_median (results, "x", COMPARE_PUMP, "cpu")));
  add (results, "x", COMPARE_PUMP, 10, 3, TRUE);
  add (results, "x", COMPARE_BARE, 10, 100, TRUE);
  add (results, "y", COMPARE_PUMP, 10, 100, TRUE);
  add (results, "x", COMPARE_PUMP, 10, 1, TRUE);
  g_assert_cmpfloat (
      compare_results_median (results, "x", COMPARE_PUMP, "cpu"), ==, 2);
  add (results, "x", COMPARE_PUMP, 10, 9, TRUE);
  g_assert_cmpfloat (
      compare_results_median (results, "x", COMPARE_PUMP, "cpu"), ==, 3);
  g_assert_true (
      isnan (compare_results_median (results, "x", COMPARE_PUMP, "kernel")));
}

/* A run in parts knows what is there. */
static void
test_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("compare-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, "results", NULL);
  g_autofree char *span = NULL;

  for (guint part = 0; part < 2; part++)
    {
      g_autoptr (CompareResults) results = compare_results_new (file, NULL);

      g_assert_cmpuint (
          compare_results_count (results, "x", COMPARE_VLC), ==, part);
      add (results, "x", COMPARE_VLC, 10, 4, TRUE);
    }
  g_autoptr (CompareResults) all = compare_results_new (file, NULL);
  g_assert_cmpuint (compare_results_count (all, "x", COMPARE_VLC), ==, 2);
  span = compare_results_span (all, "commit");
  g_assert_cmpstr (span, ==, "abc");
  g_unlink (file);
  g_rmdir (folder);
}

/* Where the truth is @truth viewers, the search comes within 1/40 below it. */
static void
test_search (void)
{
  static const guint truths[] = { 99, 120, 875, 6000, 16975, 19900, 30000 };
  const guint highest = 19900;

  for (guint i = 0; i < G_N_ELEMENTS (truths); i++)
    {
      g_autoptr (CompareResults) results = compare_results_new (NULL, NULL);
      guint n_runs = 0;
      guint viewers;
      double found;

      while (
          (viewers = compare_search_next (results, "s", COMPARE_PUMP, highest))
          > 0)
        {
          add (results, "s", COMPARE_PUMP, viewers, 1, viewers <= truths[i]);
          g_assert_cmpuint (++n_runs, <, 40);
        }
      found = compare_results_median (results, "s", COMPARE_PUMP, "largest");
      if (truths[i] < 150) /* below what is tried */
        g_assert_true (isnan (found));
      else
        {
          g_assert_cmpfloat (found, <=, truths[i]);
          g_assert_cmpfloat (
              found, >=, MIN (truths[i], highest) - MAX (truths[i] / 39, 50));
        }
    }
}

/* One run that fails by chance does not end the search there. */
static void
test_second_try (void)
{
  g_autoptr (CompareResults) results = compare_results_new (NULL, NULL);

  add (results, "s", COMPARE_PUMP, 1000, 1, FALSE);
  g_assert_cmpuint (
      compare_search_next (results, "s", COMPARE_PUMP, 1000), ==, 1000);
  add (results, "s", COMPARE_PUMP, 1000, 1, TRUE);
  g_assert_cmpuint (
      compare_search_next (results, "s", COMPARE_PUMP, 1000), ==, 0);
}

static void
test_judge (void)
{
  static const CompareClaim ratio
      = { "limit",      "ratio", COMPARE_RATIO, "cpu", COMPARE_PUMP,
          COMPARE_BARE, NULL,    1.15,          FALSE };
  static const CompareClaim growth
      = { "limit",          "growth",     COMPARE_PER_VIEWER,
          "memory",         COMPARE_PUMP, COMPARE_PUMP,
          "limit-1000-100", 0.5,          FALSE };
  const CompareScenario *scenario = compare_scenario_find ("limit-10000-100");
  g_autoptr (CompareResults) results = compare_results_new (NULL, NULL);

  g_assert_true (isnan (compare_judge (results, &ratio, scenario).figure));
  g_assert_false (compare_judge (results, &ratio, scenario).is_held);
  add (results, "limit-10000-100", COMPARE_PUMP, 10000, 1.25, TRUE);
  add (results, "limit-10000-100", COMPARE_BARE, 10000, 1.0, TRUE);
  g_assert_cmpfloat (
      compare_judge (results, &ratio, scenario).figure, ==, 1.25);
  g_assert_false (compare_judge (results, &ratio, scenario).is_held);
  add (results, "limit-1000-100", COMPARE_PUMP, 1000, 1, TRUE);
  g_assert_cmpfloat (
      compare_judge (results, &growth, scenario).figure, ==, 0.25);
  g_assert_true (compare_judge (results, &growth, scenario).is_held);
}

/* A search that is not over proves nothing. */
static void
test_unfinished (void)
{
  static const CompareClaim claim
      = { "largest",    "most", COMPARE_RATIO, "largest", COMPARE_PUMP,
          COMPARE_BARE, NULL,   0.9,           TRUE };
  const CompareScenario *scenario = compare_scenario_find ("largest-100");
  g_autoptr (CompareResults) results = compare_results_new (NULL, NULL);

  add (results, "largest-100", COMPARE_PUMP, scenario->viewers, 1, TRUE);
  add (results, "largest-100", COMPARE_BARE, scenario->viewers / 2, 1, TRUE);
  g_assert_true (isnan (compare_judge (results, &claim, scenario).figure));
  g_assert_false (compare_judge (results, &claim, scenario).is_held);
  add (results, "largest-100", COMPARE_BARE, scenario->viewers, 1, TRUE);
  g_assert_true (compare_judge (results, &claim, scenario).is_held);
}

static void
test_skmem (void)
{
  static const struct
  {
    const char *line;
    gsize bytes;
  } rows[] = {
    { "", 0 },
    { "0 0 127.0.0.1:80 127.0.0.1:1234", 0 },
    { "0 0 a b skmem:(r1,rb131072,t2,tb87040,f4,w8,o16,bl32,d64)", 61 },
    { "skmem:(r768,rb131072", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpuint (compare_skmem_bytes (rows[i].line), ==, rows[i].bytes);
}

/* Names are unique, and what claims speak of is there. */
static void
test_tables (void)
{
  for (guint i = 0; i < compare_n_scenarios; i++)
    {
      g_assert_true (compare_scenario_find (compare_scenarios[i].name)
                     == &compare_scenarios[i]);
      g_assert_cmpuint (compare_scenarios[i].ramp, >, 0);
    }
  for (guint c = 0; c < compare_n_claims; c++)
    {
      const CompareClaim *claim = &compare_claims[c];
      gboolean is_there = FALSE;

      for (guint i = 0; i < compare_n_scenarios; i++)
        is_there = is_there
                   || g_str_equal (claim->group, compare_scenarios[i].group)
                   || g_str_equal (claim->group, compare_scenarios[i].name);
      g_assert_true (is_there);
      if (claim->against_scenario != NULL)
        g_assert_nonnull (compare_scenario_find (claim->against_scenario));
    }
}

static void
test_report (void)
{
  g_autofree char *folder = g_dir_make_tmp ("compare-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, "RESULTS.md", NULL);
  g_autoptr (CompareResults) results = compare_results_new (NULL, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  add (results, "limit-1000-100", COMPARE_PUMP, 1000, 1.0, TRUE);
  add (results, "limit-1000-100", COMPARE_BARE, 1000, 0.5, TRUE);
  add (results, "largest-100", COMPARE_BARE, 7000, 0.5, TRUE);
  compare_report_write (results, file, &error);
  g_assert_no_error (error);
  g_file_get_contents (file, &text, NULL, NULL);
  g_assert_nonnull (
      strstr (text, "| limit-1000-100 | 100 | 1 | 0.50 | 2 | at most 1.15"));
  g_assert_nonnull (strstr (text, "| **no** |"));
  g_assert_nonnull (strstr (text, "7000 yes"));
  g_unlink (file);
  g_rmdir (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/compare/results/median", test_median);
  g_test_add_func ("/compare/results/file", test_file);
  g_test_add_func ("/compare/search/finds", test_search);
  g_test_add_func ("/compare/search/second-try", test_second_try);
  g_test_add_func ("/compare/claims/judged", test_judge);
  g_test_add_func ("/compare/claims/unfinished", test_unfinished);
  g_test_add_func ("/compare/claims/tables", test_tables);
  g_test_add_func ("/compare/watch/skmem", test_skmem);
  g_test_add_func ("/compare/report/written", test_report);
  return g_test_run ();
}
