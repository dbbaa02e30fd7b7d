/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-json.h"

#include "sp-admin-build.h"

static JsonNode *
json_source (const SpSourceInfo *info, const SpAdminNow *now)
{
  g_autoptr (JsonBuilder) builder = sp_json_build_new ();
  gint64 wait_us = MAX (info->retry_us - now->us, 0);

  sp_json_build_integer (builder, "index", info->index);
  sp_json_build_string (builder, "type", info->type);
  sp_json_build_string (builder, "url", info->url);
  sp_json_build_string (builder, "state", sp_source_state_name (info->state));
  sp_json_build_string (builder, "health", sp_health_name (info->health));
  sp_json_build_string (builder, "health_reason", info->health_reason);
  sp_json_build_boolean (builder, "enabled", info->is_enabled);
  sp_admin_build_moment (builder, "connected_since", info->connected_us, now);
  sp_json_build_string (builder, "address", info->address);
  sp_json_build_positive (builder, "port", info->port);
  sp_json_build_boolean (builder, "tls", info->is_tls);
  sp_json_build_string (builder, "product", info->product);
  sp_json_build_integer (builder, "connects", info->connects);
  sp_json_build_integer (builder, "failures", info->failures);
  sp_json_build_integer (builder, "bytes", info->bytes);
  sp_json_build_integer (builder, "packets", info->packets);
  sp_json_build_natural (
      builder, "retry_ms", info->retry_us != 0 ? wait_us / 1000 : -1);
  sp_json_build_string (builder, "last_error", info->last_error);
  return sp_json_build_end (builder);
}

static void
add_sources (JsonBuilder *builder, GPtrArray *sources, const SpAdminNow *now)
{
  sp_admin_build_elements (builder,
                           "sources",
                           sources,
                           0,
                           sources != NULL ? sources->len : 0,
                           (SpAdminElementFunc)json_source,
                           now);
}

/* The last bucket has no bound. */
static void
add_histogram (JsonBuilder *builder, const SpQuality *quality)
{
  json_builder_set_member_name (builder, "lag_histogram");
  json_builder_begin_array (builder);
  for (guint i = 0; i < SP_LAG_BUCKETS; i++)
    {
      json_builder_begin_object (builder);
      sp_json_build_natural (
          builder,
          "le_ms",
          i < SP_LAG_BUCKETS - 1 ? (gint64)sp_lag_bounds_ms[i] : -1);
      sp_json_build_integer (builder, "clients", quality->buckets[i]);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_worst (JsonBuilder *builder, const SpQuality *quality)
{
  json_builder_set_member_name (builder, "worst");
  json_builder_begin_array (builder);
  for (guint i = 0; i < quality->n_worst; i++)
    {
      const SpWorstClient *worst = &quality->worst[i];

      json_builder_begin_object (builder);
      sp_json_build_integer (builder, "client", worst->client);
      sp_json_build_integer (builder, "lag_ms", worst->lag_ms);
      sp_json_build_integer (builder, "queue_bytes", worst->queue_bytes);
      sp_json_build_integer (
          builder, "packets_skipped", worst->packets_skipped);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_quality (JsonBuilder *builder, const SpQuality *quality)
{
  guint64 mean_ms
      = quality->clients > 0 ? quality->lag_sum_ms / quality->clients : 0;

  sp_json_build_object (builder, "quality");
  sp_json_build_integer (builder, "clients", quality->clients);
  sp_json_build_integer (builder, "behind", quality->behind);
  sp_json_build_integer (builder, "lag_worst_ms", quality->lag_worst_ms);
  sp_json_build_integer (builder, "lag_mean_ms", mean_ms);
  add_histogram (builder, quality);
  add_worst (builder, quality);
  json_builder_end_object (builder);
}

/* Where a failed run did not get to is null. */
static void
add_delay (JsonBuilder *builder,
           const char *name,
           const SpCanaryInfo *canary,
           guint delay_ms)
{
  if (canary->is_ok)
    sp_json_build_integer (builder, name, delay_ms);
  else
    sp_json_build_positive (builder, name, delay_ms);
}

static void
add_canary (JsonBuilder *builder,
            const SpCanaryInfo *canary,
            const SpAdminNow *now)
{
  if (canary->at_us == 0)
    {
      sp_json_build_null (builder, "canary");
      return;
    }
  sp_json_build_object (builder, "canary");
  sp_admin_build_moment (builder, "at", canary->at_us, now);
  sp_json_build_boolean (builder, "ok", canary->is_ok);
  add_delay (builder, "first_byte_ms", canary, canary->first_byte_ms);
  add_delay (builder, "header_ms", canary, canary->header_ms);
  add_delay (builder, "first_packet_ms", canary, canary->first_packet_ms);
  sp_json_build_integer (builder, "stalls", canary->stalls);
  sp_json_build_integer (builder, "stall_ms", canary->stall_ms);
  sp_json_build_string (builder, "error", canary->error);
  json_builder_end_object (builder);
}

/* The active source; its label tells that there is one. */
static void
add_source (JsonBuilder *builder, const SpStreamInfo *info)
{
  sp_json_build_string (builder, "source_type", info->source_type);
  sp_json_build_string (builder, "source_label", info->source_label);
  sp_json_build_natural (builder,
                         "source_rank",
                         info->source_label != NULL ? (gint64)info->source_rank
                                                    : -1);
  sp_json_build_string (builder, "source_error", info->source_error);
  sp_json_build_string (builder, "health", sp_health_name (info->health));
  sp_json_build_string (builder, "health_reason", info->health_reason);
}

static void
add_media (JsonBuilder *builder, const SpStreamInfo *info)
{
  sp_json_build_integer (builder, "bitrate_bps", info->bitrate_bps);
  sp_json_build_integer (builder, "bitrate_out_bps", info->bitrate_out_bps);
  sp_json_build_positive (builder, "nominal_bps", info->nominal_bps);
  sp_json_build_positive (builder, "start_delay_ms", info->start_delay_ms);
  sp_json_build_integer (builder, "packet_size_bytes", info->packet_size);
  sp_json_build_integer (builder, "header_bytes", info->header_bytes);
  sp_json_build_boolean (builder, "opaque", info->is_opaque);
}

/** sp_admin_json_stream: one stream; what is not known at present is null. */
JsonNode *
sp_admin_json_stream (const SpStreamInfo *info, const SpAdminNow *now)
{
  g_autoptr (JsonBuilder) builder = sp_json_build_new ();

  sp_json_build_integer (builder, "index", info->index);
  sp_json_build_string (builder, "path", info->path);
  sp_json_build_string (builder, "name", info->name);
  sp_json_build_string (builder, "state", sp_stream_state_name (info->state));
  sp_json_build_boolean (builder, "draining", info->is_draining);
  sp_json_build_boolean (builder, "on_demand", info->is_on_demand);
  add_source (builder, info);
  sp_admin_build_moment (builder, "live_since", info->live_since_us, now);
  sp_admin_build_since (
      builder, "live_s", info->live_since_us, G_USEC_PER_SEC, now);
  sp_admin_build_moment (builder, "last_packet_at", info->last_packet_us, now);
  sp_admin_build_since (builder, "idle_ms", info->last_packet_us, 1000, now);
  sp_json_build_integer (builder, "clients", info->clients);
  sp_json_build_integer (builder, "clients_peak", info->clients_peak);
  sp_json_build_positive (builder, "client_limit", info->client_limit);
  add_media (builder, info);
  sp_admin_build_counters (
      builder, "counters", sp_stream_counters, info->counters.value);
  add_quality (builder, &info->quality);
  add_canary (builder, &info->canary, now);
  add_sources (builder, info->sources, now);
  return sp_json_build_end (builder);
}

/** sp_admin_json_streams: @infos (element-type SpStreamInfo), in this order. */
JsonNode *
sp_admin_json_streams (GPtrArray *infos, const SpAdminNow *now)
{
  g_autoptr (JsonBuilder) builder = sp_json_build_new ();

  sp_admin_build_elements (builder,
                           "streams",
                           infos,
                           0,
                           infos->len,
                           (SpAdminElementFunc)sp_admin_json_stream,
                           now);
  return sp_json_build_end (builder);
}
