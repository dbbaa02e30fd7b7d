/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-asf.h"

#include <string.h>

#define GUID_LEN 16
#define STREAM_NUMBER 1
#define KEY_FRAME 0x80
#define PREROLL_MS 1000
#define FLAG_BROADCAST 1
#define WIDTH 640
#define HEIGHT 360
#define BITMAP_HEAD 40

/* As they are on the wire: ASF specification 10. */
#define GUID_HEADER                                                            \
  "\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"
#define GUID_DATA                                                              \
  "\x36\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"
#define GUID_FILE_PROPERTIES                                                   \
  "\xa1\xdc\xab\x8c\x47\xa9\xcf\x11\x8e\xe4\x00\xc0\x0c\x20\x53\x65"
#define GUID_STREAM_PROPERTIES                                                 \
  "\x91\x07\xdc\xb7\xb7\xa9\xcf\x11\x8e\xe6\x00\xc0\x0c\x20\x53\x65"
#define GUID_HEADER_EXTENSION                                                  \
  "\xb5\x03\xbf\x5f\x2e\xa9\xcf\x11\x8e\xe3\x00\xc0\x0c\x20\x53\x65"
#define GUID_RESERVED_1                                                        \
  "\x11\xd2\xd3\xab\xba\xa9\xcf\x11\x8e\xe6\x00\xc0\x0c\x20\x53\x65"
#define GUID_VIDEO                                                             \
  "\xc0\xef\x19\xbc\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b"
#define GUID_NO_CORRECTION                                                     \
  "\x00\x57\xfb\x20\x55\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b"

/* Offsets in a packet: 5.2.1 to 5.2.3.1 */
#define SEND_TIME_AT 5
#define STREAM_NUMBER_AT 11
#define OBJECT_NUMBER_AT 12
#define OBJECT_SIZE_AT 18
#define PRESENTATION_AT 22

static void
put (GByteArray *out, guint64 value, guint n_bytes)
{
  guint8 bytes[8];

  for (guint i = 0; i < n_bytes; i++)
    bytes[i] = (guint8)(value >> (8 * i));
  g_byte_array_append (out, bytes, n_bytes);
}

static void
put_guid (GByteArray *out, const char *guid)
{
  g_byte_array_append (out, (const guint8 *)guid, GUID_LEN);
}

/* The File ID: the same for all, since players compare it with the Data
 * Object's only. */
static void
put_file_id (GByteArray *out)
{
  put_guid (out, "stream-pump-load");
}

/* 3.2 */
static void
put_file_properties (GByteArray *out, guint packet_bytes, guint bitrate_kbps)
{
  put_guid (out, GUID_FILE_PROPERTIES);
  put (out, 104, 8);
  put_file_id (out);
  put (out, 0, 8);          /* file size */
  put (out, 0, 8);          /* creation date */
  put (out, 0xffffffff, 8); /* data packets */
  put (out, 0, 8);          /* play duration */
  put (out, 0, 8);          /* send duration */
  put (out, PREROLL_MS, 8);
  put (out, FLAG_BROADCAST, 4);
  put (out, packet_bytes, 4);
  put (out, packet_bytes, 4);
  put (out, (guint64)bitrate_kbps * 1000, 4);
}

/* 3.4, empty */
static void
put_header_extension (GByteArray *out)
{
  put_guid (out, GUID_HEADER_EXTENSION);
  put (out, 46, 8);
  put_guid (out, GUID_RESERVED_1);
  put (out, 6, 2);
  put (out, 0, 4);
}

/* 3.3 and 9.2 */
static void
put_stream_properties (GByteArray *out)
{
  const guint specific_bytes = 11 + BITMAP_HEAD;

  put_guid (out, GUID_STREAM_PROPERTIES);
  put (out, 78 + specific_bytes, 8);
  put_guid (out, GUID_VIDEO);
  put_guid (out, GUID_NO_CORRECTION);
  put (out, 0, 8);
  put (out, specific_bytes, 4);
  put (out, 0, 4);
  put (out, STREAM_NUMBER, 2);
  put (out, 0, 4);
  put (out, WIDTH, 4);
  put (out, HEIGHT, 4);
  put (out, 2, 1);
  put (out, BITMAP_HEAD, 2);
  put (out, BITMAP_HEAD, 4);
  put (out, WIDTH, 4);
  put (out, HEIGHT, 4);
  put (out, 1, 2);          /* planes */
  put (out, 24, 2);         /* bits a pixel */
  put (out, 0x33564d57, 4); /* "WMV3" */
  put (out, WIDTH * HEIGHT * 3, 4);
  put (out, 0, 8);
  put (out, 0, 8);
}

/* 5.1 */
static void
put_data_head (GByteArray *out)
{
  put_guid (out, GUID_DATA);
  put (out, 50, 8);
  put_file_id (out);
  put (out, 0, 8);
  put (out, 0x0101, 2);
}

GBytes *
sp_load_asf_header (guint packet_bytes, guint bitrate_kbps)
{
  GByteArray *out = g_byte_array_new ();
  guint64 size;

  put_guid (out, GUID_HEADER);
  put (out, 0, 8);
  put (out, 3, 4); /* objects */
  put (out, 0x0201, 2);
  put_file_properties (out, packet_bytes, bitrate_kbps);
  put_header_extension (out);
  put_stream_properties (out);
  size = GUINT64_TO_LE ((guint64)out->len);
  memcpy (out->data + GUID_LEN, &size, sizeof size);
  put_data_head (out);
  return g_byte_array_free_to_bytes (out);
}

static void
set (guint8 *at, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (at, &value, sizeof value);
}

/** sp_load_asf_packet: what is behind the stamp is noise, so that no network
 * compresses it. */
void
sp_load_asf_packet (guint8 *at, guint packet_bytes)
{
  static const guint8 head[SP_STAMP_ASF_AT] = {
    0x82,
    0,
    0, /* error correction */
    0,
    0x5d, /* a single payload; lengths of the fields in it */
    0,
    0,
    0,
    0,
    0,
    0,             /* send time and duration */
    STREAM_NUMBER, /* */
    0,             /* media object number */
    0,
    0,
    0,
    0, /* offset into media object */
    8, /* replicated data */
  };
  guint32 noise = 1;

  memcpy (at, head, sizeof head);
  set (at + OBJECT_SIZE_AT, packet_bytes - SP_STAMP_ASF_AT);
  for (guint i = SP_STAMP_ASF_AT; i < packet_bytes; i++)
    {
      noise = noise * 1664525u + 1013904223u;
      at[i] = (guint8)(noise >> 24);
    }
}

/** sp_load_asf_stamp: the number goes into the packet's last bytes, too, so
 * that no two packets look like the turns of a loop. */
void
sp_load_asf_stamp (guint8 *at,
                   const SpStamp *stamp,
                   guint32 send_time_ms,
                   gboolean is_key)
{
  set (at + SEND_TIME_AT, send_time_ms);
  at[STREAM_NUMBER_AT] = STREAM_NUMBER | (is_key ? KEY_FRAME : 0);
  at[OBJECT_NUMBER_AT] = (guint8)stamp->number;
  set (at + PRESENTATION_AT, send_time_ms + PREROLL_MS);
  sp_stamp_write (stamp, at + SP_STAMP_ASF_AT);
  set (at + stamp->packet_bytes - 4, stamp->number);
}
