/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-stream-private.h"

#include "sp-clock.h"

#include <string.h>

/** sp_stream_new: the lanes get the policy by mail, before any packet. */
SpStream *
sp_stream_new (const char *name,
               const char *path,
               const SpStreamPolicy *policy,
               const SpLaneHost *hosts,
               guint n_hosts)
{
  SpStream *stream = g_malloc0 (sizeof (SpStream) + n_hosts * sizeof (SpLane));

  g_atomic_ref_count_init (&stream->ref_count);
  g_mutex_init (&stream->mutex);
  stream->name = g_strdup (name);
  stream->path = g_strdup (path);
  stream->n_lanes = n_hosts;
  stream->qualities = g_new0 (SpQuality, n_hosts);
  stream->added_us = sp_clock_now_us ();
  stream->changed_us = stream->added_us;
  stream->state = SP_STREAM_DISABLED;
  sp_rate_init (&stream->rate_out, stream->added_us);
  for (guint i = 0; i < n_hosts; i++)
    sp_lane_init (&stream->lanes[i], stream, &hosts[i]);
  sp_stream_set_policy (stream, policy);
  return stream;
}

SpStream *
sp_stream_ref (SpStream *stream)
{
  g_atomic_ref_count_inc (&stream->ref_count);
  return stream;
}

void
sp_stream_unref (SpStream *stream)
{
  if (!g_atomic_ref_count_dec (&stream->ref_count))
    return;
  for (guint i = 0; i < stream->n_lanes; i++)
    sp_lane_clear (&stream->lanes[i]);
  g_clear_pointer (&stream->header, sp_packet_unref);
  sp_stream_sources_clear (stream);
  g_mutex_clear (&stream->mutex);
  g_free (stream->name);
  g_free (stream->path);
  g_free (stream->error);
  g_free (stream->qualities);
  g_free (stream);
}

void
sp_stream_set_notify (SpStream *stream,
                      SpStreamNotify notify,
                      gpointer user_data)
{
  stream->notify = notify;
  stream->notify_data = user_data;
}

/** sp_stream_notify_now: no lock is held. */
void
sp_stream_notify_now (SpStream *stream)
{
  if (stream->notify != NULL)
    stream->notify (stream, stream->notify_data);
}

/** sp_stream_set_name: what people call it; its path is what it is. */
void
sp_stream_set_name (SpStream *stream, const char *name)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&stream->mutex);

  g_free (stream->name);
  stream->name = g_strdup (name);
}

const char *
sp_stream_path (SpStream *stream)
{
  return stream->path;
}

void
sp_stream_get_policy (SpStream *stream, SpStreamPolicy *policy)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&stream->mutex);

  *policy = stream->policy;
}

static void
deliver_policy (gpointer target, gpointer payload)
{
  SpLane *lane = target;
  SpStream *stream = lane->stream;

  sp_lane_set_policy (lane, payload);
  sp_stream_unref (stream);
}

/** sp_stream_set_policy: at once for new clients; each lane gets it by mail. */
void
sp_stream_set_policy (SpStream *stream, const SpStreamPolicy *policy)
{
  g_mutex_lock (&stream->mutex);
  stream->policy = *policy;
  sp_stream_note_state (stream, sp_clock_now_us ());
  g_mutex_unlock (&stream->mutex);
  for (guint i = 0; i < stream->n_lanes; i++)
    {
      SpLane *lane = &stream->lanes[i];

      sp_stream_ref (stream);
      sp_mailbox_post (lane->host.mailbox,
                       deliver_policy,
                       lane,
                       g_memdup2 (policy, sizeof *policy));
    }
}

/** sp_stream_broadcast: one ref of @packet (transfer none) to each lane. */
void
sp_stream_broadcast (SpStream *stream, SpPacket *packet)
{
  for (guint i = 0; i < stream->n_lanes; i++)
    sp_lane_post (&stream->lanes[i], sp_packet_ref (packet));
}

static void
deliver_trim (gpointer target, gpointer unused)
{
  SpLane *lane = target;
  SpStream *stream = lane->stream;

  sp_ring_trim (lane->ring, sp_clock_now_us ());
  sp_stream_unref (stream);
}

/* No packet comes that would do it. */
static void
trim_lanes (SpStream *stream)
{
  for (guint i = 0; i < stream->n_lanes; i++)
    {
      SpLane *lane = &stream->lanes[i];

      sp_stream_ref (stream);
      sp_mailbox_post (lane->host.mailbox, deliver_trim, lane, NULL);
    }
}

/* What comes last is as old as the window then, and a second more. */
static void
plan_trim (SpStream *stream, gint64 now_us)
{
  const SpStreamPolicy *policy = &stream->policy;
  gint64 window_ms = MAX (policy->slow_viewer_ms, 2 * policy->burst_ms);

  stream->trim_us = now_us + window_ms * 1000 + 2 * G_USEC_PER_SEC;
}

/** sp_stream_end_clients: END to all; the next source starts a new epoch. */
void
sp_stream_end_clients (SpStream *stream, gint64 now_us)
{
  SpPacketMeta meta
      = { .kind = SP_PACKET_END, .epoch = stream->epoch, .arrived_us = now_us };
  g_autoptr (SpPacket) packet = NULL;

  stream->lost_us = 0;
  if (stream->header == NULL)
    return;
  g_clear_pointer (&stream->header, sp_packet_unref);
  plan_trim (stream, now_us);
  packet = sp_packet_new (&meta, NULL, 0);
  sp_stream_broadcast (stream, packet);
  sp_stream_note_state (stream, now_us);
}

/** sp_stream_close: after this every put of a publisher fails. */
void
sp_stream_close (SpStream *stream, gint64 now_us)
{
  g_mutex_lock (&stream->mutex);
  g_atomic_int_set (&stream->is_closed, TRUE);
  stream->active = NULL;
  sp_stream_end_clients (stream, now_us);
  g_mutex_unlock (&stream->mutex);
}

/* The mutex is held. */
static gboolean
is_wanted (SpStream *stream, gint64 now_us)
{
  gint64 linger_us = (gint64)stream->policy.linger_ms * 1000;

  return g_atomic_int_get (&stream->n_clients) > 0
         || (stream->wanted_us != 0 && now_us - stream->wanted_us < linger_us);
}

/** sp_stream_tick: a source that delivers nothing counts as lost (its next
 * packet brings it back), and what was lost for hold_ms ends the clients. */
gboolean
sp_stream_tick (SpStream *stream, gint64 now_us)
{
  gboolean was_active;
  gboolean is_old;
  gint64 hold_us;

  g_mutex_lock (&stream->mutex);
  hold_us = (gint64)stream->policy.hold_ms * 1000;
  was_active
      = stream->active != NULL && now_us - stream->last_packet_us > SP_STALL_US;
  if (was_active)
    sp_stream_deactivate (stream, now_us, "the source delivers nothing");
  if (stream->active == NULL && stream->lost_us != 0
      && (now_us - stream->lost_us >= hold_us
          || (stream->policy.is_on_demand && !is_wanted (stream, now_us))))
    sp_stream_end_clients (stream, now_us);
  sp_stream_note_state (stream, now_us);
  sp_stream_note_rate (stream, now_us);
  sp_stream_sources_tick (stream, now_us);
  is_old = stream->trim_us != 0 && now_us >= stream->trim_us;
  if (is_old)
    stream->trim_us = 0;
  g_mutex_unlock (&stream->mutex);
  if (is_old)
    trim_lanes (stream);
  if (was_active)
    sp_stream_notify_now (stream);
  return is_old;
}

/** sp_stream_deactivate: nobody feeds the stream now; clients are held. */
void
sp_stream_deactivate (SpStream *stream, gint64 now_us, const char *why)
{
  stream->active = NULL;
  stream->lost_us = now_us;
  plan_trim (stream, now_us);
  g_free (stream->error);
  stream->error = g_strdup (why);
  sp_stream_count (stream, SP_STREAM_source_losses, 1);
  sp_stream_note_state (stream, now_us);
}

SpPacket *
sp_stream_live_header (SpStream *stream)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&stream->mutex);

  if (stream->active == NULL || stream->header == NULL
      || !stream->policy.is_enabled)
    return NULL;
  return sp_packet_ref (stream->header);
}

gint
sp_stream_live_rank (SpStream *stream, gint64 now_us)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&stream->mutex);

  if (stream->active == NULL || now_us - stream->last_packet_us > SP_STALL_US)
    return -1;
  return (gint)sp_publisher_rank (stream->active);
}

void
sp_stream_want (SpStream *stream, gint64 now_us)
{
  gboolean was_wanted;

  g_mutex_lock (&stream->mutex);
  was_wanted = is_wanted (stream, now_us);
  stream->wanted_us = now_us;
  g_mutex_unlock (&stream->mutex);
  if (!was_wanted)
    sp_stream_notify_now (stream);
}

gboolean
sp_stream_is_wanted (SpStream *stream, gint64 now_us)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&stream->mutex);

  return is_wanted (stream, now_us);
}

char *
sp_stream_why_not (SpStream *stream)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&stream->mutex);

  if (!stream->policy.is_enabled)
    return g_strdup ("the stream is switched off");
  if (stream->error != NULL)
    return g_strdup (stream->error);
  return g_strdup (stream->policy.is_push ? "no encoder is connected"
                                          : "the source is not connected yet");
}

void
sp_stream_set_error (SpStream *stream, const char *why)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&stream->mutex);

  g_free (stream->error);
  stream->error = g_strdup (why);
}

SpLane *
sp_stream_lane (SpStream *stream, guint index)
{
  g_return_val_if_fail (index < stream->n_lanes, NULL);
  return &stream->lanes[index];
}

/* Moves the window of the measured bitrate to @now_us. */
static void
rate_turn (SpStream *stream, gint64 now_us)
{
  gint64 second = now_us / G_USEC_PER_SEC;
  gint64 steps = second - stream->rate_second;

  for (gint64 i = 1; i <= MIN (steps, SP_RATE_SLOTS); i++)
    stream->rate_bytes[(stream->rate_second + i) % SP_RATE_SLOTS] = 0;
  if (steps > 0)
    stream->rate_second = second;
}

void
sp_stream_rate_add (SpStream *stream, gsize bytes, gint64 now_us)
{
  rate_turn (stream, now_us);
  stream->rate_bytes[stream->rate_second % SP_RATE_SLOTS] += bytes;
}

static guint64
rate_bps (SpStream *stream, gint64 now_us)
{
  guint64 bytes = 0;

  rate_turn (stream, now_us);
  for (guint i = 0; i < SP_RATE_SLOTS; i++)
    if (i != (guint64)stream->rate_second % SP_RATE_SLOTS)
      bytes += stream->rate_bytes[i];
  return bytes * 8 / (SP_RATE_SLOTS - 1);
}

guint64
sp_stream_bitrate_bps (SpStream *stream, gint64 now_us)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&stream->mutex);

  return rate_bps (stream, now_us);
}

void
sp_stream_count (SpStream *stream, SpStreamCounter counter, guint64 n)
{
  sp_stream_counters_add (&stream->counters, counter, n);
}

/** sp_stream_state: the mutex is held. */
SpStreamState
sp_stream_state (SpStream *stream)
{
  if (!stream->policy.is_enabled)
    return SP_STREAM_DISABLED;
  if (stream->active != NULL && stream->header != NULL)
    return sp_publisher_rank (stream->active) == 0 ? SP_STREAM_LIVE
                                                   : SP_STREAM_FALLBACK;
  /* A source that stopped because nobody watches holds nobody. */
  if (stream->header != NULL
      && (!stream->policy.is_on_demand || sp_stream_clients (stream) > 0))
    return SP_STREAM_HOLDING;
  return stream->policy.is_on_demand ? SP_STREAM_IDLE : SP_STREAM_WAITING;
}

/** sp_stream_info: (transfer full): a picture of now, counters summed over the
 * lanes. */
SpStreamInfo *
sp_stream_info (SpStream *stream, gint64 now_us)
{
  SpStreamInfo *info = g_new0 (SpStreamInfo, 1);
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&stream->mutex);

  info->name = g_strdup (stream->name);
  info->path = g_strdup (stream->path);
  sp_stream_note_state (stream, now_us);
  info->state = stream->state;
  info->added_us = stream->added_us;
  info->changed_us = stream->changed_us;
  info->source_type = g_strdup (stream->policy.source_type);
  info->source_error = g_strdup (stream->error);
  info->last_packet_us = stream->last_packet_us;
  info->bitrate_bps = rate_bps (stream, now_us);
  if (stream->header != NULL)
    {
      info->header_bytes = stream->header->len;
      info->packet_size = stream->header->meta.packet_size;
      info->is_opaque = info->packet_size == 0;
    }
  if (stream->active != NULL)
    {
      info->source_label = g_strdup (sp_publisher_label (stream->active));
      info->source_rank = sp_publisher_rank (stream->active);
      info->live_since_us = stream->live_since_us;
    }
  sp_stream_sources_fill (stream, info, now_us);
  sp_stream_counters_sum (&info->counters, &stream->counters);
  for (guint i = 0; i < stream->n_lanes; i++)
    sp_stream_counters_sum (&info->counters, &stream->lanes[i].counters);
  sp_stream_fill_clients (stream, info, now_us);
  return info;
}
