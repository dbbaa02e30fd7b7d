/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-push.h"

#include "sp-asf-intake.h"
#include "sp-error.h"
#include "sp-mmsh-demuxer.h"
#include "sp-mmsh-wire.h"
#include "sp-stream-sources.h"

#include <errno.h>
#include <unistd.h>

#define MAIN_RANK 0
#define ID_BYTES 16

struct _SpMmshPushes
{
  GMutex mutex;
  GHashTable *by_id; /* push-id -> SpMmshPush (owned) */
};

struct _SpMmshPush
{
  char *id;
  SpStream *stream;
  SpPublisher *publisher;
  SpAsfIntake *intake;
  SpMmshDemuxer *demuxer;
  gint64 media_us;      /* last $H, $D or $C, or the start of the body */
  gint64 now_us;        /* of the feed that is under way */
  gint64 left_us;       /* when the last body ended */
  gboolean in_progress; /* guarded by the table's mutex */
  gboolean was_lost;    /* the last body broke off */
  gboolean has_ended;
};

SpMmshPushes *
sp_mmsh_pushes_new (void)
{
  SpMmshPushes *pushes = g_new0 (SpMmshPushes, 1);

  g_mutex_init (&pushes->mutex);
  pushes->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  return pushes;
}

static void
push_free (SpMmshPush *push, gint64 now_us, const char *why)
{
  sp_asf_intake_free (push->intake);
  sp_mmsh_demuxer_free (push->demuxer);
  sp_publisher_release (push->publisher, push->has_ended, now_us, why);
  sp_stream_unref (push->stream);
  g_free (push->id);
  g_free (push);
}

/** sp_mmsh_pushes_free: no connection feeds any more. */
void
sp_mmsh_pushes_free (SpMmshPushes *pushes)
{
  GHashTableIter iter;
  gpointer push;

  g_hash_table_iter_init (&iter, pushes->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &push))
    push_free (push, 0, "the pump stops");
  g_hash_table_unref (pushes->by_id);
  g_mutex_clear (&pushes->mutex);
  g_free (pushes);
}

/* Unguessable (MS-WMHTTP 5.1): who knows it can feed the stream. */
static char *
random_id (GError **error)
{
  guint8 bytes[ID_BYTES];
  GString *id;

  if (getentropy (bytes, sizeof bytes) != 0)
    {
      sp_error_set (
          error, SP_ERROR_FAILED, "no entropy: %s", g_strerror (errno));
      return NULL;
    }
  id = g_string_sized_new (2 * ID_BYTES);
  for (guint i = 0; i < ID_BYTES; i++)
    g_string_append_printf (id, "%02x", bytes[i]);
  return g_string_free (id, FALSE);
}

/* The id "0" asks for a new session, as no id does. */
static gboolean
is_new (const char *id)
{
  return id == NULL || g_str_equal (id, "0");
}

/* Does an encoder whose connection broke hold @stream? Then nobody need wait
 * for it. Between two of its bodies it keeps its place. */
static gboolean
is_abandoned (SpMmshPushes *pushes, SpStream *stream)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, pushes->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      SpMmshPush *push = value;

      if (push->stream == stream && !sp_mmsh_push_is_revoked (push))
        return !push->in_progress && push->was_lost;
    }
  return FALSE;
}

/* The mutex is held. */
static SpMmshPush *
add (SpMmshPushes *pushes,
     SpStream *stream,
     const char *label,
     gint64 now_us,
     GError **error)
{
  SpStreamPolicy policy;
  g_autofree char *new_id = random_id (error);
  g_autoptr (GError) local = NULL;
  SpPublisher *publisher;
  SpMmshPush *push;
  gint64 takeover_us = 0;

  if (new_id == NULL)
    return NULL;

  sp_stream_get_policy (stream, &policy);
  if (!is_abandoned (pushes, stream))
    takeover_us = (gint64)policy.push_takeover_ms * 1000;
  publisher = sp_publisher_acquire (
      stream, MAIN_RANK, label, takeover_us, now_us, &local);
  if (publisher == NULL)
    {
      sp_stream_count (stream, SP_STREAM_pushes_refused, 1);
      /* The label of the other is its address: not for everybody's eyes. */
      if (g_error_matches (local, SP_ERROR, SP_ERROR_BUSY))
        sp_error_set (
            error, SP_ERROR_BUSY, "another encoder is feeding this stream");
      else
        g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  push = g_new0 (SpMmshPush, 1);
  push->id = g_steal_pointer (&new_id);
  push->stream = sp_stream_ref (stream);
  push->publisher = publisher;
  push->intake = sp_asf_intake_new (publisher);
  push->demuxer = sp_mmsh_demuxer_new (SP_MMSH_PUSH);
  push->left_us = now_us;
  g_hash_table_insert (pushes->by_id, push->id, push);
  return push;
}

static SpMmshPush *
find (SpMmshPushes *pushes, const char *id)
{
  if (is_new (id))
    return NULL;
  return g_hash_table_lookup (pushes->by_id, id);
}

static gboolean
check_free (SpMmshPush *push, SpStream *stream, GError **error)
{
  if (push->stream != stream)
    return sp_error_set (
        error, SP_ERROR_PROTOCOL, "this push-id belongs to another stream");
  if (push->in_progress)
    return sp_error_set (
        error, SP_ERROR_BUSY, "a PushStart is in progress on this push-id");
  return TRUE;
}

char *
sp_mmsh_pushes_setup (SpMmshPushes *pushes,
                      const char *id,
                      SpStream *stream,
                      const char *label,
                      gint64 now_us,
                      GError **error)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&pushes->mutex);
  SpMmshPush *push = find (pushes, id);

  if (push == NULL && !is_new (id))
    {
      sp_error_set (error, SP_ERROR_NOT_FOUND, "no such push-id");
      return NULL;
    }
  if (push == NULL)
    push = add (pushes, stream, label, now_us, error);
  else if (!check_free (push, stream, error))
    return NULL;
  if (push == NULL)
    return NULL;
  push->left_us = now_us;
  return g_strdup (push->id);
}

SpMmshPush *
sp_mmsh_pushes_begin (SpMmshPushes *pushes,
                      const char *id,
                      SpStream *stream,
                      const char *label,
                      gint64 now_us,
                      GError **error)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&pushes->mutex);
  SpMmshPush *push = find (pushes, id);

  if (push != NULL && !check_free (push, stream, error))
    return NULL;
  if (push == NULL)
    push = add (pushes, stream, label, now_us, error);
  if (push == NULL)
    return NULL;
  push->in_progress = TRUE;
  push->was_lost = FALSE;
  push->media_us = now_us;
  return push;
}

const char *
sp_mmsh_push_id (SpMmshPush *push)
{
  return push->id;
}

void
sp_mmsh_push_connected (SpMmshPush *push,
                        const SpSourcePeer *peer,
                        gint64 now_us)
{
  sp_publisher_connected (push->publisher, peer, now_us);
}

static gboolean
on_header (gpointer user_data, const guint8 *data, gsize len, GError **error)
{
  SpMmshPush *push = user_data;

  push->media_us = push->now_us;
  return sp_asf_intake_header (push->intake, data, len, push->now_us, error);
}

static gboolean
on_data (gpointer user_data, const guint8 *data, gsize len, GError **error)
{
  SpMmshPush *push = user_data;

  push->media_us = push->now_us;
  return sp_asf_intake_data (push->intake, data, len, push->now_us, error);
}

static gboolean
on_change (gpointer user_data, GError **error)
{
  return TRUE; /* the header comes with it */
}

static gboolean
on_end (gpointer user_data, gboolean is_final, GError **error)
{
  SpMmshPush *push = user_data;

  push->has_ended |= is_final;
  return TRUE;
}

static void
on_dropped (gpointer user_data, guint8 type)
{
  SpMmshPush *push = user_data;

  sp_stream_count (push->stream,
                   type == SP_MMSH_FILLER ? SP_STREAM_filler_packets
                                          : SP_STREAM_unknown_packets,
                   1);
}

static const SpSinkClass sink = {
  .on_header = on_header,
  .on_data = on_data,
  .on_change = on_change,
  .on_end = on_end,
  .on_dropped = on_dropped,
};

gboolean
sp_mmsh_push_feed (SpMmshPush *push,
                   const guint8 *data,
                   gsize len,
                   gint64 now_us,
                   GError **error)
{
  g_autoptr (GError) local = NULL;

  push->now_us = now_us;
  if (sp_mmsh_demuxer_feed (push->demuxer, data, len, &sink, push, &local))
    return TRUE;
  if (!g_error_matches (local, SP_ERROR, SP_ERROR_REVOKED)
      && !g_error_matches (local, SP_ERROR, SP_ERROR_DENIED))
    sp_stream_count (push->stream, SP_STREAM_source_errors, 1);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
sp_mmsh_push_has_ended (SpMmshPush *push)
{
  return push->has_ended;
}

gboolean
sp_mmsh_push_is_idle (SpMmshPush *push, gint64 now_us)
{
  return now_us - push->media_us > SP_MMSH_PUSH_IDLE_US;
}

gboolean
sp_mmsh_push_is_revoked (SpMmshPush *push)
{
  return sp_publisher_is_revoked (push->publisher);
}

gboolean
sp_mmsh_push_is_enabled (SpMmshPush *push)
{
  return sp_stream_source_is_enabled (push->stream, MAIN_RANK);
}

void
sp_mmsh_pushes_end_body (SpMmshPushes *pushes,
                         SpMmshPush *push,
                         SpMmshPushEnd end,
                         gint64 now_us,
                         const char *why)
{
  if (sp_mmsh_demuxer_next_body (push->demuxer))
    sp_stream_count (push->stream, SP_STREAM_packets_bad, 1);
  if (end == SP_MMSH_PUSH_BODY_LOST
      || (end == SP_MMSH_PUSH_OVER && !push->has_ended))
    sp_publisher_pause (push->publisher, now_us, why);
  g_mutex_lock (&pushes->mutex);
  push->in_progress = FALSE;
  push->was_lost = end == SP_MMSH_PUSH_BODY_LOST;
  push->left_us = now_us;
  if (end == SP_MMSH_PUSH_OVER)
    g_hash_table_remove (pushes->by_id, push->id);
  g_mutex_unlock (&pushes->mutex);
  if (end == SP_MMSH_PUSH_OVER)
    push_free (push, now_us, why);
}

static gboolean
has_expired (SpMmshPush *push, gint64 now_us)
{
  gint64 limit_us
      = push->was_lost ? SP_MMSH_PUSH_IDLE_US : SP_MMSH_PUSH_BETWEEN_US;

  return !push->in_progress
         && (now_us - push->left_us > limit_us
             || sp_mmsh_push_is_revoked (push));
}

void
sp_mmsh_pushes_expire (SpMmshPushes *pushes, gint64 now_us)
{
  g_autoptr (GPtrArray) expired = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer push;

  g_mutex_lock (&pushes->mutex);
  g_hash_table_iter_init (&iter, pushes->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &push))
    {
      if (!has_expired (push, now_us))
        continue;
      g_ptr_array_add (expired, push);
      g_hash_table_iter_remove (&iter);
    }
  g_mutex_unlock (&pushes->mutex);
  for (guint i = 0; i < expired->len; i++)
    push_free (expired->pdata[i], now_us, "the encoder did not come back");
}

guint
sp_mmsh_pushes_count (SpMmshPushes *pushes)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&pushes->mutex);

  return g_hash_table_size (pushes->by_id);
}
