/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-access-log.h"

#include "sp-access-line.h"
#include "sp-access-writer.h"
#include "sp-clock.h"
#include "sp-gsource.h"

#include <string.h>

#define TICK_MS 250
#define END_MS 3000 /* for what is not yet written */
/* A player that is stopped may log before its connection is seen to end. */
#define EARLY_US G_USEC_PER_SEC

struct _SpAccessLog
{
  SpAccessSink to;
  SpAccessFormat format;
  char *file;             /* (nullable) */
  SpAccessWriter *writer; /* NULL: off */
  GQueue waiting;         /* SpVisit, the oldest first */
  GSource *timer;         /* (nullable): while any waits */
};

/* (nullable): with @error set; without, it is off. */
static SpAccessWriter *
make_writer (const SpAccessSettings *settings, GError **error)
{
  SpAccessHeader header
      = settings->format == SP_ACCESS_W3C ? sp_access_line_w3c_header : NULL;

  switch (settings->to)
    {
    case SP_ACCESS_SINK_OFF:
      break;
    case SP_ACCESS_SINK_JOURNAL:
      return sp_access_writer_new (NULL, header, error);
    case SP_ACCESS_SINK_FILE:
      return sp_access_writer_new (settings->file, header, error);
    }
  return NULL;
}

static void
take (SpAccessLog *log,
      const SpAccessSettings *settings,
      SpAccessWriter *writer)
{
  log->to = settings->to;
  log->format = settings->format;
  g_free (log->file);
  log->file = g_strdup (settings->file);
  log->writer = writer;
}

SpAccessLog *
sp_access_log_new (const SpAccessSettings *settings, GError **error)
{
  SpAccessLog *log;
  SpAccessWriter *writer = make_writer (settings, error);

  if (writer == NULL && settings->to != SP_ACCESS_SINK_OFF)
    return NULL;
  log = g_new0 (SpAccessLog, 1);
  g_queue_init (&log->waiting);
  take (log, settings, writer);
  return log;
}

static char *
line_of (SpAccessLog *log, const SpVisit *visit)
{
  g_auto (SpPlayerReport) report;
  const SpPlayerReport *player = &report;

  if (visit->player != NULL)
    sp_player_get (visit->player, &report);
  else
    sp_player_report_copy (&report, &visit->info->player);
  return log->format == SP_ACCESS_JSON ? sp_access_line_json (visit, player)
                                       : sp_access_line_w3c (visit, player);
}

/* @visit: (transfer full) */
static void
write_visit (SpAccessLog *log, SpVisit *visit)
{
  const SpClientInfo *info = visit->info;
  gboolean is_v6 = info->address != NULL && strchr (info->address, ':') != NULL;
  g_autofree char *peer
      = g_strdup_printf (is_v6 ? "[%s]:%u" : "%s:%u",
                         info->address != NULL ? info->address : "-",
                         info->port);
  SpLogFields about
      = { .stream = info->stream, .peer = peer, .client = info->id };

  if (log->writer != NULL)
    sp_access_writer_put (log->writer, line_of (log, visit), &about);
  sp_visit_free (visit);
}

static gboolean
is_told (const SpVisit *visit)
{
  return visit->player == NULL
         || sp_player_has_told (visit->player, visit->left_us - EARLY_US);
}

static gboolean
on_tick (gpointer user_data)
{
  sp_access_log_tick (user_data, sp_clock_now_us ());
  return G_SOURCE_CONTINUE; /* if it is still there */
}

static void
start_timer (SpAccessLog *log)
{
  if (log->timer != NULL)
    return;
  log->timer = g_timeout_source_new (TICK_MS);
  g_source_set_callback (log->timer, on_tick, log, NULL);
  g_source_attach (log->timer, g_main_context_get_thread_default ());
}

void
sp_access_log_visit (SpAccessLog *log, SpVisit *visit)
{
  if (log->writer == NULL || is_told (visit))
    {
      write_visit (log, visit);
      return;
    }
  g_queue_push_tail (&log->waiting, visit);
  if (g_queue_get_length (&log->waiting) > SP_ACCESS_MAX_WAITING)
    write_visit (log, g_queue_pop_head (&log->waiting));
  start_timer (log);
}

void
sp_access_log_tick (SpAccessLog *log, gint64 now_us)
{
  guint n = 0;
  GList *next;

  for (GList *link = log->waiting.head;
       link != NULL && n < SP_ACCESS_MAX_A_TICK;
       link = next)
    {
      SpVisit *visit = link->data;

      next = link->next;
      if (now_us - visit->left_us < (gint64)SP_ACCESS_WAIT_MS * 1000
          && !is_told (visit))
        continue;
      g_queue_delete_link (&log->waiting, link);
      write_visit (log, visit);
      n++;
    }
  if (g_queue_is_empty (&log->waiting))
    sp_gsource_clear (&log->timer);
}

guint
sp_access_log_waiting (SpAccessLog *log)
{
  return g_queue_get_length (&log->waiting);
}

static gboolean
is_same (SpAccessLog *log, const SpAccessSettings *settings)
{
  return log->to == settings->to && log->format == settings->format
         && g_strcmp0 (log->file, settings->file) == 0;
}

/** sp_access_log_apply: those that wait are written in the new form to the new
 * place. */
gboolean
sp_access_log_apply (SpAccessLog *log,
                     const SpAccessSettings *settings,
                     GError **error)
{
  SpAccessWriter *writer;

  if (is_same (log, settings))
    {
      sp_access_log_reopen (log);
      return TRUE;
    }
  writer = make_writer (settings, error);
  if (writer == NULL && settings->to != SP_ACCESS_SINK_OFF)
    return FALSE;
  if (log->writer != NULL)
    sp_access_writer_free (log->writer, 0);
  take (log, settings, writer);
  return TRUE;
}

void
sp_access_log_reopen (SpAccessLog *log)
{
  if (log->writer != NULL)
    sp_access_writer_reopen (log->writer);
}

void
sp_access_log_free (SpAccessLog *log)
{
  SpVisit *visit;

  sp_gsource_clear (&log->timer);
  if (log->writer != NULL)
    sp_access_writer_lift_limit (log->writer);
  while ((visit = g_queue_pop_head (&log->waiting)) != NULL)
    write_visit (log, visit);
  if (log->writer != NULL)
    sp_access_writer_free (log->writer, END_MS);
  g_free (log->file);
  g_free (log);
}
