/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** One event of a text/event-stream; only valid while it is handed over. */
typedef struct
{
  const char *id;   /* the last one that came; "": none */
  const char *name; /* "message" when it has none */
  const char *data;
} SpCtlSseEvent;

typedef void (*SpCtlSseFunc) (const SpCtlSseEvent *event, gpointer user_data);

/** Reads an event stream (WHATWG HTML, 9.2.6) in pieces of any size. Pure. */
typedef struct _SpCtlSse SpCtlSse;

#define SP_CTL_SSE_MAX (1024 * 1024) /* bytes of one line, of one event */

SpCtlSse *sp_ctl_sse_new (SpCtlSseFunc func, gpointer user_data);
void sp_ctl_sse_free (SpCtlSse *sse);
/* FALSE: a line or an event is too long; nothing more is taken. */
gboolean
sp_ctl_sse_feed (SpCtlSse *sse, const char *bytes, gsize len, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpCtlSse, sp_ctl_sse_free)
