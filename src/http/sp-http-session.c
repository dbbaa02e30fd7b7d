/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-http-session.h"

#include "sp-http-chunk.h"
#include "sp-http-response.h"
#include "sp-stats.h"

#define HEAD_US                                                                \
  (20 * G_USEC_PER_SEC) /* from the first byte of a head to its end */
#define IDLE_US (120 * G_USEC_PER_SEC) /* between requests (H23) */
/* Unread answers: then no further request is looked at. */
#define REPLY_BACKLOG (64 * 1024)
#define BODY_US (20 * G_USEC_PER_SEC) /* for a small body */

typedef enum
{
  STATE_HEAD,
  STATE_COLLECT,
  STATE_STREAM,
  STATE_PARKED,
  STATE_OVER, /* answered for good: input is dropped */
} State;

/** Of one connection; used by its worker's thread. */
typedef struct
{
  const SpHttpHandlerClass *class;
  SpHttpHandler *handler;
  State state;
  GByteArray *input;     /* a head or a small body in the making */
  SpHttpRequest request; /* current, but for STATE_HEAD */
  guint64 left;          /* body bytes to come, unless chunked */
  SpHttpChunk chunk;
  gint64 since_us; /* start of what has a time limit */
} Session;

static SpSession *
create (gpointer service, const SpPeer *peer, gint64 now_us)
{
  SpHttpService *http = service;
  Session *session = g_new0 (Session, 1);

  session->class = http->handler_class;
  session->handler = http->handler_class->create (http->service, peer);
  session->input = g_byte_array_new ();
  session->since_us = now_us;
  return (SpSession *)session;
}

static void
forget_request (Session *session)
{
  sp_http_request_clear (&session->request);
  session->request = (SpHttpRequest){ 0 };
}

static void
free_session (SpSession *base, gint64 now_us)
{
  Session *session = (Session *)base;

  session->class->free (session->handler, now_us);
  forget_request (session);
  g_byte_array_unref (session->input);
  g_free (session);
}

static guint32
seat (SpSession *base)
{
  Session *session = (Session *)base;

  return session->class->seat (session->handler);
}

static void
report (gpointer service, guint32 seat_id, SpPlayerReport *player_report)
{
  SpHttpService *http = service;

  http->handler_class->report (http->service, seat_id, player_report);
}

static SpPlayer *
player (gpointer service, guint32 seat_id, gint64 now_us)
{
  SpHttpService *http = service;

  return http->handler_class->player (http->service, seat_id, now_us);
}

static void
leave (gpointer service, const SpLeaver *leaver, gint64 now_us)
{
  SpHttpService *http = service;

  http->handler_class->leave (http->service, leaver, now_us);
}

static void
end_request (Session *session, gint64 now_us)
{
  forget_request (session);
  session->state = STATE_HEAD;
  session->since_us = now_us;
}

static void
be_over (Session *session)
{
  session->state = STATE_OVER;
  g_byte_array_unref (session->input);
  session->input = g_byte_array_new ();
}

static void
refuse (Session *session, SpOutbox *outbox, guint status, const char *why)
{
  const char *extra = status == 405 ? "Allow: GET, POST, OPTIONS\r\n" : NULL;

  sp_stats_add (SP_PUMP_requests_bad, 1);
  sp_http_response_error (outbox->reply, 1, status, extra, "%s\n", why);
  outbox->next = SP_NEXT_CLOSE;
  outbox->bad_input = why;
  be_over (session);
}

/* What the handler said of the current request. */
static void
follow (Session *session, SpHttpPlan plan, gint64 now_us, SpOutbox *outbox)
{
  session->since_us = now_us;
  switch (plan)
    {
    case SP_HTTP_ANSWERED:
      if (outbox->next == SP_NEXT_READ)
        end_request (session, now_us);
      else
        {
          forget_request (session);
          be_over (session);
        }
      return;
    case SP_HTTP_COLLECT:
      session->state = STATE_COLLECT;
      return;
    case SP_HTTP_STREAM:
      session->state = STATE_STREAM;
      return;
    case SP_HTTP_PARKED:
      session->state = STATE_PARKED;
      return;
    }
}

static void
collected (Session *session, gint64 now_us, SpOutbox *outbox)
{
  gsize len = (gsize)session->left;
  SpHttpPlan plan = session->class->body (session->handler,
                                          &session->request,
                                          session->input->data,
                                          len,
                                          now_us,
                                          outbox);

  if (len > 0)
    g_byte_array_remove_range (session->input, 0, (guint)len);
  follow (session, plan, now_us, outbox);
}

/* Not for us to wait for: a body that nobody said the length of. */
static gboolean
check_body (Session *session, SpHttpPlan plan, SpOutbox *outbox)
{
  SpHttpRequest *request = &session->request;

  if (plan != SP_HTTP_COLLECT)
    return TRUE;
  if (request->is_chunked)
    refuse (session, outbox, 411, "this request needs a Content-Length");
  else if (request->content_length > SP_HTTP_MAX_BODY)
    refuse (session, outbox, 413, "the body is larger than 64 KiB");
  return session->state != STATE_OVER;
}

/* A head is there: FALSE when nothing more can be done with the input. */
static gboolean
take_head (Session *session, gint64 now_us, SpOutbox *outbox)
{
  const char *why = NULL;
  guint status = 400;
  gsize used = 0;
  SpHttpPlan plan;

  switch (sp_http_request_parse (&session->request,
                                 session->input->data,
                                 session->input->len,
                                 &used,
                                 &status,
                                 &why))
    {
    case SP_HTTP_MORE:
      return FALSE;
    case SP_HTTP_BAD:
      refuse (session, outbox, status, why);
      return FALSE;
    case SP_HTTP_FOREIGN:
      /* MMST, RTSP, TLS: players fall back to HTTP when we close (V10). */
      sp_stats_add (SP_PUMP_hellos_closed, 1);
      outbox->next = SP_NEXT_CLOSE;
      be_over (session);
      return FALSE;
    case SP_HTTP_READY:
      break;
    }
  sp_stats_add (SP_PUMP_requests, 1);
  g_byte_array_remove_range (session->input, 0, (guint)used);
  session->left
      = session->request.has_length ? session->request.content_length : 0;
  sp_http_chunk_init (&session->chunk);
  plan = session->class->head (
      session->handler, &session->request, now_us, outbox);
  if (!check_body (session, plan, outbox))
    return FALSE;
  if (session->request.wants_continue
      && (plan == SP_HTTP_COLLECT || plan == SP_HTTP_STREAM))
    {
      static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

      g_byte_array_append (
          outbox->reply, (const guint8 *)go_on, sizeof go_on - 1);
    }
  follow (session, plan, now_us, outbox);
  return TRUE;
}

/* The body has come to its Content-Length (or last chunk). */
static void
end_stream (Session *session, gint64 now_us, SpOutbox *outbox)
{
  session->class->piece_end (session->handler, TRUE, now_us, outbox);
  follow (session, SP_HTTP_ANSWERED, now_us, outbox);
}

static gsize
stream_plain (Session *session,
              const guint8 *data,
              gsize len,
              gint64 now_us,
              SpOutbox *outbox)
{
  gsize n = (gsize)MIN (session->left, len);

  session->left -= n;
  if (n > 0
      && !session->class->piece (session->handler, data, n, now_us, outbox))
    be_over (session);
  else if (session->left == 0)
    end_stream (session, now_us, outbox);
  return n;
}

static gsize
stream_chunked (Session *session,
                const guint8 *data,
                gsize len,
                gint64 now_us,
                SpOutbox *outbox)
{
  const guint8 *out = NULL;
  gsize out_len = 0;
  gsize used = 0;

  switch (
      sp_http_chunk_next (&session->chunk, data, len, &used, &out, &out_len))
    {
    case SP_CHUNK_MORE:
      return len;
    case SP_CHUNK_DATA:
      if (!session->class->piece (
              session->handler, out, out_len, now_us, outbox))
        be_over (session);
      return used;
    case SP_CHUNK_END:
      end_stream (session, now_us, outbox);
      return used;
    case SP_CHUNK_BAD:
      break;
    }
  session->class->piece_end (session->handler, FALSE, now_us, outbox);
  refuse (session, outbox, 400, "the chunked body is malformed");
  return len;
}

static gsize
stream (Session *session,
        const guint8 *data,
        gsize len,
        gint64 now_us,
        SpOutbox *outbox)
{
  return session->request.is_chunked
             ? stream_chunked (session, data, len, now_us, outbox)
             : stream_plain (session, data, len, now_us, outbox);
}

/* Stray line ends between requests begin no head (RFC 9112 2.2). */
static void
drop_line_ends (Session *session)
{
  guint n = 0;

  while (
      n < session->input->len
      && (session->input->data[n] == '\r' || session->input->data[n] == '\n'))
    n++;
  if (n > 0)
    g_byte_array_remove_range (session->input, 0, n);
}

/* Works off what has been collected; stops when more is needed. */
static void
work (Session *session, gint64 now_us, SpOutbox *outbox)
{
  while (outbox->next == SP_NEXT_READ && outbox->reply->len < REPLY_BACKLOG)
    {
      if (session->state == STATE_HEAD)
        {
          drop_line_ends (session);
          if (session->input->len == 0 || !take_head (session, now_us, outbox))
            return;
        }
      else if (session->state == STATE_COLLECT)
        {
          if (session->input->len < session->left)
            return;
          collected (session, now_us, outbox);
        }
      else if (session->state == STATE_STREAM)
        {
          gsize n;

          if (session->input->len == 0
              && (session->request.is_chunked || session->left > 0))
            return;
          n = stream (session,
                      session->input->data,
                      session->input->len,
                      now_us,
                      outbox);
          if (session->state != STATE_OVER && n > 0)
            g_byte_array_remove_range (session->input, 0, (guint)n);
        }
      else
        return;
    }
}

static void
feed (SpSession *base,
      const guint8 *data,
      gsize len,
      gint64 now_us,
      SpOutbox *outbox)
{
  Session *session = (Session *)base;

  /* A push: straight through, without another copy. */
  while (len > 0 && session->state == STATE_STREAM && session->input->len == 0
         && outbox->next == SP_NEXT_READ)
    {
      gsize n = stream (session, data, len, now_us, outbox);

      data += n;
      len -= n;
    }
  if (session->state == STATE_OVER || len == 0)
    return;
  if (session->state == STATE_HEAD && session->input->len == 0)
    session->since_us = now_us;
  if (session->input->len + len > SP_HTTP_MAX_HEAD + SP_HTTP_MAX_BODY + 65536)
    {
      refuse (session, outbox, 431, "too many bytes before an answer");
      return;
    }
  g_byte_array_append (session->input, data, (guint)len);
  work (session, now_us, outbox);
}

static void
eof (SpSession *base, gint64 now_us, SpOutbox *outbox)
{
  Session *session = (Session *)base;

  if (session->state == STATE_STREAM)
    session->class->piece_end (session->handler, FALSE, now_us, outbox);
  if (session->state == STATE_COLLECT
      || (session->state == STATE_HEAD && session->input->len > 0))
    sp_stats_add (SP_PUMP_requests_bad, 1);
  forget_request (session);
  session->state = STATE_OVER;
  outbox->next = SP_NEXT_CLOSE;
}

static void
time_out (Session *session, SpOutbox *outbox)
{
  sp_stats_add (SP_PUMP_requests_timed_out, 1);
  sp_http_response_error (
      outbox->reply, 1, 408, NULL, "the request did not come in time\n");
  outbox->next = SP_NEXT_CLOSE;
  be_over (session);
}

static void
tick (SpSession *base, gint64 now_us, SpOutbox *outbox)
{
  Session *session = (Session *)base;
  gint64 age_us = now_us - session->since_us;

  switch (session->state)
    {
    case STATE_HEAD:
      work (session, now_us, outbox);
      if (session->state != STATE_HEAD || outbox->next != SP_NEXT_READ)
        return;
      if (session->input->len > 0 && age_us > HEAD_US)
        time_out (session, outbox);
      else if (age_us > IDLE_US)
        outbox->next = SP_NEXT_CLOSE;
      return;
    case STATE_COLLECT:
      if (age_us > BODY_US)
        time_out (session, outbox);
      return;
    case STATE_STREAM:
    case STATE_PARKED:
      {
        SpHttpPlan plan = session->class->tick (
            session->handler, &session->request, now_us, outbox);

        if (plan != SP_HTTP_ANSWERED)
          return;
        follow (session, plan, now_us, outbox);
        work (session, now_us, outbox);
        return;
      }
    case STATE_OVER:
      return;
    }
}

const SpSessionClass sp_http_session = {
  .name = "http",
  .create = create,
  .feed = feed,
  .eof = eof,
  .tick = tick,
  .seat = seat,
  .free = free_session,
  .report = report,
  .player = player,
  .leave = leave,
};
