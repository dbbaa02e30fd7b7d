/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-fd-stream.h"

#include <errno.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct
{
  GUnixOutputStream parent;
  int fd;
  gboolean is_gathering;
  guint8 *gathered; /* NULL: nothing is */
  gsize gathered_len;
  GByteArray *rest; /* of what was gathered: the socket was full; NULL: none */
} SpFdOutput;

typedef struct
{
  GUnixOutputStreamClass parent;
} SpFdOutputClass;

static void pollable_init (GPollableOutputStreamInterface *interface);

GType sp_fd_output_get_type (void);
G_DEFINE_TYPE_WITH_CODE (SpFdOutput,
                         sp_fd_output,
                         G_TYPE_UNIX_OUTPUT_STREAM,
                         G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                pollable_init))

/* Bytes the socket took; -1 and errno. */
static gssize
send_both (SpFdOutput *self, const void *data, gsize len)
{
  struct iovec iov[2]
      = { { self->gathered, self->gathered_len }, { (void *)data, len } };
  struct msghdr message = { .msg_iov = iov, .msg_iovlen = 2 };
  const int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
  gssize n;

  do
    n = self->gathered_len > 0 ? sendmsg (self->fd, &message, flags)
                               : send (self->fd, data, len, flags);
  while (n < 0 && errno == EINTR);
  return n;
}

static gssize
fail (GError **error, int number)
{
  g_set_error_literal (
      error, G_IO_ERROR, g_io_error_from_errno (number), g_strerror (number));
  return -1;
}

/* TRUE: it is out, or never will be. */
static gboolean
send_rest (SpFdOutput *self)
{
  gssize n;

  if (self->rest == NULL)
    return TRUE;
  n = send_both (self, self->rest->data, self->rest->len);
  if (n < 0 && errno == EAGAIN)
    return FALSE;
  if (n >= 0 && (gsize)n < self->rest->len)
    {
      g_byte_array_remove_range (self->rest, 0, (guint)n);
      return FALSE;
    }
  g_clear_pointer (&self->rest, g_byte_array_unref);
  return TRUE;
}

/* What was gathered, and @data after it, is sent or kept. -1 and errno when the
 * socket is broken. */
static gssize
send_gathered (SpFdOutput *self, const guint8 *data, gsize len)
{
  gssize sent = send_both (self, data, len);
  gsize done;

  if (sent < 0 && errno != EAGAIN)
    len = 0;
  else if ((done = (gsize)MAX (sent, 0)) < self->gathered_len + len)
    {
      gsize first = MIN (done, self->gathered_len);

      self->rest = g_byte_array_new ();
      g_byte_array_append (self->rest,
                           self->gathered + first,
                           (guint)(self->gathered_len - first));
      if (len > 0)
        g_byte_array_append (
            self->rest, data + (done - first), (guint)(len - (done - first)));
    }
  self->gathered = NULL;
  self->gathered_len = 0;
  return sent < 0 && errno != EAGAIN ? -1 : (gssize)len;
}

/* GIO's own asks poll() before each write(). */
static gssize
write_nonblocking (GPollableOutputStream *stream,
                   const void *data,
                   gsize len,
                   GError **error)
{
  SpFdOutput *self = (SpFdOutput *)stream;
  gssize n;

  if (!send_rest (self))
    return fail (error, EAGAIN);
  if (self->is_gathering && self->gathered_len + len <= SP_FD_STREAM_GATHER)
    {
      memcpy (self->gathered + self->gathered_len, data, len);
      self->gathered_len += len;
      return (gssize)len;
    }
  self->is_gathering = FALSE;
  n = self->gathered_len > 0 ? send_gathered (self, data, len)
                             : send_both (self, data, len);
  return n >= 0 ? n : fail (error, errno);
}

static void
pollable_init (GPollableOutputStreamInterface *interface)
{
  interface->write_nonblocking = write_nonblocking;
}

static void
sp_fd_output_finalize (GObject *object)
{
  SpFdOutput *self = (SpFdOutput *)object;

  (void)close (self->fd);
  g_clear_pointer (&self->rest, g_byte_array_unref);
  G_OBJECT_CLASS (sp_fd_output_parent_class)->finalize (object);
}

static void
sp_fd_output_class_init (SpFdOutputClass *class)
{
  G_OBJECT_CLASS (class)->finalize = sp_fd_output_finalize;
}

static void
sp_fd_output_init (SpFdOutput *self)
{
  self->fd = -1;
}

GIOStream *
sp_fd_stream_new (int fd)
{
  g_autoptr (GInputStream) in = g_unix_input_stream_new (fd, FALSE);
  g_autoptr (GOutputStream) out = g_object_new (
      sp_fd_output_get_type (), "fd", fd, "close-fd", FALSE, NULL);

  ((SpFdOutput *)out)->fd = fd;
  return g_simple_io_stream_new (in, out);
}

/** sp_fd_stream_gather: @buffer is used until the release. */
void
sp_fd_stream_gather (GOutputStream *output, guint8 *buffer)
{
  SpFdOutput *self = (SpFdOutput *)output;

  self->is_gathering = TRUE;
  self->gathered = buffer;
  self->gathered_len = 0;
}

void
sp_fd_stream_gather_last (GOutputStream *output)
{
  ((SpFdOutput *)output)->is_gathering = FALSE;
}

void
sp_fd_stream_release (GOutputStream *output)
{
  SpFdOutput *self = (SpFdOutput *)output;

  self->is_gathering = FALSE;
  if (self->gathered_len > 0)
    (void)send_gathered (self, NULL, 0);
  self->gathered = NULL;
}

gboolean
sp_fd_stream_flush (GOutputStream *output)
{
  return send_rest ((SpFdOutput *)output);
}

gsize
sp_fd_stream_rest_bytes (GOutputStream *output)
{
  SpFdOutput *self = (SpFdOutput *)output;

  return self->rest != NULL ? self->rest->len : 0;
}
