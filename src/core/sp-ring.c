/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ring.h"

#define INITIAL_SLOTS 64 /* a power of two, as every later size */

struct _SpRing
{
  guint64 id;
  SpPacket **slots;
  guint64 *before;   /* beside each slot: bytes appended before its packet */
  guint64 total;     /* bytes ever appended */
  gsize n_slots;     /* 0: no packet has come, as to most streams' rings on most
                        workers' lanes */
  guint64 oldest;    /* sequence number of the oldest packet held */
  guint64 end;       /* one past the newest */
  guint64 last_join; /* newest join point; end when there is none */
  gboolean has_join;
  gsize bytes;
  gsize max_bytes;
  gint64 max_us;
  SpPacket *header; /* newest HEADER, kept when the window has left it */
};

/** sp_ring_new: keeps at least @max_us of packets, never more than @max_bytes
 * of payload (but always the newest packet). */
SpRing *
sp_ring_new (gsize max_bytes, gint64 max_us)
{
  static guint64 last_id; /* atomic */
  SpRing *ring = g_new0 (SpRing, 1);

  ring->id = __atomic_add_fetch (&last_id, 1, __ATOMIC_RELAXED);
  ring->max_bytes = max_bytes;
  ring->max_us = max_us;
  return ring;
}

guint64
sp_ring_id (const SpRing *ring)
{
  return ring->id;
}

void
sp_ring_set_window (SpRing *ring, gint64 max_us)
{
  ring->max_us = max_us;
}

static SpPacket **
slot (const SpRing *ring, guint64 seq)
{
  return &ring->slots[seq & (ring->n_slots - 1)];
}

static void
drop_oldest (SpRing *ring)
{
  SpPacket *packet = *slot (ring, ring->oldest);

  if (ring->has_join && ring->last_join == ring->oldest)
    ring->has_join = FALSE;
  ring->bytes -= packet->len;
  ring->oldest++;
  sp_packet_unref (packet);
}

void
sp_ring_free (SpRing *ring)
{
  while (ring->oldest < ring->end)
    drop_oldest (ring);
  g_clear_pointer (&ring->header, sp_packet_unref);
  g_free (ring->slots);
  g_free (ring->before);
  g_free (ring);
}

/* @n_slots: a power of two that holds all there is. */
static void
resize (SpRing *ring, gsize n_slots)
{
  SpPacket **slots = g_new (SpPacket *, n_slots);
  guint64 *before = g_new (guint64, n_slots);

  for (guint64 seq = ring->oldest; seq < ring->end; seq++)
    {
      slots[seq & (n_slots - 1)] = *slot (ring, seq);
      before[seq & (n_slots - 1)] = ring->before[seq & (ring->n_slots - 1)];
    }
  g_free (ring->slots);
  g_free (ring->before);
  ring->slots = slots;
  ring->before = before;
  ring->n_slots = n_slots;
}

static void
trim (SpRing *ring, gint64 newest_us)
{
  while (ring->oldest + 1 < ring->end)
    {
      SpPacket *packet = *slot (ring, ring->oldest);

      if (ring->bytes <= ring->max_bytes)
        {
          if (newest_us - packet->meta.arrived_us <= ring->max_us)
            return;
          if (ring->has_join && ring->last_join == ring->oldest)
            return;
        }
      drop_oldest (ring);
    }
}

/** sp_ring_append: @packet: (transfer full). Trims the old end, never fails. */
void
sp_ring_append (SpRing *ring, SpPacket *packet)
{
  if (ring->end - ring->oldest == ring->n_slots)
    resize (ring, MAX (ring->n_slots * 2, INITIAL_SLOTS));
  *slot (ring, ring->end) = packet;
  ring->before[ring->end & (ring->n_slots - 1)] = ring->total;
  ring->total += packet->len;
  if (packet->meta.kind == SP_PACKET_HEADER)
    {
      g_clear_pointer (&ring->header, sp_packet_unref);
      ring->header = sp_packet_ref (packet);
      ring->has_join = FALSE;
    }
  else if (packet->meta.is_join_point)
    {
      ring->last_join = ring->end;
      ring->has_join = TRUE;
    }
  ring->bytes += packet->len;
  ring->end++;
  trim (ring, packet->meta.arrived_us);
}

/** sp_ring_trim: the same when nothing comes; after an END a key frame is kept
 * for nobody. Slots that are not needed go, too. */
void
sp_ring_trim (SpRing *ring, gint64 now_us)
{
  gsize n_slots = ring->n_slots;

  if (sp_ring_has_ended (ring))
    ring->has_join = FALSE;
  trim (ring, now_us);
  while (n_slots > INITIAL_SLOTS && ring->end - ring->oldest <= n_slots / 8)
    n_slots /= 2;
  if (n_slots < ring->n_slots)
    resize (ring, n_slots);
}

guint64
sp_ring_oldest (const SpRing *ring)
{
  return ring->oldest;
}

guint64
sp_ring_end (const SpRing *ring)
{
  return ring->end;
}

gsize
sp_ring_bytes (const SpRing *ring)
{
  return ring->bytes;
}

/** sp_ring_bytes_from: of @seq and what came after it; what the ring has
 * dropped is not among them. */
guint64
sp_ring_bytes_from (const SpRing *ring, guint64 seq)
{
  seq = MAX (seq, ring->oldest);
  if (seq >= ring->end)
    return 0;
  return ring->total - ring->before[seq & (ring->n_slots - 1)];
}

SpPacket *
sp_ring_get (const SpRing *ring, guint64 seq)
{
  g_return_val_if_fail (seq >= ring->oldest && seq < ring->end, NULL);
  return *slot (ring, seq);
}

SpPacket *
sp_ring_header (const SpRing *ring)
{
  return ring->header;
}

/** sp_ring_has_ended: nothing has come after an END. */
gboolean
sp_ring_has_ended (const SpRing *ring)
{
  return ring->end > ring->oldest
         && (*slot (ring, ring->end - 1))->meta.kind == SP_PACKET_END;
}

static gboolean
is_join (const SpRing *ring, const SpPacket *packet)
{
  return packet->meta.kind == SP_PACKET_DATA && packet->meta.is_join_point
         && ring->header != NULL
         && packet->meta.epoch == ring->header->meta.epoch;
}

/** sp_ring_join_point: walks back from the newest packet; the ages only grow,
 * so the first join point beyond the burst ends the search. */
guint64
sp_ring_join_point (const SpRing *ring, gint64 now_us, gint64 burst_us)
{
  guint64 best = ring->end;
  gint64 best_distance = G_MAXINT64;

  for (guint64 seq = ring->end; seq > ring->oldest; seq--)
    {
      SpPacket *packet = *slot (ring, seq - 1);

      if (packet->meta.kind != SP_PACKET_DATA)
        break;
      if (!is_join (ring, packet))
        continue;
      gint64 age_us = now_us - packet->meta.arrived_us;
      gint64 distance = ABS (age_us - burst_us);
      if (distance < best_distance)
        {
          best = seq - 1;
          best_distance = distance;
        }
      if (age_us >= burst_us)
        break;
    }
  return best;
}

/** sp_ring_newest_join_point: where a viewer that fell behind goes on. */
guint64
sp_ring_newest_join_point (const SpRing *ring, guint64 seq)
{
  if (ring->has_join && ring->last_join >= seq)
    return ring->last_join;
  return ring->end;
}
