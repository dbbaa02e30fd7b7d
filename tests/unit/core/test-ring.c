/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ring.h"
#include "sp-test.h"

#define SECOND G_USEC_PER_SEC

static SpPacket *
packet (SpPacketKind kind, guint32 epoch, gint64 at_us, gboolean is_join)
{
  SpPacketMeta meta = {
    .kind = kind, .epoch = epoch, .arrived_us = at_us, .is_join_point = is_join
  };

  return sp_packet_new (&meta, (const guint8 *)"0123456789", 10);
}

/* @text: a letter a packet, a second apart: H header, K key, d other, E end. */
static SpRing *
ring_of (const char *text, gsize max_bytes, gint64 max_us)
{
  SpRing *ring = sp_ring_new (max_bytes, max_us);
  guint32 epoch = 0;

  for (guint i = 0; text[i] != '\0'; i++)
    {
      SpPacketKind kind = text[i] == 'H'   ? SP_PACKET_HEADER
                          : text[i] == 'E' ? SP_PACKET_END
                                           : SP_PACKET_DATA;

      epoch += kind == SP_PACKET_HEADER;
      sp_ring_append (ring, packet (kind, epoch, i * SECOND, text[i] == 'K'));
    }
  return ring;
}

typedef struct
{
  const char *name;
  const char *packets;
  gint64 now_s;
  gint64 burst_s;
  guint64 expected;
} JoinRow;

static const JoinRow join_rows[] = {
  { "empty", "", 0, 2, 0 },
  { "no-key-yet", "Hddd", 4, 2, 4 },
  { "newest-with-no-burst", "HKddKdd", 6, 0, 4 },
  { "nearest-to-burst", "HKKKKKK", 6, 2, 4 },
  { "older-key-when-nearer", "HKddddd", 6, 2, 1 },
  { "between-two-keys", "HKdddKd", 6, 2, 5 },
  { "none-of-an-older-epoch", "HKKKHdd", 6, 2, 7 },
  { "only-of-the-new-epoch", "HKKKHdK", 6, 5, 6 },
  { "none-across-an-end", "HKKKE", 5, 2, 5 },
};

static void
test_join (gconstpointer data)
{
  const JoinRow *row = data;
  g_autoptr (SpRing) ring = ring_of (row->packets, 10000, 100 * SECOND);

  g_assert_cmpuint (
      sp_ring_join_point (ring, row->now_s * SECOND, row->burst_s * SECOND),
      ==,
      row->expected);
}

static void
test_trims_by_time (void)
{
  g_autoptr (SpRing) ring = ring_of ("HKdKdKdK", 10000, 2 * SECOND);

  g_assert_cmpuint (sp_ring_end (ring), ==, 8);
  g_assert_cmpuint (sp_ring_oldest (ring), ==, 5);
}

static void
test_keeps_last_keyframe (void)
{
  g_autoptr (SpRing) ring = ring_of ("HKddddddd", 10000, 2 * SECOND);

  g_assert_cmpuint (sp_ring_oldest (ring), ==, 1);
}

static void
test_bytes_beat_keyframe (void)
{
  g_autoptr (SpRing) ring = ring_of ("HKddddddd", 30, 2 * SECOND);

  g_assert_cmpuint (sp_ring_oldest (ring), ==, 6);
  g_assert_cmpuint (sp_ring_bytes (ring), ==, 30);
}

static void
test_keeps_newest_packet_of_any_size (void)
{
  g_autoptr (SpRing) ring = ring_of ("HKd", 5, SECOND);

  g_assert_cmpuint (sp_ring_oldest (ring), ==, 2);
  g_assert_cmpuint (sp_ring_end (ring), ==, 3);
}

static void
test_header_outlives_window (void)
{
  g_autoptr (SpRing) ring = ring_of ("HdddddKdddd", 40, SECOND);

  g_assert_nonnull (sp_ring_header (ring));
  g_assert_cmpuint (sp_ring_header (ring)->meta.epoch, ==, 1);
}

static void
test_newest_join_point (void)
{
  g_autoptr (SpRing) ring = ring_of ("HKddKd", 10000, 100 * SECOND);

  g_assert_cmpuint (sp_ring_newest_join_point (ring, 0), ==, 4);
  g_assert_cmpuint (sp_ring_newest_join_point (ring, 4), ==, 4);
  g_assert_cmpuint (sp_ring_newest_join_point (ring, 5), ==, 6);
}

static void
test_grows_in_order (void)
{
  g_autoptr (SpRing) ring = sp_ring_new (G_MAXSIZE, G_MAXINT64);

  for (gint64 i = 0; i < 1000; i++)
    sp_ring_append (ring, packet (SP_PACKET_DATA, 0, i, FALSE));
  for (guint64 seq = 0; seq < 1000; seq++)
    g_assert_cmpint (sp_ring_get (ring, seq)->meta.arrived_us, ==, (gint64)seq);
}

/* Whatever was dropped or made room for meanwhile. */
static void
test_bytes_from (void)
{
  g_autoptr (SpRing) ring = sp_ring_new (G_MAXSIZE, 500);

  g_assert_cmpuint (sp_ring_bytes_from (ring, 0), ==, 0);
  for (gint64 i = 0; i < 1000; i++)
    {
      sp_ring_append (ring, packet (SP_PACKET_DATA, 0, i, FALSE));
      g_assert_cmpuint (sp_ring_bytes_from (ring, 0), ==, sp_ring_bytes (ring));
    }
  for (guint64 seq = sp_ring_oldest (ring); seq <= 1000; seq++)
    g_assert_cmpuint (sp_ring_bytes_from (ring, seq), ==, 10 * (1000 - seq));
  g_assert_cmpuint (sp_ring_bytes_from (ring, 4711), ==, 0);
}

/* When nothing comes any more: the newest stays, and before an END what leads
 * to it from the last key frame on. */
static void
test_trims_without_packets (void)
{
  g_autoptr (SpRing) held = ring_of ("HKdKdd", 10000, 10 * SECOND);
  g_autoptr (SpRing) ended = ring_of ("HKdKddE", 10000, 10 * SECOND);

  sp_ring_trim (held, 11 * SECOND);
  g_assert_cmpuint (sp_ring_oldest (held), ==, 1);
  sp_ring_trim (held, 100 * SECOND);
  g_assert_cmpuint (sp_ring_oldest (held), ==, 3);
  g_assert_cmpuint (sp_ring_bytes (held), ==, 30);
  sp_ring_trim (ended, 15 * SECOND);
  g_assert_cmpuint (sp_ring_oldest (ended), ==, 5);
  sp_ring_trim (ended, 100 * SECOND);
  g_assert_cmpuint (sp_ring_oldest (ended), ==, 6);
  g_assert_cmpuint (sp_ring_end (ended), ==, 7);
  g_assert_true (sp_ring_has_ended (ended));
}

/* Slots go and come again, and what is in them stays in order. */
static void
test_shrinks_and_grows (void)
{
  g_autoptr (SpRing) ring = sp_ring_new (G_MAXSIZE, 100);

  for (gint64 i = 0; i < 5000; i++)
    {
      sp_ring_append (ring,
                      packet (SP_PACKET_DATA, 0, i < 2500 ? 0 : i, FALSE));
      if (i % 1000 == 999)
        sp_ring_trim (ring, i);
    }
  g_assert_cmpuint (sp_ring_oldest (ring), ==, 4899);
  for (guint64 seq = 4899; seq < 5000; seq++)
    g_assert_cmpint (sp_ring_get (ring, seq)->meta.arrived_us, ==, (gint64)seq);
  g_assert_cmpuint (sp_ring_bytes_from (ring, 0), ==, 1010);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (join_rows); i++)
    {
      g_autofree char *path
          = g_strconcat ("/ring/join/", join_rows[i].name, NULL);

      g_test_add_data_func (path, &join_rows[i], test_join);
    }
  g_test_add_func ("/ring/trim/by-time", test_trims_by_time);
  g_test_add_func ("/ring/trim/keeps-last-keyframe", test_keeps_last_keyframe);
  g_test_add_func ("/ring/trim/bytes-beat-keyframe", test_bytes_beat_keyframe);
  g_test_add_func ("/ring/trim/keeps-newest",
                   test_keeps_newest_packet_of_any_size);
  g_test_add_func ("/ring/trim/without-packets", test_trims_without_packets);
  g_test_add_func ("/ring/shrinks-and-grows", test_shrinks_and_grows);
  g_test_add_func ("/ring/header-outlives-window", test_header_outlives_window);
  g_test_add_func ("/ring/newest-join-point", test_newest_join_point);
  g_test_add_func ("/ring/grows-in-order", test_grows_in_order);
  g_test_add_func ("/ring/bytes-from", test_bytes_from);
  return g_test_run ();
}
