/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "pull-origin.h"

#include <libsoup/soup.h>
#include <string.h>

/* Where the origin of a test sends its clients. */
static char *location;

static void
assert_has (const char *head, const char *line)
{
  if (strstr (head, line) == NULL)
    g_test_message ("'%s' is not in\n%s", line, head);
  g_assert_nonnull (strstr (head, line));
}

static GByteArray *
answer_redirect (Origin *origin, const char *head, gboolean *stays)
{
  g_autofree char *text = NULL;

  if (strstr (head, "GET /there") == head)
    return answer_well (origin, head, stays);
  text = g_strdup_printf ("HTTP/1.1 302 Found\r\nLocation: %s\r\n"
                          "Pragma: client-id=1\r\n"
                          "Content-Length: 0\r\n\r\n",
                          location);
  return answer_text (text);
}

/* P11: each leads to /there on the same server, "%u" being its port. */
static const char *const locations[] = {
  "/there",
  "there",
  "/there?a=b",
  "http://127.0.0.1:%u/there",
  "HTTP://127.0.0.1:%u/there",
  "mms://127.0.0.1:%u/there",
  "mmsh://127.0.0.1:%u/there",
  "http://user:secret@127.0.0.1:%u/there",
  "/there is a blank",
};

static void
test_redirects (Fixture *fixture, gconstpointer user_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (locations); i++)
    {
      guint n = fixture->origin->heads->len;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
      location = g_strdup_printf (locations[i], fixture->origin->port);
#pragma GCC diagnostic pop
      fixture->origin->answer = answer_redirect;
      start (fixture);
      wait_packets (fixture, fixture->packets->len + 3);
      g_assert_cmpuint (fixture->origin->heads->len, ==, n + 3);
      assert_has (head_at (fixture, n), "GET /live ");
      assert_has (head_at (fixture, n + 1), "GET /there");
      g_assert_false (is_play (head_at (fixture, n + 1)));
      g_assert_null (strstr (head_at (fixture, n + 1), "client-id"));
      g_assert_null (strstr (head_at (fixture, n + 1), "uthorization"));
      assert_has (head_at (fixture, n + 2), "GET /there");
      g_assert_true (is_play (head_at (fixture, n + 2)));
      stop (fixture);
      settle ();
      g_free (location);
    }
  g_assert_cmpuint (n_warnings, ==, 0);
}

static const char *const no_locations[] = { "rtsp://127.0.0.1/there",
                                            "ftp://127.0.0.1/",
                                            "http:///nowhere",
                                            "mailto:somebody" };

static void
test_no_redirect (Fixture *fixture, gconstpointer user_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (no_locations); i++)
    {
      fixture->origin->answer = answer_redirect;
      location = g_strdup (no_locations[i]);
      sp_stream_set_error (fixture->stream, NULL);
      start (fixture);
      wait_error (fixture, "the source redirects to what is no HTTP address");
      stop (fixture);
      settle ();
      g_free (location);
    }
}

/* A play that is redirected begins anew, at Describe. */
static GByteArray *
answer_redirect_play (Origin *origin, const char *head, gboolean *stays)
{
  if (is_play (head))
    return answer_redirect (origin, head, stays);
  return answer_well (origin, head, stays);
}

static void
test_redirect_play (Fixture *fixture, gconstpointer user_data)
{
  location = (char *)"/there";
  fixture->origin->answer = answer_redirect_play;
  start (fixture);
  wait_packets (fixture, 4);
  g_assert_cmpuint (fixture->origin->heads->len, ==, 4);
  g_assert_false (is_play (head_at (fixture, 2)));
  assert_has (head_at (fixture, 2), "GET /there ");
  assert_has (head_at (fixture, 3), "GET /there ");
}

static void
test_redirect_loop (Fixture *fixture, gconstpointer user_data)
{
  location = (char *)"/live";
  fixture->origin->answer = answer_redirect;
  fixture->config.retry_ms = 600000;
  start (fixture);
  wait_error (fixture, "the source redirects more than 5 times");
  g_assert_cmpuint (fixture->origin->heads->len, ==, 6);
}

/* The next attempt begins where the configuration says. */
static GByteArray *
answer_redirect_once (Origin *origin, const char *head, gboolean *stays)
{
  if (strstr (head, "GET /there") == head)
    return answer_text ("HTTP/1.0 404 Not Found\r\n\r\n");
  return origin->step++ == 0 ? answer_redirect (origin, head, stays)
                             : answer_well (origin, head, stays);
}

static void
test_redirect_once (Fixture *fixture, gconstpointer user_data)
{
  location = (char *)"/there";
  fixture->origin->answer = answer_redirect_once;
  start (fixture);
  wait_packets (fixture, 4);
  assert_has (head_at (fixture, 2), "GET /live ");
}

/** A server with a password. */
typedef struct
{
  SoupServer *server;
  guint n_requests;
} Locked;

static void
on_locked (SoupServer *server,
           SoupServerMessage *message,
           const char *path,
           GHashTable *query,
           gpointer user_data)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();

  add_dummy_header (body, 'h');
  for (guint8 i = 1; i <= 3; i++)
    add_data (body, i);
  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message,
                                    "application/x-mms-framed",
                                    SOUP_MEMORY_COPY,
                                    (const char *)body->data,
                                    body->len);
}

static void
on_request (SoupServer *server, SoupServerMessage *message, gpointer user_data)
{
  Locked *locked = user_data;

  locked->n_requests++;
}

static gboolean
on_basic (SoupAuthDomain *domain,
          SoupServerMessage *message,
          const char *user,
          const char *password,
          gpointer user_data)
{
  return g_str_equal (user, "anna") && g_str_equal (password, "b:c d");
}

static char *
on_digest (SoupAuthDomain *domain,
           SoupServerMessage *message,
           const char *user,
           gpointer user_data)
{
  return g_str_equal (user, "anna")
             ? soup_auth_domain_digest_encode_password (user, "pump", "b:c d")
             : NULL;
}

static guint16
lock (Locked *locked, gboolean is_digest)
{
  g_autoptr (SoupAuthDomain) domain = NULL;
  g_autoptr (GError) error = NULL;
  GSList *uris;
  guint16 port;

  locked->server = soup_server_new (NULL, NULL);
  domain = is_digest ? soup_auth_domain_digest_new (
               "realm", "pump", "auth-callback", on_digest, NULL)
                     : soup_auth_domain_basic_new (
                         "realm", "pump", "auth-callback", on_basic, NULL);
  soup_auth_domain_add_path (domain, "/");
  soup_server_add_auth_domain (locked->server, domain);
  soup_server_add_handler (locked->server, NULL, on_locked, NULL, NULL);
  g_signal_connect (
      locked->server, "request-started", G_CALLBACK (on_request), locked);
  soup_server_listen_local (
      locked->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (locked->server);
  port = (guint16)g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify)g_uri_unref);
  return port;
}

static void
unlock (Fixture *fixture, Locked *locked)
{
  stop (fixture);
  settle ();
  soup_server_disconnect (locked->server);
  g_object_unref (locked->server);
}

static void
test_password (Fixture *fixture, gboolean is_digest)
{
  Locked locked = { 0 };

  fixture->config.port = lock (&locked, is_digest);
  fixture->config.user = (char *)"anna";
  fixture->config.password = (char *)"b:c d";
  start (fixture);
  wait_packets (fixture, 4);
  g_assert_cmpuint (n_warnings, ==, 0);
  /* Refused, again with the password; Play has it from the start. */
  g_assert_cmpuint (locked.n_requests, ==, 3);
  unlock (fixture, &locked);
}

static void
test_basic (Fixture *fixture, gconstpointer user_data)
{
  test_password (fixture, FALSE);
}

static void
test_digest (Fixture *fixture, gconstpointer user_data)
{
  test_password (fixture, TRUE);
}

static void
test_wrong_password (Fixture *fixture, gconstpointer user_data)
{
  gboolean is_digest = GPOINTER_TO_INT (user_data);
  Locked locked = { 0 };

  fixture->config.port = lock (&locked, is_digest);
  fixture->config.user = (char *)"anna";
  fixture->config.password = (char *)"wrong";
  fixture->config.retry_ms = 600000;
  start (fixture);
  wait_error (fixture, "the source refuses the user or the password (401)");
  g_assert_cmpuint (locked.n_requests, ==, 2);
  unlock (fixture, &locked);
}

static GByteArray *
answer_unauthorized (Origin *origin, const char *head, gboolean *stays)
{
  return answer_text ("HTTP/1.1 401 Unauthorized\r\n"
                      "WWW-Authenticate: Basic realm=\"elsewhere\"\r\n"
                      "Content-Length: 0\r\nConnection: close\r\n\r\n");
}

/* The password is not for those to whom a server sends its clients. */
static void
test_password_elsewhere (Fixture *fixture, gconstpointer user_data)
{
  Origin *other = origin_new ();

  other->answer = answer_unauthorized;
  fixture->origin->answer = answer_redirect;
  fixture->config.user = (char *)"anna";
  fixture->config.password = (char *)"b:c d";
  fixture->config.retry_ms = 600000;
  location = g_strdup_printf ("http://127.0.0.1:%u/x", other->port);
  start (fixture);
  wait_error (fixture, "(401)");
  g_assert_cmpuint (other->heads->len, ==, 1);
  g_assert_null (strstr (other->heads->pdata[0], "uthorization"));
  stop (fixture);
  settle ();
  origin_free (other);
  g_free (location);
}

static void
use_proxy (Fixture *fixture)
{
  SpConfig config = { .use_http_proxy = TRUE,
                      .http_proxy_host = (char *)"127.0.0.1",
                      .http_proxy_port = fixture->origin->port };

  fixture->context.proxy = sp_source_proxy_resolver (&config);
}

/* P25: the whole address goes to the proxy, no name is looked up here. */
static void
test_proxy (Fixture *fixture, gconstpointer user_data)
{
  use_proxy (fixture);
  fixture->config.host = (char *)"encoder.example.org";
  fixture->config.port = 8080;
  start (fixture);
  wait_packets (fixture, 4);
  assert_has (head_at (fixture, 0),
              "GET http://encoder.example.org:8080/live HTTP/1.1\r\n");
  assert_has (head_at (fixture, 1), "Host: encoder.example.org:8080\r\n");
}

static void
test_proxy_bypass (Fixture *fixture, gconstpointer user_data)
{
  use_proxy (fixture);
  start (fixture);
  wait_packets (fixture, 4);
  assert_has (head_at (fixture, 0), "GET /live HTTP/1.1\r\n");
}

static GByteArray *
answer_no_tunnel (Origin *origin, const char *head, gboolean *stays)
{
  return answer_text ("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n"
                      "Connection: close\r\n\r\n");
}

static void
test_proxy_no_tunnel (Fixture *fixture, gconstpointer user_data)
{
  use_proxy (fixture);
  fixture->origin->answer = answer_no_tunnel;
  fixture->config.host = (char *)"encoder.example.org";
  fixture->config.port = 443;
  fixture->config.tls = TRUE;
  fixture->config.retry_ms = 600000;
  start (fixture);
  wait_error (fixture, "403 Forbidden");
  assert_has (head_at (fixture, 0), "CONNECT encoder.example.org:443 HTTP/1.");
  g_assert_null (strstr (head_at (fixture, 0), "this-pump"));
}

static GByteArray *
answer_cookie (Origin *origin, const char *head, gboolean *stays)
{
  GByteArray *bytes;

  if (is_play (head))
    return answer_well (origin, head, stays);
  bytes = answer_ok ("Set-Cookie: node=3\r\n");
  add_dummy_header (bytes, 'h');
  return bytes;
}

static void
test_cookie (Fixture *fixture, gconstpointer user_data)
{
  fixture->origin->answer = answer_cookie;
  start (fixture);
  wait_packets (fixture, 4);
  assert_has (head_at (fixture, 1), "\r\nCookie: node=3\r\n");
}

int
main (int argc, char **argv)
{
  pull_init (&argc, &argv);
  TEST_PULL ("/pull/redirect/followed", test_redirects);
  TEST_PULL ("/pull/redirect/not-http", test_no_redirect);
  TEST_PULL ("/pull/redirect/play", test_redirect_play);
  TEST_PULL ("/pull/redirect/loop", test_redirect_loop);
  TEST_PULL ("/pull/redirect/for-one-attempt", test_redirect_once);
  TEST_PULL ("/pull/password/basic", test_basic);
  TEST_PULL ("/pull/password/digest", test_digest);
  g_test_add ("/pull/password/basic-wrong",
              Fixture,
              GINT_TO_POINTER (FALSE),
              set_up,
              test_wrong_password,
              tear_down);
  g_test_add ("/pull/password/digest-wrong",
              Fixture,
              GINT_TO_POINTER (TRUE),
              set_up,
              test_wrong_password,
              tear_down);
  TEST_PULL ("/pull/password/elsewhere", test_password_elsewhere);
  TEST_PULL ("/pull/proxy/used", test_proxy);
  TEST_PULL ("/pull/proxy/bypassed", test_proxy_bypass);
  TEST_PULL ("/pull/proxy/no-tunnel", test_proxy_no_tunnel);
  TEST_PULL ("/pull/cookie", test_cookie);
  return g_test_run ();
}
