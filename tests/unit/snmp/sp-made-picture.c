/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-made-picture.h"

#include <string.h>

#define S ((gint64)G_USEC_PER_SEC)

static SpSourceInfo *
make_source (guint index, gint64 now_us)
{
  SpSourceInfo *info = g_new0 (SpSourceInfo, 1);
  static const char *const types[] = { "mmsh_push", "mmsh_pull", "file" };

  info->index = index;
  info->type = g_strdup (types[(index - 1) % G_N_ELEMENTS (types)]);
  info->url = g_strdup ("http://enc\303\266der:8080/live%20one");
  info->state = index == 1 ? SP_SOURCE_ACTIVE : SP_SOURCE_WAITING;
  info->health = index == 1 ? SP_HEALTH_OK : SP_HEALTH_ABSENT;
  info->is_enabled = TRUE;
  info->changed_us = now_us - 60 * S;
  info->connected_us = index == 1 ? now_us - 61 * S : 0;
  info->address = g_strdup (index == 1 ? "192.0.2.1" : NULL);
  info->port = 4711;
  info->product = g_strdup ("Encoder/9");
  info->connects = (G_GUINT64_CONSTANT (1) << 32) + 7;
  info->failures = 8;
  info->bytes = (G_GUINT64_CONSTANT (1) << 40) + index;
  info->packets = 1000 + index;
  info->retry_us = index == 1 ? 0 : now_us + 3 * S / 2;
  info->last_error = g_strdup ("it broke");
  return info;
}

static void
fill_quality (SpQuality *quality)
{
  SpWorstClient worst
      = { .lag_ms = 2500, .queue_bytes = 99, .packets_skipped = 6 };

  for (guint i = 0; i < 3; i++)
    {
      worst.client = 1 + i;
      worst.lag_ms = 2500 + i;
      sp_quality_add (quality, &worst);
    }
}

SpStreamInfo *
sp_made_stream (guint index, gint64 now_us)
{
  SpStreamInfo *info = g_new0 (SpStreamInfo, 1);

  info->index = index;
  info->path = g_strdup_printf ("s/%u", index);
  info->name = g_strdup_printf ("Str\303\266m %u", index);
  info->state = SP_STREAM_LIVE;
  info->source_type = g_strdup ("mmsh_push");
  info->health = SP_HEALTH_DEGRADED;
  info->health_reason = g_strdup ("late");
  info->added_us = now_us - 100 * S;
  info->changed_us = now_us - 50 * S;
  info->live_since_us = now_us - 50 * S;
  info->last_packet_us = now_us - 40000;
  info->clients = 10 + index;
  info->clients_peak = 20 + index;
  info->client_limit = 30 + index;
  info->bitrate_bps = 1234567;
  info->bitrate_out_bps = G_GUINT64_CONSTANT (9000000000000000);
  info->nominal_bps = 64000;
  info->start_delay_ms = 321;
  for (guint i = 0; i < SP_N_STREAM_COUNTERS; i++)
    info->counters.value[i] = 1000000 * (guint64)index + i;
  fill_quality (&info->quality);
  info->canary.at_us = now_us - 5 * S;
  info->canary.is_ok = TRUE;
  info->canary.first_packet_ms = 77;
  info->sources
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_source_info_free);
  for (guint i = 1; i <= 3; i++)
    g_ptr_array_add (info->sources, make_source (i, now_us));
  return info;
}

SpClientInfo *
sp_made_client (guint64 id, guint stream_index, gint64 now_us)
{
  SpClientInfo *info = g_new0 (SpClientInfo, 1);

  info->id = id;
  info->stream_index = stream_index;
  info->stream = g_strdup_printf ("s/%u", stream_index);
  info->address = g_strdup_printf ("::ffff:198.51.100.%u", (guint)(id % 250));
  info->port = (guint16)(1024 + id % 60000);
  info->listener = 1;
  info->user_agent = g_strdup ("NSPlayer/9.0 \377");
  info->external_id = g_strdup_printf ("viewer-%" G_GUINT64_FORMAT, id);
  info->framing = g_strdup (id % 2 == 1 ? "mmsh" : "asf");
  info->state = SP_CLIENT_PLAYING;
  info->connected_us = now_us - 20 * S;
  info->bytes_sent = (G_GUINT64_CONSTANT (1) << 33) + id;
  info->packets_sent = 500 + id;
  info->queue_bytes = G_GUINT64_CONSTANT (1) << 33;
  info->lag_ms = 42;
  info->bitrate_bps = 128999;
  info->rtt_us = 1500;
  info->retransmits = 3;
  info->bytes_acked = (G_GUINT64_CONSTANT (1) << 33) - 1;
  info->start_delay_ms = 12;
  sp_player_report_init (&info->player);
  if (id % 2 == 0)
    {
      info->player.at_us = now_us;
      info->player.buffering_count = 4;
      info->player.quality_percent = 97;
    }
  return info;
}

static void
fill_pump (SpPicture *picture, guint n_streams, guint n_clients)
{
  SpPumpInfo *pump = &picture->pump;

  g_strlcpy (pump->name, "pump.example", sizeof pump->name);
  pump->state = SP_PUMP_UP;
  pump->changed_us = picture->at_us - 100 * S;
  pump->started_us = picture->at_us - 1000 * S;
  pump->started_unix_us = picture->at_unix_us - 1000 * S;
  pump->streams = n_streams;
  pump->clients = n_clients;
  pump->clients_peak = n_clients + 1;
  pump->bytes_sent = G_MAXUINT64;
  pump->config_result = SP_CONFIG_OK;
  pump->config_applied_unix_us = pump->started_unix_us;
  memset (pump->config_revision, 'a', 64);
  pump->is_notifying = TRUE;
  for (guint i = 0; i < SP_N_PUMP_COUNTERS; i++)
    picture->counters[i] = 100 + i;
}

static void
add_others (SpPicture *picture)
{
  SpListenerInfo *listener = g_new0 (SpListenerInfo, 1);
  SpCertInfo *cert = g_new0 (SpCertInfo, 1);
  SpEvent *event = sp_event_new (SP_EVENT_source_up, "s/1", "here it is");
  SpEvent *order = sp_event_new (SP_EVENT_order, NULL, "do it");

  listener->index = 1;
  listener->name = g_strdup ("media [::]:8086");
  listener->address = g_strdup ("::");
  listener->port = 8086;
  g_ptr_array_add (picture->listeners, listener);
  cert->index = 1;
  cert->subject = g_strdup ("CN=pump");
  cert->not_after_unix_s = picture->at_unix_us / S + 86400;
  cert->days_left = -3;
  cert->status = SP_CERT_EXPIRED;
  cert->has_sha256 = TRUE;
  g_ptr_array_add (picture->certs, cert);
  event->number = 4;
  event->stream_index = 1;
  event->at_unix_us = picture->at_unix_us;
  g_ptr_array_add (picture->events, event);
  order->number = 9;
  g_ptr_array_add (picture->events, order);
}

SpPicture *
sp_made_picture (guint n_streams, gint n_clients)
{
  SpPicture *picture = sp_picture_new ();

  picture->at_us = SP_MADE_AT_US;
  picture->at_unix_us = SP_MADE_AT_UNIX_US;
  fill_pump (picture, n_streams, (guint)MAX (n_clients, 0));
  for (guint i = 0; i < n_streams; i++)
    g_ptr_array_add (picture->streams,
                     sp_made_stream (2 * i + 1, SP_MADE_AT_US));
  add_others (picture);
  if (n_clients < 0)
    return picture;
  picture->clients
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_client_info_free);
  for (gint i = 0; i < n_clients; i++)
    g_ptr_array_add (picture->clients,
                     sp_made_client ((guint64)i + 1,
                                     2 * ((guint)i % n_streams) + 1,
                                     SP_MADE_AT_US));
  sp_picture_sort (picture);
  return picture;
}
