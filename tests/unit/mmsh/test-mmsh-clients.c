/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-clients.h"

#include "sp-test.h"

#define IDLE_US ((gint64)SP_MMSH_IDLE_MS * 1000)
#define OVER_US (IDLE_US + 1000) /* the next millisecond */
#define SECOND G_USEC_PER_SEC

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpMmshClients, sp_mmsh_clients_free)

static gboolean
play (SpMmshClients *clients, guint32 id, gint64 now_us)
{
  return sp_mmsh_clients_play (clients, id, "live", now_us);
}

static void
test_ids (void)
{
  g_autoptr (SpMmshClients) clients = sp_mmsh_clients_new (20000);
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  guint n_high = 0;

  for (guint i = 0; i < 10000; i++)
    {
      guint32 id = sp_mmsh_clients_add (clients, i);

      g_assert_cmpuint (id, !=, 0);
      g_assert_true (g_hash_table_add (seen, GUINT_TO_POINTER (id)));
      n_high += id >> 31;
    }
  g_assert_cmpuint (sp_mmsh_clients_count (clients), ==, 10000);
  /* of random bits half are set: 40 standard deviations off is no chance */
  g_assert_cmpuint (n_high, >, 3000);
  g_assert_cmpuint (n_high, <, 7000);
}

static void
test_life (void)
{
  g_autoptr (SpMmshClients) clients = sp_mmsh_clients_new (10);
  guint32 id = sp_mmsh_clients_add (clients, 0);

  g_assert_cmpint (
      sp_mmsh_clients_touch (clients, id, 1), ==, SP_MMSH_CLIENT_INIT);
  g_assert_true (play (clients, id, 2));
  g_assert_cmpint (
      sp_mmsh_clients_touch (clients, id, 3), ==, SP_MMSH_CLIENT_STREAMING);
  g_assert_false (play (clients, id, 4));
  sp_mmsh_clients_stop (clients, id, 5);
  g_assert_cmpint (
      sp_mmsh_clients_touch (clients, id, 6), ==, SP_MMSH_CLIENT_IDLE);
  sp_mmsh_clients_stop (clients, id, 7);
  g_assert_true (play (clients, id, 8));
  sp_mmsh_clients_remove (clients, id);
  g_assert_cmpint (
      sp_mmsh_clients_touch (clients, id, 9), ==, SP_MMSH_CLIENT_UNKNOWN);
  g_assert_cmpuint (sp_mmsh_clients_count (clients), ==, 0);
}

static void
test_unknown (void)
{
  g_autoptr (SpMmshClients) clients = sp_mmsh_clients_new (10);

  g_assert_cmpint (
      sp_mmsh_clients_touch (clients, 0, 0), ==, SP_MMSH_CLIENT_UNKNOWN);
  g_assert_false (play (clients, 7, 0));
  sp_mmsh_clients_stop (clients, 7, 0);
  sp_mmsh_clients_remove (clients, 7);
  g_assert_cmpuint (sp_mmsh_clients_expire (clients, SECOND), ==, 0);
}

static void
test_expire (void)
{
  g_autoptr (SpMmshClients) clients = sp_mmsh_clients_new (10);
  guint32 first = sp_mmsh_clients_add (clients, 0);
  guint32 second = sp_mmsh_clients_add (clients, SECOND);
  guint32 third = sp_mmsh_clients_add (clients, 2 * SECOND);

  /* the first shows itself again, the second plays */
  sp_mmsh_clients_touch (clients, first, 3 * SECOND);
  play (clients, second, 3 * SECOND);
  g_assert_cmpuint (
      sp_mmsh_clients_expire (clients, 2 * SECOND + IDLE_US), ==, 0);
  g_assert_cmpuint (
      sp_mmsh_clients_expire (clients, 2 * SECOND + OVER_US), ==, 1);
  g_assert_cmpint (sp_mmsh_clients_touch (clients, third, 2 * SECOND + OVER_US),
                   ==,
                   SP_MMSH_CLIENT_UNKNOWN);
  g_assert_cmpuint (
      sp_mmsh_clients_expire (clients, 3 * SECOND + OVER_US), ==, 1);
  g_assert_cmpuint (sp_mmsh_clients_count (clients), ==, 1);
  sp_mmsh_clients_stop (clients, second, 1000 * SECOND);
  g_assert_cmpuint (
      sp_mmsh_clients_expire (clients, 1000 * SECOND + IDLE_US), ==, 0);
  g_assert_cmpuint (
      sp_mmsh_clients_expire (clients, 1000 * SECOND + OVER_US), ==, 1);
  g_assert_cmpuint (sp_mmsh_clients_count (clients), ==, 0);
}

/* Its time is over even when nobody has cleared it away yet. */
static void
test_late_touch (void)
{
  g_autoptr (SpMmshClients) clients = sp_mmsh_clients_new (10);
  guint32 id = sp_mmsh_clients_add (clients, 0);

  g_assert_cmpint (
      sp_mmsh_clients_touch (clients, id, OVER_US), ==, SP_MMSH_CLIENT_UNKNOWN);
  id = sp_mmsh_clients_add (clients, 0);
  g_assert_false (play (clients, id, OVER_US));
  g_assert_cmpuint (sp_mmsh_clients_count (clients), ==, 0);
}

/* Threads read the clock before they have the table: one may say an earlier
 * time than was said before. And whatever the clock says, a minute is one. */
static void
test_any_clock (void)
{
  for (gint64 now_us = 0; now_us < ((gint64)1 << 32) * 1000;
       now_us += ((gint64)1 << 27) * 1000 - SECOND)
    {
      g_autoptr (SpMmshClients) clients = sp_mmsh_clients_new (10);
      guint32 id = sp_mmsh_clients_add (clients, now_us + SECOND);

      g_assert_cmpuint (sp_mmsh_clients_expire (clients, now_us), ==, 0);
      g_assert_cmpint (
          sp_mmsh_clients_touch (clients, id, now_us), ==, SP_MMSH_CLIENT_INIT);
      g_assert_cmpuint (
          sp_mmsh_clients_expire (clients, now_us + IDLE_US), ==, 0);
      g_assert_cmpuint (
          sp_mmsh_clients_expire (clients, now_us + OVER_US), ==, 1);
    }
}

static void
test_bound (void)
{
  g_autoptr (SpMmshClients) clients = sp_mmsh_clients_new (3);
  guint32 ids[3];

  for (guint i = 0; i < 3; i++)
    ids[i] = sp_mmsh_clients_add (clients, i);
  play (clients, ids[0], 10);
  sp_mmsh_clients_touch (clients, ids[1], 10);
  sp_mmsh_clients_add (clients, 11);
  g_assert_cmpuint (sp_mmsh_clients_count (clients), ==, 3);
  g_assert_cmpint (sp_mmsh_clients_touch (clients, ids[0], 12),
                   ==,
                   SP_MMSH_CLIENT_STREAMING);
  g_assert_cmpint (
      sp_mmsh_clients_touch (clients, ids[1], 12), ==, SP_MMSH_CLIENT_INIT);
  g_assert_cmpint (
      sp_mmsh_clients_touch (clients, ids[2], 12), ==, SP_MMSH_CLIENT_UNKNOWN);
  for (guint i = 0; i < 100000; i++)
    sp_mmsh_clients_add (clients, 13 + i);
  g_assert_cmpuint (sp_mmsh_clients_count (clients), ==, 3);
}

/* Who streams is not thrown out; the next one only comes beside them. */
static void
test_bound_of_players (void)
{
  g_autoptr (SpMmshClients) clients = sp_mmsh_clients_new (2);

  for (guint i = 0; i < 2; i++)
    play (clients, sp_mmsh_clients_add (clients, i), i);
  for (guint i = 0; i < 10; i++)
    sp_mmsh_clients_add (clients, 10 + i);
  g_assert_cmpuint (sp_mmsh_clients_count (clients), ==, 3);
}

#define N_THREADS 4
#define N_ROUNDS 2000

static gpointer
use (gpointer user_data)
{
  SpMmshClients *clients = user_data;

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      guint32 id = sp_mmsh_clients_add (clients, i);

      g_assert_true (play (clients, id, i));
      sp_mmsh_clients_stop (clients, id, i);
      sp_mmsh_clients_expire (clients, i);
      sp_mmsh_clients_remove (clients, id);
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (SpMmshClients) clients = sp_mmsh_clients_new (1000);
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("clients", use, clients);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (sp_mmsh_clients_count (clients), ==, 0);
}

/* Logs come after the end, too, until the id is gone. */
static void
test_player (void)
{
  g_autoptr (SpMmshClients) clients = sp_mmsh_clients_new (10);
  guint32 id = sp_mmsh_clients_add (clients, 0);
  g_autofree char *path = NULL;
  g_autoptr (SpPlayer) none
      = sp_mmsh_clients_player (clients, id, &path, SECOND);

  g_assert_null (none);
  g_assert_null (path);
  g_assert_true (sp_mmsh_clients_play (clients, id, "live", SECOND));
  g_autoptr (SpPlayer) first
      = sp_mmsh_clients_player (clients, id, &path, SECOND);
  g_clear_pointer (&path, g_free);
  sp_mmsh_clients_stop (clients, id, 2 * SECOND);
  g_autoptr (SpPlayer) found
      = sp_mmsh_clients_player (clients, id, &path, 3 * SECOND);
  g_assert_true (found == first);
  g_assert_cmpstr (path, ==, "live");
  g_assert_true (sp_mmsh_clients_play (clients, id, "other", 4 * SECOND));
  g_autofree char *other = NULL;
  g_autoptr (SpPlayer) second
      = sp_mmsh_clients_player (clients, id, &other, 4 * SECOND);
  g_assert_cmpstr (other, ==, "other");
  g_assert_true (second != first);
  sp_mmsh_clients_stop (clients, id, 5 * SECOND);
  g_autofree char *late = NULL;
  g_autoptr (SpPlayer) gone
      = sp_mmsh_clients_player (clients, id, &late, 5 * SECOND + OVER_US);
  g_assert_null (gone);
  g_assert_null (late);
}

/* Who only looks makes none; what a log has said is seen. */
static void
test_report (void)
{
  g_autoptr (SpMmshClients) clients = sp_mmsh_clients_new (10);
  guint32 id = sp_mmsh_clients_add (clients, 0);
  g_auto (SpPlayerReport) none;
  g_auto (SpPlayerReport) silent;
  g_auto (SpPlayerReport) seen;
  g_auto (SpPlayerReport) said;
  g_autofree char *path = NULL;
  SpPlayerNews news;

  sp_mmsh_clients_report (clients, id + 1, &none);
  g_assert_cmpint (none.at_us, ==, 0);
  g_assert_true (play (clients, id, 0));
  sp_mmsh_clients_report (clients, id, &silent);
  g_assert_cmpint (silent.quality_percent, ==, SP_PLAYER_UNKNOWN);
  g_autoptr (SpPlayer) player = sp_mmsh_clients_player (clients, id, &path, 0);
  sp_player_report_init (&said);
  said.at_us = 1;
  said.quality_percent = 97;
  sp_player_put (player, &said, &news);
  sp_mmsh_clients_report (clients, id, &seen);
  g_assert_cmpint (seen.quality_percent, ==, 97);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/mmsh-clients/ids-are-random-and-unique", test_ids);
  g_test_add_func ("/mmsh-clients/life", test_life);
  g_test_add_func ("/mmsh-clients/unknown", test_unknown);
  g_test_add_func ("/mmsh-clients/expire", test_expire);
  g_test_add_func ("/mmsh-clients/expire/touch-comes-late", test_late_touch);
  g_test_add_func ("/mmsh-clients/any-clock", test_any_clock);
  g_test_add_func ("/mmsh-clients/bound", test_bound);
  g_test_add_func ("/mmsh-clients/bound/players-stay", test_bound_of_players);
  g_test_add_func ("/mmsh-clients/threads", test_threads);
  g_test_add_func ("/mmsh-clients/player", test_player);
  g_test_add_func ("/mmsh-clients/report", test_report);
  return g_test_run ();
}
