/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-info.h"
#include "sp-repeats.h"

/** What a source's header leads to expect. */
typedef struct
{
  guint64 nominal_bps;     /* 0: it says nothing */
  gboolean has_key_frames; /* they can be seen */
  gboolean is_understood;  /* packets have send times; else they are opaque */
} SpHealthPromise;

typedef struct
{
  gsize len;
  gboolean is_key;        /* a key frame begins in it */
  gboolean has_send_time; /* it was understood */
  guint32 send_time_ms;   /* wraps */
  guint32 media_hash;     /* of its media, without times */
} SpHealthPacket;

#define SP_HEALTH_STALL_US (3 * G_USEC_PER_SEC)
#define SP_HEALTH_SLOTS 12 /* of SP_HEALTH_SLOT_US: a minute */
#define SP_HEALTH_SLOT_US (5 * G_USEC_PER_SEC)

/** Judges what a source sends, packet by packet: is it any good? Pure: the
 * clock is given. Zeroed is new; sp_health_meter_start() when it connects. Bad
 * at once; ok again after five seconds without a fault, if it is looked at
 * now and then. */
typedef struct
{
  SpHealthPromise promise;
  gboolean may_repeat; /* a file: it loops by design */
  gint64 started_us;   /* connected, or its header changed */
  gint64 last_us;      /* packet; 0: none */
  gint64 key_us;       /* the last key frame, or since when one is awaited */

  gint64 slot; /* number of the newest */
  struct
  {
    guint64 bytes;
    guint32 bad;
  } slots[SP_HEALTH_SLOTS];

  gboolean has_anchor;
  guint32 send_time_ms; /* of the newest packet */
  gint64 send_us;       /* the same, counted from the first */
  gint64 anchor_us;     /* the clock at send_us 0, as it should be */
  gint64 anchored_us;   /* since when that is known */
  gint64 behind_us;     /* of the newest packet; below 0: ahead */

  SpRepeats *repeats; /* NULL: may_repeat, or not connected */
  gint64 second;      /* that the next two are about */
  gboolean has_packet;
  gboolean has_new;
  guint repeats_s; /* seconds in a row with nothing new */
  gint64 new_us;   /* the last packet that was new */

  SpHealth health; /* that was shown last */
  gint64 good_since_us;
  char reason[96]; /* "": none */
} SpHealthMeter;

/* A connection: all is forgotten but may_repeat. */
void sp_health_meter_start (SpHealthMeter *meter, gint64 now_us);
/* It is gone; frees what start made. */
void sp_health_meter_stop (SpHealthMeter *meter);
/* A header has come. */
void sp_health_meter_promise (SpHealthMeter *meter,
                              const SpHealthPromise *promise,
                              gint64 now_us);
/* The number of seconds that are over and brought nothing new: 0 or 1. */
guint sp_health_meter_packet (SpHealthMeter *meter,
                              const SpHealthPacket *packet,
                              gint64 now_us);
/* A packet that was refused. */
void sp_health_meter_bad (SpHealthMeter *meter, gint64 now_us);
/* What to show now; the reason is in @meter. */
SpHealth sp_health_meter_look (SpHealthMeter *meter, gint64 now_us);
