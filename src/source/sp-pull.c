/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-source.h"

#include "sp-asf-intake.h"
#include "sp-clock.h"
#include "sp-error.h"
#include "sp-log.h"
#include "sp-mmsh-wire.h"
#include "sp-pull-attempt.h"
#include "sp-pull-backoff.h"
#include "sp-pull-error.h"
#include "sp-pull-timer.h"
#include "sp-pull-uri.h"
#include "sp-stream-sources.h"
#include "sp-stream-via.h"

/* The version is that of Windows 7's player: servers look at it. */
#define USER_AGENT "NSPlayer/12.0.7601.17514 StreamPump/" PACKAGE_VERSION
#define TAKEOVER_US (10 * G_USEC_PER_SEC)

/** Pulls from one server for ever: an attempt, a wait, an attempt. Made by the
 * supervisor, lives on its thread to sp_source_free(). The publisher is there
 * from the first header on, as long as nobody takes it away. */
typedef struct
{
  SpSource parent;
  SpStream *stream;
  guint rank;
  const SpSourceContext *context;
  SpPullTarget target;
  char *label;
  SpPullAttempt *attempt; /* NULL: waits */
  SpPullTimer timer;      /* up to the next attempt */
  SpPullBackoff backoff;
  SpPublisher *publisher;
  SpAsfIntake *intake;
  gboolean has_header;  /* in this attempt */
  gint64 good_since_us; /* data in this attempt; 0: none */
  gint64 good_until_us;
  gboolean is_failing; /* since the last header, and logged */
} SpPull;

static void
release (SpPull *pull, gint64 now_us, const char *why)
{
  g_clear_pointer (&pull->intake, sp_asf_intake_free);
  if (pull->publisher != NULL)
    sp_publisher_release (pull->publisher, FALSE, now_us, why);
  pull->publisher = NULL;
}

static gboolean
acquire (SpPull *pull, gint64 now_us, GError **error)
{
  if (pull->publisher != NULL)
    return TRUE;
  pull->publisher = sp_publisher_acquire (
      pull->stream, pull->rank, pull->label, TAKEOVER_US, now_us, error);
  if (pull->publisher == NULL)
    return FALSE;
  pull->intake = sp_asf_intake_new (pull->publisher);
  return TRUE;
}

/* The first header of an attempt. */
static void
tell_peer (SpPull *pull, gint64 now_us)
{
  SpPullFetch *fetch = sp_pull_attempt_fetch (pull->attempt);
  GInetSocketAddress *at = sp_pull_fetch_peer (fetch);
  g_autofree char *address
      = at != NULL
            ? g_inet_address_to_string (g_inet_socket_address_get_address (at))
            : NULL;
  const SpSourcePeer peer
      = { .address = address,
          .port = at != NULL ? g_inet_socket_address_get_port (at) : 0,
          .is_tls = sp_pull_fetch_is_tls (fetch),
          .product = sp_pull_attempt_talk (pull->attempt)->product };

  sp_publisher_connected (pull->publisher, &peer, now_us);
}

static gboolean
on_header (gpointer user_data, const guint8 *data, gsize len, GError **error)
{
  SpPull *pull = user_data;
  gint64 now_us = sp_clock_now_us ();

  if (!acquire (pull, now_us, error))
    return FALSE;
  sp_stream_set_via (
      pull->stream, pull->rank, sp_pull_attempt_talk (pull->attempt)->via);
  if (!pull->has_header)
    tell_peer (pull, now_us);
  if (!sp_asf_intake_header (pull->intake, data, len, now_us, error))
    return FALSE;
  pull->has_header = TRUE;
  pull->is_failing = FALSE;
  return TRUE;
}

static gboolean
on_data (gpointer user_data, const guint8 *data, gsize len, GError **error)
{
  SpPull *pull = user_data;
  gint64 now_us = sp_clock_now_us ();

  if (pull->good_since_us == 0)
    pull->good_since_us = now_us;
  pull->good_until_us = now_us;
  return sp_asf_intake_data (pull->intake, data, len, now_us, error);
}

static void
on_dropped (gpointer user_data, guint8 type)
{
  SpPull *pull = user_data;

  sp_stream_count (pull->stream,
                   type == SP_MMSH_FILLER ? SP_STREAM_filler_packets
                                          : SP_STREAM_unknown_packets,
                   1);
}

/* The loss of a live source is logged where the stream's state is; here the
 * first attempt in vain is a warning, the others are for those who look. */
static void
log_failure (SpPull *pull, const GError *error, guint wait_ms)
{
  const SpLogFields fields = { .stream = sp_stream_path (pull->stream),
                               .message_id = SP_MESSAGE_SOURCE_DOWN };
  gboolean is_news = !pull->has_header && !pull->is_failing;

  sp_log (is_news ? G_LOG_LEVEL_WARNING : G_LOG_LEVEL_INFO,
          &fields,
          "%s: %s; next attempt in %u ms",
          pull->label,
          error->message,
          wait_ms);
  if (is_news)
    pull->is_failing = TRUE;
}

static guint
wait_ms_after (SpPull *pull, const GError *error)
{
  SpPullFault fault
      = pull->has_header ? SP_PULL_FAILED : sp_pull_error_fault (error);

  return sp_pull_backoff_wait_ms (&pull->backoff,
                                  fault,
                                  pull->target.config.retry_ms,
                                  pull->good_until_us - pull->good_since_us,
                                  g_random_double ());
}

static void
on_over (gpointer user_data, gboolean is_end, const GError *error)
{
  SpPull *pull = user_data;
  gint64 now_us = sp_clock_now_us ();
  guint wait_ms = wait_ms_after (pull, error);

  g_clear_pointer (&pull->attempt, sp_pull_attempt_free);
  if (g_error_matches (error, SP_ERROR, SP_ERROR_REVOKED))
    release (pull, now_us, error->message);
  else if (pull->publisher != NULL)
    sp_publisher_pause (pull->publisher, now_us, error->message);
  else
    sp_stream_source_fail (pull->stream, pull->rank, error->message);
  sp_stream_source_retry_at (
      pull->stream, pull->rank, now_us + (gint64)wait_ms * 1000);
  if (sp_stream_live_rank (pull->stream, now_us) < 0)
    sp_stream_set_error (pull->stream, error->message);
  if (!is_end)
    sp_stream_count (pull->stream, SP_STREAM_source_errors, 1);
  log_failure (pull, error, wait_ms);
  sp_pull_timer_set (&pull->timer, now_us, wait_ms);
}

static const SpPullAttemptClass attempt_class = {
  .on_header = on_header,
  .on_data = on_data,
  .on_dropped = on_dropped,
  .on_over = on_over,
};

static void
on_due (gpointer user_data)
{
  SpPull *pull = user_data;

  sp_stream_source_begin (pull->stream, pull->rank);
  pull->has_header = FALSE;
  pull->good_since_us = 0;
  pull->good_until_us = 0;
  pull->attempt = sp_pull_attempt_new (
      &pull->target, pull->context->proxy, &attempt_class, pull);
}

static void
fill_target (SpPullTarget *target,
             const SpSourceConfig *config,
             const char *pump_id)
{
  target->config = *config;
  target->config.host = g_strdup (config->host);
  target->config.path = g_strdup (config->path);
  target->config.ca = g_strdup (config->ca);
  target->config.user = g_strdup (config->user);
  target->config.password = g_strdup (config->password);
  target->config.user_agent
      = g_strdup (config->user_agent != NULL ? config->user_agent : USER_AGENT);
  target->config.file = NULL;
  target->guid = g_uuid_string_random ();
  target->pump_id = g_strdup (pump_id);
}

static void
clear_target (SpPullTarget *target)
{
  g_free (target->config.host);
  g_free (target->config.path);
  g_free (target->config.ca);
  g_free (target->config.user);
  g_free (target->config.password);
  g_free (target->config.user_agent);
  g_free (target->guid);
  g_free (target->pump_id);
  g_clear_pointer (&target->uri, g_uri_unref);
}

static void
pull_free (SpSource *source)
{
  SpPull *pull = (SpPull *)source;

  sp_pull_timer_clear (&pull->timer);
  g_clear_pointer (&pull->attempt, sp_pull_attempt_free);
  release (pull, sp_clock_now_us (), "the stream is no longer pulled");
  sp_stream_set_via (pull->stream, pull->rank, NULL);
  clear_target (&pull->target);
  sp_stream_unref (pull->stream);
  g_free (pull->label);
  g_free (pull);
}

static const SpSourceClass pull_class = { .free = pull_free };

/** sp_pull_new: @context is (transfer none) and outlives it; of @config nothing
 * is kept. What goes wrong is shown by @stream and tried again. */
SpSource *
sp_pull_new (const SpSourceConfig *config,
             SpStream *stream,
             guint rank,
             const SpSourceContext *context)
{
  SpPull *pull = g_new0 (SpPull, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = NULL;

  pull->parent.class = &pull_class;
  pull->stream = sp_stream_ref (stream);
  pull->rank = rank;
  pull->context = context;
  fill_target (&pull->target, config, context->pump_id);
  sp_pull_timer_init (&pull->timer, on_due, pull);
  pull->target.uri = sp_pull_uri (config, &error);
  if (pull->target.uri == NULL)
    {
      pull->label = g_strdup_printf ("pull from %s", config->host);
      sp_stream_set_error (stream, "the source's address is not valid");
      sp_stream_source_begin (stream, rank);
      sp_stream_source_fail (stream, rank, "its address is not valid");
      log_failure (pull, error, 0);
      return &pull->parent;
    }
  /* A query may be a password of sorts. */
  uri = g_uri_to_string_partial (pull->target.uri, G_URI_HIDE_QUERY);
  pull->label = g_strdup_printf ("pull %s", uri);
  on_due (pull);
  return &pull->parent;
}
