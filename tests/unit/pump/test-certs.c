/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-certs.h"
#include "sp-test.h"

#define DAY_S (24 * 3600)

static GTlsCertificate *
load (void)
{
  g_autoptr (GBytes) pem = sp_test_data ("tls.crt");
  g_autoptr (GError) error = NULL;
  gsize len;
  const char *text = g_bytes_get_data (pem, &len);
  GTlsCertificate *certificate
      = g_tls_certificate_new_from_pem (text, (gssize)len, &error);

  g_assert_no_error (error);
  return certificate;
}

/* What it is called @offset_s after its end (@is_end) or start. */
static SpCertStatus
status_at (gboolean is_end, gint64 offset_s)
{
  g_autoptr (GTlsCertificate) certificate = load ();
  g_autoptr (GDateTime) from
      = g_tls_certificate_get_not_valid_before (certificate);
  g_autoptr (GDateTime) until
      = g_tls_certificate_get_not_valid_after (certificate);
  g_autoptr (SpCertInfo) info = sp_cert_describe (
      1,
      "x.crt",
      certificate,
      21,
      g_date_time_to_unix (is_end ? until : from) + offset_s);

  return info->status;
}

static void
test_status (void)
{
  g_assert_cmpint (status_at (FALSE, -1), ==, SP_CERT_NOT_YET_VALID);
  g_assert_cmpint (status_at (FALSE, 0), ==, SP_CERT_VALID);
  g_assert_cmpint (status_at (TRUE, -21 * DAY_S), ==, SP_CERT_VALID);
  g_assert_cmpint (status_at (TRUE, -21 * DAY_S + 1), ==, SP_CERT_EXPIRING);
  g_assert_cmpint (status_at (TRUE, -1), ==, SP_CERT_EXPIRING);
  g_assert_cmpint (status_at (TRUE, 0), ==, SP_CERT_EXPIRED);
}

static void
test_names (void)
{
  g_autoptr (GTlsCertificate) certificate = load ();
  g_autoptr (GDateTime) until
      = g_tls_certificate_get_not_valid_after (certificate);
  g_autoptr (SpCertInfo) info
      = sp_cert_describe (4,
                          "/etc/x.crt",
                          certificate,
                          21,
                          g_date_time_to_unix (until) - 5 * DAY_S);

  g_assert_cmpuint (info->index, ==, 4);
  g_assert_cmpstr (info->file, ==, "/etc/x.crt");
  g_assert_cmpint (info->days_left, ==, 5);
  g_assert_cmpint (info->not_after_unix_s, ==, g_date_time_to_unix (until));
  g_assert_true (g_str_has_prefix (info->subject, "CN="));
  g_assert_nonnull (info->issuer);
  g_assert_true (info->has_sha256);
}

static void
test_unreadable (void)
{
  g_autoptr (SpCertInfo) info = sp_cert_describe (1, "x", NULL, 21, 0);

  g_assert_cmpint (info->status, ==, SP_CERT_UNREADABLE);
  g_assert_false (info->has_sha256);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/certs/status", test_status);
  g_test_add_func ("/certs/names", test_names);
  g_test_add_func ("/certs/unreadable", test_unreadable);
  return g_test_run ();
}
