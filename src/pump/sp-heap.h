/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** Gives memory that was freed back to the system: what held many small packets
 * stays with the C library else, since between them something is always in use.
 * All zero at first. Main thread. */
typedef struct
{
  gint64 freed_us; /* 0: nothing was since the last time */
  gint64 given_us;
} SpHeap;

/* Much is being freed, on whatever thread. */
void sp_heap_note_freed (SpHeap *heap, gint64 now_us);
/* Once a second. TRUE: another thread gives back what it can. */
gboolean sp_heap_look (SpHeap *heap, gint64 now_us);
