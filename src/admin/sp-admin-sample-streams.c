/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-sample.h"

#include <math.h>

#define STREAM "stream_pump_stream_"
#define CANARY "stream_pump_canary_"

/* NAN: not known, no sample. */
typedef gdouble (*ValueFunc) (const SpStreamInfo *info,
                              const SpPicture *picture);

static gdouble
clients (const SpStreamInfo *info, const SpPicture *picture)
{
  return info->clients;
}

static gdouble
clients_peak (const SpStreamInfo *info, const SpPicture *picture)
{
  return info->clients_peak;
}

static gdouble
client_limit (const SpStreamInfo *info, const SpPicture *picture)
{
  return info->client_limit;
}

static gdouble
clients_behind (const SpStreamInfo *info, const SpPicture *picture)
{
  return info->quality.behind;
}

static gdouble
lag_worst (const SpStreamInfo *info, const SpPicture *picture)
{
  return info->quality.lag_worst_ms / 1000.0;
}

static gdouble
idle (const SpStreamInfo *info, const SpPicture *picture)
{
  if (info->last_packet_us == 0)
    return NAN;
  return (gdouble)MAX (picture->at_us - info->last_packet_us, 0)
         / G_USEC_PER_SEC;
}

static gdouble
bitrate_in (const SpStreamInfo *info, const SpPicture *picture)
{
  return (gdouble)info->bitrate_bps;
}

static gdouble
bitrate_out (const SpStreamInfo *info, const SpPicture *picture)
{
  return (gdouble)info->bitrate_out_bps;
}

static gdouble
bitrate_nominal (const SpStreamInfo *info, const SpPicture *picture)
{
  return info->nominal_bps != 0 ? (gdouble)info->nominal_bps : NAN;
}

static gdouble
start_delay (const SpStreamInfo *info, const SpPicture *picture)
{
  return info->start_delay_ms != 0 ? info->start_delay_ms / 1000.0 : NAN;
}

static gdouble
source_rank (const SpStreamInfo *info, const SpPicture *picture)
{
  return info->source_label != NULL ? info->source_rank : NAN;
}

static gdouble
draining (const SpStreamInfo *info, const SpPicture *picture)
{
  return info->is_draining;
}

static gdouble
canary_ok (const SpStreamInfo *info, const SpPicture *picture)
{
  return info->canary.at_us != 0 ? info->canary.is_ok : NAN;
}

static gdouble
canary_first_packet (const SpStreamInfo *info, const SpPicture *picture)
{
  return info->canary.at_us != 0 && info->canary.is_ok
             ? info->canary.first_packet_ms / 1000.0
             : NAN;
}

static gdouble
canary_stall (const SpStreamInfo *info, const SpPicture *picture)
{
  return info->canary.at_us != 0 ? info->canary.stall_ms / 1000.0 : NAN;
}

static const struct
{
  const char *name;
  const char *help;
  ValueFunc value;
} gauges[] = {
  { STREAM "clients", "clients of the stream", clients },
  { STREAM "clients_peak", "most clients at once", clients_peak },
  { STREAM "client_limit",
    "clients that are taken at most; 0: no limit",
    client_limit },
  { STREAM "clients_behind",
    "clients that are more than two seconds late",
    clients_behind },
  { STREAM "client_lag_worst_seconds",
    "how late the latest client is",
    lag_worst },
  { STREAM "idle_seconds", "time since the last packet came in", idle },
  { STREAM "bitrate_in_bps", "media that come in", bitrate_in },
  { STREAM "bitrate_out_bps", "media that go out", bitrate_out },
  { STREAM "bitrate_nominal_bps", "what the header promises", bitrate_nominal },
  { STREAM "start_delay_seconds",
    "from the request to the first packet, median of the last clients",
    start_delay },
  { STREAM "source_rank",
    "which source feeds the stream: 0 the main one, from 1 on a fallback",
    source_rank },
  { STREAM "draining", "1 while the stream takes no new clients", draining },
  { CANARY "ok", "1 when the pump could play its own stream", canary_ok },
  { CANARY "first_packet_seconds",
    "time to the first packet in the last run that played",
    canary_first_packet },
  { CANARY "stall_seconds", "gaps in the last run, in sum", canary_stall },
};

static void
add_gauges (GString *text, const SpPicture *picture)
{
  for (guint i = 0; i < G_N_ELEMENTS (gauges); i++)
    {
      sp_admin_sample_begin (text, gauges[i].name, "gauge", gauges[i].help);
      for (guint j = 0; j < picture->streams->len; j++)
        {
          const SpStreamInfo *info = picture->streams->pdata[j];
          const SpAdminLabel label[] = { { "stream", info->path }, { NULL } };
          gdouble value = gauges[i].value (info, picture);

          if (!isnan (value))
            sp_admin_sample (text, gauges[i].name, label, value);
        }
    }
}

static void
add_states (GString *text, const SpPicture *picture)
{
  sp_admin_sample_begin (
      text, STREAM "state", "gauge", "1 for the state the stream is in");
  for (guint i = 0; i < picture->streams->len; i++)
    {
      const SpStreamInfo *info = picture->streams->pdata[i];

      for (guint state = 0; state <= SP_STREAM_FALLBACK; state++)
        {
          const SpAdminLabel labels[]
              = { { "stream", info->path },
                  { "state", sp_stream_state_name ((SpStreamState)state) },
                  { NULL } };

          sp_admin_sample (text, STREAM "state", labels, state == info->state);
        }
    }
}

static void
add_healths (GString *text, const SpPicture *picture)
{
  sp_admin_sample_begin (text,
                         STREAM "health",
                         "gauge",
                         "1 for the health of the source that feeds it");
  for (guint i = 0; i < picture->streams->len; i++)
    {
      const SpStreamInfo *info = picture->streams->pdata[i];

      for (guint health = 0; health <= SP_HEALTH_ABSENT; health++)
        {
          const SpAdminLabel labels[]
              = { { "stream", info->path },
                  { "health", sp_health_name ((SpHealth)health) },
                  { NULL } };

          sp_admin_sample (
              text, STREAM "health", labels, health == info->health);
        }
    }
}

/* Of one stream: buckets are cumulative here. */
static void
add_lag (GString *text, const SpStreamInfo *info)
{
  static const char name[] = STREAM "client_lag_seconds_bucket";
  const SpQuality *quality = &info->quality;
  const SpAdminLabel label[] = { { "stream", info->path }, { NULL } };
  guint n_clients = 0;

  for (guint i = 0; i < SP_LAG_BUCKETS; i++)
    {
      char bound[G_ASCII_DTOSTR_BUF_SIZE] = "+Inf";
      const SpAdminLabel labels[]
          = { { "stream", info->path }, { "le", bound }, { NULL } };

      if (i < SP_LAG_BUCKETS - 1)
        g_ascii_formatd (
            bound, sizeof bound, "%g", sp_lag_bounds_ms[i] / 1000.0);
      n_clients += quality->buckets[i];
      sp_admin_sample (text, name, labels, n_clients);
    }
  sp_admin_sample (text,
                   STREAM "client_lag_seconds_sum",
                   label,
                   (gdouble)quality->lag_sum_ms / 1000);
  sp_admin_sample (text, STREAM "client_lag_seconds_count", label, n_clients);
}

void
sp_admin_sample_streams (GString *text, const SpPicture *picture)
{
  add_gauges (text, picture);
  add_states (text, picture);
  add_healths (text, picture);
  sp_admin_sample_begin (text,
                         STREAM "client_lag_seconds",
                         "histogram",
                         "how late the clients are that there are at present");
  for (guint i = 0; i < picture->streams->len; i++)
    add_lag (text, picture->streams->pdata[i]);
}
