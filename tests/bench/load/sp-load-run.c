/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-run.h"

#include <glib/gi18n.h>
#include <math.h>
#include <sys/resource.h>
#include <time.h>

#include "sp-error.h"
#include "sp-load-crowd.h"

#define DEFAULT_FROM "127.1.0.1/8"
#define JOIN_PATIENCE_US (10 * G_USEC_PER_SEC)
#define LOOK_US 10000
#define NOTICE_US 100000 /* so that all crowds see the window come */
#define DRAIN_US                                                               \
  G_USEC_PER_SEC /* for packets sent at the end of the window                  \
                  */
#define SPARE_DESCRIPTORS 32

static void
wait_until (gint64 time_us)
{
  const struct timespec until = { .tv_sec = time_us / G_USEC_PER_SEC,
                                  .tv_nsec = time_us % G_USEC_PER_SEC * 1000 };

  while (clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) != 0)
    continue;
}

/* As many descriptors as are wanted, or as may be had. */
static gboolean
make_room (guint n_viewers, GError **error)
{
  rlim_t wanted = n_viewers + SPARE_DESCRIPTORS;
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= wanted)
    return TRUE;
  if (limit.rlim_max < wanted)
    {
      const struct rlimit more = { .rlim_cur = wanted, .rlim_max = wanted };

      if (setrlimit (RLIMIT_NOFILE, &more) == 0)
        return TRUE;
      return sp_error_set (
          error,
          SP_ERROR_LIMIT,
          _ ("%u viewers do not fit: this process may open %lu descriptors, "
             "which is enough for %lu"),
          n_viewers,
          (gulong)limit.rlim_max,
          (gulong)limit.rlim_max - MIN (limit.rlim_max, SPARE_DESCRIPTORS));
    }
  limit.rlim_cur = wanted;
  return setrlimit (RLIMIT_NOFILE, &limit) == 0
         || sp_error_set (error,
                          SP_ERROR_LIMIT,
                          _ ("descriptors for %u viewers are refused"),
                          n_viewers);
}

static gboolean
find_targets (SpLoadRun *run, GError **error)
{
  const SpLoadOptions *options = run->options;

  for (guint i = 0; i < options->urls->len; i++)
    {
      SpLoadTarget *target
          = sp_load_target_new (options->urls->pdata[i], error);

      if (target == NULL)
        {
          g_prefix_error (error, "%s: ", (char *)options->urls->pdata[i]);
          return FALSE;
        }
      g_ptr_array_add (run->targets, target);
      if (target->is_tls && run->tls == NULL)
        run->tls = sp_load_tls_new (options->is_insecure, error);
      if (target->is_tls && run->tls == NULL)
        return FALSE;
      g_ptr_array_add (run->requests,
                       sp_load_target_request (target,
                                               options->is_raw,
                                               options->is_chunked,
                                               options->user_agent));
    }
  return TRUE;
}

static SpLoadResult *
result_new (void)
{
  SpLoadResult *result = g_new0 (SpLoadResult, 1);

  for (guint i = 0; i < SP_LOAD_N_KINDS; i++)
    result->tallies[i] = sp_load_tally_new ();
  result->mbps = g_array_new (FALSE, FALSE, sizeof (double));
  result->reasons
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return result;
}

void
sp_load_result_free (SpLoadResult *result)
{
  for (guint i = 0; i < SP_LOAD_N_KINDS; i++)
    sp_load_tally_free (result->tallies[i]);
  g_array_unref (result->mbps);
  g_hash_table_unref (result->reasons);
  g_free (result);
}

/* Until all have joined or were refused, or it takes too long. */
static void
wait_for_joins (SpLoadRun *run, SpLoadResult *result)
{
  const SpLoadOptions *options = run->options;
  guint n_all = options->n_viewers + options->n_stalled;
  gint64 until_us = run->start_us
                    + (gint64)n_all * G_USEC_PER_SEC / options->ramp_per_s
                    + JOIN_PATIENCE_US;
  gint64 now_us = run->start_us;

  while (now_us < until_us
         && __atomic_load_n (&run->n_settled, __ATOMIC_RELAXED) < n_all)
    {
      wait_until (now_us + LOOK_US);
      now_us = g_get_monotonic_time ();
    }
  result->joining_s = (double)(now_us - run->start_us) / G_USEC_PER_SEC;
}

static gboolean
look_at_server (const SpLoadOptions *options,
                SpLoadProcess *process,
                GError **error)
{
  return options->pids->len == 0
         || sp_load_process_read (process,
                                  (const pid_t *)(gpointer)options->pids->data,
                                  options->pids->len,
                                  error);
}

/* Waits for the end of the window, second by second. */
static void
watch_rate (SpLoadRun *run, SpLoadCrowd **crowds, SpLoadResult *result)
{
  guint n_crowds = run->options->n_threads;
  guint64 before = 0;

  for (gint64 at_us = run->window_us;; at_us += G_USEC_PER_SEC)
    {
      guint64 bytes = 0;
      double mbps;

      wait_until (MIN (at_us, run->window_end_us));
      for (guint i = 0; i < n_crowds; i++)
        bytes += sp_load_crowd_bytes (crowds[i]);
      mbps = (double)(bytes - before) * 8 / 1e6;
      if (at_us > run->window_end_us)
        return;
      if (at_us > run->window_us)
        g_array_append_val (result->mbps, mbps);
      before = bytes;
    }
}

static gboolean
measure (SpLoadRun *run,
         SpLoadCrowd **crowds,
         SpLoadResult *result,
         GError **error)
{
  const SpLoadOptions *options = run->options;
  gint64 start_us = g_get_monotonic_time () + NOTICE_US
                    + (gint64)(options->warmup_s * G_USEC_PER_SEC);
  double own_cpu_s;

  result->has_server = options->pids->len > 0;
  result->seconds = options->seconds;
  wait_until (start_us - NOTICE_US);
  run->window_end_us = start_us + (gint64)(options->seconds * G_USEC_PER_SEC);
  __atomic_store_n (&run->window_us, start_us, __ATOMIC_RELEASE);
  wait_until (start_us);
  own_cpu_s = sp_load_process_own_cpu_s ();
  if (!look_at_server (options, &result->server_start, error))
    return FALSE;
  watch_rate (run, crowds, result);
  result->client_cpu_s = sp_load_process_own_cpu_s () - own_cpu_s;
  if (!look_at_server (options, &result->server_end, error))
    return FALSE;
  wait_until (run->window_end_us + DRAIN_US);
  return TRUE;
}

/* (transfer full): NULL: it failed. */
static SpLoadResult *
run_crowds (SpLoadRun *run, GError **error)
{
  guint n_crowds = run->options->n_threads;
  g_autoptr (SpLoadResult) result = result_new ();
  g_autofree SpLoadCrowd **crowds = g_new (SpLoadCrowd *, n_crowds);
  g_autofree GThread **threads = g_new (GThread *, n_crowds);
  gboolean is_good;

  for (guint i = 0; i < n_crowds; i++)
    crowds[i] = sp_load_crowd_new (run, i, n_crowds);
  run->start_us = g_get_monotonic_time ();
  for (guint i = 0; i < n_crowds; i++)
    threads[i] = g_thread_new ("crowd", sp_load_crowd_main, crowds[i]);
  wait_for_joins (run, result);
  is_good = measure (run, crowds, result, error);
  g_atomic_int_set (&run->is_over, TRUE);
  for (guint i = 0; i < n_crowds; i++)
    {
      g_thread_join (threads[i]);
      sp_load_crowd_sum (crowds[i], result);
      sp_load_crowd_free (crowds[i]);
    }
  return is_good ? g_steal_pointer (&result) : NULL;
}

/** sp_load_run: fails when it cannot begin, or when a process of the server is
 * not there to be looked at. */
SpLoadResult *
sp_load_run (const SpLoadOptions *options, GError **error)
{
  SpLoadOptions effective = *options;
  SpLoadRun run = { .options = &effective,
                    .window_us = G_MAXINT64,
                    .window_end_us = G_MAXINT64 };
  SpLoadResult *result = NULL;

  SpLoadProcess process;

  if (!make_room (options->n_viewers + options->n_stalled, error)
      || !look_at_server (options, &process, error))
    return NULL;
  if (!options->has_from)
    sp_load_from_parse (&effective.from, DEFAULT_FROM, NULL);
  run.targets
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_load_target_free);
  run.requests = g_ptr_array_new_with_free_func (g_free);
  if (find_targets (&run, error))
    result = run_crowds (&run, error);
  if (!options->has_from)
    sp_load_from_clear (&effective.from);
  g_ptr_array_unref (run.targets);
  g_ptr_array_unref (run.requests);
  g_clear_pointer (&run.tls, sp_load_tls_free);
  return result;
}

SpLoadTally *
sp_load_result_sum (const SpLoadResult *result)
{
  SpLoadTally *sum = sp_load_tally_new ();

  sp_load_tally_merge (sum, result->tallies[SP_LOAD_GOOD]);
  sp_load_tally_merge (sum, result->tallies[SP_LOAD_SLOW]);
  return sum;
}

/** sp_load_result_is_good: that a stalled viewer was cut is nobody's fault but
 * its own. */
gboolean
sp_load_result_is_good (const SpLoadResult *result)
{
  const SpLoadTally *stalled = result->tallies[SP_LOAD_STALLED];
  g_autoptr (SpLoadTally) sum = sp_load_result_sum (result);

  return sum->refused == 0 && sum->lost == 0 && sum->bad_framing == 0
         && result->n_pending == 0 && stalled->refused == 0
         && stalled->bad_framing == 0;
}
