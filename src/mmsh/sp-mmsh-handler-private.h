/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-mmsh-reply.h"
#include "sp-mmsh-request.h"
#include "sp-mmsh-route.h"
#include "sp-mmsh-service.h"

/** One connection's side of the service. */
struct _SpHttpHandler
{
  SpMmshService *service;
  SpPeer peer;
  SpStream *admitted; /* a place is taken there, until the viewer begins */
  guint32 playing_id; /* client-id that is streaming, likewise; 0: none */
  SpMmshPush *push;   /* a PushStart is in progress */
  char *push_id;    /* this connection's last: some encoders know no cookies */
  guint push_minor; /* HTTP version of the PushStart */
  gboolean is_push_kept; /* its connection stays open */
  gint64 parked_us;      /* since when a request waits; 0: none does */
};

/** One request while it is decided. */
typedef struct
{
  SpHttpHandler *handler;
  const SpHttpRequest *http;
  SpMmshRequest request;
  SpRoute route;
  SpMmshSettings *settings;
  const char *agent; /* (nullable) */
  const char *words; /* (nullable): of bad input, for the log */
  char *via;         /* (nullable): for a pump's loop guard */
  SpOutbox *outbox;
  const guint8 *body; /* of a small request, when it is there */
  gsize body_len;
  gint64 now_us;
  guint32 client_id;
  gboolean is_reset;
  gboolean is_canary; /* the pump itself: no limit and no rule is for it */
} SpMmshTurn;

/* Answers and closes. @extra: (nullable): header lines. */
SpHttpPlan sp_mmsh_handler_refuse (SpMmshTurn *turn,
                                   guint status,
                                   const char *extra,
                                   const char *why);

/* Also says whether the connection stays open. */
void sp_mmsh_handler_fill_reply (SpMmshTurn *turn, SpMmshReply *reply);

/* sp-mmsh-handler-watch.c: whoever wants to watch */
SpHttpPlan sp_mmsh_handler_watch (SpMmshTurn *turn);
/* A page that leads to a player with a URL of @scheme. */
SpHttpPlan sp_mmsh_handler_landing (SpMmshTurn *turn, const char *scheme);

/* sp-mmsh-handler-log.c: what a player says of itself; its client-id is known
 */
void sp_mmsh_handler_log (SpMmshTurn *turn);

/* sp-mmsh-handler-push.c: PushSetup and PushStart */
SpHttpPlan sp_mmsh_handler_push (SpMmshTurn *turn);
SpHttpPlan sp_mmsh_handler_setup (SpMmshTurn *turn);
gboolean sp_mmsh_handler_piece (SpHttpHandler *handler,
                                const guint8 *data,
                                gsize len,
                                gint64 now_us,
                                SpOutbox *outbox);
void sp_mmsh_handler_piece_end (SpHttpHandler *handler,
                                gboolean is_whole,
                                gint64 now_us,
                                SpOutbox *outbox);
SpHttpPlan sp_mmsh_handler_tick_push (SpHttpHandler *handler,
                                      const SpHttpRequest *http,
                                      gint64 now_us,
                                      SpOutbox *outbox);
void sp_mmsh_handler_end_push (SpHttpHandler *handler,
                               SpMmshPushEnd end,
                               gint64 now_us,
                               const char *why);
