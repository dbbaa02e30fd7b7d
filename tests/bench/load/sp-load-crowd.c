/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-crowd-private.h"

#include <sys/epoll.h>
#include <unistd.h>

#define MAX_EVENTS 512
#define BEHIND_US (2 * G_USEC_PER_SEC)
/* Slow viewers read ten times a second, a tenth of them at each tick. */
#define SLOW_TICK_US 10000
#define SLOW_TICKS 10
#define IDLE_MS 50

static gboolean
is_slow (const SpLoadOptions *options, guint index)
{
  return (guint)(options->slow_percent * index / 100)
         != (guint)(options->slow_percent * (index + 1) / 100);
}

static SpLoadKind
kind_of (const SpLoadOptions *options, guint index)
{
  if (index >= options->n_viewers)
    return SP_LOAD_STALLED;
  return is_slow (options, index) ? SP_LOAD_SLOW : SP_LOAD_GOOD;
}

SpLoadCrowd *
sp_load_crowd_new (SpLoadRun *run, guint index, guint n_crowds)
{
  SpLoadCrowd *crowd = g_new0 (SpLoadCrowd, 1);
  guint n_all = run->options->n_viewers + run->options->n_stalled;

  crowd->run = run;
  crowd->index = index;
  crowd->n_crowds = n_crowds;
  crowd->epoll = epoll_create1 (EPOLL_CLOEXEC);
  crowd->n_viewers = (n_all + n_crowds - 1 - index) / n_crowds;
  crowd->viewers = g_new0 (SpLoadViewer, crowd->n_viewers);
  crowd->slow = g_ptr_array_new ();
  crowd->buffer = g_malloc (SP_LOAD_BUFFER_BYTES);
  crowd->reasons
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  crowd->window_us = G_MAXINT64;
  crowd->window_end_us = G_MAXINT64;
  for (guint i = 0; i < SP_LOAD_N_KINDS; i++)
    crowd->tallies[i] = sp_load_tally_new ();
  for (guint i = 0; i < crowd->n_viewers; i++)
    {
      SpLoadViewer *viewer = &crowd->viewers[i];

      viewer->fd = -1;
      viewer->index = i * n_crowds + index;
      viewer->kind = kind_of (run->options, viewer->index);
      if (viewer->kind == SP_LOAD_SLOW)
        g_ptr_array_add (crowd->slow, viewer);
    }
  return crowd;
}

void
sp_load_crowd_free (SpLoadCrowd *crowd)
{
  for (guint i = 0; i < crowd->n_viewers; i++)
    sp_load_viewer_close (&crowd->viewers[i]);
  for (guint i = 0; i < SP_LOAD_N_KINDS; i++)
    sp_load_tally_free (crowd->tallies[i]);
  close (crowd->epoll);
  g_hash_table_unref (crowd->reasons);
  g_ptr_array_unref (crowd->slow);
  g_free (crowd->viewers);
  g_free (crowd->buffer);
  g_free (crowd);
}

/* The ramp is that of all crowds together. */
static void
start_due (SpLoadCrowd *crowd)
{
  const SpLoadOptions *options = crowd->run->options;
  gint64 elapsed_us = crowd->now_us - crowd->run->start_us;
  gint64 due = elapsed_us * options->ramp_per_s / G_USEC_PER_SEC + 1;

  while (crowd->n_started < crowd->n_viewers
         && crowd->viewers[crowd->n_started].index < due)
    sp_load_crowd_start_viewer (crowd, &crowd->viewers[crowd->n_started++]);
}

/* The next viewer that plays leaves, and another comes. */
static void
replace_one (SpLoadCrowd *crowd)
{
  for (guint i = 0; i < crowd->n_viewers; i++)
    {
      SpLoadViewer *viewer = &crowd->viewers[crowd->churn_at];

      crowd->churn_at = (crowd->churn_at + 1) % crowd->n_viewers;
      if (viewer->state != SP_LOAD_VIEWER_PLAYING
          || viewer->kind == SP_LOAD_STALLED)
        continue;
      sp_load_crowd_tally (crowd, viewer)->left++;
      sp_load_viewer_close (viewer);
      sp_load_crowd_start_viewer (crowd, viewer);
      return;
    }
}

/* From the start of the window to its end. */
static void
churn_due (SpLoadCrowd *crowd)
{
  const SpLoadOptions *options = crowd->run->options;
  double per_us = options->churn_percent / 100 * options->n_viewers
                  / crowd->n_crowds / G_USEC_PER_SEC;
  guint64 due;

  if (per_us <= 0 || !sp_load_crowd_is_in_window (crowd, crowd->now_us))
    return;
  due = (guint64)((double)(crowd->now_us - crowd->window_us) * per_us);
  for (; crowd->n_churned < due; crowd->n_churned++)
    replace_one (crowd);
}

static void
slow_due (SpLoadCrowd *crowd)
{
  gint64 tick = crowd->now_us / SLOW_TICK_US;
  gsize len = MAX (1u, crowd->run->options->slow_kbps * 100u / 8);

  if (crowd->slow->len == 0)
    return;
  if (crowd->slow_tick < tick - SLOW_TICKS)
    crowd->slow_tick = tick - SLOW_TICKS;
  for (; crowd->slow_tick < tick; crowd->slow_tick++)
    for (guint i = (guint)(crowd->slow_tick % SLOW_TICKS); i < crowd->slow->len;
         i += SLOW_TICKS)
      {
        SpLoadViewer *viewer = crowd->slow->pdata[i];

        if (viewer->state == SP_LOAD_VIEWER_PLAYING)
          sp_load_crowd_receive (
              crowd, viewer, MIN (len, (gsize)SP_LOAD_BUFFER_BYTES));
      }
}

/* Who is behind at the end of the window. */
static void
judge (SpLoadCrowd *crowd)
{
  crowd->is_judged = TRUE;
  for (guint i = 0; i < crowd->n_viewers; i++)
    {
      const SpLoadViewer *viewer = &crowd->viewers[i];
      SpLoadTally *tally = sp_load_crowd_tally (crowd, viewer);

      if (viewer->state != SP_LOAD_VIEWER_PLAYING
          || viewer->kind == SP_LOAD_STALLED)
        continue;
      if (crowd->now_us - viewer->newest_us > BEHIND_US)
        tally->behind++;
      if (crowd->now_us - viewer->media_us > SP_LOAD_STALL_US)
        tally->stalls++;
    }
}

static int
patience_ms (const SpLoadCrowd *crowd)
{
  if (crowd->n_started < crowd->n_viewers
      || (crowd->run->options->churn_percent > 0
          && sp_load_crowd_is_in_window (crowd, crowd->now_us)))
    return 1;
  return crowd->slow->len > 0 ? SLOW_TICK_US / 1000 : IDLE_MS;
}

static void
look_at_run (SpLoadCrowd *crowd)
{
  crowd->now_us = g_get_monotonic_time ();
  crowd->window_us = __atomic_load_n (&crowd->run->window_us, __ATOMIC_ACQUIRE);
  crowd->window_end_us
      = crowd->window_us == G_MAXINT64 ? G_MAXINT64 : crowd->run->window_end_us;
}

gpointer
sp_load_crowd_main (gpointer data)
{
  SpLoadCrowd *crowd = data;
  struct epoll_event events[MAX_EVENTS];
  int n;

  while (!g_atomic_int_get (&crowd->run->is_over))
    {
      look_at_run (crowd);
      start_due (crowd);
      churn_due (crowd);
      slow_due (crowd);
      if (!crowd->is_judged && crowd->now_us >= crowd->window_end_us)
        judge (crowd);
      n = epoll_wait (crowd->epoll, events, MAX_EVENTS, patience_ms (crowd));
      for (int i = 0; i < n; i++)
        sp_load_crowd_serve (crowd, events[i].data.ptr, events[i].events);
    }
  return NULL;
}

void
sp_load_crowd_sum (SpLoadCrowd *crowd, SpLoadResult *result)
{
  GHashTableIter iter;
  gpointer reason;
  gpointer n;

  result->n_asked += crowd->n_asked;
  for (guint i = 0; i < SP_LOAD_N_KINDS; i++)
    sp_load_tally_merge (result->tallies[i], crowd->tallies[i]);
  for (guint i = 0; i < crowd->n_viewers; i++)
    if (crowd->viewers[i].state != SP_LOAD_VIEWER_OFF
        && crowd->viewers[i].state != SP_LOAD_VIEWER_PLAYING)
      result->n_pending++;
  g_hash_table_iter_init (&iter, crowd->reasons);
  while (g_hash_table_iter_next (&iter, &reason, &n))
    {
      guint before
          = GPOINTER_TO_UINT (g_hash_table_lookup (result->reasons, reason));

      g_hash_table_replace (result->reasons,
                            g_strdup (reason),
                            GUINT_TO_POINTER (before + GPOINTER_TO_UINT (n)));
    }
}

guint64
sp_load_crowd_bytes (SpLoadCrowd *crowd)
{
  return __atomic_load_n (&crowd->bytes, __ATOMIC_RELAXED);
}
