/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-asf-header.h"
#include "session-house.h"
#include "sp-publisher.h"
#include "sp-stream-via.h"
#include "sp-test.h"

#include <string.h>

static void
test_describe_is_the_header_byte_for_byte (void)
{
  House house;
  Line line;
  const char *request
      = "GET /streams/live HTTP/1.0\r\nUser-Agent: NSPlayer/9.0\r\n\r\n";
  const guint8 *body;

  house_open (&house);
  line_open (&line, &house);
  line_feed (&line, request, strlen (request), 1000);
  body = line.outbox.reply->data + line.outbox.reply->len - 17;
  sp_test_assert_hex (
      body, 17, "24 48 0d 00 00 00 00 00 00 0c 0d 00 48 45 41 44 21");
  line_close (&line);
  house_close (&house);
}

static guint32
client_id_of (const char *reply)
{
  const char *at = strstr (reply, "client-id=");

  g_assert_nonnull (at);
  return (guint32)g_ascii_strtoull (at + 10, NULL, 10);
}

/* V15-V20 over one kept connection and a second one. */
static void
test_client_session (void)
{
  House house;
  Line line, other;
  g_autofree char *request = NULL;
  g_autofree char *reply = NULL;
  guint32 id;
  const char *describe = "GET /streams/live HTTP/1.1\r\nHost: h\r\nUser-Agent: "
                         "NSPlayer/9.0\r\n\r\n";

  house_open (&house);
  line_open (&line, &house);
  line_feed (&line, describe, strlen (describe), 1000);
  reply = line_reply (&line);
  id = client_id_of (reply);
  request = g_strdup_printf (
      "GET /streams/live HTTP/1.1\r\nHost: h\r\nUser-Agent: NSPlayer/9.0\r\n"
      "Pragma: xPlayStrm=1, client-id=%u\r\n\r\n",
      id);
  line_feed (&line, request, strlen (request), 1000);
  g_free (reply);
  reply = line_reply (&line);
  g_assert_cmpuint (client_id_of (reply), ==, id);
  g_assert_null (strstr (reply, "xResetStrm"));
  g_assert_cmpint (line.outbox.next, ==, SP_NEXT_VIEW);
  g_assert_cmpuint (sp_admission_count (house.admission), ==, 1);

  line_open (&other, &house);
  line_feed (&other, request, strlen (request), 1000);
  g_free (reply);
  reply = line_reply (&other);
  g_assert_true (g_str_has_prefix (reply, "HTTP/1.1 400 "));
  line_close (&other);

  line_close (&line);
  g_assert_cmpuint (sp_admission_count (house.admission), ==, 0);
  line_open (&other, &house);
  g_free (request);
  request = g_strdup_printf (
      "POST /streams/live HTTP/1.1\r\nHost: h\r\nUser-Agent: "
      "NSPlayer/9.0\r\nPragma: client-id=%u\r\n"
      "Content-Type: "
      "application/x-wms-LogStats;charset=UTF-8\r\nContent-Length: "
      "5\r\n\r\n<XML>",
      id);
  line_feed (&other, request, strlen (request), 1000);
  g_free (reply);
  reply = line_reply (&other);
  g_assert_true (g_str_has_prefix (reply, "HTTP/1.1 204 "));
  line_close (&other);
  house_close (&house);
}

/* V15, V20: what has a session but needs none names it and keeps it. */
static void
test_small_requests_keep_the_session (void)
{
  static const char *const heads[] = {
    "POST /streams/live HTTP/1.1\r\nContent-Type: "
    "application/x-wms-sendevent\r\nContent-Length: 0\r\n",
    "POST /streams/live HTTP/1.1\r\nContent-Type: "
    "application/x-wms-getcontentinfo\r\nContent-Length: 0\r\n",
    "OPTIONS * HTTP/1.1\r\n",
  };
  const gint64 later = START + 60 * SECOND;

  for (gsize i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      House house;
      Line line;
      g_autofree char *request = NULL;
      g_autofree char *reply = NULL;
      guint32 id;

      house_open (&house);
      id = sp_mmsh_clients_add (house.service->clients, START);
      request = g_strdup_printf (
          "%sHost: h\r\nPragma: client-id=%u\r\n\r\n", heads[i], id);
      line_open (&line, &house);
      sp_http_session.feed (line.session,
                            (const guint8 *)request,
                            strlen (request),
                            later,
                            &line.outbox);
      reply = line_reply (&line);
      g_assert_true (g_str_has_prefix (reply, "HTTP/1.1 200 "));
      g_assert_cmpuint (client_id_of (reply), ==, id);
      g_assert_cmpuint (
          sp_mmsh_clients_expire (house.service->clients, later + 60 * SECOND),
          ==,
          0);
      line_close (&line);
      house_close (&house);
    }
}

/* MS-WMSP 3.2.5.2: another playlist, another number; the first is 0. */
static void
test_playlist_gen_id_changes (void)
{
  static const char *const requests[]
      = { "GET /streams/live HTTP/1.0\r\n" NSPLAYER "\r\n",
          "GET /streams/live HTTP/1.0\r\n" NSPLAYER PLAY "\r\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      House house;
      Line line;
      g_autofree char *reply = NULL;

      house_open (&house);
      sp_publisher_put_header (
          house.publisher, (const guint8 *)"NEXT!", 5, 0, START, NULL);
      line_open (&line, &house);
      line_feed (&line, requests[i], strlen (requests[i]), 1000);
      reply = line_reply (&line);
      assert_pieces (reply, "\r\nPragma: playlist-gen-id=1\r\n", TRUE);
      line_close (&line);
      house_close (&house);
    }
}

/* V56: without Host the address that was reached; over TLS no MMS. */
static void
test_landing_address (void)
{
  static const struct
  {
    const char *request;
    const char *local_host;
    gboolean is_tls;
    const char *url;
  } pages[] = {
    { "GET /streams/live HTTP/1.0\r\nUser-Agent: Mozilla/5.0\r\n\r\n",
      "[2001:db8::1]",
      FALSE,
      "\"mms://[2001:db8::1]:8086/streams/live\"" },
    { "GET /streams/live HTTP/1.0\r\nUser-Agent: Mozilla/5.0\r\n\r\n",
      "",
      FALSE,
      "\"mms://localhost:8086/streams/live\"" },
    { "GET /streams/live HTTP/1.0\r\nHost: [::1]:99\r\nUser-Agent: "
      "Mozilla/5.0\r\n\r\n",
      "192.0.2.1",
      FALSE,
      "\"mms://[::1]:99/streams/live\"" },
    { "GET /streams/live HTTP/1.0\r\nHost: h:99\r\nUser-Agent: "
      "Mozilla/5.0\r\n\r\n",
      "192.0.2.1",
      TRUE,
      "\"https://h:99/streams/live\"" },
    { "GET /streams/live.asx HTTP/1.0\r\n\r\n",
      "192.0.2.1",
      TRUE,
      "\"https://192.0.2.1:8086/streams/live\"" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      House house;
      Line line;
      g_autofree char *reply = NULL;

      house_open (&house);
      g_strlcpy (house.peer.local_host,
                 pages[i].local_host,
                 sizeof house.peer.local_host);
      house.peer.is_tls = pages[i].is_tls;
      line_open (&line, &house);
      line_feed (&line, pages[i].request, strlen (pages[i].request), 1000);
      reply = line_reply (&line);
      assert_pieces (reply, pages[i].url, TRUE);
      line_close (&line);
      house_close (&house);
    }
}

static void
test_external_id_goes_along (void)
{
  static const char *const requests[]
      = { "GET /streams/live/user%2042 HTTP/1.0\r\n" PLAY "\r\n",
          "GET /streams/live?x=1&id=user%2042 HTTP/1.0\r\n" PLAY "\r\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      House house;
      Line line;

      house_open (&house);
      line_open (&line, &house);
      line_feed (&line, requests[i], strlen (requests[i]), 1000);
      g_assert_cmpstr (line.outbox.external_id, ==, "user 42");
      line_close (&line);
      house_close (&house);
    }
}

/* D6: who pulls from here learns what is behind. */
static void
test_via_goes_along (void)
{
  static const char *const requests[]
      = { "GET /streams/live HTTP/1.1\r\nHost: h\r\n" NSPLAYER
          "Via: 1.1 puller\r\n\r\n",
          "GET /streams/live HTTP/1.1\r\nHost: h\r\n" NSPLAYER
          "Via: 1.1 puller\r\n" PLAY "\r\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      House house;
      Line line;
      g_autoptr (SpStream) live = NULL;
      g_autofree char *reply = NULL;

      house_open (&house);
      live = sp_registry_lookup (house.registry, "live");
      sp_stream_set_via (live, 0, "1.1 origin, 1.1 relay");
      line_open (&line, &house);
      line_feed (&line, requests[i], strlen (requests[i]), 1000);
      reply = line_reply (&line);
      assert_pieces (
          reply, "\r\nVia: 1.1 origin, 1.1 relay, 1.1 this-pump\r\n", TRUE);
      line_close (&line);
      sp_stream_set_via (live, 0, NULL);
      house_close (&house);
    }
}

static void
test_redirects_what_is_not_here (void)
{
  House house;
  Line line;
  g_autofree char *reply = NULL;
  const char *request = "GET /other HTTP/1.0\r\n\r\n";

  house_open (&house);
  sp_mmsh_service_set (
      house.service, SP_MMSH_UA_BROWSER, "Rex/9.0", "https://example.org/");
  line_open (&line, &house);
  line_feed (&line, request, strlen (request), 1000);
  reply = line_reply (&line);
  g_assert_true (g_str_has_prefix (reply, "HTTP/1.0 302 "));
  g_assert_nonnull (strstr (reply, "Location: https://example.org/\r\n"));
  line_close (&line);
  house_close (&house);
}

static void
test_on_demand_waits_then_refuses (void)
{
  House house;
  Line line;
  g_autoptr (SpStream) stream = NULL;
  g_autofree char *reply = NULL;
  const char *request = "GET /streams/asked HTTP/1.0\r\n" NSPLAYER "\r\n";

  house_open (&house);
  stream = sp_registry_lookup (house.registry, "asked");
  line_open (&line, &house);
  line_feed (&line, request, strlen (request), 1000);
  g_assert_cmpuint (line.outbox.reply->len, ==, 0);
  g_assert_true (sp_stream_is_wanted (stream, START));
  sp_http_session.tick (line.session, START + 9 * SECOND, &line.outbox);
  g_assert_cmpuint (line.outbox.reply->len, ==, 0);
  sp_http_session.tick (line.session, START + 11 * SECOND, &line.outbox);
  reply = line_reply (&line);
  g_assert_true (g_str_has_prefix (reply, "HTTP/1.0 503 "));
  line_close (&line);
  house_close (&house);
}

static void
test_on_demand_is_answered_when_it_comes (void)
{
  House house;
  Line line;
  g_autoptr (SpStream) stream = NULL;
  g_autofree char *reply = NULL;
  SpPublisher *publisher;
  const char *request = "GET /streams/asked HTTP/1.0\r\n" NSPLAYER "\r\n";

  house_open (&house);
  stream = sp_registry_lookup (house.registry, "asked");
  line_open (&line, &house);
  line_feed (&line, request, strlen (request), 1000);
  publisher = sp_publisher_acquire (stream, 0, "test", 0, START, NULL);
  sp_publisher_put_header (
      publisher, (const guint8 *)"HEAD!", 5, 0, START, NULL);
  sp_http_session.tick (line.session, START + SECOND, &line.outbox);
  reply = line_reply (&line);
  g_assert_true (g_str_has_prefix (reply, "HTTP/1.0 200 OK"));
  sp_publisher_release (publisher, FALSE, START, NULL);
  line_close (&line);
  house_close (&house);
}

static void
test_slow_head_times_out (void)
{
  House house;
  Line line;
  g_autofree char *reply = NULL;

  house_open (&house);
  line_open (&line, &house);
  line_feed (&line, "GET /streams/live HT", 20, 1000);
  sp_http_session.tick (line.session, START + 19 * SECOND, &line.outbox);
  g_assert_cmpint (line.outbox.next, ==, SP_NEXT_READ);
  sp_http_session.tick (line.session, START + 21 * SECOND, &line.outbox);
  reply = line_reply (&line);
  g_assert_true (g_str_has_prefix (reply, "HTTP/1.1 408 "));
  line_close (&line);
  house_close (&house);
}

static void
test_idle_connection_closes_in_silence (void)
{
  House house;
  Line line;

  house_open (&house);
  line_open (&line, &house);
  sp_http_session.tick (line.session, START + 121 * SECOND, &line.outbox);
  g_assert_cmpint (line.outbox.next, ==, SP_NEXT_CLOSE);
  g_assert_cmpuint (line.outbox.reply->len, ==, 0);
  line_close (&line);
  house_close (&house);
}

static void
test_line_ends_between_requests (void)
{
  House house;
  Line line;
  const char *request = "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n\r\n\r\n";

  house_open (&house);
  line_open (&line, &house);
  line_feed (&line, request, strlen (request), 1000);
  g_byte_array_set_size (line.outbox.reply, 0);
  sp_http_session.tick (line.session, START + 30 * SECOND, &line.outbox);
  g_assert_cmpint (line.outbox.next, ==, SP_NEXT_READ);
  g_assert_cmpuint (line.outbox.reply->len, ==, 0);
  line_close (&line);
  house_close (&house);
}

/* A thousand requests at once are answered as the answers are read. */
static void
test_pipelined_requests_wait_for_their_reader (void)
{
  House house;
  Line line;
  g_autoptr (GString) requests = g_string_new (NULL);
  gsize answered = 0;
  gsize total = 0;

  house_open (&house);
  line_open (&line, &house);
  for (guint i = 0; i < 1000; i++)
    g_string_append (requests, "GET /streams/live HTTP/1.1\r\nHost: h\r\n\r\n");
  line_feed (&line, requests->str, requests->len, requests->len);
  while (line.outbox.reply->len > 0)
    {
      g_autofree char *reply = NULL;
      const char *at;

      g_assert_cmpuint (line.outbox.reply->len, <, 66 * 1024);
      total += line.outbox.reply->len;
      reply = line_reply (&line);
      for (at = reply; (at = strstr (at, "HTTP/1.1 200")) != NULL; at++)
        answered++;
      sp_http_session.tick (line.session, START, &line.outbox);
    }
  g_assert_cmpuint (answered, ==, 1000);
  g_assert_cmpuint (total, >, 128 * 1024);
  line_close (&line);
  house_close (&house);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/session/describe-byte-for-byte",
                   test_describe_is_the_header_byte_for_byte);
  g_test_add_func ("/session/client-session", test_client_session);
  g_test_add_func ("/session/small-requests",
                   test_small_requests_keep_the_session);
  g_test_add_func ("/session/playlist-gen-id", test_playlist_gen_id_changes);
  g_test_add_func ("/session/landing-address", test_landing_address);
  g_test_add_func ("/session/external-id", test_external_id_goes_along);
  g_test_add_func ("/session/via", test_via_goes_along);
  g_test_add_func ("/session/redirect", test_redirects_what_is_not_here);
  g_test_add_func ("/session/on-demand/refused",
                   test_on_demand_waits_then_refuses);
  g_test_add_func ("/session/on-demand/answered",
                   test_on_demand_is_answered_when_it_comes);
  g_test_add_func ("/session/slow-head", test_slow_head_times_out);
  g_test_add_func ("/session/line-ends-between-requests",
                   test_line_ends_between_requests);
  g_test_add_func ("/session/pipelined",
                   test_pipelined_requests_wait_for_their_reader);
  g_test_add_func ("/session/idle", test_idle_connection_closes_in_silence);
  return g_test_run ();
}
