/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl.h"

#include <glib/gi18n.h>

static const SpCtlField columns[] = {
  { N_ ("CHANGED"), "key", SP_CTL_TEXT, TRUE },
  { N_ ("TAKES EFFECT"), "effect", SP_CTL_TEXT },
  { NULL },
};

/** sp_ctl_run_reload: POST /admin/reload. */
int
sp_ctl_run_reload (SpCtl *ctl, int argc, char **argv)
{
  g_autoptr (SpCtlAnswer) answer = NULL;
  g_autofree char *generation = NULL;
  JsonObject *object;
  int status;

  if (!sp_ctl_parse (ctl, NULL, &argc, &argv, &status))
    return status;
  if (!sp_ctl_has_arguments (argc, argv, 0, 0))
    return SP_CTL_EXIT_USAGE;
  answer = sp_ctl_ask (ctl, "POST", "/admin/reload", "{}", &status);
  if (answer == NULL || ctl->options.is_json)
    return status;
  object = sp_ctl_answer_object (answer);
  g_autoptr (SpCtlTable) table
      = sp_ctl_view_rows (columns, sp_ctl_view_array (object, "changes"));
  generation = sp_ctl_view_show (object, "generation", SP_CTL_COUNT);
  if (sp_ctl_table_n_rows (table) > 0)
    sp_ctl_print_table (ctl, table);
  else
    g_print (_ ("nothing differs\n"));
  g_print (_ ("generation %s of the configuration is in use\n"), generation);
  return status;
}
