/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-ask.h"
#include "sp-admin-listener.h"
#include "sp-test.h"

#include <string.h>

#define REQUEST "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

typedef struct
{
  SoupServer *server;
  SpAdminListener *listener;
  guint16 port;
  SoupServerMessage *kept; /* its answer does not come */
} Stage;

static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  Stage *stage = user_data;

  if (g_str_equal (path, "/keep"))
    {
      g_autoptr (GSocket) socket = sp_admin_listener_keep (
          stage->listener, soup_server_message_get_remote_address (message));

      g_assert_nonnull (socket);
      stage->kept = g_object_ref (message);
      soup_server_message_pause (message);
      return;
    }
  soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
  soup_message_headers_replace (
      soup_server_message_get_response_headers (message),
      "Connection",
      "close");
}

static void
set_up (Stage *stage, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  stage->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (stage->server, NULL, on_request, stage, NULL);
  stage->listener
      = sp_admin_listener_new (stage->server, "127.0.0.1", 0, data, &error);
  g_assert_no_error (error);
  stage->port = sp_admin_listener_port (stage->listener);
}

static void
tear_down (Stage *stage, gconstpointer data)
{
  sp_admin_listener_free (stage->listener);
  soup_server_disconnect (stage->server);
  sp_admin_ask_settle ();
  g_object_unref (stage->server);
}

static SpAdminAsk *
begin (Stage *stage, const char *text)
{
  return sp_admin_ask_begin (stage->port, text, strlen (text));
}

/* The third waits until one of the first two has gone. */
static void
test_limit (Stage *stage, gconstpointer data)
{
  g_autoptr (SpAdminAsk) idle = begin (stage, "");
  g_autoptr (SpAdminAsk) slow = begin (stage, "GET / HT");
  g_autoptr (SpAdminAsk) third = NULL;

  sp_admin_ask_settle ();
  third = begin (stage, REQUEST);
  sp_admin_ask_settle ();
  g_assert_false (third->is_closed);
  sp_admin_ask_reset (idle);
  sp_admin_ask_wait (third);
  g_assert_cmpuint (third->status, ==, 204);
  g_assert_false (slow->is_closed);
}

/* One after the other, any number comes through. */
static void
test_turnover (Stage *stage, gconstpointer data)
{
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (SpAdminAsk) ask = begin (stage, REQUEST);

      sp_admin_ask_wait (ask);
      g_assert_cmpuint (ask->status, ==, 204);
    }
}

static void
test_deadline (Stage *stage, gconstpointer data)
{
  static const char *const texts[] = {
    "",
    "GET / HT",
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (SpAdminAsk) ask = begin (stage, texts[i]);

      sp_admin_ask_wait (ask);
      g_assert_cmpuint (ask->status, !=, 204);
    }
  test_turnover (stage, data);
}

/* One that was begun after it, and even so ends before it, shows that its own
 * deadline is gone. */
static void
test_kept (Stage *stage, gconstpointer data)
{
  g_autoptr (SpAdminAsk) kept
      = begin (stage, "GET /keep HTTP/1.1\r\nHost: localhost\r\n\r\n");
  g_autoptr (GSocketAddress) stranger
      = g_inet_socket_address_new_from_string ("127.0.0.1", 1);

  g_assert_null (sp_admin_listener_keep (stage->listener, stranger));
  g_assert_false (sp_admin_listener_has (stage->listener, stranger));
  while (stage->kept == NULL)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (SpAdminAsk) idle = begin (stage, "");

      sp_admin_ask_wait (idle);
    }
  g_assert_false (kept->is_closed);
  soup_server_message_set_status (stage->kept, SOUP_STATUS_ACCEPTED, NULL);
  soup_message_headers_replace (
      soup_server_message_get_response_headers (stage->kept),
      "Connection",
      "close");
  soup_server_message_unpause (stage->kept);
  sp_admin_ask_wait (kept);
  g_assert_cmpuint (kept->status, ==, 202);
  g_clear_object (&stage->kept);
}

/* Connections outlive the listener, not the server. */
static void
test_freed (void)
{
  static const SpAdminLimits limits = { 4, 30000 };
  Stage stage;
  g_autoptr (SpAdminAsk) idle = NULL;
  g_autoptr (SpAdminAsk) slow = NULL;

  set_up (&stage, &limits);
  idle = begin (&stage, "");
  slow = begin (&stage, "GET / HT");
  sp_admin_ask_settle ();
  tear_down (&stage, NULL);
  sp_admin_ask_wait (idle);
  sp_admin_ask_wait (slow);
  g_assert_cmpuint (slow->status, ==, 0);
}

int
main (int argc, char **argv)
{
  static const SpAdminLimits few = { 2, 60000 };
  static const SpAdminLimits short_lived = { 4, 50 };

  sp_test_init (&argc, &argv);
  g_test_add ("/admin-listener/limit/others-wait",
              Stage,
              &few,
              set_up,
              test_limit,
              tear_down);
  g_test_add ("/admin-listener/limit/room-comes-back",
              Stage,
              &few,
              set_up,
              test_turnover,
              tear_down);
  g_test_add ("/admin-listener/deadline/ends-the-idle",
              Stage,
              &short_lived,
              set_up,
              test_deadline,
              tear_down);
  g_test_add ("/admin-listener/deadline/not-of-one-that-is-kept",
              Stage,
              &short_lived,
              set_up,
              test_kept,
              tear_down);
  g_test_add_func ("/admin-listener/free/leaves-nothing", test_freed);
  return g_test_run ();
}
