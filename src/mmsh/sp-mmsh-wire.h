/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/* MS-WMSP 2.2.3.1: framing header and MMS data packet header. */
#define SP_MMSH_MAGIC 0x24
#define SP_MMSH_MAGIC_MASK 0x7f
#define SP_MMSH_FRAMING_LEN 4
#define SP_MMSH_PREHEADER_LEN 8
#define SP_MMSH_AF_FLAGS_AT 9     /* of a data packet, framing header and all */
#define SP_MMSH_MAX_PAYLOAD 65527 /* MS-WMSP 2.2.3.1.2 */

#define SP_MMSH_CHANGE 'C'
#define SP_MMSH_DATA 'D'
#define SP_MMSH_END 'E'
#define SP_MMSH_FILLER 'F'
#define SP_MMSH_HEADER 'H'
#define SP_MMSH_META 'M'
#define SP_MMSH_PAIR 'P'
#define SP_MMSH_TEST 'T'

/* AFFlags of $H and $M (MS-WMSP 2.2.3.1.2) */
#define SP_MMSH_AF_FIRST 0x04
#define SP_MMSH_AF_LAST 0x08

#define SP_MMSH_REASON_FINISHED 0
#define SP_MMSH_REASON_ENTRY 1
#define SP_MMSH_REASON_REWOUND 0x000D2F09u
#define SP_MMSH_REASON_BACKWARDS 0x400D14BEu

/* Each writes at @out and returns the number of bytes. */
guint sp_mmsh_write_framing (guint8 *out, guint8 type, guint16 packet_length);
guint sp_mmsh_write_data_head (guint8 *out,
                               guint8 type,
                               guint32 location_id,
                               guint8 incarnation,
                               guint8 af_flags,
                               guint16 payload_len);
guint sp_mmsh_write_reason (guint8 *out, guint8 type, guint32 reason);
/* A header goes out as one or more $H, of SP_MMSH_MAX_PAYLOAD bytes but the
 * last. */
guint sp_mmsh_header_parts (gsize len);
guint
sp_mmsh_write_header_head (guint8 *out, gsize len, guint part, gsize *part_len);
/* The whole header as $H packets (split when it does not fit one), appended. */
void sp_mmsh_append_header (GByteArray *out, const guint8 *header, gsize len);
