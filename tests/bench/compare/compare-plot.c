/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "compare-plot.h"

#include "compare-machine.h"

#include <math.h>

#define PLOT_KBPS 1000
#define PLOT_FLUSH_MS 100
#define PLOT_VIEWERS 1000
#define PLOT_PACKET 1400

static guint
x_viewers (const CompareScenario *scenario)
{
  return scenario->viewers;
}

static guint
x_packet (const CompareScenario *scenario)
{
  return scenario->feed.packet_size;
}

static guint
x_streams (const CompareScenario *scenario)
{
  return scenario->feed.n_streams;
}

static gboolean
is_curve (const CompareScenario *scenario)
{
  return scenario->manner == COMPARE_PLAIN && scenario->kinds[0] == COMPARE_PUMP
         && scenario->kinds[1] == COMPARE_BARE && scenario->n_kinds <= 3
         && scenario->feed.kbps == PLOT_KBPS
         && scenario->feed.flush_ms == PLOT_FLUSH_MS;
}

static gboolean
has_viewers (const CompareScenario *scenario)
{
  return is_curve (scenario) && scenario->feed.packet_size == PLOT_PACKET
         && scenario->feed.n_streams == 1;
}

static gboolean
has_packet (const CompareScenario *scenario)
{
  return is_curve (scenario) && scenario->viewers == PLOT_VIEWERS
         && scenario->feed.n_streams == 1;
}

static gboolean
has_streams (const CompareScenario *scenario)
{
  return is_curve (scenario) && scenario->viewers == PLOT_VIEWERS
         && scenario->feed.packet_size == PLOT_PACKET;
}

const ComparePlot compare_plots[] = {
  { "viewers", "viewers", x_viewers, has_viewers },
  { "packet-size", "bytes in a packet", x_packet, has_packet },
  { "streams", "streams, with 1,000 viewers in all", x_streams, has_streams },
};
const guint compare_n_plots = G_N_ELEMENTS (compare_plots);

/* "$pump << EOD" with a line for each scenario; the number of lines. */
static guint
append_data (GString *script,
             const ComparePlot *plot,
             const CompareResults *results,
             CompareKind kind)
{
  guint n = 0;

  g_string_append_printf (script, "$%s << EOD\n", compare_kind_name (kind));
  for (guint i = 0; i < compare_n_scenarios; i++)
    {
      const CompareScenario *scenario = &compare_scenarios[i];
      double cpu
          = compare_results_median (results, scenario->name, kind, "cpu");
      double p99
          = compare_results_median (results, scenario->name, kind, "p99");

      if (!plot->has (scenario) || isnan (cpu) || isnan (p99))
        continue;
      g_string_append_printf (
          script, "%u %.4f %.2f\n", plot->x_of (scenario), cpu, p99);
      n++;
    }
  g_string_append (script, "EOD\n");
  return n;
}

static void
append_panel (GString *script, const char *title, guint column)
{
  g_string_append_printf (
      script,
      "set title '%s'\n"
      "plot $bare using 1:%u smooth unique with linespoints "
      "lc rgb '#888888' pt 6 title 'bare loop', "
      "$pump using 1:%u smooth unique with linespoints "
      "lc rgb '#0b5cad' pt 7 title 'Stream Pump'\n",
      title,
      column,
      column);
}

gboolean
compare_plot_draw (const ComparePlot *plot,
                   const CompareResults *results,
                   const char *folder)
{
  g_autofree char *program = g_find_program_in_path ("gnuplot");
  g_autoptr (GString) script = g_string_new (NULL);
  g_autofree char *name = g_strconcat (plot->name, ".svg", NULL);
  g_autofree char *file = g_build_filename (folder, name, NULL);
  g_autofree char *out = NULL;
  const char *argv[] = { "gnuplot", "-", NULL };
  guint n;

  n = append_data (script, plot, results, COMPARE_PUMP)
      + append_data (script, plot, results, COMPARE_BARE);
  if (program == NULL || n < 4)
    return FALSE;
  g_string_append_printf (script,
                          "set terminal svg size 960,380 dynamic "
                          "background '#ffffff' font 'sans-serif,12'\n"
                          "set output '%s'\n"
                          "set multiplot layout 1,2\n"
                          "set logscale x\nset grid\nset yrange [0:*]\n"
                          "set key bottom right\nset xlabel '%s'\n",
                          file,
                          plot->title);
  append_panel (script, "CPU seconds per GB, flush 100 ms", 2);
  append_panel (script, "p99 lateness, ms, flush 100 ms", 3);
  g_string_append (script, "unset multiplot\n");
  out = compare_output (argv, script->str);
  return out != NULL;
}
