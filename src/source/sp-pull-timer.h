/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** Calls back once when a moment of sp_clock has come, on the thread (and in
 * its default context) that set it. Putting the moment off costs nothing, so
 * that each packet may do it. */
typedef struct
{
  GSource *source; /* NULL: not set */
  gint64 due_us;
  void (*on_due) (gpointer user_data);
  gpointer user_data;
} SpPullTimer;

void sp_pull_timer_init (SpPullTimer *timer,
                         void (*on_due) (gpointer user_data),
                         gpointer user_data);
void sp_pull_timer_set (SpPullTimer *timer, gint64 now_us, guint wait_ms);
/* A set timer is due later than it was. */
void sp_pull_timer_put_off (SpPullTimer *timer, gint64 now_us, guint wait_ms);
void sp_pull_timer_clear (SpPullTimer *timer);
