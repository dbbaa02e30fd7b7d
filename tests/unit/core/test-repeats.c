/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-repeats.h"
#include "sp-test.h"

#include <string.h>

static void
test_seen (void)
{
  g_autoptr (SpRepeats) repeats = sp_repeats_new ();

  g_assert_false (sp_repeats_add (repeats, 0));
  g_assert_true (sp_repeats_add (repeats, 0));
  g_assert_false (sp_repeats_add (repeats, SP_REPEATS_KEPT));
  g_assert_true (sp_repeats_add (repeats, 0));
  g_assert_true (sp_repeats_add (repeats, SP_REPEATS_KEPT));
}

/* Exactly the last SP_REPEATS_KEPT are remembered. */
static void
test_window (void)
{
  g_autoptr (SpRepeats) repeats = sp_repeats_new ();

  for (guint32 i = 0; i < SP_REPEATS_KEPT; i++)
    g_assert_false (sp_repeats_add (repeats, i));
  g_assert_true (sp_repeats_add (repeats, 0));
  g_assert_false (sp_repeats_add (repeats, 1000000));
  g_assert_false (sp_repeats_add (repeats, 1)); /* fell out */
  g_assert_true (sp_repeats_add (repeats, 3));
}

/* All in one chain: slow it must not become. */
static void
test_one_chain (void)
{
  g_autoptr (SpRepeats) repeats = sp_repeats_new ();

  for (guint32 i = 0; i < 3 * SP_REPEATS_KEPT; i++)
    (void)sp_repeats_add (repeats, i * SP_REPEATS_KEPT);
  g_assert_true (
      sp_repeats_add (repeats, (3 * SP_REPEATS_KEPT - 1) * SP_REPEATS_KEPT));
}

static void
test_hash (void)
{
  guint8 data[600];

  memset (data, 7, sizeof data);
  for (gsize len = 0; len < sizeof data; len++)
    {
      g_autofree guint8 *exact = sp_test_exact (data, len);
      guint32 hash = sp_repeats_hash (exact, len);

      g_assert_cmpuint (hash, ==, sp_repeats_hash (data, len));
      if (len > 0)
        {
          exact[len - 1] ^= 1;
          g_assert_cmpuint (hash, !=, sp_repeats_hash (exact, len));
          exact[len - 1] ^= 1;
          exact[len > 256 ? len - 256 : 0] ^= 0x80;
          g_assert_cmpuint (hash, !=, sp_repeats_hash (exact, len));
        }
      g_assert_cmpuint (hash, !=, sp_repeats_hash (data, len + 1));
    }
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/repeats/seen", test_seen);
  g_test_add_func ("/repeats/window", test_window);
  g_test_add_func ("/repeats/one-chain", test_one_chain);
  g_test_add_func ("/repeats/hash", test_hash);
  return g_test_run ();
}
