/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-info.h"

typedef enum
{
  SP_ACCESS_SINK_OFF,
  SP_ACCESS_SINK_JOURNAL, /* stdout where there is none */
  SP_ACCESS_SINK_FILE,
} SpAccessSink;

typedef enum
{
  SP_ACCESS_W3C,
  SP_ACCESS_JSON,
} SpAccessFormat;

typedef struct
{
  SpAccessSink to;
  SpAccessFormat format;
  const char *file; /* SP_ACCESS_SINK_FILE */
} SpAccessSettings;

/** A line for each client that has ended. Main thread; nothing here waits for
 * the disk but the first opening of a file, and the end. */
typedef struct _SpAccessLog SpAccessLog;

#define SP_ACCESS_WAIT_MS 3000      /* for the player's own log */
#define SP_ACCESS_MAX_WAITING 10000 /* clients; then the oldest is written */
#define SP_ACCESS_MAX_A_TICK 1000   /* lines: a stream's end is no stall */

SpAccessLog *sp_access_log_new (const SpAccessSettings *settings,
                                GError **error);
/* @visit: (transfer full). Written as soon as its player has told how it went,
 * or will not: lines come in that order. */
void sp_access_log_visit (SpAccessLog *log, SpVisit *visit);
/* After a reload: other settings are taken over; the same file is opened anew,
 * for whoever has moved it away. FALSE: all stays as it was. */
gboolean sp_access_log_apply (SpAccessLog *log,
                              const SpAccessSettings *settings,
                              GError **error);
/* The file is opened anew. */
void sp_access_log_reopen (SpAccessLog *log);
/* Writes what no longer has to wait; done by itself four times a second in the
 * thread-default context. */
void sp_access_log_tick (SpAccessLog *log, gint64 now_us);
guint sp_access_log_waiting (SpAccessLog *log);
/* All that waits is written, for which it takes at most 3 s. */
void sp_access_log_free (SpAccessLog *log);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpAccessLog, sp_access_log_free)
