/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-log.h"

/** Puts lines into a file, or the journal, on a thread of its own: a disk that
 * is full or slow costs lines, never time. Made, spoken to and freed by the
 * main thread; counts access_lines and access_lines_lost. */
typedef struct _SpAccessWriter SpAccessWriter;

#define SP_ACCESS_MAX_QUEUE (4 * 1024 * 1024) /* bytes that wait */

/* (transfer full): the lines before the first, each with its line feed. */
typedef char *(*SpAccessHeader) (gint64 now_unix_us);

/* @file: (nullable): NULL is the journal, or stdout where there is none.
 * @header: (nullable): written when it is opened, later to each empty file. */
SpAccessWriter *
sp_access_writer_new (const char *file, SpAccessHeader header, GError **error);
/* @line: (transfer full). @about is for the journal. FALSE: no room, it is
 * lost. */
gboolean sp_access_writer_put (SpAccessWriter *writer,
                               char *line,
                               const SpLogFields *about);
/* What was put before goes to the old file, the rest to the one that now has
 * its name; if that cannot be opened, to the old one. */
void sp_access_writer_reopen (SpAccessWriter *writer);
/* Before the end: there is room for all that still comes. */
void sp_access_writer_lift_limit (SpAccessWriter *writer);
/* What was put is still written; waits for that, at most @wait_ms. */
void sp_access_writer_free (SpAccessWriter *writer, guint wait_ms);
