/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-events.h"

/** The event stream as text (text/event-stream of HTML). All (transfer full),
 * or added to @text. */

#define SP_ADMIN_SSE_TYPE "text/event-stream"
#define SP_ADMIN_SSE_KEEP_ALIVE ": still here\n\n"

/* The head of the answer, and what comes before the first event. */
char *sp_admin_sse_head (gboolean is_chunked);
char *sp_admin_sse_hello (void);
void sp_admin_sse_add_event (GString *text, const SpEvent *event);
/* @lost events of those asked for are not kept any more. */
void sp_admin_sse_add_gap (GString *text, guint64 lost);
/* As a chunk of HTTP/1.1; @text "" is the last one. */
void sp_admin_sse_add_chunk (GString *chunks, const char *text, gsize len);

/** Which events are meant. */
typedef struct
{
  gboolean is_wanted[SP_N_EVENTS];
  gboolean has_visits;  /* one of CLIENT severity is among them */
  gboolean has_notable; /* one of another */
} SpAdminKinds;

/* "source_up,source_down"; NULL means all. FALSE: there is no such kind. */
gboolean
sp_admin_kinds_parse (SpAdminKinds *kinds, const char *text, GError **error);
/* How many of the events after @after that @kinds means are not in @kept any
 * more, at most. @kept: (element-type SpEvent): all there are, by number. */
guint64 sp_admin_kinds_count_lost (const SpAdminKinds *kinds,
                                   GPtrArray *kept,
                                   guint64 after,
                                   guint64 last);
