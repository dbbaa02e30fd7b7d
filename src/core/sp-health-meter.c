/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-health-meter.h"

#define GOOD_US (5 * G_USEC_PER_SEC)  /* then it is ok again */
#define RATE_SLOTS 6                  /* whole ones: 30 s */
#define RATE_PERCENT 40               /* of the announced bitrate */
#define RATE_PERCENT_AGAIN 50         /* once it was too little */
#define DRIFT_US (5 * G_USEC_PER_SEC) /* ahead or behind */
#define DRIFT_AGAIN_US (4 * G_USEC_PER_SEC)
#define KEY_US (30 * G_USEC_PER_SEC) /* encoders send one in 3 to 10 s */
#define BAD_PACKETS 5                /* in the last minute */
#define LOOP_S 10
/* A server that is pulled may begin with a burst of what is past. */
#define SETTLE_US (15 * G_USEC_PER_SEC)
/* 20 ms a second: far more than the 200 ppm that the clocks of two machines
 * differ by, so that a delay that stays is forgotten after minutes. */
#define CREEP_DIVISOR 50
/* Send times that go back by more, or leap so far, begin anew. */
#define BACK_MS 1000
#define LEAP_US (10 * G_USEC_PER_SEC)

void
sp_health_meter_start (SpHealthMeter *meter, gint64 now_us)
{
  gboolean may_repeat = meter->may_repeat;

  sp_health_meter_stop (meter);
  *meter = (SpHealthMeter){ .may_repeat = may_repeat,
                            .started_us = now_us,
                            .key_us = now_us,
                            .new_us = now_us };
  if (!may_repeat)
    meter->repeats = sp_repeats_new ();
}

void
sp_health_meter_stop (SpHealthMeter *meter)
{
  g_clear_pointer (&meter->repeats, sp_repeats_free);
}

/** sp_health_meter_promise: a header that was sent again changes nothing. */
void
sp_health_meter_promise (SpHealthMeter *meter,
                         const SpHealthPromise *promise,
                         gint64 now_us)
{
  if (promise->nominal_bps == meter->promise.nominal_bps
      && promise->has_key_frames == meter->promise.has_key_frames
      && promise->is_understood == meter->promise.is_understood)
    return;
  meter->promise = *promise;
  meter->started_us = now_us;
  meter->key_us = now_us;
}

/* @slot may be a little below 0. */
static guint
slot_at (gint64 slot)
{
  return (guint)((slot + SP_HEALTH_SLOTS) % SP_HEALTH_SLOTS);
}

static void
turn_slots (SpHealthMeter *meter, gint64 now_us)
{
  gint64 slot = now_us / SP_HEALTH_SLOT_US;
  gint64 steps = MIN (slot - meter->slot, SP_HEALTH_SLOTS);

  for (gint64 i = 0; i < steps; i++)
    {
      guint at = slot_at (slot - i);

      meter->slots[at].bytes = 0;
      meter->slots[at].bad = 0;
    }
  meter->slot = MAX (slot, meter->slot);
}

static void
count_bad (SpHealthMeter *meter)
{
  meter->slots[slot_at (meter->slot)].bad++;
}

void
sp_health_meter_bad (SpHealthMeter *meter, gint64 now_us)
{
  turn_slots (meter, now_us);
  count_bad (meter);
}

static void
set_anchor (SpHealthMeter *meter, guint32 send_time_ms, gint64 now_us)
{
  meter->has_anchor = TRUE;
  meter->send_time_ms = send_time_ms;
  meter->send_us = 0;
  meter->anchor_us = now_us;
  meter->anchored_us = now_us;
  meter->behind_us = 0;
}

/* Where the clock was at send time 0: at first what the earliest packet says,
 * later it follows slowly, since media that are late once stay late. */
static void
follow_clock (SpHealthMeter *meter, gint64 elapsed_us, gint64 now_us)
{
  gint64 offset_us = now_us - meter->send_us - meter->anchor_us;
  gint64 creep_us = elapsed_us / CREEP_DIVISOR;

  if (now_us - meter->anchored_us < SETTLE_US)
    meter->anchor_us += MIN (offset_us, 0);
  else
    meter->anchor_us += CLAMP (offset_us, -creep_us, creep_us);
  meter->behind_us = now_us - meter->send_us - meter->anchor_us;
}

static void
note_send_time (SpHealthMeter *meter, guint32 send_time_ms, gint64 now_us)
{
  gint64 elapsed_us = now_us - meter->last_us;
  gint64 step_ms = (gint32)(send_time_ms - meter->send_time_ms);

  if (!meter->has_anchor)
    {
      set_anchor (meter, send_time_ms, now_us);
      return;
    }
  if (step_ms < 0)
    count_bad (meter);
  /* What a stall costs has been told as one. What comes in a burst afterwards
   * finds the right anchor again: see follow_clock(). */
  if (step_ms < -BACK_MS || step_ms * 1000 > elapsed_us + LEAP_US
      || elapsed_us > SP_HEALTH_STALL_US)
    {
      set_anchor (meter, send_time_ms, now_us);
      return;
    }
  meter->send_time_ms = send_time_ms;
  meter->send_us += step_ms * 1000;
  follow_clock (meter, elapsed_us, now_us);
}

/* A second is over when a packet of another one comes. */
static guint
turn_second (SpHealthMeter *meter, gint64 now_us)
{
  gint64 second = now_us / G_USEC_PER_SEC;
  gboolean is_repeat = meter->has_packet && !meter->has_new;

  if (second == meter->second)
    return 0;
  if (meter->has_packet)
    meter->repeats_s = is_repeat ? meter->repeats_s + 1 : 0;
  meter->second = second;
  meter->has_packet = FALSE;
  meter->has_new = FALSE;
  return is_repeat ? 1 : 0;
}

static guint
note_media (SpHealthMeter *meter, guint32 media_hash, gint64 now_us)
{
  guint repeats_s;

  if (meter->repeats == NULL)
    return 0;
  repeats_s = turn_second (meter, now_us);
  meter->has_packet = TRUE;
  if (!sp_repeats_add (meter->repeats, media_hash))
    {
      meter->has_new = TRUE;
      meter->repeats_s = 0;
      meter->new_us = now_us;
    }
  return repeats_s;
}

guint
sp_health_meter_packet (SpHealthMeter *meter,
                        const SpHealthPacket *packet,
                        gint64 now_us)
{
  turn_slots (meter, now_us);
  meter->slots[slot_at (meter->slot)].bytes += packet->len;
  if (packet->has_send_time)
    note_send_time (meter, packet->send_time_ms, now_us);
  else if (meter->promise.is_understood)
    count_bad (meter);
  if (packet->is_key)
    meter->key_us = now_us;
  meter->last_us = now_us;
  return note_media (meter, packet->media_hash, now_us);
}

static void say (SpHealthMeter *meter, const char *format, ...)
    G_GNUC_PRINTF (2, 3);

static void
say (SpHealthMeter *meter, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_vsnprintf (meter->reason, sizeof meter->reason, format, arguments);
  va_end (arguments);
}

static gint
seconds (gint64 us)
{
  return (gint)(us / G_USEC_PER_SEC);
}

static gboolean
is_stalled (SpHealthMeter *meter, gint64 now_us)
{
  gint64 age_us = now_us - MAX (meter->last_us, meter->started_us);

  if (age_us <= SP_HEALTH_STALL_US)
    return FALSE;
  /* Not %.1f: its point is the locale's. */
  say (meter,
       "no packet for %d.%d s",
       seconds (age_us),
       (gint)(age_us / (G_USEC_PER_SEC / 10) % 10));
  return TRUE;
}

static gboolean
is_looping (SpHealthMeter *meter, gint64 now_us)
{
  if (meter->repeats_s < LOOP_S)
    return FALSE;
  say (
      meter, "has sent nothing new for %d s", seconds (now_us - meter->new_us));
  return TRUE;
}

static gboolean
has_bad_packets (SpHealthMeter *meter)
{
  guint n_bad = 0;

  for (guint i = 0; i < SP_HEALTH_SLOTS; i++)
    n_bad += meter->slots[i].bad;
  if (n_bad < BAD_PACKETS)
    return FALSE;
  say (meter, "%u packets out of order or malformed in the last minute", n_bad);
  return TRUE;
}

static gboolean
is_off_the_clock (SpHealthMeter *meter)
{
  gint64 limit_us
      = meter->health == SP_HEALTH_DEGRADED ? DRIFT_AGAIN_US : DRIFT_US;
  gint64 off_us = ABS (meter->behind_us);

  if (off_us <= limit_us)
    return FALSE;
  say (meter,
       "packet times run %d s %s the clock",
       seconds (off_us),
       meter->behind_us > 0 ? "behind" : "ahead of");
  return TRUE;
}

static gboolean
is_too_little (SpHealthMeter *meter, gint64 now_us)
{
  guint limit
      = meter->health == SP_HEALTH_DEGRADED ? RATE_PERCENT_AGAIN : RATE_PERCENT;
  guint64 bytes = 0;
  guint64 bps;

  if (meter->promise.nominal_bps == 0
      || now_us - meter->started_us < (RATE_SLOTS + 1) * SP_HEALTH_SLOT_US)
    return FALSE;
  for (gint64 i = 1; i <= RATE_SLOTS; i++)
    bytes += meter->slots[slot_at (meter->slot - i)].bytes;
  bps = bytes * 8 * G_USEC_PER_SEC / (RATE_SLOTS * SP_HEALTH_SLOT_US);
  if (bps * 100 >= meter->promise.nominal_bps * limit)
    return FALSE;
  say (meter,
       "delivers %u %% of the announced bitrate",
       (guint)(bps * 100 / meter->promise.nominal_bps));
  return TRUE;
}

static gboolean
lacks_key_frames (SpHealthMeter *meter, gint64 now_us)
{
  gint64 age_us = now_us - meter->key_us;

  if (!meter->promise.has_key_frames || age_us <= KEY_US)
    return FALSE;
  say (meter, "no key frame for %d s", seconds (age_us));
  return TRUE;
}

/* The worst first. */
static SpHealth
judge (SpHealthMeter *meter, gint64 now_us)
{
  if (is_stalled (meter, now_us))
    return SP_HEALTH_STALLED;
  if (is_looping (meter, now_us))
    return SP_HEALTH_LOOPING;
  if (has_bad_packets (meter) || is_off_the_clock (meter)
      || is_too_little (meter, now_us) || lacks_key_frames (meter, now_us))
    return SP_HEALTH_DEGRADED;
  return SP_HEALTH_OK;
}

SpHealth
sp_health_meter_look (SpHealthMeter *meter, gint64 now_us)
{
  SpHealth health;

  turn_slots (meter, now_us);
  health = judge (meter, now_us);
  if (health != SP_HEALTH_OK)
    {
      meter->health = health;
      meter->good_since_us = 0;
      return health;
    }
  if (meter->health == SP_HEALTH_OK)
    return SP_HEALTH_OK;
  if (meter->good_since_us == 0)
    meter->good_since_us = now_us;
  if (now_us - meter->good_since_us >= GOOD_US)
    {
      meter->health = SP_HEALTH_OK;
      meter->reason[0] = '\0';
    }
  return meter->health;
}
