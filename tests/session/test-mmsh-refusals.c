/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "session-house.h"

#include <string.h>

/* Somebody who may not watch, and how he is told. */

typedef enum
{
  DRAINING,
  SENT_ELSEWHERE,
  STREAM_DRAINING,
  FULL,
  BANNED_ADDRESS,
  BANNED_ID,
} Reason;

typedef struct
{
  const char *name;
  Reason reason;
  const char *request; /* first line and more, without the blank one */
  const char *starts;
  const char *holds;
} Row;

#define GET(path) "GET /streams/" path " HTTP/1.0\r\n"

static const Row rows[] = {
  { "draining/describe",
    DRAINING,
    GET ("live") NSPLAYER,
    "HTTP/1.0 503 ",
    "Retry-After: 30;takes no new clients" },
  { "draining/play",
    DRAINING,
    GET ("live") NSPLAYER PLAY,
    "HTTP/1.0 503 ",
    "Retry-After: 30" },
  { "draining/bare",
    DRAINING,
    GET ("live") "User-Agent: VLC/3.0\r\n",
    "HTTP/1.0 503 ",
    "Retry-After: 30" },
  /* It is not waited for, and not woken up. */
  { "draining/on-demand",
    DRAINING,
    GET ("asked") NSPLAYER,
    "HTTP/1.0 503 ",
    "takes no new clients" },
  { "elsewhere/describe",
    SENT_ELSEWHERE,
    GET ("live") NSPLAYER,
    "HTTP/1.0 302 ",
    "Location: http://other.example:8086/streams/live\r\n" },
  { "elsewhere/play-with-id",
    SENT_ELSEWHERE,
    GET ("LIVE/al%20ice") NSPLAYER PLAY,
    "HTTP/1.0 302 ",
    "Location: http://other.example:8086/streams/live/al%20ice\r\n" },
  { "elsewhere/not-live",
    SENT_ELSEWHERE,
    GET ("in") NSPLAYER,
    "HTTP/1.0 302 ",
    "Location: http://other.example:8086/streams/in\r\n" },
  { "stream-draining/describe",
    STREAM_DRAINING,
    GET ("live") NSPLAYER,
    "HTTP/1.0 503 ",
    "Retry-After: 30;the stream takes no new clients" },
  { "full/describe",
    FULL,
    GET ("live") NSPLAYER,
    "HTTP/1.0 503 ",
    "Retry-After: 30;all the clients it may have" },
  { "full/play",
    FULL,
    GET ("live") NSPLAYER PLAY,
    "HTTP/1.0 503 ",
    "Retry-After: 30;all the clients it may have" },
  { "banned/address",
    BANNED_ADDRESS,
    GET ("live") NSPLAYER,
    "HTTP/1.0 403 ",
    "banned" },
  { "banned/id",
    BANNED_ID,
    GET ("live/alice") NSPLAYER PLAY,
    "HTTP/1.0 403 ",
    "banned" },
};

static void
ban (House *house, const char *mask, const char *external_id)
{
  g_autoptr (GInetAddressMask) network
      = mask != NULL ? g_inet_address_mask_new_from_string (mask, NULL) : NULL;

  sp_admission_ban (house->admission,
                    &(SpBan){ network, external_id, NULL },
                    START + SECOND,
                    START);
}

static void
shut (House *house, Reason reason)
{
  g_autoptr (SpStream) live = sp_registry_lookup (house->registry, "live");
  const SpAdmissionLimits full = { .clients = 1 };
  SpStreamPolicy policy;

  switch (reason)
    {
    case DRAINING:
      sp_admission_set_draining (house->admission, TRUE, NULL);
      return;
    case SENT_ELSEWHERE:
      sp_admission_set_draining (
          house->admission, TRUE, "http://other.example:8086/");
      return;
    case STREAM_DRAINING:
      sp_stream_get_policy (live, &policy);
      policy.is_draining = TRUE;
      sp_stream_set_policy (live, &policy);
      return;
    case FULL:
      sp_admission_set_limits (house->admission, &full);
      sp_admission_enter (
          house->admission, live, house->peer.address, NULL, START, NULL);
      return;
    case BANNED_ADDRESS:
      ban (house, "127.0.0.0/8", NULL);
      return;
    case BANNED_ID:
      ban (house, NULL, "alice");
      return;
    }
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  House house;
  Line line;
  g_autofree char *request = g_strconcat (row->request, "\r\n", NULL);
  g_autofree char *reply = NULL;
  guint64 bad = sp_stats_get (SP_PUMP_requests_bad);
  guint places;

  house_open (&house);
  shut (&house, row->reason);
  places = sp_admission_count (house.admission);
  line_open (&line, &house);
  line_feed (&line, request, strlen (request), 1000);
  reply = line_reply (&line);
  g_assert_true (g_str_has_prefix (reply, row->starts));
  assert_pieces (reply, row->holds, TRUE);
  assert_pieces (reply, "$H;client-id=", FALSE);
  g_assert_cmpint (line.outbox.next, ==, SP_NEXT_CLOSE);
  g_assert_null (line.outbox.bad_input);
  g_assert_cmpuint (sp_stats_get (SP_PUMP_requests_bad), ==, bad);
  g_assert_cmpuint (sp_admission_count (house.admission), ==, places);
  line_close (&line);
  house_close (&house);
}

/* What the worker is told of somebody who may watch. */
static void
test_play_tells_host_and_time (void)
{
  House house;
  Line line;
  const char *request
      = GET ("live/alice") NSPLAYER PLAY "Host: tv.example:8086\r\n\r\n";

  house_open (&house);
  line_open (&line, &house);
  line_feed (&line, request, strlen (request), 1000);
  g_assert_cmpint (line.outbox.next, ==, SP_NEXT_VIEW);
  g_assert_cmpstr (line.outbox.host, ==, "tv.example:8086");
  g_assert_cmpstr (line.outbox.external_id, ==, "alice");
  g_assert_cmpint (line.outbox.requested_us, ==, START);
  line_close (&line);
  house_close (&house);
}

/* The time that a client waited for the source counts. */
static void
test_a_wait_counts_from_the_request (void)
{
  House house;
  Line line;
  g_autoptr (SpStream) asked = NULL;
  SpPublisher *publisher;
  const char *request = GET ("asked") NSPLAYER PLAY "\r\n";

  house_open (&house);
  asked = sp_registry_lookup (house.registry, "asked");
  line_open (&line, &house);
  line_feed (&line, request, strlen (request), 1000);
  g_assert_cmpint (line.outbox.next, ==, SP_NEXT_READ);
  publisher = sp_publisher_acquire (asked, 0, "test", 0, START, NULL);
  sp_publisher_put_header (
      publisher, (const guint8 *)"HEAD!", 5, 0, START, NULL);
  sp_http_session.tick (line.session, START + 3 * SECOND, &line.outbox);
  g_assert_cmpint (line.outbox.next, ==, SP_NEXT_VIEW);
  g_assert_cmpint (line.outbox.requested_us, ==, START);
  sp_publisher_release (publisher, FALSE, START, NULL);
  line_close (&line);
  house_close (&house);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/refusals/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/refusals/play-tells-host-and-time",
                   test_play_tells_host_and_time);
  g_test_add_func ("/refusals/a-wait-counts-from-the-request",
                   test_a_wait_counts_from_the_request);
  return g_test_run ();
}
