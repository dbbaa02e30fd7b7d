/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-events.h"

#include "sp-clock.h"
#include "sp-stats.h"

const SpEventInfo sp_event_infos[SP_N_EVENTS] = {
#define SP_EVENT(kind, severity, notification, help)                           \
  { #kind, SP_SEVERITY_##severity, notification, help },
#include "sp-events.def"
#undef SP_EVENT
};

typedef struct
{
  guint id; /* 0: it is gone, and not yet cleared away */
  SpEventFunc func;
  gpointer user_data;
} Watch;

struct _SpEvents
{
  GQueue notable; /* SpEvent, by number */
  GQueue visits;  /* those of CLIENT severity */
  GQueue untold;  /* that the watchers have not been told, by number */
  gboolean is_telling;
  GPtrArray *watches;
  guint64 last;
  guint last_watch;
};

/** sp_event_new: (transfer full): of one happening; the members that say what
 * it is about, besides @stream, are the caller's to set before it is posted. */
SpEvent *
sp_event_new (SpEventKind kind, const char *stream, const char *format, ...)
{
  SpEvent *event = g_new0 (SpEvent, 1);
  va_list args;

  g_atomic_ref_count_init (&event->ref_count);
  event->kind = kind;
  event->stream = g_strdup (stream);
  event->repeats = 1;
  va_start (args, format);
  event->text = g_strdup_vprintf (format, args);
  va_end (args);
  return event;
}

SpEvent *
sp_event_ref (SpEvent *event)
{
  g_atomic_ref_count_inc (&event->ref_count);
  return event;
}

void
sp_event_unref (SpEvent *event)
{
  if (!g_atomic_ref_count_dec (&event->ref_count))
    return;
  g_free (event->stream);
  g_free (event->address);
  g_free (event->text);
  g_free (event);
}

SpEvents *
sp_events_new (void)
{
  SpEvents *events = g_new0 (SpEvents, 1);

  g_queue_init (&events->notable);
  g_queue_init (&events->visits);
  g_queue_init (&events->untold);
  events->watches = g_ptr_array_new_with_free_func (g_free);
  return events;
}

void
sp_events_free (SpEvents *events)
{
  g_queue_clear_full (&events->notable, (GDestroyNotify)sp_event_unref);
  g_queue_clear_full (&events->visits, (GDestroyNotify)sp_event_unref);
  g_ptr_array_unref (events->watches);
  g_free (events);
}

static gboolean
is_visit (const SpEvent *event)
{
  return sp_event_infos[event->kind].severity == SP_SEVERITY_CLIENT;
}

static void
keep (GQueue *queue, SpEvent *event)
{
  g_queue_push_tail (queue, event);
  if (queue->length > SP_EVENTS_KEPT)
    sp_event_unref (g_queue_pop_head (queue));
}

static void
tell (SpEvents *events, SpEvent *event)
{
  guint n = events->watches->len;

  for (guint i = 0; i < n; i++)
    {
      Watch *watch = events->watches->pdata[i];

      if (watch->id != 0)
        watch->func (event, watch->user_data);
    }
}

/* Those that stopped watching while they were told something. */
static void
clear_gone (SpEvents *events)
{
  for (guint i = events->watches->len; i > 0; i--)
    if (((Watch *)events->watches->pdata[i - 1])->id == 0)
      g_ptr_array_remove_index (events->watches, i - 1);
}

/** sp_events_post: a watcher may post in turn, and may stop watching; each one
 * is told each event once, by number. */
void
sp_events_post (SpEvents *events, SpEvent *event)
{
  event->number = ++events->last;
  event->at_us = sp_clock_now_us ();
  event->at_unix_us = g_get_real_time ();
  sp_stats_add (SP_PUMP_events, 1);
  g_queue_push_tail (&events->untold, sp_event_ref (event));
  keep (is_visit (event) ? &events->visits : &events->notable, event);
  if (events->is_telling)
    return;
  events->is_telling = TRUE;
  while (!g_queue_is_empty (&events->untold))
    {
      g_autoptr (SpEvent) next = g_queue_pop_head (&events->untold);

      tell (events, next);
    }
  events->is_telling = FALSE;
  clear_gone (events);
}

guint64
sp_events_last (SpEvents *events)
{
  return events->last;
}

static gint
compare_numbers (gconstpointer a, gconstpointer b)
{
  const SpEvent *first = *(SpEvent *const *)a;
  const SpEvent *second = *(SpEvent *const *)b;

  return first->number < second->number ? -1 : first->number > second->number;
}

static void
collect (GPtrArray *found, GQueue *queue, guint64 after)
{
  for (GList *link = queue->head; link != NULL; link = link->next)
    if (((SpEvent *)link->data)->number > after)
      g_ptr_array_add (found, sp_event_ref (link->data));
}

GPtrArray *
sp_events_list (SpEvents *events, guint64 after, gboolean is_notable)
{
  GPtrArray *found
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_event_unref);

  collect (found, &events->notable, after);
  if (is_notable)
    return found;
  collect (found, &events->visits, after);
  g_ptr_array_sort (found, compare_numbers);
  return found;
}

guint
sp_events_watch (SpEvents *events, SpEventFunc func, gpointer user_data)
{
  Watch *watch = g_new0 (Watch, 1);

  watch->id = ++events->last_watch;
  watch->func = func;
  watch->user_data = user_data;
  g_ptr_array_add (events->watches, watch);
  return watch->id;
}

void
sp_events_unwatch (SpEvents *events, guint id)
{
  for (guint i = 0; i < events->watches->len; i++)
    if (((Watch *)events->watches->pdata[i])->id == id)
      ((Watch *)events->watches->pdata[i])->id = 0;
  if (!events->is_telling)
    clear_gone (events);
}
