/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-transport.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define RECORD 16384 /* the most that one TLS record holds */

/** sp_transport_init: plain until sp_transport_set_tls(). */
void
sp_transport_init (SpTransport *transport, GSocketConnection *connection)
{
  GSocket *socket = g_socket_connection_get_socket (connection);

  *transport
      = (SpTransport){ .fd = g_socket_get_fd (socket),
                       .stream = G_IO_STREAM (g_object_ref (connection)) };
}

void
sp_transport_set_tls (SpTransport *transport, GTlsConnection *tls)
{
  g_object_unref (transport->stream);
  transport->stream = G_IO_STREAM (tls);
  transport->is_tls = TRUE;
  transport->pending = g_byte_array_new ();
}

/** sp_transport_clear: the socket is shut first, both ways: the last reference
 * to a TLS connection says close_notify, and would wait for a client that does
 * not read. */
void
sp_transport_clear (SpTransport *transport)
{
  if (transport->closing != NULL)
    g_cancellable_cancel (transport->closing);
  g_clear_object (&transport->closing);
  if (transport->is_tls)
    (void)shutdown (transport->fd, SHUT_RDWR);
  g_clear_object (&transport->stream);
  g_clear_pointer (&transport->pending, g_byte_array_unref);
}

static gssize
code_of (GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)
             ? SP_TRANSPORT_AGAIN
             : SP_TRANSPORT_ERROR;
}

static gssize
read_tls (SpTransport *transport, guint8 *data, gsize len)
{
  GPollableInputStream *in = G_POLLABLE_INPUT_STREAM (
      g_io_stream_get_input_stream (transport->stream));
  g_autoptr (GError) error = NULL;
  gssize n
      = g_pollable_input_stream_read_nonblocking (in, data, len, NULL, &error);

  return n >= 0 ? n : code_of (error);
}

gssize
sp_transport_read (SpTransport *transport, guint8 *data, gsize len)
{
  gssize n;

  if (transport->is_tls)
    return read_tls (transport, data, len);
  do
    n = recv (transport->fd, data, len, MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  if (n >= 0)
    return n;
  return errno == EAGAIN || errno == EWOULDBLOCK ? SP_TRANSPORT_AGAIN
                                                 : SP_TRANSPORT_ERROR;
}

/* After a would-block the record layer wants the same bytes again, so they are
 * kept here and nothing else is taken until they are out. */
static gssize
flush_tls (SpTransport *transport)
{
  GPollableOutputStream *out = G_POLLABLE_OUTPUT_STREAM (
      g_io_stream_get_output_stream (transport->stream));

  while (transport->pending->len > 0)
    {
      g_autoptr (GError) error = NULL;
      gssize n = g_pollable_output_stream_write_nonblocking (
          out, transport->pending->data, transport->pending->len, NULL, &error);

      if (n <= 0)
        return n == 0 ? SP_TRANSPORT_ERROR : code_of (error);
      g_byte_array_remove_range (transport->pending, 0, (guint)n);
    }
  return 0;
}

static gssize
write_tls (SpTransport *transport, const struct iovec *iov, guint n_iov)
{
  gsize taken = 0;
  gssize result = flush_tls (transport);

  if (result != 0)
    return result;
  for (guint i = 0; i < n_iov && taken < RECORD; i++)
    {
      gsize n = MIN (iov[i].iov_len, RECORD - taken);

      g_byte_array_append (transport->pending, iov[i].iov_base, (guint)n);
      taken += n;
    }
  result = flush_tls (transport);
  return result == SP_TRANSPORT_ERROR ? result : (gssize)taken;
}

gssize
sp_transport_write (SpTransport *transport,
                    const struct iovec *iov,
                    guint n_iov)
{
  struct msghdr message
      = { .msg_iov = (struct iovec *)iov, .msg_iovlen = n_iov };
  const int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
  gssize n;

  if (transport->is_shut)
    return SP_TRANSPORT_ERROR;
  if (transport->is_tls)
    return write_tls (transport, iov, n_iov);
  do
    n = n_iov == 1 ? send (transport->fd, iov->iov_base, iov->iov_len, flags)
                   : sendmsg (transport->fd, &message, flags);
  while (n < 0 && errno == EINTR);
  if (n >= 0)
    return n;
  return errno == EAGAIN || errno == EWOULDBLOCK ? SP_TRANSPORT_AGAIN
                                                 : SP_TRANSPORT_ERROR;
}

gboolean
sp_transport_flush (SpTransport *transport)
{
  return !transport->is_tls || flush_tls (transport) != SP_TRANSPORT_AGAIN;
}

static void
on_closed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GSocket) socket = user_data;

  (void)g_output_stream_close_finish (G_OUTPUT_STREAM (object), result, NULL);
  (void)g_socket_shutdown (socket, FALSE, TRUE, NULL);
}

/* close_notify first; GIO does that in a thread of its pool. */
static void
shut_tls (SpTransport *transport)
{
  g_autoptr (GIOStream) base = NULL;

  transport->closing = g_cancellable_new ();
  g_object_get (transport->stream, "base-io-stream", &base, NULL);
  g_output_stream_close_async (
      g_io_stream_get_output_stream (transport->stream),
      G_PRIORITY_DEFAULT,
      transport->closing,
      on_closed,
      g_object_ref (
          g_socket_connection_get_socket (G_SOCKET_CONNECTION (base))));
}

void
sp_transport_shut (SpTransport *transport)
{
  if (transport->is_shut)
    return;
  transport->is_shut = TRUE;
  if (transport->is_tls)
    shut_tls (transport);
  else
    (void)shutdown (transport->fd, SHUT_WR);
}
