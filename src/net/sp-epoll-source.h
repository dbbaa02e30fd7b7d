/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>
#include <sys/epoll.h>

/** One epoll fd as one GSource: a GSource a socket would cost every wake-up a
 * walk over all of them (921 us at 10,000). Sockets are added once, edge
 * triggered, for reading, writing and the peer's end. */
typedef struct _SpEpollSource SpEpollSource;

/* @event->data.ptr is what was added. */
typedef void (*SpEpollFunc) (gpointer item, guint32 events, gpointer user_data);
/* After the events, and when the ready time has come. */
typedef void (*SpEpollAfterFunc) (gpointer user_data);

SpEpollSource *sp_epoll_source_new (SpEpollFunc on_event,
                                    SpEpollAfterFunc on_after,
                                    gpointer user_data,
                                    GMainContext *context);
void sp_epoll_source_free (SpEpollSource *source);
gboolean sp_epoll_source_add (SpEpollSource *source, int fd, gpointer item);
void sp_epoll_source_remove (SpEpollSource *source, int fd);
/* Monotonic us; -1: only when there are events. */
void sp_epoll_source_wake_at (SpEpollSource *source, gint64 at_us);
/* The same, unless it wakes earlier anyway. */
void sp_epoll_source_wake_by (SpEpollSource *source, gint64 at_us);
