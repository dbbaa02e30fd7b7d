/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-info.h"
#include "sp-test.h"

static void
add (SpQuality *quality, guint64 client, guint lag_ms)
{
  sp_quality_add (quality,
                  &(SpWorstClient){ .client = client, .lag_ms = lag_ms });
}

typedef struct
{
  const char *name;
  guint lag_ms;
  guint bucket;
  guint behind;
  guint worst; /* how many are named */
} BucketRow;

static const BucketRow bucket_rows[] = {
  { "level", 0, 0, 0, 0 },
  { "some", 1, 0, 0, 1 },
  { "first-bound", 100, 0, 0, 1 },
  { "beyond-first", 101, 1, 0, 1 },
  { "behind-bound", SP_BEHIND_MS, 4, 0, 1 },
  { "behind", SP_BEHIND_MS + 1, 5, 1, 1 },
  { "last-bound", 10000, 6, 1, 1 },
  { "beyond-all", 10001, 7, 1, 1 },
  { "most", G_MAXUINT, 7, 1, 1 },
};

static void
test_bucket (gconstpointer data)
{
  const BucketRow *row = data;
  SpQuality quality = { 0 };

  add (&quality, 7, row->lag_ms);
  for (guint i = 0; i < SP_LAG_BUCKETS; i++)
    g_assert_cmpuint (quality.buckets[i], ==, i == row->bucket);
  g_assert_cmpuint (quality.clients, ==, 1);
  g_assert_cmpuint (quality.behind, ==, row->behind);
  g_assert_cmpuint (quality.lag_worst_ms, ==, row->lag_ms);
  g_assert_cmpuint (quality.lag_sum_ms, ==, row->lag_ms);
  g_assert_cmpuint (quality.n_worst, ==, row->worst);
}

/* In whatever order they come. */
static guint
shuffled (guint i)
{
  return i * 37 % 101;
}

static void
assert_worst_100_down (const SpQuality *quality)
{
  g_assert_cmpuint (quality->n_worst, ==, SP_WORST_CLIENTS);
  for (guint i = 0; i < SP_WORST_CLIENTS; i++)
    {
      g_assert_cmpuint (quality->worst[i].lag_ms, ==, 100 - i);
      g_assert_cmpuint (quality->worst[i].client, ==, 1100 - i);
    }
}

static void
test_worst_are_named (void)
{
  SpQuality quality = { 0 };

  for (guint i = 0; i < 101; i++)
    add (&quality, 1000 + shuffled (i), shuffled (i));
  assert_worst_100_down (&quality);
  g_assert_true (sp_quality_ranks (&quality, 86));
  g_assert_false (sp_quality_ranks (&quality, 85));
  g_assert_false (sp_quality_ranks (&(SpQuality){ 0 }, 0));
  g_assert_true (sp_quality_ranks (&(SpQuality){ 0 }, 1));
}

/* But for the padding, of which nothing is known. */
static void
assert_same (const SpQuality *a, const SpQuality *b)
{
  g_assert_cmpmem (
      a->buckets, sizeof a->buckets, b->buckets, sizeof b->buckets);
  g_assert_cmpuint (a->clients, ==, b->clients);
  g_assert_cmpuint (a->behind, ==, b->behind);
  g_assert_cmpuint (a->lag_sum_ms, ==, b->lag_sum_ms);
  g_assert_cmpuint (a->lag_worst_ms, ==, b->lag_worst_ms);
  g_assert_cmpuint (a->n_worst, ==, b->n_worst);
  for (guint i = 0; i < a->n_worst; i++)
    {
      g_assert_cmpuint (a->worst[i].client, ==, b->worst[i].client);
      g_assert_cmpuint (a->worst[i].lag_ms, ==, b->worst[i].lag_ms);
      g_assert_cmpuint (
          a->worst[i].packets_skipped, ==, b->worst[i].packets_skipped);
      g_assert_cmpuint (a->worst[i].queue_bytes, ==, b->worst[i].queue_bytes);
    }
}

/* Merged parts are what all together are. */
static void
test_merge (void)
{
  SpQuality all = { 0 };
  SpQuality merged = { 0 };
  SpQuality parts[3] = { { 0 } };

  for (guint i = 0; i < 101; i++)
    {
      add (&all, 1000 + shuffled (i), shuffled (i));
      add (&parts[i % 3], 1000 + shuffled (i), shuffled (i));
    }
  for (guint i = 0; i < 3; i++)
    sp_quality_merge (&merged, &parts[i]);
  assert_worst_100_down (&merged);
  assert_same (&merged, &all);
}

typedef struct
{
  const char *name;
  guint clients;
  guint behind;
  gboolean is_mass_lag;
} MassRow;

static const MassRow mass_rows[] = {
  { "nobody", 0, 0, FALSE },       { "few", 9, 9, FALSE },
  { "half", 10, 5, FALSE },        { "more-than-half", 10, 6, TRUE },
  { "half-of-odd", 11, 5, FALSE }, { "more-of-odd", 11, 6, TRUE },
  { "all", 1000, 1000, TRUE },
};

static void
test_mass_lag (gconstpointer data)
{
  const MassRow *row = data;
  const SpQuality quality = { .clients = row->clients, .behind = row->behind };

  g_assert_cmpint (sp_quality_is_mass_lag (&quality), ==, row->is_mass_lag);
}

/* The names are what REST, MIB and metrics show. */
static void
test_names (void)
{
  g_assert_cmpstr (sp_stream_state_name (SP_STREAM_DISABLED), ==, "disabled");
  g_assert_cmpstr (sp_stream_state_name (SP_STREAM_FALLBACK), ==, "fallback");
  g_assert_cmpstr (sp_health_name (SP_HEALTH_OK), ==, "ok");
  g_assert_cmpstr (sp_health_name (SP_HEALTH_ABSENT), ==, "absent");
  g_assert_cmpstr (sp_source_state_name (SP_SOURCE_ACTIVE), ==, "active");
  g_assert_cmpstr (sp_source_state_name (SP_SOURCE_DISABLED), ==, "disabled");
  g_assert_cmpstr (sp_client_state_name (SP_CLIENT_OPENING), ==, "opening");
  g_assert_cmpstr (sp_client_state_name (SP_CLIENT_CLOSING), ==, "closing");
  g_assert_cmpstr (sp_leave_reason_name (SP_LEFT_BY_ITSELF), ==, "closed");
  g_assert_cmpstr (sp_leave_reason_name (SP_LEFT_CUT), ==, "cut");
  g_assert_cmpstr (sp_drain_state_name (SP_DRAIN_SERVING), ==, "serving");
  g_assert_cmpstr (sp_drain_state_name (SP_DRAIN_DRAINED), ==, "drained");
  g_assert_cmpstr (sp_pump_state_name (SP_PUMP_STARTING), ==, "starting");
  g_assert_cmpstr (sp_pump_state_name (SP_PUMP_STOPPING), ==, "stopping");
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (bucket_rows); i++)
    {
      g_autofree char *path
          = g_strconcat ("/quality/bucket/", bucket_rows[i].name, NULL);

      g_test_add_data_func (path, &bucket_rows[i], test_bucket);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (mass_rows); i++)
    {
      g_autofree char *path
          = g_strconcat ("/quality/mass-lag/", mass_rows[i].name, NULL);

      g_test_add_data_func (path, &mass_rows[i], test_mass_lag);
    }
  g_test_add_func ("/quality/worst-are-named", test_worst_are_named);
  g_test_add_func ("/quality/merge", test_merge);
  g_test_add_func ("/info/names", test_names);
  return g_test_run ();
}
