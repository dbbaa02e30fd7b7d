/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-pull-error.h"

#include "sp-error.h"

#include <libsoup/soup.h>

static const struct
{
  guint status;
  SpErrorCode code;
  const char *message; /* NULL: the status speaks for itself */
} known_statuses[] = {
  { 401, SP_ERROR_DENIED, "the source refuses the user or the password" },
  { 403, SP_ERROR_DENIED, NULL },
  { 404, SP_ERROR_NOT_FOUND, NULL },
  { 407, SP_ERROR_DENIED, "the proxy wants a password" },
  { 408, SP_ERROR_TIMEOUT, NULL },
  { 410, SP_ERROR_NOT_FOUND, NULL },
  { 429, SP_ERROR_LIMIT, NULL },
  { 508, SP_ERROR_LOOP, "a loop: the source is this pump itself" },
};

static SpErrorCode
code_of (guint status)
{
  for (guint i = 0; i < G_N_ELEMENTS (known_statuses); i++)
    if (known_statuses[i].status == status)
      return known_statuses[i].code;
  return status < 500 ? SP_ERROR_PROTOCOL : SP_ERROR_FAILED;
}

GError *
sp_pull_error_from_status (guint status)
{
  for (guint i = 0; i < G_N_ELEMENTS (known_statuses); i++)
    if (known_statuses[i].status == status && known_statuses[i].message != NULL)
      return g_error_new (SP_ERROR,
                          (gint)known_statuses[i].code,
                          "%s (%u)",
                          known_statuses[i].message,
                          status);
  return g_error_new (SP_ERROR,
                      (gint)code_of (status),
                      "the source answers %u %s",
                      status,
                      soup_status_get_phrase (status));
}

static const struct
{
  GTlsCertificateFlags flag;
  const char *what;
} certificate_faults[] = {
  { G_TLS_CERTIFICATE_UNKNOWN_CA, "its authority is not known" },
  { G_TLS_CERTIFICATE_BAD_IDENTITY, "it is made out to another host" },
  { G_TLS_CERTIFICATE_NOT_ACTIVATED, "its time has not come" },
  { G_TLS_CERTIFICATE_EXPIRED, "it has expired" },
  { G_TLS_CERTIFICATE_REVOKED, "it was revoked" },
  { G_TLS_CERTIFICATE_INSECURE, "its algorithm is not safe" },
  { G_TLS_CERTIFICATE_GENERIC_ERROR, "it is damaged" },
};

static GError *
from_certificate (GTlsCertificateFlags flags)
{
  g_autoptr (GString) text
      = g_string_new ("the source's certificate is not trusted");
  const char *separator = ": ";

  for (guint i = 0; i < G_N_ELEMENTS (certificate_faults); i++)
    if ((flags & certificate_faults[i].flag) != 0)
      {
        g_string_append_printf (
            text, "%s%s", separator, certificate_faults[i].what);
        separator = ", ";
      }
  return g_error_new_literal (SP_ERROR, SP_ERROR_DENIED, text->str);
}

static const struct
{
  gint code; /* of G_IO_ERROR */
  const char *message;
} io_faults[] = {
  { G_IO_ERROR_HOST_NOT_FOUND, "the source's host name is not known" },
  { G_IO_ERROR_CONNECTION_REFUSED, "the source refuses the connection" },
  { G_IO_ERROR_HOST_UNREACHABLE, "the source's host cannot be reached" },
  { G_IO_ERROR_NETWORK_UNREACHABLE, "the source's network cannot be reached" },
  { G_IO_ERROR_TIMED_OUT, "the connection to the source timed out" },
  { G_IO_ERROR_CONNECTION_CLOSED, "the source broke the connection" },
  { G_IO_ERROR_PARTIAL_INPUT, "the source broke the connection" },
  { G_IO_ERROR_PROXY_FAILED, "the proxy cannot reach the source" },
  { G_IO_ERROR_PROXY_AUTH_FAILED, "the proxy refuses the password" },
  { G_IO_ERROR_PROXY_NEED_AUTH, "the proxy wants a password" },
  { G_IO_ERROR_PROXY_NOT_ALLOWED, "the proxy does not allow the source" },
};

static const char *
io_message (const GError *error)
{
  if (error->domain == G_RESOLVER_ERROR)
    return "the source's host name is not known";
  if (error->domain == SOUP_SESSION_ERROR)
    return "the source does not answer as HTTP says";
  for (guint i = 0; i < G_N_ELEMENTS (io_faults); i++)
    if (g_error_matches (error, G_IO_ERROR, io_faults[i].code))
      return io_faults[i].message;
  return "the connection to the source failed";
}

GError *
sp_pull_error_from_io (const GError *error, GTlsCertificateFlags flags)
{
  if (error->domain == G_TLS_ERROR && flags != 0)
    return from_certificate (flags);
  if (error->domain == G_TLS_ERROR)
    return g_error_new (SP_ERROR,
                        SP_ERROR_FAILED,
                        "no TLS connection to the source: %s",
                        error->message);
  return g_error_new_literal (SP_ERROR, SP_ERROR_FAILED, io_message (error));
}

SpPullFault
sp_pull_error_fault (const GError *error)
{
  static const SpErrorCode refusals[] = { SP_ERROR_PROTOCOL,
                                          SP_ERROR_NOT_FOUND,
                                          SP_ERROR_DENIED,
                                          SP_ERROR_LOOP,
                                          SP_ERROR_CONFIG };

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (g_error_matches (error, SP_ERROR, (gint)refusals[i]))
      return SP_PULL_REFUSED;
  return SP_PULL_FAILED;
}
