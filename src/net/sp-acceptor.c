/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-acceptor.h"

#include "sp-gsource.h"

#define ACCEPTS_A_TURN 64 /* then the rest of the main loop */

struct _SpAcceptor
{
  GSocket *socket;
  SpAcceptorFunc on_connection;
  SpAcceptorFailed on_failed;
  gpointer user_data;
  GSource *incoming; /* NULL: closed */
};

static gboolean
on_incoming (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  SpAcceptor *acceptor = user_data;

  for (guint i = 0; i < ACCEPTS_A_TURN && acceptor->incoming != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSocket) connection = g_socket_accept (socket, NULL, &error);

      if (connection != NULL)
        {
          acceptor->on_connection (connection, acceptor->user_data);
          continue;
        }
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        break;
      /* accept(2): ECONNABORTED is about one that has gone again. */
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED))
        {
          acceptor->on_failed (error, acceptor->user_data);
          break;
        }
    }
  return G_SOURCE_CONTINUE;
}

SpAcceptor *
sp_acceptor_new (GSocket *socket,
                 SpAcceptorFunc on_connection,
                 SpAcceptorFailed on_failed,
                 gpointer user_data)
{
  SpAcceptor *acceptor = g_new0 (SpAcceptor, 1);

  acceptor->socket = g_object_ref (socket);
  acceptor->on_connection = on_connection;
  acceptor->on_failed = on_failed;
  acceptor->user_data = user_data;
  g_socket_set_blocking (socket, FALSE);
  return acceptor;
}

/** sp_acceptor_free: the socket listens no more. */
void
sp_acceptor_free (SpAcceptor *acceptor)
{
  sp_acceptor_set_open (acceptor, FALSE);
  (void)g_socket_close (acceptor->socket, NULL);
  g_object_unref (acceptor->socket);
  g_free (acceptor);
}

/** sp_acceptor_set_open: closed, those who come wait in the backlog. */
void
sp_acceptor_set_open (SpAcceptor *acceptor, gboolean is_open)
{
  if (is_open == (acceptor->incoming != NULL))
    return;
  if (!is_open)
    {
      sp_gsource_clear (&acceptor->incoming);
      return;
    }
  acceptor->incoming = g_socket_create_source (acceptor->socket, G_IO_IN, NULL);
  g_source_set_callback (
      acceptor->incoming, G_SOURCE_FUNC (on_incoming), acceptor, NULL);
  g_source_attach (acceptor->incoming, g_main_context_get_thread_default ());
}
