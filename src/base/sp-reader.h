/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** A cursor over bytes somebody else owns. After the first read past the end
 * it has failed for good: every later read gives 0 and moves nothing. */
typedef struct
{
  const guint8 *data;
  gsize len;
  gsize position;
  gboolean has_failed;
} SpReader;

void sp_reader_init (SpReader *reader, const guint8 *data, gsize len);
guint8 sp_reader_u8 (SpReader *reader);
guint16 sp_reader_u16le (SpReader *reader);
guint32 sp_reader_u32le (SpReader *reader);
guint64 sp_reader_u64le (SpReader *reader);
/* 1, 2 or 4 bytes by an ASF length type of 1, 2, 3; 0 bytes (and 0) by 0. */
guint32 sp_reader_sized (SpReader *reader, guint length_type);
/* NULL when fewer than @len bytes are left. */
const guint8 *sp_reader_slice (SpReader *reader, gsize len);
void sp_reader_skip (SpReader *reader, gsize len);
void sp_reader_seek (SpReader *reader, gsize position);
gsize sp_reader_left (const SpReader *reader);
