/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-epoll-source.h"

#include <glib-unix.h>
#include <unistd.h>

#define EVENTS 256 /* a dispatch; the rest waits for the next */

struct _SpEpollSource
{
  GSource source;
  SpEpollFunc on_event;
  SpEpollAfterFunc on_after;
  gpointer user_data;
  int fd;
};

static gboolean
dispatch (GSource *base, GSourceFunc callback, gpointer user_data)
{
  SpEpollSource *source = (SpEpollSource *)base;
  struct epoll_event events[EVENTS];
  int n = epoll_wait (source->fd, events, EVENTS, 0);

  g_source_set_ready_time (base, -1);
  for (int i = 0; i < n; i++)
    source->on_event (events[i].data.ptr, events[i].events, source->user_data);
  source->on_after (source->user_data);
  return G_SOURCE_CONTINUE;
}

static void
finalize (GSource *base)
{
  close (((SpEpollSource *)base)->fd);
}

static GSourceFuncs funcs = { .dispatch = dispatch, .finalize = finalize };

/** sp_epoll_source_new: attached to @context at once. */
SpEpollSource *
sp_epoll_source_new (SpEpollFunc on_event,
                     SpEpollAfterFunc on_after,
                     gpointer user_data,
                     GMainContext *context)
{
  SpEpollSource *source
      = (SpEpollSource *)g_source_new (&funcs, sizeof (SpEpollSource));

  source->fd = epoll_create1 (EPOLL_CLOEXEC);
  if (source->fd < 0)
    g_critical ("epoll_create1: %s", g_strerror (errno));
  source->on_event = on_event;
  source->on_after = on_after;
  source->user_data = user_data;
  g_source_add_unix_fd (&source->source, source->fd, G_IO_IN);
  g_source_set_name (&source->source, "sp-epoll");
  g_source_attach (&source->source, context);
  return source;
}

void
sp_epoll_source_free (SpEpollSource *source)
{
  g_source_destroy (&source->source);
  g_source_unref (&source->source);
}

/** sp_epoll_source_add: the first events tell what is ready already. */
gboolean
sp_epoll_source_add (SpEpollSource *source, int fd, gpointer item)
{
  struct epoll_event event
      = { .events = EPOLLET | EPOLLIN | EPOLLOUT | EPOLLRDHUP,
          .data.ptr = item };

  return epoll_ctl (source->fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

/** sp_epoll_source_remove: events already fetched may still name its item. */
void
sp_epoll_source_remove (SpEpollSource *source, int fd)
{
  (void)epoll_ctl (source->fd, EPOLL_CTL_DEL, fd, NULL);
}

void
sp_epoll_source_wake_at (SpEpollSource *source, gint64 at_us)
{
  g_source_set_ready_time (&source->source, at_us);
}

void
sp_epoll_source_wake_by (SpEpollSource *source, gint64 at_us)
{
  gint64 planned_us = g_source_get_ready_time (&source->source);

  if (planned_us < 0 || at_us < planned_us)
    g_source_set_ready_time (&source->source, at_us);
}
