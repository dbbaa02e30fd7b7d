/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-rate.h"
#include "sp-test.h"

#define SECOND G_USEC_PER_SEC
#define START (1000 * SECOND)

typedef struct
{
  const char *name;
  guint bytes_a_s[2]; /* before and after @change_s */
  guint change_s;
  guint seconds;
  guint64 bps;
} Row;

static const Row rows[] = {
  { "nothing", { 0, 0 }, 0, 20, 0 },
  { "less-than-a-step", { 1000, 1000 }, 0, 3, 8000 },
  { "steady", { 1000, 1000 }, 0, 60, 8000 },
  { "stopped-long-ago", { 1000, 0 }, 20, 60, 0 },
  /* Of the ten seconds before the 60th, five are fast. */
  { "grows", { 1000, 3000 }, 55, 60, 16000 },
};

static void
test_rate (gconstpointer data)
{
  const Row *row = data;
  SpRate rate;
  guint64 bytes = 0;

  sp_rate_init (&rate, START);
  for (guint i = 0; i < row->seconds; i++)
    {
      sp_rate_note (&rate, bytes, START + i * SECOND);
      bytes += row->bytes_a_s[i >= row->change_s];
    }
  g_assert_cmpuint (
      sp_rate_bps (&rate, bytes, START + row->seconds * SECOND), ==, row->bps);
}

/* A burst in the first millisecond is no rate of gigabits. */
static void
test_first_second_counts_whole (void)
{
  SpRate rate;

  sp_rate_init (&rate, START);
  g_assert_cmpuint (sp_rate_bps (&rate, 1000, START), ==, 8000);
  g_assert_cmpuint (sp_rate_bps (&rate, 1000, START + SECOND / 2), ==, 8000);
}

/* 10 Gbit/s for ten seconds, and a count that fell. */
static void
test_extremes (void)
{
  SpRate rate;

  sp_rate_init (&rate, START);
  g_assert_cmpuint (sp_rate_bps (&rate,
                                 G_GUINT64_CONSTANT (12500000000),
                                 START + 10 * SECOND),
                    ==,
                    G_GUINT64_CONSTANT (10000000000));
  sp_rate_note (&rate, 1000, START + 5 * SECOND);
  sp_rate_note (&rate, 2000, START + 10 * SECOND);
  g_assert_cmpuint (sp_rate_bps (&rate, 0, START + 11 * SECOND), ==, 0);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/rate/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_rate);
    }
  g_test_add_func ("/rate/first-second-counts-whole",
                   test_first_second_counts_whole);
  g_test_add_func ("/rate/extremes", test_extremes);
  return g_test_run ();
}
