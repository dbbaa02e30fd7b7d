/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <stdio.h>

#include "sp-pulse.h"
#include "sp-test.h"

#define S ((gint64)G_USEC_PER_SEC)

/* A second of @pulse at @second with so much sent since ever. */
static void
look (SpPulse *pulse, gint64 second, guint64 sent, guint64 clients)
{
  SpStreamCounters totals = { 0 };

  totals.value[SP_STREAM_bytes_sent] = sent;
  totals.value[SP_STREAM_bytes_received] = sent / 10;
  totals.value[SP_STREAM_clients_connected] = clients + 5;
  totals.value[SP_STREAM_clients_disconnected] = 5;
  sp_pulse_look (pulse, second * S, &totals);
}

static SpPumpInfo
fill (SpPulse *pulse, gint64 second, guint64 sent)
{
  SpPumpInfo info = { .bytes_sent = sent, .bytes_received = sent / 10 };

  sp_pulse_fill (pulse, second * S, &info);
  return info;
}

static void
test_rate (void)
{
  g_autoptr (SpPulse) pulse = sp_pulse_new (250);

  g_assert_cmpuint (fill (pulse, 100, 0).bitrate_out_bps, ==, 0);
  for (guint i = 0; i <= 30; i++)
    look (pulse, 100 + i, i * 1000, 1);
  g_assert_cmpuint (fill (pulse, 130, 30000).bitrate_out_bps, ==, 8000);
  g_assert_cmpuint (fill (pulse, 130, 30000).bitrate_in_bps, ==, 800);
  /* Half of the window at ten times the rate. */
  for (guint i = 1; i <= 5; i++)
    look (pulse, 130 + i, 30000 + i * 10000, 1);
  g_assert_cmpuint (fill (pulse, 135, 80000).bitrate_out_bps, ==, 44000);
}

static void
test_peak (void)
{
  g_autoptr (SpPulse) pulse = sp_pulse_new (250);

  look (pulse, 1, 0, 3);
  look (pulse, 2, 0, 9);
  look (pulse, 3, 0, 2);
  g_assert_cmpuint (fill (pulse, 3, 0).clients_peak, ==, 9);
}

static void
test_delay (void)
{
  g_autoptr (SpPulse) pulse = sp_pulse_new (250);
  gint64 now_us = 1000 * S;

  for (guint i = 0; i < 8; i++)
    sp_pulse_beat (pulse, now_us += 250000);
  g_assert_cmpuint (fill (pulse, 1002, 0).loop_delay_ms, ==, 0);
  sp_pulse_beat (pulse, now_us += 250000 + 123000);
  g_assert_cmpuint (fill (pulse, 1003, 0).loop_delay_ms, ==, 123);
  for (guint i = 0; i < 4 * 59; i++)
    sp_pulse_beat (pulse, now_us += 250000);
  g_assert_cmpuint (fill (pulse, 1060, 0).loop_delay_ms, ==, 123);
  for (guint i = 0; i < 8; i++)
    sp_pulse_beat (pulse, now_us += 250000);
  g_assert_cmpuint (fill (pulse, 1063, 0).loop_delay_ms, ==, 0);
}

static void
test_process (void)
{
  g_autoptr (SpPulse) pulse = sp_pulse_new (250);
  SpPumpInfo info = fill (pulse, 1, 0);
  guint before = info.descriptors;
  FILE *file;

  g_assert_cmpuint (before, >=, 3);
  g_assert_cmpuint (info.descriptor_limit, >, before);
  g_assert_cmpuint (info.memory_kib, >, 500);
  file = fopen ("/dev/null", "r");
  g_assert_cmpuint (fill (pulse, 1, 0).descriptors, ==, before + 1);
  fclose (file);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/pulse/rate", test_rate);
  g_test_add_func ("/pulse/peak", test_peak);
  g_test_add_func ("/pulse/delay", test_delay);
  g_test_add_func ("/pulse/process", test_process);
  return g_test_run ();
}
