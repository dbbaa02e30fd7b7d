/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-stream.h"

/* What is known of the sources of a stream, by rank (0: the main one), whether
 * they run or not. Told by supervisor, sources and publishers; any thread. */

/* @url: percent-encoded, without password. Before anything runs at that rank;
 * what was known of another source is forgotten. */
void sp_stream_source_describe (SpStream *stream,
                                guint rank,
                                const char *type,
                                const char *url);
/* It tries to connect now. */
void sp_stream_source_begin (SpStream *stream, guint rank);
/* An attempt that never had a publisher was in vain. Of one that had,
 * sp_publisher_pause() knows. */
void sp_stream_source_fail (SpStream *stream, guint rank, const char *why);
/* When the next attempt begins. */
void sp_stream_source_retry_at (SpStream *stream, guint rank, gint64 retry_us);
/* Nobody tries any more: it is held back. */
void sp_stream_source_rest (SpStream *stream, guint rank);

/* FALSE: the stream has no such source. One that is switched off feeds no more:
 * its publisher is revoked, a next one refused. */
gboolean sp_stream_source_set_enabled (SpStream *stream,
                                       guint rank,
                                       gboolean is_enabled,
                                       gint64 now_us);
gboolean sp_stream_source_is_enabled (SpStream *stream, guint rank);

/* How the pump's own playing went: @info is copied, and counted. */
void sp_stream_set_canary (SpStream *stream, const SpCanaryInfo *info);
