/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

#include "sp-outbox.h"

/** Who is at the other end. */
typedef struct
{
  GInetAddress *address;
  guint16 port;
  guint16 local_port;
  char local_host[64]; /* as in a URL; "" when it is not known */
  guint listener;      /* SpListenerInfo's index; 0: not known */
  gboolean is_tls;
} SpPeer;

/** A viewer that has ended. */
typedef struct
{
  SpStream *stream;
  GInetAddress *address;
  guint32 seat;       /* as its session said */
  gboolean is_canary; /* SpOutbox */
} SpLeaver;

typedef struct _SpSession SpSession;

/** The protocol's brain for one connection: bytes in, outbox out. No socket, no
 * clock, one thread. */
typedef struct
{
  const char *name;
  SpSession *(*create) (gpointer service, const SpPeer *peer, gint64 now_us);
  void (*feed) (SpSession *session,
                const guint8 *data,
                gsize len,
                gint64 now_us,
                SpOutbox *outbox);
  /* The peer has shut its write half. */
  void (*eof) (SpSession *session, gint64 now_us, SpOutbox *outbox);
  /* Every 250 ms or so while no viewer is attached: deadlines, parked requests.
   */
  void (*tick) (SpSession *session, gint64 now_us, SpOutbox *outbox);
  /* VIEW: the viewer begins. What the session holds for it is the connection's
   * from now on, under a number of the session's choice, until leave(); the
   * session itself is freed next. */
  guint32 (*seat) (SpSession *session);
  /* The connection is gone, or its viewer begins. */
  void (*free) (SpSession *session, gint64 now_us);
  /* What its player has said so far; all unknown where none did. */
  void (*report) (gpointer service, guint32 seat, SpPlayerReport *report);
  /* (transfer full) (nullable): where its player's logs arrive, also those that
   * come after the end. */
  SpPlayer *(*player) (gpointer service, guint32 seat, gint64 now_us);
  /* The viewer has ended, or the connection with it. */
  void (*leave) (gpointer service, const SpLeaver *leaver, gint64 now_us);
} SpSessionClass;
