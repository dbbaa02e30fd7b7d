/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-alarms.h"

#include "sp-limit-alarm.h"
#include "sp-pump-alarms.h"

#include "sp-log.h"

#define DROPPED_US (60 * G_USEC_PER_SEC) /* one event a stream in so long */
#define MASS_CLIENTS 10                  /* fewer are no mass */
#define MASS_LOOKS 3 /* in a row, before it is told or taken back */
/* A source that comes and goes, or changes its header, faster than that is told
 * of as it is a second later. */
#define FLUTTER_BURST 10
#define CERT_AGAIN_US (24 * 3600LL * G_USEC_PER_SEC)

/** What was told of a stream. */
typedef struct
{
  char *label; /* of the source that feeds it; NULL: none */
  guint rank;  /* of that, or of the last one */
  guint64 header_changes;
  SpLogLimit source_limit;
  SpLogLimit header_limit;
  SpHealth health; /* OK, DEGRADED or LOOPING */
  gboolean is_stalled;
  SpLimitAlarm limit;
  gboolean is_mass_lag;
  guint mass_looks; /* in a row that say otherwise */
  gint64 mass_us;   /* of the last look */
  gint64 dropped_us;
  guint dropped; /* clients not told of yet */
  char *dropped_address;
  guint dropped_lag_ms;
  gint64 canary_us;
  gboolean has_canary_failed;
} Told;

typedef struct
{
  gint64 at_us;
  SpCertStatus status;
} CertTold;

struct _SpAlarms
{
  SpEvents *events;
  GHashTable *streams; /* path -> Told */
  GHashTable *certs;   /* index -> CertTold */
  SpPumpAlarms pump;
};

static void
told_free (gpointer data)
{
  Told *told = data;

  g_free (told->label);
  g_free (told->dropped_address);
  g_free (told);
}

SpAlarms *
sp_alarms_new (SpEvents *events)
{
  SpAlarms *alarms = g_new0 (SpAlarms, 1);

  alarms->events = events;
  alarms->streams
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, told_free);
  sp_pump_alarms_init (&alarms->pump, events);
  alarms->certs = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return alarms;
}

void
sp_alarms_free (SpAlarms *alarms)
{
  g_hash_table_unref (alarms->streams);
  g_hash_table_unref (alarms->certs);
  g_free (alarms);
}

static Told *
told_of (SpAlarms *alarms, const char *path)
{
  Told *told = g_hash_table_lookup (alarms->streams, path);

  if (told == NULL)
    {
      told = g_new0 (Told, 1);
      g_hash_table_insert (alarms->streams, g_strdup (path), told);
    }
  return told;
}

void
sp_alarms_forget (SpAlarms *alarms, const char *path)
{
  g_hash_table_remove (alarms->streams, path);
}

static void
post (SpAlarms *alarms, const SpStreamInfo *info, SpEvent *event)
{
  event->stream_index = info->index;
  sp_events_post (alarms->events, event);
}

static gboolean
may_tell (SpLogLimit *limit, gint64 now_us)
{
  return sp_log_limit_allow (limit, now_us, FLUTTER_BURST, G_USEC_PER_SEC);
}

static void
look_at_source (SpAlarms *alarms,
                Told *told,
                const SpStreamInfo *info,
                gint64 now_us)
{
  g_autofree char *before = NULL;
  SpEvent *event;

  if (g_strcmp0 (told->label, info->source_label) == 0
      || !may_tell (&told->source_limit, now_us))
    return;
  before = g_steal_pointer (&told->label);
  told->label = g_strdup (info->source_label);
  if (info->source_label != NULL)
    {
      event = sp_event_new (SP_EVENT_source_up,
                            info->path,
                            "source up: %s%s",
                            info->source_label,
                            info->source_rank > 0 ? " (fallback)" : "");
      told->rank = info->source_rank;
    }
  else
    event = sp_event_new (SP_EVENT_source_down,
                          info->path,
                          "source down: %s: %s",
                          before,
                          info->source_error != NULL ? info->source_error
                                                     : "it has ended");
  event->source_index = told->rank + 1;
  post (alarms, info, event);
}

static void
look_at_header (SpAlarms *alarms,
                Told *told,
                const SpStreamInfo *info,
                gint64 now_us)
{
  guint64 changes = info->counters.value[SP_STREAM_header_changes];

  if (changes == told->header_changes
      || !may_tell (&told->header_limit, now_us))
    return;
  if (info->header_bytes > 0)
    post (alarms,
          info,
          sp_event_new (SP_EVENT_header_changed,
                        info->path,
                        "header changed: %u bytes, packets of %u bytes",
                        info->header_bytes,
                        info->packet_size));
  told->header_changes = changes;
}

static const char *
reason_of (const SpStreamInfo *info)
{
  return info->health_reason != NULL ? info->health_reason : "no reason known";
}

static void
look_at_stall (SpAlarms *alarms, Told *told, const SpStreamInfo *info)
{
  gboolean is_stalled = info->health == SP_HEALTH_STALLED;

  if (info->source_label == NULL || is_stalled == told->is_stalled)
    return;
  told->is_stalled = is_stalled;
  if (is_stalled)
    post (alarms,
          info,
          sp_event_new (SP_EVENT_stream_stalled,
                        info->path,
                        "source stalled: %s",
                        reason_of (info)));
  else
    post (alarms,
          info,
          sp_event_new (
              SP_EVENT_stream_recovered, info->path, "source delivers again"));
}

static void
look_at_health (SpAlarms *alarms, Told *told, const SpStreamInfo *info)
{
  SpHealth health = info->health;

  if (health == SP_HEALTH_STALLED || health == SP_HEALTH_ABSENT
      || health == told->health)
    return;
  told->health = health;
  if (health == SP_HEALTH_OK)
    post (alarms,
          info,
          sp_event_new (
              SP_EVENT_source_healthy, info->path, "source health: ok"));
  else
    post (alarms,
          info,
          sp_event_new (SP_EVENT_source_health,
                        info->path,
                        "source health: %s: %s",
                        sp_health_name (health),
                        reason_of (info)));
}

static void
look_at_stream_limit (SpAlarms *alarms,
                      Told *told,
                      const SpStreamInfo *info,
                      gint64 now_us)
{
  switch (sp_limit_alarm_look (
      &told->limit,
      info->counters.value[SP_STREAM_clients_refused_stream],
      info->clients,
      info->client_limit,
      now_us))
    {
    case SP_LIMIT_SAME:
      return;
    case SP_LIMIT_REACHED:
      post (alarms,
            info,
            sp_event_new (SP_EVENT_stream_limit,
                          info->path,
                          "a limit of the stream is reached: %u clients",
                          info->clients));
      return;
    case SP_LIMIT_OVER:
      post (alarms,
            info,
            sp_event_new (SP_EVENT_limit_over,
                          info->path,
                          "the limit of the stream is no longer reached"));
      return;
    }
}

static void
look_at_lag (SpAlarms *alarms,
             Told *told,
             const SpStreamInfo *info,
             gint64 now_us)
{
  const SpQuality *quality = &info->quality;
  gboolean is_contrary = told->is_mass_lag
                             ? quality->behind * 4 <= quality->clients
                             : quality->clients >= MASS_CLIENTS
                                   && quality->behind * 2 > quality->clients;

  if (now_us - told->mass_us < G_USEC_PER_SEC / 2)
    return;
  told->mass_us = now_us;
  told->mass_looks = is_contrary ? told->mass_looks + 1 : 0;
  if (told->mass_looks < MASS_LOOKS)
    return;
  told->mass_looks = 0;
  told->is_mass_lag = !told->is_mass_lag;
  if (told->is_mass_lag)
    post (alarms,
          info,
          sp_event_new (SP_EVENT_mass_lag,
                        info->path,
                        "%u of %u clients are behind, the worst by %u ms: "
                        "look at this host and its uplink",
                        quality->behind,
                        quality->clients,
                        quality->lag_worst_ms));
  else
    post (alarms,
          info,
          sp_event_new (SP_EVENT_mass_lag_over,
                        info->path,
                        "the clients keep up again: %u of %u are behind",
                        quality->behind,
                        quality->clients));
}

static void
look_at_canary (SpAlarms *alarms, Told *told, const SpStreamInfo *info)
{
  const SpCanaryInfo *canary = &info->canary;

  if (canary->at_us == told->canary_us)
    return;
  told->canary_us = canary->at_us;
  if (canary->is_ok == !told->has_canary_failed)
    return;
  told->has_canary_failed = !canary->is_ok;
  if (canary->is_ok)
    post (alarms,
          info,
          sp_event_new (SP_EVENT_canary_recovered,
                        info->path,
                        "the canary plays again: first packet after %u ms",
                        canary->first_packet_ms));
  else
    post (alarms,
          info,
          sp_event_new (SP_EVENT_canary_failed,
                        info->path,
                        "the canary cannot play: %s",
                        canary->error != NULL ? canary->error
                                              : "no reason known"));
}

static void
tell_dropped (SpAlarms *alarms,
              Told *told,
              const char *path,
              guint stream_index,
              gint64 now_us)
{
  SpEvent *event = sp_event_new (
      SP_EVENT_client_dropped,
      path,
      "%u clients were cut off for slowness, the last one %u ms behind",
      told->dropped,
      told->dropped_lag_ms);

  event->stream_index = stream_index;
  event->repeats = told->dropped;
  event->lag_ms = told->dropped_lag_ms;
  event->address = g_steal_pointer (&told->dropped_address);
  told->dropped = 0;
  told->dropped_us = now_us;
  sp_events_post (alarms->events, event);
}

static gboolean
is_dropped_due (const Told *told, gint64 now_us)
{
  return told->dropped > 0
         && (told->dropped_us == 0 || now_us - told->dropped_us >= DROPPED_US);
}

void
sp_alarms_stream (SpAlarms *alarms, const SpStreamInfo *info, gint64 now_us)
{
  Told *told = told_of (alarms, info->path);

  look_at_source (alarms, told, info, now_us);
  look_at_header (alarms, told, info, now_us);
  look_at_stall (alarms, told, info);
  look_at_health (alarms, told, info);
  look_at_stream_limit (alarms, told, info, now_us);
  look_at_lag (alarms, told, info, now_us);
  look_at_canary (alarms, told, info);
  if (is_dropped_due (told, now_us))
    tell_dropped (alarms, told, info->path, info->index, now_us);
}

void
sp_alarms_pump (SpAlarms *alarms, const SpPumpInfo *info, gint64 now_us)
{
  sp_pump_alarms_look (&alarms->pump, info, now_us);
}

/* TRUE: it is time to tell of @cert, again perhaps: at once when it is worse
 * than it was. */
static gboolean
is_cert_due (SpAlarms *alarms, const SpCertInfo *cert, gint64 now_us)
{
  gpointer key = GUINT_TO_POINTER (cert->index);
  const CertTold *told = g_hash_table_lookup (alarms->certs, key);
  const CertTold now = { now_us, cert->status };

  if (cert->status != SP_CERT_EXPIRING && cert->status != SP_CERT_EXPIRED)
    {
      g_hash_table_remove (alarms->certs, key);
      return FALSE;
    }
  if (told != NULL && told->status == cert->status
      && now_us - told->at_us < CERT_AGAIN_US)
    return FALSE;
  g_hash_table_insert (alarms->certs, key, g_memdup2 (&now, sizeof now));
  return TRUE;
}

void
sp_alarms_certs (SpAlarms *alarms, GPtrArray *certs, gint64 now_us)
{
  for (guint i = 0; i < certs->len; i++)
    {
      const SpCertInfo *cert = certs->pdata[i];
      SpEvent *event;

      if (!is_cert_due (alarms, cert, now_us))
        continue;
      if (cert->status == SP_CERT_EXPIRED)
        event = sp_event_new (SP_EVENT_cert_expiring,
                              NULL,
                              "certificate %s has expired: renew it and "
                              "reload",
                              cert->file);
      else
        event = sp_event_new (SP_EVENT_cert_expiring,
                              NULL,
                              "certificate %s expires in %d days: renew it "
                              "and reload",
                              cert->file,
                              cert->days_left);
      event->cert_index = cert->index;
      sp_events_post (alarms->events, event);
    }
}

void
sp_alarms_visit (SpAlarms *alarms, const SpVisit *visit, gint64 now_us)
{
  const SpClientInfo *info = visit->info;
  Told *told;

  if (visit->reason != SP_LEFT_CUT)
    return;
  told = told_of (alarms, info->stream);
  told->dropped++;
  told->dropped_lag_ms = info->lag_ms;
  g_free (told->dropped_address);
  told->dropped_address = g_strdup (info->address);
  if (is_dropped_due (told, now_us))
    tell_dropped (alarms, told, info->stream, info->stream_index, now_us);
}
