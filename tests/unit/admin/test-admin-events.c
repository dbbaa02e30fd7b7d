/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-stage.h"
#include "sp-test.h"

#include <string.h>
#include <sys/socket.h>

#define TARGET "/admin/events"
#define DEADLINE_S 20

static SpAdminAsk *
begin (SpAdminStage *stage, const char *query, const char *headers)
{
  g_autofree char *text
      = g_strdup_printf ("GET " TARGET "%s HTTP/1.1\r\nHost: localhost\r\n"
                         "%s\r\n",
                         query,
                         headers);

  return sp_admin_ask_begin (stage->port, text, strlen (text));
}

/* What has come so far. */
static char *
text_of (SpAdminAsk *ask)
{
  GMemoryOutputStream *memory = G_MEMORY_OUTPUT_STREAM (ask->memory);

  gsize len = g_memory_output_stream_get_data_size (memory);

  return len > 0 ? g_strndup (g_memory_output_stream_get_data (memory), len)
                 : g_strdup ("");
}

typedef struct
{
  SpAdminAsk *ask;
  const char *part;
} Awaited;

static gboolean
has_part (gpointer user_data)
{
  Awaited *awaited = user_data;
  g_autofree char *text = text_of (awaited->ask);

  return strstr (text, awaited->part) != NULL;
}

static void
await (SpAdminAsk *ask, const char *part)
{
  Awaited awaited = { ask, part };

  sp_test_wait (NULL, has_part, &awaited, DEADLINE_S);
}

static guint
count (const char *text, const char *part)
{
  guint n = 0;

  for (const char *at = text; (at = strstr (at, part)) != NULL; at++)
    n++;
  return n;
}

static void
post (SpAdminStage *stage, SpEventKind kind, const char *text)
{
  sp_events_post (stage->fake.events,
                  sp_event_new (kind, "council", "%s", text));
}

/* The body of a chunked answer that is complete; fails when it is not. */
static char *
unchunk (const char *body)
{
  GString *text = g_string_new (NULL);

  for (;;)
    {
      char *end;
      guint64 len = g_ascii_strtoull (body, &end, 16);

      g_assert_true (end > body);
      g_assert_true (g_str_has_prefix (end, "\r\n"));
      g_assert_cmpuint (strlen (end + 2), >=, len + 2);
      g_string_append_len (text, end + 2, (gssize)len);
      body = end + 2 + len;
      g_assert_true (g_str_has_prefix (body, "\r\n"));
      body += 2;
      if (len > 0)
        continue;
      g_assert_cmpstr (body, ==, "");
      return g_string_free (text, FALSE);
    }
}

/* As it happens, to several; at the end of the pump each gets a proper end. */
static void
test_live (SpAdminStage *stage, gconstpointer data)
{
  g_autoptr (SpAdminAsk) all = begin (stage, "", "");
  g_autoptr (SpAdminAsk) some = begin (stage, "?kinds=source_up,drained", "");
  g_autofree char *all_text = NULL;
  g_autofree char *some_text = NULL;
  g_autoptr (GError) error = NULL;

  await (all, "retry: 3000\n\n");
  await (some, "retry: 3000\n\n");
  post (stage, SP_EVENT_source_down, "first");
  post (stage, SP_EVENT_source_up, "second");
  post (stage, SP_EVENT_client_in, "third");
  await (all, "third");
  await (some, "second");
  post (stage, SP_EVENT_stopping, "last words");
  sp_admin_free (stage->admin);
  sp_admin_ask_wait (all);
  sp_admin_ask_wait (some);
  g_assert_cmpuint (all->status, ==, 200);
  sp_admin_assert_header (all, "Content-Type", "text/event-stream");
  sp_admin_assert_header (all, "Cache-Control", "no-store");
  sp_admin_assert_header (all, "Transfer-Encoding", "chunked");
  all_text = unchunk (all->body);
  some_text = unchunk (some->body);
  g_assert_nonnull (strstr (all_text, "id: 4\nevent: source_down\ndata: {"));
  g_assert_nonnull (strstr (all_text, "id: 5\nevent: source_up\ndata: {"));
  g_assert_nonnull (strstr (all_text, "id: 6\nevent: client_in\ndata: {"));
  g_assert_nonnull (strstr (all_text, "last words"));
  g_assert_cmpuint (count (all_text, "\nevent: "), ==, 4);
  g_assert_cmpuint (count (some_text, "\nevent: "), ==, 1);
  g_assert_nonnull (strstr (some_text, "id: 5\nevent: source_up\n"));
  stage->admin = sp_admin_stage_open (stage, NULL, &error);
  g_assert_no_error (error);
}

/* Without loss, without anything twice. */
static void
test_replay (SpAdminStage *stage, gconstpointer data)
{
  static const struct
  {
    const char *query;
    const char *header;
    guint64 first; /* of those that come */
  } rows[] = {
    { "", "", 104 },
    { "?after=0", "", 1 },
    { "?after=50", "", 51 },
    { "?after=103", "", 104 },
    { "", "Last-Event-ID: 98\r\n", 99 },
    { "?after=3", "Last-Event-ID: 98\r\n", 99 },
    { "?after=104", "", 1 }, /* of an earlier pump */
    { "", "Last-Event-ID: 99999\r\n", 1 },
  };
  g_autoptr (GPtrArray) asks
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_admin_ask_free);

  for (guint i = 0; i < 100; i++)
    post (stage, SP_EVENT_source_up, "before");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_ptr_array_add (asks, begin (stage, rows[i].query, rows[i].header));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    await (asks->pdata[i], "retry: ");
  post (stage, SP_EVENT_drained, "after");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = NULL;
      g_autofree char *first
          = g_strdup_printf ("id: %" G_GUINT64_FORMAT "\n", rows[i].first);

      g_test_message ("%s %s", rows[i].query, rows[i].header);
      await (asks->pdata[i], "id: 104\n");
      text = text_of (asks->pdata[i]);
      g_assert_nonnull (strstr (text, first));
      g_assert_cmpuint (count (text, "id: "), ==, 105 - rows[i].first);
      g_assert_null (strstr (text, "event: gap"));
    }
}

/* More than is kept was missed; and more than fits in one batch. */
static void
test_gap (SpAdminStage *stage, gconstpointer data)
{
  g_autoptr (SpAdminAsk) ask = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; i < 1500; i++)
    post (stage, SP_EVENT_source_up, "before");
  ask = begin (stage, "?after=3", "");
  await (ask, "id: 1503\n");
  text = text_of (ask);
  g_assert_nonnull (strstr (text, "event: gap\ndata: {\"lost\":500}\n\n"));
  g_assert_cmpuint (count (text, "id: "), ==, 1000);
  g_assert_true (strstr (text, "event: gap") < strstr (text, "id: 504\n"));
}

static void
test_keep_alive (SpAdminStage *stage, gconstpointer data)
{
  g_autoptr (SpAdminAsk) ask = begin (stage, "", "");

  await (ask, ": still here\n\n\r\ne\r\n: still here\n\n");
}

/* No chunks for one who does not know them; it ends with the connection. */
static void
test_http10 (SpAdminStage *stage, gconstpointer data)
{
  static const char text[]
      = "GET " TARGET " HTTP/1.0\r\nHost: localhost\r\n\r\n";
  g_autoptr (SpAdminAsk) ask
      = sp_admin_ask_begin (stage->port, text, sizeof text - 1);
  g_autofree char *got = NULL;

  await (ask, "retry: ");
  post (stage, SP_EVENT_source_up, "hello");
  await (ask, "hello");
  got = text_of (ask);
  g_assert_null (strstr (got, "chunked"));
  g_assert_nonnull (strstr (got, "\r\n\r\n: stream-pump "));
}

/* Sixteen read; the next one is told to come again, until one has gone. */
static void
test_limit (SpAdminStage *stage, gconstpointer data)
{
  static const SpAdminRow page
      = { "GET", TARGET "?format=json", NULL, 200, "last", "3" };
  g_autoptr (GPtrArray) asks
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_admin_ask_free);
  g_autoptr (SpAdminAsk) refused = NULL;
  g_autoptr (SpAdminAsk) taken = NULL;

  for (guint i = 0; i < 16; i++)
    {
      g_ptr_array_add (asks, begin (stage, "", ""));
      await (asks->pdata[i], "retry: ");
    }
  refused = begin (stage, "", "");
  sp_admin_ask_wait (refused);
  sp_admin_assert_usual (refused, 503);
  sp_admin_assert_header (refused, "Retry-After", "15");
  sp_admin_check_row (stage->port, &page, NULL);
  g_assert_true (
      g_socket_shutdown (g_socket_connection_get_socket (
                             ((SpAdminAsk *)asks->pdata[3])->connection),
                         FALSE,
                         TRUE,
                         NULL));
  sp_admin_ask_reset (asks->pdata[4]);
  sp_admin_ask_wait (asks->pdata[3]);
  sp_admin_ask_settle ();
  taken = begin (stage, "", "");
  await (taken, "retry: ");
}

/* A connection in this thread of which nothing is read. */
static GSocketConnection *
connect_deaf (SpAdminStage *stage)
{
  static const char text[]
      = "GET " TARGET " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  GSocketConnection *connection;

  g_socket_client_set_enable_proxy (client, FALSE);
  connection = g_socket_client_connect_to_host (
      client, "127.0.0.1", stage->port, NULL, NULL);
  g_assert_nonnull (connection);
  g_assert_true (g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (connection)),
      text,
      sizeof text - 1,
      NULL,
      NULL,
      NULL));
  return connection;
}

/* Reads to the end, which must be there already: the bytes it has got. */
static gsize
drain (GSocketConnection *connection)
{
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  g_autoptr (GError) error = NULL;
  char bytes[65536];
  gsize n_bytes = 0;
  gssize n;

  while ((n = g_input_stream_read (input, bytes, sizeof bytes, NULL, &error))
         > 0)
    n_bytes += (gsize)n;
  g_assert_false (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
  return n_bytes;
}

/* Who does not read is cut off when so much waits, and others go on. */
static void
test_deaf (SpAdminStage *stage, gconstpointer data)
{
  g_autofree char *filler = g_strnfill (10000, 'x');
  g_autoptr (GSocketConnection) deaf = connect_deaf (stage);
  g_autoptr (SpAdminAsk) other = begin (stage, "?kinds=drained", "");
  gsize n_bytes;
  const guint n_events = 3000;

  g_socket_set_timeout (g_socket_connection_get_socket (deaf), DEADLINE_S);
  await (other, "retry: ");
  sp_admin_ask_settle ();
  for (guint i = 0; i < n_events; i++)
    {
      post (stage, SP_EVENT_source_up, filler);
      sp_admin_ask_settle ();
    }
  post (stage, SP_EVENT_drained, "over");
  await (other, "over");
  n_bytes = drain (deaf);
  g_test_message ("%zu bytes", n_bytes);
  g_assert_cmpuint (n_bytes, <, (gsize)n_events * 10000);
}

static void
test_json (SpAdminStage *stage, gconstpointer data)
{
  static const SpAdminRow rows[] = {
    { "GET", TARGET "?format=json", NULL, 200, "events.#", "3" },
    { "GET", TARGET "?format=json", NULL, 200, "last", "3" },
    { "GET", TARGET "?format=json", NULL, 200, "lost", "0" },
    { "GET", TARGET "?format=json", NULL, 200, "events.0.kind", "started" },
    { "GET", TARGET "?format=json", NULL, 200, "events.0.severity", "info" },
    { "GET", TARGET "?format=json", NULL, 200, "events.0.stream", "null" },
    { "GET", TARGET "?format=json&limit=1", NULL, 200, "events.0.number", "3" },
    { "GET",
      TARGET "?format=json&limit=1&after=0",
      NULL,
      200,
      "events.0.number",
      "1" },
    { "GET", TARGET "?format=json&after=3", NULL, 200, "events.#", "0" },
    { "GET", TARGET "?format=json&after=4", NULL, 200, "events.0.number", "1" },
    { "GET",
      TARGET "?format=json&kinds=client_in",
      NULL,
      200,
      "events.0.number",
      "3" },
    { "GET", TARGET "?format=xml", NULL, 400, "detail", "'xml'" },
    { "GET", TARGET "?limit=5", NULL, 400, "detail", "format=json" },
    { "GET", TARGET "?format=json&limit=0", NULL, 400, "detail", "\"limit\"" },
    { "GET", TARGET "?format=json&after=-1", NULL, 400, "detail", "\"after\"" },
    { "GET", TARGET "?after=x", NULL, 400, "detail", "\"after\"" },
    { "GET", TARGET "?kinds=sorce_up", NULL, 400, "detail", "'sorce_up'" },
    { "GET", TARGET "?kind=source_up", NULL, 400, "detail", "'kind'" },
  };
  static const SpAdminRow bad_id
      = { "GET", TARGET, NULL, 400, "detail", "Last-Event-ID" };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    sp_admin_check_row (stage->port, &rows[i], NULL);
  sp_admin_check_row (stage->port, &bad_id, "Last-Event-ID: seven\r\n");
}

static void
test_token (SpAdminStage *stage, gconstpointer data)
{
  static const SpAdminRow row = { "GET", TARGET, NULL, 401 };
  g_autoptr (SpAdminAsk) head = sp_admin_ask (
      stage->port, "HEAD", TARGET, "Authorization: Bearer t\r\n", NULL);
  g_autoptr (SpAdminAsk) ask = begin (stage, "", "Authorization: Bearer t\r\n");

  sp_admin_check_row (stage->port, &row, NULL);
  g_assert_cmpuint (head->status, ==, 200);
  sp_admin_assert_header (head, "Content-Type", "text/event-stream");
  await (ask, "retry: ");
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  SP_ADMIN_TEST ("/admin-events/live/to-all-who-want-it", NULL, test_live);
  SP_ADMIN_TEST ("/admin-events/replay/from-where-it-was", NULL, test_replay);
  SP_ADMIN_TEST ("/admin-events/replay/gap", NULL, test_gap);
  SP_ADMIN_TEST ("/admin-events/keep-alive", NULL, test_keep_alive);
  SP_ADMIN_TEST ("/admin-events/http-1.0", NULL, test_http10);
  SP_ADMIN_TEST ("/admin-events/limit/room-comes-back", NULL, test_limit);
  SP_ADMIN_TEST ("/admin-events/deaf/is-cut-off", NULL, test_deaf);
  SP_ADMIN_TEST ("/admin-events/json/pages", NULL, test_json);
  SP_ADMIN_TEST ("/admin-events/token/is-asked-for", "t", test_token);
  return g_test_run ();
}
