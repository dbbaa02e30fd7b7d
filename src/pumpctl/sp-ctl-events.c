/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-events.h"

#include "sp-ctl-text.h"

#include <glib/gi18n.h>

#define SEVERITY_WIDTH 7 /* "warning" */
#define KIND_WIDTH 16    /* "canary_recovered" */

static void
add_word (GString *line, const char *word, guint width, gboolean is_color)
{
  SpCtlColor color = is_color ? sp_ctl_format_color (word) : SP_CTL_PLAIN;

  g_string_append (line, "  ");
  g_string_append (line, sp_ctl_format_sgr (color));
  sp_ctl_text_append_padded (line, word, width, FALSE);
  if (color != SP_CTL_PLAIN)
    g_string_append (line, SP_CTL_SGR_OFF);
}

/* What it is about, unless the text says so: "[council] ". */
static void
add_subject (GString *line, JsonObject *event)
{
  g_autofree char *stream = sp_ctl_view_show (event, "stream", SP_CTL_TEXT);

  if (sp_ctl_view_word (event, "stream") != NULL)
    g_string_append_printf (line, "[%s] ", stream);
}

char *
sp_ctl_event_line (JsonObject *event, gboolean is_color)
{
  g_autofree char *number = sp_ctl_view_show (event, "number", SP_CTL_COUNT);
  g_autofree char *at = sp_ctl_view_show (event, "at", SP_CTL_TIME);
  g_autofree char *severity
      = sp_ctl_view_show (event, "severity", SP_CTL_STATE);
  g_autofree char *kind = sp_ctl_view_show (event, "kind", SP_CTL_TEXT);
  g_autofree char *text = sp_ctl_view_show (event, "text", SP_CTL_TEXT);
  guint64 repeats = sp_ctl_view_number (event, "repeats");
  GString *line = g_string_new (NULL);

  sp_ctl_text_append_padded (line, number, 5, TRUE);
  g_string_append_printf (line, "  %s", at);
  add_word (line, severity, SEVERITY_WIDTH, is_color);
  add_word (line, kind, KIND_WIDTH, FALSE);
  g_string_append (line, "  ");
  add_subject (line, event);
  g_string_append (line, text);
  if (repeats > 1)
    g_string_append_printf (
        line, _ (" (%u times)"), (guint)MIN (repeats, G_MAXUINT));
  return g_string_free (line, FALSE);
}

char *
sp_ctl_events_path (gboolean is_json, const char *after, const char *kinds)
{
  GString *path = g_string_new ("/admin/events");
  char join = '?';

  if (is_json)
    {
      g_string_append (path, "?format=json");
      join = '&';
    }
  if (after != NULL)
    {
      g_string_append_printf (path, "%cafter=%s", join, after);
      join = '&';
    }
  if (kinds != NULL)
    {
      g_string_append_printf (path, "%ckinds=", join);
      g_string_append_uri_escaped (path, kinds, ",", FALSE);
    }
  return g_string_free (path, FALSE);
}

/* The number of the last one. */
static guint64
print_events (SpCtl *ctl, JsonArray *events)
{
  guint64 last = 0;

  for (guint i = 0; events != NULL && i < json_array_get_length (events); i++)
    {
      JsonNode *node = json_array_get_element (events, i);
      g_autofree char *line = NULL;

      if (!JSON_NODE_HOLDS_OBJECT (node))
        continue;
      line = sp_ctl_event_line (json_node_get_object (node),
                                ctl->style.is_color);
      if (!ctl->options.is_json)
        g_print ("%s\n", line);
      last = sp_ctl_view_number (json_node_get_object (node), "number");
    }
  return last;
}

/* All there are, in as many answers as the pump makes of them. */
static int
list_events (SpCtl *ctl, guint64 after, const char *kinds)
{
  guint64 shown = after;
  int status;

  do
    {
      g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, shown);
      g_autofree char *path = sp_ctl_events_path (TRUE, number, kinds);
      g_autoptr (SpCtlAnswer) answer
          = sp_ctl_ask (ctl, "GET", path, NULL, &status);
      JsonObject *object;

      if (answer == NULL)
        return status;
      object = sp_ctl_answer_object (answer);
      after = shown;
      shown = print_events (ctl, sp_ctl_view_array (object, "events"));
    }
  while (shown > after);
  return status;
}

static int
check_and_run (SpCtl *ctl,
               const char *command,
               gint64 after,
               const char *kinds,
               gboolean is_following)
{
  g_autofree char *number = NULL;

  if (after < -1)
    return sp_ctl_bad_usage (command, _ ("--after is the number of an event"));
  if (!is_following)
    return list_events (ctl, (guint64)MAX (after, 0), kinds);
  if (after >= 0)
    number = g_strdup_printf ("%" G_GINT64_FORMAT, after);
  return sp_ctl_follow (ctl, number, kinds);
}

/** sp_ctl_run_events: GET /admin/events, as a list or as a stream. */
int
sp_ctl_run_events (SpCtl *ctl, int argc, char **argv)
{
  gint64 after = -1;
  g_autofree char *kinds = NULL;
  gboolean is_following = FALSE;
  const GOptionEntry entries[]
      = { { "after",
            0,
            0,
            G_OPTION_ARG_INT64,
            &after,
            N_ ("Those after event number N"),
            N_ ("N") },
          { "kinds",
            0,
            0,
            G_OPTION_ARG_STRING,
            &kinds,
            N_ ("Of these kinds only: source_down,source_up"),
            N_ ("KIND,...") },
          { "follow",
            'f',
            0,
            G_OPTION_ARG_NONE,
            &is_following,
            N_ ("Those that happen from now on, until Ctrl-C"),
            NULL },
          { NULL } };
  int status;

  if (!sp_ctl_parse (ctl, entries, &argc, &argv, &status))
    return status;
  if (!sp_ctl_has_arguments (argc, argv, 0, 0))
    return SP_CTL_EXIT_USAGE;
  return check_and_run (ctl, argv[0], after, kinds, is_following);
}
