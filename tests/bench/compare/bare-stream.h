/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** What all streams of one bare server have in common. */
typedef struct
{
  guint flush_ms;    /* a packet waits no longer, 0: not at all */
  guint flush_bytes; /* nor when so much waits, 0: no limit */
  guint kbps;        /* of media, of each stream */
  guint packet_size; /* bytes of media */
  gboolean is_raw;   /* packets alone, no MMSH frames */
  gboolean is_file;  /* sendfile() out of the ring, without a copy */
} BareRules;

/** A stream which makes its own packets, each framed once for all viewers, in
 * a ring that is mapped twice in a row: what lies between two offsets is
 * always one piece. Offsets count bytes from the start and never wrap. */
typedef struct
{
  const BareRules *rules;
  guint8 *ring;
  int ring_fd;
  gsize ring_bytes; /* a power of two */
  gsize frame_bytes;
  GByteArray *opening; /* what a viewer gets first */
  guint8 *model;       /* of a packet, without its stamp */
  gint64 start_us;     /* when packet 0 was due */
  guint64 n_packets;   /* made up to now */
  guint64 n_flushed;   /* of these the viewers were told of */
} BareStream;

BareStream *bare_stream_new (const BareRules *rules, gint64 start_us);
void bare_stream_free (BareStream *stream);
gint64 bare_stream_due (const BareStream *stream);
void bare_stream_make (BareStream *stream, gint64 now_us);

static inline guint64
bare_stream_head (const BareStream *stream)
{
  return stream->n_packets * stream->frame_bytes;
}

/* One piece from @offset up to the head. */
static inline const guint8 *
bare_stream_at (const BareStream *stream, guint64 offset)
{
  return stream->ring + (offset & (stream->ring_bytes - 1));
}

/* How far behind a viewer may be. */
static inline gsize
bare_stream_patience (const BareStream *stream)
{
  return stream->ring_bytes / 2;
}
