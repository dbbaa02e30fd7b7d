/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-top-view.h"

#include "sp-ctl-text.h"
#include "sp-test.h"

#include <string.h>

#define N_STREAMS 30

/** Figures of a pump with many streams. */
typedef struct
{
  JsonNode *status;
  JsonNode *streams;
  SpCtlTopView view;
} Stage;

/* Stream i: bitrate rises with i, clients fall, lag is greatest at 10. */
static JsonNode *
make_streams (void)
{
  g_autoptr (GString) text = g_string_new ("{\"streams\":[");

  for (guint i = 0; i < N_STREAMS; i++)
    g_string_append_printf (
        text,
        "%s{\"path\":\"s%02u\",\"state\":\"live\",\"health\":\"ok\","
        "\"clients\":%u,\"bitrate_bps\":1200000,\"bitrate_out_bps\":%u,"
        "\"source_label\":\"push from 192.0.2.1:4711\","
        "\"quality\":{\"behind\":1,\"lag_worst_ms\":%u}}",
        i > 0 ? "," : "",
        i,
        100 - i,
        1000000 * i,
        i == 10 ? 5000 : 20);
  g_string_append (text, "]}");
  return json_from_string (text->str, NULL);
}

static void
set_up (Stage *stage, gconstpointer data)
{
  stage->status = json_from_string (
      "{\"name\":\"stream-pump\",\"host\":\"pump1\",\"state\":\"up\","
      "\"uptime_s\":90061,\"clients\":123,\"bitrate_out_bps\":12300000,"
      "\"bitrate_in_bps\":1200000,\"streams\":30,\"streams_live\":29,"
      "\"streams_alarm\":1,\"drain\":{\"state\":\"serving\"},"
      "\"config\":{\"result\":\"ok\"}}",
      NULL);
  stage->streams = make_streams ();
  stage->view = (SpCtlTopView){
    .status = json_node_get_object (stage->status),
    .streams
    = sp_ctl_view_array (json_node_get_object (stage->streams), "streams"),
    .clock = "03:00:00",
  };
}

static void
tear_down (Stage *stage, gconstpointer data)
{
  json_node_unref (stage->status);
  json_node_unref (stage->streams);
}

static GStrv
render (Stage *stage, guint width, guint height)
{
  const SpCtlStyle style = { .width = width, .is_utf8 = TRUE };
  g_autofree char *screen = sp_ctl_top_render (&stage->view, &style, height);

  return g_strsplit (screen, "\n", -1);
}

/* 80 columns of 24 lines: all figures there. */
static void
test_usual (Stage *stage, gconstpointer data)
{
  g_auto (GStrv) lines = render (stage, 80, 24);

  g_assert_cmpuint (g_strv_length (lines), ==, 24);
  g_assert_cmpstr (lines[0],
                   ==,
                   "pump1  up for 1 d 1 h  clients 123  out 12.3 Mbit/s  in "
                   "1.2 Mbit/s");
  g_assert_cmpstr (lines[1],
                   ==,
                   "streams 30, live 29, without media 1  drain serving  "
                   "config ok");
  g_assert_true (
      g_str_has_prefix (lines[3], "PATH  STATE  HEALTH  CLIENTS  BEHIND"));
  g_assert_true (g_str_has_prefix (
      lines[4], "s29   live   ok           71       1  1.2 Mbit/s  29.0 Mb"));
  g_assert_nonnull (strstr (lines[4], "20 ms  push from"));
  g_assert_true (g_str_has_prefix (lines[22], "s11 "));
  g_assert_cmpstr (
      lines[23],
      ==,
      "03:00:00  1-19 of 30  q quit  s sort: bitrate  arrows scroll");
}

static void
test_sort (Stage *stage, gconstpointer data)
{
  static const char *const firsts[] = { "s29", "s00", "s10" };

  for (guint i = 0; i < SP_CTL_N_SORTS; i++)
    {
      g_auto (GStrv) lines = NULL;

      stage->view.sort = (SpCtlSort)i;
      lines = render (stage, 80, 24);
      g_assert_true (g_str_has_prefix (lines[4], firsts[i]));
    }
}

static void
test_scroll (Stage *stage, gconstpointer data)
{
  g_auto (GStrv) second = NULL;
  g_auto (GStrv) last = NULL;

  stage->view.first = 1;
  second = render (stage, 80, 24);
  g_assert_true (g_str_has_prefix (second[4], "s28"));
  stage->view.first = G_MAXINT;
  last = render (stage, 80, 24);
  g_assert_cmpuint (stage->view.first, ==, N_STREAMS - 19);
  g_assert_true (g_str_has_prefix (last[22], "s00"));
  g_assert_nonnull (strstr (last[23], "12-30 of 30"));
}

/* Whatever the terminal's size, never more than it has. */
static void
test_sizes (Stage *stage, gconstpointer data)
{
  stage->view.problem = "cannot reach the pump at http://127.0.0.1:8087";
  for (guint width = 1; width < 100; width += 7)
    for (guint height = 1; height < 45; height++)
      {
        g_auto (GStrv) lines = render (stage, width, height);

        g_assert_cmpuint (g_strv_length (lines), <=, height);
        for (guint i = 0; lines[i] != NULL; i++)
          g_assert_cmpuint (sp_ctl_text_width (lines[i]), <=, width);
      }
}

static void
test_problem (Stage *stage, gconstpointer data)
{
  const SpCtlStyle style = { .width = 80, .is_color = TRUE };
  g_autofree char *screen = NULL;

  stage->view.problem = "cannot reach the pump";
  screen = sp_ctl_top_render (&stage->view, &style, 24);
  g_assert_nonnull (strstr (
      screen, "\033[1;31mOLD FIGURES: cannot reach the pump\033[0m\n\n"));
}

static void
test_nothing (Stage *stage, gconstpointer data)
{
  g_auto (GStrv) lines = NULL;

  stage->view.status = NULL;
  stage->view.streams = NULL;
  lines = render (stage, 80, 24);
  g_assert_cmpuint (g_strv_length (lines), ==, 24);
  g_assert_nonnull (strstr (lines[23], "0-0 of 0"));
}

static void
test_words (void)
{
  SpCtlSort sort;

  g_assert_true (sp_ctl_sort_parse ("lag", &sort));
  g_assert_cmpint (sort, ==, SP_CTL_SORT_LAG);
  g_assert_false (sp_ctl_sort_parse ("size", &sort));
}

#define ADD(path, func) g_test_add (path, Stage, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  ADD ("/ctl-top-view/80x24", test_usual);
  ADD ("/ctl-top-view/sort", test_sort);
  ADD ("/ctl-top-view/scroll", test_scroll);
  ADD ("/ctl-top-view/all-sizes", test_sizes);
  ADD ("/ctl-top-view/problem", test_problem);
  ADD ("/ctl-top-view/nothing", test_nothing);
  g_test_add_func ("/ctl-top-view/sort-words", test_words);
  return g_test_run ();
}
