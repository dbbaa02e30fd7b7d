/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-access-line.h"

#include "sp-json-build.h"

/* What a player says: SP_PLAYER_UNKNOWN is null. */
static void
add_said (JsonBuilder *builder, const char *name, gint64 value)
{
  if (value == SP_PLAYER_UNKNOWN)
    sp_json_build_null (builder, name);
  else
    sp_json_build_integer (builder, name, (guint64)value);
}

static void
add_who (JsonBuilder *builder, const SpVisit *visit)
{
  const SpClientInfo *info = visit->info;

  sp_json_build_integer (builder, "client", info->id);
  sp_json_build_string (builder, "stream", info->stream);
  sp_json_build_string (builder, "external_id", info->external_id);
  sp_json_build_string (builder, "address", info->address);
  sp_json_build_integer (builder, "port", info->port);
  sp_json_build_string (builder, "user_agent", info->user_agent);
  sp_json_build_string (builder, "framing", info->framing);
  sp_json_build_boolean (builder, "tls", info->is_tls);
  sp_json_build_string (builder, "host", visit->host);
  sp_json_build_string (builder, "local_address", visit->local_address);
  sp_json_build_integer (builder, "local_port", visit->local_port);
  sp_json_build_integer (builder, "listener", info->listener);
}

static void
add_how (JsonBuilder *builder, const SpVisit *visit)
{
  const SpClientInfo *info = visit->info;
  gint64 connected_us = visit->left_us - info->connected_us;

  sp_json_build_string (builder, "left", sp_leave_reason_name (visit->reason));
  sp_json_build_time (
      builder, "connected_since", info->connected_at * (gint64)G_USEC_PER_SEC);
  json_builder_set_member_name (builder, "connected_s");
  json_builder_add_double_value (builder,
                                 (double)(MAX (connected_us, 0) / 1000) / 1000);
  sp_json_build_integer (builder, "bytes_sent", info->bytes_sent);
  sp_json_build_integer (builder, "packets_sent", info->packets_sent);
  sp_json_build_integer (builder, "packets_skipped", info->packets_skipped);
  sp_json_build_integer (builder, "lag_ms", info->lag_ms);
  sp_json_build_integer (builder, "queue_bytes", info->queue_bytes);
  sp_json_build_integer (builder, "bitrate_bps", info->bitrate_bps);
  sp_json_build_integer (builder, "rtt_us", info->rtt_us);
  sp_json_build_integer (builder, "retransmits", info->retransmits);
  sp_json_build_integer (builder, "bytes_acked", info->bytes_acked);
  sp_json_build_integer (builder, "start_delay_ms", info->start_delay_ms);
}

/* Each field as it was sent, under the name that MS-WMLOG gives it. */
static void
add_fields (JsonBuilder *builder, const SpPlayerReport *player)
{
  sp_json_build_object (builder, "fields");
  for (guint i = 0; i < SP_N_PLAYER_FIELDS; i++)
    if (sp_player_report_value (player, i) != NULL)
      sp_json_build_string (builder,
                            sp_player_field_names[i],
                            sp_player_report_value (player, i));
  json_builder_end_object (builder);
}

static void
add_player (JsonBuilder *builder,
            const SpVisit *visit,
            const SpPlayerReport *player)
{
  if (player == NULL || player->at_us == 0)
    {
      sp_json_build_null (builder, "player");
      return;
    }
  sp_json_build_object (builder, "player");
  sp_json_build_time (
      builder, "at", visit->left_unix_us + (player->at_us - visit->left_us));
  add_said (builder, "buffering_count", player->buffering_count);
  add_said (builder, "buffering_ms", player->buffering_ms);
  add_said (builder, "packets_received", player->packets_received);
  add_said (builder, "packets_lost", player->packets_lost);
  add_said (builder, "packets_lost_net", player->packets_lost_net);
  add_said (builder, "packets_recovered", player->packets_recovered);
  add_said (builder, "quality_percent", player->quality_percent);
  add_said (builder, "played_s", player->played_s);
  add_said (builder, "bandwidth_bps", player->bandwidth_bps);
  add_said (builder, "status", player->status);
  sp_json_build_string (builder, "version", player->player_version);
  sp_json_build_string (builder, "os", player->os);
  sp_json_build_string (builder, "id", player->player_id);
  add_fields (builder, player);
  json_builder_end_object (builder);
}

char *
sp_access_line_json (const SpVisit *visit, const SpPlayerReport *player)
{
  g_autoptr (JsonBuilder) builder = sp_json_build_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;

  sp_json_build_time (builder, "at", visit->left_unix_us);
  add_who (builder, visit);
  add_how (builder, visit);
  add_player (builder, visit, player);
  root = sp_json_build_end (builder);
  json_generator_set_root (generator, root);
  return json_generator_to_data (generator, NULL);
}
