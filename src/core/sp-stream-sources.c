/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-stream-sources.h"

#include "sp-stream-private.h"

void
sp_stream_source_describe (SpStream *stream,
                           guint rank,
                           const char *type,
                           const char *url)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&stream->mutex);

  g_return_if_fail (rank < SP_MAX_RANKS);
  sp_source_record_describe (&stream->sources[rank], type, url);
}

void
sp_stream_source_begin (SpStream *stream, guint rank)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&stream->mutex);

  g_return_if_fail (rank < SP_MAX_RANKS);
  stream->sources[rank].is_running = TRUE;
  stream->sources[rank].retry_us = 0;
}

void
sp_stream_source_fail (SpStream *stream, guint rank, const char *why)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&stream->mutex);

  g_return_if_fail (rank < SP_MAX_RANKS);
  sp_source_record_fail (&stream->sources[rank], why);
}

void
sp_stream_source_retry_at (SpStream *stream, guint rank, gint64 retry_us)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&stream->mutex);

  g_return_if_fail (rank < SP_MAX_RANKS);
  stream->sources[rank].retry_us = retry_us;
}

/** sp_stream_source_rest: its publisher, if it had one, has been released. */
void
sp_stream_source_rest (SpStream *stream, guint rank)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&stream->mutex);

  g_return_if_fail (rank < SP_MAX_RANKS);
  stream->sources[rank].is_running = FALSE;
  stream->sources[rank].retry_us = 0;
}

static guint
n_sources (SpStream *stream)
{
  return CLAMP (stream->policy.n_sources, 1, SP_MAX_RANKS);
}

gboolean
sp_stream_source_set_enabled (SpStream *stream,
                              guint rank,
                              gboolean is_enabled,
                              gint64 now_us)
{
  gboolean is_there;

  g_mutex_lock (&stream->mutex);
  is_there = rank < n_sources (stream);
  if (is_there)
    {
      stream->sources[rank].is_disabled = !is_enabled;
      if (!is_enabled)
        sp_publisher_revoke (
            stream, rank, now_us, "its source was switched off");
    }
  g_mutex_unlock (&stream->mutex);
  if (is_there)
    sp_stream_notify_now (stream);
  return is_there;
}

gboolean
sp_stream_source_is_enabled (SpStream *stream, guint rank)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&stream->mutex);

  g_return_val_if_fail (rank < SP_MAX_RANKS, FALSE);
  return !stream->sources[rank].is_disabled;
}

static gboolean
is_push (SpStream *stream, guint rank)
{
  const char *type = stream->sources[rank].type;

  return type != NULL ? g_str_equal (type, "mmsh_push")
                      : rank == 0 && stream->policy.is_push;
}

/* One that is connected: does it deliver? */
static gboolean
is_delivering (const SpSourceRecord *record, gint64 now_us)
{
  return record->meter.last_us != 0
         && now_us - record->meter.last_us < SP_STALL_US;
}

static SpSourceState
state_of (SpStream *stream, guint rank, gint64 now_us)
{
  const SpSourceRecord *record = &stream->sources[rank];

  if (record->is_disabled || !stream->policy.is_enabled)
    return SP_SOURCE_DISABLED;
  if (stream->active != NULL && sp_publisher_rank (stream->active) == rank)
    return SP_SOURCE_ACTIVE;
  if (record->connected_us != 0)
    return is_delivering (record, now_us) ? SP_SOURCE_STANDBY
                                          : SP_SOURCE_CONNECTING;
  if (is_push (stream, rank))
    return SP_SOURCE_LISTENING;
  if (!record->is_running)
    return SP_SOURCE_STANDBY;
  return record->retry_us != 0 ? SP_SOURCE_WAITING : SP_SOURCE_CONNECTING;
}

/* Why a source that is not connected is not. */
static const char *
why_absent (SpStream *stream, guint rank, SpSourceState state)
{
  const SpSourceRecord *record = &stream->sources[rank];

  switch (state)
    {
    case SP_SOURCE_DISABLED:
      return record->is_disabled ? "the source is switched off"
                                 : "the stream is switched off";
    case SP_SOURCE_LISTENING:
      return "no encoder is connected";
    case SP_SOURCE_STANDBY:
      return stream->active != NULL ? "held back: a better source is there"
                                    : "held back: it is not wanted";
    case SP_SOURCE_ACTIVE:
    case SP_SOURCE_CONNECTING:
    case SP_SOURCE_WAITING:
      break;
    }
  return record->last_error != NULL ? record->last_error
                                    : "it is not connected yet";
}

/* The mutex is held, here and below. */
static void
note_state (SpStream *stream, guint rank, gint64 now_us)
{
  SpSourceRecord *record = &stream->sources[rank];
  SpSourceState state = state_of (stream, rank, now_us);

  if (state == record->state && record->changed_us != 0)
    return;
  record->state = state;
  record->changed_us = now_us;
}

/** sp_stream_sources_tick: health is looked at so often that no second of it
 * is missed. */
void
sp_stream_sources_tick (SpStream *stream, gint64 now_us)
{
  for (guint rank = 0; rank < n_sources (stream); rank++)
    {
      note_state (stream, rank, now_us);
      if (stream->sources[rank].connected_us != 0)
        (void)sp_health_meter_look (&stream->sources[rank].meter, now_us);
    }
}

static SpSourceInfo *
info_of (SpStream *stream, guint rank, gint64 now_us)
{
  SpSourceRecord *record = &stream->sources[rank];
  SpSourceInfo *info;

  note_state (stream, rank, now_us);
  info = sp_source_record_info (record, now_us);
  info->index = rank + 1;
  info->state = record->state;
  if (info->type == NULL)
    info->type = g_strdup (rank == 0 ? stream->policy.source_type : "");
  if (info->url == NULL)
    info->url = g_strdup ("");
  if (info->health == SP_HEALTH_ABSENT)
    info->health_reason = g_strdup (why_absent (stream, rank, record->state));
  return info;
}

/* Of the one that feeds the stream; else of the best that is connected, which
 * then delivers nothing. */
static void
fill_health (SpStream *stream, SpStreamInfo *info)
{
  info->health = SP_HEALTH_ABSENT;
  for (guint i = info->sources->len; i-- > 0;)
    {
      const SpSourceInfo *source = g_ptr_array_index (info->sources, i);
      gboolean is_active = source->state == SP_SOURCE_ACTIVE;

      if (source->connected_us == 0 && !is_active)
        continue;
      g_free (info->health_reason);
      info->health = source->health;
      info->health_reason = g_strdup (source->health_reason);
      if (is_active)
        return;
    }
  if (info->health == SP_HEALTH_ABSENT)
    info->health_reason = g_strdup (
        stream->error != NULL ? stream->error : "no source is connected");
}

/** sp_stream_sources_fill: sources, health, nominal bitrate and canary. */
void
sp_stream_sources_fill (SpStream *stream, SpStreamInfo *info, gint64 now_us)
{
  info->sources
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_source_info_free);
  for (guint rank = 0; rank < n_sources (stream); rank++)
    g_ptr_array_add (info->sources, info_of (stream, rank, now_us));
  fill_health (stream, info);
  if (stream->active != NULL)
    info->nominal_bps = stream->sources[sp_publisher_rank (stream->active)]
                            .meter.promise.nominal_bps;
  info->canary = stream->canary;
  info->canary.error = g_strdup (stream->canary.error);
}

void
sp_stream_sources_clear (SpStream *stream)
{
  for (guint rank = 0; rank < SP_MAX_RANKS; rank++)
    sp_source_record_clear (&stream->sources[rank]);
  sp_canary_info_clear (&stream->canary);
}

void
sp_stream_set_canary (SpStream *stream, const SpCanaryInfo *info)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&stream->mutex);

  sp_canary_info_clear (&stream->canary);
  stream->canary = *info;
  stream->canary.error = g_strdup (info->error);
  sp_stream_count (stream, SP_STREAM_canary_runs, 1);
  if (!info->is_ok)
    sp_stream_count (stream, SP_STREAM_canary_failures, 1);
}
