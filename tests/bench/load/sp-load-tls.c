/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-tls.h"

#include <errno.h>
#include <gio/gio.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "sp-error.h"

#define PRIORITY "-CIPHER-ALL:+AES-128-GCM:+CHACHA20-POLY1305"

struct _SpLoadTls
{
  gnutls_certificate_credentials_t credentials;
  gboolean is_insecure;
};

struct _SpLoadTlsSession
{
  gnutls_session_t session;
  int result; /* of the last call */
};

SpLoadTls *
sp_load_tls_new (gboolean is_insecure, GError **error)
{
  g_autoptr (SpLoadTls) tls = g_new0 (SpLoadTls, 1);
  int result = gnutls_certificate_allocate_credentials (&tls->credentials);

  tls->is_insecure = is_insecure;
  if (result == GNUTLS_E_SUCCESS && !is_insecure)
    result = gnutls_certificate_set_x509_system_trust (tls->credentials);
  if (result >= 0)
    return g_steal_pointer (&tls);
  sp_error_set (error, SP_ERROR_FAILED, "TLS: %s", gnutls_strerror (result));
  return NULL;
}

void
sp_load_tls_free (SpLoadTls *tls)
{
  if (tls->credentials != NULL)
    gnutls_certificate_free_credentials (tls->credentials);
  g_free (tls);
}

SpLoadTlsSession *
sp_load_tls_session_new (const SpLoadTls *tls, int fd, const char *host)
{
  SpLoadTlsSession *session = g_new0 (SpLoadTlsSession, 1);
  gnutls_session_t it;

  session->result
      = gnutls_init (&it, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
  if (session->result != GNUTLS_E_SUCCESS)
    return session;
  session->session = it;
  gnutls_transport_set_int (it, fd);
  /* The same cipher whatever the server likes best: figures compare. */
  (void)gnutls_set_default_priority_append (it, PRIORITY, NULL, 0);
  gnutls_credentials_set (it, GNUTLS_CRD_CERTIFICATE, tls->credentials);
  if (!g_hostname_is_ip_address (host)) /* RFC 6066 3 */
    gnutls_server_name_set (it, GNUTLS_NAME_DNS, host, strlen (host));
  if (!tls->is_insecure)
    gnutls_session_set_verify_cert (it, host, 0);
  return session;
}

void
sp_load_tls_session_free (SpLoadTlsSession *session)
{
  if (session->session != NULL)
    gnutls_deinit (session->session);
  g_free (session);
}

SpLoadTlsVerdict
sp_load_tls_session_handshake (SpLoadTlsSession *session)
{
  if (session->session == NULL)
    return SP_LOAD_TLS_FAILED;
  session->result = gnutls_handshake (session->session);
  if (session->result == GNUTLS_E_SUCCESS)
    return SP_LOAD_TLS_DONE;
  if (gnutls_error_is_fatal (session->result))
    return SP_LOAD_TLS_FAILED;
  return gnutls_record_get_direction (session->session) == 1
             ? SP_LOAD_TLS_WANTS_WRITE
             : SP_LOAD_TLS_WANTS_READ;
}

/* As send(2) and recv(2) have it. */
static gssize
answer (SpLoadTlsSession *session, gssize n)
{
  if (n >= 0)
    return n;
  session->result = (int)n;
  errno = gnutls_error_is_fatal (session->result) ? EPROTO : EAGAIN;
  return -1;
}

gssize
sp_load_tls_session_send (SpLoadTlsSession *session,
                          gconstpointer data,
                          gsize len)
{
  return answer (session, gnutls_record_send (session->session, data, len));
}

/** sp_load_tls_session_receive: one record at most. */
gssize
sp_load_tls_session_receive (SpLoadTlsSession *session, guint8 *at, gsize len)
{
  return answer (session, gnutls_record_recv (session->session, at, len));
}

const char *
sp_load_tls_session_why (const SpLoadTlsSession *session)
{
  return gnutls_strerror (session->result);
}
