/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-pulse.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#define DESCRIPTORS "/proc/self/fd"
#define RATE_SLOTS 11  /* looks: ten seconds */
#define DELAY_SLOTS 60 /* seconds */

typedef struct
{
  gint64 at_us;
  guint64 bytes_in;
  guint64 bytes_out;
} Mark;

struct _SpPulse
{
  gint64 beat_us;
  gint64 last_us; /* the beat before; 0: none */
  gint64 second;  /* of the last beat */
  guint delays_ms[DELAY_SLOTS];
  Mark marks[RATE_SLOTS];
  guint n_marks; /* ever; the last is at (n_marks - 1) % RATE_SLOTS */
  guint clients_peak;
};

SpPulse *
sp_pulse_new (guint beat_ms)
{
  SpPulse *pulse = g_new0 (SpPulse, 1);

  pulse->beat_us = (gint64)beat_ms * 1000;
  return pulse;
}

void
sp_pulse_free (SpPulse *pulse)
{
  g_free (pulse);
}

void
sp_pulse_beat (SpPulse *pulse, gint64 now_us)
{
  gint64 second = now_us / G_USEC_PER_SEC;
  gint64 steps = MIN (second - pulse->second, DELAY_SLOTS);
  gint64 late_us
      = pulse->last_us != 0 ? now_us - pulse->last_us - pulse->beat_us : 0;
  guint *delay_ms = &pulse->delays_ms[second % DELAY_SLOTS];

  for (gint64 i = 0; i < steps; i++)
    pulse->delays_ms[(second - i) % DELAY_SLOTS] = 0;
  *delay_ms = MAX (*delay_ms, (guint)(MAX (late_us, 0) / 1000));
  pulse->second = second;
  pulse->last_us = now_us;
}

static guint
clients_of (const SpStreamCounters *totals)
{
  return (guint)(totals->value[SP_STREAM_clients_connected]
                 - totals->value[SP_STREAM_clients_disconnected]);
}

void
sp_pulse_look (SpPulse *pulse, gint64 now_us, const SpStreamCounters *totals)
{
  const Mark mark = { .at_us = now_us,
                      .bytes_in = totals->value[SP_STREAM_bytes_received],
                      .bytes_out = totals->value[SP_STREAM_bytes_sent] };

  pulse->marks[pulse->n_marks++ % RATE_SLOTS] = mark;
  pulse->clients_peak = MAX (pulse->clients_peak, clients_of (totals));
}

/* (nullable): the oldest mark that is kept. */
static const Mark *
oldest_mark (SpPulse *pulse)
{
  if (pulse->n_marks == 0)
    return NULL;
  return &pulse->marks[pulse->n_marks > RATE_SLOTS ? pulse->n_marks % RATE_SLOTS
                                                   : 0];
}

/* Counting them one by one takes milliseconds where there are many; kernels
 * from 6.2 on know the number. */
static guint
count_descriptors (void)
{
  GStatBuf status;
  GDir *dir;
  guint n = 0;

  if (g_stat (DESCRIPTORS, &status) == 0 && status.st_size > 0)
    return (guint)status.st_size;
  dir = g_dir_open (DESCRIPTORS, 0, NULL);
  if (dir == NULL)
    return 0;
  while (g_dir_read_name (dir) != NULL)
    n++;
  g_dir_close (dir);
  return n - 1; /* that of the folder itself */
}

static guint64
resident_kib (void)
{
  g_autofree char *text = NULL;
  unsigned long pages = 0;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL)
      || sscanf (text, "%*u %lu", &pages) != 1)
    return 0;
  return (guint64)pages * (guint64)sysconf (_SC_PAGESIZE) / 1024;
}

static guint
descriptor_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return 0;
  return (guint)MIN (limit.rlim_cur, (rlim_t)G_MAXINT32);
}

static void
fill_rates (SpPulse *pulse, gint64 now_us, SpPumpInfo *info)
{
  const Mark *since = oldest_mark (pulse);
  guint64 span_ms;

  if (since == NULL || now_us - since->at_us < G_USEC_PER_SEC / 2)
    return;
  span_ms = (guint64)(now_us - since->at_us) / 1000;
  info->bitrate_in_bps
      = (info->bytes_received - since->bytes_in) * 8000 / span_ms;
  info->bitrate_out_bps
      = (info->bytes_sent - since->bytes_out) * 8000 / span_ms;
}

void
sp_pulse_fill (SpPulse *pulse, gint64 now_us, SpPumpInfo *info)
{
  fill_rates (pulse, now_us, info);
  pulse->clients_peak = MAX (pulse->clients_peak, info->clients);
  info->clients_peak = pulse->clients_peak;
  for (guint i = 0; i < DELAY_SLOTS; i++)
    info->loop_delay_ms = MAX (info->loop_delay_ms, pulse->delays_ms[i]);
  info->descriptors = count_descriptors ();
  info->descriptor_limit = descriptor_limit ();
  info->memory_kib = resident_kib ();
}
