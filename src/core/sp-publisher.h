/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-source-record.h"
#include "sp-stream.h"

/** The exclusive right to feed one stream at one rank. Used by one thread at a
 * time; counted by nobody: who acquired it releases it. */

/* NULL and SP_ERROR_BUSY while another holds @rank and delivered data within
 * the last @takeover_us; an older holder is revoked: its next put fails with
 * SP_ERROR_REVOKED. @label says what it is ("push from 192.0.2.1:4711"). */
SpPublisher *sp_publisher_acquire (SpStream *stream,
                                   guint rank,
                                   const char *label,
                                   gint64 takeover_us,
                                   gint64 now_us,
                                   GError **error);
SpStream *sp_publisher_stream (SpPublisher *publisher);
guint sp_publisher_rank (SpPublisher *publisher);
const char *sp_publisher_label (SpPublisher *publisher);
/* Another has taken the stream over, or it is gone. Any thread. */
gboolean sp_publisher_is_revoked (SpPublisher *publisher);
/* Who is at the other end, once that is known; a packet without it will do. */
void sp_publisher_connected (SpPublisher *publisher,
                             const SpSourcePeer *peer,
                             gint64 now_us);
/* What the next header leads to expect. */
void sp_publisher_promise (SpPublisher *publisher,
                           const SpHealthPromise *promise,
                           gint64 now_us);
/* A packet was refused before it came here. */
void sp_publisher_note_bad (SpPublisher *publisher, gint64 now_us);
/* The stream header; identical bytes change nothing. @packet_size 0: opaque. */
gboolean sp_publisher_put_header (SpPublisher *publisher,
                                  const guint8 *data,
                                  gsize len,
                                  guint32 packet_size,
                                  gint64 now_us,
                                  GError **error);
/* One data packet; of @meta is_join_point, send time, hash and padding are
 * read. While a source of lower rank feeds the stream it is dropped, without
 * error. */
gboolean sp_publisher_put_data (SpPublisher *publisher,
                                const SpPacketMeta *meta,
                                const guint8 *data,
                                gsize len,
                                gint64 now_us,
                                GError **error);
/* The source is away (connection lost, entry over): clients are held. Counts as
 * a failure of the source. */
void
sp_publisher_pause (SpPublisher *publisher, gint64 now_us, const char *why);
/* Gives the right back. @is_end: the source said that the stream is over; if no
 * other source takes over, clients are ended now, otherwise after the hold. */
void sp_publisher_release (SpPublisher *publisher,
                           gboolean is_end,
                           gint64 now_us,
                           const char *why);
