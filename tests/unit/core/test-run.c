/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-run.h"
#include "sp-test.h"

#include <string.h>
#include <unistd.h>

/* "x" + the viewer's byte + payload + zeros up to the packet size + ";" */
static void
frame_text (const SpFramerState *state,
            const SpPacket *packet,
            guint part,
            SpFrame *frame)
{
  memset (frame, 0, sizeof *frame);
  frame->is_last_part = TRUE;
  frame->prefix[0] = 'x';
  frame->prefix[1] = state->af_flags;
  frame->prefix_len = 2;
  frame->own_at = state->is_chunked ? 1 : 0;
  frame->payload_len = packet->len;
  if (packet->meta.packet_size > packet->len)
    frame->zeros = packet->meta.packet_size - packet->len;
  frame->suffix[0] = ';';
  frame->suffix_len = 1;
}

static const SpFramerClass framer = { "text", frame_text, NULL };
static const SpFramerClass other_framer = { "other", frame_text, NULL };

static void
append (SpRing *ring, SpPacketKind kind, const char *payload, gsize len)
{
  SpPacketMeta meta = { .kind = kind };

  sp_ring_append (ring, sp_packet_new (&meta, (const guint8 *)payload, len));
}

static void
append_text (SpRing *ring, const char *payload)
{
  append (ring, SP_PACKET_DATA, payload, strlen (payload));
}

/* The second time it is wanted it is there. */
static SpRun *
get (SpRuns *runs, SpRing *ring, guint64 from, guint8 af_flags)
{
  const SpFramerState state = { .af_flags = af_flags, .is_chunked = TRUE };
  SpRun *run = sp_runs_get (runs, ring, from, &framer, &state);

  return run != NULL ? run : sp_runs_get (runs, ring, from, &framer, &state);
}

static void
assert_bytes (SpRun *run, const char *expected, gsize len)
{
  gsize have;
  const guint8 *bytes;

  g_assert_nonnull (run);
  bytes = sp_run_bytes (run, &have);
  g_assert_cmpmem (bytes, have, expected, len);
}

static void
test_second_wish (void)
{
  const SpFramerState state = { .is_chunked = TRUE };
  g_autoptr (SpRuns) runs = sp_runs_new ();
  g_autoptr (SpRing) ring = sp_ring_new (10000, G_MAXINT32);

  append_text (ring, "a");
  append_text (ring, "b");
  g_assert_null (sp_runs_get (runs, ring, 0, &framer, &state));
  g_assert_null (sp_runs_get (runs, ring, 1, &framer, &state));
  g_assert_null (sp_runs_get (runs, ring, 0, &framer, &state));
  g_assert_nonnull (sp_runs_get (runs, ring, 0, &framer, &state));
  g_assert_null (sp_runs_get (runs, ring, 0, &other_framer, &state));
}

static void
test_each_viewer_has_its_byte (void)
{
  g_autoptr (SpRuns) runs = sp_runs_new ();
  g_autoptr (SpRing) ring = sp_ring_new (10000, G_MAXINT32);

  append_text (ring, "one");
  append_text (ring, "two");
  assert_bytes (get (runs, ring, 0, 7), "x\7one;x\10two;", 12);
  assert_bytes (get (runs, ring, 0, 255), "x\377one;x\0two;", 12);
  assert_bytes (get (runs, ring, 1, 40), "x(two;", 6);
}

static void
test_goes_on_with_the_ring (void)
{
  g_autoptr (SpRuns) runs = sp_runs_new ();
  g_autoptr (SpRing) ring = sp_ring_new (10000, G_MAXINT32);

  append_text (ring, "one");
  assert_bytes (get (runs, ring, 0, 'a'), "xaone;", 6);
  append_text (ring, "two");
  assert_bytes (get (runs, ring, 0, 'a'), "xaone;xbtwo;", 12);
  append (ring, SP_PACKET_END, NULL, 0);
  append_text (ring, "never");
  assert_bytes (get (runs, ring, 0, 'a'), "xaone;xbtwo;", 12);
  g_assert_null (get (runs, ring, 2, 'a'));
}

/* A ring that comes where another was has packets of the same numbers. */
static void
test_rings_are_told_apart (void)
{
  g_autoptr (SpRuns) runs = sp_runs_new ();

  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (SpRing) ring = sp_ring_new (10000, G_MAXINT32);
      const char text[] = { (char)('A' + i), '\0' };
      const char expected[] = { 'x', 'a', text[0], ';' };

      append_text (ring, text);
      assert_bytes (get (runs, ring, 0, 'a'), expected, sizeof expected);
    }
}

static void
test_is_bounded (void)
{
  g_autofree char *payload = g_strnfill (60000, 'p');
  g_autoptr (SpRuns) runs = sp_runs_new ();
  g_autoptr (SpRing) ring = sp_ring_new (10000000, G_MAXINT32);
  gsize len;

  append (ring, SP_PACKET_DATA, payload, 60000);
  append (ring, SP_PACKET_DATA, payload, 60000);
  (void)sp_run_bytes (get (runs, ring, 0, 0), &len);
  g_assert_cmpuint (len, ==, 60003);
  for (guint i = 0; i < 5000; i++)
    append (ring, SP_PACKET_DATA, payload, 1);
  (void)sp_run_bytes (get (runs, ring, 2, 0), &len);
  g_assert_cmpuint (len, <=, SP_RUN_BYTES);
  g_assert_cmpuint (len % 4, ==, 0);
}

static void
read_extent (const SpExtent *extent, guint8 *bytes, gsize len)
{
  g_assert_cmpint (pread (extent->fd, bytes, len, extent->at), ==, (gssize)len);
}

/* As many viewers as in a crowd want what is next from @from on. */
static SpRun *
get_as_crowd (SpRuns *runs, SpRing *ring, guint64 from, guint8 af_flags)
{
  SpRun *run = NULL;

  for (guint i = 0; i < 100; i++)
    run = get (runs, ring, from, af_flags);
  return run;
}

static SpRing *
make_ring (guint n, gsize len)
{
  g_autofree char *payload = g_strnfill (len, 'p');
  SpRing *ring = sp_ring_new (10000000, G_MAXINT32);

  for (guint i = 0; i < n; i++)
    append (ring, SP_PACKET_DATA, payload, len);
  return ring;
}

static void
assert_filed (SpRun *run)
{
  g_autofree guint8 *filed = g_malloc (SP_RUN_BYTES);
  const guint8 *bytes;
  gsize len;

  g_assert_nonnull (sp_run_extent (run));
  bytes = sp_run_bytes (run, &len);
  read_extent (sp_run_extent (run), filed, len);
  g_assert_cmpmem (filed, len, bytes, len);
}

/* What a crowd wants is in a file, too, from its second time on. */
static void
test_file (void)
{
  g_autoptr (SpRuns) runs = sp_runs_new ();
  g_autoptr (SpRing) ring = make_ring (4, 10000);

  g_assert_null (sp_run_extent (get_as_crowd (runs, ring, 0, 7)));
  g_assert_null (sp_run_extent (get (runs, ring, 0, 9)));
  assert_filed (get_as_crowd (runs, ring, 1, 8));
  g_assert_null (sp_run_extent (get (runs, ring, 1, 10)));
  assert_filed (get_as_crowd (runs, ring, 2, 9));
  g_assert_null (sp_run_extent (get (runs, ring, 2, 10)));
}

/* A socket may still hold it. */
static void
test_file_stays (void)
{
  g_autofree guint8 *before = g_malloc (SP_RUN_BYTES);
  g_autofree guint8 *after = g_malloc (SP_RUN_BYTES);
  g_autoptr (SpRuns) runs = sp_runs_new ();
  g_autoptr (SpRing) ring = make_ring (4, 10000);
  SpExtent extent;
  gsize len;

  for (guint8 i = 0; i < 20; i++)
    (void)get_as_crowd (runs, ring, 0, i);
  (void)get_as_crowd (runs, ring, 1, 1);
  (void)sp_run_bytes (get (runs, ring, 1, 1), &len);
  extent = *sp_run_extent (get (runs, ring, 1, 1));
  read_extent (&extent, before, len);
  for (guint8 i = 0; i < 20; i++)
    (void)get_as_crowd (runs, ring, 1, i);
  read_extent (&extent, after, len);
  g_assert_cmpmem (after, len, before, len);
}

/* One that has grown is another. */
static void
test_file_grows (void)
{
  g_autoptr (SpRuns) runs = sp_runs_new ();
  g_autoptr (SpRing) ring = make_ring (2, 20000);
  g_autofree char *payload = g_strnfill (20000, 'p');
  gsize len;

  (void)get_as_crowd (runs, ring, 0, 7);
  assert_filed (get_as_crowd (runs, ring, 1, 8));
  append (ring, SP_PACKET_DATA, payload, 20000);
  assert_filed (get (runs, ring, 1, 8));
  (void)sp_run_bytes (get (runs, ring, 1, 8), &len);
  g_assert_cmpuint (len, ==, 40006);
}

/* A little is not worth it. */
static void
test_no_file (void)
{
  g_autoptr (SpRuns) runs = sp_runs_new ();
  g_autoptr (SpRing) ring = sp_ring_new (10000, G_MAXINT32);

  append_text (ring, "a");
  append_text (ring, "b");
  (void)get_as_crowd (runs, ring, 0, 7);
  g_assert_null (sp_run_extent (get_as_crowd (runs, ring, 1, 8)));
}

static void
test_count (void)
{
  static const guint whole[] = { 0, 0, 0, 0, 1, 1, 1, 1, 1, 2 };
  static const guint rest[] = { 0, 1, 2, 3, 0, 1, 2, 3, 4, 0 };
  g_autoptr (SpRuns) runs = sp_runs_new ();
  g_autoptr (SpRing) ring = sp_ring_new (10000, G_MAXINT32);
  SpRun *run;

  append_text (ring, "1");
  append_text (ring, "22");
  run = get (runs, ring, 0, 0);
  for (gsize bytes = 0; bytes < G_N_ELEMENTS (whole); bytes++)
    {
      gsize left;

      g_assert_cmpuint (sp_run_count (run, bytes, &left), ==, whole[bytes]);
      g_assert_cmpuint (left, ==, rest[bytes]);
    }
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/run/second-wish", test_second_wish);
  g_test_add_func ("/run/own-byte", test_each_viewer_has_its_byte);
  g_test_add_func ("/run/goes-on", test_goes_on_with_the_ring);
  g_test_add_func ("/run/rings", test_rings_are_told_apart);
  g_test_add_func ("/run/bounded", test_is_bounded);
  g_test_add_func ("/run/file", test_file);
  g_test_add_func ("/run/file-stays", test_file_stays);
  g_test_add_func ("/run/file-grows", test_file_grows);
  g_test_add_func ("/run/no-file", test_no_file);
  g_test_add_func ("/run/count", test_count);
  return g_test_run ();
}
