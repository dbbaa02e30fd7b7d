/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-metrics.h"

#include "sp-admin-sample.h"

#include <string.h>

#define PUMP "stream_pump_"
#define STREAM "stream_pump_stream_"
#define FIRST_STATE SP_PUMP_STARTING
#define LAST_STATE SP_PUMP_STOPPING

static void
add_pump_counters (GString *text, const SpPicture *picture)
{
  for (guint i = 0; i < SP_N_PUMP_COUNTERS; i++)
    {
      const SpCounterInfo *info = &sp_pump_counters[i];
      g_autofree char *name = sp_admin_sample_counter_name (PUMP, info);

      sp_admin_sample_begin (text, name, "counter", info->help);
      sp_admin_sample_counter (
          text, name, NULL, NULL, info, picture->counters[i]);
    }
}

static void
add_stream_counters (GString *text, const SpPicture *picture)
{
  for (guint i = 0; i < SP_N_STREAM_COUNTERS; i++)
    {
      const SpCounterInfo *info = &sp_stream_counters[i];
      g_autofree char *name = sp_admin_sample_counter_name (STREAM, info);

      sp_admin_sample_begin (text, name, "counter", info->help);
      for (guint j = 0; j < picture->streams->len; j++)
        {
          const SpStreamInfo *stream = picture->streams->pdata[j];

          sp_admin_sample_counter (text,
                                   name,
                                   "stream",
                                   stream->path,
                                   info,
                                   stream->counters.value[i]);
        }
    }
}

/* Of the pump, one value. */
static void
add_gauge (GString *text, const char *name, const char *help, gdouble value)
{
  const SpAdminLabel none = { NULL };

  sp_admin_sample_begin (text, name, "gauge", help);
  sp_admin_sample (text, name, &none, value);
}

static gdouble
seconds (gint64 us)
{
  return (gdouble)us / G_USEC_PER_SEC;
}

static void
add_build (GString *text)
{
  const SpAdminLabel label[] = { { "version", PACKAGE_VERSION }, { NULL } };

  sp_admin_sample_begin (
      text, PUMP "build_info", "gauge", "which version this is");
  sp_admin_sample (text, PUMP "build_info", label, 1);
}

/* One of the names is 1. */
static void
add_state (GString *text, const SpPumpInfo *info)
{
  sp_admin_sample_begin (
      text, PUMP "state", "gauge", "1 for the state the pump is in");
  for (guint state = FIRST_STATE; state <= LAST_STATE; state++)
    {
      const SpAdminLabel label[]
          = { { "state", sp_pump_state_name ((SpPumpState)state) }, { NULL } };

      sp_admin_sample (text, PUMP "state", label, state == info->state);
    }
}

static void
add_pump_load (GString *text, const SpPumpInfo *info)
{
  add_gauge (text, PUMP "clients", "clients at present", info->clients);
  add_gauge (
      text, PUMP "clients_peak", "most clients at once", info->clients_peak);
  add_gauge (text,
             PUMP "client_limit",
             "clients that are taken at most; 0: no limit",
             info->client_limit);
  add_gauge (text,
             PUMP "bandwidth_limit_bps",
             "bandwidth that is given at most; 0: no limit",
             (gdouble)info->bandwidth_limit_kbps * 1000);
  add_gauge (text,
             PUMP "connections",
             "connections of the media ports",
             info->connections);
  add_gauge (text, PUMP "streams", "streams there are", info->streams);
  add_gauge (
      text, PUMP "streams_live", "streams with media", info->streams_live);
  add_gauge (text,
             PUMP "streams_alarm",
             "streams that should have media and have none",
             info->streams_alarm);
  add_gauge (text,
             PUMP "bitrate_in_bps",
             "media that come in, over all streams",
             (gdouble)info->bitrate_in_bps);
  add_gauge (text,
             PUMP "bitrate_out_bps",
             "media that go out, over all clients",
             (gdouble)info->bitrate_out_bps);
}

static void
add_overload (GString *text, const SpPumpInfo *info)
{
  add_gauge (text,
             PUMP "send_lateness_seconds",
             "how late media go out, the worst of the last second",
             info->send_lateness_ms / 1000.0);
  add_gauge (text,
             PUMP "lateness_limit_seconds",
             "how late they may go out; 0: no limit",
             info->lateness_limit_ms / 1000.0);
  add_gauge (text,
             PUMP "memory_limit_bytes",
             "memory that may be in use; 0: no limit",
             (gdouble)info->memory_limit_mb * 1024 * 1024);
  add_gauge (text,
             PUMP "connection_limit",
             "connections beyond which no client is taken",
             info->connection_limit);
  sp_admin_sample_begin (
      text, PUMP "overload", "gauge", "1 while it refuses new clients");
  for (guint i = 0; i < SP_N_OVERLOADS; i++)
    {
      const SpAdminLabel label[]
          = { { "cause", sp_overload_name (i) }, { NULL } };

      sp_admin_sample (text, PUMP "overload", label, (info->overload >> i) & 1);
    }
}

static void
add_pump_care (GString *text, const SpPumpInfo *info)
{
  add_gauge (text,
             PUMP "config_generation",
             "number of the configuration in use",
             (gdouble)info->config_generation);
  add_gauge (text,
             PUMP "config_applied_timestamp_seconds",
             "when the configuration in use was applied",
             seconds (info->config_applied_unix_us));
  add_gauge (text,
             PUMP "config_ok",
             "1 unless the configuration that was tried last was refused",
             info->config_result == SP_CONFIG_OK);
  add_gauge (text,
             PUMP "agentx_connected",
             "1 while the SNMP master agent is connected",
             info->has_agent);
}

/* Under the names that every program has for them. */
static void
add_process (GString *text, const SpPicture *picture)
{
  const SpPumpInfo *info = &picture->pump;
  gint64 started_us
      = info->started_unix_us != 0
            ? info->started_unix_us
            : picture->at_unix_us - (picture->at_us - info->started_us);

  add_gauge (text,
             PUMP "loop_delay_seconds",
             "worst delay of the main loop in the last minute",
             info->loop_delay_ms / 1000.0);
  add_gauge (text,
             "process_start_time_seconds",
             "when the program was started",
             seconds (started_us));
  add_gauge (
      text, "process_open_fds", "descriptors that are open", info->descriptors);
  add_gauge (text,
             "process_max_fds",
             "descriptors that may be open",
             info->descriptor_limit);
  add_gauge (text,
             "process_resident_memory_bytes",
             "memory in use",
             (gdouble)info->memory_kib * 1024);
}

static void
add_listeners (GString *text, const SpPicture *picture)
{
  sp_admin_sample_begin (text,
                         PUMP "listener_up",
                         "gauge",
                         "1 while the listener takes connections");
  for (guint i = 0; i < picture->listeners->len; i++)
    {
      const SpListenerInfo *info = picture->listeners->pdata[i];
      const SpAdminLabel label[] = { { "listener", info->name }, { NULL } };

      sp_admin_sample (
          text, PUMP "listener_up", label, !info->is_down && !info->is_paused);
    }
}

static void
add_certs (GString *text, const SpPicture *picture)
{
  static const char name[] = PUMP "certificate_expiry_timestamp_seconds";

  sp_admin_sample_begin (text, name, "gauge", "when the certificate runs out");
  for (guint i = 0; i < picture->certs->len; i++)
    {
      const SpCertInfo *info = picture->certs->pdata[i];
      const SpAdminLabel label[] = { { "file", info->file }, { NULL } };

      if (info->status != SP_CERT_UNREADABLE)
        sp_admin_sample (text, name, label, (gdouble)info->not_after_unix_s);
    }
}

/** sp_admin_metrics_text: each name has its help and type, then its samples. */
char *
sp_admin_metrics_text (const SpPicture *picture, gsize *len)
{
  GString *text = g_string_new (NULL);

  add_build (text);
  add_state (text, &picture->pump);
  add_pump_load (text, &picture->pump);
  add_overload (text, &picture->pump);
  add_pump_care (text, &picture->pump);
  add_process (text, picture);
  add_listeners (text, picture);
  add_certs (text, picture);
  add_pump_counters (text, picture);
  add_stream_counters (text, picture);
  sp_admin_sample_streams (text, picture);
  *len = text->len;
  return g_string_free (text, FALSE);
}
