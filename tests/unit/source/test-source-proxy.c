/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-source.h"
#include "sp-test.h"

#define PROXY "http://proxy.example.org:3128"

/* P25: what goes straight there unless told otherwise. */
static const struct
{
  const char *uri;
  gboolean is_direct;
} places[] = {
  { "http://localhost/x", TRUE },
  { "http://localhost:8080/x", TRUE },
  { "http://127.0.0.1:8080/x", TRUE },
  { "http://127.255.255.254/", TRUE },
  { "http://[::1]:8080/", TRUE },
  { "http://10.0.0.1/", TRUE },
  { "http://10.255.255.255/", TRUE },
  { "http://172.16.0.1/", TRUE },
  { "http://172.31.255.255/", TRUE },
  { "http://192.168.1.2/", TRUE },
  { "http://169.254.1.2/", TRUE },
  { "http://[fe80::1]/", TRUE },
  { "http://[febf::1]/", TRUE },
  { "http://[fd00::1]/", TRUE },
  { "http://[fc12:3456::1]/", TRUE },
  { "http://encoder/x", TRUE },
  { "https://encoder:8443/x", TRUE },
  { "http://11.0.0.1/", FALSE },
  { "http://172.15.255.255/", FALSE },
  { "http://172.32.0.1/", FALSE },
  { "http://192.169.0.1/", FALSE },
  { "http://128.0.0.1/", FALSE },
  { "http://[2001:db8::1]:80/", FALSE },
  { "http://[fec0::1]/", FALSE },
  { "http://encoder.example.org/", FALSE },
  { "https://encoder.example.org/", FALSE },
  { "http://localhost.example.org/", FALSE },
};

static void
assert_proxies (char **proxies, gboolean is_direct)
{
  g_assert_nonnull (proxies);
  g_assert_cmpuint (g_strv_length (proxies), ==, 1);
  g_assert_cmpstr (proxies[0], ==, is_direct ? "direct://" : PROXY);
}

static void
on_lookup (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **)user_data = g_object_ref (result);
}

static gboolean
is_there (gpointer user_data)
{
  return *(GAsyncResult **)user_data != NULL;
}

static void
test_places (gconstpointer user_data)
{
  gboolean is_for_local = GPOINTER_TO_INT (user_data);
  SpConfig config = { .use_http_proxy = TRUE,
                      .http_proxy_host = (char *)"proxy.example.org",
                      .http_proxy_port = 3128,
                      .use_proxy_for_local_addresses = is_for_local };
  g_autoptr (GProxyResolver) resolver = sp_source_proxy_resolver (&config);

  g_assert_true (g_proxy_resolver_is_supported (resolver));
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      gboolean is_direct = places[i].is_direct && !is_for_local;
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) proxies
          = g_proxy_resolver_lookup (resolver, places[i].uri, NULL, &error);
      g_auto (GStrv) async_proxies = NULL;

      g_test_message ("%s", places[i].uri);
      g_assert_no_error (error);
      assert_proxies (proxies, is_direct);
      g_proxy_resolver_lookup_async (
          resolver, places[i].uri, NULL, on_lookup, &result);
      sp_test_wait (NULL, is_there, &result, 10);
      async_proxies = g_proxy_resolver_lookup_finish (resolver, result, &error);
      g_assert_no_error (error);
      assert_proxies (async_proxies, is_direct);
    }
}

static void
test_off (void)
{
  SpConfig config = { .http_proxy_host = (char *)"proxy.example.org",
                      .http_proxy_port = 3128 };

  g_assert_null (sp_source_proxy_resolver (&config));
}

static void
test_v6_proxy (void)
{
  SpConfig config = { .use_http_proxy = TRUE,
                      .http_proxy_host = (char *)"2001:db8::1",
                      .http_proxy_port = 3128 };
  g_autoptr (GProxyResolver) resolver = sp_source_proxy_resolver (&config);
  g_auto (GStrv) proxies = g_proxy_resolver_lookup (
      resolver, "http://encoder.example.org/", NULL, NULL);

  g_assert_cmpstr (proxies[0], ==, "http://[2001:db8::1]:3128");
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_data_func (
      "/source-proxy/local-direct", GINT_TO_POINTER (FALSE), test_places);
  g_test_add_data_func (
      "/source-proxy/all", GINT_TO_POINTER (TRUE), test_places);
  g_test_add_func ("/source-proxy/off", test_off);
  g_test_add_func ("/source-proxy/v6", test_v6_proxy);
  return g_test_run ();
}
