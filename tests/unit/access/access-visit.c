/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "access-visit.h"

#include <string.h>

static GMutex mutex;
static GPtrArray *heard;

SpVisit *
access_visit (guint64 id)
{
  SpVisit *visit = g_new0 (SpVisit, 1);
  SpClientInfo *info = g_new0 (SpClientInfo, 1);

  info->id = id;
  info->stream = g_strdup ("council/room 7");
  info->address = g_strdup ("192.0.2.7");
  info->port = 4711;
  info->listener = 1;
  info->user_agent = g_strdup ("NSPlayer/12.0 (my player)");
  info->external_id = g_strdup ("seat\n7");
  info->framing = g_strdup ("mmsh");
  info->connected_us = VISIT_LEFT_US - 61500 * G_TIME_SPAN_MILLISECOND;
  info->connected_at = 1709318347; /* 2024-03-01 18:39:07 */
  info->bytes_sent = 4300000;
  info->packets_sent = 523;
  info->packets_skipped = 3;
  info->lag_ms = 120;
  info->rtt_us = 25000;
  info->retransmits = 2;
  info->bytes_acked = 4299000;
  info->start_delay_ms = 85;
  sp_player_report_init (&info->player);
  visit->info = info;
  visit->reason = SP_LEFT_BY_ITSELF;
  visit->left_us = VISIT_LEFT_US;
  visit->left_unix_us
      = (info->connected_at + 61) * (gint64)G_USEC_PER_SEC + 500000;
  visit->local_address = g_strdup ("198.51.100.1");
  visit->local_port = 8086;
  visit->host = g_strdup ("pump.example:8086");
  return visit;
}

static void
set (SpPlayerReport *report, SpPlayerField field, const char *value)
{
  report->values->pdata[field] = g_strdup (value);
}

void
access_tell (SpVisit *visit, gint64 at_us, const char *played_s)
{
  g_auto (SpPlayerReport) report;
  SpPlayerNews news;

  if (visit->player == NULL)
    visit->player = sp_player_new ();
  sp_player_report_init (&report);
  report.at_us = at_us;
  report.os = g_strdup ("Windows 6.1.0.7601");
  report.values = sp_player_values_new ();
  set (&report, SP_PLAYER_C_IP, "10.0.0.1");
  set (&report, SP_PLAYER_C_OS, "Windows");
  if (played_s != NULL)
    {
      report.played_s = g_ascii_strtoll (played_s, NULL, 10);
      report.buffering_count = 2;
      report.quality_percent = 99;
      set (&report, SP_PLAYER_X_DURATION, played_s);
      set (&report, SP_PLAYER_C_BUFFERCOUNT, "2");
      set (&report, SP_PLAYER_C_QUALITY, "99");
      set (&report, SP_PLAYER_C_STATUS, "210");
    }
  sp_player_put (visit->player, &report, &news);
}

char *
access_path (const char *name)
{
  return g_build_filename (g_get_tmp_dir (), name, NULL);
}

char *
access_read (const char *path)
{
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static GLogWriterOutput
on_log (GLogLevelFlags level,
        const GLogField *fields,
        gsize n_fields,
        gpointer user_data)
{
  g_mutex_lock (&mutex);
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      g_ptr_array_add (heard, g_strdup (fields[i].value));
  g_mutex_unlock (&mutex);
  return G_LOG_WRITER_HANDLED;
}

void
access_hear (void)
{
  heard = g_ptr_array_new_with_free_func (g_free);
  g_log_set_writer_func (on_log, NULL, NULL);
}

gboolean
access_heard (const char *text, guint n)
{
  g_mutex_lock (&mutex);
  for (guint i = 0; i < heard->len; i++)
    n -= strstr (heard->pdata[i], text) != NULL;
  g_ptr_array_set_size (heard, 0);
  g_mutex_unlock (&mutex);
  return n == 0;
}
