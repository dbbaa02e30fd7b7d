/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-stamp.h"

/* A packet has room for its heads, a stamp, and the number once more at the
 * end. */
#define SP_LOAD_ASF_MIN_PACKET 64
#define SP_LOAD_ASF_MAX_PACKET 65527 /* MS-WMSP 2.2.3.1.2 */

/** A live ASF stream that holds nothing but noise and stamps: one video stream,
 * each packet one object, so that every packet may be a key frame. Pure. */

/* Header Object and the head of the Data Object (transfer full). */
GBytes *sp_load_asf_header (guint packet_bytes, guint bitrate_kbps);
/* The @packet_bytes of @at become a packet that sp_load_asf_stamp() can mend
 * for each turn. */
void sp_load_asf_packet (guint8 *at, guint packet_bytes);
/* @send_time_ms: since the start of the stream. */
void sp_load_asf_stamp (guint8 *at,
                        const SpStamp *stamp,
                        guint32 send_time_ms,
                        gboolean is_key);
