/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-ask.h"

#include "sp-test.h"

#include <string.h>
#include <sys/socket.h>

#define DEADLINE_S 20

/* A reset ends an answer as well as a close does. */
static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SpAdminAsk *ask = user_data;

  (void)g_output_stream_splice_finish (G_OUTPUT_STREAM (source), result, NULL);
  ask->is_closed = TRUE;
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  (void)g_output_stream_write_all_finish (
      G_OUTPUT_STREAM (source), result, NULL, NULL);
  g_bytes_unref (user_data);
}

SpAdminAsk *
sp_admin_ask_begin (guint16 port, const char *bytes, gsize len)
{
  SpAdminAsk *ask = g_new0 (SpAdminAsk, 1);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  GBytes *copy = g_bytes_new (bytes, len);

  g_socket_client_set_enable_proxy (client, FALSE);
  ask->connection = g_socket_client_connect_to_host (
      client, "127.0.0.1", port, NULL, &error);
  g_assert_no_error (error);
  ask->memory = g_memory_output_stream_new_resizable ();
  g_output_stream_splice_async (
      ask->memory,
      g_io_stream_get_input_stream (G_IO_STREAM (ask->connection)),
      G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
      G_PRIORITY_DEFAULT,
      NULL,
      on_read,
      ask);
  g_output_stream_write_all_async (
      g_io_stream_get_output_stream (G_IO_STREAM (ask->connection)),
      g_bytes_get_data (copy, NULL),
      len,
      G_PRIORITY_DEFAULT,
      NULL,
      on_written,
      copy);
  return ask;
}

static gboolean
is_closed (gpointer user_data)
{
  return ((SpAdminAsk *)user_data)->is_closed;
}

static void
take_apart (SpAdminAsk *ask)
{
  char *end = strstr (ask->text, "\r\n\r\n");

  if (g_str_has_prefix (ask->text, "HTTP/1.1 100 ") && end != NULL)
    {
      memmove (ask->text, end + 4, strlen (end + 4) + 1);
      end = strstr (ask->text, "\r\n\r\n");
    }
  if (end == NULL)
    return;
  g_assert_true (g_str_has_prefix (ask->text, "HTTP/1."));
  ask->head = g_strndup (ask->text, (gsize)(end - ask->text) + 2);
  ask->status = (guint)g_ascii_strtoull (ask->text + 9, NULL, 10);
  ask->body = end + 4;
  if (*ask->body != '\0')
    ask->json = json_from_string (ask->body, NULL);
}

void
sp_admin_ask_wait (SpAdminAsk *ask)
{
  GMemoryOutputStream *memory = G_MEMORY_OUTPUT_STREAM (ask->memory);
  gsize len;

  sp_test_wait (NULL, is_closed, ask, DEADLINE_S);
  if (ask->text != NULL)
    return;
  len = g_memory_output_stream_get_data_size (memory);
  ask->text = g_malloc0 (len + 1);
  if (len > 0)
    memcpy (ask->text, g_memory_output_stream_get_data (memory), len);
  take_apart (ask);
}

/* Loopback carries at once: a few turns without work mean that all is done. */
void
sp_admin_ask_settle (void)
{
  for (guint n_idle = 0; n_idle < 10;)
    n_idle = g_main_context_iteration (NULL, FALSE) ? 0 : n_idle + 1;
}

void
sp_admin_ask_reset (SpAdminAsk *ask)
{
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };
  GSocket *socket = g_socket_connection_get_socket (ask->connection);

  g_assert_cmpint (setsockopt (g_socket_get_fd (socket),
                               SOL_SOCKET,
                               SO_LINGER,
                               &linger,
                               sizeof linger),
                   ==,
                   0);
  g_assert_true (g_socket_close (socket, NULL));
  sp_test_wait (NULL, is_closed, ask, DEADLINE_S);
}

char *
sp_admin_ask_header (SpAdminAsk *ask, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (ask->head, "\r\n", -1);
  gsize len = strlen (name);

  for (guint i = 1; lines[i] != NULL; i++)
    if (g_ascii_strncasecmp (lines[i], name, len) == 0 && lines[i][len] == ':')
      return g_strstrip (g_strdup (lines[i] + len + 1));
  return NULL;
}

void
sp_admin_ask_free (SpAdminAsk *ask)
{
  if (!ask->is_closed)
    {
      (void)g_socket_shutdown (
          g_socket_connection_get_socket (ask->connection), TRUE, TRUE, NULL);
      sp_test_wait (NULL, is_closed, ask, DEADLINE_S);
    }
  g_object_unref (ask->connection);
  g_object_unref (ask->memory);
  g_clear_pointer (&ask->json, json_node_unref);
  g_free (ask->head);
  g_free (ask->text);
  g_free (ask);
}

SpAdminAsk *
sp_admin_ask (guint16 port,
              const char *method,
              const char *target,
              const char *headers,
              const char *body)
{
  g_autoptr (GString) text = g_string_new (NULL);
  SpAdminAsk *ask;

  g_string_printf (text,
                   "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s",
                   method,
                   target,
                   port,
                   headers != NULL ? headers : "");
  if (body != NULL)
    g_string_append_printf (
        text, "Content-Length: %zu\r\n\r\n%s", strlen (body), body);
  else
    g_string_append (text, "\r\n");
  ask = sp_admin_ask_begin (port, text->str, text->len);
  sp_admin_ask_wait (ask);
  return ask;
}
