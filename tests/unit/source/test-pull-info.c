/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "pull-origin.h"

#include <string.h>

/* (transfer full): (the picture owns it) */
static SpStreamInfo *
look (Fixture *fixture, const SpSourceInfo **source)
{
  SpStreamInfo *info = sp_stream_info (fixture->stream, sp_clock_now_us ());

  *source = g_ptr_array_index (info->sources, 0);
  return info;
}

static void
test_connected (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (SpStreamInfo) info = NULL;
  const SpSourceInfo *source;

  start (fixture);
  wait_packets (fixture, 4);
  info = look (fixture, &source);
  g_assert_cmpstr (sp_source_state_name (source->state), ==, "active");
  g_assert_cmpstr (source->address, ==, "127.0.0.1");
  g_assert_cmpuint (source->port, ==, fixture->origin->port);
  g_assert_false (source->is_tls);
  g_assert_nonnull (source->product);
  g_assert_true (g_str_has_prefix (source->product, "Rex/"));
  g_assert_cmpuint (source->connects, ==, 1);
  g_assert_cmpuint (source->failures, ==, 0);
  g_assert_cmpuint (source->packets, ==, 3);
  g_assert_cmpuint (source->bytes, ==, 3 * 50);
  g_assert_cmpint (source->retry_us, ==, 0);
}

static void
test_refused (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (SpStreamInfo) info = NULL;
  const SpSourceInfo *source;

  g_socket_service_stop (fixture->origin->service);
  g_socket_listener_close (G_SOCKET_LISTENER (fixture->origin->service));
  start (fixture);
  wait_error (fixture, "refuses the connection");
  info = look (fixture, &source);
  g_assert_cmpstr (sp_source_state_name (source->state), ==, "waiting");
  g_assert_cmpstr (sp_health_name (source->health), ==, "absent");
  g_assert_cmpstr (
      source->health_reason, ==, "the source refuses the connection");
  g_assert_cmpuint (source->connects, ==, 0);
  g_assert_cmpuint (source->failures, ==, 1);
  g_assert_cmpstr (source->last_error, ==, "the source refuses the connection");
  g_assert_cmpint (source->retry_us, >, sp_clock_now_us ());
}

/* It answers well, and then closes. */
static GByteArray *
answer_and_close (Origin *origin, const char *head, gboolean *stays)
{
  GByteArray *bytes = answer_well (origin, head, stays);

  *stays = FALSE;
  return bytes;
}

static void
test_lost (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (SpStreamInfo) info = NULL;
  const SpSourceInfo *source;

  fixture->origin->answer = answer_and_close;
  start (fixture);
  wait_error (fixture, "closed the connection");
  info = look (fixture, &source);
  g_assert_cmpuint (source->connects, ==, 1);
  g_assert_cmpuint (source->failures, ==, 1);
  g_assert_cmpint (source->connected_us, ==, 0);
  g_assert_null (source->address);
  g_assert_null (source->product);
}

int
main (int argc, char **argv)
{
  pull_init (&argc, &argv);
  TEST_PULL ("/pull-info/connected", test_connected);
  TEST_PULL ("/pull-info/refused", test_refused);
  TEST_PULL ("/pull-info/lost", test_lost);
  return g_test_run ();
}
