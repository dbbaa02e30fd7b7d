/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-canary.h"

#include "canary-origin.h"
#include "sp-clock.h"
#include "sp-test.h"

#include <string.h>

#define DEADLINE_S 30
#define EVERY_MS 2000
#define STEP_US (500 * 1000) /* of the fake clock, each time one looks */
#define MAX_STREAMS 8

typedef struct
{
  Origin *origin;
  SpControl control;
  SpCanary *canary;
  SpStreamInfo streams[MAX_STREAMS]; /* path NULL: no more */
  guint n_asked;                     /* for the list */
  gint64 now_us;
  guint n_results;
  guint n_good;
  char *last_path;
  guint wanted;
} Fixture;

/* The clock goes on with each look. */
static GPtrArray *
list_streams (gpointer self)
{
  Fixture *fixture = self;
  GPtrArray *infos
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_stream_info_free);

  fixture->n_asked++;
  fixture->now_us += STEP_US;
  sp_clock_set_fake (fixture->now_us);
  for (guint i = 0; fixture->streams[i].path != NULL; i++)
    {
      SpStreamInfo *info = g_new0 (SpStreamInfo, 1);

      *info = fixture->streams[i];
      info->path = g_strdup (info->path);
      g_ptr_array_add (infos, info);
    }
  return infos;
}

static const SpControlClass class = { .list_streams = list_streams };

static void
on_result (const char *path, const SpCanaryInfo *info, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_results++;
  fixture->n_good += info->is_ok;
  g_free (fixture->last_path);
  fixture->last_path = g_strdup (path);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->now_us = 1000 * (gint64)G_USEC_PER_SEC;
  sp_clock_set_fake (fixture->now_us);
  fixture->origin = origin_new ();
  fixture->control = (SpControl){ &class, fixture };
  fixture->canary = sp_canary_new (&fixture->control, on_result, fixture);
  add_text (fixture->origin->answer, ORIGIN_HEAD);
  add_header (fixture->origin->answer, 0x0c);
  add_data (fixture->origin->answer, 10);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  sp_canary_free (fixture->canary);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  origin_free (fixture->origin);
  g_free (fixture->last_path);
  sp_clock_set_fake (-1);
}

static void
begin (Fixture *fixture)
{
  sp_canary_set (
      fixture->canary, "0.0.0.0", fixture->origin->port, "geheim", EVERY_MS);
}

static gboolean
has_results (gpointer user_data)
{
  Fixture *fixture = user_data;

  return fixture->n_results >= fixture->wanted;
}

static void
wait_results (Fixture *fixture, guint n)
{
  fixture->wanted = n;
  sp_test_wait (NULL, has_results, fixture, DEADLINE_S);
}

static gboolean
has_requests (gpointer user_data)
{
  Fixture *fixture = user_data;

  return fixture->origin->heads->len >= fixture->wanted;
}

static gboolean
has_looked (gpointer user_data)
{
  Fixture *fixture = user_data;

  return fixture->n_asked >= fixture->wanted;
}

static void
wait_looks (Fixture *fixture, guint n)
{
  fixture->wanted = fixture->n_asked + n;
  sp_test_wait (NULL, has_looked, fixture, DEADLINE_S);
}

/* It fails here and now, and is tried again at its time. */
static void
test_again_and_again (Fixture *fixture, gconstpointer data)
{
  gint64 began_us = fixture->now_us;

  fixture->streams[0]
      = (SpStreamInfo){ .path = (char *)"one", .state = SP_STREAM_LIVE };
  begin (fixture);
  wait_results (fixture, 3);
  g_assert_cmpuint (fixture->n_good, ==, 0);
  g_assert_cmpstr (fixture->last_path, ==, "one");
  g_assert_cmpint (fixture->now_us - began_us, >=, 2 * EVERY_MS * (gint64)1000);
}

static void
test_plays (Fixture *fixture, gconstpointer data)
{
  fixture->origin->stays = TRUE;
  fixture->streams[0]
      = (SpStreamInfo){ .path = (char *)"one", .state = SP_STREAM_FALLBACK };
  begin (fixture);
  wait_results (fixture, 1);
  g_assert_cmpuint (fixture->origin->heads->len, ==, 1);
}

/* Neither what has no source nor what nobody has asked for. */
static void
test_left_alone (Fixture *fixture, gconstpointer data)
{
  static const SpStreamState states[] = { SP_STREAM_DISABLED,
                                          SP_STREAM_IDLE,
                                          SP_STREAM_WAITING,
                                          SP_STREAM_HOLDING,
                                          SP_STREAM_LIVE };
  static const char *const paths[] = { "a", "b", "c", "d", "e" };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    fixture->streams[i] = (SpStreamInfo){ .path = (char *)paths[i],
                                          .state = states[i],
                                          .is_on_demand = i == 4 };
  begin (fixture);
  wait_looks (fixture, 30);
  g_assert_cmpuint (fixture->origin->heads->len, ==, 0);
  fixture->streams[4].clients = 1;
  wait_results (fixture, 1);
  g_assert_cmpstr (fixture->last_path, ==, "e");
}

/* Four, and none of them twice. */
static void
test_four_at_once (Fixture *fixture, gconstpointer data)
{
  static const char *const paths[] = { "a", "b", "c", "d", "e", "f" };

  fixture->origin->is_silent = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    fixture->streams[i]
        = (SpStreamInfo){ .path = (char *)paths[i], .state = SP_STREAM_LIVE };
  begin (fixture);
  fixture->wanted = 4;
  sp_test_wait (NULL, has_requests, fixture, DEADLINE_S);
  wait_looks (fixture, 10);
  g_assert_cmpuint (fixture->origin->heads->len, ==, 4);
  /* The time of the first ones runs out: then the others have their turn. */
  fixture->now_us += 30 * (gint64)G_USEC_PER_SEC;
  wait_results (fixture, 4);
  fixture->wanted = 6;
  sp_test_wait (NULL, has_requests, fixture, DEADLINE_S);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *line = g_strdup_printf ("/streams/%s ", paths[i]);
      guint n = 0;

      for (guint k = 0; k < 6; k++)
        n += strstr (g_ptr_array_index (fixture->origin->heads, k), line)
             != NULL;
      g_assert_cmpuint (n, ==, 1);
    }
}

/* A reload that changes nothing here breaks nothing off. */
static void
test_set_again (Fixture *fixture, gconstpointer data)
{
  fixture->origin->is_silent = TRUE;
  fixture->streams[0]
      = (SpStreamInfo){ .path = (char *)"one", .state = SP_STREAM_LIVE };
  begin (fixture);
  fixture->wanted = 1;
  sp_test_wait (NULL, has_requests, fixture, DEADLINE_S);
  begin (fixture);
  fixture->now_us += 30 * (gint64)G_USEC_PER_SEC;
  wait_results (fixture, 1);
  g_assert_cmpuint (fixture->origin->heads->len, ==, 1);
}

static void
test_off (Fixture *fixture, gconstpointer data)
{
  fixture->origin->is_silent = TRUE;
  fixture->streams[0]
      = (SpStreamInfo){ .path = (char *)"one", .state = SP_STREAM_LIVE };
  begin (fixture);
  fixture->wanted = 1;
  sp_test_wait (NULL, has_requests, fixture, DEADLINE_S);
  sp_canary_set (
      fixture->canary, "127.0.0.1", fixture->origin->port, "geheim", 0);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (fixture->n_results, ==, 0);
  begin (fixture);
  fixture->wanted = 2;
  sp_test_wait (NULL, has_requests, fixture, DEADLINE_S);
}

#define ADD(path, test)                                                        \
  g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  ADD ("/canary/again-and-again", test_again_and_again);
  ADD ("/canary/plays", test_plays);
  ADD ("/canary/left-alone", test_left_alone);
  ADD ("/canary/four-at-once", test_four_at_once);
  ADD ("/canary/set-again", test_set_again);
  ADD ("/canary/off", test_off);
  return g_test_run ();
}
