/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-answer.h"

#include <string.h>

#define MAX_HEAD_BYTES 65536

typedef enum
{
  STATE_STATUS,
  STATE_HEADER,
  STATE_BODY,
  STATE_CHUNKS,
  STATE_END,
  STATE_BAD,
} State;

void
sp_load_answer_init (SpLoadAnswer *answer)
{
  *answer = (SpLoadAnswer){ .state = STATE_STATUS };
  sp_http_chunk_init (&answer->chunk);
}

/* "HTTP/1.1 200 OK" */
static State
take_status (SpLoadAnswer *answer, gsize len)
{
  const char *line = answer->line;
  guint status = 0;

  if (len < strlen ("HTTP/1.x 200") || memcmp (line, "HTTP/1.", 7) != 0
      || line[8] != ' ')
    return STATE_BAD;
  for (guint i = 9; i < 12; i++)
    {
      if (!g_ascii_isdigit (line[i]))
        return STATE_BAD;
      status = status * 10 + (guint)(line[i] - '0');
    }
  if (status < 100)
    return STATE_BAD;
  answer->status = status;
  return STATE_HEADER;
}

/* The line, without its end, is in answer->line as far as it fits. */
static State
take_header (SpLoadAnswer *answer, gsize len)
{
  static const char coding[] = "Transfer-Encoding:";
  const char *value = answer->line + sizeof coding - 1;

  if (len == 0)
    return answer->is_chunked ? STATE_CHUNKS : STATE_BODY;
  if (len < sizeof coding - 1 || len >= sizeof answer->line
      || g_ascii_strncasecmp (answer->line, coding, sizeof coding - 1) != 0)
    return STATE_HEADER;
  answer->line[len] = '\0';
  value += strspn (value, " \t");
  if (g_ascii_strcasecmp (value, "chunked") == 0)
    answer->is_chunked = TRUE;
  return STATE_HEADER;
}

static State
take_line (SpLoadAnswer *answer)
{
  gsize len = MIN (answer->line_len, sizeof answer->line);

  answer->line_len = 0;
  if (len > 0 && len < sizeof answer->line && answer->line[len - 1] == '\r')
    len--;
  return answer->state == STATE_STATUS ? take_status (answer, len)
                                       : take_header (answer, len);
}

/* Bytes of the head that were used. */
static gsize
take_head (SpLoadAnswer *answer, const guint8 *data, gsize len)
{
  gsize at = 0;

  while (at < len
         && (answer->state == STATE_STATUS || answer->state == STATE_HEADER))
    {
      guint8 byte = data[at++];

      if (answer->head_bytes++ == MAX_HEAD_BYTES)
        answer->state = STATE_BAD;
      else if (byte == '\n')
        answer->state = (guint8)take_line (answer);
      else if (answer->line_len++ < sizeof answer->line)
        answer->line[answer->line_len - 1] = (char)byte;
    }
  return at;
}

static SpLoadAnswerVerdict
take_chunks (SpLoadAnswer *answer,
             const guint8 *data,
             gsize len,
             gsize *used,
             const guint8 **body,
             gsize *body_len)
{
  switch (sp_http_chunk_next (&answer->chunk, data, len, used, body, body_len))
    {
    case SP_CHUNK_MORE:
      return SP_LOAD_ANSWER_MORE;
    case SP_CHUNK_DATA:
      return SP_LOAD_ANSWER_BODY;
    case SP_CHUNK_END:
      answer->state = STATE_END;
      return SP_LOAD_ANSWER_END;
    case SP_CHUNK_BAD:
      break;
    }
  answer->state = STATE_BAD;
  return SP_LOAD_ANSWER_BAD;
}

SpLoadAnswerVerdict
sp_load_answer_next (SpLoadAnswer *answer,
                     const guint8 *data,
                     gsize len,
                     gsize *used,
                     const guint8 **body,
                     gsize *body_len)
{
  gsize head_len = take_head (answer, data, len);
  SpLoadAnswerVerdict verdict;

  *used = head_len;
  if (answer->state == STATE_BAD)
    return SP_LOAD_ANSWER_BAD;
  if (answer->state == STATE_END)
    return SP_LOAD_ANSWER_END;
  if (head_len == len)
    return SP_LOAD_ANSWER_MORE;
  if (answer->state == STATE_CHUNKS)
    {
      verdict = take_chunks (
          answer, data + head_len, len - head_len, used, body, body_len);
      *used += head_len;
      return verdict;
    }
  *body = data + head_len;
  *body_len = len - head_len;
  *used = len;
  return SP_LOAD_ANSWER_BODY;
}
