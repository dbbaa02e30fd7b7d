/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-info.h"

const guint sp_lag_bounds_ms[SP_LAG_BUCKETS - 1]
    = { 100, 250, 500, 1000, 2000, 5000, 10000 };

/** sp_stream_state_name: the word of REST, MIB and log for @state. */
const char *
sp_stream_state_name (SpStreamState state)
{
  switch (state)
    {
    case SP_STREAM_DISABLED:
      return "disabled";
    case SP_STREAM_IDLE:
      return "idle";
    case SP_STREAM_WAITING:
      return "waiting";
    case SP_STREAM_HOLDING:
      return "holding";
    case SP_STREAM_LIVE:
      return "live";
    case SP_STREAM_FALLBACK:
      return "fallback";
    }
  g_return_val_if_reached ("unknown");
}

const char *
sp_health_name (SpHealth health)
{
  static const char *const names[]
      = { "ok", "degraded", "stalled", "looping", "absent" };

  g_return_val_if_fail ((guint)health < G_N_ELEMENTS (names), "unknown");
  return names[health];
}

const char *
sp_source_state_name (SpSourceState state)
{
  static const char *const names[] = { "active",  "standby",   "connecting",
                                       "waiting", "listening", "disabled" };

  g_return_val_if_fail ((guint)state < G_N_ELEMENTS (names), "unknown");
  return names[state];
}

const char *
sp_client_state_name (SpClientState state)
{
  static const char *const names[]
      = { "opening", "playing", "behind", "waiting", "closing" };

  g_return_val_if_fail ((guint)state < G_N_ELEMENTS (names), "unknown");
  return names[state];
}

const char *
sp_leave_reason_name (SpLeaveReason reason)
{
  static const char *const names[] = { "closed", "end", "kicked", "cut" };

  g_return_val_if_fail ((guint)reason < G_N_ELEMENTS (names), "unknown");
  return names[reason];
}

const char *
sp_drain_state_name (SpDrainState state)
{
  static const char *const names[] = { "serving", "draining", "drained" };

  g_return_val_if_fail ((guint)state < G_N_ELEMENTS (names), "unknown");
  return names[state];
}

const char *
sp_overload_name (guint bit)
{
  static const char *const names[SP_N_OVERLOADS]
      = { "lateness", "memory", "descriptors" };

  g_return_val_if_fail (bit < SP_N_OVERLOADS, "unknown");
  return names[bit];
}

const char *
sp_pump_state_name (SpPumpState state)
{
  static const char *const names[]
      = { "starting", "up", "degraded", "draining", "full", "stopping" };

  g_return_val_if_fail (state >= 1 && (guint)state <= G_N_ELEMENTS (names),
                        "unknown");
  return names[state - 1];
}

gboolean
sp_quality_ranks (const SpQuality *quality, guint lag_ms)
{
  return lag_ms > 0
         && (quality->n_worst < SP_WORST_CLIENTS
             || lag_ms > quality->worst[SP_WORST_CLIENTS - 1].lag_ms);
}

gboolean
sp_quality_is_mass_lag (const SpQuality *quality)
{
  return quality->clients >= SP_MASS_LAG_CLIENTS
         && 2 * quality->behind > quality->clients;
}

/* Into its place by lag; the last one falls out when there are too many. */
static void
rank (SpQuality *quality, const SpWorstClient *client)
{
  guint at;

  if (!sp_quality_ranks (quality, client->lag_ms))
    return;
  at = quality->n_worst < SP_WORST_CLIENTS ? quality->n_worst++
                                           : SP_WORST_CLIENTS - 1;
  for (; at > 0 && quality->worst[at - 1].lag_ms < client->lag_ms; at--)
    quality->worst[at] = quality->worst[at - 1];
  quality->worst[at] = *client;
}

void
sp_quality_add (SpQuality *quality, const SpWorstClient *client)
{
  guint bucket = 0;

  while (bucket < SP_LAG_BUCKETS - 1
         && client->lag_ms > sp_lag_bounds_ms[bucket])
    bucket++;
  quality->buckets[bucket]++;
  quality->clients++;
  quality->behind += client->lag_ms > SP_BEHIND_MS;
  quality->lag_sum_ms += client->lag_ms;
  quality->lag_worst_ms = MAX (quality->lag_worst_ms, client->lag_ms);
  rank (quality, client);
}

void
sp_quality_merge (SpQuality *quality, const SpQuality *from)
{
  for (guint i = 0; i < SP_LAG_BUCKETS; i++)
    quality->buckets[i] += from->buckets[i];
  quality->clients += from->clients;
  quality->behind += from->behind;
  quality->lag_sum_ms += from->lag_sum_ms;
  quality->lag_worst_ms = MAX (quality->lag_worst_ms, from->lag_worst_ms);
  for (guint i = 0; i < from->n_worst; i++)
    rank (quality, &from->worst[i]);
}

void
sp_canary_info_clear (SpCanaryInfo *info)
{
  g_clear_pointer (&info->error, g_free);
}

void
sp_source_info_free (SpSourceInfo *info)
{
  g_free (info->type);
  g_free (info->url);
  g_free (info->health_reason);
  g_free (info->address);
  g_free (info->product);
  g_free (info->last_error);
  g_free (info);
}

void
sp_stream_info_free (SpStreamInfo *info)
{
  g_free (info->name);
  g_free (info->path);
  g_free (info->source_type);
  g_free (info->source_label);
  g_free (info->source_error);
  g_free (info->health_reason);
  sp_canary_info_clear (&info->canary);
  g_clear_pointer (&info->sources, g_ptr_array_unref);
  g_free (info);
}

void
sp_client_info_free (SpClientInfo *info)
{
  g_free (info->stream);
  g_free (info->address);
  g_free (info->user_agent);
  g_free (info->external_id);
  g_free (info->framing);
  sp_player_report_clear (&info->player);
  g_free (info);
}

void
sp_visit_free (SpVisit *visit)
{
  sp_client_info_free (visit->info);
  g_free (visit->local_address);
  g_free (visit->host);
  g_clear_pointer (&visit->player, sp_player_unref);
  g_free (visit);
}

void
sp_listener_info_free (SpListenerInfo *info)
{
  g_free (info->name);
  g_free (info->address);
  g_free (info->last_error);
  g_free (info);
}

void
sp_cert_info_free (SpCertInfo *info)
{
  g_free (info->file);
  g_free (info->subject);
  g_free (info->issuer);
  g_free (info);
}
