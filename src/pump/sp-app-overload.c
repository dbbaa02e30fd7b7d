/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-app-private.h"

/* New clients are refused before those present suffer: what the process has
 * left, and how late it sends, against its limits. */

#define MIN_RESERVED 32
#define MAX_RESERVED 256
#define MIN_ANSWERS 2
#define MAX_ANSWERS 256

/* Descriptors that are not for media ports: admin, pulls, files, the library's
 * own; @others: that are open. */
static guint
reserved (guint limit, guint others)
{
  guint usual = CLAMP (limit / 4, MIN_RESERVED, MAX_RESERVED);

  return MAX (usual, others + usual / 4);
}

/** sp_app_max_connections: of a process that may have @limit descriptors and
 * has @others open besides its connections. At least 1. */
guint
sp_app_max_connections (guint limit, guint others)
{
  guint kept = reserved (limit, others);

  return limit > kept ? limit - kept : 1;
}

/* Of @max connections so many may be open when a client comes: the rest is for
 * encoders, and to say no. */
static guint
connection_limit (guint max)
{
  return max - MIN (max / 2, CLAMP (max / 8, MIN_ANSWERS, MAX_ANSWERS));
}

/* Any thread. */
static guint
count_connections (gpointer user_data)
{
  SpApp *app = user_data;
  guint n = 0;

  for (guint i = 0; i < app->n_workers && app->workers[i] != NULL; i++)
    n += sp_worker_connections (app->workers[i]);
  return n;
}

/** sp_app_set_limits: for new clients. */
void
sp_app_set_limits (SpApp *app)
{
  const SpLimitsConfig *limits = &app->config->limits;
  const SpAdmissionLimits admission
      = { .clients = limits->clients,
          .clients_per_address = limits->clients_per_address,
          .bandwidth_kbps = limits->bandwidth_kbps,
          .connections = connection_limit (app->max_connections) };

  sp_admission_set_limits (app->admission, &admission);
}

/** sp_app_overload_init: @descriptors that the process may have. */
void
sp_app_overload_init (SpApp *app, guint descriptors)
{
  app->max_connections = sp_app_max_connections (descriptors, 0);
  sp_admission_set_count (app->admission, count_connections, app);
}

static guint
lateness_ms (SpApp *app, gint64 now_us)
{
  guint worst_ms = 0;

  for (guint i = 0; i < app->n_workers && app->workers[i] != NULL; i++)
    worst_ms = MAX (worst_ms, sp_worker_lateness_ms (app->workers[i], now_us));
  return worst_ms;
}

static void
tell_admission (SpApp *app)
{
  sp_admission_set_overload (app->admission,
                             sp_overload_meter_causes (&app->overload));
}

/** sp_app_look_at_lateness: four times a second. */
void
sp_app_look_at_lateness (SpApp *app, gint64 now_us)
{
  sp_overload_meter_lateness (&app->overload,
                              lateness_ms (app, now_us),
                              app->config->overload.lateness_ms,
                              now_us);
  tell_admission (app);
}

/** sp_app_look_at_resources: once a second; the limit of descriptors may have
 * been changed from outside, and pulls and files take some, too. */
void
sp_app_look_at_resources (SpApp *app, const SpPumpInfo *info)
{
  guint others = info->descriptors - MIN (info->connections, info->descriptors);
  guint max = sp_app_max_connections (info->descriptor_limit, others);

  sp_overload_meter_memory (
      &app->overload, info->memory_kib, app->config->overload.memory_mb);
  tell_admission (app);
  if (max == app->max_connections)
    return;
  app->max_connections = max;
  sp_listener_set_max_connections (app->listener, max);
  sp_app_set_limits (app);
}

/** sp_app_fill_overload: @info has its connections. */
void
sp_app_fill_overload (SpApp *app, gint64 now_us, SpPumpInfo *info)
{
  info->send_lateness_ms = lateness_ms (app, now_us);
  info->lateness_limit_ms = app->config->overload.lateness_ms;
  info->memory_limit_mb = app->config->overload.memory_mb;
  info->connection_limit = connection_limit (app->max_connections);
  info->overload = sp_overload_meter_causes (&app->overload);
  if (info->connections > info->connection_limit)
    info->overload |= SP_OVERLOAD_DESCRIPTORS;
}
