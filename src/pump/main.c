/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-agent.h"
#include "sp-app.h"
#include "sp-error.h"
#include "sp-log.h"
#include "sp-options.h"
#include "sp-privileges.h"
#include "sp-systemd.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>

typedef struct
{
  SpApp *app;
  GMainLoop *loop;
} Serving;

static void
on_left (gpointer user_data)
{
  g_main_loop_quit (user_data);
}

/* The second time it waits for nobody. */
static gboolean
on_terminate (gpointer user_data)
{
  Serving *serving = user_data;

  sp_app_leave (serving->app, on_left, serving->loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_hang_up (gpointer user_data)
{
  sp_app_reload_file (user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_watchdog (gpointer user_data)
{
  sp_systemd_watchdog ();
  return G_SOURCE_CONTINUE;
}

/* Ports and keys are opened first, then root is given up. */
static int
open_and_drop (SpApp *app, SpConfig *config)
{
  g_autoptr (GError) error = NULL;

  if (!sp_app_open (app, &error))
    {
      sp_log (G_LOG_LEVEL_WARNING, NULL, "cannot listen: %s", error->message);
      return g_error_matches (error, SP_ERROR, SP_ERROR_CONFIG)
                 ? SP_EXIT_CONFIG
                 : SP_EXIT_LISTEN;
    }
  if (!sp_privileges_drop (config->user, config->group, &error))
    {
      sp_log (G_LOG_LEVEL_WARNING, NULL, "%s", error->message);
      return SP_EXIT_CONFIG;
    }
  return SP_EXIT_OK;
}

static void
serve (SpApp *app)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Serving serving = { app, loop };
  SpLogFields fields = { .message_id = SP_MESSAGE_STARTED };
  guint watchdog_ms = sp_systemd_watchdog_ms ();

  g_unix_signal_add (SIGTERM, on_terminate, &serving);
  g_unix_signal_add (SIGINT, on_terminate, &serving);
  g_unix_signal_add (SIGHUP, on_hang_up, app);
  if (watchdog_ms > 0)
    g_timeout_add (watchdog_ms, on_watchdog, NULL);
  sp_log (
      G_LOG_LEVEL_MESSAGE, &fields, "stream-pump " PACKAGE_VERSION " ready");
  sp_systemd_ready ("serving");
  g_main_loop_run (loop);
  fields.message_id = SP_MESSAGE_STOPPED;
  sp_systemd_stopping ("ending streams");
  sp_app_stop (app);
  sp_log (G_LOG_LEVEL_MESSAGE, &fields, "stopped on request");
}

static int
run (const SpOptions *options, SpConfig *config)
{
  g_autoptr (SpApp) app
      = sp_app_new (config, options->is_demo ? NULL : options->file);
  int status = open_and_drop (app, config);

  if (status != SP_EXIT_OK)
    return status;
  sp_app_start (app);
  if (options->is_demo)
    {
      sp_app_add_demo (app);
      sp_options_print_demo (config);
    }
  serve (app);
  return SP_EXIT_OK;
}

int
main (int argc, char **argv)
{
  g_auto (SpOptions) options = { 0 };
  g_autoptr (SpConfig) config = NULL;
  int status = SP_EXIT_OK;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, SP_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  (void)signal (SIGPIPE, SIG_IGN);
  sp_agent_prepare_environment ();
  sp_log_init ();
  if (!sp_options_parse (&options, &argc, &argv, &status))
    return status;
  config = sp_options_load (&options);
  if (config == NULL)
    return SP_EXIT_CONFIG;
  return options.is_check ? SP_EXIT_OK : run (&options, config);
}
