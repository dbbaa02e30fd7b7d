/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "pull-origin.h"

#include <string.h>

static char *
data_file (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "data", name, NULL);
}

static void
use_tls (Fixture *fixture)
{
  g_autofree char *certificate = data_file ("tls.crt");
  g_autofree char *key = data_file ("tls.key");
  g_autoptr (GError) error = NULL;

  fixture->origin->certificate
      = g_tls_certificate_new_from_files (certificate, key, &error);
  g_assert_no_error (error);
  fixture->config.tls = TRUE;
}

static void
test_ca (Fixture *fixture, gconstpointer user_data)
{
  g_autofree char *ca = data_file ("tls.crt");

  use_tls (fixture);
  fixture->config.ca = ca;
  start (fixture);
  wait_packets (fixture, 4);
  g_assert_cmpuint (fixture->origin->heads->len, ==, 2);
  g_assert_cmpuint (n_warnings, ==, 0);
}

static void
test_no_ca (Fixture *fixture, gconstpointer user_data)
{
  use_tls (fixture);
  start (fixture);
  wait_error (fixture,
              "the source's certificate is not trusted: its authority is not "
              "known");
  g_assert_cmpuint (fixture->origin->heads->len, ==, 0);
  g_assert_cmpuint (n_warnings, ==, 1);
  g_assert_nonnull (strstr (last_warning, "pull https://127.0.0.1:"));
}

/* The certificate is for localhost and its addresses, but 127.0.0.2. */
static void
test_other_host (Fixture *fixture, gconstpointer user_data)
{
  g_autofree char *ca = data_file ("tls.crt");
  g_autoptr (GSocketAddress) any
      = g_inet_socket_address_new_from_string ("127.0.0.2", 0);
  g_autoptr (GSocketAddress) bound = NULL;

  if (!g_socket_listener_add_address (
          G_SOCKET_LISTENER (fixture->origin->service),
          any,
          G_SOCKET_TYPE_STREAM,
          G_SOCKET_PROTOCOL_TCP,
          NULL,
          &bound,
          NULL))
    {
      g_test_skip ("127.0.0.2 is not an address of this host");
      return;
    }
  use_tls (fixture);
  fixture->config.host = (char *)"127.0.0.2";
  fixture->config.port
      = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  fixture->config.ca = ca;
  start (fixture);
  wait_error (fixture, "it is made out to another host");
  g_assert_cmpuint (fixture->origin->heads->len, ==, 0);
}

static void
test_ca_missing (Fixture *fixture, gconstpointer user_data)
{
  use_tls (fixture);
  fixture->config.ca = (char *)"/nonexistent/ca.pem";
  start (fixture);
  wait_error (fixture, "the authorities' certificates (ca) cannot be read");
  g_assert_cmpuint (fixture->origin->heads->len, ==, 0);
}

/* What answers there is no TLS. */
static void
test_plain (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.tls = TRUE;
  fixture->config.connect_ms = 1000;
  start (fixture);
  wait_error (fixture, "no connection to the source within 1000 ms");
}

static void
test_free (Fixture *fixture, gconstpointer user_data)
{
  g_autofree char *ca = data_file ("tls.crt");

  use_tls (fixture);
  fixture->config.ca = ca;
  for (guint turns = 0; turns < 40; turns++)
    {
      start (fixture);
      for (guint i = 0; i < turns; i++)
        g_main_context_iteration (NULL, turns % 4 == 3 && i < 4);
      stop (fixture);
    }
  wait_no_links (fixture);
  g_assert_cmpuint (n_warnings, ==, 0);
}

int
main (int argc, char **argv)
{
  pull_init (&argc, &argv);
  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    {
      g_print ("1..0 # SKIP GIO has no TLS here\n");
      return 0;
    }
  TEST_PULL ("/pull/tls/ca", test_ca);
  TEST_PULL ("/pull/tls/no-ca", test_no_ca);
  TEST_PULL ("/pull/tls/other-host", test_other_host);
  TEST_PULL ("/pull/tls/ca-missing", test_ca_missing);
  TEST_PULL ("/pull/tls/plain-server", test_plain);
  TEST_PULL ("/pull/tls/free", test_free);
  return g_test_run ();
}
