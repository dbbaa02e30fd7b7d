/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-player.h"

#include "sp-test.h"

static void
put (SpPlayer *player,
     gint64 at_us,
     gint64 stalls,
     gint64 played_s,
     guint64 news_expected)
{
  g_auto (SpPlayerReport) report;
  SpPlayerNews news;

  sp_player_report_init (&report);
  report.at_us = at_us;
  report.buffering_count = stalls;
  report.played_s = played_s;
  sp_player_put (player, &report, &news);
  g_assert_cmpuint (news.stalls, ==, news_expected);
  g_assert_cmpuint (news.stall_ms, ==, 0);
  g_assert_cmpuint (news.packets_lost, ==, 0);
}

static void
test_none (void)
{
  g_autoptr (SpPlayer) player = sp_player_new ();
  g_auto (SpPlayerReport) report;

  g_assert_false (sp_player_get (player, &report));
  g_assert_cmpint (report.quality_percent, ==, SP_PLAYER_UNKNOWN);
  g_assert_null (sp_player_report_value (&report, SP_PLAYER_C_OS));
  g_assert_false (sp_player_has_told (player, 0));
}

static void
test_news (void)
{
  g_autoptr (SpPlayer) player = sp_player_new ();
  g_auto (SpPlayerReport) report;

  put (player, 1, 2, 10, 2);
  put (player, 2, 5, 20, 3);
  put (player, 3, SP_PLAYER_UNKNOWN, 30, 0); /* of what was shown */
  put (player, 4, 6, 40, 1);
  put (player, 5, 1, 5, 1); /* it has begun anew */
  put (player, 6, 1, 6, 0);
  g_assert_true (sp_player_get (player, &report));
  g_assert_cmpint (report.at_us, ==, 6);
  g_assert_cmpint (report.buffering_count, ==, 1);
}

/* Who it is comes when it connects; that does not tell how it went. */
static void
test_has_told (void)
{
  g_autoptr (SpPlayer) player = sp_player_new ();

  put (player, 10, SP_PLAYER_UNKNOWN, SP_PLAYER_UNKNOWN, 0);
  g_assert_false (sp_player_has_told (player, 0));
  put (player, 20, 0, 7, 0);
  put (player, 30, SP_PLAYER_UNKNOWN, SP_PLAYER_UNKNOWN, 0);
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
talk (gpointer data)
{
  for (guint i = 0; i < 2000; i++)
    {
      g_auto (SpPlayerReport) report;

      give (data, "Windows", "98");
      sp_player_get (data, &report);
      g_assert_cmpstr (report.os, ==, "Windows");
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (SpPlayer) player = sp_player_new ();
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("player", talk, player);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/player/none", test_none);
  g_test_add_func ("/player/news", test_news);
  g_test_add_func ("/player/has-told", test_has_told);
  g_test_add_func ("/player/logs-add-up", test_logs_add_up);
  g_test_add_func ("/player/threads", test_threads);
  return g_test_run ();
}
