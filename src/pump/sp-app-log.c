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

/** sp_app_log_stream: says what feeds @stream now, once for each change. */
void
sp_app_log_stream (SpApp *app, SpStream *stream)
{
  g_autoptr (SpStreamInfo) info = sp_stream_info (stream, sp_clock_now_us ());
  const char *before = g_hash_table_lookup (app->logged, info->path);

  if (g_strcmp0 (before, info->source_label) == 0)
    return;
  log_source (info, before);
  if (info->source_label == NULL)
    g_hash_table_remove (app->logged, info->path);
  else
    g_hash_table_replace (
        app->logged, g_strdup (info->path), g_strdup (info->source_label));
}
