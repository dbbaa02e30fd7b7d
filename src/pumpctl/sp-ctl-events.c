/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-events.h"

#include "sp-ctl-text.h"

#include <glib/gi18n.h>

#define PAGE_MAX 1000u   /* the most that a pump gives at once */
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
sp_ctl_events_path (const char *after, guint limit, const char *kinds)
{
  GString *path = g_string_new ("/admin/events");
  char join = '?';

  if (limit > 0)
    {
      g_string_append_printf (path, "?format=json&limit=%u", limit);
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

/** What the command line says. */
typedef struct
{
  gint64 after; /* -1: not given */
  gint64 limit; /* 0: not given */
  char *kinds;  /* NULL: all */
  gboolean is_following;
} Wish;

static void
print_events (SpCtl *ctl, JsonArray *events)
{
  for (guint i = 0; events != NULL && i < json_array_get_length (events); i++)
    {
      JsonNode *node = json_array_get_element (events, i);
      g_autofree char *line = NULL;

      if (!JSON_NODE_HOLDS_OBJECT (node))
        continue;
      line = sp_ctl_event_line (json_node_get_object (node),
                                ctl->style.is_color);
      g_print ("%s\n", line);
    }
}

/* Where the page behind this one begins; 0: this was the last. */
static guint64
next_after (JsonArray *events, guint64 after)
{
  guint n_events = events != NULL ? json_array_get_length (events) : 0;
  JsonNode *last = n_events >= PAGE_MAX
                       ? json_array_get_element (events, n_events - 1)
                       : NULL;
  guint64 number
      = last != NULL && JSON_NODE_HOLDS_OBJECT (last)
            ? sp_ctl_view_number (json_node_get_object (last), "number")
            : 0;

  return number > after ? number : 0;
}

/* One answer; the number to go on after, 0: there is no more, or *@status says
 * why not. @after: (nullable): the newest there are. */
static guint64
list_page (
    SpCtl *ctl, const Wish *wish, const char *after, guint limit, int *status)
{
  g_autofree char *path = sp_ctl_events_path (after, limit, wish->kinds);
  g_autoptr (SpCtlAnswer) answer = sp_ctl_ask (ctl, "GET", path, NULL, status);
  JsonObject *object;
  JsonArray *events;
  g_autofree char *lost = NULL;

  if (answer == NULL)
    return 0;
  object = sp_ctl_answer_object (answer);
  events = sp_ctl_view_array (object, "events");
  lost = sp_ctl_view_show (object, "lost", SP_CTL_COUNT);
  if (sp_ctl_view_number (object, "lost") > 0)
    g_printerr (_ ("pumpctl: %s older ones are not kept any more\n"), lost);
  if (!ctl->options.is_json)
    print_events (ctl, events);
  return after != NULL ? next_after (events, g_ascii_strtoull (after, NULL, 10))
                       : 0;
}

/* The newest; or all after a number, in as many answers as it takes. */
static int
list_events (SpCtl *ctl, const Wish *wish)
{
  guint64 next = (guint64)wish->after;
  int status;

  if (wish->after < 0)
    (void)list_page (ctl,
                     wish,
                     NULL,
                     wish->limit > 0 ? (guint)wish->limit : PAGE_MAX,
                     &status);
  else
    do
      {
        g_autofree char *after = g_strdup_printf ("%" G_GUINT64_FORMAT, next);

        next = list_page (ctl, wish, after, PAGE_MAX, &status);
      }
    while (next > 0);
  return status;
}

static int
check_and_run (SpCtl *ctl, const char *command, const Wish *wish)
{
  g_autofree char *number = NULL;

  if (wish->after < -1)
    return sp_ctl_bad_usage (command, _ ("--after is the number of an event"));
  if (wish->limit < 0 || wish->limit > PAGE_MAX)
    return sp_ctl_bad_usage (command, _ ("--limit is 1 to %u"), PAGE_MAX);
  if (wish->limit > 0 && (wish->after >= 0 || wish->is_following))
    return sp_ctl_bad_usage (
        command, _ ("--limit goes with neither --after nor --follow"));
  if (!wish->is_following)
    return list_events (ctl, wish);
  if (wish->after >= 0)
    number = g_strdup_printf ("%" G_GINT64_FORMAT, wish->after);
  return sp_ctl_follow (ctl, number, wish->kinds);
}

/** sp_ctl_run_events: GET /admin/events, as a list or as a stream. */
int
sp_ctl_run_events (SpCtl *ctl, int argc, char **argv)
{
  Wish wish = { .after = -1 };
  const GOptionEntry entries[]
      = { { "after",
            0,
            0,
            G_OPTION_ARG_INT64,
            &wish.after,
            N_ ("All those after event number N"),
            N_ ("N") },
          { "limit",
            0,
            0,
            G_OPTION_ARG_INT64,
            &wish.limit,
            N_ ("The newest N, 1 to 1000"),
            N_ ("N") },
          { "kinds",
            0,
            0,
            G_OPTION_ARG_STRING,
            &wish.kinds,
            N_ ("Of these kinds only: source_down,source_up"),
            N_ ("KIND,...") },
          { "follow",
            'f',
            0,
            G_OPTION_ARG_NONE,
            &wish.is_following,
            N_ ("Those that happen from now on, until Ctrl-C"),
            NULL },
          { NULL } };
  int status;

  if (sp_ctl_parse (ctl, entries, &argc, &argv, &status))
    status = sp_ctl_has_arguments (argc, argv, 0, 0)
                 ? check_and_run (ctl, argv[0], &wish)
                 : SP_CTL_EXIT_USAGE;
  g_free (wish.kinds);
  return status;
}
