/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "canary-origin.h"

#include <string.h>

typedef struct
{
  Origin *origin;
  GSocketConnection *connection;
  GString *head;
  char buffer[4096];
} Link;

static void
link_free (gpointer data)
{
  Link *link = data;

  g_io_stream_close (G_IO_STREAM (link->connection), NULL, NULL);
  g_object_unref (link->connection);
  g_string_free (link->head, TRUE);
  g_free (link);
}

static void
send (Link *link, GByteArray *bytes)
{
  g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (link->connection)),
      bytes->data,
      bytes->len,
      NULL,
      NULL,
      NULL);
}

static void
answer (Link *link)
{
  Origin *origin = link->origin;

  g_ptr_array_add (origin->heads, g_strdup (link->head->str));
  if (origin->is_silent)
    return;
  send (link, origin->answer);
  if (!origin->stays)
    g_ptr_array_remove (origin->links, link);
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  Link *link = user_data;
  gssize len = g_socket_receive (
      socket, link->buffer, sizeof link->buffer, NULL, NULL);

  if (len <= 0)
    {
      g_ptr_array_remove (link->origin->links, link);
      return G_SOURCE_REMOVE;
    }
  g_string_append_len (link->head, link->buffer, len);
  if (strstr (link->head->str, "\r\n\r\n") == NULL)
    return G_SOURCE_CONTINUE;
  answer (link);
  return G_SOURCE_REMOVE;
}

static gboolean
on_incoming (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             gpointer user_data)
{
  Origin *origin = user_data;
  Link *link = g_new0 (Link, 1);
  g_autoptr (GSource) readable = NULL;

  link->origin = origin;
  link->connection = g_object_ref (connection);
  link->head = g_string_new (NULL);
  g_ptr_array_add (origin->links, link);
  readable = g_socket_create_source (
      g_socket_connection_get_socket (connection), G_IO_IN, NULL);
  g_source_set_callback (readable, G_SOURCE_FUNC (on_readable), link, NULL);
  g_source_attach (readable, NULL);
  return TRUE;
}

Origin *
origin_new (void)
{
  Origin *origin = g_new0 (Origin, 1);
  g_autoptr (GInetAddress) loopback
      = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  origin->service = g_socket_service_new ();
  g_socket_listener_add_address (G_SOCKET_LISTENER (origin->service),
                                 any,
                                 G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP,
                                 NULL,
                                 &bound,
                                 &error);
  g_assert_no_error (error);
  origin->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  g_signal_connect (
      origin->service, "incoming", G_CALLBACK (on_incoming), origin);
  origin->answer = g_byte_array_new ();
  origin->heads = g_ptr_array_new_with_free_func (g_free);
  origin->links = g_ptr_array_new_with_free_func (link_free);
  return origin;
}

void
origin_free (Origin *origin)
{
  g_socket_service_stop (origin->service);
  g_socket_listener_close (G_SOCKET_LISTENER (origin->service));
  g_object_unref (origin->service);
  g_ptr_array_unref (origin->links);
  g_ptr_array_unref (origin->heads);
  g_byte_array_unref (origin->answer);
  g_free (origin);
}

void
origin_send (Origin *origin, GByteArray *bytes)
{
  for (guint i = 0; i < origin->links->len; i++)
    send (g_ptr_array_index (origin->links, i), bytes);
}

void
add_text (GByteArray *bytes, const char *text)
{
  g_byte_array_append (bytes, (const guint8 *)text, (guint)strlen (text));
}

static void
add_packet (GByteArray *bytes, guint8 type, guint8 flags, guint16 len)
{
  const guint16 whole = (guint16)(len + 8);
  const guint8 head[12] = {
    '$', type, (guint8)whole, (guint8)(whole >> 8), 0, 0, 0, 0, 0, flags
  };
  g_autofree guint8 *payload = g_malloc0 (len);

  g_byte_array_append (bytes, head, sizeof head);
  g_byte_array_append (bytes, payload, len);
}

void
add_header (GByteArray *bytes, guint8 flags)
{
  add_packet (bytes, 'H', flags, 50);
}

void
add_data (GByteArray *bytes, guint16 len)
{
  add_packet (bytes, 'D', 0, len);
}

void
add_end (GByteArray *bytes)
{
  static const guint8 end[8] = { '$', 'E', 4, 0, 0, 0, 0, 0 };

  g_byte_array_append (bytes, end, sizeof end);
}
