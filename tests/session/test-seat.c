/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "session-house.h"

#include <string.h>

#define PLAY_MMSH                                                              \
  "GET /streams/live HTTP/1.0\r\nHost: h\r\n" NSPLAYER PLAY "\r\n"
#define PLAY_BARE                                                              \
  "GET /streams/live HTTP/1.0\r\nHost: h\r\nUser-Agent: Lavf/59.27\r\n\r\n"

static guint
admitted (House *house)
{
  return sp_admission_count (house->admission);
}

static SpMmshClientState
state_of (House *house, guint32 client_id)
{
  return sp_mmsh_clients_touch (house->service->clients, client_id, START);
}

/* The seat that @request comes to, once its session is gone. */
static guint32
sit_down (House *house, const char *request, SpNext next)
{
  Line line;
  guint32 seat;

  line_open (&line, house);
  line_feed (&line, request, strlen (request), strlen (request));
  g_assert_cmpint (line.outbox.next, ==, next);
  seat = sp_http_session.seat (line.session);
  line_close (&line);
  return seat;
}

static void
stand_up (House *house, guint32 seat, gboolean is_canary)
{
  g_autoptr (SpStream) live = sp_registry_lookup (house->registry, "live");
  const SpLeaver leaver = { .stream = live,
                            .address = house->peer.address,
                            .seat = seat,
                            .is_canary = is_canary };

  sp_http_session.leave (&house->http, &leaver, START);
}

/* Its place and its client-id are its own until the viewer has ended. */
static void
test_mmsh (void)
{
  House house;
  guint32 seat;

  house_open (&house);
  seat = sit_down (&house, PLAY_MMSH, SP_NEXT_VIEW);
  g_assert_cmpuint (admitted (&house), ==, 1);
  g_assert_cmpint (state_of (&house, seat), ==, SP_MMSH_CLIENT_STREAMING);
  stand_up (&house, seat, FALSE);
  g_assert_cmpuint (admitted (&house), ==, 0);
  g_assert_cmpint (state_of (&house, seat), ==, SP_MMSH_CLIENT_IDLE);
  house_close (&house);
}

/* No client-id, but a place. */
static void
test_bare (void)
{
  House house;
  guint32 seat;

  house_open (&house);
  seat = sit_down (&house, PLAY_BARE, SP_NEXT_VIEW);
  g_assert_cmpuint (admitted (&house), ==, 1);
  g_assert_cmpuint (seat, ==, 0);
  stand_up (&house, seat, FALSE);
  g_assert_cmpuint (admitted (&house), ==, 0);
  house_close (&house);
}

/* A client-id, but no place. */
static void
test_canary (void)
{
  House house;
  g_autofree char *request = NULL;
  guint32 seat;

  house_open (&house);
  request = g_strdup_printf (
      "GET /streams/live HTTP/1.0\r\nHost: h\r\n" NSPLAYER PLAY
      "X-Stream-Pump-Canary: %s\r\n\r\n",
      house.service->canary_secret);
  seat = sit_down (&house, request, SP_NEXT_VIEW);
  g_assert_cmpuint (admitted (&house), ==, 0);
  g_assert_cmpint (state_of (&house, seat), ==, SP_MMSH_CLIENT_STREAMING);
  stand_up (&house, seat, TRUE);
  g_assert_cmpuint (admitted (&house), ==, 0);
  g_assert_cmpint (state_of (&house, seat), ==, SP_MMSH_CLIENT_IDLE);
  house_close (&house);
}

/* The connection broke before the viewer could begin. */
static void
test_never_sat_down (void)
{
  House house;
  Line line;

  house_open (&house);
  line_open (&line, &house);
  line_feed (&line, PLAY_MMSH, strlen (PLAY_MMSH), 1);
  g_assert_cmpint (line.outbox.next, ==, SP_NEXT_VIEW);
  g_assert_cmpuint (admitted (&house), ==, 1);
  line_close (&line);
  g_assert_cmpuint (admitted (&house), ==, 0);
  house_close (&house);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/seat/mmsh", test_mmsh);
  g_test_add_func ("/seat/bare", test_bare);
  g_test_add_func ("/seat/canary", test_canary);
  g_test_add_func ("/seat/never-sat-down", test_never_sat_down);
  return g_test_run ();
}
