/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-error.h"
#include "sp-http-response.h"
#include "sp-log.h"
#include "sp-mmsh-framer.h"
#include "sp-mmsh-handler-private.h"
#include "sp-mmsh-reply.h"
#include "sp-mmsh-request.h"
#include "sp-mmsh-route.h"
#include "sp-mmsh-service.h"

#include <string.h>

/* How long a request waits for a source that is on its way. */
#define PARK_US (10 * G_USEC_PER_SEC)

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
  g_free (handler);
}

SpHttpPlan
sp_mmsh_handler_refuse (SpMmshTurn *turn,
                        guint status,
                        const char *extra,
                        const char *why)
{
  if (status >= 400 && status != 404 && status != 503 && status != 508)
    {
      sp_stats_add (SP_PUMP_requests_bad, 1);
      turn->outbox->bad_input = turn->words != NULL
                                    ? turn->words
                                    : "a request that cannot be served";
    }
  sp_http_response_error (
      turn->outbox->reply, turn->http->minor, status, extra, "%s\n", why);
  turn->outbox->next = SP_NEXT_CLOSE;
  return SP_HTTP_ANSWERED;
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

static SpHttpPlan
not_live (SpMmshTurn *turn)
{
  g_autofree char *why = sp_stream_why_not (turn->route.stream);
  g_autofree char *text = g_strdup_printf ("the stream is not live: %s", why);

  sp_stats_add (SP_PUMP_requests_not_live, 1);
  return sp_mmsh_handler_refuse (turn, 503, "Retry-After: 10\r\n", text);
}

/* May a source come while the request waits? On demand, or when another one is
 * about to take over. */
static gboolean
may_wait (SpMmshTurn *turn)
{
  SpHttpHandler *handler = turn->handler;
  SpStreamPolicy policy;

  sp_stream_get_policy (turn->route.stream, &policy);
  if (!policy.is_enabled || (!policy.is_on_demand && policy.n_sources < 2))
    return FALSE;
  if (handler->parked_us == 0)
    handler->parked_us = turn->now_us;
  if (policy.is_on_demand)
    sp_stream_want (turn->route.stream, turn->now_us);
  return turn->now_us - handler->parked_us < PARK_US;
}

static void
fill_reply (SpMmshTurn *turn, SpMmshReply *reply)
{
  *reply = (SpMmshReply){ .server_token = turn->settings->server_token,
                          .minor = turn->http->minor,
                          .client_id = turn->client_id,
                          .is_reset = turn->is_reset,
                          .has_supported = turn->request.agent_major >= 9,
                          .is_kept = !turn->http->wants_close };
  if (!reply->is_kept)
    turn->outbox->next = SP_NEXT_CLOSE;
}

/* MS-WMSP 3.2.5.4, 3.2.5.6: the session of a Describe or Play. FALSE: its
 * client-id is streaming already. */
static gboolean
join_session (SpMmshTurn *turn)
{
  SpMmshClients *clients = turn->handler->service->clients;
  SpMmshClientState state = SP_MMSH_CLIENT_UNKNOWN;

  turn->client_id = turn->request.client_id;
  if (turn->request.has_client_id)
    state = sp_mmsh_clients_touch (clients, turn->client_id, turn->now_us);
  if (state == SP_MMSH_CLIENT_STREAMING)
    return FALSE;
  if (state == SP_MMSH_CLIENT_UNKNOWN)
    {
      turn->is_reset = turn->request.has_client_id;
      turn->client_id = sp_mmsh_clients_add (clients, turn->now_us);
    }
  return TRUE;
}

static SpHttpPlan
describe (SpMmshTurn *turn, SpPacket *header)
{
  SpMmshReply reply;

  if (!join_session (turn))
    return sp_mmsh_handler_refuse (
        turn, 400, NULL, "this client-id is playing already");
  fill_reply (turn, &reply);
  sp_mmsh_reply_describe (
      turn->outbox->reply, &reply, header->payload, header->len);
  return SP_HTTP_ANSWERED;
}

static gboolean
admit (SpMmshTurn *turn)
{
  SpHttpHandler *handler = turn->handler;
  g_autoptr (GError) error = NULL;

  if (sp_admission_enter (handler->service->admission,
                          turn->route.stream,
                          handler->peer.address,
                          turn->now_us,
                          &error))
    {
      handler->admitted = sp_stream_ref (turn->route.stream);
      return TRUE;
    }
  sp_stats_add (SP_PUMP_requests_limited, 1);
  sp_stream_count (turn->route.stream, SP_STREAM_clients_refused, 1);
  sp_mmsh_handler_refuse (turn, 503, "Retry-After: 30\r\n", error->message);
  return FALSE;
}

static void
view (SpMmshTurn *turn, const SpFramerClass *framer, gboolean is_chunked)
{
  SpOutbox *outbox = turn->outbox;

  outbox->next = SP_NEXT_VIEW;
  outbox->stream = g_steal_pointer (&turn->route.stream);
  outbox->framer = framer;
  outbox->is_chunked = is_chunked;
  outbox->external_id = g_steal_pointer (&turn->route.external_id);
  outbox->user_agent
      = g_utf8_make_valid (turn->agent != NULL ? turn->agent : "", -1);
  if (turn->agent == NULL)
    g_clear_pointer (&outbox->user_agent, g_free);
}

static SpHttpPlan
play (SpMmshTurn *turn)
{
  gboolean is_chunked
      = turn->request.version11_enabled && turn->http->minor == 1;
  SpMmshReply reply;

  if (!join_session (turn))
    return sp_mmsh_handler_refuse (
        turn, 400, NULL, "this client-id is playing already");
  if (!admit (turn))
    return SP_HTTP_ANSWERED;
  sp_mmsh_clients_play (
      turn->handler->service->clients, turn->client_id, turn->now_us);
  turn->handler->playing_id = turn->client_id;
  fill_reply (turn, &reply);
  sp_mmsh_reply_play (turn->outbox->reply, &reply, is_chunked);
  view (turn, &sp_mmsh_framer, is_chunked);
  return SP_HTTP_ANSWERED;
}

static SpHttpPlan
play_bare (SpMmshTurn *turn)
{
  SpMmshReply reply;

  if (!admit (turn))
    return SP_HTTP_ANSWERED;
  fill_reply (turn, &reply);
  sp_mmsh_reply_bare (turn->outbox->reply, &reply);
  view (turn, &sp_bare_framer, FALSE);
  return SP_HTTP_ANSWERED;
}

/* The scheme must not be http: VLC would fetch it with its plain HTTP module.
 */
static SpHttpPlan
landing (SpMmshTurn *turn, const char *scheme)
{
  const SpPeer *peer = &turn->handler->peer;
  g_autofree char *fallback
      = g_strdup_printf ("localhost:%u", peer->local_port);
  const char *host = turn->http->host != NULL ? turn->http->host : fallback;
  g_autofree char *path
      = g_uri_escape_string (sp_stream_path (turn->route.stream), "/", FALSE);
  g_autofree char *id
      = turn->route.external_id != NULL
            ? g_uri_escape_string (turn->route.external_id, NULL, FALSE)
            : NULL;
  g_autofree char *url = g_strdup_printf ("%s://%s/streams/%s%s%s",
                                          scheme,
                                          host,
                                          path,
                                          id != NULL ? "/" : "",
                                          id != NULL ? id : "");
  SpMmshReply reply;

  fill_reply (turn, &reply);
  sp_mmsh_reply_asx (turn->outbox->reply, &reply, url);
  return SP_HTTP_ANSWERED;
}

typedef enum
{
  SERVE_MMSH,
  SERVE_BARE,
  SERVE_LANDING,
} Serving;

/* Who gets what: mmsh guide, decision 1. */
static Serving
serving (SpMmshTurn *turn)
{
  const SpMmshRequest *request = &turn->request;
  SpMmshUaRule rule = turn->settings->ua_rule;

  if (rule == SP_MMSH_UA_OFF)
    return SERVE_MMSH;
  if (rule == SP_MMSH_UA_STRICT)
    return request->agent == SP_AGENT_WINDOWS_MEDIA ? SERVE_MMSH
                                                    : SERVE_LANDING;
  if (request->has_mmsh_pragma || request->agent == SP_AGENT_WINDOWS_MEDIA
      || request->agent == SP_AGENT_NONE)
    return SERVE_MMSH;
  return request->agent == SP_AGENT_BROWSER ? SERVE_LANDING : SERVE_BARE;
}

static SpHttpPlan
watch (SpMmshTurn *turn)
{
  g_autoptr (SpPacket) header = NULL;
  Serving how = serving (turn);

  if (how == SERVE_LANDING)
    return landing (turn, "mms");
  header = sp_stream_live_header (turn->route.stream);
  if (header == NULL)
    return may_wait (turn) ? SP_HTTP_PARKED : not_live (turn);
  turn->handler->parked_us = 0;
  if (how == SERVE_BARE)
    return play_bare (turn);
  return turn->request.kind == SP_MMSH_PLAY ? play (turn)
                                            : describe (turn, header);
}

/* D6: a pull that has come round to this very pump. */
static gboolean
is_loop (SpMmshTurn *turn)
{
  const char *id = turn->handler->service->pump_id;
  SoupMessageHeaders *headers = turn->http->headers;
  const char *via = soup_message_headers_get_list (headers, "Via");
  const char *forwards = soup_message_headers_get_one (headers, "Max-Forwards");

  if (forwards != NULL && g_ascii_strtoull (forwards, NULL, 10) == 0)
    return TRUE;
  return via != NULL && strstr (via, id) != NULL;
}

static void
log_player (SpMmshTurn *turn)
{
  g_autofree char *address
      = g_inet_address_to_string (turn->handler->peer.address);
  SpLogFields fields = { .peer = address };

  sp_stats_add (SP_PUMP_logs_received, 1);
  if (turn->request.log_line != NULL)
    sp_log (G_LOG_LEVEL_DEBUG,
            &fields,
            "player log of client-id %u: %.1024s",
            turn->client_id,
            turn->request.log_line);
}

static SpHttpPlan
empty (SpMmshTurn *turn, guint status, const char *extra)
{
  SpMmshReply reply;

  fill_reply (turn, &reply);
  sp_mmsh_reply_empty (turn->outbox->reply, &reply, status, extra);
  return SP_HTTP_ANSWERED;
}

/* V18: what belongs to a session is refused without one. */
static gboolean
has_session (SpMmshTurn *turn)
{
  if (!turn->request.has_client_id)
    return FALSE;
  turn->client_id = turn->request.client_id;
  return sp_mmsh_clients_touch (
             turn->handler->service->clients, turn->client_id, turn->now_us)
         != SP_MMSH_CLIENT_UNKNOWN;
}

static SpHttpPlan
small (SpMmshTurn *turn)
{
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
  if (!has_session (turn))
    return sp_mmsh_handler_refuse (
        turn, 400, NULL, "this request needs a client-id that is in use");
  if (turn->request.kind == SP_MMSH_LOG)
    {
      log_player (turn);
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
        return landing (turn, "mmsh");
      if (turn->route.kind != SP_ROUTE_STREAM)
        return not_found (turn);
      if (is_loop (turn))
        {
          sp_stats_add (SP_PUMP_loops_refused, 1);
          return sp_mmsh_handler_refuse (
              turn, 508, NULL, "this pull leads back to this pump");
        }
      return watch (turn);
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
  sp_mmsh_request_read (&turn->request, http);
  sp_route_find (&turn->route, handler->service->registry, http);
}

static void
turn_clear (SpMmshTurn *turn)
{
  sp_mmsh_request_clear (&turn->request);
  sp_route_clear (&turn->route);
  sp_mmsh_settings_unref (turn->settings);
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
};
