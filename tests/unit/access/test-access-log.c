/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "access-visit.h"
#include "sp-clock.h"
#include "sp-stats.h"
#include "sp-test.h"

#include <string.h>
#include <unistd.h>

#define SECOND ((gint64)G_USEC_PER_SEC)
#define LEFT VISIT_LEFT_US

static SpAccessLog *
open_log (const char *path, SpAccessFormat format)
{
  SpAccessSettings settings
      = { .to = SP_ACCESS_SINK_FILE, .format = format, .file = path };
  g_autoptr (GError) error = NULL;
  SpAccessLog *log = sp_access_log_new (&settings, &error);

  g_assert_no_error (error);
  return log;
}

/* (transfer full): the ids of the clients in the JSON lines, in their order. */
static char *
ids_of (const char *path)
{
  g_autofree char *text = access_read (path);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *ids = g_string_new (NULL);

  for (char **line = lines; *line != NULL; line++)
    {
      const char *id = strstr (*line, "\"client\":");

      if (id != NULL)
        g_string_append_printf (ids,
                                "%s%" G_GUINT64_FORMAT,
                                ids->len > 0 ? " " : "",
                                g_ascii_strtoull (id + 9, NULL, 10));
    }
  return g_string_free (ids, FALSE);
}

static SpVisit *
with_player (guint64 id)
{
  SpVisit *visit = access_visit (id);

  visit->player = sp_player_new ();
  return visit;
}

/* At once without a player to wait for; with one when it has told, or never
 * will. */
static void
test_order (void)
{
  g_autofree char *path = access_path ("order.log");
  SpAccessLog *log = open_log (path, SP_ACCESS_JSON);
  SpVisit *silent = with_player (1);
  SpVisit *telling = with_player (2);
  SpVisit *known = with_player (3);
  SpVisit *told = with_player (5);
  g_autofree char *ids = NULL;

  access_tell (known, LEFT - 60 * SECOND, "1"); /* long before its end */
  access_tell (told, LEFT - SECOND / 2, "61");
  sp_access_log_visit (log, silent);
  sp_access_log_visit (log, telling);
  sp_access_log_visit (log, known);
  sp_access_log_visit (log, access_visit (4));
  sp_access_log_visit (log, told);
  g_assert_cmpuint (sp_access_log_waiting (log), ==, 3);
  sp_access_log_tick (log, LEFT + SECOND);
  g_assert_cmpuint (sp_access_log_waiting (log), ==, 3);
  access_tell (telling, LEFT + SECOND, NULL); /* it only says who it is */
  sp_access_log_tick (log, LEFT + 2 * SECOND);
  g_assert_cmpuint (sp_access_log_waiting (log), ==, 3);
  access_tell (telling, LEFT + 2 * SECOND, "58");
  sp_access_log_tick (log, LEFT + 3 * SECOND - 1);
  g_assert_cmpuint (sp_access_log_waiting (log), ==, 2);
  sp_access_log_tick (log, LEFT + 3 * SECOND);
  g_assert_cmpuint (sp_access_log_waiting (log), ==, 0);
  sp_access_log_free (log);
  ids = ids_of (path);
  g_assert_cmpstr (ids, ==, "4 5 2 1 3");
}

static void
test_late_log_is_in_the_line (void)
{
  g_autofree char *path = access_path ("late.log");
  SpAccessLog *log = open_log (path, SP_ACCESS_W3C);
  SpVisit *visit = with_player (7);
  g_autofree char *text = NULL;

  sp_access_log_visit (log, visit);
  access_tell (visit, LEFT + SECOND, "58");
  sp_access_log_tick (log, LEFT + SECOND);
  sp_access_log_free (log);
  text = access_read (path);
  g_assert_true (g_str_has_prefix (text, "#Software: Stream Pump "));
  g_assert_nonnull (strstr (text, "\n192.0.2.7 2024-03-01 18:39:07 "));
  g_assert_nonnull (strstr (text, " 0 58 1 210 "));
}

/* The timer does it, too; with the clock, not by waiting. */
static gboolean
is_written (gpointer log)
{
  return sp_access_log_waiting (log) == 0;
}

static void
test_timer (void)
{
  g_autofree char *path = access_path ("timer.log");
  SpAccessLog *log = open_log (path, SP_ACCESS_JSON);

  sp_clock_set_fake (LEFT + 3 * SECOND);
  sp_access_log_visit (log, with_player (1));
  g_assert_cmpuint (sp_access_log_waiting (log), ==, 1);
  sp_test_wait (NULL, is_written, log, 30);
  sp_clock_set_fake (-1);
  sp_access_log_free (log);
}

/* The end writes all that waits, more than the queue may hold at other times.
 */
#define N_AT_END 9000

static void
test_free (void)
{
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autofree char *path = access_path ("free.log");
  SpAccessLog *log = open_log (path, SP_ACCESS_JSON);
  g_autofree char *ids = NULL;

  for (guint i = 1; i <= N_AT_END; i++)
    {
      sp_access_log_visit (log, with_player (i));
      g_string_append_printf (expected, i > 1 ? " %u" : "%u", i);
    }
  sp_access_log_free (log);
  ids = ids_of (path);
  g_assert_cmpstr (ids, ==, expected->str);
}

static void
test_many (void)
{
  g_autofree char *path = access_path ("many.log");
  SpAccessLog *log = open_log (path, SP_ACCESS_JSON);
  guint64 lost = sp_stats_get (SP_PUMP_access_lines_lost);
  guint64 lines = sp_stats_get (SP_PUMP_access_lines);
  const guint n_more = 500;
  g_autofree char *ids = NULL;

  for (guint i = 1; i <= SP_ACCESS_MAX_WAITING + n_more; i++)
    sp_access_log_visit (log, with_player (i));
  g_assert_cmpuint (sp_access_log_waiting (log), ==, SP_ACCESS_MAX_WAITING);
  for (guint i = 0; i < 10; i++)
    sp_access_log_tick (log, LEFT + SECOND);
  g_assert_cmpuint (sp_access_log_waiting (log), ==, SP_ACCESS_MAX_WAITING);
  for (guint left = SP_ACCESS_MAX_WAITING; left > 0;)
    {
      sp_access_log_tick (log, LEFT + 3 * SECOND);
      left -= SP_ACCESS_MAX_A_TICK;
      g_assert_cmpuint (sp_access_log_waiting (log), ==, left);
    }
  sp_access_log_free (log);
  lost = sp_stats_get (SP_PUMP_access_lines_lost) - lost;
  lines = sp_stats_get (SP_PUMP_access_lines) - lines;
  g_assert_cmpuint (lines + lost, ==, SP_ACCESS_MAX_WAITING + n_more);
  g_assert_cmpuint (lines, >=, 3000); /* what the queue holds */
  ids = ids_of (path);
  g_assert_true (g_str_has_prefix (ids, "1 2 3 4 5 "));
}

static void
test_off (void)
{
  SpAccessSettings settings = { .to = SP_ACCESS_SINK_OFF };
  g_autoptr (SpAccessLog) log = sp_access_log_new (&settings, NULL);
  guint64 lines = sp_stats_get (SP_PUMP_access_lines);

  g_assert_nonnull (log);
  sp_access_log_visit (log, with_player (1));
  sp_access_log_reopen (log);
  g_assert_cmpuint (sp_access_log_waiting (log), ==, 0);
  g_assert_cmpuint (sp_stats_get (SP_PUMP_access_lines), ==, lines);
}

static void
test_apply (void)
{
  g_autofree char *first = access_path ("first.log");
  g_autofree char *second = access_path ("second.log");
  g_autofree char *none = access_path ("no-folder/access.log");
  SpAccessSettings settings
      = { .to = SP_ACCESS_SINK_FILE, .format = SP_ACCESS_JSON, .file = second };
  SpAccessSettings bad
      = { .to = SP_ACCESS_SINK_FILE, .format = SP_ACCESS_JSON, .file = none };
  SpAccessLog *log = open_log (first, SP_ACCESS_JSON);
  g_autoptr (GError) error = NULL;
  g_autofree char *after = NULL;

  g_assert_false (sp_access_log_apply (log, &bad, &error));
  g_assert_nonnull (error);
  sp_access_log_visit (log, with_player (1));
  g_assert_true (sp_access_log_apply (log, &settings, NULL));
  g_assert_cmpint (unlink (second), ==, 0);
  g_assert_true (sp_access_log_apply (log, &settings, NULL)); /* anew */
  sp_access_log_visit (log, access_visit (2));
  settings.to = SP_ACCESS_SINK_OFF;
  sp_access_log_free (log);
  after = ids_of (second);
  g_assert_cmpstr (after, ==, "2 1");
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  access_hear ();
  g_test_add_func ("/access-log/order", test_order);
  g_test_add_func ("/access-log/late-log", test_late_log_is_in_the_line);
  g_test_add_func ("/access-log/timer", test_timer);
  g_test_add_func ("/access-log/free", test_free);
  g_test_add_func ("/access-log/many", test_many);
  g_test_add_func ("/access-log/off", test_off);
  g_test_add_func ("/access-log/apply", test_apply);
  return g_test_run ();
}
