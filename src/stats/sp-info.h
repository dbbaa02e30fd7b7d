/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

#include "sp-player.h"
#include "sp-stats.h"

/** What is seen of the pump: plain pictures of one moment. Times named _us are
 * monotonic, 0: never; those named _unix_us count from 1970. */

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

/** Not "is it connected" but "is what it sends any good". */
typedef enum
{
  SP_HEALTH_OK,
  SP_HEALTH_DEGRADED, /* it delivers, but late, too little, with gaps */
  SP_HEALTH_STALLED,  /* connected, and delivers nothing */
  SP_HEALTH_LOOPING,  /* sends the same again and again */
  SP_HEALTH_ABSENT,   /* there is no such connection */
} SpHealth;

/* "ok", "degraded", "stalled", "looping", "absent" */
const char *sp_health_name (SpHealth health);

typedef enum
{
  SP_SOURCE_ACTIVE,     /* feeds the stream */
  SP_SOURCE_STANDBY,    /* held back: a better one feeds the stream, or, on
                           demand, nobody watches */
  SP_SOURCE_CONNECTING, /* or its header is awaited */
  SP_SOURCE_WAITING,    /* failed; tried again in a while */
  SP_SOURCE_LISTENING,  /* a push that has not come */
  SP_SOURCE_DISABLED,
} SpSourceState;

/* "active", "standby", "connecting", "waiting", "listening", "disabled" */
const char *sp_source_state_name (SpSourceState state);

typedef struct
{
  guint index; /* rank + 1: its place in the configuration */
  char *type;  /* "mmsh_push", ... */
  char *url;   /* percent-encoded, without password */
  SpSourceState state;
  SpHealth health;
  char *health_reason; /* NULL: it is ok */
  gboolean is_enabled;
  gint64 changed_us;   /* state */
  gint64 connected_us; /* 0: it is not */
  char *address;       /* of the peer; NULL: not connected, or no network */
  guint16 port;
  gboolean is_tls;
  char *product; /* what it calls itself; NULL: it did not say */
  guint64 connects;
  guint64 failures;
  guint64 bytes;
  guint64 packets;
  gint64 retry_us;  /* the next attempt; 0: none is planned */
  char *last_error; /* NULL: none yet */
} SpSourceInfo;

#define SP_LAG_BUCKETS 8
/* Upper bounds in ms of the lag histogram; the last bucket has none. */
extern const guint sp_lag_bounds_ms[SP_LAG_BUCKETS - 1];

#define SP_WORST_CLIENTS 16

typedef struct
{
  guint64 client;
  guint lag_ms;
  guint64 queue_bytes;
  guint64 packets_skipped;
} SpWorstClient;

/** How well the clients of one stream are served; looked at once a second. */
typedef struct
{
  guint clients;
  guint behind; /* lag above SP_BEHIND_MS or a full socket for as long */
  guint lag_worst_ms;
  guint buckets[SP_LAG_BUCKETS]; /* clients by lag, not cumulative */
  guint64 lag_sum_ms;
  guint n_worst;
  SpWorstClient worst[SP_WORST_CLIENTS]; /* by lag, the worst first */
} SpQuality;

#define SP_BEHIND_MS 2000

/* The one client in. */
void sp_quality_add (SpQuality *quality, const SpWorstClient *client);
/* Whether a client of @lag_ms would be among the worst: what is costly to find
 * out about it is wanted only then. */
gboolean sp_quality_ranks (const SpQuality *quality, guint lag_ms);
/* More than half of at least SP_MASS_LAG_CLIENTS are behind: not each one's own
 * line, but the pump or its network. */
#define SP_MASS_LAG_CLIENTS 10
gboolean sp_quality_is_mass_lag (const SpQuality *quality);
/* All of @from in. */
void sp_quality_merge (SpQuality *quality, const SpQuality *from);

/** The pump as its own client: the last run, and how it went. */
typedef struct
{
  gint64 at_us; /* 0: it has not run */
  gboolean is_ok;
  guint first_byte_ms; /* from the request on, as the next two */
  guint header_ms;
  guint first_packet_ms;
  guint stalls;   /* gaps of over a second, in the ten that it watches */
  guint stall_ms; /* their sum */
  char *error;    /* NULL: none */
} SpCanaryInfo;

typedef struct
{
  guint index; /* spStreamIndex: its own for ever */
  char *name;
  char *path;
  SpStreamState state;
  gboolean is_draining; /* takes no new clients */
  gboolean is_on_demand;
  char *source_type;    /* of the main source: "mmsh_push", ... */
  char *source_label;   /* the active source in words; NULL: none */
  guint source_rank;    /* 0 main, 1.. fallback; when active */
  char *source_error;   /* why there is none; NULL: no reason known */
  SpHealth health;      /* of the active source; ABSENT: there is none */
  char *health_reason;  /* NULL: it is ok */
  gint64 added_us;      /* since when its counters count */
  gint64 changed_us;    /* state */
  gint64 live_since_us; /* 0: not live */
  gint64 last_packet_us;
  guint clients;
  guint clients_peak;
  guint client_limit;      /* 0: none */
  guint64 bitrate_bps;     /* in, measured over the last seconds */
  guint64 bitrate_out_bps; /* over the last ten seconds */
  guint64 nominal_bps;     /* what the header says; 0: nothing */
  guint start_delay_ms;    /* median of the last hundred clients; 0: none */
  guint32 packet_size;     /* 0: opaque or none */
  guint32 header_bytes;
  gboolean is_opaque; /* the header is not understood */
  SpStreamCounters counters;
  SpQuality quality;
  SpCanaryInfo canary;
  GPtrArray *sources; /* SpSourceInfo, by index; NULL: not asked for */
} SpStreamInfo;

typedef enum
{
  SP_CLIENT_OPENING, /* is sent the header, or waits for a place to begin */
  SP_CLIENT_PLAYING,
  SP_CLIENT_BEHIND,  /* SP_BEHIND_MS */
  SP_CLIENT_WAITING, /* the stream has nothing to send */
  SP_CLIENT_CLOSING,
} SpClientState;

/* "opening", "playing", "behind", "waiting", "closing" */
const char *sp_client_state_name (SpClientState state);

typedef enum
{
  SP_LEFT_BY_ITSELF, /* the client closed, or its connection broke */
  SP_LEFT_AT_END,    /* of the stream */
  SP_LEFT_KICKED,
  SP_LEFT_CUT, /* too slow */
} SpLeaveReason;

/* "closed", "end", "kicked", "cut" */
const char *sp_leave_reason_name (SpLeaveReason reason);

typedef struct
{
  guint64 id;
  guint stream_index;
  char *stream;
  char *address;
  guint16 port;
  guint listener;    /* spListenerIndex; 0: not known */
  char *user_agent;  /* NULL: none sent */
  char *external_id; /* NULL: none */
  char *framing;     /* "mmsh" or "asf" */
  gboolean is_tls;
  SpClientState state;
  gint64 connected_us; /* monotonic */
  gint64 connected_at; /* seconds since 1970 */
  guint64 bytes_sent;
  guint64 packets_sent;
  guint64 packets_skipped;
  guint64 queue_bytes;   /* that it lacks: of the ring, and in the socket */
  guint64 bitrate_bps;   /* over the last ten seconds */
  guint lag_ms;          /* behind the newest packet */
  guint rtt_us;          /* TCP_INFO: round trip, smoothed */
  guint64 retransmits;   /* TCP_INFO: segments, in total */
  guint64 bytes_acked;   /* TCP_INFO */
  guint start_delay_ms;  /* from its request to its first media packet */
  SpPlayerReport player; /* at_us 0: it has sent no log */
} SpClientInfo;

typedef struct
{
  guint index;
  char *name; /* "media", "tls", "admin" and the address: "media [::]:8086" */
  char *address; /* bound; NULL: a Unix socket */
  guint16 port;
  gboolean is_tls;
  gboolean is_paused;
  gboolean is_down;
  gint64 changed_us;
  guint connections;
  guint64 accepted;
  guint64 accept_errors;
  guint64 tls_failures;
  guint64 bad_requests;
  guint certificate; /* SpCertInfo's index; 0: none */
  char *last_error;
} SpListenerInfo;

/** A client that has ended. */
typedef struct
{
  SpClientInfo *info; /* as it was at its end */
  SpLeaveReason reason;
  gint64 left_us;
  gint64 left_unix_us;
  char *local_address; /* that it was connected to */
  guint16 local_port;
  char *host;       /* of its request; NULL: none */
  SpPlayer *player; /* (nullable): its player's log may come after its end */
} SpVisit;

typedef enum
{
  SP_CERT_VALID = 1,
  SP_CERT_EXPIRING = 2,
  SP_CERT_EXPIRED = 3,
  SP_CERT_NOT_YET_VALID = 4,
  SP_CERT_UNREADABLE = 5,
} SpCertStatus;

typedef struct
{
  guint index;
  char *file;
  char *subject;
  char *issuer;
  gint64 not_after_unix_s;
  gint days_left;
  SpCertStatus status;
  guint8 sha256[32];
  gboolean has_sha256;
} SpCertInfo;

typedef enum
{
  SP_DRAIN_SERVING,
  SP_DRAIN_DRAINING, /* no new clients; some are still there */
  SP_DRAIN_DRAINED,  /* and now none is */
} SpDrainState;

/* "serving", "draining", "drained" */
const char *sp_drain_state_name (SpDrainState state);

/** Why the pump takes no new clients though no limit on them is reached; bits.
 */
typedef enum
{
  SP_OVERLOAD_LATENESS = 1 << 0,    /* what it sends goes out late */
  SP_OVERLOAD_MEMORY = 1 << 1,      /* it has grown to limits.memory_mb */
  SP_OVERLOAD_DESCRIPTORS = 1 << 2, /* what is left is kept to say so */
} SpOverload;

#define SP_N_OVERLOADS 3

/* By number of the bit: "lateness", "memory", "descriptors" */
const char *sp_overload_name (guint bit);

/** As spPumpOperStatus. */
typedef enum
{
  SP_PUMP_STARTING = 1,
  SP_PUMP_UP = 2,
  SP_PUMP_DEGRADED = 3,
  SP_PUMP_DRAINING = 4,
  SP_PUMP_FULL = 5,
  SP_PUMP_STOPPING = 6,
} SpPumpState;

/* "starting", "up", "degraded", "draining", "full", "stopping" */
const char *sp_pump_state_name (SpPumpState state);

typedef enum
{
  SP_CONFIG_OK = 1,
  SP_CONFIG_INVALID = 2,
  SP_CONFIG_UNREADABLE = 3,
} SpConfigResult;

typedef struct
{
  char name[64]; /* the host's, unless the House gave one */
  SpPumpState state;
  gint64 changed_us; /* state */
  gint64 started_us;
  gint64 started_unix_us;
  guint workers;
  guint streams;
  guint streams_live;
  guint streams_alarm;       /* enabled, wanted, and without media */
  gint64 streams_changed_us; /* one was added, removed or renamed */
  guint clients;
  guint clients_peak;
  guint client_limit;           /* 0: none */
  guint64 bandwidth_limit_kbps; /* 0: none */
  guint connections;
  guint64 bytes_sent;
  guint64 bytes_received;
  guint64 bitrate_in_bps;
  guint64 bitrate_out_bps;
  SpStreamCounters totals; /* over all streams, those removed included */
  SpDrainState drain;
  gint64 drain_deadline_us; /* 0: none */
  char drain_redirect[512]; /* "": none */
  char drain_reason[128];   /* "admin", "snmp", "stop", "house" */
  guint64 config_generation;
  gint64 config_applied_unix_us;
  gint64 config_tried_unix_us;
  SpConfigResult config_result;
  char config_revision[65]; /* SHA-256 of the text in use, in hex */
  guint loop_delay_ms;      /* worst of the last minute, main loop */
  guint descriptors;
  guint descriptor_limit;
  guint64 memory_kib;
  guint memory_limit_mb;   /* 0: none */
  guint send_lateness_ms;  /* the worst of the last second, of all workers */
  guint lateness_limit_ms; /* 0: none */
  guint connection_limit;  /* beyond it no client is taken; 0: none */
  guint overload;          /* SpOverload, as it is now */
  gboolean is_notifying;   /* SNMP notifications are on */
  gboolean has_agent;      /* the SNMP master agent is connected */
} SpPumpInfo;

void sp_canary_info_clear (SpCanaryInfo *info);
void sp_source_info_free (SpSourceInfo *info);
void sp_stream_info_free (SpStreamInfo *info);
void sp_client_info_free (SpClientInfo *info);
void sp_visit_free (SpVisit *visit);
void sp_listener_info_free (SpListenerInfo *info);
void sp_cert_info_free (SpCertInfo *info);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpSourceInfo, sp_source_info_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpStreamInfo, sp_stream_info_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpClientInfo, sp_client_info_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpVisit, sp_visit_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpListenerInfo, sp_listener_info_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpCertInfo, sp_cert_info_free)
