/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** What is counted of one port: made by the listener, held by each of its
 * connections. Any thread, relaxed. */
typedef struct
{
  gatomicrefcount ref_count;
  guint index;       /* SpListenerInfo's */
  guint connections; /* there now */
  guint64 accepted;
  guint64 accept_errors;
  guint64 tls_failures;
  guint64 bad_requests;
} SpListenerStats;

SpListenerStats *sp_listener_stats_new (guint index);
SpListenerStats *sp_listener_stats_ref (SpListenerStats *stats);
void sp_listener_stats_unref (SpListenerStats *stats);

/* @counter: one of the members. */
static inline void
sp_listener_stats_count (guint64 *counter)
{
  __atomic_fetch_add (counter, 1, __ATOMIC_RELAXED);
}

static inline guint64
sp_listener_stats_get (const guint64 *counter)
{
  return __atomic_load_n (counter, __ATOMIC_RELAXED);
}
