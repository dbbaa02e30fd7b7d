/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-transport.h"

#include <errno.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

void
sp_transport_init (SpTransport *transport, int fd)
{
  *transport = (SpTransport){ .fd = fd };
}

void
sp_transport_init_tls (SpTransport *transport,
                       int fd,
                       GTlsCertificate *certificate)
{
  *transport = (SpTransport){ .fd = fd, .tls = sp_tls_new (fd, certificate) };
}

/** sp_transport_clear: the socket is closed. */
void
sp_transport_clear (SpTransport *transport)
{
  if (transport->tls != NULL)
    g_clear_pointer (&transport->tls, sp_tls_free);
  else
    close (transport->fd);
  transport->fd = -1;
}

static gssize
code_of (int number)
{
  return number == EAGAIN || number == EWOULDBLOCK ? SP_TRANSPORT_AGAIN
                                                   : SP_TRANSPORT_ERROR;
}

gssize
sp_transport_read (SpTransport *transport, guint8 *data, gsize len)
{
  gssize n;

  if (transport->tls != NULL)
    return sp_tls_read (transport->tls, data, len);
  do
    n = recv (transport->fd, data, len, MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  return n >= 0 ? n : code_of (errno);
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
  if (transport->tls != NULL)
    return sp_tls_write (transport->tls, iov, n_iov);
  do
    n = n_iov == 1 ? send (transport->fd, iov->iov_base, iov->iov_len, flags)
                   : sendmsg (transport->fd, &message, flags);
  while (n < 0 && errno == EINTR);
  return n >= 0 ? n : code_of (errno);
}

/** sp_transport_write_extent: as sendfile() has no MSG_NOSIGNAL, the program
 * ignores SIGPIPE. What is wrong, if anything, a plain write tells better: a
 * sandbox may forbid this one alone. */
gssize
sp_transport_write_extent (SpTransport *transport,
                           const SpExtent *extent,
                           gsize len)
{
  gssize n;

  if (transport->is_shut)
    return SP_TRANSPORT_ERROR;
  do
    {
      off_t at = extent->at;

      n = sendfile (transport->fd, extent->fd, &at, len);
    }
  while (n < 0 && errno == EINTR);
  return n >= 0 ? n : SP_TRANSPORT_AGAIN;
}

gboolean
sp_transport_flush (SpTransport *transport)
{
  return transport->tls == NULL || sp_tls_flush (transport->tls);
}

void
sp_transport_shut (SpTransport *transport)
{
  if (transport->is_shut)
    return;
  transport->is_shut = TRUE;
  if (transport->tls != NULL)
    sp_tls_shut (transport->tls);
  else
    (void)shutdown (transport->fd, SHUT_WR);
}
