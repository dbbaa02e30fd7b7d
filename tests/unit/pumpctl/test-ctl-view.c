/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-events.h"
#include "sp-ctl-view.h"

#include "sp-test.h"

static const char text[]
    = "{ \"word\": \"live\", \"empty\": \"\", \"none\": null, \"n\": 1500,"
      " \"less\": -1, \"half\": 1500.7, \"huge\": 1e300, \"yes\": true,"
      " \"at\": \"2026-11-24T23:30:00Z\", \"evil\": \"\\u001b[2J\","
      " \"inner\": { \"n\": 7 }, \"list\": [ { \"n\": 1 }, 2, { } ] }";

static void
test_show (void)
{
  static const struct
  {
    const char *member;
    SpCtlUnit unit;
    const char *shown;
  } rows[] = {
    { "word", SP_CTL_STATE, "live" },
    { "word", SP_CTL_RATE, "live" },
    { "empty", SP_CTL_TEXT, "-" },
    { "none", SP_CTL_TEXT, "-" },
    { "absent", SP_CTL_COUNT, "-" },
    { "n", SP_CTL_COUNT, "1500" },
    { "n", SP_CTL_RATE, "1.5 kbit/s" },
    { "n", SP_CTL_BYTES, "1.5 kB" },
    { "n", SP_CTL_KIBIBYTES, "1.5 MB" },
    { "n", SP_CTL_SECONDS, "25 min 0 s" },
    { "n", SP_CTL_MILLISECONDS, "1.5 s" },
    { "n", SP_CTL_MICROSECONDS, "1.5 ms" },
    { "less", SP_CTL_COUNT, "-" },
    { "half", SP_CTL_COUNT, "1500" },
    { "huge", SP_CTL_COUNT, "-" },
    { "yes", SP_CTL_YES_NO, "yes" },
    { "yes.no", SP_CTL_YES_NO, "-" },
    { "at", SP_CTL_TIME, "2026-11-25 00:30:00" },
    { "evil", SP_CTL_TEXT, "\\x1b[2J" },
    { "evil", SP_CTL_TIME, "\\x1b[2J" },
    { "inner", SP_CTL_TEXT, "-" },
    { "inner.n", SP_CTL_COUNT, "7" },
    { "word.n", SP_CTL_COUNT, "-" },
    { "list.n", SP_CTL_COUNT, "-" },
  };
  g_autoptr (JsonNode) node = json_from_string (text, NULL);
  g_autofree char *none = sp_ctl_view_show (NULL, "word", SP_CTL_TEXT);

  g_assert_cmpstr (none, ==, "-");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *shown = sp_ctl_view_show (
          json_node_get_object (node), rows[i].member, rows[i].unit);

      g_test_message ("%s", rows[i].member);
      g_assert_cmpstr (shown, ==, rows[i].shown);
    }
}

static void
test_rows (void)
{
  static const SpCtlField fields[] = { { "N", "n", SP_CTL_COUNT },
                                       { "WORD", "word", SP_CTL_TEXT },
                                       { NULL } };
  g_autoptr (JsonNode) node = json_from_string (text, NULL);
  g_autoptr (SpCtlTable) table = sp_ctl_view_rows (
      fields, sp_ctl_view_array (json_node_get_object (node), "list"));
  g_autoptr (SpCtlTable) none = sp_ctl_view_rows (fields, NULL);
  const SpCtlStyle style = { 0 };
  g_autofree char *lines = sp_ctl_table_render (table, &style);

  g_assert_cmpstr (lines, ==, "N  WORD\n1  -\n-  -\n");
  g_assert_cmpuint (sp_ctl_table_n_rows (none), ==, 0);
}

static void
test_pairs (void)
{
  static const SpCtlField fields[] = { { "Word", "word", SP_CTL_STATE },
                                       { "None", "none", SP_CTL_COUNT },
                                       { "  inner", "inner.n", SP_CTL_COUNT },
                                       { NULL } };
  g_autoptr (JsonNode) node = json_from_string (text, NULL);
  g_autoptr (SpCtlTable) table
      = sp_ctl_view_pairs (fields, json_node_get_object (node));
  const SpCtlStyle style = { 0 };
  g_autofree char *lines = sp_ctl_table_render (table, &style);

  g_assert_cmpstr (lines, ==, "Word     live\n  inner  7\n");
}

static void
test_event (void)
{
  static const struct
  {
    const char *event;
    gboolean is_color;
    const char *line;
  } rows[] = {
    { "{}", FALSE, "    -  -  -        -                 -" },
    { "{\"number\":12,\"kind\":\"source_down\",\"severity\":\"major\","
      "\"at\":\"2026-11-24T23:30:00Z\",\"stream\":\"council\",\"repeats\":1,"
      "\"text\":\"it is \\u001b gone\"}",
      FALSE,
      "   12  2026-11-25 00:30:00  major    source_down       "
      "[council] it is \\x1b gone" },
    { "{\"number\":1,\"severity\":\"clear\",\"text\":\"a\",\"repeats\":3}",
      TRUE,
      "    1  -  \033[32mclear  \033[0m  -                 a (3 times)" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (JsonNode) node = json_from_string (rows[i].event, NULL);
      g_autofree char *line
          = sp_ctl_event_line (json_node_get_object (node), rows[i].is_color);

      g_assert_cmpstr (line, ==, rows[i].line);
    }
}

static void
test_events_path (void)
{
  g_autofree char *all = sp_ctl_events_path (NULL, 0, NULL);
  g_autofree char *some = sp_ctl_events_path ("7", 1000, "a,b&c");
  g_autofree char *kinds = sp_ctl_events_path (NULL, 0, "a");

  g_assert_cmpstr (all, ==, "/admin/events");
  g_assert_cmpstr (
      some, ==, "/admin/events?format=json&limit=1000&after=7&kinds=a,b%26c");
  g_assert_cmpstr (kinds, ==, "/admin/events?kinds=a");
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_setenv ("TZ", "CET-1", TRUE);
  g_test_add_func ("/ctl-view/show", test_show);
  g_test_add_func ("/ctl-view/rows", test_rows);
  g_test_add_func ("/ctl-view/pairs", test_pairs);
  g_test_add_func ("/ctl-view/event-line", test_event);
  g_test_add_func ("/ctl-view/events-path", test_events_path);
  return g_test_run ();
}
