/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-lane.h"
#include "sp-publisher.h"
#include "sp-rate.h"
#include "sp-source-record.h"

/* A source that delivers nothing for so long no longer counts as live. */
#define SP_STALL_US (10 * G_USEC_PER_SEC)
#define SP_RATE_SLOTS 5     /* seconds that the bitrate is measured over */
#define SP_START_DELAYS 100 /* clients that the median is taken of */

struct _SpStream
{
  gatomicrefcount ref_count;
  GMutex mutex; /* guards all that follows up to counters */
  char *name;
  char *path;
  SpStreamPolicy policy;
  SpStreamNotify notify;
  gpointer notify_data;
  SpPublisher *publishers[SP_MAX_RANKS];
  SpPublisher *active;
  char *via[SP_MAX_RANKS]; /* pumps behind each source */
  SpSourceRecord sources[SP_MAX_RANKS];
  SpCanaryInfo canary;
  SpPacket *header; /* what clients have; NULL once they were ended */
  guint32 epoch;
  guint32 number; /* of the next data packet */
  gint64 live_since_us;
  gint64 lost_us; /* the last source went then; 0: not lost */
  gint64 last_packet_us;
  gint64 trim_us; /* when the rings hold nothing of use; 0: they are trimmed */
  gint64 wanted_us;
  char *error;
  gboolean is_closed;
  gint64 rate_second;
  guint64 rate_bytes[SP_RATE_SLOTS];
  SpRate rate_out;
  gint64 added_us;
  gint64 changed_us;    /* state */
  SpStreamState state;  /* as it was then */
  SpQuality *qualities; /* one a lane */
  guint start_delays_ms[SP_START_DELAYS];
  guint n_start_delays;      /* ever */
  guint index;               /* atomic */
  guint n_clients;           /* atomic, as the next */
  guint n_clients_peak;      /* most there ever were */
  SpStreamCounters counters; /* atomic */
  guint n_lanes;
  SpLane lanes[];
};

/* The stream's mutex is held, but for the last. */
SpStreamState sp_stream_state (SpStream *stream);
/* Its state may be another now. */
void sp_stream_note_state (SpStream *stream, gint64 now_us);
void sp_stream_note_rate (SpStream *stream, gint64 now_us);
/* What @info says of clients; its counters are summed. */
void
sp_stream_fill_clients (SpStream *stream, SpStreamInfo *info, gint64 now_us);
void sp_stream_broadcast (SpStream *stream, SpPacket *packet);
void sp_stream_deactivate (SpStream *stream, gint64 now_us, const char *why);
void sp_stream_end_clients (SpStream *stream, gint64 now_us);
void sp_stream_rate_add (SpStream *stream, gsize bytes, gint64 now_us);
void sp_stream_notify_now (SpStream *stream);

/* sp-stream-sources.c; the mutex is held, but for clear. */
void sp_stream_sources_tick (SpStream *stream, gint64 now_us);
void
sp_stream_sources_fill (SpStream *stream, SpStreamInfo *info, gint64 now_us);
void sp_stream_sources_clear (SpStream *stream);

/* sp-publisher.c; the mutex is held: who feeds at @rank does so no more. */
void sp_publisher_revoke (SpStream *stream,
                          guint rank,
                          gint64 now_us,
                          const char *why);
