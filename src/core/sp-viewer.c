/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-viewer.h"

#define JOIN_WAIT_US                                                           \
  (10 * G_USEC_PER_SEC) /* then a picture without a key frame */

/* Enough for any ASF packet, whose size a $D limits to 65,527 bytes. */
static const guint8 zeros[65536];

/** sp_viewer_init: @viewer is inside its connection; sp_viewer_clear() ends it.
 */
void
sp_viewer_init (SpViewer *viewer,
                const SpFramerClass *framer,
                gboolean is_chunked)
{
  *viewer = (SpViewer){ .framer = framer, .state.is_chunked = is_chunked != 0 };
}

void
sp_viewer_clear (SpViewer *viewer)
{
  g_clear_pointer (&viewer->pin, sp_packet_unref);
}

static void
pin (SpViewer *viewer, SpPacket *packet)
{
  g_clear_pointer (&viewer->pin, sp_packet_unref);
  viewer->pin = sp_packet_ref (packet);
}

/* The next packet is @seq; a header it has not seen goes first. */
static void
jump (SpViewer *viewer, SpRing *ring, guint64 seq)
{
  SpPacket *header = sp_ring_header (ring);

  viewer->cursor = seq;
  if (header != NULL
      && (!viewer->state.has_sent_header
          || header->meta.epoch != viewer->epoch))
    pin (viewer, header);
}

/** sp_viewer_join: without a join point in the ring it waits for the next, 10 s
 * at most. */
void
sp_viewer_join (SpViewer *viewer, SpRing *ring, gint64 now_us, gint64 burst_us)
{
  guint64 seq = sp_ring_join_point (ring, now_us, burst_us);

  viewer->is_joining = seq == sp_ring_end (ring);
  viewer->join_by_us = now_us + JOIN_WAIT_US;
  viewer->cursor = seq;
  if (sp_ring_has_ended (ring))
    return;
  jump (viewer, ring, seq);
  viewer->catch_up_us = sp_viewer_lag_us (viewer, ring, now_us);
}

/** sp_viewer_lag_us: age of the oldest packet it has not got; 0 when level. */
gint64
sp_viewer_lag_us (SpViewer *viewer, SpRing *ring, gint64 now_us)
{
  guint64 seq = MAX (viewer->cursor, sp_ring_oldest (ring));

  if (seq >= sp_ring_end (ring) || viewer->is_joining)
    return 0;
  return MAX (now_us - sp_ring_get (ring, seq)->meta.arrived_us, 0);
}

/** sp_viewer_behind_us: how badly it is served, 0 when it is level. */
gint64
sp_viewer_behind_us (SpViewer *viewer, SpRing *ring, gint64 now_us)
{
  gint64 lag_us = sp_viewer_lag_us (viewer, ring, now_us);

  if (viewer->pin != NULL && viewer->pin->meta.kind == SP_PACKET_DATA)
    lag_us = MAX (lag_us, now_us - viewer->pin->meta.arrived_us);
  return MAX (lag_us - viewer->catch_up_us, 0);
}

/** sp_viewer_queue_bytes: payload; what the kernel has is not among it. */
guint64
sp_viewer_queue_bytes (SpViewer *viewer, SpRing *ring)
{
  guint64 bytes
      = viewer->is_joining ? 0 : sp_ring_bytes_from (ring, viewer->cursor);

  /* What is out of it counts the framing too, which is small. */
  if (viewer->pin != NULL && viewer->pin->len > viewer->frame_offset)
    bytes += viewer->pin->len - viewer->frame_offset;
  return bytes;
}

gboolean
sp_viewer_is_slow (SpViewer *viewer,
                   SpRing *ring,
                   const SpViewerRules *rules,
                   gint64 now_us)
{
  return sp_viewer_lag_us (viewer, ring, now_us)
         > rules->slow_us + viewer->catch_up_us;
}

void
sp_viewer_kick (SpViewer *viewer)
{
  viewer->is_kicked = TRUE;
}

/* The client knows, or is about to be told, the header of @packet. */
static gboolean
is_decodable (const SpViewer *viewer, const SpPacket *packet)
{
  guint32 epoch = viewer->pin != NULL ? viewer->pin->meta.epoch : viewer->epoch;

  return packet->meta.epoch == epoch;
}

/* A viewer that waits for a join point steps over what is none, and takes the
 * newest header on its way; when that has left the ring meanwhile, what is
 * older than it is of no use. */
static void
seek_join_point (SpViewer *viewer, SpRing *ring, gint64 now_us)
{
  if (viewer->cursor < sp_ring_oldest (ring))
    jump (viewer, ring, sp_ring_oldest (ring));
  for (; viewer->cursor < sp_ring_end (ring); viewer->cursor++)
    {
      SpPacket *packet = sp_ring_get (ring, viewer->cursor);

      if (packet->meta.kind == SP_PACKET_HEADER)
        {
          pin (viewer, packet);
          continue;
        }
      if (packet->meta.kind == SP_PACKET_DATA
          && (!is_decodable (viewer, packet)
              || (!packet->meta.is_join_point && now_us < viewer->join_by_us)))
        continue;
      viewer->is_joining = FALSE;
      return;
    }
}

/* At a frame boundary: may it go on where it is? FALSE: cut it. */
static gboolean
apply_rules (SpViewer *viewer,
             SpRing *ring,
             const SpViewerRules *rules,
             gint64 now_us)
{
  guint64 oldest = sp_ring_oldest (ring);
  guint64 from = viewer->cursor;
  gboolean is_lost = from < oldest;
  guint64 target;

  if (!is_lost && !sp_viewer_is_slow (viewer, ring, rules, now_us))
    return TRUE;
  if (rules->slow_viewer == 2)
    return FALSE;
  if (!is_lost && rules->slow_viewer == 1)
    return TRUE;
  target = sp_ring_newest_join_point (ring, viewer->cursor + 1);
  viewer->is_joining = target == sp_ring_end (ring);
  if (viewer->is_joining && !is_lost)
    {
      viewer->is_joining = FALSE;
      return TRUE; /* nothing better to jump to */
    }
  viewer->join_by_us = now_us + JOIN_WAIT_US;
  /* Not to the end: a header or END may be on the way. */
  jump (viewer, ring, viewer->is_joining ? oldest : MAX (target, oldest));
  if (viewer->is_joining)
    seek_join_point (viewer, ring, now_us);
  viewer->packets_skipped += viewer->cursor - from;
  return TRUE;
}

static void
add_iov (SpPlan *plan, const void *base, gsize len)
{
  if (len == 0)
    return;
  plan->iov[plan->n_iov].iov_base = (void *)base;
  plan->iov[plan->n_iov].iov_len = len;
  plan->n_iov++;
  plan->bytes += len;
}

/* Appends @frame from byte @offset on. */
static void
add_frame (SpPlan *plan,
           const SpFrame *frame,
           const SpPacket *packet,
           gsize offset)
{
  const guint8 *bases[4] = {
    frame->prefix, packet->payload + frame->payload_skip, zeros, frame->suffix
  };
  gsize lens[4] = { frame->prefix_len,
                    frame->payload_len,
                    MIN (frame->zeros, sizeof zeros),
                    frame->suffix_len };

  for (guint i = 0; i < 4; i++)
    {
      gsize skip = MIN (offset, lens[i]);

      add_iov (plan, bases[i] + skip, lens[i] - skip);
      offset -= skip;
    }
}

static const SpPacket end_packet = { .meta = { .kind = SP_PACKET_END } };

/* What comes next when the pin (if any) has gone: NULL when level. */
static SpPacket *
next_packet (SpViewer *viewer, SpRing *ring, SpPacket *pinned, guint64 seq)
{
  if (pinned != NULL)
    return pinned;
  if (viewer->is_kicked)
    return (SpPacket *)&end_packet;
  /* What the ring has dropped is for the rules, at the next plan. */
  if (viewer->is_joining || seq < sp_ring_oldest (ring)
      || seq >= sp_ring_end (ring))
    return NULL;
  return sp_ring_get (ring, seq);
}

static void
fill (SpViewer *viewer, SpRing *ring, guint max_frames, SpPlan *plan)
{
  SpFramerState state = viewer->state;
  SpPacket *pinned = viewer->pin;
  guint64 seq = viewer->cursor;
  guint part = viewer->part;
  gsize offset = viewer->frame_offset;
  SpPacket *packet;

  while (plan->n_frames < max_frames && plan->bytes < SP_PLAN_BYTES
         && (packet = next_packet (viewer, ring, pinned, seq)) != NULL)
    {
      SpPlanFrame *entry = &plan->frames[plan->n_frames++];

      entry->packet = packet;
      viewer->framer->frame (&state, packet, part, &entry->frame);
      add_frame (plan, &entry->frame, packet, offset);
      offset = 0;
      part++;
      if (!entry->frame.is_last_part)
        continue;
      part = 0;
      viewer->framer->advance (&state, packet->meta.kind, 1);
      if (packet->meta.kind == SP_PACKET_END)
        return;
      if (pinned != NULL)
        pinned = NULL;
      else
        seq++;
    }
}

/* At a frame boundary of the ring, where others may be too. */
static gboolean
take_run (SpViewer *viewer, SpRing *ring, SpPlan *plan)
{
  struct iovec *iov = &plan->iov[0];

  if (plan->runs == NULL || viewer->pin != NULL || viewer->frame_offset > 0
      || viewer->part > 0 || viewer->is_joining || viewer->is_kicked
      || viewer->cursor >= sp_ring_end (ring))
    return FALSE;
  plan->run = sp_runs_get (
      plan->runs, ring, viewer->cursor, viewer->framer, &viewer->state);
  if (plan->run == NULL)
    return FALSE;
  iov->iov_base = (void *)sp_run_bytes (plan->run, &plan->bytes);
  iov->iov_len = plan->bytes;
  plan->n_iov = 1;
  return TRUE;
}

/** sp_viewer_is_level: as a plan would say, for a fraction of its price. */
gboolean
sp_viewer_is_level (SpViewer *viewer, SpRing *ring)
{
  gboolean is_level = viewer->cursor == sp_ring_end (ring)
                      && viewer->pin == NULL && viewer->frame_offset == 0
                      && viewer->part == 0 && !viewer->is_joining
                      && !viewer->is_kicked && !viewer->has_ended;

  if (is_level)
    viewer->catch_up_us = 0;
  return is_level;
}

/** sp_viewer_plan: fills @plan from the cursor on; nothing of it is the
 * viewer's until sp_viewer_advance(). The iovecs point into @plan and the ring,
 * so @plan must be written before the ring changes. */
SpViewerVerdict
sp_viewer_plan (SpViewer *viewer,
                SpRing *ring,
                const SpViewerRules *rules,
                gint64 now_us,
                SpPlan *plan)
{
  guint max_frames = SP_PLAN_FRAMES;

  plan->n_iov = 0;
  plan->n_frames = 0;
  plan->bytes = 0;
  plan->run = NULL;
  if (viewer->has_ended)
    return SP_VIEWER_ENDED;
  if (viewer->frame_offset == 0 && viewer->part == 0 && !viewer->is_kicked)
    {
      if (viewer->is_joining)
        seek_join_point (viewer, ring, now_us);
      else if (viewer->pin == NULL
               && !apply_rules (viewer, ring, rules, now_us))
        return SP_VIEWER_CUT;
    }
  else if (rules->slow_viewer != 1
           && sp_viewer_is_slow (viewer, ring, rules, now_us))
    /* The rules wait for a packet's end; a small socket buffer cuts every
     * write, so no more than that end may go out. */
    max_frames = 1;
  if (take_run (viewer, ring, plan))
    return SP_VIEWER_SEND;
  fill (viewer, ring, max_frames, plan);
  if (plan->bytes > 0)
    return SP_VIEWER_SEND;
  /* Only an END without bytes (bare ASF) makes a frame of nothing. */
  if (plan->n_frames > 0)
    {
      viewer->has_ended = TRUE;
      return SP_VIEWER_ENDED;
    }
  viewer->catch_up_us = 0;
  return SP_VIEWER_LEVEL;
}

/* The current packet of @viewer is out. */
static void
complete (SpViewer *viewer, SpPacket *packet)
{
  viewer->framer->advance (&viewer->state, packet->meta.kind, 1);
  viewer->part = 0;
  viewer->frame_offset = 0;
  if (packet->meta.kind == SP_PACKET_HEADER)
    viewer->epoch = packet->meta.epoch;
  if (packet->meta.kind == SP_PACKET_DATA)
    viewer->packets_sent++;
  if (packet->meta.kind == SP_PACKET_END)
    viewer->has_ended = TRUE;
  if (viewer->pin != NULL)
    g_clear_pointer (&viewer->pin, sp_packet_unref);
  else if (packet != &end_packet)
    viewer->cursor++;
}

/* A frame is begun: hold its packet, for the ring may drop it before the rest
 * is out. */
static void
hold (SpViewer *viewer, SpPacket *packet)
{
  if (viewer->pin != NULL || packet == &end_packet)
    return;
  pin (viewer, packet);
  viewer->cursor++;
}

static guint
advance_run (SpViewer *viewer, SpRing *ring, SpPlan *plan, gsize bytes)
{
  gsize rest;
  guint n = sp_run_count (plan->run, bytes, &rest);

  viewer->framer->advance (&viewer->state, SP_PACKET_DATA, n);
  viewer->cursor += n;
  viewer->packets_sent += n;
  viewer->frame_offset = (guint32)rest;
  if (rest > 0)
    hold (viewer, sp_ring_get (ring, viewer->cursor));
  return n;
}

/** sp_viewer_advance: @plan is the one just made for @viewer. Returns the
 * number of data packets that are now whole at the client's side of the kernel.
 */
guint
sp_viewer_advance (SpViewer *viewer, SpRing *ring, SpPlan *plan, gsize bytes)
{
  guint64 before = viewer->packets_sent;

  viewer->bytes_sent += bytes;
  if (plan->run != NULL)
    return advance_run (viewer, ring, plan, bytes);
  for (guint i = 0; i < plan->n_frames; i++)
    {
      SpPlanFrame *entry = &plan->frames[i];
      gsize left = sp_frame_total (&entry->frame) - viewer->frame_offset;

      if (bytes < left)
        {
          viewer->frame_offset += (guint32)bytes;
          if (viewer->frame_offset > 0)
            hold (viewer, entry->packet);
          break;
        }
      bytes -= left;
      viewer->frame_offset = 0;
      if (entry->frame.is_last_part)
        {
          complete (viewer, entry->packet);
          continue;
        }
      viewer->part++;
      hold (viewer, entry->packet);
    }
  return (guint)(viewer->packets_sent - before);
}
