/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-source.h"

#include "sp-asf-intake.h"
#include "sp-clock.h"
#include "sp-error.h"
#include "sp-file-reader.h"
#include "sp-gsource.h"
#include "sp-log.h"
#include "sp-source-describe.h"
#include "sp-stream-sources.h"

#define LATE_US (2 * G_USEC_PER_SEC) /* then it goes on from now on */
#define MIN_WAIT_MS 20               /* packets due meanwhile go in one go */
#define MAX_WAIT_MS 100
#define TAKEOVER_US (10 * G_USEC_PER_SEC)
#define MEMORY_RETRY_MS 1000

/** Plays what its reader reads, each packet when it is due. Lives on the main
 * thread from its making by the supervisor to sp_source_free(). It plays, waits
 * for the reader (no timer), or waits before it tries again (is_failed). */
typedef struct
{
  SpSource parent;
  SpStream *stream;
  guint rank;
  guint retry_ms;
  char *label;
  SpFileReader *reader;
  SpPublisher *publisher; /* NULL: not acquired yet, or taken away */
  SpAsfIntake *intake;
  GBytes *header;         /* the last one read */
  gboolean is_header_due; /* @publisher has not been told yet */
  GSource *timer;
  gboolean is_failed;
  gboolean has_anchor;
  gint64 anchor_us; /* the clock at due time 0 */
  char *last_error; /* logged; NULL: all is well */
} SpFile;

static gboolean on_timer (gpointer user_data);

static void
set_timer (SpFile *file, guint wait_ms)
{
  sp_gsource_clear (&file->timer);
  file->timer = g_timeout_source_new (wait_ms);
  g_source_set_callback (file->timer, on_timer, file, NULL);
  g_source_attach (file->timer, g_main_context_get_thread_default ());
}

static void
release (SpFile *file, gint64 now_us, const char *why)
{
  g_clear_pointer (&file->intake, sp_asf_intake_free);
  if (file->publisher != NULL)
    sp_publisher_release (file->publisher, FALSE, now_us, why);
  file->publisher = NULL;
}

/* For the eyes of clients: a message of GIO would tell them folders. */
static char *
describe (const GError *error)
{
  if (error->domain == SP_ERROR)
    return g_strdup_printf ("its file cannot be played: %s", error->message);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return g_strdup ("its file is missing");
  return g_strdup ("its file cannot be read");
}

/* Once for each reason. Where a live stream has lost its source, that is told
 * by others: then the reason is only a detail. */
static void
log_failure (SpFile *file, const GError *error, gboolean was_live)
{
  const SpLogFields fields = { .stream = sp_stream_path (file->stream) };

  if (g_strcmp0 (file->last_error, error->message) == 0)
    return;
  g_free (file->last_error);
  file->last_error = g_strdup (error->message);
  sp_log (was_live ? G_LOG_LEVEL_INFO : G_LOG_LEVEL_WARNING,
          &fields,
          "%s cannot be played: %s; tried again every %u ms",
          file->label,
          error->message,
          file->retry_ms);
}

static void
log_recovery (SpFile *file)
{
  const SpLogFields fields = { .stream = sp_stream_path (file->stream) };

  if (file->last_error == NULL)
    return;
  g_clear_pointer (&file->last_error, g_free);
  sp_log (G_LOG_LEVEL_INFO, &fields, "%s plays again", file->label);
}

static void
fail (SpFile *file, const GError *error)
{
  gint64 now_us = sp_clock_now_us ();
  g_autofree char *why = describe (error);
  gboolean was_live
      = sp_stream_live_rank (file->stream, now_us) == (gint)file->rank;

  if (g_error_matches (error, SP_ERROR, SP_ERROR_REVOKED))
    release (file, now_us, why);
  else if (file->publisher != NULL)
    sp_publisher_pause (file->publisher, now_us, why);
  else
    sp_stream_source_fail (file->stream, file->rank, why);
  sp_stream_source_retry_at (
      file->stream, file->rank, now_us + (gint64)file->retry_ms * 1000);
  if (sp_stream_live_rank (file->stream, now_us) < 0)
    sp_stream_set_error (file->stream, why);
  sp_stream_count (file->stream, SP_STREAM_source_errors, 1);
  log_failure (file, error, was_live);
  file->is_failed = TRUE;
  file->has_anchor = FALSE;
  set_timer (file, file->retry_ms);
}

static gboolean
acquire (SpFile *file, gint64 now_us, GError **error)
{
  if (file->publisher != NULL)
    return TRUE;
  file->publisher = sp_publisher_acquire (
      file->stream, file->rank, file->label, TAKEOVER_US, now_us, error);
  if (file->publisher == NULL)
    return FALSE;
  file->intake = sp_asf_intake_new (file->publisher);
  file->is_header_due = TRUE;
  return TRUE;
}

static gboolean
put_header (SpFile *file, gint64 now_us, GError **error)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (file->header, &len);

  if (!file->is_header_due)
    return TRUE;
  if (!sp_asf_intake_header (file->intake, data, len, now_us, error))
    return FALSE;
  file->is_header_due = FALSE;
  return TRUE;
}

/* A header is told with the first packet behind it: a file without any is no
 * source. */
static void
take_header (SpFile *file, const SpFileItem *item)
{
  g_clear_pointer (&file->header, g_bytes_unref);
  file->header = g_bytes_new (item->data, item->len);
  file->is_header_due = TRUE;
}

/* Microseconds until @item is due; 0: now. After a long stop, of this program
 * or of the whole machine, what was missed is not sent in one burst. */
static gint64
wait_for (SpFile *file, const SpFileItem *item, gint64 now_us)
{
  gint64 late_us = now_us - file->anchor_us - item->due_us;

  if (!file->has_anchor && item->kind != SP_FILE_PACKET)
    return 0;
  if (!file->has_anchor || late_us > LATE_US)
    {
      file->has_anchor = TRUE;
      file->anchor_us = now_us - item->due_us;
      return 0;
    }
  return MAX (-late_us, 0);
}

static gboolean
play (SpFile *file, const SpFileItem *item, gint64 now_us, GError **error)
{
  switch (item->kind)
    {
    case SP_FILE_ERROR:
      g_propagate_error (error, g_error_copy (item->error));
      return FALSE;
    case SP_FILE_HEADER:
      take_header (file, item);
      return TRUE;
    case SP_FILE_PACKET:
      break;
    }
  if (!acquire (file, now_us, error) || !put_header (file, now_us, error)
      || !sp_asf_intake_data (
          file->intake, item->data, item->len, now_us, error))
    return FALSE;
  log_recovery (file);
  return TRUE;
}

/* A packet that nobody could be given waits for the next attempt. */
static gboolean
is_done_with (SpFile *file, const SpFileItem *item)
{
  return file->publisher != NULL || item->kind != SP_FILE_PACKET;
}

/* Plays all that is due; then waits for the clock or for the reader. */
static void
play_due (SpFile *file)
{
  gint64 now_us = sp_clock_now_us ();
  const SpFileItem *item;

  sp_gsource_clear (&file->timer);
  while ((item = sp_file_reader_peek (file->reader)) != NULL)
    {
      g_autoptr (GError) error = NULL;
      gint64 wait_us = wait_for (file, item, now_us);

      if (wait_us > 0)
        {
          set_timer (
              file,
              (guint)CLAMP (wait_us / 1000 + 1, MIN_WAIT_MS, MAX_WAIT_MS));
          return;
        }
      (void)play (file, item, now_us, &error);
      if (is_done_with (file, item))
        sp_file_reader_pop (file->reader);
      if (error != NULL)
        {
          fail (file, error);
          return;
        }
    }
}

static gboolean
on_timer (gpointer user_data)
{
  SpFile *file = user_data;

  if (file->is_failed)
    {
      file->is_failed = FALSE;
      sp_stream_source_begin (file->stream, file->rank);
      sp_file_reader_retry (file->reader);
    }
  play_due (file);
  return G_SOURCE_REMOVE;
}

static void
on_ready (gpointer user_data)
{
  SpFile *file = user_data;

  if (!file->is_failed)
    play_due (file);
}

static void
file_free (SpSource *source)
{
  SpFile *file = (SpFile *)source;

  sp_gsource_clear (&file->timer);
  sp_file_reader_free (file->reader);
  release (file, sp_clock_now_us (), "the file is no longer a source");
  g_clear_pointer (&file->header, g_bytes_unref);
  sp_stream_unref (file->stream);
  g_free (file->label);
  g_free (file->last_error);
  g_free (file);
}

static const SpSourceClass file_class = { .free = file_free };

static SpFile *
file_new (SpStream *stream, guint rank, const char *name, guint retry_ms)
{
  SpFile *file = g_new0 (SpFile, 1);

  file->parent.class = &file_class;
  file->stream = sp_stream_ref (stream);
  file->rank = rank;
  file->retry_ms = retry_ms;
  file->label = g_strdup_printf ("file %s", name);
  sp_source_describe_file (stream, rank, name);
  sp_stream_source_begin (stream, rank);
  return file;
}

/** sp_file_new: starts at once; what goes wrong is shown by @stream and tried
 * again every retry_ms. */
SpSource *
sp_file_new (const SpSourceConfig *config, SpStream *stream, guint rank)
{
  g_autofree char *name = g_path_get_basename (config->file);
  g_autoptr (GFile) location = g_file_new_for_path (config->file);
  SpFile *file = file_new (stream, rank, name, config->retry_ms);

  file->reader = sp_file_reader_new (location, NULL, on_ready, file);
  return &file->parent;
}

SpSource *
sp_file_new_from_bytes (GBytes *data, SpStream *stream, guint rank)
{
  SpFile *file = file_new (stream, rank, "demo.asf", MEMORY_RETRY_MS);

  file->reader = sp_file_reader_new (NULL, data, on_ready, file);
  return &file->parent;
}
