/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-fake-infos.h"

#include "sp-clock.h"

#define SECOND_US G_GINT64_CONSTANT (1000000)

static const struct
{
  guint64 id;
  const char *stream;
  const char *address;
  const char *external_id;
} clients[] = {
  { 1, "council", "192.0.2.7", "anna" },    { 2, "council", "192.0.2.8", NULL },
  { 3, "council", "198.51.100.1", "anna" }, { 5, "field", "192.0.2.7", "bert" },
  { 8, "field", "2001:db8::1", NULL },      { 13, "a/b", "2001:db8::2", "17" },
  { 21, "a/b", "127.0.0.1", NULL },
};

SpClientInfo *
sp_fake_copy_client (const SpClientInfo *info)
{
  SpClientInfo *copy = g_memdup2 (info, sizeof *info);

  copy->stream = g_strdup (info->stream);
  copy->address = g_strdup (info->address);
  copy->user_agent = g_strdup (info->user_agent);
  copy->external_id = g_strdup (info->external_id);
  copy->framing = g_strdup (info->framing);
  sp_player_report_copy (&copy->player, &info->player);
  return copy;
}

static SpSourceInfo *
copy_source (const SpSourceInfo *info)
{
  SpSourceInfo *copy = g_memdup2 (info, sizeof *info);

  copy->type = g_strdup (info->type);
  copy->url = g_strdup (info->url);
  copy->health_reason = g_strdup (info->health_reason);
  copy->address = g_strdup (info->address);
  copy->product = g_strdup (info->product);
  copy->last_error = g_strdup (info->last_error);
  return copy;
}

SpStreamInfo *
sp_fake_copy_stream (const SpStreamInfo *info)
{
  SpStreamInfo *copy = g_memdup2 (info, sizeof *info);

  copy->name = g_strdup (info->name);
  copy->path = g_strdup (info->path);
  copy->source_type = g_strdup (info->source_type);
  copy->source_label = g_strdup (info->source_label);
  copy->source_error = g_strdup (info->source_error);
  copy->health_reason = g_strdup (info->health_reason);
  copy->canary.error = g_strdup (info->canary.error);
  copy->sources
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_source_info_free);
  for (guint i = 0; i < info->sources->len; i++)
    g_ptr_array_add (copy->sources, copy_source (info->sources->pdata[i]));
  return copy;
}

void
sp_fake_add_listeners (SpPicture *picture)
{
  SpListenerInfo *media = g_new0 (SpListenerInfo, 1);
  SpListenerInfo *local = g_new0 (SpListenerInfo, 1);
  SpCertInfo *cert = g_new0 (SpCertInfo, 1);

  *media = (SpListenerInfo){ .index = 1,
                             .name = g_strdup ("tls [::]:8089"),
                             .address = g_strdup ("::"),
                             .port = 8089,
                             .is_tls = TRUE,
                             .connections = 8,
                             .accepted = 80,
                             .tls_failures = 2,
                             .certificate = 1 };
  *local = (SpListenerInfo){ .index = 2,
                             .name = g_strdup ("admin \"socket\""),
                             .is_down = TRUE,
                             .last_error = g_strdup ("it is in use") };
  *cert = (SpCertInfo){ .index = 1,
                        .file = g_strdup ("pump.crt"),
                        .subject = g_strdup ("CN=pump.example.org"),
                        .issuer = g_strdup ("CN=Example"),
                        .not_after_unix_s = 1800000000,
                        .days_left = -1,
                        .status = SP_CERT_EXPIRED,
                        .sha256 = { 0xab, 1 },
                        .has_sha256 = TRUE };
  g_ptr_array_add (picture->listeners, media);
  g_ptr_array_add (picture->listeners, local);
  g_ptr_array_add (picture->certs, cert);
}

SpStreamInfo *
sp_fake_add_stream (GPtrArray *streams, const char *path, SpStreamState state)
{
  SpStreamInfo *info = g_new0 (SpStreamInfo, 1);

  info->index = streams->len + 1;
  info->path = g_strdup (path);
  info->name = g_strdup_printf ("Stream %u", streams->len);
  info->state = state;
  info->source_type = g_strdup ("mmsh_push");
  info->health = SP_HEALTH_ABSENT;
  info->counters.value[SP_STREAM_bytes_sent] = 1000 + streams->len;
  info->sources
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_source_info_free);
  g_ptr_array_add (streams, info);
  return info;
}

static void
add_source (SpStreamInfo *stream, const char *type, SpSourceState state)
{
  SpSourceInfo *info = g_new0 (SpSourceInfo, 1);
  gint64 now_us = sp_clock_now_us ();

  info->index = stream->sources->len + 1;
  info->type = g_strdup (type);
  info->state = state;
  info->is_enabled = TRUE;
  info->health = SP_HEALTH_ABSENT;
  g_ptr_array_add (stream->sources, info);
  if (state != SP_SOURCE_ACTIVE)
    {
      info->url = g_strdup ("http://encoder:8080/");
      info->health_reason = g_strdup ("it cannot be reached");
      info->failures = 3;
      info->retry_us = now_us + 30 * SECOND_US;
      info->last_error = g_strdup ("connection refused");
      return;
    }
  info->health = SP_HEALTH_OK;
  info->connected_us = now_us - 60 * SECOND_US;
  info->address = g_strdup ("192.0.2.1");
  info->port = 4711;
  info->product = g_strdup ("NSServer/9.0");
  info->connects = 1;
  info->bytes = 700;
  info->packets = 70;
}

static void
make_live (SpStreamInfo *info, guint64 worst_client)
{
  const SpWorstClient clients_of_it[]
      = { { 900, 40, 0, 0 }, { worst_client, 3000, 65536, 12 } };
  gint64 now_us = sp_clock_now_us ();

  add_source (info, "mmsh_push", SP_SOURCE_ACTIVE);
  info->source_label = g_strdup ("192.0.2.1:4711");
  info->health = SP_HEALTH_OK;
  info->live_since_us = now_us - 60 * SECOND_US;
  info->last_packet_us = now_us - SECOND_US / 10;
  info->clients = G_N_ELEMENTS (clients_of_it);
  info->clients_peak = 5;
  info->client_limit = 100;
  info->bitrate_bps = 500000;
  info->bitrate_out_bps = 1000000;
  info->nominal_bps = 480000;
  info->start_delay_ms = 210;
  info->packet_size = 1400;
  info->header_bytes = 5210;
  info->counters.value[SP_STREAM_player_stall_ms] = 1500;
  for (guint i = 0; i < G_N_ELEMENTS (clients_of_it); i++)
    sp_quality_add (&info->quality, &clients_of_it[i]);
  info->canary = (SpCanaryInfo){ .at_us = now_us - 30 * SECOND_US,
                                 .is_ok = TRUE,
                                 .first_byte_ms = 2,
                                 .header_ms = 5,
                                 .first_packet_ms = 120 };
}

void
sp_fake_add_streams (GPtrArray *streams)
{
  SpStreamInfo *away = sp_fake_add_stream (streams, "a/b", SP_STREAM_WAITING);
  SpStreamInfo *live = sp_fake_add_stream (streams, "council", SP_STREAM_LIVE);
  SpStreamInfo *field
      = sp_fake_add_stream (streams, "field", SP_STREAM_FALLBACK);

  away->source_error = g_strdup ("connection refused");
  away->is_opaque = TRUE;
  away->canary.at_us = sp_clock_now_us () - 30 * SECOND_US;
  away->canary.error = g_strdup ("there is no source");
  add_source (away, "mmsh_pull", SP_SOURCE_WAITING);
  make_live (live, 2);
  add_source (live, "file", SP_SOURCE_STANDBY);
  make_live (field, 5);
}

static void
add_player (SpClientInfo *info)
{
  info->player.at_us = sp_clock_now_us () - SECOND_US;
  info->player.buffering_count = 2;
  info->player.buffering_ms = 3000;
  info->player.packets_received = 9000;
  info->player.packets_lost = 4;
  info->player.quality_percent = 99;
  info->player.status = 200;
  info->player.player_version = g_strdup ("12.0.7601.17514");
}

static void
add_client (GPtrArray *infos, guint i)
{
  SpClientInfo *info = g_new0 (SpClientInfo, 1);

  info->id = clients[i].id;
  info->stream = g_strdup (clients[i].stream);
  info->address = g_strdup (clients[i].address);
  info->external_id = g_strdup (clients[i].external_id);
  info->framing = g_strdup ("mmsh");
  info->state = SP_CLIENT_PLAYING;
  info->listener = 1;
  info->connected_us = sp_clock_now_us () - 60 * SECOND_US;
  info->connected_at = g_get_real_time () / SECOND_US - 60;
  info->rtt_us = i * 1000;
  info->retransmits = i;
  sp_player_report_init (&info->player);
  if (i % 2 == 0)
    add_player (info);
  g_ptr_array_add (infos, info);
}

void
sp_fake_add_clients (GPtrArray *infos)
{
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    add_client (infos, i);
}
