/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-crowd.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "sp-load-viewer.h"

#define BUFFER_BYTES (256 * 1024)
#define MAX_EVENTS 512
#define VIEWERS_AN_ADDRESS 20000 /* fewer than there are ports */
#define MAX_ADDRESS_TRIES 8
#define STALL_US G_USEC_PER_SEC
#define BEHIND_US (2 * G_USEC_PER_SEC)
/* Slow viewers read ten times a second, a tenth of them at each tick. */
#define SLOW_TICK_US 10000
#define SLOW_TICKS 10
#define IDLE_MS 50

struct _SpLoadCrowd
{
  SpLoadRun *run;
  guint index;
  guint n_crowds;
  int epoll;
  guint n_viewers; /* stalled ones, too */
  SpLoadViewer *viewers;
  GPtrArray *slow; /* of those */
  guint8 *buffer;
  SpLoadTally *tallies[SP_LOAD_N_KINDS];
  GHashTable *reasons;
  guint64 bytes; /* atomic */
  guint n_asked;
  guint n_started;   /* of the ramp */
  guint64 n_churned; /* turns of the churn */
  guint churn_at;    /* the viewer that is next */
  guint address_shift;
  gint64 slow_tick;
  gboolean is_judged; /* at the window's end */
  gint64 now_us;
  gint64 window_us; /* as the run has it */
  gint64 window_end_us;
};

/** What a packet is told with. */
typedef struct
{
  SpLoadCrowd *crowd;
  SpLoadViewer *viewer;
} Arrival;

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
  crowd->buffer = g_malloc (BUFFER_BYTES);
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

static SpLoadTally *
tally_of (SpLoadCrowd *crowd, const SpLoadViewer *viewer)
{
  return crowd->tallies[viewer->kind];
}

static gboolean
is_in_window (const SpLoadCrowd *crowd, gint64 time_us)
{
  return time_us >= crowd->window_us && time_us < crowd->window_end_us;
}

static void
count_reason (SpLoadCrowd *crowd, const char *reason)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (crowd->reasons, reason));

  g_hash_table_replace (
      crowd->reasons, g_strdup (reason), GUINT_TO_POINTER (n + 1));
}

/* It has joined, or will not. */
static void
settle (SpLoadCrowd *crowd)
{
  __atomic_add_fetch (&crowd->run->n_settled, 1, __ATOMIC_RELAXED);
}

/* Ends the connection of @viewer, which the server is to blame for. */
static void
give_up (SpLoadCrowd *crowd,
         SpLoadViewer *viewer,
         gboolean is_bad_framing,
         const char *reason)
{
  SpLoadTally *tally = tally_of (crowd, viewer);

  if (is_bad_framing)
    tally->bad_framing++;
  else if (viewer->state == SP_LOAD_VIEWER_PLAYING)
    tally->lost++;
  else
    tally->refused++;
  if (viewer->state != SP_LOAD_VIEWER_PLAYING)
    settle (crowd);
  count_reason (crowd, reason);
  sp_load_viewer_close (viewer);
}

static void
watch (SpLoadCrowd *crowd, SpLoadViewer *viewer, int how, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = viewer };

  (void)epoll_ctl (crowd->epoll, how, viewer->fd, &event);
}

/* FALSE: errno says why. Viewers on loopback come from addresses of their own,
 * so that ports do not run out; where others have used them up, the next
 * address may have some. */
static gboolean
open_viewer (SpLoadCrowd *crowd, SpLoadViewer *viewer)
{
  const SpLoadOptions *options = crowd->run->options;
  GPtrArray *targets = crowd->run->targets;
  const SpLoadTarget *target = targets->pdata[viewer->index % targets->len];
  guint receive_bytes
      = viewer->kind != SP_LOAD_GOOD ? options->slow_buffer_bytes : 0;
  gboolean has_default = !options->has_from && target->is_loopback
                         && target->address.ss_family == AF_INET;
  struct sockaddr_storage from;
  socklen_t from_len;

  if (!options->has_from && !has_default)
    return sp_load_viewer_connect (viewer, target, NULL, 0, receive_bytes);
  for (guint i = 0; i < MAX_ADDRESS_TRIES; i++)
    {
      guint turn = has_default ? viewer->index / VIEWERS_AN_ADDRESS
                                     + crowd->address_shift
                               : viewer->index + crowd->address_shift;

      from_len = sp_load_from_address (&options->from, turn, &from);
      if (sp_load_viewer_connect (
              viewer, target, &from, from_len, receive_bytes))
        return TRUE;
      if (errno != EADDRNOTAVAIL && errno != EADDRINUSE)
        return FALSE;
      crowd->address_shift++;
    }
  return FALSE;
}

static void
start_viewer (SpLoadCrowd *crowd, SpLoadViewer *viewer)
{
  crowd->n_asked++;
  if (!open_viewer (crowd, viewer))
    {
      give_up (crowd, viewer, FALSE, g_strerror (errno));
      return;
    }
  watch (crowd, viewer, EPOLL_CTL_ADD, EPOLLOUT);
}

static void
ask (SpLoadCrowd *crowd, SpLoadViewer *viewer)
{
  SpLoadRun *run = crowd->run;
  const char *request
      = run->requests->pdata[viewer->index % run->requests->len];

  viewer->play_us = g_get_monotonic_time ();
  sp_load_reader_init (&viewer->reader, run->options->is_raw);
  if (run->options->is_loose)
    sp_load_reader_set_loose (&viewer->reader);
  if (!sp_load_viewer_ask (viewer, request, strlen (request)))
    {
      give_up (crowd, viewer, FALSE, g_strerror (errno));
      return;
    }
  watch (crowd, viewer, EPOLL_CTL_MOD, EPOLLIN);
}

static void
on_packet (const SpLoadPacket *packet, gpointer user_data)
{
  Arrival *arrival = user_data;
  SpLoadCrowd *crowd = arrival->crowd;
  SpLoadViewer *viewer = arrival->viewer;
  SpLoadTally *tally = tally_of (crowd, viewer);
  gint64 now_us = crowd->now_us;

  if (is_in_window (crowd, now_us))
    {
      tally->packets++;
      tally->skips += packet->missed;
      if (viewer->media_us != 0 && now_us - viewer->media_us > STALL_US)
        tally->stalls++;
    }
  viewer->media_us = now_us;
  viewer->newest_us = packet->is_stamped ? packet->stamp.sent_us : now_us;
  if (packet->is_stamped && packet->stamp.sent_us >= viewer->play_us
      && is_in_window (crowd, packet->stamp.sent_us))
    sp_histogram_add (tally->late, now_us - packet->stamp.sent_us);
}

/* Its first media have come. */
static void
join (SpLoadCrowd *crowd, SpLoadViewer *viewer)
{
  SpLoadTally *tally = tally_of (crowd, viewer);
  gint64 way_us = crowd->now_us - viewer->play_us;

  viewer->state = SP_LOAD_VIEWER_PLAYING;
  viewer->media_us = MAX (viewer->media_us, viewer->play_us);
  viewer->newest_us = MAX (viewer->newest_us, viewer->play_us);
  tally->joined++;
  sp_histogram_add (tally->first_byte, way_us);
  if (is_in_window (crowd, viewer->play_us))
    sp_histogram_add (tally->first_byte_window, way_us);
  settle (crowd);
  if (viewer->kind == SP_LOAD_STALLED)
    watch (crowd, viewer, EPOLL_CTL_MOD, EPOLLRDHUP);
  else if (viewer->kind == SP_LOAD_SLOW)
    watch (crowd, viewer, EPOLL_CTL_MOD, 0);
}

static void
on_end (SpLoadCrowd *crowd, SpLoadViewer *viewer)
{
  guint status = sp_load_reader_status (&viewer->reader);
  g_autofree char *reason = NULL;

  if (viewer->state == SP_LOAD_VIEWER_WAITING && status != 0 && status != 200)
    reason = g_strdup_printf (_ ("HTTP status %u"), status);
  else
    reason = g_strdup (sp_load_reader_why (&viewer->reader));
  give_up (crowd, viewer, FALSE, reason);
}

static void
take (SpLoadCrowd *crowd, SpLoadViewer *viewer, gsize len)
{
  Arrival arrival = { .crowd = crowd, .viewer = viewer };
  SpLoadVerdict verdict = sp_load_reader_take (
      &viewer->reader, crowd->buffer, len, on_packet, &arrival);

  __atomic_store_n (&crowd->bytes, crowd->bytes + len, __ATOMIC_RELAXED);
  if (is_in_window (crowd, crowd->now_us))
    tally_of (crowd, viewer)->bytes += len;
  if (viewer->state == SP_LOAD_VIEWER_WAITING
      && sp_load_reader_has_media (&viewer->reader))
    join (crowd, viewer);
  if (verdict == SP_LOAD_BAD)
    give_up (crowd, viewer, TRUE, sp_load_reader_why (&viewer->reader));
  else if (verdict == SP_LOAD_END)
    on_end (crowd, viewer);
}

static void
receive (SpLoadCrowd *crowd, SpLoadViewer *viewer, gsize len)
{
  gssize n = sp_load_viewer_receive (viewer, crowd->buffer, len);

  crowd->now_us = g_get_monotonic_time ();
  if (n > 0)
    take (crowd, viewer, (gsize)n);
  else if (n == 0)
    give_up (crowd,
             viewer,
             FALSE,
             viewer->state == SP_LOAD_VIEWER_PLAYING
                 ? _ ("the server closed the connection")
                 : _ ("the server closed the connection before media came"));
  else if (errno != EAGAIN && errno != EINTR)
    give_up (crowd, viewer, FALSE, g_strerror (errno));
}

static void
serve (SpLoadCrowd *crowd, const struct epoll_event *event)
{
  SpLoadViewer *viewer = event->data.ptr;

  switch (viewer->state)
    {
    case SP_LOAD_VIEWER_OFF:
      break;
    case SP_LOAD_VIEWER_CONNECTING:
      ask (crowd, viewer);
      break;
    case SP_LOAD_VIEWER_WAITING:
      receive (crowd, viewer, BUFFER_BYTES);
      break;
    case SP_LOAD_VIEWER_PLAYING:
      if (viewer->kind == SP_LOAD_GOOD)
        receive (crowd, viewer, BUFFER_BYTES);
      else
        give_up (crowd, viewer, FALSE, _ ("the server cut a viewer that lags"));
      break;
    }
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
    start_viewer (crowd, &crowd->viewers[crowd->n_started++]);
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
      tally_of (crowd, viewer)->left++;
      sp_load_viewer_close (viewer);
      start_viewer (crowd, viewer);
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

  if (per_us <= 0 || !is_in_window (crowd, crowd->now_us))
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
          receive (crowd, viewer, MIN (len, (gsize)BUFFER_BYTES));
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
      SpLoadTally *tally = tally_of (crowd, viewer);

      if (viewer->state != SP_LOAD_VIEWER_PLAYING)
        continue;
      if (crowd->now_us - viewer->newest_us > BEHIND_US)
        tally->behind++;
      if (crowd->now_us - viewer->media_us > STALL_US)
        tally->stalls++;
    }
}

static int
patience_ms (const SpLoadCrowd *crowd)
{
  if (crowd->n_started < crowd->n_viewers
      || (crowd->run->options->churn_percent > 0
          && is_in_window (crowd, crowd->now_us)))
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
        serve (crowd, &events[i]);
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
    if (crowd->viewers[i].state == SP_LOAD_VIEWER_CONNECTING
        || crowd->viewers[i].state == SP_LOAD_VIEWER_WAITING)
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
