/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-asf-header.h"

typedef struct
{
  guint32 send_time_ms;
  gsize send_time_at; /* offset of that field */
  guint16 duration_ms;
  gboolean is_key; /* a video key frame starts here (some payload of a video
                      stream with the key bit and offset 0) */
  guint n_payloads;
  gboolean is_multiple;
  guint16 padding_at;   /* offset of the Padding Length field */
  guint8 padding_width; /* its bytes; 0: there is none */
  guint32 padding_len;  /* its value */
  gboolean has_packet_length;
  gboolean has_presentation; /* of audio and video, earliest and latest: */
  guint32 first_presentation_ms;
  guint32 last_presentation_ms;
  guint16 media_at; /* the longest payload's data: media, and no times */
  guint16 media_len;
} SpAsfPacket;

/* Pure; ASF specification 5.2. FALSE for a packet that contradicts itself.
 * @header gives the kinds of the streams and the packet size. */
gboolean sp_asf_packet_parse (SpAsfPacket *packet,
                              const SpAsfHeader *header,
                              const guint8 *data,
                              gsize len,
                              GError **error);
/* Adds @delta_ms (mod 2^32) to the send time and every presentation time in
 * place: what a file source does at each turn of its loop. */
gboolean sp_asf_packet_shift (const SpAsfHeader *header,
                              guint8 *data,
                              gsize len,
                              guint32 delta_ms,
                              GError **error);
