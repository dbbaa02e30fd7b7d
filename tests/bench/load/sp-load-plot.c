/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-plot.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

#include "sp-error.h"

/** The lines of the picture; a data block each. */
static const struct
{
  SpLoadKind kind;
  const char *block;
  const char *title;
} curves[] = {
  { SP_LOAD_GOOD, "$good", N_ ("viewers") },
  { SP_LOAD_SLOW, "$slow", N_ ("slow viewers") },
};

/* gnuplot wants a point, whatever the locale has. */
static void
add_number (GString *out, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (out, g_ascii_formatd (text, sizeof text, "%.4f", value));
}

static void
add_pair (GString *out, double x, double y)
{
  add_number (out, x);
  g_string_append_c (out, ' ');
  add_number (out, y);
  g_string_append_c (out, '\n');
}

/* In single quotes, which is where gnuplot takes all characters as they are,
 * but those quotes, which are doubled. */
static void
add_quoted (GString *out, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "'", -1);
  g_autofree char *doubled = g_strjoinv ("''", parts);

  g_string_append_printf (out, "'%s'", doubled);
}

/* Lateness in ms, percent of the packets. */
static void
add_curve (GString *out, const char *block, const SpHistogram *histogram)
{
  SpHistogramWalk walk;
  gint64 upto_us;
  double share;

  g_string_append_printf (out, "%s << END\n", block);
  sp_histogram_walk (histogram, &walk);
  while (sp_histogram_next (&walk, &upto_us, &share))
    add_pair (out, (double)MAX (upto_us, 1) / 1000, share * 100);
  g_string_append (out, "END\n");
}

static void
add_rate (GString *out, const SpLoadResult *result)
{
  g_string_append (out, "$rate << END\n");
  for (guint i = 0; i < result->mbps->len; i++)
    add_pair (out, i + 1, g_array_index (result->mbps, double, i));
  g_string_append (out, "END\n");
}

static gboolean
has_curve (const SpLoadResult *result, guint at)
{
  return sp_histogram_count (result->tallies[curves[at].kind]->late) > 0;
}

static void
add_lateness (GString *out, const SpLoadResult *result)
{
  const char *separator = "plot ";

  for (guint i = 0; i < G_N_ELEMENTS (curves); i++)
    {
      if (!has_curve (result, i))
        continue;
      g_string_append_printf (
          out, "%s%s with lines lw 2 title ", separator, curves[i].block);
      add_quoted (out, _ (curves[i].title));
      separator = ", ";
    }
  g_string_append_c (out, '\n');
}

static void
add_label (GString *out, const char *what, const char *text)
{
  g_string_append_printf (out, "set %s ", what);
  add_quoted (out, text);
  g_string_append_c (out, '\n');
}

char *
sp_load_plot_script (const SpLoadOptions *options,
                     const SpLoadResult *result,
                     const char *file)
{
  GString *out = g_string_new ("set encoding utf8\n"
                               "set terminal svg size 800,800\n"
                               "set output ");
  g_autofree char *title
      = g_strdup_printf (_ ("%u viewers"), options->n_viewers);

  add_quoted (out, file);
  g_string_append_c (out, '\n');
  for (guint i = 0; i < G_N_ELEMENTS (curves); i++)
    add_curve (out, curves[i].block, result->tallies[curves[i].kind]->late);
  add_rate (out, result);
  g_string_append (out, "set multiplot layout 2,1\nset grid\n");
  add_label (out, "title", title);
  add_label (out, "xlabel", _ ("lateness, ms"));
  add_label (out, "ylabel", _ ("packets, percent"));
  g_string_append (out,
                   "set yrange [0:100]\nset logscale x\n"
                   "set key bottom right\n");
  if (has_curve (result, 0) || has_curve (result, 1))
    add_lateness (out, result);
  g_string_append (out,
                   "unset title\nunset key\nunset logscale x\n"
                   "set xrange [0:*]\nset yrange [0:*]\n");
  add_label (out, "xlabel", _ ("seconds"));
  add_label (out, "ylabel", _ ("received, Mbit/s"));
  if (result->mbps->len > 0)
    g_string_append (out, "plot $rate with linespoints lw 2\n");
  g_string_append (out, "unset multiplot\nset output\n");
  return g_string_free (out, FALSE);
}

gboolean
sp_load_plot_draw (const char *script, GError **error)
{
  g_autoptr (GSubprocess) gnuplot = NULL;
  g_autofree char *said = NULL;
  g_autofree char *program = g_find_program_in_path ("gnuplot");

  if (program == NULL)
    return sp_error_set (
        error, SP_ERROR_NOT_FOUND, _ ("no plot: gnuplot is not installed"));
  gnuplot = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE
                                  | G_SUBPROCESS_FLAGS_STDERR_PIPE,
                              error,
                              program,
                              "-",
                              NULL);
  if (gnuplot == NULL
      || !g_subprocess_communicate_utf8 (
          gnuplot, script, NULL, NULL, &said, error))
    return FALSE;
  return g_subprocess_get_successful (gnuplot)
         || sp_error_set (
             error, SP_ERROR_FAILED, _ ("no plot: gnuplot says: %s"), said);
}
