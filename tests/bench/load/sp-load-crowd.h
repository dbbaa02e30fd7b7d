/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-load-run.h"

/** Viewers of one thread, on one epoll. Every n-th of all. Made, run and freed
 * in this order; what it counted is read after its thread is over. */
typedef struct _SpLoadCrowd SpLoadCrowd;

/* @run: (transfer none): outlives it. The @index-th of @n_crowds. */
SpLoadCrowd *sp_load_crowd_new (SpLoadRun *run, guint index, guint n_crowds);
void sp_load_crowd_free (SpLoadCrowd *crowd);
/* Until the run is over: a GThreadFunc. */
gpointer sp_load_crowd_main (gpointer crowd);
/* Adds what it saw. */
void sp_load_crowd_sum (SpLoadCrowd *crowd, SpLoadResult *result);
/* At any time, from any thread: bytes so far. */
guint64 sp_load_crowd_bytes (SpLoadCrowd *crowd);
