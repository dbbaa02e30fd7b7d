/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-script.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>

#define DEADLINE_S 60

struct _SpScript
{
  GSocket *listener;
  const SpScriptAnswer *answers;
  GPtrArray *requests; /* of the thread, until it is over */
  GCancellable *cancellable;
  GThread *thread;
};

/* The whole of it, as long as Content-Length says. */
static char *
read_request (GSocket *socket)
{
  g_autoptr (GString) request = g_string_new (NULL);
  gsize wanted = 0;
  char buffer[4096];

  for (;;)
    {
      const char *end = strstr (request->str, "\r\n\r\n");
      const char *length = strstr (request->str, "Content-Length: ");
      gssize n;

      if (end != NULL)
        {
          wanted = (gsize)(end - request->str) + 4;
          if (length != NULL && length < end)
            wanted += g_ascii_strtoull (length + 16, NULL, 10);
          if (request->len >= wanted)
            return g_strdup (request->str);
        }
      n = g_socket_receive (socket, buffer, sizeof buffer, NULL, NULL);
      if (n <= 0)
        return g_strdup (request->str);
      g_string_append_len (request, buffer, n);
    }
}

static void
send_answer (GSocket *socket, const SpScriptAnswer *answer)
{
  g_autofree char *filler = g_strnfill (64 * 1024, 'x');
  gsize left = answer->filler;
  gsize sent = 0;
  gsize len = strlen (answer->text);
  char byte;

  while (sent < len)
    {
      gssize n
          = g_socket_send (socket, answer->text + sent, len - sent, NULL, NULL);

      if (n <= 0)
        return;
      sent += (gsize)n;
    }
  while (left > 0)
    {
      gssize n
          = g_socket_send (socket, filler, MIN (left, 64 * 1024), NULL, NULL);

      if (n <= 0)
        return;
      left -= (gsize)n;
    }
  while (answer->is_held && g_socket_receive (socket, &byte, 1, NULL, NULL) > 0)
    continue;
}

static gpointer
serve (gpointer user_data)
{
  SpScript *script = user_data;

  for (const SpScriptAnswer *at = script->answers; at->text != NULL; at++)
    {
      g_autoptr (GSocket) socket
          = g_socket_accept (script->listener, script->cancellable, NULL);

      if (socket == NULL)
        break;
      g_socket_set_timeout (socket, DEADLINE_S);
      g_ptr_array_add (script->requests, read_request (socket));
      send_answer (socket, at);
      (void)g_socket_shutdown (socket, FALSE, TRUE, NULL);
      (void)g_socket_close (socket, NULL);
    }
  return NULL;
}

SpScript *
sp_script_new (const char *socket, const SpScriptAnswer *answers)
{
  SpScript *script = g_new0 (SpScript, 1);
  g_autoptr (GSocketAddress) address
      = socket != NULL ? g_unix_socket_address_new (socket)
                       : g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GError) error = NULL;

  script->answers = answers;
  script->requests = g_ptr_array_new ();
  script->cancellable = g_cancellable_new ();
  script->listener = g_socket_new (g_socket_address_get_family (address),
                                   G_SOCKET_TYPE_STREAM,
                                   G_SOCKET_PROTOCOL_DEFAULT,
                                   &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_bind (script->listener, address, TRUE, &error));
  g_assert_true (g_socket_listen (script->listener, &error));
  script->thread = g_thread_new ("script", serve, script);
  return script;
}

guint16
sp_script_port (SpScript *script)
{
  g_autoptr (GSocketAddress) address
      = g_socket_get_local_address (script->listener, NULL);

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}

GStrv
sp_script_end (SpScript *script)
{
  GStrv requests;

  g_cancellable_cancel (script->cancellable);
  g_thread_join (script->thread);
  g_object_unref (script->cancellable);
  g_object_unref (script->listener);
  g_ptr_array_add (script->requests, NULL);
  requests = (GStrv)g_ptr_array_free (script->requests, FALSE);
  g_free (script);
  return requests;
}
