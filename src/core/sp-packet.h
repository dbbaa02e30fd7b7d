/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

typedef enum
{
  SP_PACKET_HEADER, /* a stream header; starts an epoch */
  SP_PACKET_DATA,
  SP_PACKET_END, /* the stream is over for those who watch; no payload */
} SpPacketKind;

/** What is known of a packet beside its bytes. */
typedef struct
{
  SpPacketKind kind;
  gboolean is_join_point; /* a viewer may start here */
  guint32 number;         /* DATA: 0, 1, 2... of the stream, wraps at 2^32 */
  guint32 epoch;          /* counts HEADER packets of the stream */
  guint32
      packet_size;    /* fixed size of the stream's ASF packets; 0: not known */
  guint16 padding_at; /* DATA: where a padding length field of 0 must be */
  guint8 padding_width;   /* mended when zeros are appended; 0: nowhere */
  gboolean has_send_time; /* DATA: it was understood */
  guint32 send_time_ms;
  guint32 media_hash; /* DATA: of its media, without times */
  gint64 arrived_us;
} SpPacketMeta;

/** Immutable after new, atomically counted; payload in the same allocation. */
typedef struct
{
  gatomicrefcount ref_count;
  SpPacketMeta meta;
  guint32 len;
  guint8 payload[];
} SpPacket;

SpPacket *
sp_packet_new (const SpPacketMeta *meta, const guint8 *payload, gsize len);
SpPacket *sp_packet_ref (SpPacket *packet);
void sp_packet_unref (SpPacket *packet);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpPacket, sp_packet_unref)
