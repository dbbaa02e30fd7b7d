/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-top-view.h"

#include "sp-ctl-text.h"

#include <glib/gi18n.h>

#define N_AROUND 5 /* lines that are no streams: two, a gap, titles, help */

static const struct
{
  const char *word;
  const char *member;
} sorts[SP_CTL_N_SORTS] = {
  { "bitrate", "bitrate_out_bps" },
  { "clients", "clients" },
  { "lag", "quality.lag_worst_ms" },
};

static const SpCtlField columns[] = {
  { N_ ("PATH"), "path", SP_CTL_TEXT, TRUE },
  { N_ ("STATE"), "state", SP_CTL_STATE },
  { N_ ("HEALTH"), "health", SP_CTL_STATE },
  { N_ ("CLIENTS"), "clients", SP_CTL_COUNT },
  { N_ ("BEHIND"), "quality.behind", SP_CTL_COUNT },
  { N_ ("IN"), "bitrate_bps", SP_CTL_RATE },
  { N_ ("OUT"), "bitrate_out_bps", SP_CTL_RATE },
  { N_ ("LAG"), "quality.lag_worst_ms", SP_CTL_MILLISECONDS },
  { N_ ("SOURCE"), "source_label", SP_CTL_TEXT, TRUE },
  { NULL },
};

gboolean
sp_ctl_sort_parse (const char *word, SpCtlSort *sort)
{
  for (guint i = 0; i < SP_CTL_N_SORTS; i++)
    if (g_str_equal (sorts[i].word, word))
      {
        *sort = (SpCtlSort)i;
        return TRUE;
      }
  return FALSE;
}

guint
sp_ctl_top_page (guint height)
{
  return height > N_AROUND ? height - N_AROUND : 0;
}

/* The most first; by path among equals. */
static gint
compare (gconstpointer a, gconstpointer b, gpointer member)
{
  JsonObject *one = *(JsonObject *const *)a;
  JsonObject *two = *(JsonObject *const *)b;
  guint64 one_value = sp_ctl_view_number (one, member);
  guint64 two_value = sp_ctl_view_number (two, member);

  if (one_value != two_value)
    return one_value > two_value ? -1 : 1;
  return g_strcmp0 (sp_ctl_view_word (one, "path"),
                    sp_ctl_view_word (two, "path"));
}

/* (element-type JsonObject) */
static GPtrArray *
sort_streams (const SpCtlTopView *view)
{
  GPtrArray *rows = g_ptr_array_new ();
  guint n = view->streams != NULL ? json_array_get_length (view->streams) : 0;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (view->streams, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        g_ptr_array_add (rows, json_node_get_object (node));
    }
  g_ptr_array_sort_with_data (
      rows, compare, (gpointer)sorts[view->sort].member);
  return rows;
}

static void
add_line (GString *screen, const SpCtlStyle *style, const char *text)
{
  g_autofree char *line
      = sp_ctl_text_cut (text, style->width, sp_ctl_style_ellipsis (style));

  g_string_append_printf (screen, "%s\n", line);
}

static void
add_pump (GString *screen, const SpCtlTopView *view, const SpCtlStyle *style)
{
  JsonObject *status = view->status;
  g_autofree char *host = sp_ctl_view_show (
      status,
      sp_ctl_view_word (status, "host") != NULL ? "host" : "name",
      SP_CTL_TEXT);
  g_autofree char *state = sp_ctl_view_show (status, "state", SP_CTL_STATE);
  g_autofree char *uptime
      = sp_ctl_view_show (status, "uptime_s", SP_CTL_SECONDS);
  g_autofree char *clients = sp_ctl_view_show (status, "clients", SP_CTL_COUNT);
  g_autofree char *out
      = sp_ctl_view_show (status, "bitrate_out_bps", SP_CTL_RATE);
  g_autofree char *in
      = sp_ctl_view_show (status, "bitrate_in_bps", SP_CTL_RATE);
  g_autofree char *line
      = g_strdup_printf (_ ("%s  %s for %s  clients %s  out %s  in %s"),
                         host,
                         state,
                         uptime,
                         clients,
                         out,
                         in);

  add_line (screen, style, line);
}

/* What is old is said before all else. */
static void
add_second (GString *screen, const SpCtlTopView *view, const SpCtlStyle *style)
{
  JsonObject *status = view->status;
  g_autofree char *streams = sp_ctl_view_show (status, "streams", SP_CTL_COUNT);
  g_autofree char *live
      = sp_ctl_view_show (status, "streams_live", SP_CTL_COUNT);
  g_autofree char *alarm
      = sp_ctl_view_show (status, "streams_alarm", SP_CTL_COUNT);
  g_autofree char *drain
      = sp_ctl_view_show (status, "drain.state", SP_CTL_STATE);
  g_autofree char *config
      = sp_ctl_view_show (status, "config.result", SP_CTL_STATE);
  g_autofree char *line = NULL;
  const gboolean is_red = view->problem != NULL && style->is_color;

  if (view->problem != NULL)
    line = g_strdup_printf (_ ("OLD FIGURES: %s"), view->problem);
  else
    line = g_strdup_printf (
        _ ("streams %s, live %s, without media %s  drain %s  config %s"),
        streams,
        live,
        alarm,
        drain,
        config);
  if (is_red)
    g_string_append (screen, sp_ctl_format_sgr (SP_CTL_BAD));
  add_line (screen, style, line);
  if (is_red)
    {
      g_string_truncate (screen, screen->len - 1);
      g_string_append (screen, SP_CTL_SGR_OFF "\n");
    }
}

static void
add_help (GString *screen,
          const SpCtlTopView *view,
          const SpCtlStyle *style,
          guint n_rows,
          guint n_shown)
{
  g_autofree char *line = g_strdup_printf (
      _ ("%s  %u-%u of %u  q quit  s sort: %s  arrows scroll"),
      view->clock,
      n_shown > 0 ? view->first + 1 : 0,
      view->first + n_shown,
      n_rows,
      sorts[view->sort].word);

  add_line (screen, style, line);
}

/* Lines @first and following of @text. */
static void
add_lines (GString *screen, const char *text, guint n_lines)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; i < n_lines && lines[i] != NULL && *lines[i] != '\0'; i++)
    g_string_append_printf (screen, "%s\n", lines[i]);
}

char *
sp_ctl_top_render (SpCtlTopView *view, const SpCtlStyle *style, guint height)
{
  GString *screen = g_string_new (NULL);
  g_autoptr (GPtrArray) rows = sort_streams (view);
  g_autoptr (SpCtlTable) table = sp_ctl_view_rows (columns, NULL);
  g_autofree char *text = NULL;
  const guint page = sp_ctl_top_page (height);
  guint n_shown;

  view->first = MIN (view->first, rows->len > page ? rows->len - page : 0);
  n_shown = MIN (page, rows->len - view->first);
  for (guint i = 0; i < n_shown; i++)
    sp_ctl_view_add_row (table, columns, rows->pdata[view->first + i]);
  text = sp_ctl_table_render (table, style);
  add_pump (screen, view, style);
  add_second (screen, view, style);
  g_string_append_c (screen, '\n');
  add_lines (screen, text, n_shown + 1);
  for (guint i = n_shown; i < page; i++)
    g_string_append_c (screen, '\n');
  add_help (screen, view, style, rows->len, n_shown);
  if (height <= N_AROUND) /* as much as there is room for */
    for (guint i = 0, line = 0; i < screen->len; i++)
      if (screen->str[i] == '\n' && ++line == height)
        g_string_truncate (screen, i + 1);
  g_string_truncate (screen, screen->len - 1);
  return g_string_free (screen, FALSE);
}
