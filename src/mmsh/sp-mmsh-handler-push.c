/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-handler-private.h"

#include "sp-error.h"
#include "sp-http-response.h"
#include "sp-mmsh-reply.h"
#include "sp-stream-sources.h"

static char *
label (SpHttpHandler *handler)
{
  g_autofree char *address = g_inet_address_to_string (handler->peer.address);

  return g_strdup_printf ("push from %s port %u", address, handler->peer.port);
}

static guint
status_of (const GError *error)
{
  if (g_error_matches (error, SP_ERROR, SP_ERROR_BUSY)
      || g_error_matches (error, SP_ERROR, SP_ERROR_REVOKED))
    return 409;
  if (g_error_matches (error, SP_ERROR, SP_ERROR_DENIED))
    return 403;
  return 400;
}

static SpHttpPlan
refuse_for (SpMmshTurn *turn, const GError *error)
{
  turn->words = "an encoder's request that was refused";
  return sp_mmsh_handler_refuse (turn, status_of (error), NULL, error->message);
}

/** sp_mmsh_handler_setup: PushSetup, its body read (a template of which nothing
 * is needed, since the publishing point exists). */
SpHttpPlan
sp_mmsh_handler_setup (SpMmshTurn *turn)
{
  SpMmshReply reply
      = { .minor = turn->http->minor, .is_kept = !turn->http->wants_close };
  g_autofree char *who = label (turn->handler);
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  id = sp_mmsh_pushes_setup (turn->handler->service->pushes,
                             turn->request.push_id,
                             turn->route.stream,
                             who,
                             turn->now_us,
                             &error);
  if (id == NULL)
    return refuse_for (turn, error);
  g_free (turn->handler->push_id);
  turn->handler->push_id = g_strdup (id);
  sp_mmsh_reply_push (turn->outbox->reply, &reply, id);
  if (!reply.is_kept)
    turn->outbox->next = SP_NEXT_CLOSE;
  return SP_HTTP_ANSWERED;
}

/* PeerCast's encoders know no cookies and stay on their connection (Q10). */
static const char *
push_id_of (SpMmshTurn *turn)
{
  return turn->request.push_id != NULL ? turn->request.push_id
                                       : turn->handler->push_id;
}

static void
remember (SpMmshTurn *turn, const char *id)
{
  SpHttpHandler *handler = turn->handler;

  g_free (handler->push_id);
  handler->push_id = g_strdup (id);
  handler->push_minor = turn->http->minor;
  handler->is_push_kept = !turn->http->wants_close;
}

static void
tell_peer (SpMmshTurn *turn)
{
  SpHttpHandler *handler = turn->handler;
  g_autofree char *address = g_inet_address_to_string (handler->peer.address);
  const SpSourcePeer peer = { .address = address,
                              .port = handler->peer.port,
                              .is_tls = handler->peer.is_tls,
                              .product = turn->agent };

  sp_mmsh_push_connected (handler->push, &peer, turn->now_us);
}

static SpHttpPlan
start (SpMmshTurn *turn)
{
  SpHttpHandler *handler = turn->handler;
  g_autofree char *who = label (handler);
  g_autoptr (GError) error = NULL;

  if (!turn->http->has_length && !turn->http->is_chunked)
    {
      turn->words = "a PushStart without Content-Length";
      return sp_mmsh_handler_refuse (
          turn, 411, NULL, "a PushStart needs a Content-Length");
    }
  handler->push = sp_mmsh_pushes_begin (handler->service->pushes,
                                        push_id_of (turn),
                                        turn->route.stream,
                                        who,
                                        turn->now_us,
                                        &error);
  if (handler->push == NULL)
    return refuse_for (turn, error);
  remember (turn, sp_mmsh_push_id (handler->push));
  tell_peer (turn);
  return SP_HTTP_STREAM;
}

/** sp_mmsh_handler_push: a push request's head, for a stream that exists. */
SpHttpPlan
sp_mmsh_handler_push (SpMmshTurn *turn)
{
  SpStreamPolicy policy;

  sp_stream_get_policy (turn->route.stream, &policy);
  if (!policy.is_push)
    return sp_mmsh_handler_refuse (
        turn, 403, NULL, "this stream takes no encoders");
  if (!policy.is_enabled)
    return sp_mmsh_handler_refuse (
        turn, 403, NULL, "this stream is switched off");
  if (!sp_stream_source_is_enabled (turn->route.stream, 0))
    return sp_mmsh_handler_refuse (
        turn, 403, NULL, "this stream's encoder is switched off");
  if (turn->request.kind == SP_MMSH_PUSH_START)
    return start (turn);
  if (!turn->http->has_length)
    {
      turn->words = "a PushSetup without Content-Length";
      return sp_mmsh_handler_refuse (
          turn, 411, NULL, "a PushSetup needs a Content-Length");
    }
  return SP_HTTP_COLLECT;
}

void
sp_mmsh_handler_end_push (SpHttpHandler *handler,
                          SpMmshPushEnd end,
                          gint64 now_us,
                          const char *why)
{
  sp_mmsh_pushes_end_body (
      handler->service->pushes, handler->push, end, now_us, why);
  handler->push = NULL;
}

/* The session is over: 204 and close is friendlier than a bare close (H21). */
static void
answer_end (SpHttpHandler *handler, gint64 now_us, SpOutbox *outbox)
{
  SpMmshReply reply = { .minor = handler->push_minor };

  sp_mmsh_reply_push (outbox->reply, &reply, sp_mmsh_push_id (handler->push));
  outbox->next = SP_NEXT_CLOSE;
  sp_mmsh_handler_end_push (
      handler, SP_MMSH_PUSH_OVER, now_us, "the encoder has ended the stream");
}

static void
answer_error (SpHttpHandler *handler,
              guint status,
              gint64 now_us,
              const char *why,
              SpOutbox *outbox)
{
  sp_http_response_error (outbox->reply,
                          handler->push_minor,
                          status,
                          "Server: " SP_MMSH_PUSH_SERVER "\r\n",
                          "%s\n",
                          why);
  outbox->next = SP_NEXT_CLOSE;
  sp_mmsh_handler_end_push (handler, SP_MMSH_PUSH_OVER, now_us, why);
}

/** sp_mmsh_handler_piece: bytes of a PushStart's body. */
gboolean
sp_mmsh_handler_piece (SpHttpHandler *handler,
                       const guint8 *data,
                       gsize len,
                       gint64 now_us,
                       SpOutbox *outbox)
{
  g_autoptr (GError) error = NULL;

  if (handler->push == NULL)
    return FALSE;
  if (!sp_mmsh_push_feed (handler->push, data, len, now_us, &error))
    {
      guint status = status_of (error);

      if (status == 400)
        {
          sp_stats_add (SP_PUMP_requests_bad, 1);
          outbox->bad_input = "an encoder's stream that breaks MS-WMHTTP";
        }
      answer_error (handler, status, now_us, error->message, outbox);
      return FALSE;
    }
  if (!sp_mmsh_push_has_ended (handler->push))
    return TRUE;
  answer_end (handler, now_us, outbox);
  return FALSE;
}

/** sp_mmsh_handler_piece_end: the Content-Length is reached (the next PushStart
 * goes on), or the connection broke. */
void
sp_mmsh_handler_piece_end (SpHttpHandler *handler,
                           gboolean is_whole,
                           gint64 now_us,
                           SpOutbox *outbox)
{
  SpMmshReply reply
      = { .minor = handler->push_minor, .is_kept = handler->is_push_kept };

  if (handler->push == NULL)
    return;
  if (!is_whole)
    {
      sp_mmsh_handler_end_push (handler,
                                SP_MMSH_PUSH_BODY_LOST,
                                now_us,
                                "the encoder's connection broke");
      return;
    }
  sp_mmsh_reply_push (outbox->reply, &reply, sp_mmsh_push_id (handler->push));
  sp_mmsh_handler_end_push (handler, SP_MMSH_PUSH_BODY_WHOLE, now_us, NULL);
  if (!handler->is_push_kept)
    outbox->next = SP_NEXT_CLOSE;
}

static SpHttpPlan
answer_revoked (SpHttpHandler *handler, gint64 now_us, SpOutbox *outbox)
{
  if (sp_mmsh_push_is_enabled (handler->push))
    answer_error (handler,
                  409,
                  now_us,
                  "another encoder has taken the stream over, or it was "
                  "removed",
                  outbox);
  else
    answer_error (
        handler, 403, now_us, "this stream's encoder is switched off", outbox);
  return SP_HTTP_ANSWERED;
}

/** sp_mmsh_handler_tick_push: H23, and the takeover by another encoder. */
SpHttpPlan
sp_mmsh_handler_tick_push (SpHttpHandler *handler,
                           const SpHttpRequest *http,
                           gint64 now_us,
                           SpOutbox *outbox)
{
  if (sp_mmsh_push_is_revoked (handler->push))
    return answer_revoked (handler, now_us, outbox);
  if (sp_mmsh_push_is_idle (handler->push, now_us))
    {
      sp_stats_add (SP_PUMP_requests_timed_out, 1);
      answer_error (handler, 408, now_us, "the encoder sends nothing", outbox);
      return SP_HTTP_ANSWERED;
    }
  return SP_HTTP_STREAM;
}
