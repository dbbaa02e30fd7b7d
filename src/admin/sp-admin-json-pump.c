/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-json.h"

#include "sp-admin-build.h"

static void
add_drain (JsonBuilder *builder, const SpPumpInfo *info, const SpAdminNow *now)
{
  sp_json_build_string (builder, "state", sp_drain_state_name (info->drain));
  sp_json_build_integer (builder,
                         "viewers_remaining",
                         info->drain == SP_DRAIN_SERVING ? 0 : info->clients);
  sp_admin_build_moment (builder, "deadline", info->drain_deadline_us, now);
  sp_json_build_text (builder, "redirect", info->drain_redirect);
  sp_json_build_text (builder, "reason", info->drain_reason);
}

JsonNode *
sp_admin_json_drain (const SpPumpInfo *info, const SpAdminNow *now)
{
  g_autoptr (JsonBuilder) builder = sp_json_build_new ();

  add_drain (builder, info, now);
  return sp_json_build_end (builder);
}

static const char *
config_result_name (SpConfigResult result)
{
  switch (result)
    {
    case SP_CONFIG_OK:
      return "ok";
    case SP_CONFIG_INVALID:
      return "invalid";
    case SP_CONFIG_UNREADABLE:
      return "unreadable";
    }
  g_return_val_if_reached ("unknown");
}

static void
add_config (JsonBuilder *builder, const SpPumpInfo *info)
{
  sp_json_build_object (builder, "config");
  sp_json_build_integer (builder, "generation", info->config_generation);
  sp_json_build_time (builder, "applied_at", info->config_applied_unix_us);
  sp_json_build_time (builder, "tried_at", info->config_tried_unix_us);
  sp_json_build_string (
      builder, "result", config_result_name (info->config_result));
  sp_json_build_text (builder, "revision", info->config_revision);
  json_builder_end_object (builder);
}

static const char *
listener_state_name (const SpListenerInfo *info)
{
  if (info->is_down)
    return "down";
  return info->is_paused ? "paused" : "up";
}

static JsonNode *
make_listener (const SpListenerInfo *info, const SpAdminNow *now)
{
  g_autoptr (JsonBuilder) builder = sp_json_build_new ();

  sp_json_build_integer (builder, "index", info->index);
  sp_json_build_string (builder, "name", info->name);
  sp_json_build_string (builder, "address", info->address);
  sp_json_build_positive (builder, "port", info->port);
  sp_json_build_boolean (builder, "tls", info->is_tls);
  sp_json_build_string (builder, "state", listener_state_name (info));
  sp_json_build_integer (builder, "connections", info->connections);
  sp_json_build_integer (builder, "accepted", info->accepted);
  sp_json_build_integer (builder, "accept_errors", info->accept_errors);
  sp_json_build_integer (builder, "tls_failures", info->tls_failures);
  sp_json_build_integer (builder, "bad_requests", info->bad_requests);
  sp_json_build_positive (builder, "certificate", info->certificate);
  sp_json_build_string (builder, "last_error", info->last_error);
  return sp_json_build_end (builder);
}

static const char *
cert_status_name (SpCertStatus status)
{
  switch (status)
    {
    case SP_CERT_VALID:
      return "valid";
    case SP_CERT_EXPIRING:
      return "expiring";
    case SP_CERT_EXPIRED:
      return "expired";
    case SP_CERT_NOT_YET_VALID:
      return "not yet valid";
    case SP_CERT_UNREADABLE:
      return "unreadable";
    }
  g_return_val_if_reached ("unreadable");
}

static void
add_fingerprint (JsonBuilder *builder, const SpCertInfo *info)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; info->has_sha256 && i < sizeof info->sha256; i++)
    g_string_append_printf (text, "%02x", info->sha256[i]);
  sp_json_build_text (builder, "sha256", text->str);
}

static JsonNode *
make_cert (const SpCertInfo *info, const SpAdminNow *now)
{
  g_autoptr (JsonBuilder) builder = sp_json_build_new ();
  gboolean is_read = info->status != SP_CERT_UNREADABLE;

  sp_json_build_integer (builder, "index", info->index);
  sp_json_build_string (builder, "file", info->file);
  sp_json_build_string (builder, "subject", info->subject);
  sp_json_build_string (builder, "issuer", info->issuer);
  sp_json_build_time (
      builder, "not_after", info->not_after_unix_s * G_USEC_PER_SEC);
  json_builder_set_member_name (builder, "days_left");
  if (is_read)
    json_builder_add_int_value (builder, info->days_left);
  else
    json_builder_add_null_value (builder);
  sp_json_build_string (builder, "status", cert_status_name (info->status));
  add_fingerprint (builder, info);
  return sp_json_build_end (builder);
}

static void
add_identity (JsonBuilder *builder,
              const SpPumpInfo *info,
              const SpAdminNow *now)
{
  sp_json_build_string (builder, "name", "stream-pump");
  sp_json_build_string (builder, "version", PACKAGE_VERSION);
  sp_json_build_text (builder, "host", info->name);
  sp_json_build_string (builder, "state", sp_pump_state_name (info->state));
  if (info->started_unix_us != 0)
    sp_json_build_time (builder, "started", info->started_unix_us);
  else
    sp_admin_build_moment (builder, "started", info->started_us, now);
  sp_json_build_integer (builder,
                         "uptime_s",
                         (guint64)MAX (now->us - info->started_us, 0)
                             / G_USEC_PER_SEC);
}

static void
add_load (JsonBuilder *builder, const SpPumpInfo *info)
{
  sp_json_build_integer (builder, "workers", info->workers);
  sp_json_build_integer (builder, "streams", info->streams);
  sp_json_build_integer (builder, "streams_live", info->streams_live);
  sp_json_build_integer (builder, "streams_alarm", info->streams_alarm);
  sp_json_build_integer (builder, "clients", info->clients);
  sp_json_build_integer (builder, "clients_peak", info->clients_peak);
  sp_json_build_positive (builder, "client_limit", info->client_limit);
  sp_json_build_positive (
      builder, "bandwidth_limit_kbps", info->bandwidth_limit_kbps);
  sp_json_build_integer (builder, "connections", info->connections);
  sp_json_build_integer (builder, "bytes_sent", info->bytes_sent);
  sp_json_build_integer (builder, "bytes_received", info->bytes_received);
  sp_json_build_integer (builder, "bitrate_in_bps", info->bitrate_in_bps);
  sp_json_build_integer (builder, "bitrate_out_bps", info->bitrate_out_bps);
}

/* Why no new client is taken. */
static void
add_overload (JsonBuilder *builder, const SpPumpInfo *info)
{
  json_builder_set_member_name (builder, "overload");
  json_builder_begin_array (builder);
  for (guint i = 0; i < SP_N_OVERLOADS; i++)
    if (info->overload & (1u << i))
      json_builder_add_string_value (builder, sp_overload_name (i));
  json_builder_end_array (builder);
}

static void
add_process (JsonBuilder *builder, const SpPumpInfo *info)
{
  sp_json_build_integer (builder, "loop_delay_ms", info->loop_delay_ms);
  sp_json_build_integer (builder, "descriptors", info->descriptors);
  sp_json_build_integer (builder, "descriptor_limit", info->descriptor_limit);
  sp_json_build_integer (builder, "memory_kib", info->memory_kib);
  sp_json_build_positive (builder, "memory_limit_mb", info->memory_limit_mb);
  sp_json_build_integer (builder, "send_lateness_ms", info->send_lateness_ms);
  sp_json_build_positive (
      builder, "lateness_limit_ms", info->lateness_limit_ms);
  sp_json_build_positive (builder, "connection_limit", info->connection_limit);
  add_overload (builder, info);
  sp_json_build_object (builder, "snmp");
  sp_json_build_boolean (builder, "connected", info->has_agent);
  sp_json_build_boolean (builder, "notifying", info->is_notifying);
  json_builder_end_object (builder);
}

/** sp_admin_json_status: the whole pump. This version has no link to a House,
 * so that is null. */
JsonNode *
sp_admin_json_status (const SpPicture *picture,
                      guint64 last_event,
                      const SpAdminNow *now)
{
  const SpPumpInfo *info = &picture->pump;
  g_autoptr (JsonBuilder) builder = sp_json_build_new ();

  add_identity (builder, info, now);
  add_load (builder, info);
  sp_json_build_object (builder, "drain");
  add_drain (builder, info, now);
  json_builder_end_object (builder);
  add_config (builder, info);
  sp_json_build_integer (builder, "config_generation", info->config_generation);
  add_process (builder, info);
  sp_json_build_null (builder, "house");
  sp_json_build_integer (builder, "last_event", last_event);
  sp_admin_build_counters (
      builder, "counters", sp_pump_counters, picture->counters);
  sp_admin_build_counters (
      builder, "totals", sp_stream_counters, info->totals.value);
  sp_admin_build_elements (builder,
                           "listeners",
                           picture->listeners,
                           0,
                           picture->listeners->len,
                           (SpAdminElementFunc)make_listener,
                           now);
  sp_admin_build_elements (builder,
                           "certificates",
                           picture->certs,
                           0,
                           picture->certs->len,
                           (SpAdminElementFunc)make_cert,
                           now);
  return sp_json_build_end (builder);
}
