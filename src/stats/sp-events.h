/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

typedef enum
{
#define SP_EVENT(kind, severity, notification, help) SP_EVENT_##kind,
#include "sp-events.def"
#undef SP_EVENT
  SP_N_EVENTS
} SpEventKind;

/** As spEventSeverity; CLIENT is shown as INFO. */
typedef enum
{
  SP_SEVERITY_CLEAR = 1,
  SP_SEVERITY_INFO = 2,
  SP_SEVERITY_WARNING = 3,
  SP_SEVERITY_MAJOR = 4,
  SP_SEVERITY_CLIENT = 5,
} SpSeverity;

typedef struct
{
  const char *name; /* "source_up" */
  SpSeverity severity;
  guint notification; /* 0: none */
  const char *help;
} SpEventInfo;

extern const SpEventInfo sp_event_infos[SP_N_EVENTS];

/** Something that happened. Immutable once posted, atomically counted. */
typedef struct
{
  gatomicrefcount ref_count;
  guint64 number; /* rising from 1 */
  SpEventKind kind;
  gint64 at_us;       /* monotonic */
  gint64 at_unix_us;  /* since 1970 */
  char *stream;       /* path; NULL: about no stream */
  guint stream_index; /* spStreamIndex; 0: about no stream */
  guint source_index; /* spSourceIndex; 0: about no source */
  guint cert_index;   /* spCertIndex; 0: about no certificate */
  guint64 client;     /* 0: about no client */
  char *address;      /* of the client or source; NULL: none */
  guint lag_ms;       /* CLIENT_DROPPED */
  guint repeats;      /* happenings it stands for, at least 1 */
  char *text;         /* what happened, in words */
} SpEvent;

SpEvent *
sp_event_new (SpEventKind kind, const char *stream, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
SpEvent *sp_event_ref (SpEvent *event);
void sp_event_unref (SpEvent *event);

/** The last events, by number: SP_EVENTS_KEPT of the notable ones, as many of
 * the CLIENT ones. Main thread only. */
typedef struct _SpEvents SpEvents;
typedef void (*SpEventFunc) (SpEvent *event, gpointer user_data);

#define SP_EVENTS_KEPT 1000

SpEvents *sp_events_new (void);
void sp_events_free (SpEvents *events);
/* @event: (transfer full): gets its number and time, is kept, goes to every
 * watcher. */
void sp_events_post (SpEvents *events, SpEvent *event);
/* Of the newest; 0: there was none. */
guint64 sp_events_last (SpEvents *events);
/* (transfer full) (element-type SpEvent): those kept with a number above
 * @after, by number; @is_notable: without the CLIENT ones. */
GPtrArray *
sp_events_list (SpEvents *events, guint64 after, gboolean is_notable);
/* Calls @func for each event from now on; an id for sp_events_unwatch(). */
guint sp_events_watch (SpEvents *events, SpEventFunc func, gpointer user_data);
void sp_events_unwatch (SpEvents *events, guint id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpEvent, sp_event_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpEvents, sp_events_free)
