/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-events.h"
#include "sp-stats.h"
#include "sp-test.h"

static void
post (SpEvents *events, SpEventKind kind, const char *stream, guint number)
{
  sp_events_post (events, sp_event_new (kind, stream, "number %u", number));
}

static void
test_numbers_rise_and_times_are_set (void)
{
  g_autoptr (SpEvents) events = sp_events_new ();
  guint64 counted = sp_stats_get (SP_PUMP_events);
  g_autoptr (GPtrArray) list = NULL;

  g_assert_cmpuint (sp_events_last (events), ==, 0);
  post (events, SP_EVENT_source_up, "live", 1);
  post (events, SP_EVENT_client_in, "live", 2);
  post (events, SP_EVENT_started, NULL, 3);
  g_assert_cmpuint (sp_events_last (events), ==, 3);
  g_assert_cmpuint (sp_stats_get (SP_PUMP_events) - counted, ==, 3);
  list = sp_events_list (events, 0, FALSE);
  g_assert_cmpuint (list->len, ==, 3);
  for (guint i = 0; i < list->len; i++)
    {
      const SpEvent *event = list->pdata[i];
      g_autofree char *text = g_strdup_printf ("number %u", i + 1);

      g_assert_cmpuint (event->number, ==, i + 1);
      g_assert_cmpstr (event->text, ==, text);
      g_assert_cmpint (event->at_us, >, 0);
      g_assert_cmpint (event->at_unix_us, >, 0);
      g_assert_cmpuint (event->repeats, ==, 1);
    }
}

typedef struct
{
  const char *name;
  guint64 after;
  gboolean is_notable;
  guint n;
  guint64 first;
} ListRow;

/* Of 1 source_up, 2 client_in, 3 started, 4 client_out. */
static const ListRow list_rows[] = {
  { "all", 0, FALSE, 4, 1 },
  { "after", 2, FALSE, 2, 3 },
  { "notable", 0, TRUE, 2, 1 },
  { "notable-after", 1, TRUE, 1, 3 },
  { "after-the-last", 4, FALSE, 0, 0 },
  { "after-what-never-was", G_MAXUINT64, FALSE, 0, 0 },
};

static void
test_list (gconstpointer data)
{
  const ListRow *row = data;
  g_autoptr (SpEvents) events = sp_events_new ();
  g_autoptr (GPtrArray) list = NULL;

  post (events, SP_EVENT_source_up, "live", 1);
  post (events, SP_EVENT_client_in, "live", 2);
  post (events, SP_EVENT_started, NULL, 3);
  post (events, SP_EVENT_client_out, "live", 4);
  list = sp_events_list (events, row->after, row->is_notable);
  g_assert_cmpuint (list->len, ==, row->n);
  if (row->n > 0)
    g_assert_cmpuint (((SpEvent *)list->pdata[0])->number, ==, row->first);
}

/* However many visits there are, they push no notable event out. */
static void
test_the_last_are_kept_of_each_sort (void)
{
  g_autoptr (SpEvents) events = sp_events_new ();
  g_autoptr (GPtrArray) notable = NULL;
  g_autoptr (GPtrArray) all = NULL;

  post (events, SP_EVENT_started, NULL, 1);
  for (guint i = 0; i < 3 * SP_EVENTS_KEPT; i++)
    post (events, SP_EVENT_client_in, "live", i);
  notable = sp_events_list (events, 0, TRUE);
  g_assert_cmpuint (notable->len, ==, 1);
  all = sp_events_list (events, 0, FALSE);
  g_assert_cmpuint (all->len, ==, SP_EVENTS_KEPT + 1);
  for (guint i = 0; i < 2 * SP_EVENTS_KEPT; i++)
    post (events, SP_EVENT_source_up, "live", i);
  g_ptr_array_unref (notable);
  notable = sp_events_list (events, 0, TRUE);
  g_assert_cmpuint (notable->len, ==, SP_EVENTS_KEPT);
  g_assert_cmpuint (((SpEvent *)notable->pdata[SP_EVENTS_KEPT - 1])->number,
                    ==,
                    sp_events_last (events));
}

typedef struct
{
  SpEvents *events;
  guint seen;
  guint64 last; /* number */
  guint id;     /* to unwatch at the first event; 0: none */
  gboolean answers;
} Watcher;

static void
on_event (SpEvent *event, gpointer user_data)
{
  Watcher *watcher = user_data;

  g_assert_cmpuint (event->number, ==, watcher->last + 1);
  watcher->last = event->number;
  watcher->seen++;
  if (watcher->id != 0)
    sp_events_unwatch (watcher->events, watcher->id);
  watcher->id = 0;
  if (watcher->answers && event->kind == SP_EVENT_source_down)
    post (watcher->events, SP_EVENT_source_up, "live", 0);
}

static void
test_watchers_may_post_and_leave (void)
{
  g_autoptr (SpEvents) events = sp_events_new ();
  Watcher stays = { .events = events };
  Watcher leaves = { .events = events };
  Watcher answers = { .events = events, .answers = TRUE };

  sp_events_watch (events, on_event, &stays);
  leaves.id = sp_events_watch (events, on_event, &leaves);
  sp_events_watch (events, on_event, &answers);
  post (events, SP_EVENT_source_down, "live", 1);
  post (events, SP_EVENT_source_down, "live", 2);
  g_assert_cmpuint (leaves.seen, ==, 1);
  g_assert_cmpuint (stays.seen, ==, 4);
  g_assert_cmpuint (answers.seen, ==, 4);
  sp_events_unwatch (events, 4711);
}

static void
test_table_is_whole (void)
{
  for (guint i = 0; i < SP_N_EVENTS; i++)
    {
      g_assert_cmpstr (sp_event_infos[i].name, !=, "");
      g_assert_cmpuint (sp_event_infos[i].severity, >=, SP_SEVERITY_CLEAR);
      g_assert_cmpuint (sp_event_infos[i].severity, <=, SP_SEVERITY_CLIENT);
      for (guint j = 0; j < i; j++)
        if (sp_event_infos[i].notification != 0)
          g_assert_cmpuint (sp_event_infos[i].notification,
                            !=,
                            sp_event_infos[j].notification);
    }
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/events/numbers-rise-and-times-are-set",
                   test_numbers_rise_and_times_are_set);
  for (gsize i = 0; i < G_N_ELEMENTS (list_rows); i++)
    {
      g_autofree char *path
          = g_strconcat ("/events/list/", list_rows[i].name, NULL);

      g_test_add_data_func (path, &list_rows[i], test_list);
    }
  g_test_add_func ("/events/the-last-are-kept-of-each-sort",
                   test_the_last_are_kept_of_each_sort);
  g_test_add_func ("/events/watchers-may-post-and-leave",
                   test_watchers_may_post_and_leave);
  g_test_add_func ("/events/table-is-whole", test_table_is_whole);
  return g_test_run ();
}
