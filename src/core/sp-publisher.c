/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-error.h"
#include "sp-stream-private.h"

#include <string.h>

/* After a loss viewers go on at a key frame, but wait no longer than this. */
#define JOIN_WAIT_US (10 * G_USEC_PER_SEC)
#define MAX_DATA 65527 /* MS-WMSP 2.2.3.1.2 */

/** Made by sp_publisher_acquire(), freed by sp_publisher_release(); the user's
 * thread calls the puts, the stream's mutex guards what others look at. */
struct _SpPublisher
{
  SpStream *stream;
  guint rank;
  char *label;
  SpPacket *header;    /* the source's last; its epoch means nothing */
  gint64 last_data_us; /* 0: it has delivered nothing */
  gint64 waiting_us;   /* since when it waits for a join point */
  gboolean needs_join; /* drops data up to a join point */
  gboolean has_missed; /* clients lack what came before its next packet */
  gboolean is_revoked; /* atomic */
};

static gboolean
refuse_busy (SpPublisher *holder, GError **error)
{
  return sp_error_set (error,
                       SP_ERROR_BUSY,
                       "'%s' is fed by %s",
                       holder->stream->path,
                       holder->label);
}

/** sp_publisher_revoke: its next put fails. */
void
sp_publisher_revoke (SpStream *stream,
                     guint rank,
                     gint64 now_us,
                     const char *why)
{
  SpPublisher *holder = stream->publishers[rank];

  if (holder == NULL)
    return;
  g_atomic_int_set (&holder->is_revoked, TRUE);
  stream->publishers[rank] = NULL;
  sp_source_record_disconnect (&stream->sources[rank]);
  if (stream->active == holder)
    sp_stream_deactivate (stream, now_us, why);
}

/* The mutex is held. */
static gboolean
check_open (SpStream *stream, guint rank, GError **error)
{
  if (stream->is_closed || !stream->policy.is_enabled)
    return sp_error_set (
        error, SP_ERROR_NOT_FOUND, "'%s' is closed", stream->path);
  if (stream->sources[rank].is_disabled)
    return sp_error_set (error,
                         SP_ERROR_DENIED,
                         "'%s': this source is switched off",
                         stream->path);
  return TRUE;
}

SpPublisher *
sp_publisher_acquire (SpStream *stream,
                      guint rank,
                      const char *label,
                      gint64 takeover_us,
                      gint64 now_us,
                      GError **error)
{
  SpPublisher *publisher;
  SpPublisher *holder;

  g_return_val_if_fail (rank < SP_MAX_RANKS, NULL);
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&stream->mutex);
  if (!check_open (stream, rank, error))
    return NULL;
  holder = stream->publishers[rank];
  if (holder != NULL && holder->last_data_us != 0
      && now_us - holder->last_data_us < takeover_us)
    {
      refuse_busy (holder, error);
      return NULL;
    }
  sp_publisher_revoke (stream, rank, now_us, "another source has taken over");
  publisher = g_new0 (SpPublisher, 1);
  publisher->stream = sp_stream_ref (stream);
  publisher->rank = rank;
  publisher->label = g_strdup (label);
  stream->publishers[rank] = publisher;
  return publisher;
}

SpStream *
sp_publisher_stream (SpPublisher *publisher)
{
  return publisher->stream;
}

guint
sp_publisher_rank (SpPublisher *publisher)
{
  return publisher->rank;
}

const char *
sp_publisher_label (SpPublisher *publisher)
{
  return publisher->label;
}

gboolean
sp_publisher_is_revoked (SpPublisher *publisher)
{
  return g_atomic_int_get (&publisher->is_revoked)
         || g_atomic_int_get (&publisher->stream->is_closed);
}

/* The mutex is held. */
static gboolean
check (SpPublisher *publisher, GError **error)
{
  SpStream *stream = publisher->stream;

  if (!sp_publisher_is_revoked (publisher))
    return TRUE;
  if (!stream->is_closed && stream->sources[publisher->rank].is_disabled)
    return check_open (stream, publisher->rank, error);
  return sp_error_set (
      error, SP_ERROR_REVOKED, "'%s' was taken over or removed", stream->path);
}

/* (nullable): none is kept for one that was revoked. The mutex is held. */
static SpSourceRecord *
record_of (SpPublisher *publisher)
{
  SpStream *stream = publisher->stream;

  return stream->publishers[publisher->rank] == publisher
             ? &stream->sources[publisher->rank]
             : NULL;
}

void
sp_publisher_connected (SpPublisher *publisher,
                        const SpSourcePeer *peer,
                        gint64 now_us)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&publisher->stream->mutex);
  SpSourceRecord *record = record_of (publisher);

  if (record != NULL)
    sp_source_record_connect (record, peer, now_us);
}

void
sp_publisher_promise (SpPublisher *publisher,
                      const SpHealthPromise *promise,
                      gint64 now_us)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&publisher->stream->mutex);
  SpSourceRecord *record = record_of (publisher);

  if (record == NULL)
    return;
  sp_source_record_connect (record, NULL, now_us);
  sp_health_meter_promise (&record->meter, promise, now_us);
}

void
sp_publisher_note_bad (SpPublisher *publisher, gint64 now_us)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&publisher->stream->mutex);
  SpSourceRecord *record = record_of (publisher);

  if (record != NULL)
    sp_health_meter_bad (&record->meter, now_us);
}

/* Whether it feeds the stream or not. The mutex is held. */
static void
note_packet (SpPublisher *publisher,
             const SpPacketMeta *meta,
             gsize len,
             gint64 now_us)
{
  SpStream *stream = publisher->stream;
  SpSourceRecord *record = &stream->sources[publisher->rank];
  const SpHealthPacket packet = { .len = len,
                                  .is_key = meta->is_join_point,
                                  .has_send_time = meta->has_send_time,
                                  .send_time_ms = meta->send_time_ms,
                                  .media_hash = meta->media_hash };
  guint repeats_s;

  if (record->connected_us == 0)
    sp_source_record_connect (record, NULL, now_us);
  record->bytes += len;
  record->packets++;
  repeats_s = sp_health_meter_packet (&record->meter, &packet, now_us);
  if (repeats_s > 0 && stream->active == publisher)
    sp_stream_count (stream, SP_STREAM_source_repeats, repeats_s);
}

static gboolean
is_same (SpPacket *a, SpPacket *b)
{
  return a != NULL && b != NULL && a->len == b->len
         && memcmp (a->payload, b->payload, a->len) == 0;
}

/* Makes the publisher's header the stream's; FALSE: clients have it already. */
static gboolean
switch_header (SpStream *stream, SpPublisher *publisher, gint64 now_us)
{
  SpPacketMeta meta = publisher->header->meta;
  gboolean is_change = stream->header != NULL;

  if (is_same (stream->header, publisher->header))
    return FALSE;
  meta.epoch = ++stream->epoch;
  meta.arrived_us = now_us;
  g_clear_pointer (&stream->header, sp_packet_unref);
  stream->header = sp_packet_new (
      &meta, publisher->header->payload, publisher->header->len);
  if (is_change)
    sp_stream_count (stream, SP_STREAM_header_changes, 1);
  sp_stream_broadcast (stream, stream->header);
  return TRUE;
}

/* The mutex is held. */
static void
activate (SpStream *stream, SpPublisher *publisher, gint64 now_us)
{
  SpPublisher *old = stream->active;

  publisher->needs_join
      = stream->header != NULL && old == NULL && publisher->has_missed;
  publisher->has_missed = FALSE;
  publisher->waiting_us = now_us;
  stream->active = publisher;
  stream->lost_us = 0;
  stream->live_since_us = now_us;
  stream->last_packet_us = now_us;
  g_clear_pointer (&stream->error, g_free);
  sp_stream_count (stream, SP_STREAM_source_connects, 1);
  if (publisher->rank > 0)
    sp_stream_count (stream, SP_STREAM_fallback_switches, 1);
  switch_header (stream, publisher, now_us);
  sp_stream_note_state (stream, now_us);
}

gboolean
sp_publisher_put_header (SpPublisher *publisher,
                         const guint8 *data,
                         gsize len,
                         guint32 packet_size,
                         gint64 now_us,
                         GError **error)
{
  SpStream *stream = publisher->stream;
  SpPacketMeta meta = { .kind = SP_PACKET_HEADER, .packet_size = packet_size };
  gboolean is_new = FALSE;

  g_mutex_lock (&stream->mutex);
  if (!check (publisher, error))
    {
      g_mutex_unlock (&stream->mutex);
      return FALSE;
    }
  g_clear_pointer (&publisher->header, sp_packet_unref);
  publisher->header = sp_packet_new (&meta, data, len);
  publisher->last_data_us = now_us;
  publisher->waiting_us = now_us;
  publisher->has_missed = TRUE;
  sp_source_record_connect (&stream->sources[publisher->rank], NULL, now_us);
  sp_stream_count (stream, SP_STREAM_headers_received, 1);
  if (stream->active == publisher)
    {
      is_new = switch_header (stream, publisher, now_us);
      publisher->has_missed = FALSE;
    }
  else if (stream->active == NULL)
    {
      activate (stream, publisher, now_us);
      is_new = TRUE;
    }
  g_mutex_unlock (&stream->mutex);
  if (is_new)
    sp_stream_notify_now (stream);
  return TRUE;
}

/* May this packet's source become (or is it) the one that feeds the stream? */
static gboolean
may_feed (SpStream *stream,
          SpPublisher *publisher,
          gboolean is_join,
          gint64 now_us)
{
  SpPublisher *active = stream->active;

  if (active == publisher || active == NULL)
    return TRUE;
  if (publisher->rank > active->rank
      && now_us - stream->last_packet_us < SP_STALL_US)
    {
      publisher->waiting_us = now_us;
      publisher->has_missed = TRUE;
      return FALSE;
    }
  return is_join || now_us - publisher->waiting_us > JOIN_WAIT_US;
}

/* Appends the packet to the stream: the mutex is held. */
static void
send_on (SpStream *stream,
         const SpPacketMeta *given,
         const guint8 *data,
         gsize len,
         gint64 now_us)
{
  SpPacketMeta meta = *given;
  g_autoptr (SpPacket) packet = NULL;

  meta.kind = SP_PACKET_DATA;
  meta.number = stream->number++;
  meta.epoch = stream->epoch;
  meta.packet_size = stream->header->meta.packet_size;
  meta.arrived_us = now_us;
  stream->last_packet_us = now_us;
  sp_stream_rate_add (stream, len, now_us);
  sp_stream_count (stream, SP_STREAM_packets_received, 1);
  sp_stream_count (stream, SP_STREAM_bytes_received, len);
  packet = sp_packet_new (&meta, data, len);
  sp_stream_broadcast (stream, packet);
}

gboolean
sp_publisher_put_data (SpPublisher *publisher,
                       const SpPacketMeta *meta,
                       const guint8 *data,
                       gsize len,
                       gint64 now_us,
                       GError **error)
{
  SpStream *stream = publisher->stream;
  gboolean is_new = FALSE;

  if (publisher->header == NULL || len == 0 || len > MAX_DATA)
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         "a data packet of %" G_GSIZE_FORMAT " bytes%s",
                         len,
                         publisher->header == NULL ? " before any header" : "");
  g_mutex_lock (&stream->mutex);
  if (!check (publisher, error))
    {
      g_mutex_unlock (&stream->mutex);
      return FALSE;
    }
  publisher->last_data_us = now_us;
  note_packet (publisher, meta, len, now_us);
  if (may_feed (stream, publisher, meta->is_join_point, now_us))
    {
      if (stream->active != publisher)
        {
          activate (stream, publisher, now_us);
          is_new = TRUE;
        }
      if (meta->is_join_point || now_us - publisher->waiting_us > JOIN_WAIT_US)
        publisher->needs_join = FALSE;
      if (!publisher->needs_join)
        send_on (stream, meta, data, len, now_us);
    }
  g_mutex_unlock (&stream->mutex);
  if (is_new)
    sp_stream_notify_now (stream);
  return TRUE;
}

/** sp_publisher_pause: the right stays with @publisher; its next packet
 * resumes. */
void
sp_publisher_pause (SpPublisher *publisher, gint64 now_us, const char *why)
{
  SpStream *stream = publisher->stream;
  gboolean was_active;

  g_mutex_lock (&stream->mutex);
  was_active = stream->active == publisher;
  if (record_of (publisher) != NULL)
    sp_source_record_fail (record_of (publisher), why);
  if (was_active)
    sp_stream_deactivate (stream, now_us, why);
  g_mutex_unlock (&stream->mutex);
  if (was_active)
    sp_stream_notify_now (stream);
}

/** sp_publisher_release: frees @publisher. */
void
sp_publisher_release (SpPublisher *publisher,
                      gboolean is_end,
                      gint64 now_us,
                      const char *why)
{
  SpStream *stream = publisher->stream;

  g_mutex_lock (&stream->mutex);
  if (record_of (publisher) != NULL)
    {
      sp_source_record_disconnect (&stream->sources[publisher->rank]);
      stream->publishers[publisher->rank] = NULL;
    }
  if (stream->active == publisher)
    sp_stream_deactivate (stream, now_us, why);
  if (is_end && stream->active == NULL && stream->policy.n_sources <= 1
      && !publisher->is_revoked)
    sp_stream_end_clients (stream, now_us);
  g_mutex_unlock (&stream->mutex);
  sp_stream_notify_now (stream);
  g_clear_pointer (&publisher->header, sp_packet_unref);
  g_free (publisher->label);
  g_free (publisher);
  sp_stream_unref (stream);
}
