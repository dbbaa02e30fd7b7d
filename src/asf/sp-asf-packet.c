/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-asf-packet.h"

#include "sp-error.h"
#include "sp-reader.h"

/* Error Correction Flags, first of all in a packet: ASF specification 5.2.1. */
#define ERROR_CORRECTION_PRESENT 0x80u
#define ERROR_CORRECTION_ODD 0x70u /* length type and opaque data: always 0 */
#define ERROR_CORRECTION_LEN 0x0fu

#define MULTIPLE_PAYLOADS 0x01u /* Length Type Flags: 5.2.2 */
#define STREAM_NUMBER_TYPE 1    /* BYTE, the only one there is */
#define MAX_PAYLOADS 63         /* six bits: 5.2.3.3 */
#define KEY_FRAME 0x80u
#define STREAM_NUMBER 0x7fu
#define COMPRESSED 1 /* a replicated data length that means something else */
#define MIN_REPLICATED 8u /* object size and presentation time */

/** What one walk over a packet finds. */
typedef struct
{
  const SpAsfHeader *header;
  SpReader reader; /* ends where the payload data ends */
  SpAsfPacket packet;
  guint8 object_type; /* length types of the Property Flags */
  guint8 offset_type;
  guint8 replicated_type;
  guint8 payload_type;
  guint n_times;
  struct
  {
    guint16 at;
    guint8 width;
  } times[MAX_PAYLOADS]; /* where presentation times are */
} Walk;

static gboolean
refuse (const Walk *walk, const char *what, GError **error)
{
  return sp_error_set (error,
                       SP_ERROR_PROTOCOL,
                       "ASF packet: %s near byte %" G_GSIZE_FORMAT,
                       what,
                       walk->reader.position);
}

static guint8
width_of (guint length_type)
{
  return length_type == 3 ? 4 : (guint8)length_type;
}

static gboolean
read_error_correction (Walk *walk, GError **error)
{
  SpReader *reader = &walk->reader;
  guint8 flags;

  if (sp_reader_left (reader) == 0
      || (reader->data[0] & ERROR_CORRECTION_PRESENT) == 0)
    return TRUE;
  flags = sp_reader_u8 (reader);
  if ((flags & ERROR_CORRECTION_ODD) != 0)
    return refuse (walk, "unknown error correction", error);
  sp_reader_skip (reader, flags & ERROR_CORRECTION_LEN);
  return TRUE;
}

/* Cuts the padding off. A sender may have left it out, and Packet Length and
 * Padding Length as they were; a short packet without either ends where its
 * bytes end. */
static gboolean
cut_padding (Walk *walk, guint32 packet_len, GError **error)
{
  SpAsfPacket *packet = &walk->packet;
  guint32 nominal
      = packet->has_packet_length ? packet_len : walk->header->packet_size;
  gsize end;

  if (nominal > walk->header->packet_size)
    return refuse (walk, "a Packet Length beyond the packet size", error);
  if (packet->padding_len > nominal
      || nominal - packet->padding_len < walk->reader.position)
    return refuse (walk, "more padding than packet", error);
  end = nominal - packet->padding_len;
  if (end > walk->reader.len
      && (packet->has_packet_length || packet->padding_len > 0))
    return refuse (walk, "fewer bytes than its lengths say", error);
  walk->reader.len = MIN (end, walk->reader.len);
  return TRUE;
}

/* Payload Parsing Information: 5.2.2. */
static gboolean
read_parsing_information (Walk *walk, GError **error)
{
  SpReader *reader = &walk->reader;
  SpAsfPacket *packet = &walk->packet;
  guint8 lengths = sp_reader_u8 (reader);
  guint8 properties = sp_reader_u8 (reader);
  guint32 packet_len;

  packet->is_multiple = (lengths & MULTIPLE_PAYLOADS) != 0;
  packet->has_packet_length = (lengths >> 5 & 3) != 0;
  walk->replicated_type = properties & 3;
  walk->offset_type = properties >> 2 & 3;
  walk->object_type = properties >> 4 & 3;
  packet_len = sp_reader_sized (reader, lengths >> 5 & 3);
  (void)sp_reader_sized (reader, lengths >> 1 & 3);
  packet->padding_at = (guint16)reader->position;
  packet->padding_width = width_of (lengths >> 3 & 3);
  packet->padding_len = sp_reader_sized (reader, lengths >> 3 & 3);
  packet->send_time_at = reader->position;
  packet->send_time_ms = sp_reader_u32le (reader);
  packet->duration_ms = sp_reader_u16le (reader);
  if (reader->has_failed)
    return refuse (walk, "cut off", error);
  if (properties >> 6 != STREAM_NUMBER_TYPE)
    return refuse (walk, "a stream number that is not a byte", error);
  return cut_padding (walk, packet_len, error);
}

static void
add_time (Walk *walk, gsize at, guint8 width)
{
  walk->times[walk->n_times].at = (guint16)at;
  walk->times[walk->n_times].width = width;
  walk->n_times++;
}

/* Data of a compressed payload: whole objects, each behind its length. */
static gboolean
check_sub_payloads (Walk *walk, const guint8 *data, gsize len, GError **error)
{
  SpReader reader;

  sp_reader_init (&reader, data, len);
  while (sp_reader_left (&reader) > 0)
    sp_reader_skip (&reader, sp_reader_u8 (&reader));
  if (reader.has_failed)
    return refuse (walk, "a compressed payload cut off", error);
  return TRUE;
}

static gboolean
is_key_of_video (const Walk *walk, guint8 number, guint32 offset)
{
  const SpAsfStream *stream = &walk->header->streams[number & STREAM_NUMBER];

  return (number & KEY_FRAME) != 0 && offset == 0 && stream->is_present
         && stream->kind == SP_ASF_VIDEO && !stream->has_no_clean_points;
}

/* The data of a payload: to the end of the packet if it is the only one. */
static gboolean
read_data (Walk *walk, gboolean is_compressed, GError **error)
{
  SpReader *reader = &walk->reader;
  gsize len = walk->packet.is_multiple
                  ? sp_reader_sized (reader, walk->payload_type)
                  : sp_reader_left (reader);
  const guint8 *data = sp_reader_slice (reader, len);

  if (data == NULL)
    return refuse (walk, "a payload beyond the end", error);
  return !is_compressed || check_sub_payloads (walk, data, len, error);
}

/* Single and multiple payloads: 5.2.3.1 to 5.2.3.4. */
static gboolean
read_payload (Walk *walk, GError **error)
{
  SpReader *reader = &walk->reader;
  guint8 number = sp_reader_u8 (reader);
  gboolean is_compressed;
  gsize offset_at;
  guint32 offset;
  guint32 replicated_len;

  (void)sp_reader_sized (reader, walk->object_type);
  offset_at = reader->position;
  offset = sp_reader_sized (reader, walk->offset_type);
  replicated_len = sp_reader_sized (reader, walk->replicated_type);
  is_compressed = replicated_len == COMPRESSED;
  if (is_compressed)
    {
      add_time (walk, offset_at, width_of (walk->offset_type));
      offset = 0;
      sp_reader_skip (reader, 1);
    }
  else if (replicated_len >= MIN_REPLICATED)
    {
      add_time (walk, reader->position + 4, 4);
      sp_reader_skip (reader, replicated_len);
    }
  else if (replicated_len > 0)
    return refuse (walk, "replicated data of an odd length", error);
  if (reader->has_failed)
    return refuse (walk, "a payload cut off", error);
  if (is_key_of_video (walk, number, offset))
    walk->packet.is_key = TRUE;
  return read_data (walk, is_compressed, error);
}

static gboolean
read_payloads (Walk *walk, GError **error)
{
  walk->packet.n_payloads = 1;
  if (walk->packet.is_multiple)
    {
      guint8 flags = sp_reader_u8 (&walk->reader);

      walk->packet.n_payloads = flags & MAX_PAYLOADS;
      walk->payload_type = flags >> 6;
      if (walk->packet.n_payloads == 0 || walk->payload_type == 0)
        return refuse (walk, "payloads without number or length", error);
    }
  for (guint i = 0; i < walk->packet.n_payloads; i++)
    if (!read_payload (walk, error))
      return FALSE;
  return TRUE;
}

static gboolean
walk_packet (Walk *walk,
             const SpAsfHeader *header,
             const guint8 *data,
             gsize len,
             GError **error)
{
  *walk = (Walk){ .header = header };
  sp_reader_init (&walk->reader, data, len);
  if (len > header->packet_size)
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         "ASF packet: %" G_GSIZE_FORMAT
                         " bytes where the header says %u",
                         len,
                         header->packet_size);
  return read_error_correction (walk, error)
         && read_parsing_information (walk, error)
         && read_payloads (walk, error);
}

/** sp_asf_packet_parse: on failure @packet is not touched. */
gboolean
sp_asf_packet_parse (SpAsfPacket *packet,
                     const SpAsfHeader *header,
                     const guint8 *data,
                     gsize len,
                     GError **error)
{
  Walk walk;

  if (!walk_packet (&walk, header, data, len, error))
    return FALSE;
  *packet = walk.packet;
  return TRUE;
}

static guint32
get_u32 (const guint8 *at)
{
  return (guint32)at[0] | (guint32)at[1] << 8 | (guint32)at[2] << 16
         | (guint32)at[3] << 24;
}

static void
add_u32 (guint8 *at, guint32 delta)
{
  guint32 value = get_u32 (at) + delta;

  for (guint i = 0; i < 4; i++)
    at[i] = (guint8)(value >> (8 * i));
}

/** sp_asf_packet_shift: on failure @data is as it was. */
gboolean
sp_asf_packet_shift (const SpAsfHeader *header,
                     guint8 *data,
                     gsize len,
                     guint32 delta_ms,
                     GError **error)
{
  Walk walk;

  if (!walk_packet (&walk, header, data, len, error))
    return FALSE;
  for (guint i = 0; i < walk.n_times; i++)
    if (walk.times[i].width != 4)
      return refuse (&walk, "a presentation time too narrow to add to", error);
  add_u32 (data + walk.packet.send_time_at, delta_ms);
  for (guint i = 0; i < walk.n_times; i++)
    add_u32 (data + walk.times[i].at, delta_ms);
  return TRUE;
}
