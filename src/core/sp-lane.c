/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-lane.h"

#define RING_BYTES (32 * 1024 * 1024)
#define FLUSH_BYTES                                                            \
  (32 * 1024) /* a pass is worth it before flush_ms is over                    \
               */

/** sp_lane_init: @lane is inside @stream. */
void
sp_lane_init (SpLane *lane, SpStream *stream, const SpLaneHost *host)
{
  *lane = (SpLane){ .stream = stream,
                    .host = *host,
                    .ring = sp_ring_new (RING_BYTES, G_USEC_PER_SEC),
                    .is_armed = TRUE };
}

void
sp_lane_clear (SpLane *lane)
{
  g_clear_pointer (&lane->ring, sp_ring_free);
}

void
sp_lane_set_policy (gpointer target, gpointer payload)
{
  SpLane *lane = target;
  g_autofree SpStreamPolicy *policy = payload;
  gint64 burst_us = (gint64)policy->burst_ms * 1000;
  gint64 slow_us = (gint64)policy->slow_viewer_ms * 1000;

  lane->burst_us = burst_us;
  lane->flush_us = (gint64)policy->flush_ms * 1000;
  /* A client that catches up after its burst is not slow. */
  lane->rules.slow_us = MAX (slow_us, 2 * burst_us);
  lane->rules.slow_viewer = policy->slow_viewer;
  sp_ring_set_window (lane->ring,
                      MAX (burst_us, lane->rules.slow_us) + G_USEC_PER_SEC);
}

gboolean
sp_lane_is_armed (SpLane *lane)
{
  return __atomic_load_n (&lane->is_armed, __ATOMIC_SEQ_CST);
}

void
sp_lane_arm (SpLane *lane)
{
  __atomic_store_n (&lane->is_armed, TRUE, __ATOMIC_SEQ_CST);
}

void
sp_lane_disarm (SpLane *lane)
{
  __atomic_store_n (&lane->is_armed, FALSE, __ATOMIC_SEQ_CST);
}

/** sp_lane_post: looks at the lane again when the packet is in the box: either
 * the worker, which disarms and then drains, finds it there, or it is woken. */
void
sp_lane_post (SpLane *lane, SpPacket *packet)
{
  gboolean is_urgent = packet->meta.kind != SP_PACKET_DATA
                       || lane->quiet_bytes + packet->len >= FLUSH_BYTES;

  lane->quiet_bytes += packet->len;
  sp_stream_ref (lane->stream);
  sp_mailbox_post_quietly (lane->host.mailbox, sp_lane_deliver, lane, packet);
  if (!is_urgent && sp_lane_is_armed (lane))
    return;
  lane->quiet_bytes = 0;
  sp_mailbox_wake (lane->host.mailbox);
}

static void
make_due (SpLane *lane, gint64 due_us)
{
  if (lane->due_us == 0 || due_us < lane->due_us)
    lane->due_us = due_us;
  if (lane->host.on_dirty != NULL)
    lane->host.on_dirty (lane->host.worker, lane);
}

/** sp_lane_deliver: appends to the ring and says when the next pass is due. */
void
sp_lane_deliver (gpointer target, gpointer payload)
{
  SpLane *lane = target;
  SpPacket *packet = payload;
  gint64 arrived_us = packet->meta.arrived_us;
  gboolean is_end = packet->meta.kind == SP_PACKET_END;

  lane->unsent_bytes += packet->len;
  sp_ring_append (lane->ring, packet);
  if (lane->n_viewers == 0)
    {
      lane->unsent_bytes = 0;
      sp_lane_arm (lane);
    }
  else if (is_end || lane->unsent_bytes >= FLUSH_BYTES)
    make_due (lane, arrived_us);
  else
    make_due (lane, arrived_us + lane->flush_us);
  sp_stream_unref (lane->stream);
}

/* At the head: whoever is new there is not met by a pass that runs. */
static void
link_viewer (SpViewer **list, SpViewer *viewer)
{
  viewer->prev = NULL;
  viewer->next = *list;
  if (*list != NULL)
    (*list)->prev = viewer;
  *list = viewer;
}

static void
unlink_viewer (SpLane *lane, SpViewer *viewer)
{
  if (lane->pass == viewer)
    lane->pass = viewer->next;
  if (viewer->prev != NULL)
    viewer->prev->next = viewer->next;
  else if (viewer->is_blocked)
    lane->blocked = viewer->next;
  else
    lane->ready = viewer->next;
  if (viewer->next != NULL)
    viewer->next->prev = viewer->prev;
}

void
sp_lane_join (SpLane *lane, SpViewer *viewer, gint64 now_us)
{
  viewer->lane = lane;
  sp_viewer_join (viewer, lane->ring, now_us, lane->burst_us);
  link_viewer (&lane->ready, viewer);
  if (lane->n_viewers++ > 0)
    return;
  sp_lane_disarm (lane);
  sp_mailbox_wake (lane->host.mailbox);
}

void
sp_lane_leave (SpLane *lane, SpViewer *viewer)
{
  unlink_viewer (lane, viewer);
  lane->n_viewers--;
  viewer->lane = NULL;
  if (lane->n_viewers == 0)
    sp_lane_arm (lane);
}

void
sp_lane_block (SpLane *lane, SpViewer *viewer)
{
  if (viewer->is_blocked)
    return;
  unlink_viewer (lane, viewer);
  viewer->is_blocked = TRUE;
  link_viewer (&lane->blocked, viewer);
}

void
sp_lane_unblock (SpLane *lane, SpViewer *viewer)
{
  if (!viewer->is_blocked)
    return;
  unlink_viewer (lane, viewer);
  viewer->is_blocked = FALSE;
  link_viewer (&lane->ready, viewer);
}

void
sp_lane_begin_pass (SpLane *lane)
{
  lane->pass = lane->ready;
  lane->unsent_bytes = 0;
  lane->due_us = 0;
}

/** sp_lane_visit_next: what is joined or unblocked meanwhile is not among them;
 * what leaves or blocks is left out. */
SpViewer *
sp_lane_visit_next (SpLane *lane)
{
  SpViewer *viewer = lane->pass;

  if (viewer == NULL)
    return NULL;
  lane->pass = viewer->next;
  return viewer;
}
