/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-app-private.h"

#include "sp-clock.h"
#include "sp-log.h"

static void
log_source (const SpStreamInfo *info, const char *before)
{
  SpLogFields fields = { .stream = info->path };

  if (info->source_label != NULL)
    {
      fields.message_id = SP_MESSAGE_SOURCE_UP;
      sp_log (G_LOG_LEVEL_MESSAGE,
              &fields,
              "source up: %s%s",
              info->source_label,
              info->source_rank > 0 ? " (fallback)" : "");
      return;
    }
  if (before == NULL)
    return;
  fields.message_id = SP_MESSAGE_SOURCE_DOWN;
  sp_log (G_LOG_LEVEL_WARNING,
          &fields,
          "source down: %s: %s",
          before,
          info->source_error != NULL ? info->source_error : "it has ended");
}

static void
log_header (const SpStreamInfo *info)
{
  const SpLogFields fields
      = { .stream = info->path, .message_id = SP_MESSAGE_HEADER_CHANGED };

  sp_log (G_LOG_LEVEL_MESSAGE,
          &fields,
          "header changed: %u bytes, packets of %u bytes",
          info->header_bytes,
          info->packet_size);
}

/* What was last told of a stream. */
typedef struct
{
  char *label;
  guint64 header_changes;
} Told;

static Told *
told_of (SpApp *app, const char *path)
{
  Told *told = g_hash_table_lookup (app->told, path);

  if (told == NULL)
    {
      told = g_new0 (Told, 1);
      g_hash_table_insert (app->told, g_strdup (path), told);
    }
  return told;
}

void
sp_app_told_free (gpointer data)
{
  Told *told = data;

  g_free (told->label);
  g_free (told);
}

/** sp_app_log_stream: what feeds @stream now, and that its header is another,
 * once for each change. */
void
sp_app_log_stream (SpApp *app, SpStream *stream)
{
  g_autoptr (SpStreamInfo) info = sp_stream_info (stream, sp_clock_now_us ());
  Told *told = told_of (app, info->path);
  guint64 header_changes = info->counters.value[SP_STREAM_header_changes];

  if (g_strcmp0 (told->label, info->source_label) != 0)
    log_source (info, told->label);
  if (header_changes != told->header_changes && info->header_bytes > 0)
    log_header (info);
  g_free (told->label);
  told->label = g_strdup (info->source_label);
  told->header_changes = header_changes;
}
