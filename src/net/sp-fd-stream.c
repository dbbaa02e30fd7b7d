/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-fd-stream.h"

#include <errno.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct
{
  GUnixOutputStream parent;
  int fd;
  int more; /* MSG_MORE, or 0 */
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

/* GIO's own asks poll() before each write(). */
static gssize
write_nonblocking (GPollableOutputStream *stream,
                   const void *data,
                   gsize len,
                   GError **error)
{
  SpFdOutput *self = (SpFdOutput *)stream;
  const int flags = MSG_DONTWAIT | MSG_NOSIGNAL | self->more;
  gssize n;
  int number;

  do
    n = send (self->fd, data, len, flags);
  while (n < 0 && errno == EINTR);
  if (n >= 0)
    return n;
  number = errno;
  g_set_error_literal (
      error, G_IO_ERROR, g_io_error_from_errno (number), g_strerror (number));
  return -1;
}

static void
pollable_init (GPollableOutputStreamInterface *interface)
{
  interface->write_nonblocking = write_nonblocking;
}

static void
sp_fd_output_finalize (GObject *object)
{
  (void)close (((SpFdOutput *)object)->fd);
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

void
sp_fd_stream_set_more (GOutputStream *output, gboolean has_more)
{
  ((SpFdOutput *)output)->more = has_more ? MSG_MORE : 0;
}
