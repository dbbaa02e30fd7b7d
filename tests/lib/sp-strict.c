/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-strict.h"

#include <string.h>

#define FRAMING_LEN 4
#define PREHEADER_LEN 8
#define START_KEPT_BYTES 16384
#define MAX_HEAD_BYTES 65536
/* VLC reads packets of 65,537 bytes with the data at 12. */
#define MAX_PAYLOAD 65527

static gboolean G_GNUC_PRINTF (2, 3)
    complain (SpStrict *strict, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (strict->error == NULL)
    strict->error = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return FALSE;
}

static guint32
read_le (const guint8 *data, guint n)
{
  guint32 value = 0;

  for (guint i = 0; i < n; i++)
    value |= (guint32)data[i] << (8 * i);
  return value;
}

static guint32
read_number (const guint8 *data, gsize len)
{
  guint8 bytes[4] = { 0 };

  memcpy (bytes, data, MIN (len, sizeof bytes));
  return (guint32)bytes[0] << 24 | (guint32)bytes[1] << 16
         | (guint32)bytes[2] << 8 | bytes[3];
}

static SpFrame *
add_frame (SpStrict *strict, char type)
{
  SpFrame frame = { .type = type, .at_us = g_get_monotonic_time () };

  g_array_append_val (strict->frames, frame);
  return &g_array_index (strict->frames, SpFrame, strict->frames->len - 1);
}

static void
add_data (SpStrict *strict, const guint8 *payload, gsize len)
{
  if (strict->n_data == 0)
    strict->first_data_us = g_get_monotonic_time ();
  g_checksum_update (strict->payloads, payload, (gssize)len);
  strict->n_data++;
  strict->data_bytes += len;
}

static gboolean
read_header_frame (SpStrict *strict, SpFrame *frame, const guint8 *payload)
{
  gboolean is_first = strict->n_fragments == 0;
  guint8 expected = is_first ? 0x04 : 0x00;

  if (is_first && strict->headers->len > 0 && !strict->is_changing)
    return complain (strict, "$H without a $C before it");
  if (frame->location != strict->n_fragments)
    return complain (strict, "$H fragment with LocationId %u", frame->location);
  if ((frame->flags & ~0x08) != expected)
    return complain (strict, "$H with AFFlags %02x", frame->flags);
  g_byte_array_append (strict->fragments, payload, frame->length);
  strict->n_fragments++;
  if ((frame->flags & 0x08) == 0)
    return TRUE;
  if (strict->n_fragments > 1 && strict->fragments->len <= MAX_PAYLOAD)
    return complain (strict, "a header split without need");
  g_ptr_array_add (
      strict->headers,
      g_bytes_new (strict->fragments->data, strict->fragments->len));
  g_byte_array_set_size (strict->fragments, 0);
  strict->n_fragments = 0;
  strict->is_changing = FALSE;
  return TRUE;
}

static gboolean
read_data_frame (SpStrict *strict, SpFrame *frame, const guint8 *payload)
{
  gboolean is_first
      = strict->frames->len < 2
        || (frame - 1)->type != 'D'; /* an entry may count on or anew */

  if (strict->headers->len == 0 || strict->n_fragments > 0
      || strict->is_changing)
    return complain (strict, "$D before a complete $H");
  if (frame->length == 0)
    return complain (strict, "$D without payload");
  if (frame->flags != strict->next_flags)
    return complain (strict,
                     "$D number %u with AFFlags %u instead of %u",
                     strict->n_data,
                     frame->flags,
                     strict->next_flags);
  strict->next_flags++;
  if (!is_first)
    {
      guint32 jump = frame->location - strict->next_location;

      if (jump > G_MAXINT32)
        return complain (strict,
                         "LocationId %u after %u",
                         frame->location,
                         strict->next_location - 1);
      strict->n_gaps += jump;
    }
  strict->next_location = frame->location + 1;
  add_data (strict, payload, frame->length);
  return TRUE;
}

/* $C and $E: a reason, nothing else. */
static gboolean
read_reason_frame (SpStrict *strict, SpFrame *frame, gsize packet_len)
{
  if (packet_len != 4)
    return complain (
        strict, "$%c with a PacketLength of %zu", frame->type, packet_len);
  frame->reason = read_le (strict->frame->data + FRAMING_LEN, 4);
  if (strict->is_changing || strict->n_fragments > 0)
    return complain (strict, "$%c before a complete $H", frame->type);
  if (frame->type == 'E')
    {
      strict->has_end = TRUE;
      strict->end_reason = frame->reason;
      return TRUE;
    }
  if (strict->headers->len == 0)
    return complain (strict, "$C before the first $H");
  if (frame->reason != 0)
    return complain (strict, "$C with reason %08x", frame->reason);
  strict->is_changing = TRUE;
  return TRUE;
}

/* A whole packet of MMSH is in strict->frame. */
static gboolean
read_mmsh_frame (SpStrict *strict)
{
  const guint8 *data = strict->frame->data;
  gsize packet_len = strict->frame->len - FRAMING_LEN;

  if (strict->has_end)
    return complain (strict, "a packet after $E");
  SpFrame *frame = add_frame (strict, (char)data[1]);
  if (frame->type == 'C' || frame->type == 'E')
    return read_reason_frame (strict, frame, packet_len);
  if (frame->type != 'H' && frame->type != 'D')
    return complain (strict, "a packet of type %02x", data[1]);
  if (packet_len < PREHEADER_LEN)
    return complain (strict, "$%c of %zu bytes", frame->type, packet_len);
  frame->location = read_le (data + 4, 4);
  frame->incarnation = data[8];
  frame->flags = data[9];
  frame->length = (guint32)(packet_len - PREHEADER_LEN);
  const guint8 *payload = data + FRAMING_LEN + PREHEADER_LEN;
  frame->number = read_number (payload, frame->length);
  if (read_le (data + 10, 2) != packet_len)
    return complain (strict, "PacketSize differs from PacketLength");
  if (frame->incarnation != 0)
    return complain (strict, "Incarnation %u", frame->incarnation);
  return frame->type == 'H' ? read_header_frame (strict, frame, payload)
                            : read_data_frame (strict, frame, payload);
}

/* How long the frame in strict->frame is, as far as it can be told. */
static gsize
mmsh_frame_len (SpStrict *strict)
{
  if (strict->frame->len < FRAMING_LEN)
    return FRAMING_LEN;
  return FRAMING_LEN + read_le (strict->frame->data + 2, 2);
}

/* Of the Header Object and the 50 bytes that follow it, then of a packet. */
static gsize
asf_frame_len (SpStrict *strict)
{
  if (strict->headers->len > 0)
    return strict->packet_size;
  if (strict->frame->len < 24)
    return 24;
  return read_le (strict->frame->data + 16, 4) + 50;
}

static gboolean
read_asf_frame (SpStrict *strict)
{
  static const guint8 file_properties[]
      = { 0xa1, 0xdc, 0xab, 0x8c, 0x47, 0xa9, 0xcf, 0x11 };
  const guint8 *data = strict->frame->data;
  gsize len = strict->frame->len;

  if (strict->headers->len > 0)
    {
      add_frame (strict, 'D')->length = (guint32)len;
      if ((data[0] & 0x80) == 0)
        return complain (strict, "a packet begins with %02x", data[0]);
      add_data (strict, data, len);
      return TRUE;
    }
  const guint8 *properties
      = memmem (data, len, file_properties, sizeof file_properties);
  if (properties == NULL || properties + 104 > data + len)
    return complain (strict, "an ASF header without file properties");
  strict->packet_size = read_le (properties + 96, 4);
  if (strict->packet_size == 0)
    return complain (strict, "an ASF header with packets of no bytes");
  g_ptr_array_add (strict->headers, g_bytes_new (data, len));
  add_frame (strict, 'H')->length = (guint32)len;
  return TRUE;
}

static gboolean
check_begin (SpStrict *strict)
{
  const guint8 *data = strict->frame->data;

  if (strict->kind == SP_STRICT_MMSH && data[0] != '$')
    return complain (strict, "a packet begins with %02x", data[0]);
  if (strict->kind == SP_STRICT_ASF && strict->headers->len == 0
      && data[0] != 0x30)
    return complain (strict, "the ASF header begins with %02x", data[0]);
  return TRUE;
}

static gboolean
feed_body (SpStrict *strict, const guint8 *data, gsize len)
{
  if (strict->start->len < START_KEPT_BYTES)
    g_byte_array_append (
        strict->start,
        data,
        (guint)MIN (len, START_KEPT_BYTES - strict->start->len));
  while (len > 0 && strict->status == 200)
    {
      gsize want = strict->kind == SP_STRICT_MMSH ? mmsh_frame_len (strict)
                                                  : asf_frame_len (strict);
      gsize take = MIN (len, want - strict->frame->len);

      g_byte_array_append (strict->frame, data, (guint)take);
      data += take;
      len -= take;
      if (!check_begin (strict))
        return FALSE;
      want = strict->kind == SP_STRICT_MMSH ? mmsh_frame_len (strict)
                                            : asf_frame_len (strict);
      if (strict->frame->len < want)
        continue;
      gboolean is_good = strict->kind == SP_STRICT_MMSH
                             ? read_mmsh_frame (strict)
                             : read_asf_frame (strict);
      g_byte_array_set_size (strict->frame, 0);
      if (!is_good)
        return FALSE;
    }
  return TRUE;
}

/* One byte of a chunk line, or of the CRLF behind a chunk. */
static gboolean
feed_chunk_line (SpStrict *strict, guint8 byte)
{
  char *end;

  g_string_append_c (strict->chunk_line, (char)byte);
  if (byte != '\n')
    return strict->chunk_line->len < 64 || complain (strict, "no chunk line");
  if (!g_str_has_suffix (strict->chunk_line->str, "\r\n"))
    return complain (strict, "a chunk line without CR");
  if (strict->is_chunk_end || strict->is_last_chunk)
    {
      if (strict->chunk_line->len != 2)
        return complain (strict, "no CRLF after a chunk");
      strict->is_body_over = strict->is_last_chunk;
      strict->is_chunk_end = FALSE;
      g_string_truncate (strict->chunk_line, 0);
      return TRUE;
    }
  strict->chunk_left = g_ascii_strtoull (strict->chunk_line->str, &end, 16);
  if (end == strict->chunk_line->str)
    return complain (strict, "no chunk size");
  strict->is_last_chunk = strict->chunk_left == 0;
  strict->is_chunk_end = strict->chunk_left > 0;
  g_string_truncate (strict->chunk_line, 0);
  return TRUE;
}

static gboolean
feed_chunks (SpStrict *strict, const guint8 *data, gsize len)
{
  while (len > 0)
    {
      gsize take = MIN (len, strict->chunk_left);

      if (strict->is_body_over)
        {
          g_byte_array_append (strict->after, data, (guint)len);
          return TRUE;
        }
      if (take == 0)
        {
          if (!feed_chunk_line (strict, *data))
            return FALSE;
          take = 1;
        }
      else
        {
          strict->chunk_left -= take;
          if (!feed_body (strict, data, take))
            return FALSE;
        }
      data += take;
      len -= take;
    }
  return TRUE;
}

static gboolean
read_head (SpStrict *strict, gsize head_len)
{
  strict->head = g_strndup ((const char *)strict->pending->data, head_len);
  if (!g_str_has_prefix (strict->head, "HTTP/1."))
    return complain (strict, "no HTTP answer");
  strict->status
      = (guint)g_ascii_strtoull (strict->head + strlen ("HTTP/1.x "), NULL, 10);
  strict->is_chunked
      = strstr (strict->head, "Transfer-Encoding: chunked") != NULL;
  return TRUE;
}

gboolean
sp_strict_feed (SpStrict *strict, const guint8 *data, gsize len)
{
  if (strict->error != NULL)
    return FALSE;
  if (strict->head != NULL)
    return strict->is_chunked ? feed_chunks (strict, data, len)
                              : feed_body (strict, data, len);
  g_byte_array_append (strict->pending, data, (guint)len);
  const guint8 *end
      = memmem (strict->pending->data, strict->pending->len, "\r\n\r\n", 4);
  if (end == NULL)
    return strict->pending->len < MAX_HEAD_BYTES
           || complain (strict, "an endless answer head");
  gsize head_len = (gsize)(end - strict->pending->data) + 4;
  if (!read_head (strict, head_len))
    return FALSE;
  g_autoptr (GByteArray) rest = g_steal_pointer (&strict->pending);
  return sp_strict_feed (strict, rest->data + head_len, rest->len - head_len);
}

gboolean
sp_strict_close (SpStrict *strict)
{
  if (strict->error != NULL)
    return FALSE;
  if (strict->head == NULL)
    return complain (strict, "closed before an answer");
  if (strict->frame->len > 0 && strict->status == 200)
    return complain (
        strict, "closed after %u bytes of a packet", strict->frame->len);
  if (strict->is_chunked && !strict->is_body_over)
    return complain (strict, "closed without the last chunk");
  return TRUE;
}

SpStrict *
sp_strict_new (SpStrictKind kind)
{
  SpStrict *strict = g_new0 (SpStrict, 1);

  strict->kind = kind;
  strict->frames = g_array_new (FALSE, FALSE, sizeof (SpFrame));
  strict->headers
      = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  strict->start = g_byte_array_new ();
  strict->payloads = g_checksum_new (G_CHECKSUM_SHA256);
  strict->after = g_byte_array_new ();
  strict->pending = g_byte_array_new ();
  strict->frame = g_byte_array_new ();
  strict->fragments = g_byte_array_new ();
  strict->chunk_line = g_string_new (NULL);
  return strict;
}

void
sp_strict_free (SpStrict *strict)
{
  g_free (strict->error);
  g_free (strict->head);
  g_array_unref (strict->frames);
  g_ptr_array_unref (strict->headers);
  g_byte_array_unref (strict->start);
  g_checksum_free (strict->payloads);
  g_byte_array_unref (strict->after);
  g_clear_pointer (&strict->pending, g_byte_array_unref);
  g_byte_array_unref (strict->frame);
  g_byte_array_unref (strict->fragments);
  g_string_free (strict->chunk_line, TRUE);
  g_free (strict);
}
