/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-listener.h"
#include "sp-publisher.h"
#include "sp-test.h"

#define SP_NET_WORKERS 2
#define SP_NET_PACKET_LEN 1000

/** Two workers, a listener on a port of the kernel's choice, a stream, and a
 * protocol of one letter: "v" watches (what follows is the external id), "c" is
 * the canary, "q" is answered and closed, as is "x" for bad input, "e" is
 * answered and kept, "h" waits for more, "b" gets SP_NET_BIG bytes and is
 * closed. An answer is "+". */
typedef struct
{
  SpWorker *workers[SP_NET_WORKERS];
  SpStream *stream;
  SpPlayer *player;    /* of whoever watches */
  GPtrArray *arrivals; /* SpClientInfo, once sp_net_watch() was called */
  GPtrArray *visits;   /* SpVisit, those that ended */
  GPtrArray *listed;   /* SpClientInfo, of the last sp_net_list() */
  SpListener *listener;
  SpMailbox *mailbox;
  SpPublisher *publisher;
  guint16 port;
  guint32 published;
  guint answers;  /* to lists and kicks */
  guint found;    /* sum of them */
  guint lists;    /* workers that have not answered one */
  guint warnings; /* that are to be logged while it stands */
  gint n_seats;   /* atomic, as the next: that viewers have got */
  gint n_left;    /* and have given back */
  guint64 closed; /* connections, before it was opened */
  guint64 opened;
} SpNetHouse;

#define SP_NET_BIG (4 * 1024 * 1024)
#define SP_NET_HOST "house.example"
#define SP_NET_FIRST_SEAT 1000

void sp_net_test_init (int *argc, char ***argv);
/* A stream that nothing is too slow for. */
SpStreamPolicy sp_net_policy (void);
/* tests/data/tls.crt (transfer full) */
GTlsCertificate *sp_net_certificate (void);
/* @certificate: (nullable); @max_connections 0: no limit. */
void sp_net_house_open (SpNetHouse *house,
                        const SpStreamPolicy *policy,
                        GTlsCertificate *certificate,
                        guint max_connections);
/* Checks too that every connection was counted in and out, that all seats came
 * back, and the warnings. */
void sp_net_house_close (SpNetHouse *house);
/* @n packets, the first a join point, as is each 50th. Each begins with its
 * number. */
void sp_net_publish (SpNetHouse *house, guint n);
/* The stream is over: END. */
void sp_net_end (SpNetHouse *house);
void sp_net_kick_all (SpNetHouse *house);
/* From now on arrivals and visits are collected. */
void sp_net_watch (SpNetHouse *house);
/* Asks both workers; house->listed, by id, once sp_net_wait_listed() is over.
 */
void sp_net_list (SpNetHouse *house, const SpClientFilter *filter);
guint64 sp_net_counter (SpNetHouse *house, SpStreamCounter counter);

/* Each waits, for half a minute at most. */
void sp_net_wait_clients (SpNetHouse *house, guint n);
void sp_net_wait_connections (SpNetHouse *house, guint n);
void sp_net_wait_counter (SpNetHouse *house,
                          SpStreamCounter counter,
                          guint64 at_least);
void sp_net_wait_pump_counter (SpPumpCounter counter, guint64 at_least);
void sp_net_wait_answers (SpNetHouse *house, guint n);
void sp_net_wait_listed (SpNetHouse *house);
void sp_net_wait_visits (SpNetHouse *house, guint n);
void sp_net_wait (SpNetHouse *house, gboolean (*is_done) (SpNetHouse *house));
void sp_net_wait_us (gint64 us);
/* Loops of the main context while @is_done was waited for, since the start. */
guint sp_net_loops (void);

/* A plain blocking connection; @rcvbuf 0: as the kernel likes. (transfer full)
 */
GSocket *sp_net_connect (guint16 port, int rcvbuf);
void sp_net_say (GSocket *socket, const char *words);
/* Up to the end, or the error; without the leading '+'. (transfer full) */
GByteArray *sp_net_read_rest (GSocket *socket);
/* Exactly so many, with a deadline. */
void sp_net_read_bytes (GSocket *socket, guint8 *data, gsize len);
/* "HEAD" and whole packets; how many numbers are missing from @first to @last.
 * Each gap ends with a join point. */
guint sp_net_check (const guint8 *data, gsize len, guint32 first, guint32 last);
