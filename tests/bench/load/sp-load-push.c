/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-push.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <time.h>

#include "sp-load-publisher.h"

#define LISTEN_US (100 * 1000) /* how often the servers' words are heard */

static volatile sig_atomic_t is_over;

static void
on_signal (int number)
{
  is_over = 1;
}

static void
catch_signals (void)
{
  const struct sigaction action = { .sa_handler = on_signal };

  sigaction (SIGTERM, &action, NULL);
  sigaction (SIGINT, &action, NULL);
}

static void
wait_until (gint64 time_us)
{
  const struct timespec until = { .tv_sec = time_us / G_USEC_PER_SEC,
                                  .tv_nsec = time_us % G_USEC_PER_SEC * 1000 };

  while (!is_over
         && clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL)
                == EINTR)
    continue;
}

/* (transfer full): NULL: one failed. */
static GPtrArray *
open_all (const SpLoadOptions *options, GError **error)
{
  g_autoptr (GPtrArray) publishers
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_load_publisher_free);

  for (guint i = 0; i < options->urls->len; i++)
    {
      SpLoadPublisher *publisher
          = sp_load_publisher_new (options->urls->pdata[i],
                                   options->packet_bytes,
                                   options->kbps / options->urls->len,
                                   error);

      if (publisher == NULL)
        return NULL;
      g_ptr_array_add (publishers, publisher);
    }
  return g_steal_pointer (&publishers);
}

static gboolean
listen_to_all (GPtrArray *publishers, GError **error)
{
  for (guint i = 0; i < publishers->len; i++)
    if (!sp_load_publisher_listen (publishers->pdata[i], error)
        || !sp_load_publisher_flush (publishers->pdata[i], error))
      return FALSE;
  return TRUE;
}

/* Packet by packet, each to the next stream, at times that are all counted from
 * the first: no delay adds up. */
static gboolean
send_all (const SpLoadOptions *options,
          GPtrArray *publishers,
          SpLoadPushed *pushed,
          GError **error)
{
  const double packet_us
      = (double)options->packet_bytes * 8 * 1000 / options->kbps;
  gint64 start_us = g_get_monotonic_time ();
  gint64 listened_us = start_us;
  g_autofree gint64 *next_key_us = g_new0 (gint64, publishers->len);

  while (!is_over)
    {
      gint64 due_us = (gint64)((double)pushed->packets * packet_us);
      guint at = (guint)(pushed->packets % publishers->len);
      gboolean is_key = due_us >= next_key_us[at];
      gint64 late_us;

      if (options->seconds > 0
          && due_us >= (gint64)(options->seconds * G_USEC_PER_SEC))
        break;
      wait_until (start_us + due_us);
      late_us = g_get_monotonic_time () - start_us - due_us;
      pushed->late_max_ms = MAX (pushed->late_max_ms, (double)late_us / 1000);
      if (is_key)
        next_key_us[at] += (gint64)options->keyframe_ms * 1000;
      if (is_over)
        break;
      if (!sp_load_publisher_send (
              publishers->pdata[at], (guint32)(due_us / 1000), is_key, error))
        return FALSE;
      pushed->packets++;
      pushed->bytes += options->packet_bytes;
      if (start_us + due_us - listened_us < LISTEN_US)
        continue;
      listened_us = start_us + due_us;
      if (!listen_to_all (publishers, error))
        return FALSE;
    }
  pushed->seconds
      = (double)(g_get_monotonic_time () - start_us) / G_USEC_PER_SEC;
  return TRUE;
}

gboolean
sp_load_push (const SpLoadOptions *options,
              SpLoadPushed *pushed,
              GError **error)
{
  g_autoptr (GPtrArray) publishers = NULL;

  *pushed = (SpLoadPushed){ 0 };
  catch_signals ();
  publishers = open_all (options, error);
  return publishers != NULL && send_all (options, publishers, pushed, error);
}
