/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "bare-loop.h"

#include <errno.h>
#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_MAX 4096
#define EVENTS_AT_ONCE 256
#define ACCEPTS_AT_ONCE 64
#define BACKLOG 4096
/* With sendfile() the kernel holds pages of the ring itself until they are
 * acknowledged; twice this is far less than half a ring. */
#define FILE_SEND_BUFFER (256 * 1024)

/** A viewer in its stream's dense list, which a pass walks from end to end. */
typedef struct
{
  guint64 offset;
  int fd;
  gboolean is_blocked; /* its socket is full: EPOLLOUT comes */
} Slot;

/** Where the viewer of a descriptor is. */
typedef struct
{
  guint stream;
  guint slot;
  gboolean is_playing;
} Place;

struct _BareLoop
{
  const BareRules *rules;
  BareStream **streams;
  GArray **viewers; /* of Slot, one array a stream */
  guint n_streams;
  Place *places; /* by descriptor */
  guint n_places;
  int epoll;
  int listener;
  guint n_cut;
};

static void
watch (BareLoop *loop, int operation, int fd, guint32 events)
{
  struct epoll_event event = { .events = events, .data.fd = fd };

  if (epoll_ctl (loop->epoll, operation, fd, &event) < 0)
    g_warning ("epoll: %s", g_strerror (errno));
}

static void
raise_limit (BareLoop *loop)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  loop->n_places = (guint)MIN (limit.rlim_cur, 1 << 20);
  loop->places = g_new0 (Place, loop->n_places);
}

static gboolean
open_listener (BareLoop *loop, guint16 port, GError **error)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons (port),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int on = 1;

  loop->listener
      = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  setsockopt (loop->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind (loop->listener, (struct sockaddr *)&address, sizeof address) == 0
      && listen (loop->listener, BACKLOG) == 0)
    return TRUE;
  g_set_error (error,
               G_IO_ERROR,
               g_io_error_from_errno (errno),
               "127.0.0.1:%u: %s",
               port,
               g_strerror (errno));
  return FALSE;
}

/** bare_loop_new: @rules is kept. Listens on 127.0.0.1 only; @port 0: a free
 * one. NULL and @error when the port cannot be had. */
BareLoop *
bare_loop_new (const BareRules *rules,
               guint n_streams,
               guint16 port,
               GError **error)
{
  g_autoptr (BareLoop) loop = g_new0 (BareLoop, 1);
  gint64 now_us = g_get_monotonic_time ();

  raise_limit (loop);
  loop->rules = rules;
  loop->n_streams = n_streams;
  loop->streams = g_new0 (BareStream *, n_streams);
  loop->viewers = g_new0 (GArray *, n_streams);
  for (guint i = 0; i < n_streams; i++)
    {
      loop->streams[i] = bare_stream_new (rules, now_us);
      loop->viewers[i] = g_array_new (FALSE, FALSE, sizeof (Slot));
    }
  loop->epoll = epoll_create1 (EPOLL_CLOEXEC);
  if (!open_listener (loop, port, error))
    return NULL;
  watch (loop, EPOLL_CTL_ADD, loop->listener, EPOLLIN);
  return g_steal_pointer (&loop);
}

/** bare_loop_free: the viewers' sockets close with the process. */
void
bare_loop_free (BareLoop *loop)
{
  for (guint i = 0; i < loop->n_streams; i++)
    {
      bare_stream_free (loop->streams[i]);
      g_array_unref (loop->viewers[i]);
    }
  g_free (loop->streams);
  g_free (loop->viewers);
  g_free (loop->places);
  close (loop->listener);
  close (loop->epoll);
  g_free (loop);
}

guint16
bare_loop_port (const BareLoop *loop)
{
  struct sockaddr_in address;
  socklen_t len = sizeof address;

  getsockname (loop->listener, (struct sockaddr *)&address, &len);
  return ntohs (address.sin_port);
}

static void
leave (BareLoop *loop, int fd)
{
  Place *place = &loop->places[fd];
  GArray *viewers = loop->viewers[place->stream];

  close (fd);
  if (!place->is_playing)
    return;
  place->is_playing = FALSE;
  g_array_remove_index_fast (viewers, place->slot);
  if (place->slot < viewers->len)
    loop->places[g_array_index (viewers, Slot, place->slot).fd].slot
        = place->slot;
}

static void
set_blocked (BareLoop *loop, Slot *slot, gboolean is_blocked)
{
  if (slot->is_blocked == is_blocked)
    return;
  slot->is_blocked = is_blocked;
  watch (loop,
         EPOLL_CTL_MOD,
         slot->fd,
         EPOLLIN | EPOLLRDHUP | (is_blocked ? EPOLLOUT : 0));
}

static gssize
send_copy (const BareStream *stream, int fd, guint64 offset, gsize len)
{
  return send (
      fd, bare_stream_at (stream, offset), len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* The file has the ring once: what goes round its end takes two calls. */
static gssize
send_file (const BareStream *stream, int fd, guint64 offset, gsize len)
{
  off_t at = (off_t)(offset & (stream->ring_bytes - 1));
  gsize first = MIN (len, stream->ring_bytes - (gsize)at);
  gssize sent = sendfile (fd, stream->ring_fd, &at, first);
  gssize more;

  if (sent < (gssize)first || first == len)
    return sent;
  at = 0;
  more = sendfile (fd, stream->ring_fd, &at, len - first);
  return sent + MAX (more, 0);
}

/* Sends @slot's viewer all that it lacks. FALSE: it is gone, and another one
 * may be in its slot. */
static gboolean
send_new (BareLoop *loop, BareStream *stream, Slot *slot)
{
  guint64 head = bare_stream_head (stream);
  gsize lacking = (gsize)(head - slot->offset);
  gssize sent;

  if (lacking > bare_stream_patience (stream))
    {
      loop->n_cut++;
      leave (loop, slot->fd);
      return FALSE;
    }
  sent = loop->rules->is_file
             ? send_file (stream, slot->fd, slot->offset, lacking)
             : send_copy (stream, slot->fd, slot->offset, lacking);

  if (sent < 0 && errno != EAGAIN)
    {
      leave (loop, slot->fd);
      return FALSE;
    }
  if (sent > 0)
    slot->offset += (guint64)sent;
  set_blocked (loop, slot, slot->offset < head);
  return TRUE;
}

static void
run_pass (BareLoop *loop, guint index)
{
  BareStream *stream = loop->streams[index];
  GArray *viewers = loop->viewers[index];

  stream->n_flushed = stream->n_packets;
  for (guint i = 0; i < viewers->len;)
    {
      Slot *slot = &g_array_index (viewers, Slot, i);
      gboolean can_wait = slot->is_blocked
                          && bare_stream_head (stream) - slot->offset
                                 <= bare_stream_patience (stream);

      if (can_wait || send_new (loop, stream, slot))
        i++;
    }
}

/* Runs the passes that are due; returns when the next one is. */
static gint64
run_due (BareLoop *loop)
{
  gint64 next_us = G_MAXINT64;

  for (guint i = 0; i < loop->n_streams; i++)
    {
      BareStream *stream = loop->streams[i];
      gint64 now_us = g_get_monotonic_time ();

      if (bare_stream_due (stream) <= now_us)
        {
          bare_stream_make (stream, now_us);
          run_pass (loop, i);
        }
      next_us = MIN (next_us, bare_stream_due (stream));
    }
  return next_us;
}

static void
accept_viewers (BareLoop *loop)
{
  int on = 1;
  int send_buffer = FILE_SEND_BUFFER;

  for (guint i = 0; i < ACCEPTS_AT_ONCE; i++)
    {
      int fd
          = accept4 (loop->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

      if (fd < 0)
        return;
      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      if (loop->rules->is_file)
        setsockopt (
            fd, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
      loop->places[fd] = (Place){ 0 };
      watch (loop, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLRDHUP);
    }
}

/* Which stream: the last number in the path of "GET /x/7 HTTP/1.1". */
static guint
stream_of (const BareLoop *loop, const char *request)
{
  const char *end = request + strcspn (request + 4, " \r?") + 4;
  const char *start = end;

  while (start > request && g_ascii_isdigit (start[-1]))
    start--;
  return (guint)(g_ascii_strtoull (start, NULL, 10) % loop->n_streams);
}

static void
join (BareLoop *loop, int fd, guint index)
{
  BareStream *stream = loop->streams[index];
  Slot slot = { .offset = bare_stream_head (stream), .fd = fd };
  GByteArray *opening = stream->opening;

  if (send (fd, opening->data, opening->len, MSG_DONTWAIT | MSG_NOSIGNAL)
      != (gssize)opening->len)
    {
      leave (loop, fd);
      return;
    }
  g_array_append_val (loop->viewers[index], slot);
  loop->places[fd] = (Place){ .stream = index,
                              .slot = loop->viewers[index]->len - 1,
                              .is_playing = TRUE };
}

/* The load client sends its request in one piece; any other is refused. */
static void
read_request (BareLoop *loop, int fd)
{
  char request[REQUEST_MAX + 1];
  gssize got = recv (fd, request, REQUEST_MAX, MSG_DONTWAIT);

  if (got < 0 && errno == EAGAIN)
    return;
  if (got > 0 && loop->places[fd].is_playing)
    return;
  request[MAX (got, 0)] = '\0';
  if (got > 0 && g_str_has_prefix (request, "GET ")
      && strstr (request, "\r\n\r\n") != NULL)
    join (loop, fd, stream_of (loop, request));
  else
    leave (loop, fd);
}

static void
handle (BareLoop *loop, const struct epoll_event *event)
{
  int fd = event->data.fd;
  const Place *place = &loop->places[fd];

  if (fd == loop->listener)
    accept_viewers (loop);
  else if ((event->events & (EPOLLERR | EPOLLHUP)) != 0)
    leave (loop, fd);
  else if ((event->events & (EPOLLIN | EPOLLRDHUP)) != 0)
    read_request (loop, fd);
  else if (place->is_playing)
    send_new (loop,
              loop->streams[place->stream],
              &g_array_index (loop->viewers[place->stream], Slot, place->slot));
}

/** bare_loop_run: until @is_over is set by a signal. */
void
bare_loop_run (BareLoop *loop, const int *is_over)
{
  struct epoll_event events[EVENTS_AT_ONCE];

  while (!g_atomic_int_get (is_over))
    {
      gint64 wait_us = MAX (run_due (loop) - g_get_monotonic_time (), 0);
      struct timespec wait = { .tv_sec = wait_us / G_USEC_PER_SEC,
                               .tv_nsec = wait_us % G_USEC_PER_SEC * 1000 };
      int n = epoll_pwait2 (loop->epoll, events, EVENTS_AT_ONCE, &wait, NULL);

      for (int i = 0; i < n; i++)
        handle (loop, &events[i]);
    }
  if (loop->n_cut > 0)
    g_printerr ("%u viewers cut: too far behind\n", loop->n_cut);
}
