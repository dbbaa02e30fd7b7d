/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-supervisor.h"

#include "sp-clock.h"
#include "sp-source-describe.h"
#include "sp-stream-sources.h"

#define TICK_MS 1000
/* A fallback goes on for so long beside a better source, in case that flutters.
 */
#define OVERLAP_US (2 * G_USEC_PER_SEC)
/* What a source that has just been started may take before the next is tried.
 */
#define GRACE_US (3 * G_USEC_PER_SEC)

/** A source of a stream, at the rank of its place. */
typedef struct
{
  SpSource *source;  /* NULL: does not run */
  gint64 started_us; /* since when it has its chance; 0: not started */
  gint64 surplus_us; /* since when a better one is live; 0: it is needed */
} Post;

typedef struct
{
  SpStream *stream;
  GPtrArray *configs; /* SpSourceConfig: one a post */
  gboolean is_on_demand;
  Post *posts;
} Charge;

struct _SpSupervisor
{
  const SpSourceContext *context;
  SpSourceMaker maker;
  GHashTable *charges; /* SpStream -> Charge */
  guint tick_id;
};

static SpSource *
make (const SpSourceConfig *config,
      SpStream *stream,
      guint rank,
      const SpSourceContext *context)
{
  switch (config->type)
    {
    case SP_SOURCE_MMSH_PULL:
      return sp_pull_new (config, stream, rank, context);
    case SP_SOURCE_FILE:
      return sp_file_new (config, stream, rank);
    case SP_SOURCE_MMSH_PUSH:
      return NULL; /* it comes to us */
    }
  g_return_val_if_reached (NULL);
}

static void
stop (Charge *charge, guint rank)
{
  Post *post = &charge->posts[rank];

  if (post->started_us == 0)
    return;
  g_clear_pointer (&post->source, sp_source_free);
  post->surplus_us = 0;
  post->started_us = 0;
  sp_stream_source_rest (charge->stream, rank);
}

static void
charge_free (gpointer data)
{
  Charge *charge = data;

  for (guint i = 0; i < charge->configs->len; i++)
    stop (charge, i);
  g_ptr_array_unref (charge->configs);
  sp_stream_unref (charge->stream);
  g_free (charge->posts);
  g_free (charge);
}

/* Is it the turn of this one? The one before it that is switched on has had
 * its chance, or there is none. */
static gboolean
is_next (Charge *charge, guint rank, gint64 now_us)
{
  for (guint before = rank; before-- > 0;)
    {
      gint64 before_us = charge->posts[before].started_us;

      if (sp_stream_source_is_enabled (charge->stream, before))
        return before_us != 0 && now_us - before_us >= GRACE_US;
    }
  return TRUE;
}

/* Of a stream that is wanted: the main source always; a fallback while no
 * better one is live, when its turn has come. */
static gboolean
is_needed (Charge *charge, guint rank, gint live_rank, gint64 now_us)
{
  if (live_rank >= 0 && live_rank < (gint)rank)
    return FALSE;
  return charge->posts[rank].started_us != 0 || is_next (charge, rank, now_us);
}

static void
look_at_post (SpSupervisor *supervisor,
              Charge *charge,
              guint rank,
              gint live_rank,
              gint64 now_us)
{
  Post *post = &charge->posts[rank];

  if (is_needed (charge, rank, live_rank, now_us))
    {
      gboolean is_running = post->started_us != 0;

      /* Needed again, it has its chance anew before the next is tried. */
      if (!is_running || post->surplus_us != 0)
        post->started_us = now_us;
      post->surplus_us = 0;
      if (is_running)
        return;
      post->source = supervisor->maker (charge->configs->pdata[rank],
                                        charge->stream,
                                        rank,
                                        supervisor->context);
      return;
    }
  if (post->started_us == 0)
    return;
  if (post->surplus_us == 0)
    post->surplus_us = now_us;
  if (now_us - post->surplus_us >= OVERLAP_US)
    stop (charge, rank);
}

/* From the best down; each start may have changed what is live. */
static void
look (SpSupervisor *supervisor, Charge *charge, gint64 now_us)
{
  gboolean is_wanted
      = !charge->is_on_demand || sp_stream_is_wanted (charge->stream, now_us);

  for (guint rank = 0; rank < charge->configs->len; rank++)
    if (is_wanted && sp_stream_source_is_enabled (charge->stream, rank))
      look_at_post (supervisor,
                    charge,
                    rank,
                    sp_stream_live_rank (charge->stream, now_us),
                    now_us);
    else
      stop (charge, rank);
}

void
sp_supervisor_tick (SpSupervisor *supervisor, gint64 now_us)
{
  GHashTableIter iter;
  gpointer charge;

  g_hash_table_iter_init (&iter, supervisor->charges);
  while (g_hash_table_iter_next (&iter, NULL, &charge))
    look (supervisor, charge, now_us);
}

static gboolean
on_tick (gpointer user_data)
{
  sp_supervisor_tick (user_data, sp_clock_now_us ());
  return G_SOURCE_CONTINUE;
}

SpSupervisor *
sp_supervisor_new (const SpSourceContext *context)
{
  SpSupervisor *supervisor = g_new0 (SpSupervisor, 1);

  supervisor->context = context;
  supervisor->maker = make;
  supervisor->charges = g_hash_table_new_full (NULL, NULL, NULL, charge_free);
  supervisor->tick_id = g_timeout_add (TICK_MS, on_tick, supervisor);
  return supervisor;
}

/** sp_supervisor_free: stops every source. */
void
sp_supervisor_free (SpSupervisor *supervisor)
{
  g_source_remove (supervisor->tick_id);
  g_hash_table_unref (supervisor->charges);
  g_free (supervisor);
}

void
sp_supervisor_set_maker (SpSupervisor *supervisor, SpSourceMaker maker)
{
  supervisor->maker = maker;
}

void
sp_supervisor_add (SpSupervisor *supervisor,
                   SpStream *stream,
                   const SpStreamConfig *config)
{
  Charge *charge = g_new0 (Charge, 1);

  charge->stream = sp_stream_ref (stream);
  charge->configs = g_ptr_array_ref (config->sources);
  charge->is_on_demand = config->on_demand;
  charge->posts = g_new0 (Post, config->sources->len);
  sp_source_describe (stream, config->sources);
  g_hash_table_replace (supervisor->charges, stream, charge);
  look (supervisor, charge, sp_clock_now_us ());
}

void
sp_supervisor_remove (SpSupervisor *supervisor, SpStream *stream)
{
  g_hash_table_remove (supervisor->charges, stream);
}

void
sp_supervisor_update (SpSupervisor *supervisor, SpStream *stream)
{
  Charge *charge = g_hash_table_lookup (supervisor->charges, stream);

  if (charge != NULL)
    look (supervisor, charge, sp_clock_now_us ());
}

gboolean
sp_supervisor_set_enabled (SpSupervisor *supervisor,
                           SpStream *stream,
                           guint source_index,
                           gboolean is_enabled)
{
  gint64 now_us = sp_clock_now_us ();

  if (source_index == 0 || source_index > SP_MAX_RANKS
      || !sp_stream_source_set_enabled (
          stream, source_index - 1, is_enabled, now_us))
    return FALSE;
  sp_supervisor_update (supervisor, stream);
  return TRUE;
}
