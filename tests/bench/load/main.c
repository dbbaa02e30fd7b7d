/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "sp-error.h"
#include "sp-load-plot.h"
#include "sp-load-push.h"
#include "sp-load-report.h"
#include "sp-load-run.h"

static int
complain (const GError *error, int status)
{
  g_printerr ("stream-pump-load: %s\n", error->message);
  if (status == SP_LOAD_EXIT_USAGE)
    g_printerr (_ ("'stream-pump-load --help' says more.\n"));
  return status;
}

static gboolean
is_to_stdout (const SpLoadOptions *options)
{
  return g_strcmp0 (options->json_file, "-") == 0;
}

static gboolean
write_json (const SpLoadOptions *options, const char *json, GError **error)
{
  if (options->json_file == NULL)
    return TRUE;
  if (!is_to_stdout (options))
    return g_file_set_contents (options->json_file, json, -1, error);
  return (puts (json) >= 0 && fflush (stdout) == 0)
         || sp_error_set (error,
                          SP_ERROR_FAILED,
                          _ ("standard output: %s"),
                          g_strerror (errno));
}

/* A picture that cannot be drawn changes nothing about the result. */
static void
draw (const SpLoadOptions *options, const SpLoadResult *result)
{
  g_autofree char *script = NULL;
  g_autoptr (GError) error = NULL;

  if (options->plot_file == NULL)
    return;
  script = sp_load_plot_script (options, result, options->plot_file);
  if (!sp_load_plot_draw (script, &error))
    g_printerr ("stream-pump-load: %s\n", error->message);
}

static int
push (const SpLoadOptions *options)
{
  SpLoadPushed pushed;
  g_autoptr (GError) error = NULL;

  if (!sp_load_push (options, &pushed, &error))
    return complain (error, SP_LOAD_EXIT_BAD);
  printf (_ ("%lu packets in %.1f s: %.0f kbit/s; at most %.1f ms behind the "
             "schedule\n"),
          (gulong)pushed.packets,
          pushed.seconds,
          pushed.seconds > 0 ? (double)pushed.bytes * 8 / 1000 / pushed.seconds
                             : 0.0,
          pushed.late_max_ms);
  return SP_LOAD_EXIT_OK;
}

static int
watch (const SpLoadOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SpLoadResult) result = sp_load_run (options, &error);
  g_autofree char *json = NULL;
  g_autofree char *table = NULL;

  if (result == NULL)
    return complain (error, SP_LOAD_EXIT_USAGE);
  json = sp_load_report_json (options, result);
  table = sp_load_report_table (options, result);
  if (!is_to_stdout (options))
    fputs (table, stdout);
  if (!write_json (options, json, &error))
    return complain (error, SP_LOAD_EXIT_BAD);
  draw (options, result);
  return sp_load_result_is_good (result) ? SP_LOAD_EXIT_OK : SP_LOAD_EXIT_BAD;
}

int
main (int argc, char **argv)
{
  SpLoadOptions options;
  g_autoptr (GError) error = NULL;
  int status = SP_LOAD_EXIT_OK;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, SP_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("stream-pump-load");
  if (!sp_load_options_parse (&options, &argc, &argv, &error))
    status = complain (error, SP_LOAD_EXIT_USAGE);
  else if (options.is_version)
    g_print ("stream-pump-load %s\n", PACKAGE_VERSION);
  else
    status = options.is_push ? push (&options) : watch (&options);
  sp_load_options_clear (&options);
  return status;
}
