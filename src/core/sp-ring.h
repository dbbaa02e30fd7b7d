/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-packet.h"

/** A window of packets, newest last, each under a sequence number that only
 * grows. One thread, pure. Holds a ref on each packet. */
typedef struct _SpRing SpRing;

SpRing *sp_ring_new (gsize max_bytes, gint64 max_us);
void sp_ring_free (SpRing *ring);
/* Never that of another ring, nor 0. */
guint64 sp_ring_id (const SpRing *ring);
/* From the next packet on. */
void sp_ring_set_window (SpRing *ring, gint64 max_us);
/* @packet: (transfer full). Trims the old end, but never past the newest join
 * point while it is within max_bytes. */
void sp_ring_append (SpRing *ring, SpPacket *packet);
/* Nothing has come for a while: what is too old at @now_us goes. */
void sp_ring_trim (SpRing *ring, gint64 now_us);
guint64 sp_ring_oldest (const SpRing *ring);
/* One past the newest. */
guint64 sp_ring_end (const SpRing *ring);
gsize sp_ring_bytes (const SpRing *ring);
/* Of the packets from @seq on. */
guint64 sp_ring_bytes_from (const SpRing *ring, guint64 seq);
/* (transfer none); @seq must be in [oldest, end). */
SpPacket *sp_ring_get (const SpRing *ring, guint64 seq);
/* (nullable) (transfer none): the header that governs packet @seq. */
SpPacket *sp_ring_header (const SpRing *ring);
/* The newest packet is an END: whoever joins waits for the next header. */
gboolean sp_ring_has_ended (const SpRing *ring);
/* Where a viewer that joins now starts: of the join points of the current
 * epoch the one whose age is nearest to @burst_us; sp_ring_end() if none. */
guint64 sp_ring_join_point (const SpRing *ring, gint64 now_us, gint64 burst_us);
/* The newest join point of the current epoch at or after @seq; end if none. */
guint64 sp_ring_newest_join_point (const SpRing *ring, guint64 seq);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpRing, sp_ring_free)
