/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-lane.h"
#include "sp-test.h"

#include <poll.h>

#define VIEWERS 4

/** A stream with one lane and nobody who serves it. */
typedef struct
{
  SpMailbox *mailbox;
  SpStream *stream;
  SpLane *lane;
  SpViewer viewers[VIEWERS];
} House;

static void
frame_nothing (const SpFramerState *state,
               const SpPacket *packet,
               guint part,
               SpFrame *frame)
{
  *frame = (SpFrame){ .is_last_part = TRUE };
}

static const SpFramerClass framer = { "nothing", frame_nothing, NULL };

static void
set_up (House *house, gconstpointer data)
{
  const SpStreamPolicy policy = { .is_enabled = TRUE, .flush_ms = 100 };
  SpLaneHost host = { .mailbox = sp_mailbox_new () };

  house->mailbox = host.mailbox;
  house->stream = sp_stream_new ("Lane", "lane", &policy, &host, 1);
  house->lane = sp_stream_lane (house->stream, 0);
  sp_mailbox_drain (house->mailbox);
  for (guint i = 0; i < VIEWERS; i++)
    sp_viewer_init (&house->viewers[i], &framer, FALSE);
}

static void
tear_down (House *house, gconstpointer data)
{
  for (guint i = 0; i < VIEWERS; i++)
    sp_viewer_clear (&house->viewers[i]);
  sp_mailbox_drain (house->mailbox);
  sp_stream_unref (house->stream);
  sp_mailbox_free (house->mailbox);
}

static void
join (House *house, guint i)
{
  sp_lane_join (house->lane, &house->viewers[i], 0);
}

static void
leave (House *house, guint i)
{
  sp_lane_leave (house->lane, &house->viewers[i]);
}

static void
post (House *house, SpPacketKind kind, gsize len)
{
  SpPacketMeta meta = { .kind = kind, .arrived_us = 5 };
  g_autofree guint8 *payload = g_malloc0 (len + 1);

  sp_lane_post (house->lane, sp_packet_new (&meta, payload, len));
}

static gboolean
is_woken (House *house)
{
  struct pollfd fd = { .fd = sp_mailbox_fd (house->mailbox), .events = POLLIN };

  return poll (&fd, 1, 0) == 1;
}

/* @packets were there, and the worker was woken for them or not. */
static void
assert_mail (House *house, guint packets, gboolean was_woken)
{
  g_assert_cmpint (is_woken (house), ==, was_woken);
  g_assert_cmpuint (sp_mailbox_drain (house->mailbox), ==, packets);
}

static void
test_nobody_watches (House *house, gconstpointer data)
{
  post (house, SP_PACKET_DATA, 1000);
  assert_mail (house, 1, FALSE);
  g_assert_cmpint (house->lane->due_us, ==, 0);
  post (house, SP_PACKET_HEADER, 10);
  assert_mail (house, 1, TRUE);
  post (house, SP_PACKET_DATA, 1000);
  join (house, 0);
  assert_mail (house, 1, TRUE);
  g_assert_cmpint (house->lane->due_us, >, 0);
  leave (house, 0);
}

/* Without end, the mail of a lane that nobody looks after would be without
 * bounds. */
static void
test_quiet_is_bounded (House *house, gconstpointer data)
{
  guint n = 0;

  while (!is_woken (house))
    {
      post (house, SP_PACKET_DATA, 1000);
      n++;
    }
  g_assert_cmpuint (n, >, 8);
  g_assert_cmpuint (n, <, 64);
}

static void
test_armed (House *house, gconstpointer data)
{
  join (house, 0);
  post (house, SP_PACKET_DATA, 10);
  assert_mail (house, 1, TRUE);
  sp_lane_arm (house->lane);
  post (house, SP_PACKET_DATA, 10);
  assert_mail (house, 1, FALSE);
  post (house, SP_PACKET_END, 0);
  assert_mail (house, 1, TRUE);
  sp_lane_disarm (house->lane);
  post (house, SP_PACKET_DATA, 10);
  assert_mail (house, 1, TRUE);
  leave (house, 0);
}

static void
assert_visits (House *house, const char *expected)
{
  g_autoptr (GString) visited = g_string_new (NULL);
  SpViewer *viewer;

  while ((viewer = sp_lane_visit_next (house->lane)) != NULL)
    g_string_append_printf (visited, "%u", (guint)(viewer - house->viewers));
  g_assert_cmpstr (visited->str, ==, expected);
}

static void
test_pass (House *house, gconstpointer data)
{
  for (guint i = 0; i < 3; i++)
    join (house, i);
  sp_lane_begin_pass (house->lane);
  assert_visits (house, "210");
  g_assert_null (sp_lane_visit_next (house->lane));
  for (guint i = 0; i < 3; i++)
    leave (house, i);
  sp_lane_begin_pass (house->lane);
  assert_visits (house, "");
}

/* Whoever is next leaves, or blocks; another one comes, or can take more. */
static void
test_pass_amid_changes (House *house, gconstpointer data)
{
  for (guint i = 0; i < 3; i++)
    join (house, i);
  sp_lane_block (house->lane, &house->viewers[1]);
  sp_lane_begin_pass (house->lane);
  g_assert_true (sp_lane_visit_next (house->lane) == &house->viewers[2]);
  join (house, 3);
  sp_lane_unblock (house->lane, &house->viewers[1]);
  leave (house, 0);
  assert_visits (house, "");
  sp_lane_begin_pass (house->lane);
  sp_lane_block (house->lane, &house->viewers[1]);
  assert_visits (house, "32");
  for (guint i = 1; i < 4; i++)
    leave (house, i);
}

static void
add (const char *path, void (*test) (House *, gconstpointer))
{
  g_test_add (path, House, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  add ("/lane/nobody-watches", test_nobody_watches);
  add ("/lane/quiet-is-bounded", test_quiet_is_bounded);
  add ("/lane/armed", test_armed);
  add ("/lane/pass", test_pass);
  add ("/lane/pass-amid-changes", test_pass_amid_changes);
  return g_test_run ();
}
