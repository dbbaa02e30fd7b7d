/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

#include "sp-clip.h"

#define SP_ENCODER_ENDLESS 2147483647

/** An encoder (MS-WMHTTP client) on blocking sockets. */
typedef struct
{
  guint16 port;
  char *path;          /* of the POST: "/streams/NAME_push" */
  char *push_id;       /* of the session; "0": none yet */
  int fd;              /* -1: not connected */
  guint64 body_left;   /* of the PushStart in progress */
  gboolean is_broken;  /* the server has gone */
  GChecksum *payloads; /* SHA-256 over those of $D */
  guint32 n_data;
} SpEncoder;

/* For the stream @name of the server at 127.0.0.1:@port; connects. */
SpEncoder *sp_encoder_new (guint16 port, const char *name);
/* The status of the answer to a PushSetup; takes its cookie. */
guint sp_encoder_setup (SpEncoder *encoder);
/* Begins a PushStart whose body is @content_length bytes long. */
void sp_encoder_start (SpEncoder *encoder, guint64 content_length);
/* $H, $C with a header, $D, $E. */
void sp_encoder_header (SpEncoder *encoder, GBytes *header);
void sp_encoder_change (SpEncoder *encoder, GBytes *header);
void sp_encoder_data (SpEncoder *encoder, gconstpointer data, gsize len);
void sp_encoder_end (SpEncoder *encoder, guint32 reason);
/* $D of @len bytes that begins with the number of packets before it. */
void sp_encoder_numbered (SpEncoder *encoder, gsize len);
/* Bytes of the body as they are. */
void sp_encoder_raw (SpEncoder *encoder, gconstpointer data, gsize len);
/* Fills the body up with $F; the status of the answer (0: none came). */
guint sp_encoder_fill (SpEncoder *encoder);
/* The status of an answer that comes without being asked for. */
guint sp_encoder_answer (SpEncoder *encoder, guint deadline_s);
/* Loses the connection in the middle of whatever it was. */
void sp_encoder_break (SpEncoder *encoder);
/* A new connection of the same session. */
void sp_encoder_reconnect (SpEncoder *encoder);
/* Loses the connection and goes on with an endless PushStart on a new one, as
 * often as it takes the server to see that the old one is gone. */
void sp_encoder_resume (SpEncoder *encoder);
void sp_encoder_free (SpEncoder *encoder);

/* Setup (204), an endless PushStart and @header. */
SpEncoder *sp_encoder_go (guint16 port, const char *name, GBytes *header);
/* A header no ASF parser takes: five bytes. */
GBytes *sp_encoder_dummy_header (void);
/* The header captured from Expression Encoder 4 (tests/data). */
GBytes *sp_encoder_captured_header (void);

/** Sends packets in a thread: numbered ones, or a clip at the pace of its send
 * times. */
typedef struct _SpFeeder SpFeeder;
/* @encoder: (transfer full) */
SpFeeder *sp_feeder_new (SpEncoder *encoder, guint packets_per_s, gsize len);
SpFeeder *sp_feeder_new_clip (SpEncoder *encoder, SpClip *clip);
/* Stops and frees the encoder, whose connection breaks, or ends with $E(0). */
void sp_feeder_break (SpFeeder *feeder);
void sp_feeder_end (SpFeeder *feeder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpEncoder, sp_encoder_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpFeeder, sp_feeder_break)
