/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-health-meter.h"

#include <stdio.h>
#include <string.h>

#define PACKETS 2000000
#define PACKET_LEN 1400

/* What the judging of a source costs for each of its packets: the hash of the
 * media, and the meter; every one new, and every one seen before. */
static void
bench (const char *name, guint loop)
{
  static const SpHealthPromise promise = { .nominal_bps = 1000000,
                                           .has_key_frames = TRUE,
                                           .is_understood = TRUE };
  SpHealthMeter meter = { 0 };
  guint8 data[PACKET_LEN] = { 0 };
  gint64 now_us = 1000 * (gint64)G_USEC_PER_SEC;
  gint64 began_us;
  double ns;

  sp_health_meter_start (&meter, now_us);
  sp_health_meter_promise (&meter, &promise, now_us);
  began_us = g_get_monotonic_time ();
  for (guint i = 0; i < PACKETS; i++)
    {
      guint number = i % loop;
      SpHealthPacket packet = { .len = PACKET_LEN,
                                .is_key = i % 100 == 0,
                                .has_send_time = TRUE,
                                .send_time_ms = i * 10 };

      memcpy (data + PACKET_LEN - 8, &number, sizeof number);
      packet.media_hash = sp_repeats_hash (data, sizeof data);
      now_us += 10000;
      (void)sp_health_meter_packet (&meter, &packet, now_us);
    }
  ns = (double)(g_get_monotonic_time () - began_us) * 1000 / PACKETS;
  printf ("%-10s %6.1f ns/packet, then: %s\n",
          name,
          ns,
          sp_health_name (sp_health_meter_look (&meter, now_us)));
  sp_health_meter_stop (&meter);
}

int
main (void)
{
  bench ("new", G_MAXUINT);
  bench ("loop", 1000);
  return 0;
}
