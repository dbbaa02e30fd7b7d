/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-heap.h"

#include <gio/gio.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#define WAIT_US (G_USEC_PER_SEC / 2) /* until the workers have freed it */
#define EVERY_US (10 * G_USEC_PER_SEC)

void
sp_heap_note_freed (SpHeap *heap, gint64 now_us)
{
  heap->freed_us = now_us;
}

static void
give_back (GTask *task,
           gpointer source,
           gpointer task_data,
           GCancellable *cancellable)
{
#ifdef __GLIBC__
  (void)malloc_trim (0);
#endif
  g_task_return_boolean (task, TRUE);
}

/** sp_heap_look: seldom, since whoever allocates meanwhile may have to wait. */
gboolean
sp_heap_look (SpHeap *heap, gint64 now_us)
{
  g_autoptr (GTask) task = NULL;

  if (heap->freed_us == 0 || now_us - heap->freed_us < WAIT_US
      || (heap->given_us != 0 && now_us - heap->given_us < EVERY_US))
    return FALSE;
  heap->freed_us = 0;
  heap->given_us = now_us;
  task = g_task_new (NULL, NULL, NULL, NULL);
  g_task_run_in_thread (task, give_back);
  return TRUE;
}
