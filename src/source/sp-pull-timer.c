/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-pull-timer.h"

#include "sp-clock.h"
#include "sp-gsource.h"

#define LOOK_MS 250 /* at least so often it looks at the clock */

static void arm (SpPullTimer *timer, gint64 now_us);

void
sp_pull_timer_init (SpPullTimer *timer,
                    void (*on_due) (gpointer user_data),
                    gpointer user_data)
{
  *timer = (SpPullTimer){ .on_due = on_due, .user_data = user_data };
}

void
sp_pull_timer_clear (SpPullTimer *timer)
{
  sp_gsource_clear (&timer->source);
}

/* The callback may free what the timer is part of. */
static gboolean
on_look (gpointer user_data)
{
  SpPullTimer *timer = user_data;
  gint64 now_us = sp_clock_now_us ();

  if (now_us < timer->due_us)
    {
      arm (timer, now_us);
      return G_SOURCE_REMOVE;
    }
  sp_pull_timer_clear (timer);
  timer->on_due (timer->user_data);
  return G_SOURCE_REMOVE;
}

static void
arm (SpPullTimer *timer, gint64 now_us)
{
  gint64 left_ms = (timer->due_us - now_us + 999) / 1000;

  sp_pull_timer_clear (timer);
  timer->source = g_timeout_source_new ((guint)CLAMP (left_ms, 0, LOOK_MS));
  g_source_set_callback (timer->source, on_look, timer, NULL);
  g_source_attach (timer->source, g_main_context_get_thread_default ());
}

void
sp_pull_timer_set (SpPullTimer *timer, gint64 now_us, guint wait_ms)
{
  timer->due_us = now_us + (gint64)wait_ms * 1000;
  arm (timer, now_us);
}

void
sp_pull_timer_put_off (SpPullTimer *timer, gint64 now_us, guint wait_ms)
{
  timer->due_us = MAX (timer->due_us, now_us + (gint64)wait_ms * 1000);
}
