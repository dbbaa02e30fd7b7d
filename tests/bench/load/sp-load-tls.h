/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** What all TLS viewers share: whom they trust. Read by all threads. */
typedef struct _SpLoadTls SpLoadTls;

/** TLS of one connection, whose socket does not block; on its viewer's thread.
 */
typedef struct _SpLoadTlsSession SpLoadTlsSession;

typedef enum
{
  SP_LOAD_TLS_DONE,
  SP_LOAD_TLS_WANTS_READ,
  SP_LOAD_TLS_WANTS_WRITE,
  SP_LOAD_TLS_FAILED,
} SpLoadTlsVerdict;

/* @is_insecure: any certificate will do. Fails where the program was built
 * without TLS. */
SpLoadTls *sp_load_tls_new (gboolean is_insecure, GError **error);
void sp_load_tls_free (SpLoadTls *tls);

/* Of the connected @fd, to @host. */
SpLoadTlsSession *
sp_load_tls_session_new (const SpLoadTls *tls, int fd, const char *host);
void sp_load_tls_session_free (SpLoadTlsSession *session);
SpLoadTlsVerdict sp_load_tls_session_handshake (SpLoadTlsSession *session);
/* As of send(2) and recv(2); errno is EPROTO for what TLS finds wrong. */
gssize sp_load_tls_session_send (SpLoadTlsSession *session,
                                 gconstpointer data,
                                 gsize len);
gssize
sp_load_tls_session_receive (SpLoadTlsSession *session, guint8 *at, gsize len);
/* Why the last call failed: static words. */
const char *sp_load_tls_session_why (const SpLoadTlsSession *session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpLoadTls, sp_load_tls_free)
