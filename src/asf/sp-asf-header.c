/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-asf-header.h"

#include "sp-error.h"
#include "sp-reader.h"

#include <string.h>

#define GUID_LEN 16
#define OBJECT_HEAD 24 /* GUID and 64-bit size: ASF specification 2.1 */
#define HEADER_HEAD 30 /* 3.1: number of objects and two reserved bytes */
#define EXTENSION_HEAD 46
#define FILE_PROPERTIES_LEN 104
#define STREAM_PROPERTIES_HEAD 78
#define EXTENDED_STREAM_HEAD 88
#define EXTENSION_SYSTEM_HEAD 22

/* Offsets in the File Properties Object: 3.2. */
#define FILE_SIZE_AT 40
#define DATA_PACKETS_AT 56
#define PLAY_DURATION_AT 64
#define SEND_DURATION_AT 72
#define FLAGS_AT 88

/* Offsets in the Data Object: 5.1. */
#define DATA_SIZE_AT 16
#define DATA_TOTAL_AT 40

#define FLAG_BROADCAST 1u
#define FLAG_SEEKABLE 2u
#define FLAG_NO_CLEAN_POINTS 4u
#define LIVE_DATA_PACKETS 0xffffffffu /* as encoders send it */

#define MAX_OBJECTS 1024      /* real headers have about ten */
#define MAX_PACKET_SIZE 65527 /* MS-WMSP 2.2.3.1.2 */
#define STREAM_NUMBER 0x7fu

typedef enum
{
  GUID_HEADER,
  GUID_DATA,
  GUID_FILE_PROPERTIES,
  GUID_STREAM_PROPERTIES,
  GUID_HEADER_EXTENSION,
  GUID_EXTENDED_STREAM,
  GUID_STREAM_BITRATES,
  GUID_AUDIO,
  GUID_VIDEO,
  GUID_COMMAND,
  GUID_UNKNOWN,
} Guid;

/* As they are on the wire: ASF specification 10.1 to 10.4. */
static const guint8 guids[GUID_UNKNOWN][GUID_LEN + 1] = {
  [GUID_HEADER] = "\x30\x26\xb2\x75\x8e\x66\xcf\x11"
                  "\xa6\xd9\x00\xaa\x00\x62\xce\x6c",
  [GUID_DATA] = "\x36\x26\xb2\x75\x8e\x66\xcf\x11"
                "\xa6\xd9\x00\xaa\x00\x62\xce\x6c",
  [GUID_FILE_PROPERTIES] = "\xa1\xdc\xab\x8c\x47\xa9\xcf\x11"
                           "\x8e\xe4\x00\xc0\x0c\x20\x53\x65",
  [GUID_STREAM_PROPERTIES] = "\x91\x07\xdc\xb7\xb7\xa9\xcf\x11"
                             "\x8e\xe6\x00\xc0\x0c\x20\x53\x65",
  [GUID_HEADER_EXTENSION] = "\xb5\x03\xbf\x5f\x2e\xa9\xcf\x11"
                            "\x8e\xe3\x00\xc0\x0c\x20\x53\x65",
  [GUID_EXTENDED_STREAM] = "\xcb\xa5\xe6\x14\x72\xc6\x32\x43"
                           "\x83\x99\xa9\x69\x52\x06\x5b\x5a",
  [GUID_STREAM_BITRATES] = "\xce\x75\xf8\x7b\x8d\x46\xd1\x11"
                           "\x8d\x82\x00\x60\x97\xc9\xa2\xb2",
  [GUID_AUDIO] = "\x40\x9e\x69\xf8\x4d\x5b\xcf\x11"
                 "\xa8\xfd\x00\x80\x5f\x5c\x44\x2b",
  [GUID_VIDEO] = "\xc0\xef\x19\xbc\x4d\x5b\xcf\x11"
                 "\xa8\xfd\x00\x80\x5f\x5c\x44\x2b",
  [GUID_COMMAND] = "\xc0\xcf\xda\x59\xe6\x59\xd0\x11"
                   "\xa3\xac\x00\xa0\xc9\x03\x48\xf6",
};

/** A walk over the children of one object. */
typedef struct
{
  SpReader reader;
  guint n_objects; /* so far */
} Walk;

/** One object of the walk; its bytes are the caller's. */
typedef struct
{
  Guid guid;
  const guint8 *data; /* from its GUID on */
  gsize len;
} Object;

static Guid
guid_read (const guint8 *data)
{
  for (guint i = 0; i < GUID_UNKNOWN; i++)
    if (memcmp (data, guids[i], GUID_LEN) == 0)
      return (Guid)i;
  return GUID_UNKNOWN;
}

/* TRUE with *@object, or with object->data NULL at the end of the children;
 * FALSE for an object that does not fit. A tail too short for an object is
 * padding. */
static gboolean
walk_next (Walk *walk, Object *object, GError **error)
{
  SpReader *reader = &walk->reader;
  gsize left = sp_reader_left (reader);
  guint64 size;

  *object = (Object){ .guid = GUID_UNKNOWN };
  if (left < OBJECT_HEAD)
    return TRUE;
  if (++walk->n_objects > MAX_OBJECTS)
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         "ASF header: more than %d objects",
                         MAX_OBJECTS);
  object->data = reader->data + reader->position;
  sp_reader_skip (reader, GUID_LEN);
  size = sp_reader_u64le (reader);
  if (size < OBJECT_HEAD || size > left)
    return sp_error_set (
        error,
        SP_ERROR_PROTOCOL,
        "ASF header: object %u has a size of %" G_GUINT64_FORMAT
        " where %" G_GSIZE_FORMAT " bytes are left",
        walk->n_objects,
        size,
        left);
  object->guid = guid_read (object->data);
  object->len = (gsize)size;
  sp_reader_skip (reader, object->len - OBJECT_HEAD);
  return TRUE;
}

static gboolean
refuse_short (const char *what, gsize len, GError **error)
{
  return sp_error_set (error,
                       SP_ERROR_PROTOCOL,
                       "ASF header: %s Object of %" G_GSIZE_FORMAT
                       " bytes is too short",
                       what,
                       len);
}

static gboolean
read_file_properties (SpAsfHeader *header, const Object *object, GError **error)
{
  SpReader reader;
  guint64 preroll;
  guint32 min_size;
  guint32 max_size;

  if (object->len < FILE_PROPERTIES_LEN)
    return refuse_short ("File Properties", object->len, error);
  sp_reader_init (&reader, object->data, object->len);
  sp_reader_seek (&reader, DATA_PACKETS_AT);
  header->data_packets = sp_reader_u64le (&reader);
  header->play_duration_100ns = sp_reader_u64le (&reader);
  header->send_duration_100ns = sp_reader_u64le (&reader);
  preroll = sp_reader_u64le (&reader);
  header->preroll_ms = (guint32)MIN (preroll, G_MAXUINT32);
  header->flags = sp_reader_u32le (&reader);
  min_size = sp_reader_u32le (&reader);
  max_size = sp_reader_u32le (&reader);
  header->max_bitrate_bps = sp_reader_u32le (&reader);
  if (min_size != max_size || min_size < 1 || min_size > MAX_PACKET_SIZE)
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         "ASF header: packet sizes from %u to %u, not one "
                         "size of 1 to %d",
                         min_size,
                         max_size,
                         MAX_PACKET_SIZE);
  header->packet_size = min_size;
  return TRUE;
}

static SpAsfStreamKind
kind_of (const guint8 *guid)
{
  switch (guid_read (guid))
    {
    case GUID_AUDIO:
      return SP_ASF_AUDIO;
    case GUID_VIDEO:
      return SP_ASF_VIDEO;
    case GUID_COMMAND:
      return SP_ASF_COMMAND;
    case GUID_HEADER:
    case GUID_DATA:
    case GUID_FILE_PROPERTIES:
    case GUID_STREAM_PROPERTIES:
    case GUID_HEADER_EXTENSION:
    case GUID_EXTENDED_STREAM:
    case GUID_STREAM_BITRATES:
    case GUID_UNKNOWN:
      break;
    }
  return SP_ASF_OTHER;
}

static gboolean
read_stream_properties (SpAsfHeader *header,
                        const Object *object,
                        GError **error)
{
  SpReader reader;
  guint number;

  if (object->len < STREAM_PROPERTIES_HEAD)
    return refuse_short ("Stream Properties", object->len, error);
  sp_reader_init (&reader, object->data, object->len);
  sp_reader_seek (&reader, 72);
  number = sp_reader_u16le (&reader) & STREAM_NUMBER;
  header->streams[number].is_present = TRUE;
  header->streams[number].kind = kind_of (object->data + OBJECT_HEAD);
  return TRUE;
}

/* Stream names and payload extension systems stand between the fixed part and
 * an embedded Stream Properties Object: 4.1. */
static gboolean
skip_to_embedded (SpReader *reader, guint n_names, guint n_systems)
{
  for (guint i = 0; i < n_names && !reader->has_failed; i++)
    {
      sp_reader_skip (reader, 2);
      sp_reader_skip (reader, sp_reader_u16le (reader));
    }
  for (guint i = 0; i < n_systems && !reader->has_failed; i++)
    {
      sp_reader_skip (reader, EXTENSION_SYSTEM_HEAD - 4);
      sp_reader_skip (reader, sp_reader_u32le (reader));
    }
  return !reader->has_failed;
}

static gboolean
read_extended_stream (SpAsfHeader *header, const Object *object, GError **error)
{
  Walk walk = { 0 };
  Object embedded;
  guint32 flags;
  guint number;
  guint n_names;
  guint n_systems;

  if (object->len < EXTENDED_STREAM_HEAD)
    return refuse_short ("Extended Stream Properties", object->len, error);
  sp_reader_init (&walk.reader, object->data, object->len);
  sp_reader_seek (&walk.reader, 68);
  flags = sp_reader_u32le (&walk.reader);
  number = sp_reader_u16le (&walk.reader) & STREAM_NUMBER;
  sp_reader_seek (&walk.reader, 84);
  n_names = sp_reader_u16le (&walk.reader);
  n_systems = sp_reader_u16le (&walk.reader);
  header->streams[number].has_no_clean_points
      = (flags & FLAG_NO_CLEAN_POINTS) != 0;
  if (!skip_to_embedded (&walk.reader, n_names, n_systems))
    return refuse_short ("Extended Stream Properties", object->len, error);
  if (!walk_next (&walk, &embedded, error))
    return FALSE;
  if (embedded.guid == GUID_STREAM_PROPERTIES)
    return read_stream_properties (header, &embedded, error);
  return TRUE;
}

static gboolean
read_bitrates (SpAsfHeader *header, const Object *object, GError **error)
{
  SpReader reader;
  guint n_records;

  sp_reader_init (&reader, object->data, object->len);
  sp_reader_seek (&reader, OBJECT_HEAD);
  n_records = sp_reader_u16le (&reader);
  for (guint i = 0; i < n_records && !reader.has_failed; i++)
    {
      guint number = sp_reader_u16le (&reader) & STREAM_NUMBER;
      guint32 bitrate_bps = sp_reader_u32le (&reader);

      if (!reader.has_failed)
        header->streams[number].bitrate_bps = bitrate_bps;
    }
  if (reader.has_failed)
    return refuse_short ("Stream Bitrate Properties", object->len, error);
  return TRUE;
}

static gboolean
read_extension (SpAsfHeader *header, const Object *object, GError **error)
{
  Walk walk = { 0 };
  Object child;
  guint32 data_len;

  if (object->len < EXTENSION_HEAD)
    return refuse_short ("Header Extension", object->len, error);
  sp_reader_init (&walk.reader, object->data, object->len);
  sp_reader_seek (&walk.reader, EXTENSION_HEAD - 4);
  data_len = sp_reader_u32le (&walk.reader);
  if (data_len > object->len - EXTENSION_HEAD)
    return refuse_short ("Header Extension", object->len, error);
  walk.reader.len = EXTENSION_HEAD + data_len;
  do
    {
      if (!walk_next (&walk, &child, error))
        return FALSE;
      if (child.guid == GUID_EXTENDED_STREAM
          && !read_extended_stream (header, &child, error))
        return FALSE;
    }
  while (child.data != NULL);
  return TRUE;
}

static gboolean
read_object (SpAsfHeader *header, const Object *object, GError **error)
{
  switch (object->guid)
    {
    case GUID_FILE_PROPERTIES:
      return read_file_properties (header, object, error);
    case GUID_STREAM_PROPERTIES:
      return read_stream_properties (header, object, error);
    case GUID_HEADER_EXTENSION:
      return read_extension (header, object, error);
    case GUID_STREAM_BITRATES:
      return read_bitrates (header, object, error);
    case GUID_HEADER:
    case GUID_DATA:
    case GUID_EXTENDED_STREAM:
    case GUID_AUDIO:
    case GUID_VIDEO:
    case GUID_COMMAND:
    case GUID_UNKNOWN:
      break;
    }
  return TRUE;
}

/* The Header Object at the start of @data, whole. */
static gboolean
find_header (const guint8 *data, gsize len, gsize *header_len, GError **error)
{
  gsize total;

  if (!sp_asf_header_measure (data, len, G_MAXSIZE, &total, error))
    return FALSE;
  if (total == 0 || total - SP_ASF_DATA_OBJECT_HEAD > len)
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         "ASF header: %" G_GSIZE_FORMAT
                         " bytes are not all of it",
                         len);
  *header_len = total - SP_ASF_DATA_OBJECT_HEAD;
  return TRUE;
}

static void
sum_up (SpAsfHeader *header)
{
  for (guint i = 0; i < SP_ASF_MAX_STREAMS; i++)
    {
      const SpAsfStream *stream = &header->streams[i];

      if (!stream->is_present)
        continue;
      header->n_streams++;
      header->nominal_bps += stream->bitrate_bps;
      if (stream->kind == SP_ASF_VIDEO && !stream->has_no_clean_points)
        header->has_video = TRUE;
    }
  if (header->nominal_bps == 0)
    header->nominal_bps = header->max_bitrate_bps;
}

/* The children up to the end of the Header Object; *@properties_at: (nullable):
 * where the File Properties Object starts. */
static gboolean
parse (SpAsfHeader *header,
       const guint8 *data,
       gsize len,
       gsize *properties_at,
       GError **error)
{
  Walk walk = { 0 };
  Object object;

  *header = (SpAsfHeader){ 0 };
  if (!find_header (data, len, &header->header_len, error))
    return FALSE;
  sp_reader_init (&walk.reader, data, header->header_len);
  sp_reader_seek (&walk.reader, HEADER_HEAD);
  do
    {
      if (!walk_next (&walk, &object, error)
          || !read_object (header, &object, error))
        return FALSE;
      if (object.guid == GUID_FILE_PROPERTIES && properties_at != NULL)
        *properties_at = (gsize)(object.data - data);
    }
  while (object.data != NULL);
  if (header->packet_size == 0)
    return sp_error_set (
        error, SP_ERROR_PROTOCOL, "ASF header: no File Properties Object");
  sum_up (header);
  return TRUE;
}

gboolean
sp_asf_header_parse (SpAsfHeader *header,
                     const guint8 *data,
                     gsize len,
                     GError **error)
{
  return parse (header, data, len, NULL, error);
}

gboolean
sp_asf_header_measure (
    const guint8 *data, gsize len, gsize max, gsize *total, GError **error)
{
  SpReader reader;
  guint64 size;

  *total = 0;
  if (len > 0 && memcmp (data, guids[GUID_HEADER], MIN (len, GUID_LEN)) != 0)
    return sp_error_set (
        error, SP_ERROR_PROTOCOL, "not ASF: no Header Object at the start");
  if (len < OBJECT_HEAD)
    return TRUE;
  sp_reader_init (&reader, data, len);
  sp_reader_seek (&reader, GUID_LEN);
  size = sp_reader_u64le (&reader);
  if (size < HEADER_HEAD || max < SP_ASF_DATA_OBJECT_HEAD
      || size > max - SP_ASF_DATA_OBJECT_HEAD)
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         "ASF header: a size of %" G_GUINT64_FORMAT
                         " bytes is not within %d to %" G_GSIZE_FORMAT,
                         size,
                         HEADER_HEAD,
                         max);
  *total = (gsize)size + SP_ASF_DATA_OBJECT_HEAD;
  return TRUE;
}

static void
put_le (guint8 *at, guint width, guint64 value)
{
  for (guint i = 0; i < width; i++)
    at[i] = (guint8)(value >> (8 * i));
}

/** sp_asf_header_as_live: the File ID stays, and with it the Data Object's, so
 * that players find the two equal. */
GBytes *
sp_asf_header_as_live (const guint8 *data, gsize len, GError **error)
{
  SpAsfHeader header;
  gsize properties_at = 0;
  gsize total;
  guint8 *copy;
  guint8 *properties;
  guint8 *head;

  if (!parse (&header, data, len, &properties_at, error))
    return NULL;
  total = header.header_len + SP_ASF_DATA_OBJECT_HEAD;
  if (total > len || guid_read (data + header.header_len) != GUID_DATA)
    {
      sp_error_set (
          error, SP_ERROR_PROTOCOL, "ASF header: no Data Object follows it");
      return NULL;
    }
  copy = g_memdup2 (data, total);
  properties = copy + properties_at;
  put_le (properties + FILE_SIZE_AT, 8, total);
  put_le (properties + DATA_PACKETS_AT, 8, LIVE_DATA_PACKETS);
  put_le (properties + PLAY_DURATION_AT, 8, 0);
  put_le (properties + SEND_DURATION_AT, 8, 0);
  put_le (properties + FLAGS_AT,
          4,
          (header.flags | FLAG_BROADCAST) & ~FLAG_SEEKABLE);
  head = copy + header.header_len;
  put_le (head + DATA_SIZE_AT, 8, SP_ASF_DATA_OBJECT_HEAD);
  put_le (head + DATA_TOTAL_AT, 8, 0);
  return g_bytes_new_take (copy, total);
}
