/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "push-house.h"

#include <string.h>

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

/* Decision 7: between two bodies an encoder keeps its place. */
static void
test_between_two_bodies (House *house, gconstpointer data)
{
  Line line, other;

  line_open (&line, house);
  start (&line, NULL, 8 + 7);
  feed_packet (&line, 'H', "head");
  feed_packet (&line, 'D', "one");
  assert_status (&line, 204);
  line_open (&other, house);
  start (&other, NULL, 1000);
  assert_status (&other, 409);
  line_close (&other);
  line_close (&line);
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
    { "/push/between-two-bodies", test_between_two_bodies },
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
