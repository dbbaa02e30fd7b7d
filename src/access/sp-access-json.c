/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-access-line.h"

#include <json-glib/json-glib.h>

/* @value comes from peers: any bytes at all; NULL is null. */
static void
add_text (JsonBuilder *builder, const char *name, const char *value)
{
  g_autofree char *valid = value != NULL ? g_utf8_make_valid (value, -1) : NULL;

  json_builder_set_member_name (builder, name);
  if (valid != NULL)
    json_builder_add_string_value (builder, valid);
  else
    json_builder_add_null_value (builder);
}

static void
add_number (JsonBuilder *builder, const char *name, guint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64)MIN (value, G_MAXINT64));
}

/* What a player says: SP_PLAYER_UNKNOWN is null. */
static void
add_said (JsonBuilder *builder, const char *name, gint64 value)
{
  if (value == SP_PLAYER_UNKNOWN)
    add_text (builder, name, NULL);
  else
    add_number (builder, name, (guint64)value);
}

static void
add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static void
add_time (JsonBuilder *builder, const char *name, gint64 unix_us)
{
  g_autoptr (GDateTime) second
      = g_date_time_new_from_unix_utc (unix_us / G_USEC_PER_SEC);
  g_autofree char *text
      = second != NULL ? g_date_time_format_iso8601 (second) : NULL;

  add_text (builder, name, text);
}

static void
add_who (JsonBuilder *builder, const SpVisit *visit)
{
  const SpClientInfo *info = visit->info;

  add_number (builder, "client", info->id);
  add_text (builder, "stream", info->stream);
  add_text (builder, "external_id", info->external_id);
  add_text (builder, "address", info->address);
  add_number (builder, "port", info->port);
  add_text (builder, "user_agent", info->user_agent);
  add_text (builder, "framing", info->framing);
  add_boolean (builder, "tls", info->is_tls);
  add_text (builder, "host", visit->host);
  add_text (builder, "local_address", visit->local_address);
  add_number (builder, "local_port", visit->local_port);
  add_number (builder, "listener", info->listener);
}

static void
add_how (JsonBuilder *builder, const SpVisit *visit)
{
  const SpClientInfo *info = visit->info;
  gint64 connected_us = visit->left_us - info->connected_us;

  add_text (builder, "left", sp_leave_reason_name (visit->reason));
  add_time (
      builder, "connected_since", info->connected_at * (gint64)G_USEC_PER_SEC);
  json_builder_set_member_name (builder, "connected_s");
  json_builder_add_double_value (builder,
                                 (double)(MAX (connected_us, 0) / 1000) / 1000);
  add_number (builder, "bytes_sent", info->bytes_sent);
  add_number (builder, "packets_sent", info->packets_sent);
  add_number (builder, "packets_skipped", info->packets_skipped);
  add_number (builder, "lag_ms", info->lag_ms);
  add_number (builder, "queue_bytes", info->queue_bytes);
  add_number (builder, "bitrate_bps", info->bitrate_bps);
  add_number (builder, "rtt_us", info->rtt_us);
  add_number (builder, "retransmits", info->retransmits);
  add_number (builder, "bytes_acked", info->bytes_acked);
  add_number (builder, "start_delay_ms", info->start_delay_ms);
}

/* Each field as it was sent, under the name that MS-WMLOG gives it. */
static void
add_fields (JsonBuilder *builder, const SpPlayerReport *player)
{
  json_builder_set_member_name (builder, "fields");
  json_builder_begin_object (builder);
  for (guint i = 0; i < SP_N_PLAYER_FIELDS; i++)
    if (sp_player_report_value (player, i) != NULL)
      add_text (builder,
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
      add_text (builder, "player", NULL);
      return;
    }
  json_builder_set_member_name (builder, "player");
  json_builder_begin_object (builder);
  add_time (
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
  add_text (builder, "version", player->player_version);
  add_text (builder, "os", player->os);
  add_text (builder, "id", player->player_id);
  add_fields (builder, player);
  json_builder_end_object (builder);
}

char *
sp_access_line_json (const SpVisit *visit, const SpPlayerReport *player)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  add_time (builder, "at", visit->left_unix_us);
  add_who (builder, visit);
  add_how (builder, visit);
  add_player (builder, visit, player);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  return json_generator_to_data (generator, NULL);
}
