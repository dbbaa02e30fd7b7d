/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admission.h"

#include "sp-error.h"

struct _SpAdmission
{
  GMutex mutex;
  SpRegistry *registry;
  SpAdmissionLimits limits;
  guint n_clients;
  GHashTable *places; /* "path" or "path address" or " address" -> count */
};

/** sp_admission_new: @registry: (transfer none), outlives it. */
SpAdmission *
sp_admission_new (SpRegistry *registry)
{
  SpAdmission *admission = g_new0 (SpAdmission, 1);

  g_mutex_init (&admission->mutex);
  admission->registry = registry;
  admission->places
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return admission;
}

void
sp_admission_free (SpAdmission *admission)
{
  g_hash_table_unref (admission->places);
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

static guint
held (SpAdmission *admission, const char *key)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (admission->places, key));
}

static void
change (SpAdmission *admission, const char *key, gint by)
{
  guint n = held (admission, key) + (guint)by;

  if (n == 0)
    g_hash_table_remove (admission->places, key);
  else
    g_hash_table_insert (
        admission->places, g_strdup (key), GUINT_TO_POINTER (n));
}

static gboolean
is_full (guint used, guint limit)
{
  return limit > 0 && used >= limit;
}

static const char *
refusal (SpAdmission *admission,
         SpStream *stream,
         const SpStreamPolicy *policy,
         char **keys,
         gint64 now_us)
{
  const SpAdmissionLimits *limits = &admission->limits;
  guint64 stream_kbps;

  if (is_full (admission->n_clients, limits->clients))
    return "the server has all the clients it may have";
  if (is_full (held (admission, keys[0]), policy->max_clients))
    return "the stream has all the clients it may have";
  if (is_full (held (admission, keys[1]), limits->clients_per_address)
      || is_full (held (admission, keys[2]), policy->max_clients_per_address))
    return "this address has all the clients it may have";
  if (limits->bandwidth_kbps > 0
      && bandwidth_kbps (admission, stream, now_us) > limits->bandwidth_kbps)
    return "the server's bandwidth is used up";
  stream_kbps = (held (admission, keys[0]) + 1)
                * sp_stream_bitrate_bps (stream, now_us) / 1000;
  if (policy->max_bandwidth_kbps > 0
      && stream_kbps > policy->max_bandwidth_kbps)
    return "the stream's bandwidth is used up";
  return NULL;
}

static GStrv
make_keys (SpStream *stream, GInetAddress *address)
{
  g_autofree char *text = g_inet_address_to_string (address);
  char **keys = g_new0 (char *, 4);

  keys[0] = g_strdup (sp_stream_path (stream));
  keys[1] = g_strconcat (" ", text, NULL);
  keys[2] = g_strconcat (keys[0], " ", text, NULL);
  return keys;
}

gboolean
sp_admission_enter (SpAdmission *admission,
                    SpStream *stream,
                    GInetAddress *address,
                    gint64 now_us,
                    GError **error)
{
  g_auto (GStrv) keys = make_keys (stream, address);
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&admission->mutex);
  SpStreamPolicy policy;
  const char *why;

  sp_stream_get_policy (stream, &policy);
  why = refusal (admission, stream, &policy, keys, now_us);
  if (why != NULL)
    return sp_error_set (error, SP_ERROR_LIMIT, "%s", why);
  admission->n_clients++;
  for (guint i = 0; i < 3; i++)
    change (admission, keys[i], 1);
  return TRUE;
}

void
sp_admission_leave (SpAdmission *admission,
                    SpStream *stream,
                    GInetAddress *address)
{
  g_auto (GStrv) keys = make_keys (stream, address);
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&admission->mutex);

  admission->n_clients--;
  for (guint i = 0; i < 3; i++)
    change (admission, keys[i], -1);
}

guint
sp_admission_count (SpAdmission *admission)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&admission->mutex);

  return admission->n_clients;
}
