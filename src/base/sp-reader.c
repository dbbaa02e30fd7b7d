/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-reader.h"

/** sp_reader_init: @data stays the caller's and must outlive @reader. */
void
sp_reader_init (SpReader *reader, const guint8 *data, gsize len)
{
  *reader = (SpReader){ .data = data, .len = len };
}

/** sp_reader_slice: @len bytes at the cursor, which moves past them; NULL (and
 * failed for good) when fewer are left. */
const guint8 *
sp_reader_slice (SpReader *reader, gsize len)
{
  const guint8 *at;

  if (reader->has_failed || len > reader->len - reader->position)
    {
      reader->has_failed = TRUE;
      return NULL;
    }
  at = reader->data + reader->position;
  reader->position += len;
  return at;
}

/** sp_reader_skip: moves the cursor; fails for good past the end. */
void
sp_reader_skip (SpReader *reader, gsize len)
{
  (void)sp_reader_slice (reader, len);
}

/** sp_reader_seek: moves the cursor to @position; fails for good past the end.
 */
void
sp_reader_seek (SpReader *reader, gsize position)
{
  if (reader->has_failed || position > reader->len)
    reader->has_failed = TRUE;
  else
    reader->position = position;
}

/** sp_reader_left: bytes still there; 0 after a failure. */
gsize
sp_reader_left (const SpReader *reader)
{
  return reader->has_failed ? 0 : reader->len - reader->position;
}

static guint64
read_le (SpReader *reader, guint width)
{
  const guint8 *at = sp_reader_slice (reader, width);
  guint64 value = 0;

  if (at == NULL)
    return 0;
  for (guint i = width; i > 0; i--)
    value = value << 8 | at[i - 1];
  return value;
}

guint8
sp_reader_u8 (SpReader *reader)
{
  return (guint8)read_le (reader, 1);
}

guint16
sp_reader_u16le (SpReader *reader)
{
  return (guint16)read_le (reader, 2);
}

guint32
sp_reader_u32le (SpReader *reader)
{
  return (guint32)read_le (reader, 4);
}

guint64
sp_reader_u64le (SpReader *reader)
{
  return read_le (reader, 8);
}

/** sp_reader_sized: ASF specification 5.2.2: length types 0, 1, 2, 3 stand for
 * no field, BYTE, WORD, DWORD. */
guint32
sp_reader_sized (SpReader *reader, guint length_type)
{
  static const guint8 widths[4] = { 0, 1, 2, 4 };

  return (guint32)read_le (reader, widths[length_type & 3]);
}
