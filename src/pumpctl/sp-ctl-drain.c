/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl.h"

#include "sp-json-build.h"

#include <glib/gi18n.h>

#define LOOK_MS 500 /* between two looks */
#define MAX_DEADLINE_S (7 * 24 * 60 * 60)

/** What the command line says. */
typedef struct
{
  char *redirect;
  gint64 deadline_s; /* -1: not given */
  gboolean is_off;
  gboolean is_waiting;
} Wish;

static char *
make_body (const Wish *wish)
{
  JsonBuilder *builder = sp_json_build_new ();

  if (wish->is_off)
    sp_json_build_boolean (builder, "off", TRUE);
  if (wish->redirect != NULL)
    sp_json_build_string (builder, "redirect", wish->redirect);
  if (wish->deadline_s >= 0)
    sp_json_build_integer (builder, "deadline_s", (guint64)wish->deadline_s);
  return sp_ctl_build (builder);
}

/* "draining, 12 clients left, until ...", or "serving"; nothing with --json. */
static void
print_drain (SpCtl *ctl, JsonObject *drain)
{
  g_autofree char *state = sp_ctl_view_show (drain, "state", SP_CTL_STATE);
  const guint left
      = (guint)MIN (sp_ctl_view_number (drain, "viewers_remaining"), G_MAXUINT);
  g_autofree char *deadline = sp_ctl_view_show (drain, "deadline", SP_CTL_TIME);

  if (ctl->options.is_json)
    return;
  if (g_strcmp0 (sp_ctl_view_word (drain, "state"), "serving") == 0)
    {
      g_print ("%s\n", state);
      return;
    }
  g_print (
      g_dngettext (
          GETTEXT_PACKAGE, "%s, %u client left", "%s, %u clients left", left),
      state,
      left);
  if (left > 0 && sp_ctl_view_word (drain, "deadline") != NULL)
    g_print (_ (", until %s"), deadline);
  g_print ("\n");
}

static gboolean
on_pause_over (gpointer user_data)
{
  *(gboolean *)user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
pause_for (guint ms)
{
  gboolean is_over = FALSE;

  g_timeout_add (ms, on_pause_over, &is_over);
  while (!is_over)
    g_main_context_iteration (NULL, TRUE);
}

/* Until the last client has gone; says how many there are when that changes. */
static int
wait_drained (SpCtl *ctl, guint64 shown)
{
  for (;;)
    {
      int status;
      g_autoptr (SpCtlAnswer) answer = NULL;
      JsonObject *drain;
      const char *state;

      pause_for (LOOK_MS);
      answer = sp_ctl_ask_silently (ctl, "/admin/status", &status);
      if (answer == NULL)
        return status;
      drain = sp_ctl_view_object (sp_ctl_answer_object (answer), "drain");
      state = sp_ctl_view_word (drain, "state");
      if (g_strcmp0 (state, "drained") != 0
          && g_strcmp0 (state, "draining") != 0)
        {
          g_printerr (_ ("pumpctl: the pump does not drain any more\n"));
          return SP_CTL_EXIT_REFUSED;
        }
      if (sp_ctl_view_number (drain, "viewers_remaining") != shown
          || g_str_equal (state, "drained"))
        print_drain (ctl, drain);
      shown = sp_ctl_view_number (drain, "viewers_remaining");
      if (g_str_equal (state, "drained"))
        return SP_CTL_EXIT_OK;
    }
}

/* With --json the answer to the order is all; waiting is silent. */
static int
drain (SpCtl *ctl, const Wish *wish)
{
  g_autofree char *body = make_body (wish);
  int status;
  g_autoptr (SpCtlAnswer) answer
      = sp_ctl_ask (ctl, "POST", "/admin/drain", body, &status);
  JsonObject *object;

  if (answer == NULL)
    return status;
  object = sp_ctl_answer_object (answer);
  print_drain (ctl, object);
  if (!wish->is_waiting
      || g_strcmp0 (sp_ctl_view_word (object, "state"), "drained") == 0)
    return status;
  return wait_drained (ctl, sp_ctl_view_number (object, "viewers_remaining"));
}

static int
check_and_drain (SpCtl *ctl, const char *command, const Wish *wish)
{
  if (wish->is_off
      && (wish->redirect != NULL || wish->deadline_s >= 0 || wish->is_waiting))
    return sp_ctl_bad_usage (command, _ ("--off stands alone"));
  if (wish->deadline_s < -1 || wish->deadline_s > MAX_DEADLINE_S)
    return sp_ctl_bad_usage (command,
                             _ ("--deadline is 0 (none) to %u seconds"),
                             (guint)MAX_DEADLINE_S);
  return drain (ctl, wish);
}

/** sp_ctl_run_drain: POST /admin/drain, and perhaps GET /admin/status until it
 * has done what it should. */
int
sp_ctl_run_drain (SpCtl *ctl, int argc, char **argv)
{
  Wish wish = { .deadline_s = -1 };
  const GOptionEntry entries[]
      = { { "redirect",
            0,
            0,
            G_OPTION_ARG_STRING,
            &wish.redirect,
            N_ ("Send new clients to URL"),
            N_ ("URL") },
          { "deadline",
            0,
            0,
            G_OPTION_ARG_INT64,
            &wish.deadline_s,
            N_ ("End those still there after SECONDS"),
            N_ ("SECONDS") },
          { "off",
            0,
            0,
            G_OPTION_ARG_NONE,
            &wish.is_off,
            N_ ("Take clients again"),
            NULL },
          { "wait",
            0,
            0,
            G_OPTION_ARG_NONE,
            &wish.is_waiting,
            N_ ("Return when the last client has gone"),
            NULL },
          { NULL } };
  int status;

  if (sp_ctl_parse (ctl, entries, &argc, &argv, &status))
    status = sp_ctl_has_arguments (argc, argv, 0, 0)
                 ? check_and_drain (ctl, argv[0], &wish)
                 : SP_CTL_EXIT_USAGE;
  g_free (wish.redirect);
  return status;
}
