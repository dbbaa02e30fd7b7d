/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "compare-report.h"

#include "compare-machine.h"
#include "compare-plot.h"
#include "compare-tables.h"

#include <math.h>

static const char *const packages[]
    = { "cubemap", "icecast2", "vlc-bin", "libglib2.0-0", "libgnutls30" };

static void
append_versions (GString *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (packages); i++)
    {
      g_autofree char *version = compare_package_version (packages[i]);

      g_string_append_printf (text,
                              "%s%s %s",
                              i > 0 ? ", " : "",
                              packages[i],
                              version != NULL ? version : "(not there)");
    }
}

/* What was measured and when: the results' own words. */
static void
append_dates (GString *text, const CompareResults *results)
{
  g_autofree char *dates = compare_results_span (results, "date");
  g_autofree char *commits = compare_results_span (results, "commit");

  g_string_append_printf (text, "- Measured: %s\n", dates);
  g_string_append_printf (text, "- Commit: %s\n", commits);
}

static void
append_intro (GString *text, const CompareResults *results)
{
  g_autofree char *machine = compare_machine ();
  g_autofree char *kernel = compare_kernel ();

  g_string_append (
      text,
      "# Fan-out, measured\n\n"
      "Made by `bench-compare`; not to be edited. Server and load client share "
      "the machine; all goes over the loopback. CPU is that of the server "
      "alone, per GB (10^9 bytes) that reached the viewers. Lateness is from "
      "the stamp that the source put into a packet to the arrival of its last "
      "byte. Figures are medians; the servers of a scenario take turns. "
      "1 Mbit/s is 90 packets a second of 1,400 bytes.\n\n");
  g_string_append_printf (
      text, "- Machine: %s\n- Kernel: %s\n", machine, kernel);
  append_dates (text, results);
  g_string_append (text, "- Versions: ");
  append_versions (text);
  g_string_append_c (text, '\n');
}

static void
append_figure (GString *text, double figure)
{
  if (isnan (figure))
    g_string_append (text, " - |");
  else if (fabs (figure) >= 100 || figure == floor (figure))
    g_string_append_printf (text, " %.0f |", figure);
  else
    g_string_append_printf (text, " %.2f |", figure);
}

static void
append_claim (GString *text,
              const CompareResults *results,
              const CompareClaim *claim,
              const CompareScenario *scenario)
{
  CompareVerdict verdict = compare_judge (results, claim, scenario);

  if (isnan (verdict.figure))
    return;
  g_string_append_printf (text,
                          "| %s | %s | %u |",
                          claim->text,
                          scenario->name,
                          scenario->feed.flush_ms);
  append_figure (text, verdict.of);
  append_figure (text, verdict.against);
  append_figure (text, verdict.figure);
  g_string_append_printf (text,
                          " %s %g | %s |\n",
                          claim->is_least ? "at least" : "at most",
                          claim->bound,
                          verdict.is_held ? "yes" : "**no**");
}

static void
append_claims (GString *text, const CompareResults *results)
{
  g_string_append (text,
                   "\n## What is wanted, and whether it holds\n\n"
                   "| what | scenario | flush ms | pump | against | figure | "
                   "wanted | holds |\n"
                   "| --- | --- | ---: | ---: | ---: | ---: | --- | --- |\n");
  for (guint c = 0; c < compare_n_claims; c++)
    for (guint i = 0; i < compare_n_scenarios; i++)
      {
        const CompareScenario *scenario = &compare_scenarios[i];

        if (g_str_equal (compare_claims[c].group, scenario->group)
            || g_str_equal (compare_claims[c].group, scenario->name))
          append_claim (text, results, &compare_claims[c], scenario);
      }
}

static void
append_plots (GString *text, const CompareResults *results, const char *folder)
{
  for (guint i = 0; i < compare_n_plots; i++)
    if (compare_plot_draw (&compare_plots[i], results, folder))
      g_string_append_printf (text,
                              "\n![CPU per GB and p99 lateness against %s]"
                              "(%s.svg)\n",
                              compare_plots[i].title,
                              compare_plots[i].name);
}

static void
append_end (GString *text)
{
  g_string_append (
      text,
      "\n## Not compared\n\n"
      "nginx with its RTMP module: it speaks RTMP, HLS and DASH, none of which "
      "is one endless answer over HTTP, so the load client has nothing to "
      "read.\n\n"
      "## Again\n\n"
      "```\n"
      "apt-get install cubemap icecast2 vlc-bin vlc-plugin-base ffmpeg "
      "gnuplot-nox iproute2\n"
      "meson setup build --buildtype=release && ninja -C build\n"
      "build/tests/bench/compare/bench-compare --results results.jsonl "
      "--report tests/bench/RESULTS.md\n"
      "```\n\n"
      "It goes on where the results end; `--list` names the scenarios, "
      "`--scenario` chooses, `--time-limit` ends in time.\n");
}

gboolean
compare_report_write (const CompareResults *results,
                      const char *file,
                      GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *folder = g_path_get_dirname (file);

  append_intro (text, results);
  append_claims (text, results);
  compare_tables_append (text, results);
  append_plots (text, results, folder);
  compare_tables_append_searches (text, results);
  append_end (text);
  return g_file_set_contents (file, text->str, (gssize)text->len, error);
}
