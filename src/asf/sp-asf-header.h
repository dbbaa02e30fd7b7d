/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

#define SP_ASF_MAX_STREAMS 128

/* Always whole: Header Object and the first 50 bytes of the Data Object. */
#define SP_ASF_DATA_OBJECT_HEAD 50

typedef enum
{
  SP_ASF_OTHER,
  SP_ASF_AUDIO,
  SP_ASF_VIDEO,
  SP_ASF_COMMAND,
} SpAsfStreamKind;

typedef struct
{
  gboolean is_present;
  SpAsfStreamKind kind;
  gboolean has_no_clean_points; /* Extended Stream Properties flag 4 */
  guint32 bitrate_bps;          /* Stream Bitrate Properties, or 0 */
} SpAsfStream;

typedef struct
{
  guint32 packet_size; /* fixed: minimum and maximum must agree */
  guint32 max_bitrate_bps;
  guint32 flags; /* bit 0 broadcast, bit 1 seekable */
  guint32 preroll_ms;
  guint64 data_packets;
  guint64 play_duration_100ns;
  guint64 send_duration_100ns;
  gsize header_len;    /* of the Header Object alone */
  gboolean has_video;  /* a video stream with clean points */
  guint64 nominal_bps; /* of its streams together, or else the highest that
                          it names; 0: it names none */
  guint n_streams;
  SpAsfStream streams[SP_ASF_MAX_STREAMS]; /* by stream number */
} SpAsfHeader;

/* Pure. @len may hold more than the header. FALSE when it is no ASF header or
 * its packet sizes differ or are out of range (a relay then treats the stream
 * as opaque). */
gboolean sp_asf_header_parse (SpAsfHeader *header,
                              const guint8 *data,
                              gsize len,
                              GError **error);
/* Bytes of Header Object plus Data Object head once 24 bytes are there; 0: more
 * are needed. FALSE when @data does not start with a Header Object of a size up
 * to @max. */
gboolean sp_asf_header_measure (
    const guint8 *data, gsize len, gsize max, gsize *total, GError **error);
/* For a file played as if live: a copy with the broadcast bit set, seekable
 * cleared, packet counts and durations as a live encoder writes them, Data
 * Object size 50. (transfer full) */
GBytes *sp_asf_header_as_live (const guint8 *data, gsize len, GError **error);
