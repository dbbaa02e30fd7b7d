/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-stage.h"
#include "sp-test.h"

#include <libsoup/soup.h>
#include <string.h>

/* Answers that take a while, and what can happen in the meantime. */

#define N_ASKS 20

static SpAdminAsk *
begin (SpAdminStage *stage, const char *line)
{
  g_autofree char *text
      = g_strdup_printf ("%s HTTP/1.1\r\nHost: localhost\r\n\r\n", line);

  return sp_admin_ask_begin (stage->port, text, strlen (text));
}

static SpAdminAsk *
begin_kick (SpAdminStage *stage)
{
  static const char text[] = "POST /admin/kick HTTP/1.1\r\nHost: localhost\r\n"
                             "Content-Length: 13\r\n\r\n{\"client\": 5}";

  return sp_admin_ask_begin (stage->port, text, sizeof text - 1);
}

static gint64
member_of (SpAdminAsk *ask, const char *name)
{
  g_assert_nonnull (ask->json);
  return json_object_get_int_member (json_node_get_object (ask->json), name);
}

/* Many wait, are answered the last first, and each gets its own; others are
 * served meanwhile. */
static void
test_many (SpAdminStage *stage, gconstpointer data)
{
  static const SpAdminRow other
      = { "GET", "/admin/streams/council", NULL, 200, "path", "council" };
  g_autoptr (GPtrArray) asks
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_admin_ask_free);

  stage->fake.is_holding = TRUE;
  for (guint i = 0; i < N_ASKS; i++)
    {
      g_autofree char *line = g_strdup_printf ("GET /admin/clients/%u", i + 1);

      g_ptr_array_add (asks, begin (stage, line));
    }
  sp_admin_ask_settle ();
  g_assert_cmpuint (stage->fake.held->len, ==, N_ASKS);
  sp_admin_check_row (stage->port, &other, NULL);
  sp_fake_control_release (&stage->fake);
  for (guint i = 0; i < N_ASKS; i++)
    {
      SpAdminAsk *ask = asks->pdata[i];
      gboolean is_there
          = strchr ("\x01\x02\x03\x05\x08\x0d", (int)i + 1) != NULL;

      sp_admin_ask_wait (ask);
      sp_admin_assert_usual (ask, is_there ? 200 : 404);
      if (is_there)
        g_assert_cmpint (member_of (ask, "id"), ==, i + 1);
    }
}

/* The one who asked has hung up, or was cut off; nobody else notices. */
static void
test_hang_up (SpAdminStage *stage, gconstpointer data)
{
  static const SpAdminRow after
      = { "GET", "/admin/clients/8", NULL, 200, "id", "8" };
  g_autoptr (SpAdminAsk) list = NULL;
  g_autoptr (SpAdminAsk) one = NULL;
  g_autoptr (SpAdminAsk) kick = NULL;

  stage->fake.is_holding = TRUE;
  list = begin (stage, "GET /admin/clients?limit=3");
  one = begin (stage, "GET /admin/clients/5");
  kick = begin_kick (stage);
  sp_admin_ask_settle ();
  g_assert_cmpuint (stage->fake.held->len, ==, 3);
  sp_admin_ask_reset (list);
  sp_admin_ask_reset (one);
  sp_admin_ask_reset (kick);
  sp_admin_ask_settle ();
  sp_fake_control_release (&stage->fake);
  sp_admin_ask_settle ();
  g_assert_cmpuint (stage->fake.clients->len, ==, 6);
  sp_admin_check_row (stage->port, &after, NULL);
}

/* The admin goes away first; the control answers into the void. */
static void
test_freed (SpAdminStage *stage, gconstpointer data)
{
  g_autoptr (SpAdminAsk) list = NULL;
  g_autoptr (SpAdminAsk) kick = NULL;
  g_autoptr (SpAdminAsk) status = NULL;
  g_autoptr (GError) error = NULL;

  stage->fake.is_holding = TRUE;
  list = begin (stage, "GET /admin/clients");
  kick = begin_kick (stage);
  status = begin (stage, "GET /admin/status");
  sp_admin_ask_settle ();
  g_assert_cmpuint (stage->fake.held->len, ==, 3);
  sp_admin_free (stage->admin);
  sp_admin_ask_wait (list);
  sp_admin_ask_wait (kick);
  sp_admin_ask_wait (status);
  g_assert_cmpuint (list->status, ==, 0);
  g_assert_cmpuint (status->status, ==, 0);
  g_assert_cmpuint (kick->status, ==, 0);
  sp_fake_control_release (&stage->fake);
  sp_admin_ask_settle ();
  stage->admin = sp_admin_stage_open (stage, NULL, &error);
  g_assert_no_error (error);
}

static void
test_failed (SpAdminStage *stage, gconstpointer data)
{
  static const SpAdminRow rows[] = {
    { "GET", "/admin/clients", NULL, 503, "detail", "worker 1" },
    { "GET", "/admin/status", NULL, 503, "detail", "worker 1" },
    { "GET", "/metrics", NULL, 503, "detail", "worker 1" },
    { "GET", "/admin/clients/5", NULL, 503, "detail", "worker 1" },
    { "POST", "/admin/kick", "{\"client\": 99}", 503, "detail", "worker 1" }
  };

  stage->fake.is_failing = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    sp_admin_check_row (stage->port, &rows[i], NULL);
}

/* Right after an order its effect is shown, whatever is on its way. */
static void
test_picture (SpAdminStage *stage, gconstpointer data)
{
  static const SpAdminRow drain
      = { "POST", "/admin/drain", "{}", 200, "state", "draining" };
  static const SpAdminRow draining
      = { "GET", "/admin/status", NULL, 200, "drain.state", "draining" };
  g_autoptr (SpAdminAsk) status = NULL;
  g_autoptr (SpAdminAsk) metrics = NULL;

  stage->fake.is_holding = TRUE;
  status = begin (stage, "GET /admin/status");
  metrics = begin (stage, "GET /metrics");
  sp_admin_ask_settle ();
  sp_admin_check_row (stage->port, &drain, NULL);
  stage->fake.is_holding = FALSE;
  sp_admin_check_row (stage->port, &draining, NULL);
  sp_fake_control_release (&stage->fake);
  sp_admin_ask_wait (status);
  sp_admin_ask_wait (metrics);
  sp_admin_assert_usual (status, 200);
  sp_admin_assert_usual (metrics, 200);
}

/* A real client library, all at once. */

typedef struct
{
  guint n_done;
  guint n_good;
} Tally;

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Tally *tally = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = soup_session_send_and_read_finish (
      SOUP_SESSION (source), result, &error);
  SoupMessage *message
      = soup_session_get_async_result_message (SOUP_SESSION (source), result);

  g_assert_no_error (error);
  tally->n_done++;
  tally->n_good += soup_message_get_status (message) == SOUP_STATUS_OK
                   && g_bytes_get_size (body) > 0;
}

static gboolean
is_tally_full (gpointer user_data)
{
  return ((Tally *)user_data)->n_done == N_ASKS;
}

static void
test_session (SpAdminStage *stage, gconstpointer data)
{
  static const char *const targets[]
      = { "admin/status", "admin/clients", "admin/streams/a%2Fb", "healthz" };
  g_autoptr (SoupSession) session = soup_session_new ();
  Tally tally = { 0 };

  soup_session_set_proxy_resolver (session, NULL);
  for (guint i = 0; i < N_ASKS; i++)
    {
      g_autofree char *uri
          = g_strdup_printf ("http://localhost:%u/%s",
                             stage->port,
                             targets[i % G_N_ELEMENTS (targets)]);
      g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);

      soup_message_headers_append (soup_message_get_request_headers (message),
                                   "Authorization",
                                   "Bearer s3cret");
      soup_session_send_and_read_async (
          session, message, G_PRIORITY_DEFAULT, NULL, on_sent, &tally);
    }
  sp_test_wait (NULL, is_tally_full, &tally, 30);
  g_assert_cmpuint (tally.n_good, ==, N_ASKS);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  SP_ADMIN_TEST ("/admin-late/many/each-gets-its-own", NULL, test_many);
  SP_ADMIN_TEST ("/admin-late/hang-up/harms-nobody", NULL, test_hang_up);
  SP_ADMIN_TEST ("/admin-late/freed/answers-come-to-nothing", NULL, test_freed);
  SP_ADMIN_TEST ("/admin-late/failed/is-503", NULL, test_failed);
  SP_ADMIN_TEST ("/admin-late/picture/shows-an-order", NULL, test_picture);
  SP_ADMIN_TEST ("/admin-late/session/all-at-once", "s3cret", test_session);
  return g_test_run ();
}
