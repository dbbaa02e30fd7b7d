/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-reader.h"

#define STATUS_OK 200

void
sp_load_reader_init (SpLoadReader *reader, gboolean is_raw)
{
  *reader = (SpLoadReader){ .is_raw = is_raw };
  sp_load_answer_init (&reader->answer);
}

void
sp_load_reader_set_loose (SpLoadReader *reader)
{
  if (!reader->is_raw)
    reader->frames.is_loose = TRUE;
}

static SpLoadVerdict
take_body (SpLoadReader *reader,
           const guint8 *body,
           gsize len,
           SpLoadPacketFunc on_packet,
           gpointer user_data)
{
  SpLoadVerdict verdict = SP_LOAD_MORE;
  SpLoadPacket packet;
  gsize at = 0;
  gsize used;

  reader->has_body = TRUE;
  while (at < len)
    {
      verdict = reader->is_raw
                    ? sp_load_seeker_next (
                        &reader->seeker, body + at, len - at, &used, &packet)
                    : sp_load_frames_next (
                        &reader->frames, body + at, len - at, &used, &packet);
      if (verdict == SP_LOAD_BAD || verdict == SP_LOAD_END)
        return verdict;
      if (verdict == SP_LOAD_PACKET)
        on_packet (&packet, user_data);
      at += used;
    }
  return SP_LOAD_MORE;
}

SpLoadVerdict
sp_load_reader_take (SpLoadReader *reader,
                     const guint8 *data,
                     gsize len,
                     SpLoadPacketFunc on_packet,
                     gpointer user_data)
{
  SpLoadAnswer *answer = &reader->answer;
  SpLoadVerdict verdict = SP_LOAD_MORE;

  while (len > 0 && verdict == SP_LOAD_MORE)
    {
      const guint8 *body = NULL;
      gsize body_len = 0;
      gsize used = 0;
      SpLoadAnswerVerdict said
          = sp_load_answer_next (answer, data, len, &used, &body, &body_len);

      if (answer->status != 0 && answer->status != STATUS_OK)
        return SP_LOAD_END;
      if (said == SP_LOAD_ANSWER_BAD)
        return SP_LOAD_BAD;
      if (said == SP_LOAD_ANSWER_END)
        return SP_LOAD_END;
      if (said == SP_LOAD_ANSWER_BODY)
        verdict = take_body (reader, body, body_len, on_packet, user_data);
      data += used;
      len -= used;
    }
  return verdict;
}

guint
sp_load_reader_status (const SpLoadReader *reader)
{
  return reader->answer.status;
}

gboolean
sp_load_reader_has_media (const SpLoadReader *reader)
{
  return reader->is_raw ? reader->has_body : reader->frames.has_data;
}

const char *
sp_load_reader_why (const SpLoadReader *reader)
{
  if (!reader->is_raw && reader->frames.why != NULL)
    return reader->frames.why;
  if (reader->answer.status == 0)
    return "no HTTP answer";
  if (reader->answer.status != STATUS_OK)
    return "refused";
  if (!reader->is_raw && reader->frames.has_ended)
    return "the server ended the stream";
  return reader->has_body ? "the body is over or has bad chunks"
                          : "a bad answer";
}
