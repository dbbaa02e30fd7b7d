/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <sys/uio.h>

#include "sp-segments.h"
#include "sp-tls.h"

#define SP_TRANSPORT_AGAIN SP_TLS_AGAIN /* would block */
#define SP_TRANSPORT_ERROR SP_TLS_ERROR

/** How bytes get to and from a peer: plain, or through TLS. Part of a
 * connection, which owns the descriptor by it; its worker's thread only. */
typedef struct
{
  int fd;
  guint8 is_shut;
  SpTls *tls; /* (owned) (nullable): plain */
} SpTransport;

/* @fd is its from here on. */
void sp_transport_init (SpTransport *transport, int fd);
/* The same through TLS: the handshake is still to be done. */
void sp_transport_init_tls (SpTransport *transport,
                            int fd,
                            GTlsCertificate *certificate);
void sp_transport_clear (SpTransport *transport);
/* Bytes read, 0 at the end, or one of the codes above. */
gssize sp_transport_read (SpTransport *transport, guint8 *data, gsize len);
/* Bytes taken (maybe fewer), or one of the codes above. */
gssize sp_transport_write (SpTransport *transport,
                           const struct iovec *iov,
                           guint n_iov);
/* The same out of a file, by reference; of a plain connection. AGAIN: not by
 * this way, write instead. */
gssize sp_transport_write_extent (SpTransport *transport,
                                  const SpExtent *extent,
                                  gsize len);
/* Bytes taken but not yet with the kernel are out. */
gboolean sp_transport_flush (SpTransport *transport);
/* No more from us: the peer sees the end. */
void sp_transport_shut (SpTransport *transport);
