/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-heap.h"
#include "sp-test.h"

#define S ((gint64)G_USEC_PER_SEC)

/* A moment after something was freed, and not again at once. */
static void
test_gives_back_seldom (void)
{
  SpHeap heap = { 0 };

  g_assert_false (sp_heap_look (&heap, 100 * S));
  sp_heap_note_freed (&heap, 100 * S);
  g_assert_false (sp_heap_look (&heap, 100 * S));
  g_assert_true (sp_heap_look (&heap, 101 * S));
  g_assert_false (sp_heap_look (&heap, 102 * S));
  sp_heap_note_freed (&heap, 103 * S);
  g_assert_false (sp_heap_look (&heap, 110 * S));
  g_assert_true (sp_heap_look (&heap, 111 * S));
  g_assert_false (sp_heap_look (&heap, 200 * S));
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/heap/gives-back-seldom", test_gives_back_seldom);
  return g_test_run ();
}
