/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-tls.h"

#include <errno.h>
#include <glib/gi18n.h>

#include "sp-error.h"

/* Where there is no GnuTLS to build with: nobody gets a session. */
SpLoadTls *
sp_load_tls_new (gboolean is_insecure, GError **error)
{
  sp_error_set (error,
                SP_ERROR_CONFIG,
                _ ("https:// is not possible: this program was built without "
                   "GnuTLS"));
  return NULL;
}

void
sp_load_tls_free (SpLoadTls *tls)
{
}

SpLoadTlsSession *
sp_load_tls_session_new (const SpLoadTls *tls, int fd, const char *host)
{
  return NULL;
}

void
sp_load_tls_session_free (SpLoadTlsSession *session)
{
}

SpLoadTlsVerdict
sp_load_tls_session_handshake (SpLoadTlsSession *session)
{
  return SP_LOAD_TLS_FAILED;
}

gssize
sp_load_tls_session_send (SpLoadTlsSession *session,
                          gconstpointer data,
                          gsize len)
{
  errno = EPROTO;
  return -1;
}

gssize
sp_load_tls_session_receive (SpLoadTlsSession *session, guint8 *at, gsize len)
{
  errno = EPROTO;
  return -1;
}

const char *
sp_load_tls_session_why (const SpLoadTlsSession *session)
{
  return "no TLS";
}
