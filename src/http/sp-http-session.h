/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-http-request.h"
#include "sp-session.h"

/** HTTP for a protocol that lives on it: heads and bodies here, decisions in
 * the handler. One handler a connection. */
typedef struct _SpHttpHandler SpHttpHandler;

typedef enum
{
  SP_HTTP_ANSWERED, /* the answer is in the outbox */
  SP_HTTP_COLLECT,  /* wants the whole (small) body first */
  SP_HTTP_STREAM,   /* wants the body piece by piece, of whatever length */
  SP_HTTP_PARKED,   /* has no answer yet: ask again at the next tick */
} SpHttpPlan;

typedef struct
{
  SpHttpHandler *(*create) (gpointer service, const SpPeer *peer);
  /* A head. An answer that is not SP_NEXT_CLOSE or _VIEW keeps the connection.
   */
  SpHttpPlan (*head) (SpHttpHandler *handler,
                      const SpHttpRequest *request,
                      gint64 now_us,
                      SpOutbox *outbox);
  /* After COLLECT: the body. */
  SpHttpPlan (*body) (SpHttpHandler *handler,
                      const SpHttpRequest *request,
                      const guint8 *data,
                      gsize len,
                      gint64 now_us,
                      SpOutbox *outbox);
  /* After STREAM: a piece; FALSE: answered, it is an error. */
  gboolean (*piece) (SpHttpHandler *handler,
                     const guint8 *data,
                     gsize len,
                     gint64 now_us,
                     SpOutbox *outbox);
  /* After STREAM: the body is over, or (not @is_whole) the connection was lost.
   */
  void (*piece_end) (SpHttpHandler *handler,
                     gboolean is_whole,
                     gint64 now_us,
                     SpOutbox *outbox);
  /* PARKED: try again; STREAM: a time limit may have run out. */
  SpHttpPlan (*tick) (SpHttpHandler *handler,
                      const SpHttpRequest *request,
                      gint64 now_us,
                      SpOutbox *outbox);
  void (*free) (SpHttpHandler *handler, gint64 now_us);
  /* These are SpSessionClass's. */
  guint32 (*seat) (SpHttpHandler *handler);
  void (*report) (gpointer service, guint32 seat, SpPlayerReport *report);
  SpPlayer *(*player) (gpointer service, guint32 seat, gint64 now_us);
  void (*leave) (gpointer service, const SpLeaver *leaver, gint64 now_us);
} SpHttpHandlerClass;

/** What an SpHttpSession's service pointer points at. */
typedef struct
{
  const SpHttpHandlerClass *handler_class;
  gpointer service;
} SpHttpService;

extern const SpSessionClass sp_http_session;
