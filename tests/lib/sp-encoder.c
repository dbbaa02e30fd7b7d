/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-encoder.h"

#include <string.h>
#include <unistd.h>

#include "sp-ask.h"
#include "sp-test.h"

#define FRAMING_LEN 4
#define MAX_FILLER 65531
#define ANSWER_DEADLINE_S 15
#define PREHEADER_LEN 8
#define REFUSAL_MS 100
#define MAX_RESUMES 50

SpEncoder *
sp_encoder_new (guint16 port, const char *name)
{
  SpEncoder *encoder = g_new0 (SpEncoder, 1);

  encoder->port = port;
  encoder->path = g_strdup_printf ("/streams/%s_push", name);
  encoder->push_id = g_strdup ("0");
  encoder->payloads = g_checksum_new (G_CHECKSUM_SHA256);
  encoder->fd = -1;
  sp_encoder_reconnect (encoder);
  return encoder;
}

static void
send_head (SpEncoder *encoder, const char *type, guint64 content_length)
{
  g_autofree char *head
      = g_strdup_printf ("POST %s HTTP/1.1\r\n"
                         "Content-Type: application/%s\r\n"
                         "X-Accept-Authentication: Negotiate, NTLM, Digest\r\n"
                         "User-Agent: WMEncoder/12.0.7600.16385\r\n"
                         "Host: 127.0.0.1:%u\r\n"
                         "Content-Length: %" G_GUINT64_FORMAT "\r\n"
                         "Connection: Keep-Alive\r\n"
                         "Cache-Control: no-cache\r\n"
                         "Cookie: push-id=%s\r\n\r\n",
                         encoder->path,
                         type,
                         encoder->port,
                         content_length,
                         encoder->push_id);

  if (!sp_ask_send_text (encoder->fd, head))
    encoder->is_broken = TRUE;
}

/* Keeps the push-id of the answer. */
static guint
read_answer (SpEncoder *encoder, guint deadline_s)
{
  g_autoptr (SpAnswer) answer
      = sp_ask_read (encoder->fd, TRUE, deadline_s * 1000);
  g_autofree char *cookie = sp_answer_header (answer, "Set-Cookie");

  if (cookie != NULL && g_str_has_prefix (cookie, "push-id="))
    {
      g_free (encoder->push_id);
      encoder->push_id
          = g_strndup (cookie + strlen ("push-id="),
                       strcspn (cookie + strlen ("push-id="), "; "));
    }
  if (answer->status / 100 == 2)
    {
      g_autofree char *server = sp_answer_header (answer, "Server");
      g_autofree char *length = sp_answer_header (answer, "Content-Length");

      /* Encoders take nothing else (MS-WMHTTP 3.1.5.1). */
      g_assert_nonnull (server);
      g_assert_true (g_str_has_prefix (server, "Cougar/"));
      g_assert_cmpstr (length, ==, "0");
    }
  return answer->status;
}

guint
sp_encoder_setup (SpEncoder *encoder)
{
  static const char body[] = "AutoDestroy: 1\r\n";

  send_head (encoder, "x-wms-pushsetup", sizeof body - 1);
  sp_ask_send_text (encoder->fd, body);
  return read_answer (encoder, ANSWER_DEADLINE_S);
}

void
sp_encoder_start (SpEncoder *encoder, guint64 content_length)
{
  send_head (encoder, "x-wms-pushstart", content_length);
  encoder->body_left = content_length;
}

void
sp_encoder_raw (SpEncoder *encoder, gconstpointer data, gsize len)
{
  g_assert_cmpuint (len, <=, encoder->body_left);
  encoder->body_left -= len;
  if (!encoder->is_broken && !sp_ask_send (encoder->fd, data, len))
    encoder->is_broken = TRUE;
}

/* A packet with or without Reason. */
static void
send_packet (SpEncoder *encoder,
             char type,
             const guint32 *reason,
             gconstpointer data,
             gsize len)
{
  guint8 head[FRAMING_LEN + 4];
  gsize head_len = reason == NULL ? FRAMING_LEN : sizeof head;
  gsize packet_len = len + head_len - FRAMING_LEN;
  g_autofree guint8 *packet = g_malloc (head_len + len);

  g_assert_cmpuint (packet_len, <=, G_MAXUINT16);
  head[0] = '$';
  head[1] = (guint8)type;
  head[2] = (guint8)packet_len;
  head[3] = (guint8)(packet_len >> 8);
  for (guint i = 0; reason != NULL && i < 4; i++)
    head[FRAMING_LEN + i] = (guint8)(*reason >> (8 * i));
  memcpy (packet, head, head_len);
  if (len > 0)
    memcpy (packet + head_len, data, len);
  sp_encoder_raw (encoder, packet, head_len + len);
}

void
sp_encoder_header (SpEncoder *encoder, GBytes *header)
{
  gsize len;
  gconstpointer data = g_bytes_get_data (header, &len);

  send_packet (encoder, 'H', NULL, data, len);
}

void
sp_encoder_change (SpEncoder *encoder, GBytes *header)
{
  const guint32 reason = 0;
  gsize len;
  gconstpointer data = g_bytes_get_data (header, &len);

  send_packet (encoder, 'C', &reason, data, len);
}

void
sp_encoder_data (SpEncoder *encoder, gconstpointer data, gsize len)
{
  send_packet (encoder, 'D', NULL, data, len);
  g_checksum_update (encoder->payloads, data, (gssize)len);
  encoder->n_data++;
}

void
sp_encoder_numbered (SpEncoder *encoder, gsize len)
{
  g_autofree guint8 *data = g_malloc (len);

  g_assert_cmpuint (len, >=, 4);
  memset (data, (int)(encoder->n_data & 0xff), len);
  for (guint i = 0; i < 4; i++)
    data[i] = (guint8)(encoder->n_data >> (24 - 8 * i));
  sp_encoder_data (encoder, data, len);
}

void
sp_encoder_end (SpEncoder *encoder, guint32 reason)
{
  send_packet (encoder, 'E', &reason, NULL, 0);
}

guint
sp_encoder_fill (SpEncoder *encoder)
{
  static const guint8 zeros[MAX_FILLER];

  while (encoder->body_left >= FRAMING_LEN)
    send_packet (encoder,
                 'F',
                 NULL,
                 zeros,
                 MIN (encoder->body_left - FRAMING_LEN, MAX_FILLER));
  if (encoder->body_left > 0)
    sp_encoder_raw (encoder, zeros, encoder->body_left);
  return read_answer (encoder, ANSWER_DEADLINE_S);
}

guint
sp_encoder_answer (SpEncoder *encoder, guint deadline_s)
{
  return read_answer (encoder, deadline_s);
}

void
sp_encoder_break (SpEncoder *encoder)
{
  if (encoder->fd >= 0)
    sp_ask_reset (encoder->fd);
  encoder->fd = -1;
  encoder->body_left = 0;
}

void
sp_encoder_reconnect (SpEncoder *encoder)
{
  sp_encoder_break (encoder);
  encoder->is_broken = FALSE;
  encoder->fd = sp_ask_connect ("127.0.0.1", encoder->port);
  g_assert_cmpint (encoder->fd, >=, 0);
}

void
sp_encoder_resume (SpEncoder *encoder)
{
  for (guint i = 0; i < MAX_RESUMES; i++)
    {
      sp_encoder_reconnect (encoder);
      sp_encoder_start (encoder, SP_ENCODER_ENDLESS);
      if (!sp_ask_readable (encoder->fd, REFUSAL_MS))
        return;
    }
  g_error ("the server refuses to resume the push");
}

void
sp_encoder_free (SpEncoder *encoder)
{
  if (encoder->fd >= 0)
    close (encoder->fd);
  g_free (encoder->path);
  g_free (encoder->push_id);
  g_checksum_free (encoder->payloads);
  g_free (encoder);
}

SpEncoder *
sp_encoder_go (guint16 port, const char *name, GBytes *header)
{
  SpEncoder *encoder = sp_encoder_new (port, name);

  g_assert_cmpuint (sp_encoder_setup (encoder), ==, 204);
  sp_encoder_start (encoder, SP_ENCODER_ENDLESS);
  sp_encoder_header (encoder, header);
  return encoder;
}

GBytes *
sp_encoder_dummy_header (void)
{
  return g_bytes_new_static ("dummy", 5);
}

GBytes *
sp_encoder_captured_header (void)
{
  g_autoptr (GBytes) capture = sp_test_data ("ee4-to-wmp9-header.bin");

  return g_bytes_new_from_bytes (capture,
                                 FRAMING_LEN + PREHEADER_LEN,
                                 g_bytes_get_size (capture) - FRAMING_LEN
                                     - PREHEADER_LEN);
}
