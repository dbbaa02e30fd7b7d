/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-player.h"
#include "sp-test.h"

#define LOGS 20000

static void
test_nothing_is_known_at_first (void)
{
  g_autoptr (SpPlayer) player = sp_player_new ();
  g_auto (SpPlayerReport) report = { 0 };

  g_assert_false (sp_player_get (player, &report));
  g_assert_cmpint (report.at_us, ==, 0);
  g_assert_cmpint (report.buffering_count, ==, SP_PLAYER_UNKNOWN);
  g_assert_cmpint (report.status, ==, SP_PLAYER_UNKNOWN);
  g_assert_null (report.os);
}

typedef struct
{
  const char *name;
  gint64 first; /* stalls, by the player's word */
  gint64 second;
  guint64 news[2];
  gint64 last;
} NewsRow;

static const NewsRow news_rows[] = {
  { "grows", 2, 5, { 2, 3 }, 5 },
  { "stays", 2, 2, { 2, 0 }, 2 },
  { "begins-anew", 5, 2, { 5, 2 }, 2 },
  { "is-not-said", 5, SP_PLAYER_UNKNOWN, { 5, 0 }, 5 },
  { "is-said-later", SP_PLAYER_UNKNOWN, 4, { 0, 4 }, 4 },
  { "is-none", 0, 0, { 0, 0 }, 0 },
};

static void
put (SpPlayer *player, gint64 stalls, guint64 expected)
{
  g_auto (SpPlayerReport) report = { 0 };
  SpPlayerNews news;

  sp_player_report_init (&report);
  report.at_us = 1;
  report.buffering_count = stalls;
  report.packets_lost = stalls;
  report.os = g_strdup ("Windows");
  sp_player_put (player, &report, &news);
  g_assert_cmpuint (news.stalls, ==, expected);
  g_assert_cmpuint (news.packets_lost, ==, expected);
  g_assert_cmpuint (news.stall_ms, ==, 0);
}

static void
test_news (gconstpointer data)
{
  const NewsRow *row = data;
  g_autoptr (SpPlayer) player = sp_player_new ();
  g_auto (SpPlayerReport) report = { 0 };

  put (player, row->first, row->news[0]);
  put (player, row->second, row->news[1]);
  g_assert_true (sp_player_get (player, &report));
  g_assert_cmpint (report.buffering_count, ==, row->last);
  g_assert_cmpstr (report.os, ==, "Windows");
}

/* Who it is comes when it connects; that does not tell how it went. */
static void
tell (SpPlayer *player, gint64 at_us, gint64 played_s)
{
  g_auto (SpPlayerReport) report;
  SpPlayerNews news;

  sp_player_report_init (&report);
  report.at_us = at_us;
  report.played_s = played_s;
  sp_player_put (player, &report, &news);
}

static void
test_has_told (void)
{
  g_autoptr (SpPlayer) player = sp_player_new ();

  g_assert_false (sp_player_has_told (player, 0));
  tell (player, 10, SP_PLAYER_UNKNOWN);
  g_assert_false (sp_player_has_told (player, 0));
  tell (player, 20, 7);
  tell (player, 30, SP_PLAYER_UNKNOWN);
  g_assert_true (sp_player_has_told (player, 20));
  g_assert_false (sp_player_has_told (player, 21));
}

static void
give (SpPlayer *player, const char *os, const char *quality)
{
  g_auto (SpPlayerReport) report;
  SpPlayerNews news;

  sp_player_report_init (&report);
  report.at_us = 1;
  report.os = g_strdup (os);
  report.values = sp_player_values_new ();
  report.values->pdata[SP_PLAYER_C_OS] = g_strdup (os);
  report.values->pdata[SP_PLAYER_C_QUALITY] = g_strdup (quality);
  sp_player_put (player, &report, &news);
}

static void
test_logs_add_up (void)
{
  g_autoptr (SpPlayer) player = sp_player_new ();
  g_auto (SpPlayerReport) before;
  g_auto (SpPlayerReport) after;

  give (player, "Windows", NULL);
  sp_player_get (player, &before);
  give (player, NULL, "98");
  sp_player_get (player, &after);
  g_assert_cmpstr (after.os, ==, "Windows");
  g_assert_cmpstr (
      sp_player_report_value (&after, SP_PLAYER_C_OS), ==, "Windows");
  g_assert_cmpstr (
      sp_player_report_value (&after, SP_PLAYER_C_QUALITY), ==, "98");
  g_assert_null (sp_player_report_value (&before, SP_PLAYER_C_QUALITY));
}

static gpointer
run_log (gpointer data)
{
  g_autoptr (SpPlayer) player = data;

  for (gint64 i = 1; i <= LOGS; i++)
    {
      g_auto (SpPlayerReport) report = { 0 };
      SpPlayerNews news;

      sp_player_report_init (&report);
      report.at_us = i;
      report.played_s = i;
      report.player_id = g_strdup_printf ("%d", (int)i);
      sp_player_put (player, &report, &news);
    }
  return NULL;
}

/* A report is seen whole or not at all. */
static void
test_is_read_while_it_is_written (void)
{
  g_autoptr (SpPlayer) player = sp_player_new ();
  GThread *thread = g_thread_new ("log", run_log, sp_player_ref (player));
  gint64 seen = 0;

  while (seen < LOGS)
    {
      g_auto (SpPlayerReport) report = { 0 };

      if (!sp_player_get (player, &report))
        continue;
      g_assert_cmpint (report.at_us, >=, seen);
      g_assert_cmpint (report.played_s, ==, report.at_us);
      g_assert_cmpint (
          g_ascii_strtoll (report.player_id, NULL, 10), ==, report.at_us);
      seen = report.at_us;
    }
  g_thread_join (thread);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/player/nothing-is-known-at-first",
                   test_nothing_is_known_at_first);
  for (gsize i = 0; i < G_N_ELEMENTS (news_rows); i++)
    {
      g_autofree char *path
          = g_strconcat ("/player/news/", news_rows[i].name, NULL);

      g_test_add_data_func (path, &news_rows[i], test_news);
    }
  g_test_add_func ("/player/has-told", test_has_told);
  g_test_add_func ("/player/logs-add-up", test_logs_add_up);
  g_test_add_func ("/player/is-read-while-it-is-written",
                   test_is_read_while_it_is_written);
  return g_test_run ();
}
