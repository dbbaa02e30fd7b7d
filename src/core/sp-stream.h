/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-control.h"
#include "sp-mailbox.h"
#include "sp-packet.h"

/** A stream: name, state, current header, who feeds it, a lane on each worker.
 * Counted; one mutex, taken once a packet by the source and once a request. */
typedef struct _SpStream SpStream;
typedef struct _SpPublisher SpPublisher;
typedef struct _SpLane SpLane;

#define SP_MAX_RANKS 16 /* sources of one stream */

/** What a stream does with its clients; a copy of the configuration's words. */
typedef struct
{
  gboolean is_enabled;
  gboolean is_on_demand;
  gboolean is_push; /* takes encoders at PATH_push */
  guint n_sources;  /* main and fallbacks */
  guint burst_ms;
  guint hold_ms;
  guint flush_ms;
  guint push_takeover_ms;
  guint linger_ms;
  guint slow_viewer_ms;
  guint slow_viewer; /* 0 skip, 1 hold, 2 cut */
  guint max_clients;
  guint max_clients_per_address;
  guint max_bandwidth_kbps;
  gboolean is_draining; /* takes no new clients */
  char source_type[16]; /* of the main source, for people */
} SpStreamPolicy;

/** Where a lane lives: one for each worker. */
typedef struct
{
  SpMailbox *mailbox;
  gpointer worker;
  /* On the worker: @lane has something to send at lane->due_us. */
  void (*on_dirty) (gpointer worker, SpLane *lane);
} SpLaneHost;

/** Called without a lock, on whatever thread, when the stream's state or its
 * need of a source has changed. */
typedef void (*SpStreamNotify) (SpStream *stream, gpointer user_data);

/* @hosts may be empty (then nobody can watch). */
SpStream *sp_stream_new (const char *name,
                         const char *path,
                         const SpStreamPolicy *policy,
                         const SpLaneHost *hosts,
                         guint n_hosts);
SpStream *sp_stream_ref (SpStream *stream);
void sp_stream_unref (SpStream *stream);
void sp_stream_set_notify (SpStream *stream,
                           SpStreamNotify notify,
                           gpointer user_data);
/* spStreamIndex: its own for ever; 0 until it is set. */
void sp_stream_set_index (SpStream *stream, guint index);
guint sp_stream_index (SpStream *stream);
void sp_stream_set_name (SpStream *stream, const char *name);
const char *sp_stream_path (SpStream *stream);
void sp_stream_get_policy (SpStream *stream, SpStreamPolicy *policy);
void sp_stream_set_policy (SpStream *stream, const SpStreamPolicy *policy);
/* It leaves the configuration: sources are revoked, clients ended. */
void sp_stream_close (SpStream *stream, gint64 now_us);
/* Ends what hold_ms no longer holds. TRUE: what was kept for clients of a
 * source that is gone is about to be freed. Main thread, every second or so. */
gboolean sp_stream_tick (SpStream *stream, gint64 now_us);

/* (transfer full) (nullable): the current header; NULL while no source is live.
 */
SpPacket *sp_stream_live_header (SpStream *stream);
/* Rank of the source that feeds it and delivers; -1: none. */
gint sp_stream_live_rank (SpStream *stream, gint64 now_us);
/* Somebody asks for it: an on-demand source starts. */
void sp_stream_want (SpStream *stream, gint64 now_us);
/* On demand: clients are there, or somebody asked within linger_ms. */
gboolean sp_stream_is_wanted (SpStream *stream, gint64 now_us);
/* Why there is no source, for a client's eyes (transfer full). */
char *sp_stream_why_not (SpStream *stream);
void sp_stream_set_error (SpStream *stream, const char *why);

/* On the worker that hosts it (transfer none). */
SpLane *sp_stream_lane (SpStream *stream, guint index);
void sp_stream_client_in (SpStream *stream);
void sp_stream_client_out (SpStream *stream, gint64 now_us);
guint sp_stream_clients (SpStream *stream);
/* How those on lane @index are served. Its worker, once a second. */
void
sp_stream_set_quality (SpStream *stream, guint index, const SpQuality *quality);
/* A client has its first media packet; @delay_ms after it asked. */
void sp_stream_add_start_delay (SpStream *stream, guint delay_ms);
guint64 sp_stream_bitrate_bps (SpStream *stream, gint64 now_us);
/* Not tied to a lane: refusals, losses, errors. Any thread. */
void sp_stream_count (SpStream *stream, SpStreamCounter counter, guint64 n);
/* (transfer full) */
SpStreamInfo *sp_stream_info (SpStream *stream, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpStream, sp_stream_unref)
