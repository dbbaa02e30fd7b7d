/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-file-loop.h"

#include "sp-asf-packet.h"

/* A step of send time larger than this is a cut in the recording, not a pause:
 * clients would take so long a silence for the end. */
#define MAX_STEP_MS 10000
/* So many packets may share a send time, a key frame's for instance; then the
 * bitrate paces them, lest a file without send times is sent all at once. */
#define MAX_SAME 64
#define MIN_PACKET_US 1000
#define MAX_PACKET_US G_USEC_PER_SEC
#define MIN_TURN_MS 20
#define MAX_SPACING_MS 1000     /* between the last packet and the first */
#define MAX_LAST_OBJECT_MS 1000 /* how long the last picture or sound lasts */

void
sp_file_loop_begin (SpFileLoop *loop, const SpAsfHeader *header)
{
  loop->header = *header;
  loop->n_packets = 0;
  loop->has_presentation = FALSE;
}

/* What a packet lasts if only the bitrate is known. */
static gint64
packet_us (const SpFileLoop *loop)
{
  guint64 bits = (guint64)loop->header.packet_size * 8;
  guint64 bps = loop->header.max_bitrate_bps;

  if (bps == 0)
    return MIN_PACKET_US;
  return CLAMP (
      (gint64)(bits * G_USEC_PER_SEC / bps), MIN_PACKET_US, MAX_PACKET_US);
}

/* @send_ms as it will be sent. */
static gint64
next_due (SpFileLoop *loop, guint32 send_ms)
{
  gint32 step_ms = (gint32)(send_ms - loop->newest_send_ms);

  if (!loop->has_due)
    {
      loop->has_due = TRUE;
      loop->newest_send_ms = send_ms;
      return loop->due_us;
    }
  if (step_ms > MAX_STEP_MS || step_ms < -MAX_STEP_MS)
    {
      loop->newest_send_ms = send_ms;
      return loop->due_us += packet_us (loop);
    }
  if (step_ms > 0)
    {
      loop->newest_send_ms = send_ms;
      loop->n_same = 0;
      return loop->due_us += (gint64)step_ms * 1000;
    }
  if (++loop->n_same > MAX_SAME)
    loop->due_us += packet_us (loop);
  return loop->due_us;
}

static void
note_presentation (SpFileLoop *loop, const SpAsfPacket *packet)
{
  guint32 first_ms = packet->first_presentation_ms;
  guint32 last_ms = packet->last_presentation_ms;

  if (!packet->has_presentation)
    return;
  if (!loop->has_presentation
      || (gint32)(first_ms - loop->first_presentation_ms) < 0)
    loop->first_presentation_ms = first_ms;
  if (!loop->has_presentation
      || (gint32)(last_ms - loop->last_presentation_ms) > 0)
    loop->last_presentation_ms = last_ms;
  loop->has_presentation = TRUE;
}

gboolean
sp_file_loop_packet (
    SpFileLoop *loop, guint8 *data, gsize len, gint64 *due_us, GError **error)
{
  SpAsfPacket packet;
  guint32 delta_ms = loop->delta_ms;

  if (!sp_asf_packet_parse (&packet, &loop->header, data, len, error))
    return FALSE;
  if (loop->n_packets == 0)
    delta_ms = loop->has_next ? loop->next_send_ms - packet.send_time_ms : 0;
  if (!sp_asf_packet_shift (&loop->header, data, len, delta_ms, error))
    return FALSE;
  if (loop->n_packets++ == 0)
    {
      loop->delta_ms = delta_ms;
      loop->first_send_ms = packet.send_time_ms;
      loop->last_send_ms = packet.send_time_ms;
    }
  else if ((gint32)(packet.send_time_ms - loop->last_send_ms) > 0)
    loop->last_send_ms = packet.send_time_ms;
  note_presentation (loop, &packet);
  *due_us = next_due (loop, packet.send_time_ms + delta_ms);
  return TRUE;
}

/* From the first packet of a turn to the first of the next by send times. */
static guint32
send_length (const SpFileLoop *loop)
{
  guint32 span_ms = loop->last_send_ms - loop->first_send_ms;

  if (span_ms == 0)
    return (guint32)CLAMP (
        loop->n_packets * (guint64)packet_us (loop) / 1000, 1, MAX_STEP_MS);
  return span_ms
         + (guint32)CLAMP (span_ms / loop->n_packets, 1, MAX_SPACING_MS);
}

/* The same by presentation times, so that the last picture of a turn is over
 * before the first of the next. 0: the file does not say. */
static guint32
presentation_length (const SpFileLoop *loop, guint32 send_length_ms)
{
  guint32 span_ms = loop->last_presentation_ms - loop->first_presentation_ms;
  guint64 play_ms = loop->header.play_duration_100ns / 10000;
  guint32 spacing_ms;

  if (!loop->has_presentation || span_ms > send_length_ms + MAX_STEP_MS)
    return 0;
  if (play_ms > loop->header.preroll_ms)
    play_ms -= loop->header.preroll_ms;
  if (play_ms > span_ms && play_ms - span_ms <= MAX_LAST_OBJECT_MS)
    return (guint32)play_ms;
  spacing_ms = (guint32)(span_ms / MAX (loop->n_packets, 1));
  return span_ms + CLAMP (spacing_ms, 1, MAX_SPACING_MS);
}

/* Sound and picture go on without a gap if the file says how long they last;
 * send times only have to grow. */
static guint32
turn_length (const SpFileLoop *loop)
{
  guint32 span_ms = loop->last_send_ms - loop->first_send_ms;
  guint32 by_send_ms = send_length (loop);
  guint32 by_presentation_ms = presentation_length (loop, by_send_ms);

  if (span_ms > 0 && by_presentation_ms > span_ms)
    return by_presentation_ms;
  return MAX (by_send_ms, by_presentation_ms);
}

gboolean
sp_file_loop_end (SpFileLoop *loop)
{
  if (loop->n_packets == 0)
    return FALSE;
  loop->has_next = TRUE;
  loop->next_send_ms = loop->first_send_ms + loop->delta_ms
                       + MAX (turn_length (loop), MIN_TURN_MS);
  return TRUE;
}
