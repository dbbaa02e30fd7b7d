/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "push-house.h"

#include "sp-lane.h"
#include "sp-mmsh-wire.h"

#include <string.h>

void
set_up (House *house, gconstpointer data)
{
  SpStreamPolicy policy = { .is_enabled = TRUE,
                            .is_push = TRUE,
                            .n_sources = 1,
                            .hold_ms = 60000,
                            .push_takeover_ms = 10000,
                            .slow_viewer_ms = 1000000 };
  SpLaneHost host = { 0 };

  house->now_us = START;
  house->mailbox = sp_mailbox_new ();
  host.mailbox = house->mailbox;
  house->registry = sp_registry_new ();
  house->admission = sp_admission_new (house->registry);
  house->service
      = sp_mmsh_service_new (house->registry, house->admission, "id");
  house->http = (SpHttpService){ &sp_mmsh_handler, house->service };
  house->stream = sp_stream_new ("In", "in", &policy, &host, 1);
  sp_registry_add (house->registry, house->stream);
  house->peer = (SpPeer){ .address = g_inet_address_new_loopback (
                              G_SOCKET_FAMILY_IPV4) };
}

void
tear_down (House *house, gconstpointer data)
{
  sp_mmsh_service_free (house->service);
  sp_mailbox_free (house->mailbox);
  sp_stream_unref (house->stream);
  sp_admission_free (house->admission);
  sp_registry_free (house->registry);
  g_object_unref (house->peer.address);
}

void
line_open (Line *line, House *house)
{
  line->house = house;
  line->session
      = sp_http_session.create (&house->http, &house->peer, house->now_us);
  sp_outbox_init (&line->outbox);
}

void
line_close (Line *line)
{
  sp_http_session.free (line->session, line->house->now_us);
  sp_outbox_clear (&line->outbox);
}

void
feed (Line *line, gconstpointer bytes, gsize len)
{
  g_autofree guint8 *exact = sp_test_exact (bytes, len);

  if (line->outbox.next == SP_NEXT_READ)
    sp_http_session.feed (
        line->session, exact, len, line->house->now_us, &line->outbox);
}

void
feed_text (Line *line, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  feed (line, text, strlen (text));
}

/* MS-WMHTTP: no preheader. */
void
feed_packet (Line *line, guint8 type, const char *payload)
{
  guint8 head[4];

  sp_mmsh_write_framing (head, type, (guint16)strlen (payload));
  feed (line, head, sizeof head);
  feed (line, payload, strlen (payload));
}

void
feed_end (Line *line, guint32 reason)
{
  guint8 bytes[8];

  sp_mmsh_write_reason (bytes, SP_MMSH_END, reason);
  feed (line, bytes, sizeof bytes);
}

void
assert_status (Line *line, guint status)
{
  g_autofree char *expected = g_strdup_printf ("HTTP/1.1 %u ", status);
  g_autofree char *reply = g_strndup ((const char *)line->outbox.reply->data,
                                      line->outbox.reply->len);

  if (!g_str_has_prefix (reply, expected))
    g_error ("not %u: %s", status, reply);
  g_byte_array_set_size (line->outbox.reply, 0);
}

void
assert_received (House *house, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);
  SpRing *ring;
  guint32 number = 0;

  sp_mailbox_drain (house->mailbox);
  ring = sp_stream_lane (house->stream, 0)->ring;
  for (guint64 seq = sp_ring_oldest (ring); seq < sp_ring_end (ring); seq++)
    {
      SpPacket *packet = sp_ring_get (ring, seq);

      if (packet->meta.kind == SP_PACKET_DATA)
        g_assert_cmpuint (packet->meta.number, ==, number++);
      g_string_append_printf (text,
                              "%s%.*s ",
                              packet->meta.kind == SP_PACKET_HEADER ? "H:"
                              : packet->meta.kind == SP_PACKET_END  ? "E"
                                                                    : "",
                              (int)packet->len,
                              packet->payload);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

/* (transfer full): the push-id that a PushSetup gives. */
char *
setup (Line *line)
{
  const char *at;
  g_autofree char *reply = NULL;

  feed_text (line,
             "POST /streams/in_push HTTP/1.1\r\nHost: h\r\nContent-Type: "
             "application/x-wms-pushsetup\r\n"
             "Cookie: __utma=1; push-id=0\r\nContent-Length: 0\r\n\r\n");
  reply = g_strndup ((const char *)line->outbox.reply->data,
                     line->outbox.reply->len);
  g_assert_true (g_str_has_prefix (reply, "HTTP/1.1 204 "));
  at = strstr (reply, "push-id=");
  g_assert_nonnull (at);
  g_byte_array_set_size (line->outbox.reply, 0);
  return g_strndup (at + 8, strcspn (at + 8, "\r"));
}

void
start (Line *line, const char *id, guint64 length)
{
  if (id != NULL)
    feed_text (line,
               START_HEAD
               "Cookie: push-id=%s\r\nContent-Length: %" G_GUINT64_FORMAT
               "\r\n\r\n",
               id,
               length);
  else
    feed_text (line,
               START_HEAD "Content-Length: %" G_GUINT64_FORMAT "\r\n\r\n",
               length);
}
