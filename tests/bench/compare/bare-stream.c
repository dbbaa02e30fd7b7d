/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "bare-stream.h"

#include "sp-load-asf.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define RING_SECONDS 16
#define RING_BYTES_MIN (2 * 1024 * 1024)
#define FRAME_HEAD 12   /* MS-WMSP 2.2.3.1: framing header and preheader */
#define PREHEADER 8     /* what PacketSize counts besides the payload */
#define FLAG_WHOLE 0x0c /* a header that is its own first and last part */

static void
put_frame_head (
    guint8 *at, char type, guint32 location, guint8 flags, gsize payload)
{
  guint16 length = GUINT16_TO_LE ((guint16)(payload + PREHEADER));
  guint32 le_location = GUINT32_TO_LE (location);

  at[0] = '$';
  at[1] = (guint8)type;
  memcpy (at + 2, &length, sizeof length);
  memcpy (at + 4, &le_location, sizeof le_location);
  at[8] = 0;
  at[9] = flags;
  memcpy (at + 10, &length, sizeof length);
}

static guint8 *
map_twice (int fd, gsize bytes)
{
  guint8 *ring;

  if (fd < 0 || ftruncate (fd, (off_t)bytes) < 0)
    g_error ("no memory for a ring of %" G_GSIZE_FORMAT " bytes", bytes);
  ring = mmap (NULL, 2 * bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (gsize half = 0; ring != MAP_FAILED && half < 2; half++)
    if (mmap (ring + half * bytes,
              bytes,
              PROT_READ | PROT_WRITE,
              MAP_SHARED | MAP_FIXED | MAP_POPULATE,
              fd,
              0)
        == MAP_FAILED)
      ring = MAP_FAILED;
  if (ring == MAP_FAILED)
    g_error ("a ring of %" G_GSIZE_FORMAT " bytes cannot be mapped", bytes);
  return ring;
}

static GByteArray *
make_opening (const BareRules *rules)
{
  const char *head
      = rules->is_raw
            ? "HTTP/1.0 200 OK\r\nServer: bare\r\n"
              "Content-Type: application/octet-stream\r\n\r\n"
            : "HTTP/1.0 200 OK\r\nServer: Cougar/9.01.01.3814\r\n"
              "Content-Type: application/x-mms-framed\r\n"
              "Cache-Control: no-cache\r\n"
              "Pragma: no-cache,client-id=1,features=\"broadcast\"\r\n\r\n";
  GByteArray *opening = g_byte_array_new ();
  g_autoptr (GBytes) header
      = sp_load_asf_header (rules->packet_size, rules->kbps);
  gsize header_bytes;
  const guint8 *data = g_bytes_get_data (header, &header_bytes);
  guint8 frame[FRAME_HEAD];

  g_byte_array_append (opening, (const guint8 *)head, (guint)strlen (head));
  if (rules->is_raw)
    return opening;
  put_frame_head (frame, 'H', 0, FLAG_WHOLE, header_bytes);
  g_byte_array_append (opening, frame, sizeof frame);
  g_byte_array_append (opening, data, (guint)header_bytes);
  return opening;
}

/** bare_stream_new: @rules is kept, not owned. The packets begin to fall due
 * at @start_us. */
BareStream *
bare_stream_new (const BareRules *rules, gint64 start_us)
{
  BareStream *stream = g_new0 (BareStream, 1);
  gsize wanted = (gsize)rules->kbps * 1000 / 8 * RING_SECONDS;

  stream->rules = rules;
  stream->start_us = start_us;
  stream->frame_bytes
      = rules->packet_size + (rules->is_raw ? 0 : (gsize)FRAME_HEAD);
  stream->ring_bytes = RING_BYTES_MIN;
  while (stream->ring_bytes < wanted)
    stream->ring_bytes *= 2;
  stream->ring_fd = memfd_create ("bare-ring", MFD_CLOEXEC);
  stream->ring = map_twice (stream->ring_fd, stream->ring_bytes);
  stream->opening = make_opening (rules);
  stream->model = g_malloc (rules->packet_size);
  sp_load_asf_packet (stream->model, rules->packet_size);
  return stream;
}

void
bare_stream_free (BareStream *stream)
{
  close (stream->ring_fd);
  munmap (stream->ring, 2 * stream->ring_bytes);
  g_byte_array_unref (stream->opening);
  g_free (stream->model);
  g_free (stream);
}

static gint64
packet_due (const BareStream *stream, guint64 number)
{
  guint64 bits = (guint64)stream->rules->packet_size * 8 * 1000;

  return stream->start_us + (gint64)(number * bits / stream->rules->kbps);
}

/** bare_stream_due: when the viewers should next be sent what is new: as the
 * oldest packet of it has waited flush_ms, or as flush_bytes are lacking. */
gint64
bare_stream_due (const BareStream *stream)
{
  const BareRules *rules = stream->rules;
  gint64 due_us
      = packet_due (stream, stream->n_flushed) + (gint64)rules->flush_ms * 1000;
  guint64 n_full;

  if (rules->flush_bytes == 0)
    return due_us;
  n_full = (rules->flush_bytes + rules->packet_size - 1) / rules->packet_size;
  return MIN (due_us, packet_due (stream, stream->n_flushed + n_full - 1));
}

/** bare_stream_make: makes the packets that have fallen due, each stamped with
 * the time when it did. */
void
bare_stream_make (BareStream *stream, gint64 now_us)
{
  gsize size = stream->rules->packet_size;

  while (packet_due (stream, stream->n_packets) <= now_us)
    {
      guint32 number = (guint32)stream->n_packets;
      SpStamp stamp;
      guint8 *at = stream->ring
                   + (bare_stream_head (stream) & (stream->ring_bytes - 1));

      if (!stream->rules->is_raw)
        {
          put_frame_head (at, 'D', number, (guint8)number, size);
          at += FRAME_HEAD;
        }
      stamp = (SpStamp){ .sent_us = packet_due (stream, number),
                         .number = number,
                         .packet_bytes = (guint32)size };
      memcpy (at, stream->model, size);
      sp_load_asf_stamp (at,
                         &stamp,
                         (guint32)((stamp.sent_us - stream->start_us) / 1000),
                         TRUE);
      stream->n_packets++;
    }
}
