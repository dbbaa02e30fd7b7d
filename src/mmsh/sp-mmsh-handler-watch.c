/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-error.h"
#include "sp-mmsh-framer.h"
#include "sp-mmsh-handler-private.h"
#include "sp-mmsh-reply.h"

#include <string.h>

/* How long a request waits for a source that is on its way. */
#define PARK_US (10 * G_USEC_PER_SEC)
/* Bytes that are kept of what a peer says of itself and of us: each picture of
 * the clients and each event has a copy. */
#define MAX_AGENT 512
#define MAX_HOST 255

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

/* MS-WMSP 3.2.5.4, 3.2.5.6 */
static SpHttpPlan
is_playing (SpMmshTurn *turn)
{
  turn->words = "a client-id that is playing already";
  return sp_mmsh_handler_refuse (
      turn, 400, NULL, "this client-id is playing already");
}

/* "live", "live/ID": what follows /streams/ (transfer full). */
static char *
requested_path (SpMmshTurn *turn)
{
  g_autofree char *path
      = g_uri_escape_string (sp_stream_path (turn->route.stream), "/", FALSE);
  g_autofree char *id
      = turn->route.external_id != NULL
            ? g_uri_escape_string (turn->route.external_id, NULL, FALSE)
            : NULL;

  return g_strconcat (path, id != NULL ? "/" : NULL, id, NULL);
}

/* While draining: to the pump that takes over, or away for now. */
static void
send_elsewhere (SpMmshTurn *turn, const char *why)
{
  g_autofree char *redirect
      = sp_admission_redirect (turn->handler->service->admission);
  g_autofree char *path = NULL;
  g_autofree char *location = NULL;

  if (redirect == NULL)
    {
      sp_mmsh_handler_refuse (turn, 503, "Retry-After: 30\r\n", why);
      return;
    }
  if (g_str_has_suffix (redirect, "/"))
    redirect[strlen (redirect) - 1] = '\0';
  path = requested_path (turn);
  location = g_strdup_printf ("Location: %s/streams/%s\r\n", redirect, path);
  sp_mmsh_handler_refuse (turn, 302, location, "see the other place");
}

/* FALSE always, as what it stands for. */
static gboolean
refuse_client (SpMmshTurn *turn, const GError *error)
{
  if (g_error_matches (error, SP_ERROR, SP_ERROR_DRAINING))
    send_elsewhere (turn, error->message);
  else if (g_error_matches (error, SP_ERROR, SP_ERROR_DENIED))
    sp_mmsh_handler_refuse (turn, 403, NULL, error->message);
  else
    sp_mmsh_handler_refuse (turn, 503, "Retry-After: 30\r\n", error->message);
  return FALSE;
}

/* Whether a Play would succeed now. FALSE: it is answered. */
static gboolean
may_play (SpMmshTurn *turn)
{
  g_autoptr (GError) error = NULL;

  return turn->is_canary
         || sp_admission_check (turn->handler->service->admission,
                                turn->route.stream,
                                turn->handler->peer.address,
                                turn->route.external_id,
                                turn->now_us,
                                &error)
         || refuse_client (turn, error);
}

static gboolean
admit (SpMmshTurn *turn)
{
  SpHttpHandler *handler = turn->handler;
  g_autoptr (GError) error = NULL;

  if (turn->is_canary)
    return TRUE;
  if (!sp_admission_enter (handler->service->admission,
                           turn->route.stream,
                           handler->peer.address,
                           turn->route.external_id,
                           turn->now_us,
                           &error))
    return refuse_client (turn, error);
  handler->admitted = sp_stream_ref (turn->route.stream);
  return TRUE;
}

static SpHttpPlan
describe (SpMmshTurn *turn, SpPacket *header)
{
  SpMmshReply reply;

  if (!may_play (turn))
    return SP_HTTP_ANSWERED;
  if (!join_session (turn))
    return is_playing (turn);
  sp_mmsh_handler_fill_reply (turn, &reply);
  reply.playlist_gen_id = header->meta.epoch - 1;
  sp_mmsh_reply_describe (
      turn->outbox->reply, &reply, header->payload, header->len);
  return SP_HTTP_ANSWERED;
}

static void
view (SpMmshTurn *turn, const SpFramerClass *framer, gboolean is_chunked)
{
  SpOutbox *outbox = turn->outbox;

  outbox->next = SP_NEXT_VIEW;
  outbox->stream = g_steal_pointer (&turn->route.stream);
  outbox->framer = framer;
  outbox->is_chunked = is_chunked;
  outbox->is_canary = turn->is_canary;
  outbox->external_id = g_steal_pointer (&turn->route.external_id);
  outbox->host = g_strndup (turn->http->host, MAX_HOST);
  outbox->requested_us
      = turn->handler->parked_us != 0 ? turn->handler->parked_us : turn->now_us;
  if (turn->agent != NULL)
    outbox->user_agent = g_utf8_make_valid (
        turn->agent, (gssize)strnlen (turn->agent, MAX_AGENT));
}

static SpHttpPlan
play (SpMmshTurn *turn, SpPacket *header)
{
  gboolean is_chunked
      = turn->request.version11_enabled && turn->http->minor == 1;
  SpMmshReply reply;

  if (!join_session (turn))
    return is_playing (turn);
  if (!admit (turn))
    return SP_HTTP_ANSWERED;
  if (!sp_mmsh_clients_play (turn->handler->service->clients,
                             turn->client_id,
                             sp_stream_path (turn->route.stream),
                             turn->now_us))
    return is_playing (turn);
  turn->handler->playing_id = turn->client_id;
  sp_mmsh_handler_fill_reply (turn, &reply);
  reply.playlist_gen_id = header->meta.epoch - 1;
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
  sp_mmsh_handler_fill_reply (turn, &reply);
  sp_mmsh_reply_bare (turn->outbox->reply, &reply);
  view (turn, &sp_bare_framer, FALSE);
  return SP_HTTP_ANSWERED;
}

/* The scheme must not be http: VLC would fetch it with its plain HTTP module.
 * But no other runs over TLS, and there it gets a bare stream. */
SpHttpPlan
sp_mmsh_handler_landing (SpMmshTurn *turn, const char *scheme)
{
  const SpPeer *peer = &turn->handler->peer;
  g_autofree char *fallback = g_strdup_printf (
      "%s:%u",
      peer->local_host[0] != '\0' ? peer->local_host : "localhost",
      peer->local_port);
  const char *host = turn->http->host != NULL ? turn->http->host : fallback;
  g_autofree char *path = requested_path (turn);
  g_autofree char *url = g_strdup_printf (
      "%s://%s/streams/%s", peer->is_tls ? "https" : scheme, host, path);
  SpMmshReply reply;

  sp_mmsh_handler_fill_reply (turn, &reply);
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

  if (rule == SP_MMSH_UA_OFF || turn->is_canary)
    return SERVE_MMSH;
  if (rule == SP_MMSH_UA_STRICT)
    return request->agent == SP_AGENT_WINDOWS_MEDIA ? SERVE_MMSH
                                                    : SERVE_LANDING;
  if (request->has_mmsh_pragma || request->agent == SP_AGENT_WINDOWS_MEDIA
      || request->agent == SP_AGENT_NONE)
    return SERVE_MMSH;
  return request->agent == SP_AGENT_BROWSER ? SERVE_LANDING : SERVE_BARE;
}

/* There is no header. Whoever could not play anyhow wakes no source up, and
 * does not wait for it. */
static SpHttpPlan
wait_or_go (SpMmshTurn *turn)
{
  if (turn->handler->parked_us == 0 && !may_play (turn))
    return SP_HTTP_ANSWERED;
  return may_wait (turn) ? SP_HTTP_PARKED : not_live (turn);
}

/** sp_mmsh_handler_watch: Describe, Play, a browser or any other player. */
SpHttpPlan
sp_mmsh_handler_watch (SpMmshTurn *turn)
{
  g_autoptr (SpPacket) header = NULL;
  Serving how = serving (turn);
  SpHttpPlan plan;

  if (how == SERVE_LANDING)
    return sp_mmsh_handler_landing (turn, "mms");
  header = sp_stream_live_header (turn->route.stream);
  if (header == NULL)
    return wait_or_go (turn);
  if (how == SERVE_BARE)
    plan = play_bare (turn);
  else if (turn->request.kind == SP_MMSH_PLAY)
    plan = play (turn, header);
  else
    plan = describe (turn, header);
  turn->handler->parked_us = 0;
  return plan;
}
