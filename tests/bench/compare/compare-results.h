/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "compare-scenario.h"

#include <json-glib/json-glib.h>

/** All results, each a line of JSON in a file, so that runs can be made in
 * parts: {"scenario", "server", "date", "viewers", "kbps", ..., "load": what
 * the load client says, and what the watch has seen}. */
typedef struct _CompareResults CompareResults;

/* Reads @file where it exists; NULL: nothing is kept. */
CompareResults *compare_results_new (const char *file, GError **error);
void compare_results_free (CompareResults *results);
/* Takes @result; it is in the file when this returns. */
gboolean compare_results_add (CompareResults *results,
                              JsonObject *result,
                              GError **error);
guint compare_results_count (const CompareResults *results,
                             const char *scenario,
                             CompareKind kind);
/* (transfer none) (nullable): the @index-th of them. */
JsonObject *compare_results_get (const CompareResults *results,
                                 const char *scenario,
                                 CompareKind kind,
                                 guint index);
/* The median of a metric; NAN when there is no figure. Of "largest" the result
 * of the search. */
double compare_results_median (const CompareResults *results,
                               const char *scenario,
                               CompareKind kind,
                               const char *metric);

/* (transfer full): the first and last value of a text in the results: "a",
 * "a to b", "nothing". */
char *compare_results_span (const CompareResults *results, const char *name);

/* One figure of a result, NAN when it has none. "cpu": CPU-s of the server per
 * GB; "p50", "p99", "p999", "late-max": lateness, ms; "good-p99": of viewers
 * that are neither slow nor stalled; "first-p99": first media byte, ms;
 * "memory": KiB; "rate": Mbit/s; "load-cpu": CPU-s of the load client;
 * "harmed": viewers lost, refused, badly served or behind, and
 * packets missed; "kernel": KiB of a
 * socket; "drift", "unbalanced", "descriptors-left". */
double compare_metric (JsonObject *result, const char *metric);
/* All joined, nobody was lost, skipped or behind, and p99 is below 450 ms. */
gboolean compare_is_held (JsonObject *result);

/* How a claim stands. @figure is NAN while results are missing. */
typedef struct
{
  double of;
  double against; /* NAN where nothing is compared */
  double figure;
  gboolean is_held;
} CompareVerdict;

CompareVerdict compare_judge (const CompareResults *results,
                              const CompareClaim *claim,
                              const CompareScenario *scenario);

/* The next number of viewers to try between what was held and what was not,
 * at most @highest; 0: the search is over. */
guint compare_search_next (const CompareResults *results,
                           const char *scenario,
                           CompareKind kind,
                           guint highest);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CompareResults, compare_results_free)
