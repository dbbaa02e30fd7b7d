/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-test.h"
#include "sp-viewer.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC

/* A framer one can read: "<H1:abc>" in a header, "D" number, "E"; a header
 * comes in two parts. */
static void
text_frame (const SpFramerState *state,
            const SpPacket *packet,
            guint part,
            SpFrame *frame)
{
  static const char *const prefix[] = { "<H:", "<D:", "<E" };

  memset (frame, 0, sizeof *frame);
  frame->is_last_part = TRUE;
  if (packet->meta.kind == SP_PACKET_HEADER)
    {
      gsize half = packet->len / 2;

      frame->is_last_part = part == 1;
      frame->payload_skip = part == 0 ? 0 : half;
      frame->payload_len = part == 0 ? half : packet->len - half;
    }
  else
    frame->payload_len = packet->len;
  frame->prefix_len = (guint)strlen (prefix[packet->meta.kind]);
  memcpy (frame->prefix, prefix[packet->meta.kind], frame->prefix_len);
  frame->suffix[0] = '>';
  frame->suffix_len = 1;
}

static void
text_advance (SpFramerState *state, SpPacketKind kind, guint n)
{
  state->has_sent_header |= kind == SP_PACKET_HEADER;
}

static const SpFramerClass text_framer = { "text", text_frame, text_advance };

/* @text as in "H:head K:one d:two E:", a second apart. */
static void
append (SpRing *ring, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  for (char **word = words; *word != NULL; word++)
    {
      SpPacketMeta meta = { .arrived_us = (gint64)sp_ring_end (ring) * SECOND };
      SpPacket *header = sp_ring_header (ring);
      const char *payload = *word + 2;

      meta.kind = **word == 'H'   ? SP_PACKET_HEADER
                  : **word == 'E' ? SP_PACKET_END
                                  : SP_PACKET_DATA;
      meta.epoch = header != NULL ? header->meta.epoch : 0;
      meta.epoch += meta.kind == SP_PACKET_HEADER;
      meta.is_join_point = **word == 'K';
      sp_ring_append (
          ring,
          sp_packet_new (&meta, (const guint8 *)payload, strlen (payload)));
    }
}

static const SpViewerRules lenient = { .slow_us = 1000 * SECOND };

/* Takes at most @room bytes of one plan. */
static SpViewerVerdict
take (SpViewer *viewer,
      SpRing *ring,
      const SpViewerRules *rules,
      gint64 now_us,
      gsize room,
      GString *out)
{
  g_autofree SpPlan *plan = g_new0 (SpPlan, 1);
  SpViewerVerdict verdict = sp_viewer_plan (viewer, ring, rules, now_us, plan);
  gsize taken = MIN (room, plan->bytes);
  gsize left = taken;

  if (verdict != SP_VIEWER_SEND)
    return verdict;
  for (guint i = 0; i < plan->n_iov && left > 0; i++)
    {
      gsize n = MIN (left, plan->iov[i].iov_len);

      g_string_append_len (out, plan->iov[i].iov_base, (gssize)n);
      left -= n;
    }
  sp_viewer_advance (viewer, ring, plan, taken);
  return verdict;
}

static void
take_all (SpViewer *viewer, SpRing *ring, gint64 now_us, GString *out)
{
  while (take (viewer, ring, &lenient, now_us, G_MAXSIZE, out)
         == SP_VIEWER_SEND)
    ;
}

static void
test_header_then_ring (void)
{
  g_autoptr (SpRing) ring = sp_ring_new (10000, 1000 * SECOND);
  g_autoptr (GString) out = g_string_new (NULL);
  SpViewer viewer;

  append (ring, "H:abcd K:one d:two K:three d:four");
  sp_viewer_init (&viewer, &text_framer, FALSE);
  sp_viewer_join (&viewer, ring, 4 * SECOND, 0);
  take_all (&viewer, ring, 4 * SECOND, out);
  g_assert_cmpstr (out->str, ==, "<H:ab><H:cd><D:three><D:four>");
  g_assert_cmpuint (viewer.packets_sent, ==, 2);
  g_assert_cmpuint (viewer.bytes_sent, ==, out->len);
  sp_viewer_clear (&viewer);
}

static void
test_same_bytes_however_cut (void)
{
  for (gsize room = 1; room < 40; room++)
    {
      g_autoptr (SpRing) ring = sp_ring_new (10000, 1000 * SECOND);
      g_autoptr (GString) out = g_string_new (NULL);
      SpViewer viewer;

      append (ring, "H:abcd K:one d:two");
      sp_viewer_init (&viewer, &text_framer, FALSE);
      sp_viewer_join (&viewer, ring, 2 * SECOND, 0);
      while (take (&viewer, ring, &lenient, 2 * SECOND, room, out)
             == SP_VIEWER_SEND)
        ;
      g_assert_cmpstr (out->str, ==, "<H:ab><H:cd><D:one><D:two>");
      sp_viewer_clear (&viewer);
    }
}

static void
test_finishes_frame_the_ring_dropped (void)
{
  g_autoptr (SpRing) ring = sp_ring_new (10, 1000 * SECOND);
  g_autoptr (GString) out = g_string_new (NULL);
  SpViewer viewer;

  append (ring, "H:ab K:first");
  sp_viewer_init (&viewer, &text_framer, FALSE);
  sp_viewer_join (&viewer, ring, SECOND, 0);
  take (
      &viewer, ring, &lenient, SECOND, 15, out); /* into the middle of first */
  append (ring, "d:second K:third");
  g_assert_cmpuint (sp_ring_oldest (ring), >, 1);
  take_all (&viewer, ring, 3 * SECOND, out);
  g_assert_cmpstr (out->str, ==, "<H:a><H:b><D:first><D:third>");
  g_assert_cmpuint (viewer.packets_skipped, ==, 1);
  sp_viewer_clear (&viewer);
}

static void
test_waits_for_keyframe (void)
{
  g_autoptr (SpRing) ring = sp_ring_new (10000, 1000 * SECOND);
  g_autoptr (GString) out = g_string_new (NULL);
  SpViewer viewer;

  append (ring, "H:ab d:x d:y");
  sp_viewer_init (&viewer, &text_framer, FALSE);
  sp_viewer_join (&viewer, ring, 2 * SECOND, 0);
  take_all (&viewer, ring, 2 * SECOND, out);
  g_assert_cmpstr (out->str, ==, "<H:a><H:b>");
  append (ring, "d:z K:key d:w");
  take_all (&viewer, ring, 5 * SECOND, out);
  g_assert_cmpstr (out->str, ==, "<H:a><H:b><D:key><D:w>");
  sp_viewer_clear (&viewer);
}

static void
test_waits_ten_seconds_at_most (void)
{
  g_autoptr (SpRing) ring = sp_ring_new (10000, 1000 * SECOND);
  g_autoptr (GString) out = g_string_new (NULL);
  SpViewer viewer;

  append (ring, "H:ab d:x");
  sp_viewer_init (&viewer, &text_framer, FALSE);
  sp_viewer_join (&viewer, ring, SECOND, 0);
  append (ring, "d:y");
  take_all (&viewer, ring, 11 * SECOND, out);
  g_assert_cmpstr (out->str, ==, "<H:a><H:b><D:y>");
  sp_viewer_clear (&viewer);
}

static void
test_header_change_in_order (void)
{
  g_autoptr (SpRing) ring = sp_ring_new (10000, 1000 * SECOND);
  g_autoptr (GString) out = g_string_new (NULL);
  SpViewer viewer;

  append (ring, "H:ab K:one");
  sp_viewer_init (&viewer, &text_framer, FALSE);
  sp_viewer_join (&viewer, ring, SECOND, 0);
  append (ring, "H:cd K:two E:");
  take_all (&viewer, ring, 4 * SECOND, out);
  g_assert_cmpstr (out->str, ==, "<H:a><H:b><D:one><H:c><H:d><D:two><E>");
  g_assert_true (viewer.has_ended);
  sp_viewer_clear (&viewer);
}

static void
test_new_header_while_waiting_for_a_key (void)
{
  g_autoptr (SpRing) ring = sp_ring_new (10000, 1000 * SECOND);
  g_autoptr (GString) out = g_string_new (NULL);
  SpViewer viewer;

  append (ring, "H:ab d:x");
  sp_viewer_init (&viewer, &text_framer, FALSE);
  sp_viewer_join (&viewer, ring, SECOND, 0);
  take_all (&viewer, ring, SECOND, out);
  append (ring, "d:y H:cd d:z K:key");
  take_all (&viewer, ring, 5 * SECOND, out);
  g_assert_cmpstr (out->str, ==, "<H:a><H:b><H:c><H:d><D:key>");
  sp_viewer_clear (&viewer);
}

static void
test_joins_after_the_end (void)
{
  g_autoptr (SpRing) ring = sp_ring_new (10000, 1000 * SECOND);
  g_autoptr (GString) out = g_string_new (NULL);
  SpViewer viewer;

  append (ring, "H:ab K:one E:");
  sp_viewer_init (&viewer, &text_framer, FALSE);
  sp_viewer_join (&viewer, ring, 3 * SECOND, 0);
  take_all (&viewer, ring, 3 * SECOND, out);
  g_assert_cmpstr (out->str, ==, "");
  append (ring, "H:cd K:two");
  take_all (&viewer, ring, 5 * SECOND, out);
  g_assert_cmpstr (out->str, ==, "<H:c><H:d><D:two>");
  sp_viewer_clear (&viewer);
}

/* A key frame older than what is called slow: the burst is no slowness. */
static void
test_catches_up_with_a_long_gop (void)
{
  const SpViewerRules rules = { .slow_us = 3 * SECOND, .slow_viewer = 2 };
  g_autoptr (SpRing) ring = sp_ring_new (10000, 1000 * SECOND);
  g_autoptr (GString) out = g_string_new (NULL);
  SpViewer viewer;

  append (ring, "H:ab K:one d:2 d:3 d:4 d:5 d:6");
  sp_viewer_init (&viewer, &text_framer, FALSE);
  sp_viewer_join (&viewer, ring, 6 * SECOND, 0);
  while (take (&viewer, ring, &rules, 6 * SECOND, 7, out) == SP_VIEWER_SEND)
    continue;
  g_assert_cmpstr (out->str, ==, "<H:a><H:b><D:one><D:2><D:3><D:4><D:5><D:6>");
  append (ring, "d:7");
  g_assert_cmpint (
      take (&viewer, ring, &rules, 11 * SECOND, 100, out), ==, SP_VIEWER_CUT);
  sp_viewer_clear (&viewer);
}

static void
test_skip_sends_the_header_it_missed (void)
{
  g_autoptr (SpRing) ring = sp_ring_new (11, 1000 * SECOND);
  g_autoptr (GString) out = g_string_new (NULL);
  SpViewer viewer;

  append (ring, "H:ab K:one");
  sp_viewer_init (&viewer, &text_framer, FALSE);
  sp_viewer_join (&viewer, ring, SECOND, 0);
  take_all (&viewer, ring, SECOND, out);
  append (ring, "d:long-one H:cd d:longest K:key");
  take_all (&viewer, ring, 5 * SECOND, out);
  g_assert_cmpstr (out->str, ==, "<H:a><H:b><D:one><H:c><H:d><D:key>");
  sp_viewer_clear (&viewer);
}

typedef struct
{
  const char *name;
  guint slow_viewer;
  SpViewerVerdict verdict;
  const char *out;
} SlowRow;

static const SlowRow slow_rows[] = {
  { "skip", 0, SP_VIEWER_SEND, "<H:a><H:b><D:one><D:newest><D:last>" },
  { "hold",
    1,
    SP_VIEWER_SEND,
    "<H:a><H:b><D:one><D:two><D:three><D:newest><D:last>" },
  { "cut", 2, SP_VIEWER_CUT, "<H:a><H:b><D:one>" },
};

static void
test_slow (gconstpointer data)
{
  const SlowRow *row = data;
  const SpViewerRules rules
      = { .slow_us = 3 * SECOND, .slow_viewer = row->slow_viewer };
  g_autoptr (SpRing) ring = sp_ring_new (10000, 1000 * SECOND);
  g_autoptr (GString) out = g_string_new (NULL);
  SpViewer viewer;

  append (ring, "H:ab K:one");
  sp_viewer_init (&viewer, &text_framer, FALSE);
  sp_viewer_join (&viewer, ring, SECOND, 0);
  take (&viewer, ring, &rules, SECOND, G_MAXSIZE, out);
  append (ring, "d:two K:three K:newest d:last");
  g_assert_cmpint (take (&viewer, ring, &rules, 6 * SECOND, G_MAXSIZE, out),
                   ==,
                   row->verdict);
  g_assert_cmpstr (out->str, ==, row->out);
  sp_viewer_clear (&viewer);
}

static void
test_kick_finishes_the_frame (void)
{
  g_autoptr (SpRing) ring = sp_ring_new (10000, 1000 * SECOND);
  g_autoptr (GString) out = g_string_new (NULL);
  SpViewer viewer;

  append (ring, "H:ab K:one d:two");
  sp_viewer_init (&viewer, &text_framer, FALSE);
  sp_viewer_join (&viewer, ring, SECOND, 10 * SECOND);
  take (&viewer, ring, &lenient, SECOND, 13, out);
  sp_viewer_kick (&viewer);
  take_all (&viewer, ring, SECOND, out);
  g_assert_cmpstr (out->str, ==, "<H:a><H:b><D:one><E>");
  g_assert_true (viewer.has_ended);
  sp_viewer_clear (&viewer);
}

static void
test_lag_is_age_of_the_next (void)
{
  g_autoptr (SpRing) ring = sp_ring_new (10000, 1000 * SECOND);
  g_autoptr (GString) out = g_string_new (NULL);
  SpViewer viewer;

  append (ring, "H:ab K:one");
  sp_viewer_init (&viewer, &text_framer, FALSE);
  sp_viewer_join (&viewer, ring, SECOND, 0);
  take_all (&viewer, ring, SECOND, out);
  g_assert_cmpint (sp_viewer_lag_us (&viewer, ring, 5 * SECOND), ==, 0);
  append (ring, "d:two d:three");
  g_assert_cmpint (
      sp_viewer_lag_us (&viewer, ring, 5 * SECOND), ==, 3 * SECOND);
  sp_viewer_clear (&viewer);
}

/* Seconds, and payload bytes that it lacks. */
static void
assert_behind (SpViewer *viewer,
               SpRing *ring,
               gint64 now_s,
               gint64 behind_s,
               guint64 bytes)
{
  g_assert_cmpint (sp_viewer_behind_us (viewer, ring, now_s * SECOND),
                   ==,
                   behind_s * SECOND);
  g_assert_cmpuint (sp_viewer_queue_bytes (viewer, ring), ==, bytes);
}

/* What it joined with is no fault until it was level once; a packet of which
 * the kernel has a part is not there yet. */
static void
test_behind (void)
{
  g_autoptr (SpRing) ring = sp_ring_new (10000, 1000 * SECOND);
  g_autoptr (GString) out = g_string_new (NULL);
  SpViewer viewer;

  append (ring, "H:abcd K:one d:two d:three");
  sp_viewer_init (&viewer, &text_framer, FALSE);
  sp_viewer_join (&viewer, ring, 4 * SECOND, 10 * SECOND);
  assert_behind (&viewer, ring, 4, 0, 4 + 3 + 3 + 5);
  assert_behind (&viewer, ring, 6, 2, 4 + 3 + 3 + 5);
  take_all (&viewer, ring, 6 * SECOND, out);
  assert_behind (&viewer, ring, 6, 0, 0);
  append (ring, "d:four d:five!");
  assert_behind (&viewer, ring, 9, 5, 4 + 5);
  take (&viewer, ring, &lenient, 9 * SECOND, 1, out);
  assert_behind (&viewer, ring, 9, 5, 4 + 5 - 1);
  take (&viewer, ring, &lenient, 9 * SECOND, strlen ("D:four>") + 1, out);
  assert_behind (&viewer, ring, 9, 4, 5 - 1);
  take_all (&viewer, ring, 9 * SECOND, out);
  assert_behind (&viewer, ring, 9, 0, 0);
  sp_viewer_clear (&viewer);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/viewer/header-then-ring", test_header_then_ring);
  g_test_add_func ("/viewer/same-bytes-however-cut",
                   test_same_bytes_however_cut);
  g_test_add_func ("/viewer/finishes-frame-the-ring-dropped",
                   test_finishes_frame_the_ring_dropped);
  g_test_add_func ("/viewer/join/waits-for-keyframe", test_waits_for_keyframe);
  g_test_add_func ("/viewer/join/ten-seconds-at-most",
                   test_waits_ten_seconds_at_most);
  g_test_add_func ("/viewer/join/new-header-meanwhile",
                   test_new_header_while_waiting_for_a_key);
  g_test_add_func ("/viewer/header-change", test_header_change_in_order);
  g_test_add_func ("/viewer/skip-sends-missed-header",
                   test_skip_sends_the_header_it_missed);
  for (gsize i = 0; i < G_N_ELEMENTS (slow_rows); i++)
    {
      g_autofree char *path
          = g_strconcat ("/viewer/slow/", slow_rows[i].name, NULL);

      g_test_add_data_func (path, &slow_rows[i], test_slow);
    }
  g_test_add_func ("/viewer/kick-finishes-the-frame",
                   test_kick_finishes_the_frame);
  g_test_add_func ("/viewer/join/after-the-end", test_joins_after_the_end);
  g_test_add_func ("/viewer/slow/not-while-catching-up",
                   test_catches_up_with_a_long_gop);
  g_test_add_func ("/viewer/lag", test_lag_is_age_of_the_next);
  g_test_add_func ("/viewer/behind", test_behind);
  return g_test_run ();
}
