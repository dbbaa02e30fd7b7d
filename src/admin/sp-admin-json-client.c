/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-json.h"

#include "sp-admin-build.h"

/* What its player said of itself, if it did. */
static void
add_player (JsonBuilder *builder,
            const SpPlayerReport *player,
            const SpAdminNow *now)
{
  if (player->at_us == 0)
    {
      sp_json_build_null (builder, "player");
      return;
    }
  sp_json_build_object (builder, "player");
  sp_admin_build_moment (builder, "at", player->at_us, now);
  sp_json_build_natural (builder, "buffering_count", player->buffering_count);
  sp_json_build_natural (builder, "buffering_ms", player->buffering_ms);
  sp_json_build_natural (builder, "packets_received", player->packets_received);
  sp_json_build_natural (builder, "packets_lost", player->packets_lost);
  sp_json_build_natural (builder, "packets_lost_net", player->packets_lost_net);
  sp_json_build_natural (
      builder, "packets_recovered", player->packets_recovered);
  sp_json_build_natural (builder, "quality_percent", player->quality_percent);
  sp_json_build_natural (builder, "played_s", player->played_s);
  sp_json_build_natural (builder, "bandwidth_bps", player->bandwidth_bps);
  sp_json_build_natural (builder, "status", player->status);
  sp_json_build_string (builder, "version", player->player_version);
  sp_json_build_string (builder, "os", player->os);
  sp_json_build_string (builder, "id", player->player_id);
  json_builder_end_object (builder);
}

static void
add_peer (JsonBuilder *builder, const SpClientInfo *info)
{
  sp_json_build_integer (builder, "id", info->id);
  sp_json_build_string (builder, "stream", info->stream);
  sp_json_build_string (builder, "address", info->address);
  sp_json_build_integer (builder, "port", info->port);
  sp_json_build_positive (builder, "listener", info->listener);
  sp_json_build_string (builder, "user_agent", info->user_agent);
  sp_json_build_string (builder, "external_id", info->external_id);
  sp_json_build_string (builder, "framing", info->framing);
  sp_json_build_boolean (builder, "tls", info->is_tls);
}

/** sp_admin_json_client: one client. */
JsonNode *
sp_admin_json_client (const SpClientInfo *info, const SpAdminNow *now)
{
  g_autoptr (JsonBuilder) builder = sp_json_build_new ();

  add_peer (builder, info);
  sp_json_build_string (builder, "state", sp_client_state_name (info->state));
  sp_json_build_time (
      builder, "connected_since", info->connected_at * G_USEC_PER_SEC);
  sp_json_build_integer (builder,
                         "connected_s",
                         (guint64)MAX (now->us - info->connected_us, 0)
                             / G_USEC_PER_SEC);
  sp_json_build_integer (builder, "bytes_sent", info->bytes_sent);
  sp_json_build_integer (builder, "packets_sent", info->packets_sent);
  sp_json_build_integer (builder, "packets_skipped", info->packets_skipped);
  sp_json_build_integer (builder, "lag_ms", info->lag_ms);
  sp_json_build_integer (builder, "queue_bytes", info->queue_bytes);
  sp_json_build_integer (builder, "bitrate_bps", info->bitrate_bps);
  sp_json_build_positive (builder, "rtt_us", info->rtt_us);
  sp_json_build_integer (builder, "retransmits", info->retransmits);
  sp_json_build_integer (builder, "bytes_acked", info->bytes_acked);
  sp_json_build_positive (builder, "start_delay_ms", info->start_delay_ms);
  add_player (builder, &info->player, now);
  return sp_json_build_end (builder);
}

/** sp_admin_json_clients: a page of @infos (element-type SpClientInfo, by id):
 * the first @limit of those with an id above @after. "next" is what to give as
 * "after" for the page that follows, null on the last one. */
JsonNode *
sp_admin_json_clients (GPtrArray *infos,
                       guint64 after,
                       guint limit,
                       const SpAdminNow *now)
{
  g_autoptr (JsonBuilder) builder = sp_json_build_new ();
  guint64 next = 0;
  guint first = 0;
  guint n_shown;

  while (first < infos->len
         && ((const SpClientInfo *)infos->pdata[first])->id <= after)
    first++;
  n_shown = MIN (limit, infos->len - first);
  sp_admin_build_elements (builder,
                           "clients",
                           infos,
                           first,
                           n_shown,
                           (SpAdminElementFunc)sp_admin_json_client,
                           now);
  if (n_shown > 0 && first + n_shown < infos->len)
    next = ((const SpClientInfo *)infos->pdata[first + n_shown - 1])->id;
  sp_json_build_positive (builder, "next", next);
  return sp_json_build_end (builder);
}
