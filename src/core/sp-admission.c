/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admission.h"

#include "sp-error.h"
#include "sp-places.h"

struct _SpAdmission
{
  GMutex mutex;
  SpRegistry *registry;
  SpAdmissionLimits limits;
  SpAdmissionCount count; /* NULL: connections are not counted */
  gpointer count_data;
  guint overload;
  SpBans *bans;
  gboolean is_draining;
  char *redirect; /* (nullable) */
  SpPlaces *places;
};

/** sp_admission_new: @registry: (transfer none), outlives it. */
SpAdmission *
sp_admission_new (SpRegistry *registry)
{
  SpAdmission *admission = g_new0 (SpAdmission, 1);

  g_mutex_init (&admission->mutex);
  admission->registry = registry;
  admission->bans = sp_bans_new ();
  admission->places = sp_places_new ();
  return admission;
}

void
sp_admission_free (SpAdmission *admission)
{
  sp_places_free (admission->places);
  sp_bans_free (admission->bans);
  g_free (admission->redirect);
  g_mutex_clear (&admission->mutex);
  g_free (admission);
}

/** sp_admission_set_limits: for those who come from now on. */
void
sp_admission_set_limits (SpAdmission *admission,
                         const SpAdmissionLimits *limits)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&admission->mutex);

  admission->limits = *limits;
}

void
sp_admission_set_count (SpAdmission *admission,
                        SpAdmissionCount count,
                        gpointer user_data)
{
  admission->count = count;
  admission->count_data = user_data;
}

/** sp_admission_set_overload: for those who come from now on. */
void
sp_admission_set_overload (SpAdmission *admission, guint overload)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&admission->mutex);

  admission->overload = overload;
}

/** sp_admission_set_draining: for those who come from now on. */
void
sp_admission_set_draining (SpAdmission *admission,
                           gboolean is_draining,
                           const char *redirect)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&admission->mutex);

  admission->is_draining = is_draining;
  g_free (admission->redirect);
  admission->redirect = g_strdup (redirect);
}

char *
sp_admission_redirect (SpAdmission *admission)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&admission->mutex);

  return admission->is_draining ? g_strdup (admission->redirect) : NULL;
}

/** sp_admission_ban: for those who come until @until_us; of more than
 * SP_BANS_MAX bans the oldest goes. */
void
sp_admission_ban (SpAdmission *admission,
                  const SpBan *ban,
                  gint64 until_us,
                  gint64 now_us)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&admission->mutex);

  sp_bans_add (admission->bans, ban, until_us, now_us);
}

guint
sp_admission_bans (SpAdmission *admission)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&admission->mutex);

  return sp_bans_count (admission->bans);
}

/* kbit/s of one more client of @stream beside all that are there. */
static guint64
bandwidth_kbps (SpAdmission *admission, SpStream *stream, gint64 now_us)
{
  g_autoptr (GPtrArray) streams = sp_registry_list (admission->registry);
  guint64 bps = sp_stream_bitrate_bps (stream, now_us);

  for (guint i = 0; i < streams->len; i++)
    bps += sp_stream_clients (streams->pdata[i])
           * sp_stream_bitrate_bps (streams->pdata[i], now_us);
  return bps / 1000;
}

static gboolean
is_full (guint used, guint limit)
{
  return limit > 0 && used >= limit;
}

/* The connection of whoever asks is among those counted. */
static gboolean
is_crowded (SpAdmission *admission)
{
  guint limit = admission->limits.connections;

  return limit > 0 && admission->count != NULL
         && admission->count (admission->count_data) > limit;
}

/* NULL: the server can do more; otherwise it is counted. */
static const char *
overload (SpAdmission *admission)
{
  if (admission->overload & SP_OVERLOAD_LATENESS)
    {
      sp_stats_add (SP_PUMP_requests_limited_lateness, 1);
      return "the server has more clients than it can serve in time";
    }
  if (admission->overload & SP_OVERLOAD_MEMORY)
    {
      sp_stats_add (SP_PUMP_requests_limited_memory, 1);
      return "the server's memory is used up";
    }
  if (is_crowded (admission))
    {
      sp_stats_add (SP_PUMP_requests_limited_descriptors, 1);
      return "the server has all the connections it may have";
    }
  return NULL;
}

/* Of the whole server; NULL: none is reached. */
static const char *
server_limit (SpAdmission *admission,
              SpStream *stream,
              const SpAddress *address,
              gint64 now_us)
{
  const SpAdmissionLimits *limits = &admission->limits;

  if (is_full (sp_places_all (admission->places), limits->clients))
    return "the server has all the clients it may have";
  if (is_full (sp_places_of_address (admission->places, address),
               limits->clients_per_address))
    return "this address has all the clients it may have";
  if (limits->bandwidth_kbps > 0
      && bandwidth_kbps (admission, stream, now_us) > limits->bandwidth_kbps)
    return "the server's bandwidth is used up";
  return overload (admission);
}

static const char *
stream_limit (SpAdmission *admission,
              SpStream *stream,
              const SpStreamPolicy *policy,
              const SpAddress *address,
              gint64 now_us)
{
  guint64 clients = sp_places_of_stream (admission->places, stream);

  if (is_full ((guint)clients, policy->max_clients))
    return "the stream has all the clients it may have";
  if (is_full (sp_places_of_address_at (admission->places, stream, address),
               policy->max_clients_per_address))
    return "this address has all the clients of this stream it may have";
  if (policy->max_bandwidth_kbps > 0
      && (clients + 1) * sp_stream_bitrate_bps (stream, now_us) / 1000
             > policy->max_bandwidth_kbps)
    return "the stream's bandwidth is used up";
  return NULL;
}

static gboolean
refuse_banned (SpStream *stream, GError **error)
{
  sp_stats_add (SP_PUMP_requests_denied, 1);
  sp_stream_count (stream, SP_STREAM_clients_denied, 1);
  return sp_error_set (error, SP_ERROR_DENIED, "this client is banned");
}

static gboolean
refuse_draining (SpStream *stream, const char *why, GError **error)
{
  sp_stats_add (SP_PUMP_requests_draining, 1);
  sp_stream_count (stream, SP_STREAM_clients_refused, 1);
  return sp_error_set (error, SP_ERROR_DRAINING, "%s", why);
}

static gboolean
refuse_limited (SpStream *stream,
                gboolean is_of_stream,
                const char *why,
                GError **error)
{
  sp_stats_add (SP_PUMP_requests_limited, 1);
  sp_stream_count (stream, SP_STREAM_clients_refused, 1);
  if (is_of_stream)
    sp_stream_count (stream, SP_STREAM_clients_refused_stream, 1);
  else
    sp_stats_add (SP_PUMP_requests_limited_pump, 1);
  return sp_error_set (error, SP_ERROR_LIMIT, "%s", why);
}

/* The mutex is held. */
static gboolean
may_enter (SpAdmission *admission,
           SpStream *stream,
           GInetAddress *address,
           const char *external_id,
           gint64 now_us,
           GError **error)
{
  SpStreamPolicy policy;
  SpAddress key;
  const char *why;

  if (sp_bans_has (admission->bans,
                   sp_stream_path (stream),
                   address,
                   external_id,
                   now_us))
    return refuse_banned (stream, error);
  sp_stream_get_policy (stream, &policy);
  if (admission->is_draining)
    return refuse_draining (stream, "the server takes no new clients", error);
  if (policy.is_draining)
    return refuse_draining (stream, "the stream takes no new clients", error);
  sp_address_read (&key, address);
  why = server_limit (admission, stream, &key, now_us);
  if (why != NULL)
    return refuse_limited (stream, FALSE, why, error);
  why = stream_limit (admission, stream, &policy, &key, now_us);
  if (why != NULL)
    return refuse_limited (stream, TRUE, why, error);
  return TRUE;
}

gboolean
sp_admission_check (SpAdmission *admission,
                    SpStream *stream,
                    GInetAddress *address,
                    const char *external_id,
                    gint64 now_us,
                    GError **error)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&admission->mutex);

  return may_enter (admission, stream, address, external_id, now_us, error);
}

gboolean
sp_admission_enter (SpAdmission *admission,
                    SpStream *stream,
                    GInetAddress *address,
                    const char *external_id,
                    gint64 now_us,
                    GError **error)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&admission->mutex);
  SpAddress key;

  if (!may_enter (admission, stream, address, external_id, now_us, error))
    return FALSE;
  sp_address_read (&key, address);
  sp_places_take (admission->places, stream, &key);
  return TRUE;
}

void
sp_admission_leave (SpAdmission *admission,
                    SpStream *stream,
                    GInetAddress *address)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&admission->mutex);
  SpAddress key;

  sp_address_read (&key, address);
  sp_places_give (admission->places, stream, &key);
}

guint
sp_admission_count (SpAdmission *admission)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&admission->mutex);

  return sp_places_all (admission->places);
}
