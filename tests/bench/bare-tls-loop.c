/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "bare-tls-loop.h"

#include <errno.h>
#include <gio/gio.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define PRIORITY "NORMAL:-CIPHER-ALL:+AES-128-GCM"
#define RECORD 16384    /* RFC 8446 5.1 */
#define RECORD_COST 256 /* head and tag, more than there are */
#define RECORDS_A_SEND 4
#define OUT_BYTES (RECORDS_A_SEND * (RECORD + RECORD_COST))
#define REQUEST_MAX 4096
#define EVENTS_AT_ONCE 256
#define ACCEPTS_AT_ONCE 64
#define BACKLOG 4096
#define FLAGS_PERIOD 256 /* AFFlags are one byte, and begin at 0 */

typedef enum
{
  SHAKES,
  ASKS,
  WATCHES,
} State;

typedef struct
{
  gnutls_session_t session;
  BareTlsLoop *loop;
  guint64 offset;   /* of the stream: what it has */
  GByteArray *rest; /* of records, that the kernel did not take; NULL: none */
  int fd;
  guint slot; /* WATCHES: in the list of those */
  State state;
} Viewer;

struct _BareTlsLoop
{
  const BareRules *rules;
  BareStream *stream;
  gnutls_certificate_credentials_t credentials;
  gnutls_priority_t priority;
  GPtrArray *watching;
  int epoll;
  int listener;
  guint n_cut;
  gboolean is_gathering; /* another record follows in the same send */
  gsize out_len;
  guint8 out[OUT_BYTES];
  guint8 input[RECORD];
};

static void
raise_limit (void)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

static gboolean
open_listener (BareTlsLoop *loop, guint16 port, GError **error)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons (port),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct epoll_event event = { .events = EPOLLIN };
  int on = 1;

  loop->listener
      = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  setsockopt (loop->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind (loop->listener, (struct sockaddr *)&address, sizeof address) == 0
      && listen (loop->listener, BACKLOG) == 0
      && epoll_ctl (loop->epoll, EPOLL_CTL_ADD, loop->listener, &event) == 0)
    return TRUE;
  g_set_error (error,
               G_IO_ERROR,
               g_io_error_from_errno (errno),
               "127.0.0.1:%u: %s",
               port,
               g_strerror (errno));
  return FALSE;
}

static gboolean
load_key (BareTlsLoop *loop,
          const char *certificate_file,
          const char *key_file,
          GError **error)
{
  int result;

  gnutls_certificate_allocate_credentials (&loop->credentials);
  gnutls_priority_init (&loop->priority, PRIORITY, NULL);
  result = gnutls_certificate_set_x509_key_file (
      loop->credentials, certificate_file, key_file, GNUTLS_X509_FMT_PEM);
  if (result >= 0)
    return TRUE;
  g_set_error (error,
               G_IO_ERROR,
               G_IO_ERROR_FAILED,
               "%s, %s: %s",
               certificate_file,
               key_file,
               gnutls_strerror (result));
  return FALSE;
}

BareTlsLoop *
bare_tls_loop_new (const BareRules *rules,
                   guint16 port,
                   const char *certificate_file,
                   const char *key_file,
                   GError **error)
{
  g_autoptr (BareTlsLoop) loop = g_new0 (BareTlsLoop, 1);

  raise_limit ();
  loop->rules = rules;
  loop->listener = -1;
  loop->watching = g_ptr_array_new ();
  loop->epoll = epoll_create1 (EPOLL_CLOEXEC);
  loop->stream = bare_stream_new (rules, g_get_monotonic_time ());
  if (!load_key (loop, certificate_file, key_file, error)
      || !open_listener (loop, port, error))
    return NULL;
  return g_steal_pointer (&loop);
}

/** bare_tls_loop_free: the viewers end with the process. */
void
bare_tls_loop_free (BareTlsLoop *loop)
{
  if (loop->listener >= 0)
    close (loop->listener);
  close (loop->epoll);
  gnutls_certificate_free_credentials (loop->credentials);
  gnutls_priority_deinit (loop->priority);
  bare_stream_free (loop->stream);
  g_ptr_array_unref (loop->watching);
  g_free (loop);
}

guint16
bare_tls_loop_port (const BareTlsLoop *loop)
{
  struct sockaddr_in address;
  socklen_t len = sizeof address;

  getsockname (loop->listener, (struct sockaddr *)&address, &len);
  return ntohs (address.sin_port);
}

static void
leave (Viewer *viewer)
{
  GPtrArray *watching = viewer->loop->watching;

  if (viewer->state == WATCHES)
    {
      g_ptr_array_remove_index_fast (watching, viewer->slot);
      if (viewer->slot < watching->len)
        ((Viewer *)watching->pdata[viewer->slot])->slot = viewer->slot;
    }
  gnutls_deinit (viewer->session);
  close (viewer->fd);
  g_clear_pointer (&viewer->rest, g_byte_array_unref);
  g_free (viewer);
}

static void
keep_rest (Viewer *viewer, const struct iovec *iov, guint n_iov, gsize skip)
{
  if (viewer->rest == NULL)
    viewer->rest = g_byte_array_new ();
  for (guint i = 0; i < n_iov; i++)
    {
      gsize n = MIN (skip, iov[i].iov_len);

      g_byte_array_append (viewer->rest,
                           (const guint8 *)iov[i].iov_base + n,
                           (guint)(iov[i].iov_len - n));
      skip -= n;
    }
}

/* GnuTLS has a record. All of it is taken; what the kernel does not take is the
 * viewer's rest. */
static ssize_t
on_push (gnutls_transport_ptr_t pointer, const giovec_t *iov, int n_iov)
{
  Viewer *viewer = pointer;
  BareTlsLoop *loop = viewer->loop;
  struct iovec all[2] = { { loop->out, loop->out_len }, iov[0] };
  struct msghdr message = { .msg_iov = all, .msg_iovlen = 2 };
  gsize len = iov[0].iov_len;
  ssize_t sent;

  g_assert_cmpint (n_iov, ==, 1);
  if (loop->is_gathering)
    {
      memcpy (loop->out + loop->out_len, iov[0].iov_base, len);
      loop->out_len += len;
      return (ssize_t)len;
    }
  sent = viewer->rest != NULL
             ? 0
             : sendmsg (viewer->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN)
    {
      gnutls_transport_set_errno (viewer->session, errno);
      return -1;
    }
  if (sent < (ssize_t)(loop->out_len + len))
    keep_rest (viewer, all, 2, (gsize)MAX (sent, 0));
  loop->out_len = 0;
  return (ssize_t)len;
}

/* FALSE: there is still some, or the viewer is going. */
static gboolean
send_rest (Viewer *viewer)
{
  ssize_t sent;

  if (viewer->rest == NULL)
    return TRUE;
  sent = send (viewer->fd,
               viewer->rest->data,
               viewer->rest->len,
               MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < (ssize_t)viewer->rest->len)
    {
      if (sent > 0)
        g_byte_array_remove_range (viewer->rest, 0, (guint)sent);
      return FALSE;
    }
  g_clear_pointer (&viewer->rest, g_byte_array_unref);
  return TRUE;
}

/* One system call: as many records as it takes. FALSE: the viewer is lost. */
static gboolean
send_records (Viewer *viewer, guint64 head)
{
  BareTlsLoop *loop = viewer->loop;
  guint64 end = MIN (head, viewer->offset + RECORDS_A_SEND * RECORD);

  loop->out_len = 0;
  while (viewer->offset < end)
    {
      gsize len = (gsize)MIN (end - viewer->offset, RECORD);

      loop->is_gathering = viewer->offset + len < end;
      if (gnutls_record_send (viewer->session,
                              bare_stream_at (loop->stream, viewer->offset),
                              len)
          != (ssize_t)len)
        return FALSE;
      viewer->offset += len;
    }
  return TRUE;
}

/* All that @viewer lacks. FALSE: it is gone. */
static gboolean
send_new (Viewer *viewer)
{
  BareTlsLoop *loop = viewer->loop;
  guint64 head = bare_stream_head (loop->stream);
  gboolean is_lost = FALSE;

  if (viewer->offset >= head)
    return TRUE;
  if (head - viewer->offset > bare_stream_patience (loop->stream))
    {
      loop->n_cut++;
      is_lost = TRUE;
    }
  while (!is_lost && viewer->offset < head && send_rest (viewer))
    is_lost = !send_records (viewer, head);
  loop->is_gathering = FALSE;
  loop->out_len = 0;
  if (is_lost)
    leave (viewer);
  return !is_lost;
}

static void
run_pass (BareTlsLoop *loop)
{
  loop->stream->n_flushed = loop->stream->n_packets;
  for (guint i = 0; i < loop->watching->len;)
    if (send_new (loop->watching->pdata[i]))
      i++;
}

/* Runs the pass that is due; returns when the next one is. */
static gint64
run_due (BareTlsLoop *loop)
{
  gint64 now_us = g_get_monotonic_time ();

  if (bare_stream_due (loop->stream) <= now_us)
    {
      bare_stream_make (loop->stream, now_us);
      run_pass (loop);
    }
  return bare_stream_due (loop->stream);
}

static void
accept_viewer (BareTlsLoop *loop, int fd)
{
  Viewer *viewer = g_new0 (Viewer, 1);
  struct epoll_event event
      = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
          .data.ptr = viewer };
  int on = 1;

  viewer->loop = loop;
  viewer->fd = fd;
  gnutls_init (&viewer->session,
               GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
  gnutls_priority_set (viewer->session, loop->priority);
  gnutls_credentials_set (
      viewer->session, GNUTLS_CRD_CERTIFICATE, loop->credentials);
  gnutls_handshake_set_timeout (viewer->session, 0);
  gnutls_transport_set_int (viewer->session, fd);
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  epoll_ctl (loop->epoll, EPOLL_CTL_ADD, fd, &event);
}

static void
accept_viewers (BareTlsLoop *loop)
{
  for (guint i = 0; i < ACCEPTS_AT_ONCE; i++)
    {
      int fd
          = accept4 (loop->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

      if (fd < 0)
        return;
      accept_viewer (loop, fd);
    }
}

/* From here on it is sent what begins with AFFlags 0. */
static gboolean
join (Viewer *viewer)
{
  BareTlsLoop *loop = viewer->loop;
  BareStream *stream = loop->stream;
  guint64 first
      = (stream->n_packets + FLAGS_PERIOD - 1) / FLAGS_PERIOD * FLAGS_PERIOD;
  GByteArray *opening = stream->opening;

  gnutls_transport_set_ptr (viewer->session, viewer);
  gnutls_transport_set_vec_push_function (viewer->session, on_push);
  if (gnutls_record_send (viewer->session, opening->data, opening->len)
      != (ssize_t)opening->len)
    return FALSE;
  viewer->offset = first * stream->frame_bytes;
  viewer->state = WATCHES;
  viewer->slot = loop->watching->len;
  g_ptr_array_add (loop->watching, viewer);
  return TRUE;
}

static ssize_t
on_pull (gnutls_transport_ptr_t pointer, void *data, size_t len)
{
  return recv (((Viewer *)pointer)->fd, data, len, MSG_DONTWAIT);
}

/* FALSE: the viewer is lost. A request comes in one piece. */
static gboolean
read_all (Viewer *viewer)
{
  BareTlsLoop *loop = viewer->loop;

  for (;;)
    {
      ssize_t got
          = gnutls_record_recv (viewer->session, loop->input, REQUEST_MAX);

      if (got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED)
        return TRUE;
      if (got <= 0)
        return FALSE;
      if (viewer->state == WATCHES)
        continue;
      if (!g_str_has_prefix ((const char *)loop->input, "GET ")
          || !join (viewer))
        return FALSE;
      gnutls_transport_set_pull_function (viewer->session, on_pull);
    }
}

static gboolean
shake (Viewer *viewer)
{
  int result = gnutls_handshake (viewer->session);

  if (result == 0)
    viewer->state = ASKS;
  return result == 0 || gnutls_error_is_fatal (result) == 0;
}

static void
handle (Viewer *viewer, guint32 events)
{
  gboolean is_lost = (events & (EPOLLERR | EPOLLHUP)) != 0;

  if (!is_lost && viewer->state == SHAKES)
    is_lost = !shake (viewer);
  if (!is_lost && viewer->state != SHAKES && (events & EPOLLIN) != 0)
    is_lost = !read_all (viewer);
  if (is_lost)
    leave (viewer);
  else if (viewer->state == WATCHES && (events & EPOLLOUT) != 0)
    send_new (viewer);
}

/** bare_tls_loop_run: until @is_over is set by a signal. */
void
bare_tls_loop_run (BareTlsLoop *loop, const int *is_over)
{
  struct epoll_event events[EVENTS_AT_ONCE];

  while (!g_atomic_int_get (is_over))
    {
      gint64 wait_us = MAX (run_due (loop) - g_get_monotonic_time (), 0);
      struct timespec wait = { .tv_sec = wait_us / G_USEC_PER_SEC,
                               .tv_nsec = wait_us % G_USEC_PER_SEC * 1000 };
      int n = epoll_pwait2 (loop->epoll, events, EVENTS_AT_ONCE, &wait, NULL);

      for (int i = 0; i < n; i++)
        if (events[i].data.ptr != NULL)
          handle (events[i].data.ptr, events[i].events);
        else
          accept_viewers (loop);
    }
  if (loop->n_cut > 0)
    g_printerr ("%u viewers cut: too far behind\n", loop->n_cut);
}
