/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-lane.h"
#include "sp-mmsh-service.h"
#include "sp-mmsh-wire.h"
#include "sp-test.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC
#define START (1000 * SECOND)
#define START_HEAD                                                             \
  "POST /streams/in_push HTTP/1.1\r\nHost: h\r\nUser-Agent: "                  \
  "WMEncoder/12.0\r\n"                                                         \
  "Content-Type: application/x-wms-pushstart\r\n"

/* A push point with one lane; the test reads the lane's mail. */
typedef struct
{
  SpRegistry *registry;
  SpAdmission *admission;
  SpMmshService *service;
  SpHttpService http;
  SpMailbox *mailbox;
  SpStream *stream;
  SpPeer peer;
  gint64 now_us;
} House;

typedef struct
{
  House *house;
  SpSession *session;
  SpOutbox outbox;
} Line;

static void
set_up (House *house, gconstpointer data)
{
  SpStreamPolicy policy = { .is_enabled = TRUE,
                            .is_push = TRUE,
                            .n_sources = 1,
                            .hold_ms = 60000,
                            .push_takeover_ms = 10000,
                            .slow_viewer_ms = 1000000 };
  SpLaneHost host = { 0 };

  house->now_us = START;
  house->mailbox = sp_mailbox_new ();
  host.mailbox = house->mailbox;
  house->registry = sp_registry_new ();
  house->admission = sp_admission_new (house->registry);
  house->service
      = sp_mmsh_service_new (house->registry, house->admission, "id");
  house->http = (SpHttpService){ &sp_mmsh_handler, house->service };
  house->stream = sp_stream_new ("In", "in", &policy, &host, 1);
  sp_registry_add (house->registry, house->stream);
  house->peer = (SpPeer){ .address = g_inet_address_new_loopback (
                              G_SOCKET_FAMILY_IPV4) };
}

static void
tear_down (House *house, gconstpointer data)
{
  sp_mmsh_service_free (house->service);
  sp_mailbox_free (house->mailbox);
  sp_stream_unref (house->stream);
  sp_admission_free (house->admission);
  sp_registry_free (house->registry);
  g_object_unref (house->peer.address);
}

static void
line_open (Line *line, House *house)
{
  line->house = house;
  line->session
      = sp_http_session.create (&house->http, &house->peer, house->now_us);
  sp_outbox_init (&line->outbox);
}

static void
line_close (Line *line)
{
  sp_http_session.free (line->session, line->house->now_us);
  sp_outbox_clear (&line->outbox);
}

static void
feed (Line *line, gconstpointer bytes, gsize len)
{
  g_autofree guint8 *exact = sp_test_exact (bytes, len);

  if (line->outbox.next == SP_NEXT_READ)
    sp_http_session.feed (
        line->session, exact, len, line->house->now_us, &line->outbox);
}

static void
feed_text (Line *line, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  feed (line, text, strlen (text));
}

/* MS-WMHTTP: no preheader. */
static void
feed_packet (Line *line, guint8 type, const char *payload)
{
  guint8 head[4];

  sp_mmsh_write_framing (head, type, (guint16)strlen (payload));
  feed (line, head, sizeof head);
  feed (line, payload, strlen (payload));
}

static void
feed_end (Line *line, guint32 reason)
{
  guint8 bytes[8];

  sp_mmsh_write_reason (bytes, SP_MMSH_END, reason);
  feed (line, bytes, sizeof bytes);
}

static void
assert_status (Line *line, guint status)
{
  g_autofree char *expected = g_strdup_printf ("HTTP/1.1 %u ", status);
  g_autofree char *reply = g_strndup ((const char *)line->outbox.reply->data,
                                      line->outbox.reply->len);

  if (!g_str_has_prefix (reply, expected))
    g_error ("not %u: %s", status, reply);
  g_byte_array_set_size (line->outbox.reply, 0);
}

static void
assert_received (House *house, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);
  SpRing *ring;
  guint32 number = 0;

  sp_mailbox_drain (house->mailbox);
  ring = sp_stream_lane (house->stream, 0)->ring;
  for (guint64 seq = sp_ring_oldest (ring); seq < sp_ring_end (ring); seq++)
    {
      SpPacket *packet = sp_ring_get (ring, seq);

      if (packet->meta.kind == SP_PACKET_DATA)
        g_assert_cmpuint (packet->meta.number, ==, number++);
      g_string_append_printf (text,
                              "%s%.*s ",
                              packet->meta.kind == SP_PACKET_HEADER ? "H:"
                              : packet->meta.kind == SP_PACKET_END  ? "E"
                                                                    : "",
                              (int)packet->len,
                              packet->payload);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

/* (transfer full): the push-id that a PushSetup gives. */
static char *
setup (Line *line)
{
  const char *at;
  g_autofree char *reply = NULL;

  feed_text (line,
             "POST /streams/in_push HTTP/1.1\r\nHost: h\r\nContent-Type: "
             "application/x-wms-pushsetup\r\n"
             "Cookie: __utma=1; push-id=0\r\nContent-Length: 0\r\n\r\n");
  reply = g_strndup ((const char *)line->outbox.reply->data,
                     line->outbox.reply->len);
  g_assert_true (g_str_has_prefix (reply, "HTTP/1.1 204 "));
  at = strstr (reply, "push-id=");
  g_assert_nonnull (at);
  g_byte_array_set_size (line->outbox.reply, 0);
  return g_strndup (at + 8, strcspn (at + 8, "\r"));
}

static void
start (Line *line, const char *id, guint64 length)
{
  if (id != NULL)
    feed_text (line,
               START_HEAD
               "Cookie: push-id=%s\r\nContent-Length: %" G_GUINT64_FORMAT
               "\r\n\r\n",
               id,
               length);
  else
    feed_text (line,
               START_HEAD "Content-Length: %" G_GUINT64_FORMAT "\r\n\r\n",
               length);
}

static void
test_setup_then_start (House *house, gconstpointer data)
{
  Line line;
  g_autofree char *id = NULL;

  line_open (&line, house);
  id = setup (&line);
  g_assert_cmpuint (strlen (id), >=, 16);
  start (&line, id, 2147483647);
  feed_packet (&line, 'H', "head");
  feed_packet (&line, 'D', "one");
  feed_packet (&line, 'F', "000000");
  feed_packet (&line, 'D', "two");
  assert_received (house, "H:head one two ");
  g_assert_cmpuint (line.outbox.reply->len, ==, 0);
  feed_end (&line, 0);
  assert_status (&line, 204);
  g_assert_cmpint (line.outbox.next, ==, SP_NEXT_CLOSE);
  assert_received (house, "H:head one two E ");
  line_close (&line);
}

static void
test_start_without_setup (House *house, gconstpointer data)
{
  Line line;

  line_open (&line, house);
  start (&line, NULL, 1000);
  feed_packet (&line, 'H', "head");
  feed_packet (&line, 'D', "one");
  assert_received (house, "H:head one ");
  line_close (&line);
}

/* H16: bodies that end, each filled up with $F, on the same connection. */
static void
test_twenty_bodies_in_a_row (House *house, gconstpointer data)
{
  Line line;
  g_autofree char *id = NULL;
  g_autoptr (GString) expected = g_string_new ("H:head ");

  line_open (&line, house);
  id = setup (&line);
  for (guint i = 0; i < 20; i++)
    {
      gboolean is_first = i == 0;

      start (&line, id, (is_first ? 8 : 0) + 7 + 9);
      if (is_first)
        feed_packet (&line, 'H', "head");
      feed_packet (&line, 'D', "pkt");
      feed_packet (&line, 'F', "zzzzz");
      assert_status (&line, 204);
      g_string_append (expected, "pkt ");
    }
  assert_received (house, expected->str);
  line_close (&line);
}

static guint64
n_bad_packets (House *house)
{
  g_autoptr (SpStreamInfo) info = sp_stream_info (house->stream, house->now_us);

  return info->counters.value[SP_STREAM_packets_bad];
}

/* H22: bodies that end in the middle of a $D, of a $F, of a framing header. */
static void
test_body_ends_in_a_packet (House *house, gconstpointer data)
{
  Line line;
  g_autofree char *id = NULL;

  line_open (&line, house);
  id = setup (&line);
  start (&line, id, 8 + 7 + 6);
  feed_packet (&line, 'H', "head");
  feed_packet (&line, 'D', "one");
  feed (&line, "$D\x09\0ab", 6);
  assert_status (&line, 204);
  g_assert_cmpuint (n_bad_packets (house), ==, 1);
  start (&line, id, 7 + 6);
  feed_packet (&line, 'D', "two");
  feed (&line, "$F\x09\0ab", 6);
  assert_status (&line, 204);
  start (&line, id, 3);
  feed (&line, "$D\x09", 3);
  assert_status (&line, 204);
  start (&line, id, 7);
  feed_packet (&line, 'D', "six");
  assert_status (&line, 204);
  g_assert_cmpuint (n_bad_packets (house), ==, 1);
  assert_received (house, "H:head one two six ");
  line_close (&line);
}

/* H24: the connection breaks in a packet; another goes on with $D. */
static void
test_resume_on_another_connection (House *house, gconstpointer data)
{
  Line line, other;
  g_autofree char *id = NULL;

  line_open (&line, house);
  id = setup (&line);
  start (&line, id, 2147483647);
  feed_packet (&line, 'H', "head");
  feed_packet (&line, 'D', "one");
  feed (&line, "$D\x09\0ab", 6);
  sp_http_session.eof (line.session, house->now_us, &line.outbox);
  line_close (&line);
  g_assert_null (sp_stream_live_header (house->stream));
  house->now_us += 5 * SECOND;
  line_open (&other, house);
  start (&other, id, 2147483647);
  feed_packet (&other, 'D', "two");
  assert_received (house, "H:head one two ");
  line_close (&other);
}

static void
test_header_change (House *house, gconstpointer data)
{
  Line line;

  line_open (&line, house);
  start (&line, NULL, 1000);
  feed_packet (&line, 'H', "head");
  feed_packet (&line, 'D', "one");
  feed_end (&line, 1);
  feed (&line, "$C\x07\0\0\0\0\0new", 11);
  feed_packet (&line, 'D', "two");
  assert_received (house, "H:head one H:new two ");
  line_close (&line);
}

static void
test_second_encoder_waits (House *house, gconstpointer data)
{
  Line line, other, third;
  g_autofree char *text = NULL;

  line_open (&line, house);
  start (&line, NULL, 1000);
  feed_packet (&line, 'H', "head");
  line_open (&other, house);
  start (&other, NULL, 1000);
  text = g_strndup ((const char *)other.outbox.reply->data,
                    other.outbox.reply->len);
  g_assert_nonnull (strstr (text, "another encoder"));
  g_assert_null (strstr (text, "127.0.0.1"));
  assert_status (&other, 409);
  line_close (&other);
  house->now_us += 11 * SECOND;
  line_open (&third, house);
  start (&third, NULL, 1000);
  feed_packet (&third, 'H', "next");
  feed_packet (&third, 'D', "two");
  sp_http_session.tick (line.session, house->now_us, &line.outbox);
  assert_status (&line, 409);
  g_assert_cmpint (line.outbox.next, ==, SP_NEXT_CLOSE);
  line_close (&line);
  assert_received (house, "H:head H:next two ");
  line_close (&third);
}

static void
test_start_while_one_is_in_progress (House *house, gconstpointer data)
{
  Line line, other;
  g_autofree char *id = NULL;

  line_open (&line, house);
  id = setup (&line);
  start (&line, id, 1000);
  line_open (&other, house);
  start (&other, id, 1000);
  assert_status (&other, 409);
  line_close (&other);
  line_close (&line);
}

/* H23: filler does not count. */
static void
test_filler_alone_times_out (House *house, gconstpointer data)
{
  Line line;

  line_open (&line, house);
  start (&line, NULL, 100000);
  feed_packet (&line, 'H', "head");
  for (guint i = 0; i < 7; i++)
    {
      house->now_us += 10 * SECOND;
      feed_packet (&line, 'F', "zzzz");
      sp_http_session.tick (line.session, house->now_us, &line.outbox);
    }
  assert_status (&line, 408);
  g_assert_cmpuint (sp_mmsh_pushes_count (house->service->pushes), ==, 0);
  line_close (&line);
}

static void
test_session_nobody_comes_back_to (House *house, gconstpointer data)
{
  Line line;
  g_autofree char *id = NULL;

  line_open (&line, house);
  id = setup (&line);
  line_close (&line);
  sp_mmsh_service_tick (house->service, START + 119 * SECOND);
  g_assert_cmpuint (sp_mmsh_pushes_count (house->service->pushes), ==, 1);
  sp_mmsh_service_tick (house->service, START + 121 * SECOND);
  g_assert_cmpuint (sp_mmsh_pushes_count (house->service->pushes), ==, 0);
}

static void
test_data_first_is_an_error (House *house, gconstpointer data)
{
  Line line;

  line_open (&line, house);
  start (&line, NULL, 1000);
  feed_packet (&line, 'D', "one");
  assert_status (&line, 400);
  g_assert_cmpuint (sp_mmsh_pushes_count (house->service->pushes), ==, 0);
  line_close (&line);
}

static void
test_chunked_body (House *house, gconstpointer data)
{
  Line line;

  line_open (&line, house);
  feed_text (&line, START_HEAD "Transfer-Encoding: chunked\r\n\r\n");
  feed (&line,
        "8\r\n$H\x04\0head\r\n7\r\n$D\x03\0one\r\n0\r\n\r\n",
        8 + 5 + 7 + 5 + 5);
  assert_status (&line, 204);
  assert_received (house, "H:head one ");
  line_close (&line);
}

/* Q10: an encoder without cookies stays on its connection. */
static void
test_without_cookies (House *house, gconstpointer data)
{
  Line line;

  line_open (&line, house);
  start (&line, NULL, 8 + 7);
  feed_packet (&line, 'H', "head");
  feed_packet (&line, 'D', "one");
  assert_status (&line, 204);
  start (&line, NULL, 7);
  feed_packet (&line, 'D', "two");
  assert_status (&line, 204);
  assert_received (house, "H:head one two ");
  line_close (&line);
}

static void
test_close_is_honoured (House *house, gconstpointer data)
{
  Line line;

  line_open (&line, house);
  feed_text (&line,
             START_HEAD "Connection: close\r\nContent-Length: 8\r\n\r\n");
  feed_packet (&line, 'H', "head");
  assert_status (&line, 204);
  g_assert_cmpint (line.outbox.next, ==, SP_NEXT_CLOSE);
  line_close (&line);
}

/* H8 protects who has delivered, not who has only asked. */
static void
test_setup_alone_keeps_nobody_out (House *house, gconstpointer data)
{
  Line line, other;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  line_open (&line, house);
  first = setup (&line);
  line_open (&other, house);
  second = setup (&other);
  g_assert_cmpstr (first, !=, second);
  start (&other, second, 1000);
  feed_packet (&other, 'H', "head");
  feed_packet (&other, 'D', "one");
  assert_received (house, "H:head one ");
  line_close (&line);
  line_close (&other);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*run) (House *, gconstpointer);
  } rows[] = {
    { "/push/setup-then-start", test_setup_then_start },
    { "/push/start-without-setup", test_start_without_setup },
    { "/push/twenty-bodies", test_twenty_bodies_in_a_row },
    { "/push/body-ends-in-a-packet", test_body_ends_in_a_packet },
    { "/push/resume", test_resume_on_another_connection },
    { "/push/header-change", test_header_change },
    { "/push/second-encoder", test_second_encoder_waits },
    { "/push/in-progress", test_start_while_one_is_in_progress },
    { "/push/filler-alone", test_filler_alone_times_out },
    { "/push/nobody-comes-back", test_session_nobody_comes_back_to },
    { "/push/data-first", test_data_first_is_an_error },
    { "/push/chunked", test_chunked_body },
    { "/push/without-cookies", test_without_cookies },
    { "/push/close", test_close_is_honoured },
    { "/push/setup-alone", test_setup_alone_keeps_nobody_out },
  };

  sp_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_test_add (rows[i].path, House, NULL, set_up, rows[i].run, tear_down);
  return g_test_run ();
}
