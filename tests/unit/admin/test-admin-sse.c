/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-sse.h"
#include "sp-test.h"

#include <string.h>

static SpEvents *
log_with (guint n_notable, guint n_visits)
{
  SpEvents *events = sp_events_new ();

  for (guint i = 0; i < n_notable; i++)
    sp_events_post (events, sp_event_new (SP_EVENT_source_up, "a", "up"));
  for (guint i = 0; i < n_visits; i++)
    sp_events_post (events, sp_event_new (SP_EVENT_client_in, "a", "in"));
  return events;
}

static void
test_event (void)
{
  g_autoptr (SpEvents) events = sp_events_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (SpEvent) event
      = sp_event_new (SP_EVENT_source_down, "a/b", "lost:\r\nid: 99\n\ndata");

  sp_events_post (events, sp_event_ref (event));
  event->at_unix_us = G_GINT64_CONSTANT (1782907200000000);
  event->client = 17;
  event->source_index = 1;
  sp_admin_sse_add_event (text, event);
  g_assert_cmpstr (
      text->str,
      ==,
      "id: 1\nevent: source_down\n"
      "data: {\"number\":1,\"kind\":\"source_down\",\"severity\":\"major\","
      "\"at\":\"2026-07-01T12:00:00Z\",\"stream\":\"a/b\",\"source\":1,"
      "\"client\":17,\"address\":null,\"repeats\":1,"
      "\"text\":\"lost:\\r\\nid: 99\\n\\ndata\"}\n\n");
}

static void
test_small_texts (void)
{
  g_autoptr (GString) gap = g_string_new (NULL);
  g_autoptr (GString) chunks = g_string_new (NULL);
  g_autofree char *head = sp_admin_sse_head (TRUE);
  g_autofree char *plain = sp_admin_sse_head (FALSE);

  sp_admin_sse_add_gap (gap, 12);
  g_assert_cmpstr (gap->str, ==, "event: gap\ndata: {\"lost\":12}\n\n");
  sp_admin_sse_add_chunk (chunks, "0123456789abcdef0", 17);
  sp_admin_sse_add_chunk (chunks, "", 0);
  g_assert_cmpstr (chunks->str, ==, "11\r\n0123456789abcdef0\r\n0\r\n\r\n");
  g_assert_true (g_str_has_suffix (head, "chunked\r\n\r\n"));
  g_assert_true (g_str_has_suffix (plain, "close\r\n\r\n"));
}

static void
test_kinds (void)
{
  static const struct
  {
    const char *text;
    gboolean is_good;
    guint n_wanted;
    gboolean has_visits;
    gboolean has_notable;
  } rows[] = {
    { NULL, TRUE, SP_N_EVENTS, TRUE, TRUE },
    { "source_up", TRUE, 1, FALSE, TRUE },
    { "source_up,source_up,client_in", TRUE, 2, TRUE, TRUE },
    { "client_in,client_out", TRUE, 2, TRUE, FALSE },
    { "", FALSE },
    { ",", FALSE },
    { "source_up,", FALSE },
    { "source_up, source_down", FALSE },
    { "SOURCE_UP", FALSE },
    { "gap", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      SpAdminKinds kinds;
      guint n_wanted = 0;
      gboolean is_good = sp_admin_kinds_parse (&kinds, rows[i].text, &error);

      g_assert_cmpint (is_good, ==, rows[i].is_good);
      g_assert_cmpint (is_good, ==, error == NULL);
      if (!is_good)
        continue;
      for (guint kind = 0; kind < SP_N_EVENTS; kind++)
        n_wanted += kinds.is_wanted[kind];
      g_assert_cmpuint (n_wanted, ==, rows[i].n_wanted);
      g_assert_cmpint (kinds.has_visits, ==, rows[i].has_visits);
      g_assert_cmpint (kinds.has_notable, ==, rows[i].has_notable);
    }
}

/* The logs hold a thousand each. */
static void
test_lost (void)
{
  static const struct
  {
    guint n_notable;
    guint n_visits; /* after those */
    const char *kinds;
    guint64 after;
    guint64 lost;
  } rows[] = {
    { 0, 0, NULL, 0, 0 },
    { 3, 3, NULL, 0, 0 },
    { 1000, 1000, NULL, 0, 0 },
    { 1001, 0, NULL, 0, 1 },
    { 1001, 0, NULL, 1, 0 },
    { 1300, 0, NULL, 100, 200 },
    { 1300, 0, "source_up", 0, 300 },
    { 1300, 0, "client_in", 0, 0 },
    { 3, 1500, NULL, 0, 500 },
    { 3, 1500, "client_in", 0, 500 },
    { 3, 1500, "source_up", 0, 0 },
    { 3, 1500, NULL, 403, 100 },
    { 3, 1500, NULL, 503, 0 },
    { 3, 1500, NULL, 1503, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SpEvents) events
          = log_with (rows[i].n_notable, rows[i].n_visits);
      g_autoptr (GPtrArray) kept = sp_events_list (events, 0, FALSE);
      SpAdminKinds kinds;

      g_test_message ("row %u", i);
      g_assert_true (sp_admin_kinds_parse (&kinds, rows[i].kinds, NULL));
      g_assert_cmpuint (
          sp_admin_kinds_count_lost (
              &kinds, kept, rows[i].after, sp_events_last (events)),
          ==,
          rows[i].lost);
    }
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/admin-sse/event/is-one-line-of-data", test_event);
  g_test_add_func ("/admin-sse/small-texts", test_small_texts);
  g_test_add_func ("/admin-sse/kinds/by-name", test_kinds);
  g_test_add_func ("/admin-sse/lost/counts-what-is-not-kept", test_lost);
  return g_test_run ();
}
