/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-asf.h"

#include "sp-asf-packet.h"
#include "sp-repeats.h"
#include "sp-test.h"

#define KBPS 1500

static void
parse_header (SpAsfHeader *header, guint packet_bytes)
{
  g_autoptr (GBytes) bytes = sp_load_asf_header (packet_bytes, KBPS);
  g_autoptr (GError) error = NULL;
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);

  sp_asf_header_parse (header, data, len, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (header->header_len + SP_ASF_DATA_OBJECT_HEAD, ==, len);
}

static void
test_header (void)
{
  SpAsfHeader header;

  parse_header (&header, 1400);
  g_assert_cmpuint (header.packet_size, ==, 1400);
  g_assert_cmpuint (header.nominal_bps, ==, KBPS * 1000);
  g_assert_true (header.has_video);
  g_assert_cmpuint (header.n_streams, ==, 1);
}

/* Of each size: the pump understands the packet, and the stamp is found. */
static void
test_packets (void)
{
  static const guint sizes[]
      = { SP_LOAD_ASF_MIN_PACKET, 65, 1400, SP_LOAD_ASF_MAX_PACKET };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree guint8 *packet = g_malloc (sizes[i]);
      SpStamp stamp = { .sent_us = 77, .number = i, .packet_bytes = sizes[i] };
      SpStamp found;
      SpAsfHeader header;
      SpAsfPacket parsed;
      g_autoptr (GError) error = NULL;

      parse_header (&header, sizes[i]);
      sp_load_asf_packet (packet, sizes[i]);
      sp_load_asf_stamp (packet, &stamp, 4000, i % 2 == 0);
      sp_asf_packet_parse (&parsed, &header, packet, sizes[i], &error);
      g_assert_no_error (error);
      g_assert_cmpint (parsed.is_key, ==, i % 2 == 0);
      g_assert_cmpuint (parsed.send_time_ms, ==, 4000);
      g_assert_cmpuint (parsed.media_at, ==, SP_STAMP_ASF_AT);
      g_assert_cmpuint (parsed.media_len, ==, sizes[i] - SP_STAMP_ASF_AT);
      g_assert_true (sp_stamp_read (&found, packet + SP_STAMP_ASF_AT));
      g_assert_cmpint (found.sent_us, ==, 77);
      g_assert_cmpuint (found.number, ==, i);
      g_assert_cmpuint (found.packet_bytes, ==, sizes[i]);
    }
}

/* The hash that tells a source in a loop sees another one in each packet. */
static void
test_no_loop (void)
{
  g_autoptr (SpRepeats) repeats = sp_repeats_new ();
  guint8 packet[1400];

  sp_load_asf_packet (packet, sizeof packet);
  for (guint i = 0; i < 1000; i++)
    {
      SpStamp stamp = { .number = i, .packet_bytes = sizeof packet };

      sp_load_asf_stamp (packet, &stamp, 0, FALSE);
      g_assert_false (
          sp_repeats_add (repeats,
                          sp_repeats_hash (packet + SP_STAMP_ASF_AT,
                                           sizeof packet - SP_STAMP_ASF_AT)));
    }
}

static void
test_no_stamp (void)
{
  guint8 at[SP_STAMP_LEN];
  SpStamp stamp = { .packet_bytes = 1400 };

  sp_stamp_write (&stamp, at);
  g_assert_true (sp_stamp_read (&stamp, at));
  at[7] = 'x';
  g_assert_false (sp_stamp_read (&stamp, at));
  stamp.packet_bytes = SP_STAMP_LEN - 1;
  sp_stamp_write (&stamp, at);
  g_assert_false (sp_stamp_read (&stamp, at));
  stamp.packet_bytes = SP_STAMP_MAX_PACKET + 1;
  sp_stamp_write (&stamp, at);
  g_assert_false (sp_stamp_read (&stamp, at));
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/load-asf/header/is-understood", test_header);
  g_test_add_func ("/load-asf/packet/is-understood", test_packets);
  g_test_add_func ("/load-asf/packet/is-no-loop", test_no_loop);
  g_test_add_func ("/load-asf/stamp/only-with-magic-and-length", test_no_stamp);
  return g_test_run ();
}
