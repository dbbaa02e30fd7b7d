/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-run.h"

#include <string.h>

#define KEPT 4     /* runs: framers, and viewers a pass apart */
#define FRAMES 512 /* in a run */
/* By reference 31 KB cost a quarter less than by copy, 13 KB a tenth. */
#define FILE_BYTES (8 * 1024)
/* To be in a file costs as much as ten sends out of it save. */
#define MANY 24 /* viewers */
#define STREAKS 1024
/* The first frame may be of any size. */
#define ROOM (SP_RUN_BYTES + SP_FRAME_PREFIX_MAX + SP_FRAME_SUFFIX_MAX)

/** Whose it is. */
typedef struct
{
  guint64 ring_id;
  guint64 from;
  const SpFramerClass *framer;
  guint8 is_chunked;
} Key;

struct _SpRun
{
  Key key;
  guint8 *data; /* ROOM; NULL: never made */
  guint n;      /* packets */
  gsize len;
  gboolean is_closed; /* no more will fit, or belong to it */
  guint8 af_flags;    /* of the viewer that it was made out for */
  gsize filed_len;    /* of what is in the file; 0: nothing */
  SpExtent extent;
  guint32 end[FRAMES]; /* of each packet */
  guint32 own[FRAMES]; /* where its viewer's byte is; 0: it has none */
};

struct _SpRuns
{
  SpRun run[KEPT];
  SpSegments *segments;
  guint streaks[STREAKS]; /* viewers that came one after the other and wanted
                             just the same, when they last did */
  guint streak;           /* of these: that goes on */
  guint64 streak_from;
  guint last_count; /* of it: when it last came */
  guint oldest;     /* goes next */
  Key candidate;    /* was wanted once */
};

SpRuns *
sp_runs_new (void)
{
  SpRuns *runs = g_new0 (SpRuns, 1);

  runs->segments = sp_segments_new ();
  return runs;
}

void
sp_runs_free (SpRuns *runs)
{
  for (guint i = 0; i < KEPT; i++)
    g_free (runs->run[i].data);
  sp_segments_free (runs->segments);
  g_free (runs);
}

static gboolean
is_same (const Key *a, const Key *b)
{
  return a->ring_id == b->ring_id && a->from == b->from
         && a->framer == b->framer && a->is_chunked == b->is_chunked;
}

static gboolean
append (SpRun *run, const SpFramerState *state, const SpPacket *packet)
{
  guint8 *to = run->data + run->len;
  SpFrame frame;
  gsize len;

  run->key.framer->frame (state, packet, 0, &frame);
  len = sp_frame_total (&frame);
  if (run->len > 0 ? run->len + len > SP_RUN_BYTES : len > ROOM)
    return FALSE;
  memcpy (to, frame.prefix, frame.prefix_len);
  to += frame.prefix_len;
  memcpy (to, packet->payload + frame.payload_skip, frame.payload_len);
  to += frame.payload_len;
  memset (to, 0, frame.zeros);
  to += frame.zeros;
  memcpy (to, frame.suffix, frame.suffix_len);
  run->own[run->n] = frame.own_at > 0 ? (guint32)run->len + frame.own_at : 0;
  run->len += len;
  run->end[run->n++] = (guint32)run->len;
  return TRUE;
}

/* With what has come to the ring since. */
static void
extend (SpRun *run, SpRing *ring, const SpFramerState *state)
{
  while (!run->is_closed && run->key.from + run->n < sp_ring_end (ring))
    {
      SpPacket *packet = sp_ring_get (ring, run->key.from + run->n);

      run->is_closed = run->n == FRAMES || packet->meta.kind != SP_PACKET_DATA
                       || !append (run, state, packet);
    }
}

static SpRun *
find (SpRuns *runs, const Key *key)
{
  for (guint i = 0; i < KEPT; i++)
    if (is_same (&runs->run[i].key, key))
      return &runs->run[i];
  return NULL;
}

static SpRun *
make (SpRuns *runs, const Key *key)
{
  SpRun *run = &runs->run[runs->oldest];

  runs->oldest = (runs->oldest + 1) % KEPT;
  if (run->data == NULL)
    run->data = g_malloc (ROOM);
  run->key = *key;
  run->n = 0;
  run->len = 0;
  run->is_closed = FALSE;
  run->filed_len = 0;
  return run;
}

/* Each packet's byte that is the viewer's own; TRUE: there are any. */
static gboolean
make_out (SpRun *run, guint8 af_flags)
{
  for (guint i = 0; i < run->n; i++)
    if (run->own[i] > 0)
      run->data[run->own[i]] = (guint8)(af_flags + i);
  return run->own[0] > 0;
}

/* Who wants @run is alike to many, or was when it had the packets before: what
 * a viewer's byte is ahead of the packet's number does not change. */
static gboolean
is_wanted_by_many (SpRuns *runs, const SpRun *run, guint8 af_flags)
{
  guint8 ahead = (guint8)(af_flags - run->key.from);
  guint streak
      = (guint)((run->key.ring_id * 2 + run->key.is_chunked) * 256 + ahead)
        % STREAKS;

  if (streak != runs->streak || run->key.from != runs->streak_from)
    {
      runs->last_count = runs->streaks[streak];
      runs->streaks[streak] = 0;
      runs->streak = streak;
      runs->streak_from = run->key.from;
    }
  runs->streaks[streak]++;
  return runs->last_count >= MANY;
}

/* After @run was made out for a viewer with @af_flags. */
static void
file (SpRuns *runs, SpRun *run, guint8 af_flags)
{
  gboolean is_wanted = is_wanted_by_many (runs, run, af_flags);

  if (run->filed_len == run->len && run->af_flags == af_flags
      && sp_segments_has (runs->segments, &run->extent))
    return;
  run->filed_len = 0;
  run->af_flags = af_flags;
  if (is_wanted && run->len >= FILE_BYTES
      && sp_segments_append (runs->segments, run->data, run->len, &run->extent))
    run->filed_len = run->len;
}

/** sp_runs_get: what is wanted for the first time is not made yet: a viewer
 * that stands alone is better served from the ring itself. */
SpRun *
sp_runs_get (SpRuns *runs,
             SpRing *ring,
             guint64 from,
             const SpFramerClass *framer,
             const SpFramerState *state)
{
  const Key key = { sp_ring_id (ring), from, framer, state->is_chunked };
  SpRun *run = find (runs, &key);

  if (run == NULL)
    {
      if (!is_same (&runs->candidate, &key))
        {
          runs->candidate = key;
          return NULL;
        }
      run = make (runs, &key);
    }
  extend (run, ring, state);
  if (run->n == 0)
    return NULL;
  file (runs,
        run,
        make_out (run, state->af_flags) ? state->af_flags : (guint8)from);
  return run;
}

const guint8 *
sp_run_bytes (const SpRun *run, gsize *len)
{
  *len = run->len;
  return run->data;
}

const SpExtent *
sp_run_extent (const SpRun *run)
{
  return run->filed_len > 0 ? &run->extent : NULL;
}

guint
sp_run_count (const SpRun *run, gsize bytes, gsize *rest)
{
  guint n = run->n;

  if (bytes < run->len)
    for (n = 0; run->end[n] <= bytes; n++)
      ;
  *rest = bytes - (n > 0 ? run->end[n - 1] : 0);
  return n;
}
