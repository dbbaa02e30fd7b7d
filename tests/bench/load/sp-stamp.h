/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** What a load source writes into each packet, so that the load client sees how
 * late the packet is and which ones are missing:
 *
 *   0  "SPSTAMP1"
 *   8  when it was sent, microseconds of CLOCK_MONOTONIC, 64 bits
 *  16  number of the packet in its stream, from 0, 32 bits
 *  20  length of the packet in bytes, from its first byte, 32 bits
 *
 * All little-endian. In an ASF packet of stream-pump-load it stands at
 * SP_STAMP_ASF_AT, which is where the media of the packet begin; in an opaque
 * packet it may stand at 0. Raw bodies are searched for the magic. */
typedef struct
{
  gint64 sent_us;
  guint32 number;
  guint32 packet_bytes;
} SpStamp;

#define SP_STAMP_MAGIC "SPSTAMP1"
#define SP_STAMP_MAGIC_LEN 8
#define SP_STAMP_LEN 24
#define SP_STAMP_ASF_AT 26
/* What a length may be; else the magic came about by chance. */
#define SP_STAMP_MAX_PACKET (16 * 1024 * 1024)

/* SP_STAMP_LEN bytes. */
void sp_stamp_write (const SpStamp *stamp, guint8 *at);
/* FALSE: there is no stamp in the SP_STAMP_LEN bytes at @at. */
gboolean sp_stamp_read (SpStamp *stamp, const guint8 *at);
