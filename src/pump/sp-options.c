/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-options.h"

#include <glib/gi18n.h>
#include <string.h>

#define DEFAULT_FILE SP_SYSCONF_DIR "/stream-pump/stream-pump.json"

/* Its source is replaced by the built-in film; the push path is never opened.
 */
static const char demo_config[] = "{ \"streams\": [ { \"name\": "
                                  "\"Demonstration\", \"path\": \"demo\","
                                  " \"type\": \"mmsh_push\" } ] }";

void
sp_options_clear (SpOptions *options)
{
  g_clear_pointer (&options->file, g_free);
}

static gboolean
parse (SpOptions *options, int *argc, char ***argv, GError **error)
{
  GOptionEntry entries[]
      = { { "config",
            'c',
            0,
            G_OPTION_ARG_FILENAME,
            &options->file,
            N_ ("Read the configuration from FILE"),
            N_ ("FILE") },
          { "check-config",
            0,
            0,
            G_OPTION_ARG_NONE,
            &options->is_check,
            N_ ("Print every problem of the configuration and leave"),
            NULL },
          { "demo",
            0,
            0,
            G_OPTION_ARG_NONE,
            &options->is_demo,
            N_ ("Serve a built-in looping stream, without a configuration"),
            NULL },
          { "version",
            0,
            0,
            G_OPTION_ARG_NONE,
            &options->is_version,
            N_ ("Print the version and leave"),
            NULL },
          { NULL } };
  g_autoptr (GOptionContext) context
      = g_option_context_new (_ ("- reflect live streams to many viewers"));

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  return g_option_context_parse (context, argc, argv, error);
}

gboolean
sp_options_parse (SpOptions *options, int *argc, char ***argv, int *status)
{
  g_autoptr (GError) error = NULL;

  if (!parse (options, argc, argv, &error) || *argc > 1)
    {
      if (error != NULL)
        g_printerr ("stream-pump: %s\n", error->message);
      else
        g_printerr (
            _ ("stream-pump: there are no arguments beside options: '%s'\n"),
            (*argv)[1]);
      g_printerr (_ ("Try 'stream-pump --help'.\n"));
      *status = SP_EXIT_USAGE;
      return FALSE;
    }
  if (options->is_version)
    {
      g_print ("stream-pump %s\n", PACKAGE_VERSION);
      *status = SP_EXIT_OK;
      return FALSE;
    }
  if (options->file == NULL)
    options->file = g_strdup (DEFAULT_FILE);
  return TRUE;
}

SpConfig *
sp_options_load (const SpOptions *options)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  SpConfig *config;

  if (options->is_demo)
    config = sp_config_parse (
        demo_config, strlen (demo_config), "--demo", problems);
  else
    config = sp_config_load (options->file, problems);
  for (guint i = 0; i < problems->len; i++)
    g_printerr ("%s\n", (const char *)problems->pdata[i]);
  return config;
}

void
sp_options_print_demo (const SpConfig *config)
{
  g_print (_ ("\nA demonstration stream is running. Open it in a player:\n\n"));
  g_print ("  ffplay mmsh://127.0.0.1:%u/streams/demo\n", config->port);
  g_print ("  vlc mmsh://127.0.0.1:%u/streams/demo\n", config->port);
  g_print ("  mplayer mmsh://127.0.0.1:%u/streams/demo\n", config->port);
  g_print ("  mpv http://127.0.0.1:%u/streams/demo\n", config->port);
  g_print (_ ("  Windows Media Player: mms://THIS-HOST:%u/streams/demo\n"),
           config->port);
  g_print (_ ("\nand look at it:\n\n"));
  g_print ("  http://127.0.0.1:%u/\n", config->admin_port);
  g_print ("  curl http://127.0.0.1:%u/admin/status\n", config->admin_port);
  g_print ("  curl http://127.0.0.1:%u/admin/streams\n", config->admin_port);
  g_print ("  curl http://127.0.0.1:%u/admin/clients\n", config->admin_port);
  g_print (_ ("\nCtrl-C ends it.\n\n"));
}
