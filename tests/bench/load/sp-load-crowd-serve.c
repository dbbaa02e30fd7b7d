/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-crowd-private.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/epoll.h>

#define VIEWERS_AN_ADDRESS 20000 /* fewer than there are ports */
#define MAX_ADDRESS_TRIES 8
#define LAGGARD_BYTES 4096 /* what one that will lag reads at first */
#define STATUS_OK 200

/** What a packet is told with. */
typedef struct
{
  SpLoadCrowd *crowd;
  SpLoadViewer *viewer;
} Arrival;

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
  SpLoadTally *tally = sp_load_crowd_tally (crowd, viewer);

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

void
sp_load_crowd_start_viewer (SpLoadCrowd *crowd, SpLoadViewer *viewer)
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
  guint turn = viewer->index % run->targets->len;

  switch (sp_load_viewer_ask (
      viewer, run->targets->pdata[turn], run->tls, run->requests->pdata[turn]))
    {
    case SP_LOAD_ASKING_READ:
      watch (crowd, viewer, EPOLL_CTL_MOD, EPOLLIN);
      break;
    case SP_LOAD_ASKING_WRITE:
      watch (crowd, viewer, EPOLL_CTL_MOD, EPOLLOUT);
      break;
    case SP_LOAD_ASKING_DONE:
      sp_load_reader_init (&viewer->reader, run->options->is_raw);
      if (run->options->is_loose)
        sp_load_reader_set_loose (&viewer->reader);
      watch (crowd,
             viewer,
             EPOLL_CTL_MOD,
             viewer->kind == SP_LOAD_GOOD ? EPOLLIN | EPOLLRDHUP | EPOLLET
                                          : EPOLLIN);
      break;
    case SP_LOAD_ASKING_FAILED:
      give_up (crowd, viewer, FALSE, sp_load_viewer_why (viewer));
      break;
    }
}

static void
on_packet (const SpLoadPacket *packet, gpointer user_data)
{
  Arrival *arrival = user_data;
  SpLoadCrowd *crowd = arrival->crowd;
  SpLoadViewer *viewer = arrival->viewer;
  SpLoadTally *tally = sp_load_crowd_tally (crowd, viewer);
  gint64 now_us = crowd->now_us;

  if (sp_load_crowd_is_in_window (crowd, now_us))
    {
      tally->packets++;
      tally->skips += packet->missed;
      if (viewer->media_us != 0 && now_us - viewer->media_us > SP_LOAD_STALL_US)
        tally->stalls++;
    }
  viewer->media_us = now_us;
  viewer->newest_us = packet->is_stamped ? packet->stamp.sent_us : now_us;
  if (packet->is_stamped && packet->stamp.sent_us >= viewer->play_us
      && sp_load_crowd_is_in_window (crowd, packet->stamp.sent_us))
    sp_histogram_add (tally->late, now_us - packet->stamp.sent_us);
}

/* Its first media have come. */
static void
join (SpLoadCrowd *crowd, SpLoadViewer *viewer)
{
  SpLoadTally *tally = sp_load_crowd_tally (crowd, viewer);
  gint64 way_us = crowd->now_us - viewer->play_us;

  viewer->state = SP_LOAD_VIEWER_PLAYING;
  viewer->media_us = MAX (viewer->media_us, viewer->play_us);
  viewer->newest_us = MAX (viewer->newest_us, viewer->play_us);
  tally->joined++;
  sp_histogram_add (tally->first_byte, way_us);
  if (sp_load_crowd_is_in_window (crowd, viewer->play_us))
    sp_histogram_add (tally->first_byte_window, way_us);
  settle (crowd);
  if (viewer->kind == SP_LOAD_STALLED)
    watch (crowd, viewer, EPOLL_CTL_MOD, EPOLLRDHUP | EPOLLET);
  else if (viewer->kind == SP_LOAD_SLOW)
    watch (crowd, viewer, EPOLL_CTL_MOD, EPOLLET);
}

static void
on_end (SpLoadCrowd *crowd, SpLoadViewer *viewer)
{
  guint status = sp_load_reader_status (&viewer->reader);
  g_autofree char *reason = NULL;

  if (viewer->state == SP_LOAD_VIEWER_WAITING && status != 0
      && status != STATUS_OK)
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
  if (sp_load_crowd_is_in_window (crowd, crowd->now_us))
    sp_load_crowd_tally (crowd, viewer)->bytes += len;
  if (viewer->state == SP_LOAD_VIEWER_WAITING
      && sp_load_reader_has_media (&viewer->reader))
    join (crowd, viewer);
  if (verdict == SP_LOAD_BAD)
    give_up (crowd, viewer, TRUE, sp_load_reader_why (&viewer->reader));
  else if (verdict == SP_LOAD_END)
    on_end (crowd, viewer);
}

gboolean
sp_load_crowd_receive (SpLoadCrowd *crowd, SpLoadViewer *viewer, gsize len)
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
    give_up (crowd, viewer, FALSE, sp_load_viewer_why (viewer));
  return n == (gssize)len || (n > 0 && viewer->session != NULL);
}

/* Edges only tell that something has come: a read that was not filled has got
 * it all, unless the end is behind it. */
static void
drain (SpLoadCrowd *crowd, SpLoadViewer *viewer, guint32 events)
{
  gboolean is_ending = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  guint64 before;

  do
    {
      before = crowd->bytes;
      if (!sp_load_crowd_receive (crowd, viewer, SP_LOAD_BUFFER_BYTES)
          && !is_ending)
        return;
    }
  while (viewer->fd >= 0 && crowd->bytes != before);
}

void
sp_load_crowd_serve (SpLoadCrowd *crowd, SpLoadViewer *viewer, guint32 events)
{
  switch (viewer->state)
    {
    case SP_LOAD_VIEWER_OFF:
      break;
    case SP_LOAD_VIEWER_CONNECTING:
    case SP_LOAD_VIEWER_SHAKING_HANDS:
      ask (crowd, viewer);
      break;
    case SP_LOAD_VIEWER_WAITING:
    case SP_LOAD_VIEWER_PLAYING:
      if (viewer->kind == SP_LOAD_GOOD)
        drain (crowd, viewer, events);
      else if (viewer->state == SP_LOAD_VIEWER_WAITING)
        sp_load_crowd_receive (crowd, viewer, LAGGARD_BYTES);
      else
        give_up (crowd, viewer, FALSE, _ ("the server cut a viewer that lags"));
      break;
    }
}
