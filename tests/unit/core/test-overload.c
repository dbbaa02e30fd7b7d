/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-overload.h"
#include "sp-test.h"

#define MS 1000LL
#define S ((gint64)G_USEC_PER_SEC)

/* Every 250 ms for @ms from @from_us on. */
static void
look (SpOverloadMeter *meter, guint lateness_ms, gint64 from_us, gint64 ms)
{
  for (gint64 at = 0; at <= ms; at += 250)
    sp_overload_meter_lateness (meter, lateness_ms, 400, from_us + at * MS);
}

/* A hiccup is seen for a second, since that is what is measured over. */
static void
test_hiccup (void)
{
  SpOverloadMeter meter = { 0 };

  look (&meter, 3000, 100 * S, 1000);
  g_assert_cmpuint (sp_overload_meter_causes (&meter), ==, 0);
  look (&meter, 10, 101 * S, 250);
  look (&meter, 3000, 102 * S, 1250);
  g_assert_cmpuint (sp_overload_meter_causes (&meter), ==, 0);
}

static void
test_late (void)
{
  SpOverloadMeter meter = { 0 };

  look (&meter, 400, 100 * S, 60000);
  g_assert_cmpuint (sp_overload_meter_causes (&meter), ==, 0);
  look (&meter, 401, 200 * S, 1500);
  g_assert_cmpuint (
      sp_overload_meter_causes (&meter), ==, SP_OVERLOAD_LATENESS);
  look (&meter, 200, 202 * S, 60000);
  g_assert_cmpuint (
      sp_overload_meter_causes (&meter), ==, SP_OVERLOAD_LATENESS);
  look (&meter, 199, 300 * S, 0);
  g_assert_cmpuint (sp_overload_meter_causes (&meter), ==, 0);
}

static void
test_lateness_off (void)
{
  SpOverloadMeter meter = { 0 };

  look (&meter, 500, 100 * S, 2000);
  g_assert_cmpuint (
      sp_overload_meter_causes (&meter), ==, SP_OVERLOAD_LATENESS);
  sp_overload_meter_lateness (&meter, 500, 0, 103 * S);
  g_assert_cmpuint (sp_overload_meter_causes (&meter), ==, 0);
}

/* The smallest limit there is can be met again. */
static void
test_lateness_of_one (void)
{
  SpOverloadMeter meter = { 0 };

  for (gint64 at = 0; at < 3000; at += 250)
    sp_overload_meter_lateness (&meter, 2, 1, 100 * S + at * MS);
  g_assert_cmpuint (
      sp_overload_meter_causes (&meter), ==, SP_OVERLOAD_LATENESS);
  sp_overload_meter_lateness (&meter, 0, 1, 103 * S);
  g_assert_cmpuint (sp_overload_meter_causes (&meter), ==, 0);
}

static void
test_memory (void)
{
  static const struct
  {
    guint64 kib;
    guint limit_mb;
    gboolean is_large;
  } steps[] = {
    { 102399, 100, FALSE },   { 102400, 100, TRUE },     { 92160, 100, TRUE },
    { 92159, 100, FALSE },    { 102399, 100, FALSE },    { 1 << 30, 0, FALSE },
    { G_MAXUINT32, 1, TRUE }, { G_MAXUINT32, 0, FALSE },
  };
  SpOverloadMeter meter = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      sp_overload_meter_memory (&meter, steps[i].kib, steps[i].limit_mb);
      g_test_message ("%u", i);
      g_assert_cmpuint (sp_overload_meter_causes (&meter),
                        ==,
                        steps[i].is_large ? SP_OVERLOAD_MEMORY : 0);
    }
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/overload/hiccup", test_hiccup);
  g_test_add_func ("/overload/late", test_late);
  g_test_add_func ("/overload/lateness-off", test_lateness_off);
  g_test_add_func ("/overload/lateness-of-one", test_lateness_of_one);
  g_test_add_func ("/overload/memory", test_memory);
  return g_test_run ();
}
