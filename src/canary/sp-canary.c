/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-canary.h"

#include "sp-canary-run.h"
#include "sp-clock.h"
#include "sp-gsource.h"

#define MAX_RUNS 4     /* at once */
#define LIMIT_MS 15000 /* up to the first packet */
#define WATCH_MS 10000
#define MIN_TICK_MS 100
#define MAX_TICK_MS 1000
/* A stream that has just come is played soon, but not all of them at once. */
#define FIRST_MS 2000
#define SPREAD_MS 10000

/** A stream that is live. */
typedef struct
{
  gint64 due_us;
  SpCanaryRun *run;   /* NULL: it is not being played */
  gboolean is_wanted; /* at the last look */
} Bird;

struct _SpCanary
{
  const SpControl *control;
  SpCanaryFunc func;
  gpointer user_data;
  char *address;
  guint16 port;
  char *secret;
  guint every_ms;
  GHashTable *birds; /* path -> Bird */
  guint n_runs;
  GSource *timer; /* NULL: off */
};

static void
bird_free (gpointer data)
{
  Bird *bird = data;

  g_clear_pointer (&bird->run, sp_canary_run_free);
  g_free (bird);
}

SpCanary *
sp_canary_new (const SpControl *control, SpCanaryFunc func, gpointer user_data)
{
  SpCanary *canary = g_new0 (SpCanary, 1);

  canary->control = control;
  canary->func = func;
  canary->user_data = user_data;
  canary->birds
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, bird_free);
  return canary;
}

static void
on_over (SpCanaryRun *run, const SpCanaryInfo *info, gpointer user_data)
{
  SpCanary *canary = user_data;
  Bird *bird = g_hash_table_lookup (canary->birds, sp_canary_run_path (run));

  canary->func (sp_canary_run_path (run), info, canary->user_data);
  bird->run = NULL;
  canary->n_runs--;
  sp_canary_run_free (run);
}

static void
begin (SpCanary *canary, const char *path, Bird *bird, gint64 now_us)
{
  const SpCanaryPlan plan = { .address = canary->address,
                              .port = canary->port,
                              .secret = canary->secret,
                              .limit_ms = LIMIT_MS,
                              .watch_ms = WATCH_MS };

  bird->due_us = now_us + (gint64)canary->every_ms * 1000;
  bird->run = sp_canary_run_new (&plan, path, on_over, canary);
  canary->n_runs++;
}

static gboolean
is_playable (const SpStreamInfo *info)
{
  if (info->state != SP_STREAM_LIVE && info->state != SP_STREAM_FALLBACK)
    return FALSE;
  return !info->is_on_demand || info->clients > 0;
}

static void
note_stream (SpCanary *canary, const SpStreamInfo *info, gint64 now_us)
{
  Bird *bird = g_hash_table_lookup (canary->birds, info->path);

  if (!is_playable (info))
    return;
  if (bird == NULL)
    {
      guint spread_ms = CLAMP (canary->every_ms, 1, SPREAD_MS);
      guint first_ms = MIN (FIRST_MS, canary->every_ms)
                       + g_str_hash (info->path) % spread_ms;

      bird = g_new0 (Bird, 1);
      bird->due_us = now_us + (gint64)first_ms * 1000;
      g_hash_table_insert (canary->birds, g_strdup (info->path), bird);
    }
  bird->is_wanted = TRUE;
}

/* One whose source has gone is forgotten, once it is no longer played. */
static gboolean
is_unwanted (gpointer key, gpointer value, gpointer user_data)
{
  Bird *bird = value;
  gboolean was_wanted = bird->is_wanted;

  bird->is_wanted = FALSE;
  return !was_wanted && bird->run == NULL;
}

/* FALSE: none is due. The one that has waited longest goes first. */
static gboolean
begin_next (SpCanary *canary, gint64 now_us)
{
  const char *next = NULL;
  Bird *next_bird = NULL;
  GHashTableIter iter;
  gpointer path;
  gpointer value;

  g_hash_table_iter_init (&iter, canary->birds);
  while (g_hash_table_iter_next (&iter, &path, &value))
    {
      Bird *bird = value;

      if (bird->run != NULL || !bird->is_wanted || bird->due_us > now_us
          || (next != NULL && bird->due_us >= next_bird->due_us))
        continue;
      next = path;
      next_bird = bird;
    }
  if (next == NULL)
    return FALSE;
  begin (canary, next, next_bird, now_us);
  return TRUE;
}

static gboolean
on_tick (gpointer user_data)
{
  SpCanary *canary = user_data;
  const SpControl *control = canary->control;
  g_autoptr (GPtrArray) streams = control->class->list_streams (control->self);
  gint64 now_us = sp_clock_now_us ();

  for (guint i = 0; i < streams->len; i++)
    note_stream (canary, g_ptr_array_index (streams, i), now_us);
  while (canary->n_runs < MAX_RUNS && begin_next (canary, now_us))
    continue;
  g_hash_table_foreach_remove (canary->birds, is_unwanted, NULL);
  return G_SOURCE_CONTINUE;
}

static void
turn_off (SpCanary *canary)
{
  g_hash_table_remove_all (canary->birds);
  canary->n_runs = 0;
  sp_gsource_clear (&canary->timer);
}

static const char *
reachable (const char *address)
{
  if (g_str_equal (address, "::"))
    return "::1";
  return g_str_equal (address, "0.0.0.0") ? "127.0.0.1" : address;
}

static gboolean
is_as_before (SpCanary *canary,
              const char *address,
              guint16 port,
              const char *secret,
              guint every_ms)
{
  return g_strcmp0 (canary->address, address) == 0 && canary->port == port
         && g_strcmp0 (canary->secret, secret) == 0
         && canary->every_ms == every_ms;
}

/** sp_canary_set: begins anew, unless all is as it was. */
void
sp_canary_set (SpCanary *canary,
               const char *address,
               guint16 port,
               const char *secret,
               guint every_ms)
{
  address = reachable (address);
  if (is_as_before (canary, address, port, secret, every_ms))
    return;
  turn_off (canary);
  g_free (canary->address);
  g_free (canary->secret);
  canary->address = g_strdup (address);
  canary->port = port;
  canary->secret = g_strdup (secret);
  canary->every_ms = every_ms;
  if (every_ms == 0)
    return;
  canary->timer
      = g_timeout_source_new (CLAMP (every_ms / 20, MIN_TICK_MS, MAX_TICK_MS));
  g_source_set_callback (canary->timer, on_tick, canary, NULL);
  g_source_attach (canary->timer, g_main_context_get_thread_default ());
}

void
sp_canary_free (SpCanary *canary)
{
  turn_off (canary);
  g_hash_table_unref (canary->birds);
  g_free (canary->address);
  g_free (canary->secret);
  g_free (canary);
}
