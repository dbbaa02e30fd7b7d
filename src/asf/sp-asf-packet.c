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

typedef struct
{
  guint8 number;
  guint8 delta_ms; /* compressed: between one object and the next */
  gboolean is_key;
  gboolean is_compressed;
  guint32 offset; /* into its media object */
  guint32 time_ms;
} Payload;

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

/* Times wrap, so the earliest and the latest are told by their difference. */
static void
note_time (Walk *walk, const Payload *payload, guint32 time_ms)
{
  const SpAsfStream *stream = &walk->header->streams[payload->number];
  SpAsfPacket *packet = &walk->packet;

  if (stream->kind != SP_ASF_AUDIO && stream->kind != SP_ASF_VIDEO)
    return;
  if (!packet->has_presentation)
    {
      packet->has_presentation = TRUE;
      packet->first_presentation_ms = time_ms;
      packet->last_presentation_ms = time_ms;
    }
  else if ((gint32)(time_ms - packet->last_presentation_ms) > 0)
    packet->last_presentation_ms = time_ms;
  else if ((gint32)(time_ms - packet->first_presentation_ms) < 0)
    packet->first_presentation_ms = time_ms;
}

static gboolean
is_key_of_video (const Walk *walk, const Payload *payload)
{
  const SpAsfStream *stream = &walk->header->streams[payload->number];

  return payload->is_key && payload->offset == 0 && stream->is_present
         && stream->kind == SP_ASF_VIDEO && !stream->has_no_clean_points;
}

/* Whole objects, each behind its length and @delta_ms after the one before. */
static gboolean
read_sub_payloads (Walk *walk,
                   const Payload *payload,
                   const guint8 *data,
                   gsize len,
                   GError **error)
{
  SpReader reader;
  guint32 time_ms = payload->time_ms;

  sp_reader_init (&reader, data, len);
  while (sp_reader_left (&reader) > 0)
    {
      note_time (walk, payload, time_ms);
      time_ms += payload->delta_ms;
      sp_reader_skip (&reader, sp_reader_u8 (&reader));
    }
  if (reader.has_failed)
    return refuse (walk, "a compressed payload cut off", error);
  return TRUE;
}

/* The data of a payload: to the end of the packet if it is the only one. */
static gboolean
read_data (Walk *walk, const Payload *payload, GError **error)
{
  SpReader *reader = &walk->reader;
  gsize len = walk->packet.is_multiple
                  ? sp_reader_sized (reader, walk->payload_type)
                  : sp_reader_left (reader);
  const guint8 *data = sp_reader_slice (reader, len);

  if (data == NULL)
    return refuse (walk, "a payload beyond the end", error);
  if (len > walk->packet.media_len)
    {
      walk->packet.media_at = (guint16)(data - reader->data);
      walk->packet.media_len = (guint16)len;
    }
  return !payload->is_compressed
         || read_sub_payloads (walk, payload, data, len, error);
}

/* Replicated data, or what stands in its place in a compressed payload. */
static gboolean
read_replicated (Walk *walk, Payload *payload, gsize offset_at, GError **error)
{
  SpReader *reader = &walk->reader;
  guint32 len = sp_reader_sized (reader, walk->replicated_type);

  if (len == COMPRESSED)
    {
      payload->is_compressed = TRUE;
      payload->time_ms = payload->offset;
      payload->offset = 0;
      payload->delta_ms = sp_reader_u8 (reader);
      add_time (walk, offset_at, width_of (walk->offset_type));
    }
  else if (len >= MIN_REPLICATED)
    {
      sp_reader_skip (reader, 4);
      add_time (walk, reader->position, 4);
      payload->time_ms = sp_reader_u32le (reader);
      sp_reader_skip (reader, len - MIN_REPLICATED);
    }
  else if (len > 0)
    return refuse (walk, "replicated data of an odd length", error);
  if (reader->has_failed)
    return refuse (walk, "a payload cut off", error);
  if (len >= MIN_REPLICATED)
    note_time (walk, payload, payload->time_ms);
  return TRUE;
}

/* Single and multiple payloads: 5.2.3.1 to 5.2.3.4. */
static gboolean
read_payload (Walk *walk, GError **error)
{
  SpReader *reader = &walk->reader;
  guint8 first = sp_reader_u8 (reader);
  Payload payload
      = { .number = first & STREAM_NUMBER, .is_key = (first & KEY_FRAME) != 0 };
  gsize offset_at;

  (void)sp_reader_sized (reader, walk->object_type);
  offset_at = reader->position;
  payload.offset = sp_reader_sized (reader, walk->offset_type);
  if (!read_replicated (walk, &payload, offset_at, error))
    return FALSE;
  if (is_key_of_video (walk, &payload))
    walk->packet.is_key = TRUE;
  return read_data (walk, &payload, error);
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
