/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-framer.h"
#include "sp-ring.h"
#include "sp-viewer.h"

#include <stdio.h>
#include <stdlib.h>

#define DEFAULT_FRAMES 500000
#define PAYLOAD 1400
#define PACKET_SIZE 1450
#define BATCH 45 /* packets of a plan of 64 KiB */

typedef struct
{
  const char *name;
  const SpFramerClass *framer;
  guint8 is_chunked;
  guint8 padding_width;
} Case;

static const Case cases[] = {
  { "mmsh", &sp_mmsh_framer, FALSE, 0 },
  { "mmsh chunked", &sp_mmsh_framer, TRUE, 0 },
  { "bare", &sp_bare_framer, FALSE, 0 },
  { "bare mended", &sp_bare_framer, FALSE, 2 },
};

static SpPacket *
make_packet (const Case *what, SpPacketKind kind, guint32 number)
{
  SpPacketMeta meta = { .kind = kind,
                        .is_join_point = TRUE,
                        .number = number,
                        .packet_size = PACKET_SIZE,
                        .padding_at = 6,
                        .padding_width = what->padding_width };
  g_autofree guint8 *payload = g_malloc0 (PAYLOAD);

  return sp_packet_new (&meta, payload, PAYLOAD);
}

static void
report (const char *what, const char *name, guint64 n, gint64 took_us)
{
  double ns = (double)took_us * 1000 / (double)n;

  printf ("%-12s %-13s %8.1f ns/frame %12.0f frames/s\n",
          what,
          name,
          ns,
          ns > 0 ? 1e9 / ns : 0);
}

/* The framer alone; returns what was made so that it must be made. */
static guint64
bench_frame (const Case *what, guint64 n)
{
  g_autoptr (SpPacket) packet = make_packet (what, SP_PACKET_DATA, 7);
  SpFramerState state
      = { .has_sent_header = TRUE, .is_chunked = what->is_chunked };
  gint64 start_us = g_get_monotonic_time ();
  guint64 sum = 0;
  SpFrame frame;

  for (guint64 i = 0; i < n; i++)
    {
      what->framer->frame (&state, packet, 0, &frame);
      what->framer->advance (&state, packet->meta.kind, 1);
      sum += frame.prefix[i % 12] + sp_frame_total (&frame);
    }
  report ("frame", what->name, n, g_get_monotonic_time () - start_us);
  return sum;
}

/* What a worker does for one viewer but for the system call: plan and advance,
 * BATCH packets at a time. */
static guint64
bench_plan (const Case *what, guint64 n)
{
  static SpPlan plan;
  static const SpViewerRules rules = { .slow_us = G_MAXINT64 };
  g_autoptr (SpRing) ring = sp_ring_new (BATCH * PAYLOAD * 2, G_MAXINT32);
  SpViewer viewer;
  guint64 sum = 0;
  gint64 took_us = 0;
  guint64 sent = 0;

  sp_viewer_init (&viewer, what->framer, what->is_chunked);
  sp_ring_append (ring, make_packet (what, SP_PACKET_HEADER, 0));
  sp_viewer_join (&viewer, ring, 0, 0);
  while (sent < n)
    {
      for (guint32 i = 0; i < BATCH; i++)
        sp_ring_append (ring,
                        make_packet (what, SP_PACKET_DATA, (guint32)sent + i));
      gint64 start_us = g_get_monotonic_time ();
      while (sp_viewer_plan (&viewer, ring, &rules, 0, &plan) == SP_VIEWER_SEND)
        {
          sum += plan.bytes;
          sp_viewer_advance (&viewer, ring, &plan, plan.bytes);
        }
      took_us += g_get_monotonic_time () - start_us;
      sent += BATCH;
    }
  sp_viewer_clear (&viewer);
  g_assert_cmpuint (viewer.packets_sent, ==, sent);
  report ("plan+advance", what->name, sent, took_us);
  return sum;
}

/* bench-framer [FRAMES]: nanoseconds that one packet for one viewer costs
 * before the system call. */
int
main (int argc, char **argv)
{
  guint64 n = argc > 1 ? g_ascii_strtoull (argv[1], NULL, 10) : DEFAULT_FRAMES;
  guint64 sum = 0;

  printf ("%" G_GUINT64_FORMAT " packets of %d bytes\n", n, PAYLOAD);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      sum += bench_frame (&cases[i], n);
      sum += bench_plan (&cases[i], n);
    }
  return sum > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
