/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-address.h"
#include "sp-handover.h"
#include "sp-log.h"
#include "sp-rate.h"
#include "sp-transport.h"
#include "sp-viewer.h"

typedef struct _SpWorker SpWorker;

typedef enum
{
  SP_CONN_HELLO,     /* TLS: its first record is awaited */
  SP_CONN_HANDSHAKE, /* TLS, in GIO's hands */
  SP_CONN_TALKING,   /* the session has both halves */
  SP_CONN_WATCHING,  /* the write half is the viewer's */
  SP_CONN_DRAINING, /* our half is shut; the peer's end is awaited, for a moment
                     */
  SP_CONN_DEAD,     /* freed at the end of the dispatch */
} SpConnState;

/** What a connection needs only until its viewer begins. */
typedef struct
{
  SpPeer peer;
  SpSession *session; /* NULL: HELLO, HANDSHAKE */
  SpOutbox outbox;
  gsize reply_sent;
} SpTalk;

/** An accepted socket with its session, or with its viewer when that has begun.
 * Made by its worker, used on that thread only, freed there. There are as many
 * as there are clients: what each write touches comes first, and each byte
 * counts. */
typedef struct _SpConn SpConn;
struct _SpConn
{
  SpViewer viewer;
  SpTransport transport;
  guint start_delay_ms; /* 0: it has got no media packet */
  guint waited_us;      /* from its request until it watched */
  SpWorker *worker;
  SpConn *prev; /* in the worker's list of its state's kind */
  SpConn *next;
  SpTalk *talk;     /* NULL: it has come to watch, or is over */
  char *user_agent; /* interned, as the next */
  char *host;
  char *external_id;
  SpListenerStats *listener; /* (nullable): of the port it came by */
  gint64 watching_us;
  gint64 end_by_us; /* HELLO, HANDSHAKE, DRAINING, kicked: then it goes */
  SpRate rate;      /* of what it is sent */
  SpAddress address;
  guint16 port;
  guint8 is_tls;
  guint8 is_knocking; /* in the worker's queue of those to shake hands with */
  guint8 is_unread;   /* in the worker's queue of those to read on */
  guint8 is_canary;   /* SpOutbox */
  SpConnState state : 8;
  SpLeaveReason leaving : 8; /* why, as soon as it is known */
  guint32 watching_at;       /* seconds since 1970 */
  guint32 seat;              /* SpLeaver's */
};

#define SP_CONN_BYTES 280

G_STATIC_ASSERT (sizeof (SpConn) <= SP_CONN_BYTES);

/* @handover: what is taken out of it is the connection's. */
SpConn *sp_conn_new (SpWorker *worker, SpHandover *handover, gint64 now_us);
void sp_conn_free (SpConn *conn);
/* Edge: @events of epoll. */
void sp_conn_on_events (SpConn *conn, guint32 events);
/* Reads on after a dispatch that had to stop for the others' sake. */
void sp_conn_read (SpConn *conn);
void sp_conn_tick (SpConn *conn, gint64 now_us);
/* The viewer has ended in order: shut our half. */
void sp_conn_finish (SpConn *conn);
void sp_conn_drop (SpConn *conn);
/* The program stops: no more from this session. */
void sp_conn_hang_up (SpConn *conn);

/* What only talkers need goes. */
void sp_conn_end_talk (SpConn *conn, gint64 now_us);

/* sp-conn-visit.c: from its first packet to its last. */
void sp_conn_begin_watching (SpConn *conn);
void sp_conn_end_watching (SpConn *conn, gint64 now_us);
/* Its first media packet is with the kernel. */
void sp_conn_has_started (SpConn *conn);

/* sp-conn-info.c: of a watching connection. */
char *sp_conn_peer_name (SpConn *conn);
SpLogFields
sp_conn_log_fields (SpConn *conn, const char *peer, const char *message_id);
SpClientInfo *sp_conn_info (SpConn *conn, gint64 now_us);
/* What it lacks: of the ring, and in the socket. A system call. */
guint64 sp_conn_queue_bytes (SpConn *conn);
gboolean sp_conn_matches (SpConn *conn, const SpClientFilter *filter);
