/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-certs.h"

#define DAY_S (24 * 3600)

static void
read_digest (SpCertInfo *info, GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize len = sizeof info->sha256;

  g_object_get (certificate, "certificate", &der, NULL);
  if (der == NULL)
    return;
  g_checksum_update (checksum, der->data, (gssize)der->len);
  g_checksum_get_digest (checksum, info->sha256, &len);
  info->has_sha256 = TRUE;
}

static SpCertStatus
status_of (gint64 from_s, gint64 until_s, gint64 now_s, guint warn_days)
{
  if (now_s < from_s)
    return SP_CERT_NOT_YET_VALID;
  if (now_s >= until_s)
    return SP_CERT_EXPIRED;
  return until_s - now_s < (gint64)warn_days * DAY_S ? SP_CERT_EXPIRING
                                                     : SP_CERT_VALID;
}

SpCertInfo *
sp_cert_describe (guint index,
                  const char *file,
                  GTlsCertificate *certificate,
                  guint warn_days,
                  gint64 now_unix_s)
{
  SpCertInfo *info = g_new0 (SpCertInfo, 1);
  g_autoptr (GDateTime) from = NULL;
  g_autoptr (GDateTime) until = NULL;

  info->index = index;
  info->file = g_strdup (file);
  info->status = SP_CERT_UNREADABLE;
  if (certificate == NULL)
    return info;
  info->subject = g_tls_certificate_get_subject_name (certificate);
  info->issuer = g_tls_certificate_get_issuer_name (certificate);
  read_digest (info, certificate);
  from = g_tls_certificate_get_not_valid_before (certificate);
  until = g_tls_certificate_get_not_valid_after (certificate);
  if (from == NULL || until == NULL)
    return info;
  info->not_after_unix_s = g_date_time_to_unix (until);
  info->days_left = (gint)((info->not_after_unix_s - now_unix_s) / DAY_S);
  info->status = status_of (g_date_time_to_unix (from),
                            info->not_after_unix_s,
                            now_unix_s,
                            warn_days);
  return info;
}
