/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-pull-attempt.h"

#include "sp-clock.h"
#include "sp-error.h"
#include "sp-mmsh-demuxer.h"
#include "sp-pull-session.h"
#include "sp-pull-timer.h"
#include "sp-pull-uri.h"

#define ANSWER_MS 15000  /* from the request to the head of the answer */
#define BETWEEN_MS 30000 /* from the end of an entry to the next header */
#define MAX_REDIRECTS 5
/* A Describe whose body goes on after so much has no header. */
#define MAX_DESCRIBE_BYTES (SP_MMSH_MAX_HEADER + 64 * 1024)

typedef enum
{
  STAGE_CONNECTING, /* up to the request's last byte */
  STAGE_ASKED,      /* up to the head of the answer */
  STAGE_READING,
  STAGE_BETWEEN, /* an entry is over, the next has not begun */
} Stage;

/** Made by a pull for one try, freed by it; same thread. Is in a stage of
 * Describe or (is_play) of Play; class is NULL once it is over. */
struct _SpPullAttempt
{
  const SpPullTarget *target;
  const SpPullAttemptClass *class;
  gpointer user_data;
  GCancellable *cancellable; /* of the session's making */
  SoupSession *session;
  GUri *start; /* where the password may be told */
  GUri *uri;   /* after redirects */
  guint n_redirects;
  SpPullTalk talk;
  SpPullFetch *fetch;
  SpPullFetch *select;    /* SelectStream, beside Play */
  SpMmshDemuxer *demuxer; /* of the answer that is being read */
  gsize answer_bytes;
  gboolean is_play;
  gboolean has_header; /* in this answer */
  gboolean has_ended;  /* the source has said so */
  Stage stage;
  SpPullTimer timer;
};

static void describe (SpPullAttempt *attempt);
static void play (SpPullAttempt *attempt);

/* The last word. */
static void
over (SpPullAttempt *attempt, const GError *error)
{
  const SpPullAttemptClass *class = attempt->class;

  attempt->class = NULL;
  sp_pull_timer_clear (&attempt->timer);
  g_clear_pointer (&attempt->fetch, sp_pull_fetch_free);
  g_clear_pointer (&attempt->select, sp_pull_fetch_free);
  class->on_over (attempt->user_data, attempt->has_ended, error);
}

static void
over_because (SpPullAttempt *attempt, SpErrorCode code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static void
over_because (SpPullAttempt *attempt, SpErrorCode code, const char *format, ...)
{
  g_autoptr (GError) error = NULL;
  va_list arguments;

  va_start (arguments, format);
  error = g_error_new_valist (SP_ERROR, (gint)code, format, arguments);
  va_end (arguments);
  over (attempt, error);
}

static void
enter (SpPullAttempt *attempt, Stage stage, guint limit_ms)
{
  attempt->stage = stage;
  sp_pull_timer_set (&attempt->timer, sp_clock_now_us (), limit_ms);
}

static void
on_due (gpointer user_data)
{
  SpPullAttempt *attempt = user_data;
  const SpSourceConfig *config = &attempt->target->config;

  switch (attempt->stage)
    {
    case STAGE_CONNECTING:
      over_because (attempt,
                    SP_ERROR_TIMEOUT,
                    "no connection to the source within %u ms",
                    config->connect_ms);
      break;
    case STAGE_ASKED:
      over_because (attempt,
                    SP_ERROR_TIMEOUT,
                    "no answer from the source within %u ms",
                    ANSWER_MS);
      break;
    case STAGE_READING:
      if (!attempt->is_play)
        play (attempt);
      else
        over_because (attempt,
                      SP_ERROR_TIMEOUT,
                      "no data from the source for %u ms",
                      config->stall_ms);
      break;
    case STAGE_BETWEEN:
      over_because (attempt,
                    SP_ERROR_TIMEOUT,
                    "nothing followed the end of an entry for %u ms",
                    BETWEEN_MS);
      break;
    }
}

/* A password is for the place it was given for. */
static SpPullFetch *
fetch_new (SpPullAttempt *attempt,
           SoupMessage *message,
           const SpPullFetchClass *class)
{
  const SpSourceConfig *config = &attempt->target->config;
  gboolean is_there = sp_pull_uri_is_same_place (attempt->uri, attempt->start);

  return sp_pull_fetch_new (attempt->session,
                            message,
                            is_there ? config->user : NULL,
                            is_there ? config->password : NULL,
                            class,
                            attempt);
}

static void
on_select_sent (gpointer user_data)
{
}

static void
on_select_answer (gpointer user_data, SoupMessageHeaders *headers)
{
  SpPullAttempt *attempt = user_data;

  g_clear_pointer (&attempt->select, sp_pull_fetch_free);
}

static void
on_select_redirect (gpointer user_data, const char *location)
{
  on_select_answer (user_data, NULL);
}

static void
on_select_over (gpointer user_data, guint status, const GError *error)
{
  on_select_answer (user_data, NULL);
}

/* Whatever the answer: if nothing comes of it, the stall will show. */
static const SpPullFetchClass select_class = {
  .on_sent = on_select_sent,
  .on_answer = on_select_answer,
  .on_redirect = on_select_redirect,
  .on_over = on_select_over,
};

/* MS-WMSP 3.1.4.5: after a change of entry, on a connection of its own. */
static void
select_streams (SpPullAttempt *attempt)
{
  SoupMessage *message = sp_pull_talk_select (&attempt->talk, attempt->uri);

  g_clear_pointer (&attempt->select, sp_pull_fetch_free);
  if (message != NULL)
    attempt->select = fetch_new (attempt, message, &select_class);
}

/* From Describe the header is wanted and nothing else; of Play everything is
 * passed on. */

static gboolean
on_header (gpointer user_data, const guint8 *data, gsize len, GError **error)
{
  SpPullAttempt *attempt = user_data;
  gboolean is_next = attempt->stage == STAGE_BETWEEN;

  attempt->has_header = TRUE;
  sp_pull_talk_header (&attempt->talk, data, len);
  if (!attempt->is_play)
    return TRUE;
  enter (attempt, STAGE_READING, attempt->target->config.stall_ms);
  if (is_next && attempt->talk.needs_select)
    select_streams (attempt);
  return attempt->class->on_header (attempt->user_data, data, len, error);
}

static gboolean
on_data (gpointer user_data, const guint8 *data, gsize len, GError **error)
{
  SpPullAttempt *attempt = user_data;

  if (!attempt->is_play)
    return TRUE;
  if (attempt->stage == STAGE_BETWEEN)
    enter (attempt, STAGE_READING, attempt->target->config.stall_ms);
  sp_pull_timer_put_off (
      &attempt->timer, sp_clock_now_us (), attempt->target->config.stall_ms);
  return attempt->class->on_data (attempt->user_data, data, len, error);
}

static gboolean
on_change (gpointer user_data, GError **error)
{
  SpPullAttempt *attempt = user_data;

  if (attempt->is_play && attempt->stage != STAGE_BETWEEN)
    enter (attempt, STAGE_BETWEEN, BETWEEN_MS);
  return TRUE;
}

static gboolean
on_end (gpointer user_data, gboolean is_final, GError **error)
{
  SpPullAttempt *attempt = user_data;

  attempt->has_ended = attempt->is_play && is_final;
  return is_final || on_change (attempt, error);
}

static void
on_dropped (gpointer user_data, guint8 type)
{
  SpPullAttempt *attempt = user_data;

  if (attempt->is_play)
    attempt->class->on_dropped (attempt->user_data, type);
}

static const SpSinkClass sink = {
  .on_header = on_header,
  .on_data = on_data,
  .on_change = on_change,
  .on_end = on_end,
  .on_dropped = on_dropped,
};

static gboolean
feed (SpPullAttempt *attempt, const guint8 *data, gsize len, GError **error)
{
  gboolean is_good = sp_mmsh_demuxer_feed (
      attempt->demuxer, data, len, &sink, attempt, error);
  guint32 gen_id = sp_mmsh_demuxer_playlist_gen_id (attempt->demuxer);

  attempt->answer_bytes += len;
  if (gen_id != 0)
    attempt->talk.playlist_gen_id = gen_id;
  return is_good;
}

static void
on_sent (gpointer user_data)
{
  enter (user_data, STAGE_ASKED, ANSWER_MS);
}

static void
on_answer (gpointer user_data, SoupMessageHeaders *headers)
{
  SpPullAttempt *attempt = user_data;

  sp_pull_talk_answer (&attempt->talk, headers);
  if (attempt->talk.is_loop)
    {
      over_because (
          attempt, SP_ERROR_LOOP, "a loop: the source is fed by this pump");
      return;
    }
  enter (attempt, STAGE_READING, attempt->target->config.stall_ms);
}

static void
on_redirect (gpointer user_data, const char *location)
{
  SpPullAttempt *attempt = user_data;
  g_autoptr (GError) error = NULL;
  GUri *uri = NULL;

  if (++attempt->n_redirects > MAX_REDIRECTS)
    sp_error_set (&error,
                  SP_ERROR_PROTOCOL,
                  "the source redirects more than %u times",
                  MAX_REDIRECTS);
  else
    uri = sp_pull_uri_redirect (attempt->uri, location, &error);
  if (uri == NULL)
    {
      over (attempt, error);
      return;
    }
  g_uri_unref (attempt->uri);
  attempt->uri = uri;
  sp_pull_talk_forget (&attempt->talk);
  describe (attempt);
}

/* Old pumps, VLC and others answer with data after the header: that is left
 * there. Without a header Play may still have one. */
static void
on_describe_data (gpointer user_data, const guint8 *data, gsize len)
{
  SpPullAttempt *attempt = user_data;
  gboolean is_good = feed (attempt, data, len, NULL);

  if (attempt->has_header || !is_good
      || attempt->answer_bytes > MAX_DESCRIBE_BYTES)
    play (attempt);
}

/* Some servers know no Describe: they break off, or say that the request is
 * bad. What would be said to Play as well is believed. */
static gboolean
is_final_status (guint status)
{
  static const guint statuses[] = { 401, 404, 407, 503, 508 };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    if (statuses[i] == status)
      return TRUE;
  return FALSE;
}

static void
on_describe_over (gpointer user_data, guint status, const GError *error)
{
  SpPullAttempt *attempt = user_data;

  if (error != NULL
      && (attempt->stage == STAGE_CONNECTING || is_final_status (status)))
    over (attempt, error);
  else
    play (attempt);
}

static const SpPullFetchClass describe_class = {
  .on_sent = on_sent,
  .on_answer = on_answer,
  .on_data = on_describe_data,
  .on_redirect = on_redirect,
  .on_over = on_describe_over,
};

static void
on_play_data (gpointer user_data, const guint8 *data, gsize len)
{
  SpPullAttempt *attempt = user_data;
  g_autoptr (GError) error = NULL;

  if (!feed (attempt, data, len, &error))
    over (attempt, error);
  else if (attempt->has_ended)
    over_because (attempt, SP_ERROR_FAILED, "the source has ended");
}

static void
on_play_over (gpointer user_data, guint status, const GError *error)
{
  SpPullAttempt *attempt = user_data;

  if (error != NULL)
    over (attempt, error);
  else if (!attempt->has_header)
    over_because (attempt, SP_ERROR_FAILED, "the source sends no stream");
  else
    over_because (attempt, SP_ERROR_FAILED, "the source closed the connection");
}

static const SpPullFetchClass play_class = {
  .on_sent = on_sent,
  .on_answer = on_answer,
  .on_data = on_play_data,
  .on_redirect = on_redirect,
  .on_over = on_play_over,
};

/* @message: (transfer full) */
static void
begin (SpPullAttempt *attempt,
       SoupMessage *message,
       const SpPullFetchClass *class)
{
  g_clear_pointer (&attempt->fetch, sp_pull_fetch_free);
  g_clear_pointer (&attempt->demuxer, sp_mmsh_demuxer_free);
  attempt->demuxer = sp_mmsh_demuxer_new (SP_MMSH_PULL);
  attempt->is_play = class == &play_class;
  attempt->has_header = FALSE;
  attempt->answer_bytes = 0;
  enter (attempt, STAGE_CONNECTING, attempt->target->config.connect_ms);
  attempt->fetch = fetch_new (attempt, message, class);
}

static void
describe (SpPullAttempt *attempt)
{
  begin (attempt,
         sp_pull_talk_describe (&attempt->talk, attempt->uri),
         &describe_class);
}

static void
play (SpPullAttempt *attempt)
{
  begin (
      attempt, sp_pull_talk_play (&attempt->talk, attempt->uri), &play_class);
}

static void
on_session (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  SoupSession *session = sp_pull_session_new_finish (result, &error);
  SpPullAttempt *attempt = user_data;

  /* Then the attempt is no more. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  attempt->session = session;
  if (session == NULL)
    over (attempt, error);
  else
    describe (attempt);
}

/** sp_pull_attempt_new: nothing is called before it returns. */
SpPullAttempt *
sp_pull_attempt_new (const SpPullTarget *target,
                     GProxyResolver *proxy,
                     const SpPullAttemptClass *class,
                     gpointer user_data)
{
  SpPullAttempt *attempt = g_new0 (SpPullAttempt, 1);

  attempt->target = target;
  attempt->class = class;
  attempt->user_data = user_data;
  attempt->start = g_uri_ref (target->uri);
  attempt->uri = g_uri_ref (target->uri);
  attempt->talk = (SpPullTalk){ .user_agent = target->config.user_agent,
                                .guid = target->guid,
                                .pump_id = target->pump_id };
  attempt->cancellable = g_cancellable_new ();
  sp_pull_timer_init (&attempt->timer, on_due, attempt);
  enter (attempt, STAGE_CONNECTING, target->config.connect_ms);
  sp_pull_session_new (
      proxy, target->config.ca, attempt->cancellable, on_session, attempt);
  return attempt;
}

const SpPullTalk *
sp_pull_attempt_talk (SpPullAttempt *attempt)
{
  return &attempt->talk;
}

SpPullFetch *
sp_pull_attempt_fetch (SpPullAttempt *attempt)
{
  return attempt->fetch;
}

/** sp_pull_attempt_free: what is under way is broken off; it reports to nobody.
 */
void
sp_pull_attempt_free (SpPullAttempt *attempt)
{
  g_cancellable_cancel (attempt->cancellable);
  g_object_unref (attempt->cancellable);
  sp_pull_timer_clear (&attempt->timer);
  g_clear_pointer (&attempt->fetch, sp_pull_fetch_free);
  g_clear_pointer (&attempt->select, sp_pull_fetch_free);
  g_clear_pointer (&attempt->demuxer, sp_mmsh_demuxer_free);
  g_clear_object (&attempt->session);
  g_uri_unref (attempt->start);
  g_uri_unref (attempt->uri);
  sp_pull_talk_forget (&attempt->talk);
  g_free (attempt);
}
