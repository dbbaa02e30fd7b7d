/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-canary-reader.h"

#include "sp-error.h"

#include <string.h>

/* MS-WMSP 2.2.3.1.1 and 2.2.3.1.2 */
#define MAGIC 0x24
#define MAGIC_MASK 0x7f
#define FRAMING_LEN 4
#define PREHEADER_LEN 8
#define AF_FLAGS_AT 9 /* from the framing header on */
#define AF_LAST 0x08
#define STATUS_OK 200

static gboolean
refuse (GError **error, const char *what)
{
  return sp_error_set (
      error, SP_ERROR_PROTOCOL, "the answer is not MMSH: %s", what);
}

/* "HTTP/1.0 200 OK" */
static gboolean
read_status (SpCanaryReader *reader, GError **error)
{
  const char *head = (const char *)reader->head;

  if (reader->head_len < 13 || memcmp (head, "HTTP/1.", 7) != 0
      || head[8] != ' ' || !g_ascii_isdigit (head[9])
      || !g_ascii_isdigit (head[10]) || !g_ascii_isdigit (head[11]))
    return refuse (error, "no HTTP/1 status line");
  reader->status = (guint)(g_ascii_digit_value (head[9]) * 100
                           + g_ascii_digit_value (head[10]) * 10
                           + g_ascii_digit_value (head[11]));
  reader->has_head = TRUE;
  if (reader->status != STATUS_OK)
    return sp_error_set (
        error, SP_ERROR_FAILED, "it is refused with %u", reader->status);
  return TRUE;
}

/* Up to the empty line. */
static gboolean
read_head (SpCanaryReader *reader, guint8 byte, GError **error)
{
  if (reader->head_len == SP_CANARY_MAX_HEAD)
    return refuse (error, "its head has no end");
  reader->head[reader->head_len++] = byte;
  if (reader->head_len < 4
      || memcmp (reader->head + reader->head_len - 4, "\r\n\r\n", 4) != 0)
    return TRUE;
  return read_status (reader, error);
}

static gsize
payload_len (const SpCanaryReader *reader)
{
  return (gsize)reader->framing[2] | (gsize)reader->framing[3] << 8;
}

static gboolean
has_preheader (const SpCanaryReader *reader)
{
  guint8 type = reader->framing[1];

  return type == 'H' || type == 'D' || type == 'M';
}

/* A packet is whole. */
static void
finish (SpCanaryReader *reader)
{
  switch (reader->framing[1])
    {
    case 'H':
      if ((reader->framing[AF_FLAGS_AT] & AF_LAST) != 0)
        reader->has_header = TRUE;
      break;
    case 'D':
      reader->n_packets++;
      break;
    case 'E':
      reader->has_ended = TRUE;
      break;
    default:
      break;
    }
  reader->framing_len = 0;
}

static gboolean
read_framing (SpCanaryReader *reader, guint8 byte, GError **error)
{
  reader->framing[reader->framing_len++] = byte;
  if (reader->framing_len == 1 && (byte & MAGIC_MASK) != MAGIC)
    return refuse (error, "a packet that does not begin with $");
  if (reader->framing_len < FRAMING_LEN)
    return TRUE;
  if (reader->framing_len == FRAMING_LEN)
    {
      reader->body_left = payload_len (reader);
      if (has_preheader (reader))
        return reader->body_left >= PREHEADER_LEN
               || refuse (error, "a packet too short for its head");
    }
  else if (reader->framing_len < FRAMING_LEN + PREHEADER_LEN)
    return TRUE;
  else
    reader->body_left -= PREHEADER_LEN;
  if (reader->body_left == 0)
    finish (reader);
  return TRUE;
}

static gboolean
is_in_body (const SpCanaryReader *reader)
{
  guint full
      = FRAMING_LEN
        + (reader->framing_len >= 2 && has_preheader (reader) ? PREHEADER_LEN
                                                              : 0);

  return reader->framing_len == full;
}

gboolean
sp_canary_reader_feed (SpCanaryReader *reader,
                       const guint8 *data,
                       gsize len,
                       GError **error)
{
  while (len > 0)
    {
      gsize n = 1;

      if (!reader->has_head)
        {
          if (!read_head (reader, *data, error))
            return FALSE;
        }
      else if (!is_in_body (reader))
        {
          if (!read_framing (reader, *data, error))
            return FALSE;
        }
      else
        {
          n = MIN (len, reader->body_left);
          reader->body_left -= n;
          if (reader->body_left == 0)
            finish (reader);
        }
      data += n;
      len -= n;
    }
  return TRUE;
}
