/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-stream-private.h"

#include <stdlib.h>

/* The stream's side of those who watch: who came and went, and how they are
 * served. */

void
sp_stream_set_index (SpStream *stream, guint index)
{
  g_atomic_int_set (&stream->index, index);
}

guint
sp_stream_index (SpStream *stream)
{
  return (guint)g_atomic_int_get (&stream->index);
}

/** sp_stream_client_in: before it is counted as connected, so that the most
 * there ever were are never fewer than those who are there. */
void
sp_stream_client_in (SpStream *stream)
{
  guint n = (guint)g_atomic_int_add (&stream->n_clients, 1) + 1;
  guint peak = (guint)g_atomic_int_get (&stream->n_clients_peak);

  while (
      n > peak
      && !g_atomic_int_compare_and_exchange (&stream->n_clients_peak, peak, n))
    peak = (guint)g_atomic_int_get (&stream->n_clients_peak);
}

/** sp_stream_client_out: the linger of an on-demand source counts from here. */
void
sp_stream_client_out (SpStream *stream, gint64 now_us)
{
  g_mutex_lock (&stream->mutex);
  stream->wanted_us = now_us;
  g_mutex_unlock (&stream->mutex);
  (void)g_atomic_int_dec_and_test (&stream->n_clients);
}

guint
sp_stream_clients (SpStream *stream)
{
  return (guint)g_atomic_int_get (&stream->n_clients);
}

/** sp_stream_set_quality: @quality is copied, in the place of the last one. */
void
sp_stream_set_quality (SpStream *stream, guint index, const SpQuality *quality)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&stream->mutex);

  g_return_if_fail (index < stream->n_lanes);
  stream->qualities[index] = *quality;
}

void
sp_stream_add_start_delay (SpStream *stream, guint delay_ms)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&stream->mutex);

  stream->start_delays_ms[stream->n_start_delays++ % SP_START_DELAYS]
      = delay_ms;
}

static int
compare (const void *a, const void *b)
{
  guint first = *(const guint *)a;
  guint second = *(const guint *)b;

  return first < second ? -1 : first > second;
}

static guint
median_start_delay_ms (SpStream *stream)
{
  guint n = MIN (stream->n_start_delays, SP_START_DELAYS);
  guint sorted[SP_START_DELAYS];

  if (n == 0)
    return 0;
  for (guint i = 0; i < n; i++)
    sorted[i] = stream->start_delays_ms[i];
  qsort (sorted, n, sizeof sorted[0], compare);
  return sorted[n / 2];
}

/** sp_stream_note_state: looked at where it changes, and once a second for what
 * changes with the clients. */
void
sp_stream_note_state (SpStream *stream, gint64 now_us)
{
  SpStreamState state = sp_stream_state (stream);

  if (state == stream->state)
    return;
  stream->state = state;
  stream->changed_us = now_us;
}

static guint64
bytes_out (SpStream *stream)
{
  guint64 bytes = 0;

  for (guint i = 0; i < stream->n_lanes; i++)
    bytes += __atomic_load_n (
        &stream->lanes[i].counters.value[SP_STREAM_bytes_sent],
        __ATOMIC_RELAXED);
  return bytes;
}

void
sp_stream_note_rate (SpStream *stream, gint64 now_us)
{
  sp_rate_note (&stream->rate_out, bytes_out (stream), now_us);
}

void
sp_stream_fill_clients (SpStream *stream, SpStreamInfo *info, gint64 now_us)
{
  const guint64 *counted = info->counters.value;

  info->index = sp_stream_index (stream);
  info->is_draining = stream->policy.is_draining;
  info->is_on_demand = stream->policy.is_on_demand;
  info->client_limit = stream->policy.max_clients;
  info->clients = (guint)(counted[SP_STREAM_clients_connected]
                          - counted[SP_STREAM_clients_disconnected]);
  info->clients_peak = (guint)g_atomic_int_get (&stream->n_clients_peak);
  info->start_delay_ms = median_start_delay_ms (stream);
  info->bitrate_out_bps
      = sp_rate_bps (&stream->rate_out, bytes_out (stream), now_us);
  for (guint i = 0; i < stream->n_lanes; i++)
    sp_quality_merge (&info->quality, &stream->qualities[i]);
}
