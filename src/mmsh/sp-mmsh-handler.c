/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-http-response.h"
#include "sp-mmsh-canary.h"
#include "sp-mmsh-handler-private.h"
#include "sp-mmsh-reply.h"
#include "sp-mmsh-request.h"
#include "sp-mmsh-route.h"
#include "sp-mmsh-service.h"
#include "sp-stream-via.h"

#include <string.h>

static SpHttpHandler *
create (gpointer service, const SpPeer *peer)
{
  SpHttpHandler *handler = g_new0 (SpHttpHandler, 1);

  handler->service = service;
  handler->peer = *peer;
  g_object_ref (peer->address);
  return handler;
}

static void
free_handler (SpHttpHandler *handler, gint64 now_us)
{
  if (handler->push != NULL)
    sp_mmsh_handler_end_push (handler,
                              SP_MMSH_PUSH_BODY_LOST,
                              now_us,
                              "the encoder's connection broke");
  if (handler->admitted != NULL)
    {
      sp_admission_leave (handler->service->admission,
                          handler->admitted,
                          handler->peer.address);
      sp_stream_unref (handler->admitted);
    }
  if (handler->playing_id != 0)
    sp_mmsh_clients_stop (
        handler->service->clients, handler->playing_id, now_us);
  g_object_unref (handler->peer.address);
  g_free (handler->push_id);
  g_free (handler);
}

/* Its place and its client-id. */
static guint32
seat (SpHttpHandler *handler)
{
  guint32 client_id = handler->playing_id;

  g_clear_pointer (&handler->admitted, sp_stream_unref);
  handler->playing_id = 0;
  return client_id;
}

static void
report (gpointer service, guint32 client_id, SpPlayerReport *player_report)
{
  SpMmshService *mmsh = service;

  sp_mmsh_clients_report (mmsh->clients, client_id, player_report);
}

static SpPlayer *
player (gpointer service, guint32 client_id, gint64 now_us)
{
  SpMmshService *mmsh = service;
  g_autofree char *path = NULL;

  return sp_mmsh_clients_player (mmsh->clients, client_id, &path, now_us);
}

static void
leave (gpointer service, const SpLeaver *leaver, gint64 now_us)
{
  SpMmshService *mmsh = service;

  if (!leaver->is_canary)
    sp_admission_leave (mmsh->admission, leaver->stream, leaver->address);
  if (leaver->seat != 0)
    sp_mmsh_clients_stop (mmsh->clients, leaver->seat, now_us);
}

SpHttpPlan
sp_mmsh_handler_refuse (SpMmshTurn *turn,
                        guint status,
                        const char *extra,
                        const char *why)
{
  g_autofree char *headers = NULL;

  if (status >= 400 && status != 403 && status != 404 && status != 503
      && status != 508)
    {
      sp_stats_add (SP_PUMP_requests_bad, 1);
      turn->outbox->bad_input = turn->words != NULL
                                    ? turn->words
                                    : "a request that cannot be served";
    }
  headers = g_strdup_printf ("Server: %s StreamPump/" PACKAGE_VERSION "\r\n"
                             "Pragma: no-cache\r\n%s",
                             turn->settings->server_token,
                             extra != NULL ? extra : "");
  sp_http_response_error (
      turn->outbox->reply, turn->http->minor, status, headers, "%s\n", why);
  if (turn->http->method == SP_HTTP_METHOD_HEAD)
    g_byte_array_set_size (turn->outbox->reply,
                           turn->outbox->reply->len - (guint)strlen (why) - 1);
  turn->outbox->next = SP_NEXT_CLOSE;
  return SP_HTTP_ANSWERED;
}

/** sp_mmsh_handler_fill_reply: what every answer of this request has in common.
 */
void
sp_mmsh_handler_fill_reply (SpMmshTurn *turn, SpMmshReply *reply)
{
  *reply = (SpMmshReply){ .server_token = turn->settings->server_token,
                          .via = turn->via,
                          .minor = turn->http->minor,
                          .client_id = turn->client_id,
                          .is_reset = turn->is_reset,
                          .has_supported = turn->request.agent_major >= 9,
                          .is_kept = !turn->http->wants_close };
  if (!reply->is_kept)
    turn->outbox->next = SP_NEXT_CLOSE;
}

static SpHttpPlan
not_found (SpMmshTurn *turn)
{
  g_autofree char *location = NULL;

  sp_stats_add (SP_PUMP_requests_not_found, 1);
  if (turn->settings->redirect_404_to == NULL)
    return sp_mmsh_handler_refuse (
        turn, 404, NULL, "there is no such stream here");
  location
      = g_strdup_printf ("Location: %s\r\n", turn->settings->redirect_404_to);
  return sp_mmsh_handler_refuse (turn, 302, location, "see the other place");
}

/* D6: a pull that has come round to this very pump. */
static gboolean
is_loop (SpMmshTurn *turn)
{
  const char *id = turn->handler->service->pump_id;
  SoupMessageHeaders *headers = turn->http->headers;
  const char *via = soup_message_headers_get_list (headers, "Via");
  const char *forwards = soup_message_headers_get_one (headers, "Max-Forwards");

  if (forwards != NULL && g_str_equal (forwards, "0"))
    return TRUE;
  return via != NULL && strstr (via, id) != NULL;
}

/* Whoever comes through a pump or a proxy is told what is behind: a pump that
 * finds itself there does not take the stream. Players never see it. */
static void
read_via (SpMmshTurn *turn)
{
  SoupMessageHeaders *headers = turn->http->headers;
  g_autofree char *before = NULL;

  if (turn->route.stream == NULL
      || soup_message_headers_get_list (headers, "Via") == NULL)
    return;
  before = sp_stream_via (turn->route.stream);
  turn->via = g_strdup_printf ("%s%s1.1 %s",
                               before != NULL ? before : "",
                               before != NULL ? ", " : "",
                               turn->handler->service->pump_id);
}

static SpHttpPlan
empty (SpMmshTurn *turn, guint status, const char *extra)
{
  SpMmshReply reply;

  sp_mmsh_handler_fill_reply (turn, &reply);
  sp_mmsh_reply_empty (turn->outbox->reply, &reply, status, extra);
  return SP_HTTP_ANSWERED;
}

/* V15, V20: a session in use is named in the answer and lives on. */
static gboolean
has_session (SpMmshTurn *turn)
{
  guint32 id = turn->request.client_id;

  if (!turn->request.has_client_id
      || sp_mmsh_clients_touch (
             turn->handler->service->clients, id, turn->now_us)
             == SP_MMSH_CLIENT_UNKNOWN)
    return FALSE;
  turn->client_id = id;
  return TRUE;
}

/* V18: what belongs to a session is refused without one. */
static SpHttpPlan
small (SpMmshTurn *turn)
{
  gboolean is_known = has_session (turn);

  switch (turn->request.kind)
    {
    case SP_MMSH_GET_CONTENT_INFO:
    case SP_MMSH_SEND_EVENT:
      return empty (turn, 200, NULL);
    case SP_MMSH_KEEP_ALIVE:
      if (turn->http->method == SP_HTTP_METHOD_OPTIONS)
        return empty (
            turn, 200, "Public: GET, POST, OPTIONS\r\nAllow: OPTIONS\r\n");
      break;
    case SP_MMSH_LOG:
    case SP_MMSH_STOP:
    case SP_MMSH_SELECT_STREAM:
    case SP_MMSH_DESCRIBE:
    case SP_MMSH_PLAY:
    case SP_MMSH_PIPELINE:
    case SP_MMSH_PLAY_NEXT_ENTRY:
    case SP_MMSH_PUSH_SETUP:
    case SP_MMSH_PUSH_START:
    case SP_MMSH_BAD_METHOD:
    case SP_MMSH_BAD:
      break;
    }
  if (!is_known)
    return sp_mmsh_handler_refuse (
        turn, 400, NULL, "this request needs a client-id that is in use");
  if (turn->request.kind == SP_MMSH_LOG)
    {
      sp_mmsh_handler_log (turn);
      return empty (turn, 204, NULL);
    }
  return empty (turn, 200, NULL);
}

static SpHttpPlan
decide (SpMmshTurn *turn)
{
  switch (turn->request.kind)
    {
    case SP_MMSH_DESCRIBE:
    case SP_MMSH_PLAY:
      if (turn->route.kind == SP_ROUTE_ASX)
        return sp_mmsh_handler_landing (turn, "mmsh");
      if (turn->route.kind != SP_ROUTE_STREAM)
        return not_found (turn);
      if (is_loop (turn))
        {
          sp_stats_add (SP_PUMP_loops_refused, 1);
          return sp_mmsh_handler_refuse (
              turn, 508, NULL, "this pull leads back to this pump");
        }
      return sp_mmsh_handler_watch (turn);
    case SP_MMSH_PUSH_SETUP:
    case SP_MMSH_PUSH_START:
      if (turn->route.kind != SP_ROUTE_PUSH)
        return not_found (turn);
      return sp_mmsh_handler_push (turn);
    case SP_MMSH_KEEP_ALIVE:
    case SP_MMSH_GET_CONTENT_INFO:
    case SP_MMSH_SEND_EVENT:
    case SP_MMSH_LOG:
    case SP_MMSH_SELECT_STREAM:
    case SP_MMSH_STOP:
      return SP_HTTP_COLLECT;
    case SP_MMSH_PIPELINE:
    case SP_MMSH_PLAY_NEXT_ENTRY:
      turn->words = "a request of the pipelined mode, which was not offered";
      return sp_mmsh_handler_refuse (
          turn, 400, NULL, "the pipelined mode was not offered");
    case SP_MMSH_BAD_METHOD:
      turn->words = "a method that is not GET, POST or OPTIONS";
      return sp_mmsh_handler_refuse (
          turn,
          405,
          "Allow: GET, POST, OPTIONS\r\n",
          "only GET, POST and OPTIONS are served here");
    case SP_MMSH_BAD:
      break;
    }
  turn->words = "a request of no known kind";
  return sp_mmsh_handler_refuse (
      turn, 400, NULL, "this is no request that MS-WMSP or MS-WMHTTP knows");
}

static void
turn_init (SpMmshTurn *turn,
           SpHttpHandler *handler,
           const SpHttpRequest *http,
           gint64 now_us,
           SpOutbox *outbox)
{
  *turn = (SpMmshTurn){
    .handler = handler, .http = http, .now_us = now_us, .outbox = outbox
  };
  turn->settings = sp_mmsh_service_settings (handler->service);
  turn->agent = sp_http_request_header (http, "User-Agent");
  turn->is_canary = sp_mmsh_is_canary (http, handler->service->canary_secret);
  sp_mmsh_request_read (&turn->request, http);
  sp_route_find (&turn->route, handler->service->registry, http);
  read_via (turn);
}

static void
turn_clear (SpMmshTurn *turn)
{
  sp_mmsh_request_clear (&turn->request);
  sp_route_clear (&turn->route);
  sp_mmsh_settings_unref (turn->settings);
  g_free (turn->via);
}

static SpHttpPlan
head (SpHttpHandler *handler,
      const SpHttpRequest *http,
      gint64 now_us,
      SpOutbox *outbox)
{
  SpMmshTurn turn;
  SpHttpPlan plan;

  turn_init (&turn, handler, http, now_us, outbox);
  plan = decide (&turn);
  /* A GET with a body is nobody's player: read no request out of it. */
  if (plan == SP_HTTP_ANSWERED && (http->content_length > 0 || http->is_chunked)
      && outbox->next == SP_NEXT_READ)
    outbox->next = SP_NEXT_CLOSE;
  turn_clear (&turn);
  return plan;
}

static SpHttpPlan
body (SpHttpHandler *handler,
      const SpHttpRequest *http,
      const guint8 *data,
      gsize len,
      gint64 now_us,
      SpOutbox *outbox)
{
  SpMmshTurn turn;
  SpHttpPlan plan;

  turn_init (&turn, handler, http, now_us, outbox);
  turn.body = data;
  turn.body_len = len;
  plan = turn.request.kind == SP_MMSH_PUSH_SETUP ? sp_mmsh_handler_setup (&turn)
                                                 : small (&turn);
  turn_clear (&turn);
  return plan;
}

static SpHttpPlan
tick (SpHttpHandler *handler,
      const SpHttpRequest *http,
      gint64 now_us,
      SpOutbox *outbox)
{
  if (handler->push != NULL)
    return sp_mmsh_handler_tick_push (handler, http, now_us, outbox);
  return head (handler, http, now_us, outbox);
}

const SpHttpHandlerClass sp_mmsh_handler = {
  .create = create,
  .head = head,
  .body = body,
  .piece = sp_mmsh_handler_piece,
  .piece_end = sp_mmsh_handler_piece_end,
  .tick = tick,
  .free = free_handler,
  .seat = seat,
  .report = report,
  .player = player,
  .leave = leave,
};
