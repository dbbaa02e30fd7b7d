/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-log.h"
#include "sp-mmsh-handler-private.h"
#include "sp-mmsh-log.h"

#include <string.h>

#define MAX_SHOWN 4096 /* bytes of a log that the debug entry repeats */

static void
count (SpStream *stream, const SpPlayerNews *news)
{
  sp_stream_count (stream, SP_STREAM_player_reports, 1);
  sp_stream_count (stream, SP_STREAM_player_stalls, news->stalls);
  sp_stream_count (stream, SP_STREAM_player_stall_ms, news->stall_ms);
  sp_stream_count (stream, SP_STREAM_player_packets_lost, news->packets_lost);
}

/* It belongs to the stream that was played; one that comes before the Play, to
 * that of its URL. */
static void
take (SpMmshTurn *turn, SpPlayerReport *report)
{
  SpMmshService *service = turn->handler->service;
  g_autofree char *path = NULL;
  g_autoptr (SpPlayer) player = sp_mmsh_clients_player (
      service->clients, turn->client_id, &path, turn->now_us);
  g_autoptr (SpStream) played
      = path != NULL ? sp_registry_lookup (service->registry, path) : NULL;
  SpStream *stream = played != NULL ? played : turn->route.stream;
  SpPlayerNews news = { 0 };

  report->at_us = turn->now_us;
  if (player != NULL)
    sp_player_put (player, report, &news);
  if (stream != NULL)
    count (stream, &news);
}

static void
show (SpMmshTurn *turn, const char *text, gsize len, gboolean is_good)
{
  g_autofree char *valid
      = g_utf8_make_valid (text, (gssize)MIN (len, MAX_SHOWN));
  g_autofree char *address
      = g_inet_address_to_string (turn->handler->peer.address);
  SpLogFields fields = { .peer = address };

  sp_log (G_LOG_LEVEL_DEBUG,
          &fields,
          "player log of client-id %u%s: %s",
          turn->client_id,
          is_good ? "" : ", which is not understood",
          valid);
}

/** sp_mmsh_handler_log: XML in the body, or a W3C line among the headers. A log
 * that is no log is counted, and no fault of the session (V48). */
void
sp_mmsh_handler_log (SpMmshTurn *turn)
{
  const char *line
      = turn->request.log_line != NULL ? turn->request.log_line : "";
  gboolean has_body = turn->body_len > 0;
  const char *text = has_body ? (const char *)turn->body : line;
  gsize len = has_body ? turn->body_len : strlen (line);
  g_auto (SpPlayerReport) report;
  gboolean is_good = sp_mmsh_log_parse (&report, text, len);

  sp_stats_add (SP_PUMP_logs_received, 1);
  if (is_good)
    take (turn, &report);
  else
    sp_stats_add (SP_PUMP_logs_bad, 1);
  if (sp_log_is_debug ())
    show (turn, text, len, is_good);
}
