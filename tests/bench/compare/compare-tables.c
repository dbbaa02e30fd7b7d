/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "compare-tables.h"

#include <math.h>

/** A section with the figures of some groups of scenarios. */
typedef struct
{
  const char *groups; /* "a b" */
  const char *title;
  const char *text;
  const char *metrics; /* "a b": columns */
} Section;

static const Section sections[] = {
  { "limit quick",
    "Against the bare loop",
    "The same packets to the same viewers by one thread that does nothing but "
    "send: one `send()` for each viewer and flush, out of one buffer for all.",
    "cpu p50 p99 p999 rate memory" },
  { "peers",
    "Against others",
    "Each at its own latency. cubemap and icecast2 pull plain HTTP from an "
    "origin that sends each packet at once; VLC plays a file of the same bit "
    "rate, whose packets carry no stamps.",
    "cpu p50 p99 p999 rate memory" },
  { "minute", "Ten thousand for a minute", "", "cpu p50 p99 late-max harmed" },
  { "good slow stalled kernel",
    "Slow and stalled viewers",
    "Lateness is that of the viewers who are neither.",
    "cpu good-p99 kernel memory" },
  { "join", "Joins", "", "cpu first-p99 p99" },
  { "tls", "TLS", "AES-128-GCM or what GnuTLS prefers.", "cpu p50 p99 memory" },
  { "n size streams",
    "How cost grows",
    "Flush interval 100 ms, 1 Mbit/s a viewer.",
    "cpu p50 p99 rate memory" },
  { "soak",
    "Soak",
    "Ten minutes in which 5 % of the viewers leave and others come each "
    "second.",
    "cpu p99 memory drift unbalanced descriptors-left" },
};

static const struct
{
  const char *metric;
  const char *title;
  guint n_digits;
  gboolean is_late; /* told by stamps */
} columns[] = {
  { "cpu", "CPU s/GB", 2, FALSE },
  { "p50", "p50 ms", 0, TRUE },
  { "p99", "p99 ms", 0, TRUE },
  { "p999", "p99.9 ms", 0, TRUE },
  { "late-max", "latest ms", 0, TRUE },
  { "good-p99", "others' p99 ms", 0, TRUE },
  { "first-p99", "first byte p99 ms", 1, FALSE },
  { "rate", "Mbit/s", 0, FALSE },
  { "memory", "memory KiB", 0, FALSE },
  { "harmed", "lost, skipped, behind", 0, FALSE },
  { "kernel", "KiB of a socket", 0, FALSE },
  { "drift", "memory, end to middle", 3, FALSE },
  { "unbalanced", "unaccounted", 0, FALSE },
  { "descriptors-left", "descriptors left", 0, FALSE },
};

static gboolean
is_in (const char *words, const char *word)
{
  g_auto (GStrv) list = g_strsplit (words, " ", -1);

  return g_strv_contains ((const char *const *)list, word);
}

static void
append_number (GString *text, double number, guint n_digits)
{
  if (isnan (number))
    g_string_append (text, " - |");
  else
    g_string_append_printf (text, " %.*f |", (int)n_digits, number);
}

static gboolean
has_results (const CompareResults *results, const CompareScenario *scenario)
{
  for (guint k = 0; k < scenario->n_kinds; k++)
    if (compare_results_count (results, scenario->name, scenario->kinds[k]) > 0)
      return TRUE;
  return FALSE;
}

static void
append_row (GString *text,
            const CompareResults *results,
            const CompareScenario *scenario,
            CompareKind kind,
            const char *metrics)
{
  const CompareFeed *feed = &scenario->feed;
  guint n = compare_results_count (results, scenario->name, kind);
  gboolean has_flush = compare_kind_package (kind) == NULL;

  if (n == 0)
    return;
  g_string_append_printf (text,
                          "| %s | %s | %u | %u | %u | %u |",
                          scenario->name,
                          compare_kind_title (kind),
                          scenario->viewers,
                          feed->kbps,
                          feed->packet_size,
                          feed->n_streams);
  if (has_flush)
    g_string_append_printf (text, " %u |", feed->flush_ms);
  else
    g_string_append (text, " its own |");
  g_string_append_printf (text, " %u |", n);
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    if (is_in (metrics, columns[i].metric))
      append_number (text,
                     columns[i].is_late && !compare_kind_is_stamped (kind)
                         ? NAN
                         : compare_results_median (
                             results, scenario->name, kind, columns[i].metric),
                     columns[i].n_digits);
  g_string_append_c (text, '\n');
}

static void
append_head (GString *text, const Section *section)
{
  g_string_append_printf (text, "\n## %s\n\n", section->title);
  if (*section->text != '\0')
    g_string_append_printf (text, "%s\n\n", section->text);
  g_string_append (text,
                   "| scenario | server | viewers | kbit/s | packet | streams "
                   "| flush ms | runs |");
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    if (is_in (section->metrics, columns[i].metric))
      g_string_append_printf (text, " %s |", columns[i].title);
  g_string_append (text, "\n| --- | --- |");
  for (guint i = 0; i < 6; i++)
    g_string_append (text, " ---: |");
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    if (is_in (section->metrics, columns[i].metric))
      g_string_append (text, " ---: |");
  g_string_append_c (text, '\n');
}

static void
append_section (GString *text,
                const CompareResults *results,
                const Section *section)
{
  gboolean is_begun = FALSE;

  for (guint i = 0; i < compare_n_scenarios; i++)
    {
      const CompareScenario *scenario = &compare_scenarios[i];

      if (!is_in (section->groups, scenario->group)
          || !has_results (results, scenario))
        continue;
      if (!is_begun)
        append_head (text, section);
      is_begun = TRUE;
      for (guint k = 0; k < scenario->n_kinds; k++)
        append_row (
            text, results, scenario, scenario->kinds[k], section->metrics);
    }
}

void
compare_tables_append (GString *text, const CompareResults *results)
{
  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    append_section (text, results, &sections[i]);
}

/* The last word of each search, and all that it tried. */
static void
append_search (GString *text,
               const CompareResults *results,
               const CompareScenario *scenario,
               CompareKind kind)
{
  double largest
      = compare_results_median (results, scenario->name, kind, "largest");
  JsonObject *row;

  g_string_append_printf (text,
                          "| %s | %s | %u |",
                          scenario->name,
                          compare_kind_title (kind),
                          scenario->feed.flush_ms);
  append_number (text, largest, 0);
  for (guint i = 0;
       (row = compare_results_get (results, scenario->name, kind, i)) != NULL;
       i++)
    g_string_append_printf (text,
                            "%s %.0f %s",
                            i > 0 ? "," : "",
                            compare_metric (row, "viewers"),
                            compare_is_held (row) ? "yes" : "no");
  if (compare_search_next (results, scenario->name, kind, scenario->viewers)
      > 0)
    g_string_append (text, " (not finished)");
  g_string_append (text, " |\n");
}

void
compare_tables_append_searches (GString *text, const CompareResults *results)
{
  gboolean is_begun = FALSE;

  for (guint i = 0; i < compare_n_scenarios; i++)
    {
      const CompareScenario *scenario = &compare_scenarios[i];

      if (scenario->manner != COMPARE_LARGEST
          || !has_results (results, scenario))
        continue;
      if (!is_begun)
        g_string_append (
            text,
            "\n## The most viewers\n\n"
            "By bisection: all join, nobody is lost, skipped or behind, and "
            "p99 lateness is below 450 ms. What failed once is tried again. "
            "Descriptors end at 19,900.\n\n"
            "| scenario | server | flush ms | most viewers | tried |\n"
            "| --- | --- | ---: | ---: | --- |\n");
      is_begun = TRUE;
      for (guint k = 0; k < scenario->n_kinds; k++)
        append_search (text, results, scenario, scenario->kinds[k]);
    }
}
