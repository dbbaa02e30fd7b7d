/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-frames.h"

#include <string.h>

/* MS-WMSP 2.2.3.1 */
#define MAGIC '$'
#define FRAMING_LEN 4u
#define PREHEADER_LEN 8u
#define DATA_HEAD_LEN (FRAMING_LEN + PREHEADER_LEN)
#define REASON_LEN 4u
#define AF_FIRST 0x04
#define AF_LAST 0x08
#define REASON_ENTRY_OVER 1 /* a $C follows */

static guint32
read_le (const guint8 *at, guint n_bytes)
{
  guint32 value = 0;

  for (guint i = 0; i < n_bytes; i++)
    value |= (guint32)at[i] << (8 * i);
  return value;
}

static SpLoadVerdict
refuse (SpLoadFrames *frames, const char *why)
{
  frames->why = why;
  return SP_LOAD_BAD;
}

/* How much of a packet that begins with @head is looked at. */
static guint
wanted_bytes (const guint8 *head)
{
  guint32 total = FRAMING_LEN + read_le (head + 2, 2);

  switch (head[1])
    {
    case 'D':
      return (guint)CLAMP (total, DATA_HEAD_LEN, SP_LOAD_FRAMES_HELD);
    case 'H':
    case 'M':
      return DATA_HEAD_LEN;
    case 'C':
    case 'E':
      return FRAMING_LEN + REASON_LEN;
    default:
      return FRAMING_LEN;
    }
}

/* The head of the next packet: where it is in the input, or what is held since
 * earlier input; NULL: it is not all there, and the input is used up. */
static const guint8 *
find_head (SpLoadFrames *frames, const guint8 *data, gsize len, gsize *used)
{
  gsize n;

  if (frames->n_held == 0 && len >= FRAMING_LEN && len >= wanted_bytes (data))
    {
      *used = wanted_bytes (data);
      return data;
    }
  n = MIN (len, FRAMING_LEN - MIN (frames->n_held, FRAMING_LEN));
  memcpy (frames->held + frames->n_held, data, n);
  frames->n_held += (guint8)n;
  *used = n;
  if (frames->n_held < FRAMING_LEN)
    return NULL;
  n = MIN (len - n, wanted_bytes (frames->held) - frames->n_held);
  memcpy (frames->held + frames->n_held, data + *used, n);
  frames->n_held += (guint8)n;
  *used += n;
  if (frames->n_held < wanted_bytes (frames->held))
    return NULL;
  frames->n_held = 0;
  return frames->held;
}

/* MS-WMSP 2.2.3.1.2: fragments are numbered from 0. */
static SpLoadVerdict
take_header (SpLoadFrames *frames, const guint8 *head)
{
  guint8 flags = head[9];

  if (frames->n_fragments == 0 && frames->has_header && !frames->is_changing
      && !frames->is_loose)
    return refuse (frames, "$H without a $C before it");
  if (read_le (head + 4, 4) != frames->n_fragments)
    return refuse (frames, "$H with a wrong LocationId");
  if ((flags & ~AF_LAST) != (frames->n_fragments == 0 ? AF_FIRST : 0))
    return refuse (frames, "$H with wrong AFFlags");
  if (frames->n_fragments == G_MAXUINT8)
    return refuse (frames, "a header without end");
  frames->n_fragments++;
  if ((flags & AF_LAST) == 0)
    return SP_LOAD_MORE;
  frames->n_fragments = 0;
  frames->has_header = TRUE;
  frames->is_changing = FALSE;
  frames->is_counting = FALSE;
  return SP_LOAD_MORE;
}

/* @n_bytes of the payload are there. */
static void
take_stamp (SpLoadFrames *frames, const guint8 *payload, guint n_bytes)
{
  SpLoadPacket *packet = &frames->packet;
  SpStamp before = packet->stamp;
  gboolean was_stamped = packet->is_stamped;

  packet->is_stamped
      = (n_bytes >= SP_STAMP_ASF_AT + SP_STAMP_LEN
         && sp_stamp_read (&packet->stamp, payload + SP_STAMP_ASF_AT))
        || (n_bytes >= SP_STAMP_LEN && sp_stamp_read (&packet->stamp, payload));
  if (packet->is_stamped && was_stamped)
    packet->missed = sp_load_packet_gap (&before, &packet->stamp);
}

static SpLoadVerdict
take_data (SpLoadFrames *frames, const guint8 *head, guint32 length)
{
  guint32 jump = read_le (head + 4, 4) - frames->next_location;

  if (!frames->has_header || frames->is_changing || frames->n_fragments > 0)
    return refuse (frames, "$D before a whole $H");
  if (length == PREHEADER_LEN)
    return refuse (frames, "$D without payload");
  if (head[9] != frames->next_flags && !frames->is_loose)
    return refuse (frames, "$D with AFFlags out of sequence");
  if (frames->is_counting && jump > G_MAXINT32 && !frames->is_loose)
    return refuse (frames, "$D with a LocationId that does not rise");
  frames->packet.missed = frames->is_counting && !frames->is_loose ? jump : 0;
  frames->next_flags++;
  frames->next_location += jump + 1;
  frames->is_counting = TRUE;
  frames->has_data = TRUE;
  frames->is_data = TRUE;
  take_stamp (frames,
              head + DATA_HEAD_LEN,
              MIN (length + FRAMING_LEN, SP_LOAD_FRAMES_HELD) - DATA_HEAD_LEN);
  return SP_LOAD_MORE;
}

static SpLoadVerdict
take_reason (SpLoadFrames *frames, const guint8 *head, guint32 length)
{
  guint32 reason = read_le (head + FRAMING_LEN, REASON_LEN);

  if (length != REASON_LEN)
    return refuse (frames, "$C or $E of a wrong length");
  if (!frames->has_header || frames->is_changing || frames->n_fragments > 0)
    return refuse (frames, "$C or $E before a whole $H");
  if (head[1] == 'C')
    {
      frames->is_changing = TRUE;
      return SP_LOAD_MORE;
    }
  frames->end_reason = reason;
  frames->has_ended = reason != REASON_ENTRY_OVER;
  return frames->has_ended ? SP_LOAD_END : SP_LOAD_MORE;
}

static SpLoadVerdict
take_head (SpLoadFrames *frames, const guint8 *head)
{
  guint32 length = read_le (head + 2, 2);
  guint8 type = head[1];

  if (head[0] != MAGIC)
    return refuse (frames, "no '$' where a packet begins");
  if (type == 'C' || type == 'E')
    return take_reason (frames, head, length);
  if (type != 'D' && type != 'H' && type != 'M')
    return refuse (frames, "a packet of an unknown type");
  if (length < PREHEADER_LEN)
    return refuse (frames, "a packet shorter than its preheader");
  if (read_le (head + 10, 2) != length)
    return refuse (frames, "PacketSize differs from PacketLength");
  frames->skip_bytes = FRAMING_LEN + length - wanted_bytes (head);
  if (type == 'D')
    return take_data (frames, head, length);
  return type == 'H' ? take_header (frames, head) : SP_LOAD_MORE;
}

/* The end of a packet. */
static gboolean
finish (SpLoadFrames *frames, SpLoadPacket *packet)
{
  gboolean is_data = frames->is_data;

  frames->is_data = FALSE;
  if (is_data)
    *packet = frames->packet;
  return is_data;
}

SpLoadVerdict
sp_load_frames_next (SpLoadFrames *frames,
                     const guint8 *data,
                     gsize len,
                     gsize *used,
                     SpLoadPacket *packet)
{
  gsize at = 0;
  gsize n;

  while (at < len)
    {
      const guint8 *head = NULL;
      SpLoadVerdict verdict = SP_LOAD_MORE;

      if (frames->has_ended)
        return refuse (frames, "a packet after $E");
      n = MIN (frames->skip_bytes, len - at);
      frames->skip_bytes -= (guint32)n;
      at += n;
      if (n == 0)
        {
          head = find_head (frames, data + at, len - at, &n);
          at += n;
          if (head == NULL)
            continue;
          verdict = take_head (frames, head);
        }
      *used = at;
      if (verdict != SP_LOAD_MORE)
        return verdict;
      if (frames->skip_bytes == 0 && finish (frames, packet))
        return SP_LOAD_PACKET;
    }
  *used = at;
  return SP_LOAD_MORE;
}
