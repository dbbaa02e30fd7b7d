/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-mailbox.h"
#include "sp-control.h"
#include "sp-packet.h"

typedef struct _SpStream SpStream;
typedef struct _SpPublisher SpPublisher;
typedef struct _SpLane SpLane;

/** What a stream does with its clients; a copy of the configuration's words. */
typedef struct
{
  gboolean is_enabled;
  gboolean is_on_demand;
  gboolean is_push;      /* takes encoders at PATH_push */
  guint    n_sources;    /* main and fallbacks */
  guint    burst_ms;
  guint    hold_ms;
  guint    flush_ms;
  guint    push_takeover_ms;
  guint    linger_ms;
  guint    slow_viewer_ms;
  guint    slow_viewer; /* 0 skip, 1 hold, 2 cut */
  guint    max_clients;
  guint    max_clients_per_address;
} SpStreamPolicy;

/** Called without a lock, on whatever thread, when the stream's need of a source
 * or its state has changed. */
typedef void (*SpStreamNotify) (SpStream *stream, gpointer user_data);

SpStream   *sp_stream_ref (SpStream *stream);
void        sp_stream_unref (SpStream *stream);
const char *sp_stream_path (SpStream *stream);
void        sp_stream_get_policy (SpStream *stream, SpStreamPolicy *policy);
/* (transfer full) (nullable): the current header; NULL while no source is live. */
SpPacket   *sp_stream_live_header (SpStream *stream);
/* Somebody wants it: an on-demand source starts. */
void        sp_stream_want (SpStream *stream, gint64 now_us);
/* Why there is no source, for a client's eyes (transfer full). */
char       *sp_stream_why_not (SpStream *stream);
void        sp_stream_set_error (SpStream *stream, const char *why);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpStream, sp_stream_unref)
