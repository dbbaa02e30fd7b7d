/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-notify.h"
#include "sp-test.h"

#define S ((gint64)G_USEC_PER_SEC)
#define START (1000 * S)

static void
put (SpNotify *notify, SpEventKind kind, guint stream, gint64 at_us)
{
  g_autoptr (SpEvent) event = sp_event_new (kind, "s", "text");

  event->stream_index = stream;
  sp_notify_put (notify, event, at_us);
}

/* Takes what may go at @now_us. */
static guint
take_all (SpNotify *notify, gint64 now_us)
{
  guint n = 0;

  for (;; n++)
    {
      g_auto (SpNotice) notice = { 0 };

      if (!sp_notify_take (notify, now_us, FALSE, &notice))
        return n;
    }
}

static guint64
n_known (SpNotify *notify)
{
  return sp_notify_n_sent (notify) + sp_notify_n_suppressed (notify)
         + sp_notify_n_waiting (notify);
}

static void
test_rate (void)
{
  g_autoptr (SpNotify) notify = sp_notify_new (10, START);

  for (guint i = 0; i < 3000; i++)
    put (notify, SP_EVENT_source_up, 1 + i, START);
  g_assert_cmpuint (take_all (notify, START), ==, 30);
  g_assert_cmpuint (take_all (notify, START + S / 20), ==, 0);
  g_assert_cmpuint (take_all (notify, START + S / 10), ==, 1);
  g_assert_cmpuint (take_all (notify, START + S), ==, 9);
  g_assert_cmpuint (n_known (notify), ==, 3000);
  g_assert_cmpuint (sp_notify_n_waiting (notify), ==, 60);
  /* The bucket holds no more than it held at the start. */
  g_assert_cmpuint (take_all (notify, START + 50 * S), ==, 30);
}

static void
test_clock_back (void)
{
  g_autoptr (SpNotify) notify = sp_notify_new (1, START);

  for (guint i = 0; i < 10; i++)
    put (notify, SP_EVENT_source_up, 1 + i, START);
  g_assert_cmpuint (take_all (notify, START - 5 * S), ==, 3);
  g_assert_cmpuint (take_all (notify, START - 10 * S), ==, 0);
}

/* What waits about one thing is one notification, of the newest. */
static void
test_merge (void)
{
  g_autoptr (SpNotify) notify = sp_notify_new (10, START);
  static const SpEventKind kinds[]
      = { SP_EVENT_source_up, SP_EVENT_stream_stalled };
  static const guint repeats[] = { 1, 3 };

  put (notify, SP_EVENT_stream_stalled, 1, START);
  put (notify, SP_EVENT_source_up, 1, START);
  put (notify, SP_EVENT_stream_stalled, 1, START);
  put (notify, SP_EVENT_stream_stalled, 1, START);
  for (guint i = 0; i < 2; i++)
    {
      g_auto (SpNotice) notice = { 0 };

      g_assert_true (sp_notify_take (notify, START, FALSE, &notice));
      g_assert_cmpint (notice.event->kind, ==, kinds[i]);
      g_assert_cmpuint (notice.repeats, ==, repeats[i]);
    }
  g_assert_cmpuint (n_known (notify), ==, 4);
  g_assert_cmpuint (sp_notify_n_suppressed (notify), ==, 2);
}

static void
test_apart (void)
{
  g_autoptr (SpNotify) notify = sp_notify_new (10, START);
  g_autoptr (SpEvent) first = sp_event_new (SP_EVENT_source_down, "s", "x");
  g_autoptr (SpEvent) second = sp_event_new (SP_EVENT_source_down, "s", "x");
  g_autoptr (SpEvent) unknown = sp_event_new (SP_EVENT_source_down, "t", "x");

  first->source_index = 1;
  second->source_index = 2;
  sp_notify_put (notify, first, START);
  sp_notify_put (notify, second, START);
  sp_notify_put (notify, unknown, START);
  g_assert_cmpuint (sp_notify_n_waiting (notify), ==, 3);
}

static void
test_without (void)
{
  g_autoptr (SpNotify) notify = sp_notify_new (10, START);

  put (notify, SP_EVENT_client_in, 1, START);
  put (notify, SP_EVENT_order, 0, START);
  g_assert_cmpuint (n_known (notify), ==, 0);
}

/* One a minute for a stream; the next one tells how many there were. */
static void
test_dropped (void)
{
  g_autoptr (SpNotify) notify = sp_notify_new (10, START);
  g_auto (SpNotice) notice = { 0 };

  put (notify, SP_EVENT_client_dropped, 1, START);
  g_assert_cmpuint (take_all (notify, START), ==, 1);
  for (guint i = 1; i < 60; i++)
    put (notify, SP_EVENT_client_dropped, 1, START + i * S);
  put (notify, SP_EVENT_client_dropped, 2, START + 59 * S);
  g_assert_cmpuint (take_all (notify, START + 59 * S), ==, 1);
  put (notify, SP_EVENT_client_dropped, 1, START + 60 * S);
  g_assert_true (sp_notify_take (notify, START + 60 * S, FALSE, &notice));
  g_assert_cmpuint (notice.repeats, ==, 60);
  g_assert_cmpuint (n_known (notify), ==, 62);
}

/* Without a master agent: "started" waits for it, the rest for a minute. */
static void
test_expire (void)
{
  g_autoptr (SpNotify) notify = sp_notify_new (10, START);
  g_auto (SpNotice) notice = { 0 };

  put (notify, SP_EVENT_started, 0, START);
  put (notify, SP_EVENT_source_up, 1, START);
  put (notify, SP_EVENT_source_up, 2, START + 30 * S);
  sp_notify_expire (notify, START + 59 * S);
  g_assert_cmpuint (sp_notify_n_waiting (notify), ==, 3);
  sp_notify_expire (notify, START + 60 * S);
  g_assert_cmpuint (sp_notify_n_waiting (notify), ==, 2);
  sp_notify_expire (notify, START + 3600 * S);
  g_assert_cmpuint (sp_notify_n_waiting (notify), ==, 1);
  g_assert_true (sp_notify_take (notify, START + 3600 * S, FALSE, &notice));
  g_assert_cmpint (notice.event->kind, ==, SP_EVENT_started);
  g_assert_cmpuint (n_known (notify), ==, 3);
}

static void
test_last (void)
{
  g_autoptr (SpNotify) notify = sp_notify_new (1, START);
  guint n = 0;

  for (guint i = 0; i < 20; i++)
    put (notify, SP_EVENT_source_up, 1 + i, START);
  for (;; n++)
    {
      g_auto (SpNotice) notice = { 0 };

      if (!sp_notify_take (notify, START, TRUE, &notice))
        break;
    }
  g_assert_cmpuint (n, ==, 20);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/notify/rate", test_rate);
  g_test_add_func ("/notify/rate/clock-goes-back", test_clock_back);
  g_test_add_func ("/notify/merge", test_merge);
  g_test_add_func ("/notify/rows-stay-apart", test_apart);
  g_test_add_func ("/notify/events-without-notification", test_without);
  g_test_add_func ("/notify/dropped-clients", test_dropped);
  g_test_add_func ("/notify/expire", test_expire);
  g_test_add_func ("/notify/last", test_last);
  return g_test_run ();
}
