/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-json.h"

#include <string.h>

typedef JsonNode *(*ElementFunc) (gconstpointer info, const SpAdminNow *now);

static void
add_name (JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name (builder, name);
}

static void
add_integer (JsonBuilder *builder, const char *name, guint64 value)
{
  add_name (builder, name);
  json_builder_add_int_value (builder, (gint64)MIN (value, G_MAXINT64));
}

static void
add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  add_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static void
add_null (JsonBuilder *builder, const char *name)
{
  add_name (builder, name);
  json_builder_add_null_value (builder);
}

/* @value comes from peers: any bytes at all; NULL is null. */
static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  g_autofree char *valid = NULL;

  if (value == NULL)
    {
      add_null (builder, name);
      return;
    }
  valid = g_utf8_make_valid (value, -1);
  add_name (builder, name);
  json_builder_add_string_value (builder, valid);
}

static void
add_time (JsonBuilder *builder, const char *name, gint64 unix_s)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (unix_s);
  g_autofree char *text
      = time != NULL ? g_date_time_format_iso8601 (time) : NULL;

  add_string (builder, name, text);
}

static gint64
since_us (gint64 then_us, const SpAdminNow *now)
{
  return MAX (now->us - then_us, 0);
}

static gint64
unix_of (gint64 then_us, const SpAdminNow *now)
{
  return (now->unix_us - since_us (then_us, now)) / G_USEC_PER_SEC;
}

static void
add_counters (JsonBuilder *builder,
              const SpCounterInfo *infos,
              const guint64 *values)
{
  add_name (builder, "counters");
  json_builder_begin_object (builder);
  for (guint i = 0; infos[i].name != NULL; i++)
    add_integer (builder, infos[i].name, values[i]);
  json_builder_end_object (builder);
}

static JsonBuilder *
begin (void)
{
  JsonBuilder *builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  return builder;
}

static JsonNode *
end (JsonBuilder *builder)
{
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static void
add_elements (JsonBuilder *builder,
              const char *name,
              GPtrArray *infos,
              guint first,
              guint n_infos,
              ElementFunc make,
              const SpAdminNow *now)
{
  add_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; i < n_infos; i++)
    json_builder_add_value (builder, make (infos->pdata[first + i], now));
  json_builder_end_array (builder);
}

/** sp_admin_json_status: the whole pump; @counters: SP_N_PUMP_COUNTERS values.
 * This version has no link to a House, so that is null. */
JsonNode *
sp_admin_json_status (const SpPumpInfo *info,
                      const guint64 *counters,
                      const SpAdminNow *now)
{
  g_autoptr (JsonBuilder) builder = begin ();

  add_string (builder, "name", "stream-pump");
  add_string (builder, "version", PACKAGE_VERSION);
  add_time (builder, "started", unix_of (info->started_us, now));
  add_integer (builder,
               "uptime_s",
               (guint64)since_us (info->started_us, now) / G_USEC_PER_SEC);
  add_integer (builder, "workers", info->workers);
  add_integer (builder, "streams", info->streams);
  add_integer (builder, "streams_live", info->streams_live);
  add_integer (builder, "clients", info->clients);
  add_integer (builder, "connections", info->connections);
  add_integer (builder, "bytes_sent", info->bytes_sent);
  add_integer (builder, "bytes_received", info->bytes_received);
  add_integer (builder, "config_generation", info->config_generation);
  add_null (builder, "house");
  add_counters (builder, sp_pump_counters, counters);
  return end (builder);
}

static void
add_live (JsonBuilder *builder, const SpStreamInfo *info, const SpAdminNow *now)
{
  if (info->live_since_us == 0)
    {
      add_null (builder, "live_since");
      add_null (builder, "live_s");
      return;
    }
  add_time (builder, "live_since", unix_of (info->live_since_us, now));
  add_integer (builder,
               "live_s",
               (guint64)since_us (info->live_since_us, now) / G_USEC_PER_SEC);
}

static void
add_last_packet (JsonBuilder *builder,
                 const SpStreamInfo *info,
                 const SpAdminNow *now)
{
  if (info->last_packet_us == 0)
    {
      add_null (builder, "last_packet_at");
      add_null (builder, "idle_ms");
      return;
    }
  add_time (builder, "last_packet_at", unix_of (info->last_packet_us, now));
  add_integer (
      builder, "idle_ms", (guint64)since_us (info->last_packet_us, now) / 1000);
}

/* The active source; its label tells that there is one. */
static void
add_source (JsonBuilder *builder, const SpStreamInfo *info)
{
  add_string (builder, "source_type", info->source_type);
  add_string (builder, "source_label", info->source_label);
  if (info->source_label != NULL)
    add_integer (builder, "source_rank", info->source_rank);
  else
    add_null (builder, "source_rank");
  add_string (builder, "source_error", info->source_error);
}

/** sp_admin_json_stream: one stream; what is not known at present is null. */
JsonNode *
sp_admin_json_stream (const SpStreamInfo *info, const SpAdminNow *now)
{
  g_autoptr (JsonBuilder) builder = begin ();

  add_string (builder, "path", info->path);
  add_string (builder, "name", info->name);
  add_string (builder, "state", sp_stream_state_name (info->state));
  add_source (builder, info);
  add_live (builder, info, now);
  add_last_packet (builder, info, now);
  add_integer (builder, "clients", info->clients);
  add_integer (builder, "bitrate_bps", info->bitrate_bps);
  add_integer (builder, "packet_size_bytes", info->packet_size);
  add_integer (builder, "header_bytes", info->header_bytes);
  add_boolean (builder, "opaque", info->is_opaque);
  add_counters (builder, sp_stream_counters, info->counters.value);
  return end (builder);
}

/** sp_admin_json_streams: @infos (element-type SpStreamInfo), in this order. */
JsonNode *
sp_admin_json_streams (GPtrArray *infos, const SpAdminNow *now)
{
  g_autoptr (JsonBuilder) builder = begin ();

  add_elements (builder,
                "streams",
                infos,
                0,
                infos->len,
                (ElementFunc)sp_admin_json_stream,
                now);
  return end (builder);
}

/** sp_admin_json_client: one client. */
JsonNode *
sp_admin_json_client (const SpClientInfo *info, const SpAdminNow *now)
{
  g_autoptr (JsonBuilder) builder = begin ();

  add_integer (builder, "id", info->id);
  add_string (builder, "stream", info->stream);
  add_string (builder, "address", info->address);
  add_integer (builder, "port", info->port);
  add_string (builder, "user_agent", info->user_agent);
  add_string (builder, "external_id", info->external_id);
  add_string (builder, "framing", info->framing);
  add_boolean (builder, "tls", info->is_tls);
  add_time (builder, "connected_since", info->connected_at);
  add_integer (builder,
               "connected_s",
               (guint64)since_us (info->connected_us, now) / G_USEC_PER_SEC);
  add_integer (builder, "bytes_sent", info->bytes_sent);
  add_integer (builder, "packets_sent", info->packets_sent);
  add_integer (builder, "packets_skipped", info->packets_skipped);
  add_integer (builder, "lag_ms", info->lag_ms);
  return end (builder);
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
  g_autoptr (JsonBuilder) builder = begin ();
  guint first = 0;
  guint n_shown;

  while (first < infos->len
         && ((const SpClientInfo *)infos->pdata[first])->id <= after)
    first++;
  n_shown = MIN (limit, infos->len - first);
  add_elements (builder,
                "clients",
                infos,
                first,
                n_shown,
                (ElementFunc)sp_admin_json_client,
                now);
  if (n_shown > 0 && first + n_shown < infos->len)
    {
      const SpClientInfo *last = infos->pdata[first + n_shown - 1];

      add_integer (builder, "next", last->id);
    }
  else
    add_null (builder, "next");
  return end (builder);
}

JsonNode *
sp_admin_json_kicked (gint64 kicked)
{
  g_autoptr (JsonBuilder) builder = begin ();

  add_integer (builder, "kicked", (guint64)MAX (kicked, 0));
  return end (builder);
}

/** sp_admin_json_problem: RFC 9457; the type is "about:blank", so @title is the
 * phrase of @status. @detail tells the caller what to do. */
JsonNode *
sp_admin_json_problem (guint status, const char *title, const char *detail)
{
  g_autoptr (JsonBuilder) builder = begin ();

  add_string (builder, "type", "about:blank");
  add_string (builder, "title", title);
  add_integer (builder, "status", status);
  add_string (builder, "detail", detail);
  return end (builder);
}

/** sp_admin_json_text: (transfer full): @node with a newline at its end. */
char *
sp_admin_json_text (JsonNode *node, gboolean is_pretty, gsize *len)
{
  g_autofree char *text = json_to_string (node, is_pretty);
  char *line = g_strconcat (text, "\n", NULL);

  *len = strlen (line);
  return line;
}
