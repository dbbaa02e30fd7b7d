/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "compare-report.h"
#include "compare-run.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OUT_OF_TIME 3 /* exit status */
#define SEARCH_RUNS 8 /* about as many for the end of one */

/* Runs servers against each other under the load client, keeps the figures and
 * makes a document of them. */

typedef struct
{
  CompareResults *results;
  guint runs;    /* 0: as the scenario says */
  guint seconds; /* the same */
  guint limit_s; /* 0: no limit */
  gint64 end_us; /* where it is over: no run may end later */
  gboolean is_out_of_time;
  guint n_failed;
} Driver;

typedef struct
{
  char **scenarios;
  char *results;
  char *report;
  int runs;
  int seconds;
  int time_limit_s;
  gboolean is_quick;
  gboolean is_list;
} Options;

static void
show (JsonObject *result, const CompareScenario *scenario, CompareKind kind)
{
  g_print ("%-15s %-9s %6.0f viewers, flush %u ms: %.3f CPU s/GB, late p50 "
           "%.0f p99 %.0f ms, %.0f Mbit/s, %.0f KiB, harmed %.0f%s\n",
           scenario->name,
           compare_kind_name (kind),
           compare_metric (result, "viewers"),
           scenario->feed.flush_ms,
           compare_metric (result, "cpu"),
           compare_metric (result, "p50"),
           compare_metric (result, "p99"),
           compare_metric (result, "rate"),
           compare_metric (result, "memory"),
           compare_metric (result, "harmed"),
           scenario->manner == COMPARE_LARGEST && !compare_is_held (result)
               ? " (not held)"
               : "");
}

/* A run that is longer than the limit will never have time: it is left out. */
static gboolean
has_time (Driver *driver, const CompareScenario *scenario, guint viewers)
{
  guint seconds = compare_run_seconds (scenario, viewers);

  if (driver->limit_s == 0)
    return TRUE;
  if (seconds > driver->limit_s)
    {
      g_printerr ("%s takes %u seconds: left out\n", scenario->name, seconds);
      return FALSE;
    }
  driver->is_out_of_time
      = g_get_monotonic_time () + (gint64)seconds * G_USEC_PER_SEC
        > driver->end_us;
  return !driver->is_out_of_time;
}

/* FALSE: there is no time left for it, or it has failed. */
static gboolean
run_once (Driver *driver,
          const CompareScenario *row,
          CompareKind kind,
          guint viewers)
{
  CompareScenario scenario = *row;
  g_autoptr (GError) error = NULL;
  JsonObject *result;

  if (driver->seconds > 0)
    scenario.seconds = driver->seconds;
  if (!has_time (driver, &scenario, viewers))
    return FALSE;
  result = compare_run (&scenario, kind, viewers, &error);
  if (result == NULL)
    {
      g_printerr ("%s, %s: %s\n",
                  scenario.name,
                  compare_kind_name (kind),
                  error->message);
      driver->n_failed++;
      return FALSE;
    }
  show (result, &scenario, kind);
  if (compare_results_add (driver->results, result, &error))
    return TRUE;
  g_printerr ("%s\n", error->message);
  driver->n_failed++;
  return FALSE;
}

static void
search (Driver *driver, const CompareScenario *scenario, CompareKind kind)
{
  guint viewers;

  while ((viewers = compare_search_next (
              driver->results, scenario->name, kind, scenario->viewers))
             > 0
         && run_once (driver, scenario, kind, viewers))
    ;
}

/* The servers take turns, so that what the machine does besides falls on
 * all. */
static void
run_scenario (Driver *driver, const CompareScenario *scenario)
{
  guint runs = driver->runs > 0 ? driver->runs : scenario->runs;

  for (guint run = 0; run < runs && !driver->is_out_of_time; run++)
    for (guint k = 0; k < scenario->n_kinds && !driver->is_out_of_time; k++)
      {
        CompareKind kind = scenario->kinds[k];
        const char *missing = compare_kind_missing (kind);

        if (missing != NULL)
          g_printerr ("%s: %s is not there\n", scenario->name, missing);
        else if (scenario->manner == COMPARE_LARGEST)
          search (driver, scenario, kind);
        else if (compare_results_count (driver->results, scenario->name, kind)
                 <= run)
          run_once (driver, scenario, kind, scenario->viewers);
      }
}

static gboolean
is_chosen (const Options *options, const CompareScenario *scenario)
{
  if (options->scenarios == NULL)
    return !g_str_equal (scenario->name, COMPARE_QUICK);
  for (guint i = 0; options->scenarios[i] != NULL; i++)
    if (g_str_equal (options->scenarios[i], scenario->name)
        || g_str_equal (options->scenarios[i], scenario->group))
      return TRUE;
  return FALSE;
}

static int
list (void)
{
  guint total_s = 0;

  for (guint i = 0; i < compare_n_scenarios; i++)
    {
      const CompareScenario *scenario = &compare_scenarios[i];
      guint n_runs = scenario->runs * scenario->n_kinds;
      guint seconds = compare_run_seconds (scenario, scenario->viewers);

      if (scenario->manner == COMPARE_LARGEST)
        n_runs *= SEARCH_RUNS;
      total_s += n_runs * seconds;
      g_print ("%-16s %-12s %5u viewers, %4u kbit/s, flush %3u ms: %2u runs, "
               "%4u s\n",
               scenario->name,
               scenario->group,
               scenario->viewers,
               scenario->feed.kbps,
               scenario->feed.flush_ms,
               n_runs,
               n_runs * seconds);
    }
  g_print ("in all about %u minutes\n", total_s / 60);
  return EXIT_SUCCESS;
}

/* A little of everything; figures are only looked at for being there. */
static int
run_quick (Driver *driver)
{
  g_autofree char *folder = NULL;
  g_autofree char *file = NULL;
  g_autofree char *text = NULL;
  const CompareScenario *scenario = compare_scenario_find (COMPARE_QUICK);
  gboolean is_good;

  folder = g_dir_make_tmp ("bench-compare-XXXXXX", NULL);
  file = g_build_filename (folder, "RESULTS.md", NULL);
  run_scenario (driver, scenario);
  is_good = driver->n_failed == 0
            && compare_report_write (driver->results, file, NULL)
            && g_file_get_contents (file, &text, NULL, NULL)
            && strstr (text, "bare loop") != NULL;
  for (guint k = 0; k < scenario->n_kinds; k++)
    {
      JsonObject *result = compare_results_get (
          driver->results, scenario->name, scenario->kinds[k], 0);

      is_good = is_good && result != NULL
                && compare_metric (result, "harmed") == 0
                && compare_metric (result, "cpu") > 0
                && compare_metric (result, "p99") > 0;
    }
  g_unlink (file);
  g_rmdir (folder);
  return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
run_all (Driver *driver, const Options *options)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < compare_n_scenarios && !driver->is_out_of_time; i++)
    if (is_chosen (options, &compare_scenarios[i]))
      run_scenario (driver, &compare_scenarios[i]);
  if (options->report != NULL
      && !compare_report_write (driver->results, options->report, &error))
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }
  if (driver->n_failed > 0)
    return EXIT_FAILURE;
  if (!driver->is_out_of_time)
    return EXIT_SUCCESS;
  g_print ("out of time: call again to go on\n");
  return OUT_OF_TIME;
}

static gboolean
parse (Options *options, int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    { "scenario",
      0,
      0,
      G_OPTION_ARG_STRING_ARRAY,
      &options->scenarios,
      "a scenario or group, may be repeated; default: all",
      "NAME" },
    { "list", 0, 0, G_OPTION_ARG_NONE, &options->is_list, "name them", NULL },
    { "results",
      0,
      0,
      G_OPTION_ARG_FILENAME,
      &options->results,
      "keep the figures in FILE, and go on where it ends",
      "FILE" },
    { "report",
      0,
      0,
      G_OPTION_ARG_FILENAME,
      &options->report,
      "write the document, and pictures beside it",
      "FILE" },
    { "runs", 0, 0, G_OPTION_ARG_INT, &options->runs, "of each server", "N" },
    { "seconds",
      0,
      0,
      G_OPTION_ARG_INT,
      &options->seconds,
      "of a measured window",
      "S" },
    { "time-limit",
      0,
      0,
      G_OPTION_ARG_INT,
      &options->time_limit_s,
      "begin no run that would end later; then the status is 3",
      "S" },
    { "quick",
      0,
      0,
      G_OPTION_ARG_NONE,
      &options->is_quick,
      "one second with 50 viewers, as a test",
      NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (
      context, "Compares servers under the same load on this machine.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, argc, argv, &error) && options->runs >= 0
      && options->seconds >= 0 && options->time_limit_s >= 0)
    return TRUE;
  g_printerr ("%s\n", error != NULL ? error->message : "a number is negative");
  return FALSE;
}

int
main (int argc, char *argv[])
{
  Options options = { 0 };
  Driver driver = { 0 };
  g_autoptr (GError) error = NULL;
  int status;

  if (!parse (&options, &argc, &argv))
    return 2;
  if (options.is_list)
    return list ();
  driver.runs = (guint)options.runs;
  driver.seconds = (guint)options.seconds;
  driver.limit_s = (guint)options.time_limit_s;
  driver.end_us
      = g_get_monotonic_time () + (gint64)options.time_limit_s * G_USEC_PER_SEC;
  driver.results = compare_results_new (options.results, &error);
  if (driver.results == NULL)
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }
  status = options.is_quick ? run_quick (&driver) : run_all (&driver, &options);
  compare_results_free (driver.results);
  g_strfreev (options.scenarios);
  g_free (options.results);
  g_free (options.report);
  return status;
}
