/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-segments.h"
#include "sp-test.h"

#include <string.h>
#include <unistd.h>

#define PIECE 50000

static void
append (SpSegments *segments, guint8 what, SpExtent *extent)
{
  g_autofree guint8 *data = g_malloc (PIECE);

  memset (data, what, PIECE);
  g_assert_true (sp_segments_append (segments, data, PIECE, extent));
}

static void
assert_holds (const SpExtent *extent, guint8 what)
{
  g_autofree guint8 *data = g_malloc (PIECE);
  g_autofree guint8 *expected = g_malloc (PIECE);

  memset (expected, what, PIECE);
  g_assert_cmpint (pread (extent->fd, data, PIECE, extent->at), ==, PIECE);
  g_assert_cmpmem (data, PIECE, expected, PIECE);
}

/* Everything in a segment stays as it was until there is another. */
static void
test_append_only (void)
{
  g_autoptr (SpSegments) segments = sp_segments_new ();
  SpExtent extents[SP_SEGMENT_BYTES / PIECE];

  for (guint i = 0; i < G_N_ELEMENTS (extents); i++)
    append (segments, (guint8)i, &extents[i]);
  for (guint i = 0; i < G_N_ELEMENTS (extents); i++)
    {
      g_assert_true (sp_segments_has (segments, &extents[i]));
      assert_holds (&extents[i], (guint8)i);
    }
}

static void
test_next_segment (void)
{
  g_autoptr (SpSegments) segments = sp_segments_new ();
  SpExtent first, other;

  append (segments, 1, &first);
  do
    append (segments, 2, &other);
  while (sp_segments_has (segments, &first));
  g_assert_true (sp_segments_has (segments, &other));
  assert_holds (&other, 2);
}

static void
test_nothing (void)
{
  const SpExtent nothing = { .fd = -1 };
  g_autoptr (SpSegments) segments = sp_segments_new ();

  g_assert_false (sp_segments_has (segments, &nothing));
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/segments/append-only", test_append_only);
  g_test_add_func ("/segments/next", test_next_segment);
  g_test_add_func ("/segments/nothing", test_nothing);
  return g_test_run ();
}
