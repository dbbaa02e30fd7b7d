/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "push-house.h"

#include "sp-stream-sources.h"

#include <string.h>

/* (transfer full): @source belongs to it. */
static SpStreamInfo *
look (House *house, const SpSourceInfo **source)
{
  SpStreamInfo *info = sp_stream_info (house->stream, house->now_us);

  *source = g_ptr_array_index (info->sources, 0);
  return info;
}

static void
assert_source (House *house, const char *state, guint connects, guint failures)
{
  const SpSourceInfo *source;
  g_autoptr (SpStreamInfo) info = look (house, &source);

  g_assert_cmpstr (sp_source_state_name (source->state), ==, state);
  g_assert_cmpuint (source->connects, ==, connects);
  g_assert_cmpuint (source->failures, ==, failures);
}

static void
test_who_it_is (House *house, gconstpointer data)
{
  Line line;
  const SpSourceInfo *source;
  g_autoptr (SpStreamInfo) info = NULL;

  house->peer.port = 4711;
  house->peer.is_tls = TRUE;
  line_open (&line, house);
  assert_source (house, "listening", 0, 0);
  start (&line, NULL, 1000);
  assert_source (house, "connecting", 1, 0);
  feed_packet (&line, 'H', "head");
  feed_packet (&line, 'D', "one");
  assert_source (house, "active", 1, 0);
  info = look (house, &source);
  g_assert_cmpstr (source->address, ==, "127.0.0.1");
  g_assert_cmpuint (source->port, ==, 4711);
  g_assert_true (source->is_tls);
  g_assert_cmpstr (source->product, ==, "WMEncoder/12.0");
  g_assert_cmpuint (source->packets, ==, 1);
  g_assert_cmpuint (source->bytes, ==, 3);
  line_close (&line);
}

/* Bodies of one session are one connection. */
static void
test_bodies_in_a_row (House *house, gconstpointer data)
{
  Line line;
  g_autofree char *id = NULL;

  line_open (&line, house);
  id = setup (&line);
  assert_source (house, "listening", 0, 0);
  start (&line, id, 8 + 7);
  feed_packet (&line, 'H', "head");
  feed_packet (&line, 'D', "one");
  assert_status (&line, 204);
  start (&line, id, 7);
  feed_packet (&line, 'D', "two");
  assert_status (&line, 204);
  assert_source (house, "active", 1, 0);
  line_close (&line);
}

static void
test_broken_off_and_resumed (House *house, gconstpointer data)
{
  Line line, next;
  const SpSourceInfo *source;
  g_autoptr (SpStreamInfo) info = NULL;
  g_autofree char *id = NULL;

  line_open (&line, house);
  id = setup (&line);
  start (&line, id, 1000);
  feed_packet (&line, 'H', "head");
  feed_packet (&line, 'D', "one");
  line_close (&line);
  assert_source (house, "listening", 1, 1);
  info = look (house, &source);
  g_assert_cmpstr (source->last_error, ==, "the encoder's connection broke");
  line_open (&next, house);
  start (&next, id, 1000);
  feed_packet (&next, 'D', "two");
  assert_source (house, "active", 2, 1);
  line_close (&next);
}

static void
test_ended (House *house, gconstpointer data)
{
  Line line;

  line_open (&line, house);
  start (&line, NULL, 1000);
  feed_packet (&line, 'H', "head");
  feed_end (&line, 0);
  assert_status (&line, 204);
  assert_source (house, "listening", 1, 0);
  line_close (&line);
}

static void
test_breaks_the_protocol (House *house, gconstpointer data)
{
  Line line;

  line_open (&line, house);
  start (&line, NULL, 1000);
  feed (&line, "XXXX", 4);
  assert_status (&line, 400);
  assert_source (house, "listening", 1, 1);
  line_close (&line);
}

static void
test_switched_off_before (House *house, gconstpointer data)
{
  Line line, other;

  sp_stream_source_set_enabled (house->stream, 0, FALSE, START);
  line_open (&line, house);
  start (&line, NULL, 1000);
  assert_status (&line, 403);
  line_open (&other, house);
  feed_text (&other,
             "POST /streams/in_push HTTP/1.1\r\nHost: h\r\nContent-Type: "
             "application/x-wms-pushsetup\r\nContent-Length: 0\r\n\r\n");
  assert_status (&other, 403);
  assert_source (house, "disabled", 0, 0);
  line_close (&line);
  line_close (&other);
}

/* The next packet, or a tick without one, ends it with the reason. */
static void
test_switched_off_while_it_feeds (House *house, gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      Line line;

      line_open (&line, house);
      start (&line, NULL, 1000);
      feed_packet (&line, 'H', "head");
      feed_packet (&line, 'D', "one");
      sp_stream_source_set_enabled (house->stream, 0, FALSE, START);
      if (i == 0)
        feed_packet (&line, 'D', "two");
      else
        sp_http_session.tick (line.session, START, &line.outbox);
      g_assert_nonnull (g_strstr_len ((const char *)line.outbox.reply->data,
                                      line.outbox.reply->len,
                                      "switched off"));
      assert_status (&line, 403);
      sp_stream_source_set_enabled (house->stream, 0, TRUE, START);
      line_close (&line);
    }
  assert_source (house, "listening", 2, 0);
}

#define ADD(path, test) g_test_add (path, House, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  ADD ("/push-source/who", test_who_it_is);
  ADD ("/push-source/bodies-in-a-row", test_bodies_in_a_row);
  ADD ("/push-source/resumed", test_broken_off_and_resumed);
  ADD ("/push-source/ended", test_ended);
  ADD ("/push-source/bad", test_breaks_the_protocol);
  ADD ("/push-source/switched-off/before", test_switched_off_before);
  ADD ("/push-source/switched-off/while", test_switched_off_while_it_feeds);
  return g_test_run ();
}
