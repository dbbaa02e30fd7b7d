/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-error.h"
#include "sp-pull-backoff.h"
#include "sp-pull-error.h"
#include "sp-test.h"

#define MINUTE_US (60 * G_USEC_PER_SEC)

/* P23, one attempt after another: [least, most] wait of each. */
static const struct
{
  SpPullFault fault;
  guint retry_ms;
  gint64 good_us;
  guint least_ms;
  guint most_ms;
} attempts[] = {
  /* It may be over soon: always the same. */
  { SP_PULL_FAILED, 10000, 0, 10000, 20000 },
  { SP_PULL_FAILED, 10000, 0, 10000, 20000 },
  { SP_PULL_FAILED, 10000, 0, 10000, 20000 },
  /* Refused: longer and longer. */
  { SP_PULL_REFUSED, 10000, 0, 10000, 20000 },
  { SP_PULL_REFUSED, 10000, 0, 20000, 40000 },
  { SP_PULL_REFUSED, 10000, 0, 30000, 60000 },
  { SP_PULL_REFUSED, 10000, 0, 30000, 60000 },
  { SP_PULL_FAILED, 10000, 0, 10000, 20000 },
  { SP_PULL_REFUSED, 10000, 0, 30000, 60000 },
  /* A short stream is no reason to hurry. */
  { SP_PULL_FAILED, 10000, 1, 10000, 20000 },
  { SP_PULL_FAILED, 10000, 9999999, 10000, 20000 },
  /* A longer one is, once. */
  { SP_PULL_FAILED, 10000, 10000000, 1000, 2000 },
  { SP_PULL_FAILED, 10000, 0, 10000, 20000 },
  { SP_PULL_REFUSED, 10000, 0, 30000, 60000 },
  /* A good minute: all is forgotten. */
  { SP_PULL_FAILED, 10000, MINUTE_US, 1000, 2000 },
  { SP_PULL_REFUSED, 10000, 0, 10000, 20000 },
  /* Other settings. */
  { SP_PULL_FAILED, 1, 0, 1, 2 },
  { SP_PULL_FAILED, 0, 0, 1, 2 },
  { SP_PULL_FAILED, 1, MINUTE_US, 1, 2 },
  { SP_PULL_REFUSED, 600000, 0, 600000, 1200000 },
  { SP_PULL_REFUSED, 600000, 0, 600000, 1200000 },
  { SP_PULL_REFUSED, 4000000, 0, 4000000, 8000000 },
};

static void
test_waits (gconstpointer user_data)
{
  double spread = GPOINTER_TO_INT (user_data) / 1000.0;
  SpPullBackoff backoff = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (attempts); i++)
    {
      guint wait_ms = sp_pull_backoff_wait_ms (&backoff,
                                               attempts[i].fault,
                                               attempts[i].retry_ms,
                                               attempts[i].good_us,
                                               spread);
      double expected = attempts[i].least_ms
                        + spread * (attempts[i].most_ms - attempts[i].least_ms);

      g_test_message ("attempt %u: %u ms", i, wait_ms);
      g_assert_cmpuint (wait_ms, ==, (guint)expected);
    }
}

/* Many refusals overflow nothing. */
static void
test_many (void)
{
  SpPullBackoff backoff = { 0 };

  for (guint i = 0; i < 1000; i++)
    {
      guint wait_ms
          = sp_pull_backoff_wait_ms (&backoff, SP_PULL_REFUSED, 100, 0, 0);

      g_assert_cmpuint (wait_ms, ==, i < 9 ? 100u << i : 30000);
    }
}

static const struct
{
  GQuark (*domain) (void);
  gint code;
  SpPullFault fault;
} faults[] = {
  { sp_error_quark, SP_ERROR_FAILED, SP_PULL_FAILED },
  { sp_error_quark, SP_ERROR_TIMEOUT, SP_PULL_FAILED },
  { sp_error_quark, SP_ERROR_BUSY, SP_PULL_FAILED },
  { sp_error_quark, SP_ERROR_PROTOCOL, SP_PULL_REFUSED },
  { sp_error_quark, SP_ERROR_DENIED, SP_PULL_REFUSED },
  { sp_error_quark, SP_ERROR_NOT_FOUND, SP_PULL_REFUSED },
  { sp_error_quark, SP_ERROR_LOOP, SP_PULL_REFUSED },
  { sp_error_quark, SP_ERROR_CONFIG, SP_PULL_REFUSED },
  { g_io_error_quark, SP_ERROR_PROTOCOL, SP_PULL_FAILED },
};

static void
test_faults (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (GError) error
          = g_error_new_literal (faults[i].domain (), faults[i].code, "x");

      g_assert_cmpint (sp_pull_error_fault (error), ==, faults[i].fault);
    }
}

/* What libsoup and GIO say, in words without a host. */
static const struct
{
  GQuark (*domain) (void);
  gint code;
  GTlsCertificateFlags flags;
  const char *message;
} connections[] = {
  { g_io_error_quark,
    G_IO_ERROR_HOST_UNREACHABLE,
    0,
    "the source's host cannot be reached" },
  { g_resolver_error_quark,
    G_RESOLVER_ERROR_NOT_FOUND,
    0,
    "the source's host name is not known" },
  { g_io_error_quark,
    G_IO_ERROR_FAILED,
    0,
    "the connection to the source failed" },
  { g_tls_error_quark,
    G_TLS_ERROR_BAD_CERTIFICATE,
    G_TLS_CERTIFICATE_EXPIRED | G_TLS_CERTIFICATE_UNKNOWN_CA,
    "the source's certificate is not trusted: its authority is not known, it "
    "has expired" },
  { g_tls_error_quark,
    G_TLS_ERROR_HANDSHAKE,
    0,
    "no TLS connection to the source: secret.example.org" },
};

static void
test_connections (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (connections); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (
          connections[i].domain (), connections[i].code, "secret.example.org");
      g_autoptr (GError) plain
          = sp_pull_error_from_io (error, connections[i].flags);

      g_assert_true (plain->domain == SP_ERROR);
      g_assert_cmpstr (plain->message, ==, connections[i].message);
    }
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_data_func ("/pull-backoff/least", GINT_TO_POINTER (0), test_waits);
  g_test_add_data_func (
      "/pull-backoff/half", GINT_TO_POINTER (500), test_waits);
  g_test_add_data_func (
      "/pull-backoff/most", GINT_TO_POINTER (1000), test_waits);
  g_test_add_func ("/pull-backoff/many", test_many);
  g_test_add_func ("/pull-error/fault", test_faults);
  g_test_add_func ("/pull-error/connection", test_connections);
  return g_test_run ();
}
