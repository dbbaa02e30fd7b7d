/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-encoder.h"

struct _SpFeeder
{
  SpEncoder *encoder;
  guint packets_per_s;
  gsize len;
  SpClip *clip; /* (transfer none) (nullable) */
  GThread *thread;
  GMutex mutex;
  GCond cond;
  gboolean is_stopping;
};

/* When packet @number is due, counted from the first one. */
static gint64
due_us (SpFeeder *feeder, guint number)
{
  if (feeder->clip == NULL)
    return (gint64)number * G_USEC_PER_SEC / feeder->packets_per_s;
  return (gint64)g_array_index (feeder->clip->send_ms, guint32, number) * 1000;
}

static void
send_one (SpFeeder *feeder, guint number)
{
  gsize len;

  if (feeder->clip == NULL)
    {
      sp_encoder_numbered (feeder->encoder, feeder->len);
      return;
    }
  gconstpointer data = g_bytes_get_data (
      g_ptr_array_index (feeder->clip->packets, number), &len);
  sp_encoder_data (feeder->encoder, data, len);
}

/* FALSE: told to stop. */
static gboolean
wait_until (SpFeeder *feeder, gint64 at_us)
{
  g_mutex_lock (&feeder->mutex);
  while (!feeder->is_stopping
         && g_cond_wait_until (&feeder->cond, &feeder->mutex, at_us))
    continue;
  gboolean goes_on = !feeder->is_stopping;
  g_mutex_unlock (&feeder->mutex);
  return goes_on;
}

static gpointer
feed (gpointer user_data)
{
  SpFeeder *feeder = user_data;
  gint64 started_us = g_get_monotonic_time ();
  guint n = feeder->clip == NULL ? G_MAXUINT : feeder->clip->packets->len;

  for (guint i = 0; i < n && !feeder->encoder->is_broken; i++)
    {
      if (!wait_until (feeder, started_us + due_us (feeder, i)))
        break;
      send_one (feeder, i);
    }
  return NULL;
}

static SpFeeder *
start (SpEncoder *encoder, SpClip *clip, guint packets_per_s, gsize len)
{
  SpFeeder *feeder = g_new0 (SpFeeder, 1);

  feeder->encoder = encoder;
  feeder->clip = clip;
  feeder->packets_per_s = packets_per_s;
  feeder->len = len;
  g_mutex_init (&feeder->mutex);
  g_cond_init (&feeder->cond);
  feeder->thread = g_thread_new ("feeder", feed, feeder);
  return feeder;
}

SpFeeder *
sp_feeder_new (SpEncoder *encoder, guint packets_per_s, gsize len)
{
  return start (encoder, NULL, packets_per_s, len);
}

SpFeeder *
sp_feeder_new_clip (SpEncoder *encoder, SpClip *clip)
{
  return start (encoder, clip, 0, 0);
}

static void
stop (SpFeeder *feeder)
{
  g_mutex_lock (&feeder->mutex);
  feeder->is_stopping = TRUE;
  g_cond_broadcast (&feeder->cond);
  g_mutex_unlock (&feeder->mutex);
  g_thread_join (feeder->thread);
  g_mutex_clear (&feeder->mutex);
  g_cond_clear (&feeder->cond);
}

void
sp_feeder_break (SpFeeder *feeder)
{
  stop (feeder);
  sp_encoder_break (feeder->encoder);
  sp_encoder_free (feeder->encoder);
  g_free (feeder);
}

void
sp_feeder_end (SpFeeder *feeder)
{
  stop (feeder);
  if (!feeder->encoder->is_broken)
    sp_encoder_end (feeder->encoder, 0);
  sp_encoder_free (feeder->encoder);
  g_free (feeder);
}
