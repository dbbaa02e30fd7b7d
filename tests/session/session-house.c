/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "session-house.h"

#include <string.h>

static void
add_stream (House *house, const char *path, const SpStreamPolicy *policy)
{
  g_autoptr (SpStream) stream = sp_stream_new (path, path, policy, NULL, 0);

  sp_registry_add (house->registry, stream);
}

void
house_open (House *house)
{
  SpStreamPolicy policy = { .is_enabled = TRUE,
                            .n_sources = 1,
                            .push_takeover_ms = 10000,
                            .hold_ms = 60000,
                            .linger_ms = 30000 };
  g_autoptr (SpStream) live = NULL;

  house->registry = sp_registry_new ();
  house->admission = sp_admission_new (house->registry);
  house->service
      = sp_mmsh_service_new (house->registry, house->admission, "this-pump");
  house->http = (SpHttpService){ &sp_mmsh_handler, house->service };
  house->peer
      = (SpPeer){ .address = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4),
                  .port = 4711,
                  .local_port = 8086 };
  add_stream (house, "live", &policy);
  policy.is_push = TRUE;
  add_stream (house, "in", &policy);
  policy.is_push = FALSE;
  policy.is_on_demand = TRUE;
  add_stream (house, "asked", &policy);
  policy.is_on_demand = FALSE;
  policy.is_enabled = FALSE;
  add_stream (house, "off", &policy);
  live = sp_registry_lookup (house->registry, "live");
  house->publisher = sp_publisher_acquire (live, 0, "test", 0, START, NULL);
  sp_publisher_put_header (
      house->publisher, (const guint8 *)"HEAD!", 5, 0, START, NULL);
}

void
house_close (House *house)
{
  sp_publisher_release (house->publisher, FALSE, START, NULL);
  sp_mmsh_service_free (house->service);
  sp_admission_free (house->admission);
  sp_registry_free (house->registry);
  g_object_unref (house->peer.address);
}

void
line_open (Line *line, House *house)
{
  line->session = sp_http_session.create (&house->http, &house->peer, START);
  sp_outbox_init (&line->outbox);
}

void
line_close (Line *line)
{
  sp_http_session.free (line->session, START);
  sp_outbox_clear (&line->outbox);
}

void
line_feed (Line *line, const char *bytes, gsize len, gsize step)
{
  for (gsize at = 0; at < len; at += step)
    {
      gsize n = MIN (step, len - at);
      g_autofree guint8 *piece = sp_test_exact (bytes + at, n);

      if (line->outbox.next == SP_NEXT_READ)
        sp_http_session.feed (line->session, piece, n, START, &line->outbox);
    }
}

char *
line_reply (Line *line)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < line->outbox.reply->len; i++)
    g_string_append_c (text,
                       line->outbox.reply->data[i] == 0
                           ? '.'
                           : (char)line->outbox.reply->data[i]);
  g_byte_array_set_size (line->outbox.reply, 0);
  return g_string_free (text, FALSE);
}

/* Each of the ';'-separated @pieces is there, or none is. */
void
assert_pieces (const char *reply, const char *pieces, gboolean expected)
{
  g_auto (GStrv) list = g_strsplit (pieces, ";", -1);

  for (char **piece = list; *piece != NULL; piece++)
    if (**piece != '\0' && (strstr (reply, *piece) != NULL) != expected)
      g_error ("'%s' %s in: %s", *piece, expected ? "is not" : "is", reply);
}
