/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-histogram.h"

#include "sp-test.h"

static void
test_steps (void)
{
  for (gint64 value_us = 1; value_us < G_MAXINT32; value_us += value_us / 7 + 1)
    {
      g_autoptr (SpHistogram) histogram = sp_histogram_new ();
      gint64 said_us;

      sp_histogram_add (histogram, value_us);
      sp_histogram_add (histogram, G_MAXINT32);
      said_us = sp_histogram_quantile_us (histogram, 0.5);
      g_assert_cmpint (said_us, >=, value_us);
      g_assert_cmpint (said_us - value_us, <=, value_us / 100);
    }
}

static void
test_quantiles (void)
{
  g_autoptr (SpHistogram) histogram = sp_histogram_new ();

  g_assert_cmpint (sp_histogram_quantile_us (histogram, 0.5), ==, 0);
  g_assert_cmpint (sp_histogram_max_us (histogram), ==, 0);
  for (guint i = 100; i >= 1; i--)
    sp_histogram_add (histogram, i);
  g_assert_cmpuint (sp_histogram_count (histogram), ==, 100);
  g_assert_cmpint (sp_histogram_quantile_us (histogram, 0), ==, 1);
  g_assert_cmpint (sp_histogram_quantile_us (histogram, 0.5), ==, 50);
  g_assert_cmpint (sp_histogram_quantile_us (histogram, 0.99), ==, 99);
  g_assert_cmpint (sp_histogram_quantile_us (histogram, 1), ==, 100);
}

static void
test_ends (void)
{
  g_autoptr (SpHistogram) histogram = sp_histogram_new ();

  sp_histogram_add (histogram, -5);
  g_assert_cmpint (sp_histogram_quantile_us (histogram, 1), ==, 0);
  sp_histogram_add (histogram, G_MAXINT64);
  g_assert_cmpint (sp_histogram_max_us (histogram), ==, G_MAXINT64);
  g_assert_cmpint (sp_histogram_quantile_us (histogram, 1), ==, G_MAXINT64);
}

static void
test_merge (void)
{
  g_autoptr (SpHistogram) one = sp_histogram_new ();
  g_autoptr (SpHistogram) other = sp_histogram_new ();

  sp_histogram_add (one, 10);
  sp_histogram_add (other, 1000000);
  sp_histogram_add (other, 20);
  sp_histogram_merge (one, other);
  g_assert_cmpuint (sp_histogram_count (one), ==, 3);
  g_assert_cmpint (sp_histogram_max_us (one), ==, 1000000);
  g_assert_cmpint (sp_histogram_quantile_us (one, 0.5), ==, 20);
  g_assert_cmpint (sp_histogram_quantile_us (one, 1), ==, 1000000);
}

static void
test_walk (void)
{
  g_autoptr (SpHistogram) histogram = sp_histogram_new ();
  SpHistogramWalk walk;
  gint64 upto_us;
  double share;

  sp_histogram_add (histogram, 7);
  sp_histogram_add (histogram, 7);
  sp_histogram_add (histogram, 90);
  sp_histogram_add (histogram, 100000);
  sp_histogram_walk (histogram, &walk);
  g_assert_true (sp_histogram_next (&walk, &upto_us, &share));
  g_assert_cmpint (upto_us, ==, 7);
  g_assert_cmpfloat (share, ==, 0.5);
  g_assert_true (sp_histogram_next (&walk, &upto_us, &share));
  g_assert_cmpint (upto_us, ==, 90);
  g_assert_true (sp_histogram_next (&walk, &upto_us, &share));
  g_assert_cmpint (upto_us, ==, 100000);
  g_assert_cmpfloat (share, ==, 1);
  g_assert_false (sp_histogram_next (&walk, &upto_us, &share));
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/histogram/step/is-one-percent", test_steps);
  g_test_add_func ("/histogram/quantile/rank", test_quantiles);
  g_test_add_func ("/histogram/ends-are-counted", test_ends);
  g_test_add_func ("/histogram/merge/sums", test_merge);
  g_test_add_func ("/histogram/walk/rises-to-all", test_walk);
  return g_test_run ();
}
