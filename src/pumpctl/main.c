/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-term.h"
#include "sp-ctl.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* (transfer full) */
static char *
describe_commands (void)
{
  GString *text = g_string_new (_ ("Commands:\n"));

  for (const SpCtlCommand *at = sp_ctl_commands; at->name != NULL; at++)
    g_string_append_printf (text, "  %-10s %s\n", at->name, _ (at->summary));
  g_string_append (text, _ ("\n'pumpctl COMMAND --help' says more.\n"));
  return g_string_free (text, FALSE);
}

/* Up to the command; those behind it are for the command. */
static gboolean
parse_before (SpCtl *ctl, int *argc, char ***argv, int *status)
{
  g_autoptr (GOptionContext) context
      = g_option_context_new (_ ("COMMAND - ask a running stream-pump"));
  g_autofree char *commands = describe_commands ();
  GOptionEntry entries[SP_CTL_N_OPTIONS];
  g_autoptr (GError) error = NULL;

  sp_ctl_options_entries (&ctl->options, entries);
  g_option_context_set_strict_posix (context, TRUE);
  g_option_context_set_description (context, commands);
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, &error))
    {
      *status = sp_ctl_bad_usage (NULL, "%s", error->message);
      return FALSE;
    }
  if (ctl->options.is_version)
    {
      g_print ("pumpctl %s\n", PACKAGE_VERSION);
      *status = SP_CTL_EXIT_OK;
      return FALSE;
    }
  return TRUE;
}

static int
run (SpCtl *ctl, int argc, char **argv)
{
  const SpCtlCommand *command;
  int status;

  if (!parse_before (ctl, &argc, &argv, &status))
    return status;
  if (argc < 2)
    return sp_ctl_bad_usage (NULL, _ ("which command?"));
  command = sp_ctl_find (argv[1]);
  if (command == NULL)
    return sp_ctl_bad_usage (NULL, _ ("there is no command '%s'"), argv[1]);
  return command->run (ctl, argc - 1, argv + 1);
}

/* GIO ignores SIGPIPE and writes to sockets without it; for standard output it
 * is what ends `pumpctl clients | head`. */
static void
restore_sigpipe (void)
{
  g_type_class_unref (g_type_class_ref (G_TYPE_SOCKET));
  (void)signal (SIGPIPE, SIG_DFL);
}

int
main (int argc, char **argv)
{
  SpCtl ctl = { 0 };
  int status;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, SP_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("pumpctl");
  restore_sigpipe ();
  ctl.style = sp_ctl_term_style (STDOUT_FILENO);
  status = run (&ctl, argc, argv);
  g_clear_pointer (&ctl.client, sp_ctl_client_free);
  sp_ctl_options_clear (&ctl.options);
  if (fflush (stdout) != 0 || ferror (stdout) != 0)
    {
      g_printerr (_ ("pumpctl: standard output: %s\n"), g_strerror (errno));
      return status != SP_CTL_EXIT_OK ? status : SP_CTL_EXIT_REFUSED;
    }
  return status;
}
