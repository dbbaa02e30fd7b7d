/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-options.h"

#include <glib/gi18n.h>
#include <string.h>

#include "sp-error.h"
#include "sp-load-asf.h"

#define DEFAULT_VIEWERS 100
#define DEFAULT_SECONDS 10.0
#define DEFAULT_WARMUP_S 3.0
#define DEFAULT_RAMP 1000
#define DEFAULT_SLOW_KBPS 100
#define DEFAULT_KBPS 1000
#define DEFAULT_PACKET_BYTES 1400
#define DEFAULT_KEYFRAME_MS 1000
#define MAX_VIEWERS 1000000
#define MAX_SECONDS 1e7
#define MAX_STREAMS 10000
#define MAX_KBPS 10000000
#define MAX_THREADS 64

/** What GOption writes into; checked and moved to SpLoadOptions. */
typedef struct
{
  int viewers;
  int stalled;
  int ramp;
  int slow_kbps;
  int slow_buffer;
  int threads;
  int kbps;
  int packet_size;
  int keyframe_ms;
  int streams;
  double seconds;
  double warmup;
  double churn;
  double slow;
  char *framing;
  char *from;
  char **pids;
  char **urls;
} Raw;

static void
raw_clear (Raw *raw)
{
  g_free (raw->framing);
  g_free (raw->from);
  g_strfreev (raw->pids);
  g_strfreev (raw->urls);
}

static gboolean
check_whole (const char *name, int value, int min, int max, GError **error)
{
  if (value >= min && value <= max)
    return TRUE;
  return sp_error_set (error,
                       SP_ERROR_CONFIG,
                       _ ("--%s %d: must be from %d to %d"),
                       name,
                       value,
                       min,
                       max);
}

static gboolean
check_real (const char *name, double value, double max, GError **error)
{
  if (value >= 0 && value <= max)
    return TRUE;
  return sp_error_set (error,
                       SP_ERROR_CONFIG,
                       _ ("--%s %g: must be from 0 to %g"),
                       name,
                       value,
                       max);
}

static gboolean
check_ranges (const Raw *raw, GError **error)
{
  return check_whole ("viewers", raw->viewers, 0, MAX_VIEWERS, error)
         && check_whole ("stalled", raw->stalled, 0, MAX_VIEWERS, error)
         && check_whole ("ramp", raw->ramp, 1, MAX_VIEWERS, error)
         && check_whole ("slow-kbps", raw->slow_kbps, 1, MAX_KBPS, error)
         && check_whole (
             "slow-buffer", raw->slow_buffer, 0, G_MAXINT / 2, error)
         && check_whole ("threads", raw->threads, 1, MAX_THREADS, error)
         && check_whole ("kbps", raw->kbps, 1, MAX_KBPS, error)
         && check_whole ("packet-size",
                         raw->packet_size,
                         SP_LOAD_ASF_MIN_PACKET,
                         SP_LOAD_ASF_MAX_PACKET,
                         error)
         && check_whole ("keyframe-ms", raw->keyframe_ms, 1, 60000, error)
         && check_whole ("streams", raw->streams, 1, MAX_STREAMS, error)
         && check_real ("seconds", raw->seconds, MAX_SECONDS, error)
         && check_real ("warmup", raw->warmup, MAX_SECONDS, error)
         && check_real ("churn", raw->churn, 1000, error)
         && check_real ("slow", raw->slow, 100, error);
}

static gboolean
take_pids (SpLoadOptions *options, char **texts, GError **error)
{
  for (guint i = 0; texts != NULL && texts[i] != NULL; i++)
    {
      guint64 value;
      pid_t pid;

      if (!g_ascii_string_to_unsigned (
              texts[i], 10, 1, G_MAXINT32, &value, NULL))
        return sp_error_set (error,
                             SP_ERROR_CONFIG,
                             _ ("--pid '%s' is no process id"),
                             texts[i]);
      pid = (pid_t)value;
      g_array_append_val (options->pids, pid);
    }
  return TRUE;
}

static gboolean
take_framing (SpLoadOptions *options, const char *framing, GError **error)
{
  options->is_raw = g_strcmp0 (framing, "raw") == 0;
  options->is_loose = g_strcmp0 (framing, "loose") == 0;
  if (framing == NULL || options->is_raw || options->is_loose
      || strcmp (framing, "mmsh") == 0)
    return TRUE;
  return sp_error_set (error,
                       SP_ERROR_CONFIG,
                       _ ("--framing '%s' is neither mmsh, loose nor raw"),
                       framing);
}

/* A URL with %u stands for all streams. */
static void
add_urls (SpLoadOptions *options, const char *url)
{
  const char *at = strstr (url, "%u");

  if (at == NULL)
    g_ptr_array_add (options->urls, g_strdup (url));
  for (guint i = 0; at != NULL && i < options->n_streams; i++)
    g_ptr_array_add (
        options->urls,
        g_strdup_printf ("%.*s%u%s", (int)(at - url), url, i, at + 2));
}

static gboolean
take_urls (SpLoadOptions *options, char **urls, GError **error)
{
  for (guint i = 0; urls != NULL && urls[i] != NULL; i++)
    add_urls (options, urls[i]);
  if (options->urls->len == 0)
    return sp_error_set (error, SP_ERROR_CONFIG, _ ("which URL?"));
  if (options->is_push && options->urls->len != options->n_streams)
    return sp_error_set (
        error,
        SP_ERROR_CONFIG,
        _ ("--push wants one URL, in which %%u stands for the number of the "
           "stream if there are several"));
  return TRUE;
}

static gboolean
take (SpLoadOptions *options, const Raw *raw, GError **error)
{
  if (!check_ranges (raw, error))
    return FALSE;
  options->n_viewers = (guint)raw->viewers;
  options->n_stalled = (guint)raw->stalled;
  options->ramp_per_s = (guint)raw->ramp;
  options->slow_kbps = (guint)raw->slow_kbps;
  options->slow_buffer_bytes = (guint)raw->slow_buffer;
  options->n_threads = (guint)raw->threads;
  options->kbps = (guint)raw->kbps;
  options->packet_bytes = (guint)raw->packet_size;
  options->keyframe_ms = (guint)raw->keyframe_ms;
  options->n_streams = (guint)raw->streams;
  options->seconds = raw->seconds;
  options->warmup_s = raw->warmup;
  options->churn_percent = raw->churn;
  options->slow_percent = raw->slow;
  if (options->seconds == 0 && !options->is_push)
    options->seconds = DEFAULT_SECONDS;
  options->has_from = raw->from != NULL;
  if (raw->from != NULL
      && !sp_load_from_parse (&options->from, raw->from, error))
    return FALSE;
  return take_pids (options, raw->pids, error)
         && take_framing (options, raw->framing, error)
         && take_urls (options, raw->urls, error);
}

static void
add_watch_entries (GOptionContext *context, SpLoadOptions *options, Raw *raw)
{
  const GOptionEntry entries[] = {
    { "viewers",
      'n',
      0,
      G_OPTION_ARG_INT,
      &raw->viewers,
      N_ ("So many viewers (default: 100)"),
      "N" },
    { "seconds",
      's',
      0,
      G_OPTION_ARG_DOUBLE,
      &raw->seconds,
      N_ ("Measure so long (default: 10); --push: send so long"),
      "S" },
    { "warmup",
      0,
      0,
      G_OPTION_ARG_DOUBLE,
      &raw->warmup,
      N_ ("Wait so long after the last join (default: 3)"),
      "S" },
    { "ramp",
      0,
      0,
      G_OPTION_ARG_INT,
      &raw->ramp,
      N_ ("So many joins a second (default: 1000)"),
      "N" },
    { "churn",
      0,
      0,
      G_OPTION_ARG_DOUBLE,
      &raw->churn,
      N_ ("Each second so many of the viewers leave and others come"),
      "PERCENT" },
    { "slow",
      0,
      0,
      G_OPTION_ARG_DOUBLE,
      &raw->slow,
      N_ ("So many of the viewers read slowly"),
      "PERCENT" },
    { "slow-kbps",
      0,
      0,
      G_OPTION_ARG_INT,
      &raw->slow_kbps,
      N_ ("So slowly (default: 100)"),
      "K" },
    { "slow-buffer",
      0,
      0,
      G_OPTION_ARG_INT,
      &raw->slow_buffer,
      N_ ("Receive buffer of slow and stalled viewers"),
      "BYTES" },
    { "stalled",
      0,
      0,
      G_OPTION_ARG_INT,
      &raw->stalled,
      N_ ("So many more viewers that stop reading when media come"),
      "N" },
    { "from",
      0,
      0,
      G_OPTION_ARG_STRING,
      &raw->from,
      N_ ("Source addresses, taken in turn"),
      "ADDRESS[/PREFIX]" },
    { "framing",
      0,
      0,
      G_OPTION_ARG_STRING,
      &raw->framing,
      N_ ("mmsh; loose: its numbers are not judged; raw: any other body"),
      "NAME" },
    { "chunked",
      0,
      0,
      G_OPTION_ARG_NONE,
      &options->is_chunked,
      N_ ("Ask for chunks, as newer Windows Media players do"),
      NULL },
    { "user-agent",
      0,
      0,
      G_OPTION_ARG_STRING,
      &options->user_agent,
      N_ ("User-Agent of the viewers"),
      "NAME" },
    { "insecure",
      0,
      0,
      G_OPTION_ARG_NONE,
      &options->is_insecure,
      N_ ("Any certificate will do"),
      NULL },
    { "threads",
      0,
      0,
      G_OPTION_ARG_INT,
      &raw->threads,
      N_ ("Spread the viewers over threads (default: 1)"),
      "N" },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

static void
add_report_entries (GOptionContext *context, SpLoadOptions *options, Raw *raw)
{
  const GOptionEntry entries[] = {
    { "pid",
      'p',
      0,
      G_OPTION_ARG_STRING_ARRAY,
      &raw->pids,
      N_ ("Process of the server: its CPU and memory (may be repeated)"),
      "PID" },
    { "json",
      'j',
      0,
      G_OPTION_ARG_FILENAME,
      &options->json_file,
      N_ ("Write the result as JSON (-: to standard output)"),
      "FILE" },
    { "plot",
      0,
      0,
      G_OPTION_ARG_FILENAME,
      &options->plot_file,
      N_ ("Draw the lateness with gnuplot"),
      "FILE.svg" },
    { "push",
      0,
      0,
      G_OPTION_ARG_NONE,
      &options->is_push,
      N_ ("Be the source: push stamped packets to the URL"),
      NULL },
    { "kbps",
      0,
      0,
      G_OPTION_ARG_INT,
      &raw->kbps,
      N_ ("--push: bitrate of all streams together (default: 1000)"),
      "K" },
    { "packet-size",
      0,
      0,
      G_OPTION_ARG_INT,
      &raw->packet_size,
      N_ ("--push: bytes of a packet (default: 1400)"),
      "BYTES" },
    { "keyframe-ms",
      0,
      0,
      G_OPTION_ARG_INT,
      &raw->keyframe_ms,
      N_ ("--push: a key frame so often (default: 1000)"),
      "MS" },
    { "streams",
      0,
      0,
      G_OPTION_ARG_INT,
      &raw->streams,
      N_ ("So many streams: %u in a URL is 0 to N-1"),
      "N" },
    { "version",
      0,
      0,
      G_OPTION_ARG_NONE,
      &options->is_version,
      N_ ("Print the version"),
      NULL },
    { G_OPTION_REMAINING,
      0,
      0,
      G_OPTION_ARG_STRING_ARRAY,
      &raw->urls,
      NULL,
      NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

gboolean
sp_load_options_parse (SpLoadOptions *options,
                       int *argc,
                       char ***argv,
                       GError **error)
{
  g_autoptr (GOptionContext) context
      = g_option_context_new (_ ("URL... - viewers of a live stream, by the "
                                 "thousand"));
  Raw raw = { .viewers = DEFAULT_VIEWERS,
              .ramp = DEFAULT_RAMP,
              .slow_kbps = DEFAULT_SLOW_KBPS,
              .threads = 1,
              .kbps = DEFAULT_KBPS,
              .packet_size = DEFAULT_PACKET_BYTES,
              .keyframe_ms = DEFAULT_KEYFRAME_MS,
              .streams = 1,
              .warmup = DEFAULT_WARMUP_S };
  gboolean is_good;

  *options
      = (SpLoadOptions){ .pids = g_array_new (FALSE, FALSE, sizeof (pid_t)),
                         .urls = g_ptr_array_new_with_free_func (g_free) };
  add_watch_entries (context, options, &raw);
  add_report_entries (context, options, &raw);
  is_good = g_option_context_parse (context, argc, argv, error)
            && (options->is_version || take (options, &raw, error));
  raw_clear (&raw);
  return is_good;
}

void
sp_load_options_clear (SpLoadOptions *options)
{
  g_free (options->user_agent);
  g_free (options->json_file);
  g_free (options->plot_file);
  sp_load_from_clear (&options->from);
  g_array_unref (options->pids);
  g_ptr_array_unref (options->urls);
}
