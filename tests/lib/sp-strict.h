/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

typedef struct
{
  char type; /* 'H' 'D' 'C' 'E' */
  guint8 incarnation;
  guint8 flags;     /* AFFlags */
  guint32 location; /* LocationId */
  guint32 reason;   /* of 'C' and 'E' */
  guint32 length;   /* of the payload */
  guint32 number;   /* its first four bytes, big-endian */
  gint64 at_us;
} SpFrame;

typedef enum
{
  SP_STRICT_MMSH,
  SP_STRICT_ASF, /* bare: a header, then packets of one size */
} SpStrictKind;

/** Reads what a server sends to a viewer as a severe player does: answer head,
 * chunks, frames. The first thing that MS-WMSP or the players forbid is put in
 * words into @error, and nothing is read after it. */
typedef struct
{
  SpStrictKind kind;
  char *error; /* NULL: nothing to complain about */
  char *head;  /* NULL: not complete */
  guint status;
  gboolean is_chunked;
  GArray *frames;      /* SpFrame; of bare ASF 'H' and 'D' */
  GPtrArray *headers;  /* GBytes: whole headers in order */
  GByteArray *start;   /* the first bytes of the body, chunks undone */
  GByteArray *after;   /* what follows a chunked body */
  GChecksum *payloads; /* SHA-256 over those of $D */
  guint n_data;
  guint n_gaps;       /* packets missing by LocationId */
  guint64 data_bytes; /* payload bytes of $D */
  gboolean has_end;   /* $E */
  guint32 end_reason;
  gint64 first_data_us;

  /* of the reader */
  GByteArray *pending; /* raw bytes before the head is complete */
  GByteArray *frame;   /* begun, not complete */
  GByteArray *fragments;
  guint n_fragments;
  guint32 next_location;
  guint8 next_flags;
  guint packet_size;
  gboolean is_changing; /* $C seen, its $H not */
  guint64 chunk_left;
  GString *chunk_line;
  gboolean is_chunk_end; /* CRLF after a chunk is due */
  gboolean is_last_chunk;
  gboolean is_body_over;
} SpStrict;

SpStrict *sp_strict_new (SpStrictKind kind);
/* Bytes as they come from the socket; FALSE once there is an error. */
gboolean sp_strict_feed (SpStrict *strict, const guint8 *data, gsize len);
/* The peer has closed: nothing may be half done. */
gboolean sp_strict_close (SpStrict *strict);
void sp_strict_free (SpStrict *strict);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpStrict, sp_strict_free)
