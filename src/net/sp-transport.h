/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>
#include <sys/uio.h>

#define SP_TRANSPORT_AGAIN (-1) /* would block */
#define SP_TRANSPORT_ERROR (-2)

/** How bytes get to and from a peer: plain, or through TLS. Part of a
 * connection; its worker's thread only. */
typedef struct
{
  int fd;
  GIOStream *stream; /* (owned): the socket's, or the TLS connection */
  GByteArray
      *pending; /* TLS: taken from the caller, not yet by the record layer */
  gboolean is_tls;
  GCancellable *closing; /* a close_notify is under way */
  gboolean is_shut;
} SpTransport;

void sp_transport_init (SpTransport *transport, GSocketConnection *connection);
/* From here on through @tls (transfer full), whose handshake is over. */
void sp_transport_set_tls (SpTransport *transport, GTlsConnection *tls);
void sp_transport_clear (SpTransport *transport);
/* Bytes read, 0 at the end, or one of the codes above. */
gssize sp_transport_read (SpTransport *transport, guint8 *data, gsize len);
/* Bytes taken (maybe fewer), or one of the codes above. */
gssize sp_transport_write (SpTransport *transport,
                           const struct iovec *iov,
                           guint n_iov);
/* Bytes taken but not yet with the kernel are out. */
gboolean sp_transport_flush (SpTransport *transport);
/* No more from us: the peer sees the end. */
void sp_transport_shut (SpTransport *transport);
