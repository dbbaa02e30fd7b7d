/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

#include "sp-stats.h"

/** What the outside may see and ask of the running pump: implemented by pump/,
 * used by admin/ and whatever watches. Everything here is called on, and calls
 * back on, the main thread. */

typedef enum
{
  SP_STREAM_DISABLED,
  SP_STREAM_IDLE,     /* on demand, nobody asks */
  SP_STREAM_WAITING,  /* no source at present, none since its clients ended */
  SP_STREAM_HOLDING,  /* the source is away, clients are held */
  SP_STREAM_LIVE,     /* the main source feeds it */
  SP_STREAM_FALLBACK, /* a fallback feeds it */
} SpStreamState;

/* "disabled", "idle", "waiting", "holding", "live", "fallback" */
const char *sp_stream_state_name (SpStreamState state);

typedef struct
{
  char *name;
  char *path;
  SpStreamState state;
  char *source_type;    /* of the main source: "mmsh_push", ... */
  char *source_label;   /* the active source in words; NULL: none */
  guint source_rank;    /* 0 main, 1.. fallback; when active */
  char *source_error;   /* why there is none; NULL: no reason known */
  gint64 live_since_us; /* monotonic; 0: not live */
  gint64 last_packet_us;
  guint clients;
  guint64 bitrate_bps; /* measured over the last seconds */
  guint32 packet_size; /* 0: opaque or none */
  guint32 header_bytes;
  gboolean is_opaque; /* the header is not understood */
  SpStreamCounters counters;
} SpStreamInfo;

typedef struct
{
  guint64 id;
  char *stream;
  char *address;
  guint16 port;
  char *user_agent;  /* NULL: none sent */
  char *external_id; /* NULL: none */
  char *framing;     /* "mmsh" or "asf" */
  gboolean is_tls;
  gint64 connected_us; /* monotonic */
  gint64 connected_at; /* seconds since 1970 */
  guint64 bytes_sent;
  guint64 packets_sent;
  guint64 packets_skipped;
  guint lag_ms; /* behind the newest packet */
} SpClientInfo;

/** All members that are set must match. */
typedef struct
{
  guint64 client;            /* 0: any */
  const char *stream;        /* NULL: any */
  GInetAddressMask *address; /* NULL: any */
  const char *external_id;   /* NULL: any */
} SpClientFilter;

typedef struct
{
  gint64 started_us;
  guint workers;
  guint streams;
  guint streams_live;
  guint clients;
  guint connections;
  guint64 bytes_sent;
  guint64 bytes_received;
  guint64 config_generation;
} SpPumpInfo;

typedef struct _SpControl SpControl;
typedef struct
{
  void (*pump_info) (gpointer self, SpPumpInfo *info);
  /* (element-type SpStreamInfo) (transfer full), by path */
  GPtrArray *(*list_streams) (gpointer self);
  /* (nullable): GPtrArray of SpClientInfo, by id, through a GTask */
  void (*list_clients) (gpointer self,
                        const SpClientFilter *filter,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  GPtrArray *(*list_clients_finish) (gpointer self,
                                     GAsyncResult *result,
                                     GError **error);
  /* The number of clients that were ended. */
  void (*kick) (gpointer self,
                const SpClientFilter *filter,
                GAsyncReadyCallback callback,
                gpointer user_data);
  gssize (*kick_finish) (gpointer self, GAsyncResult *result, GError **error);
} SpControlClass;

struct _SpControl
{
  const SpControlClass *class;
  gpointer self;
};

void sp_stream_info_free (SpStreamInfo *info);
void sp_client_info_free (SpClientInfo *info);
gboolean sp_client_filter_matches (const SpClientFilter *filter,
                                   const SpClientInfo *info);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpStreamInfo, sp_stream_info_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpClientInfo, sp_client_info_free)
