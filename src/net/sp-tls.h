/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>
#include <sys/uio.h>

#define SP_TLS_AGAIN (-1) /* would block */
#define SP_TLS_ERROR (-2)

/** The server's end of TLS on a socket: waits for its handshake, then has it,
 * then is open until it is shut. One thread, whose main context is the default
 * one there. */
typedef struct _SpTls SpTls;

/* In the thread of sp_tls_handshake(). */
typedef void (*SpTlsFunc) (gpointer user_data, gboolean is_open);

/* @fd is its from here on. */
SpTls *sp_tls_new (int fd, GTlsCertificate *certificate);
void sp_tls_free (SpTls *tls);
/* Once. FALSE: it cannot be; otherwise @on_done is called, later. */
gboolean sp_tls_handshake (SpTls *tls, SpTlsFunc on_done, gpointer user_data);
/* TRUE: a handshake is under way, and will fail now. */
gboolean sp_tls_cancel (SpTls *tls);
/* Bytes read, 0 at the end, or one of the codes above. */
gssize sp_tls_read (SpTls *tls, guint8 *data, gsize len);
/* Bytes taken, of the first of @iov alone or of a record at most, or one of the
 * codes above. */
gssize sp_tls_write (SpTls *tls, const struct iovec *iov, guint n_iov);
/* Asks for what a write will touch; costs nothing. */
void sp_tls_prefetch (const SpTls *tls);
/* FALSE: bytes taken are not with the kernel yet. */
gboolean sp_tls_flush (SpTls *tls);
gsize sp_tls_pending_bytes (SpTls *tls);
/* close_notify, and no more from us. */
void sp_tls_shut (SpTls *tls);
