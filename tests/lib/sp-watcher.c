/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-watcher.h"

#include <string.h>
#include <sys/socket.h>

#define CONNECT_TIMEOUT_S 20
#define SMALL_BUFFER_BYTES 32768

struct _SpWatcher
{
  guint16 port;
  char *request;
  SpWatcherTransport transport;
  GThread *thread; /* NULL: joined */
  GCancellable *cancellable;

  GMutex mutex; /* guards what follows */
  GCond cond;
  SpStrict *strict;
  GIOStream *stream;
  guint16 local_port;
  gboolean is_paused;
  gboolean is_closed;
};

static gboolean
on_certificate (GTlsConnection *connection,
                GTlsCertificate *certificate,
                GTlsCertificateFlags flags,
                gpointer user_data)
{
  return TRUE;
}

static void
on_client_event (GSocketClient *client,
                 GSocketClientEvent event,
                 GSocketConnectable *connectable,
                 GIOStream *connection,
                 gpointer user_data)
{
  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING)
    g_signal_connect (
        connection, "accept-certificate", G_CALLBACK (on_certificate), NULL);
}

static GIOStream *
connect_to_server (SpWatcher *watcher)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;

  g_socket_client_set_timeout (client, CONNECT_TIMEOUT_S);
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_tls (client, watcher->transport == SP_WATCHER_TLS);
  g_signal_connect (client, "event", G_CALLBACK (on_client_event), NULL);
  GSocketConnection *connection = g_socket_client_connect_to_host (
      client, "127.0.0.1", watcher->port, watcher->cancellable, &error);
  g_assert_no_error (error);
  GSocket *socket = g_socket_connection_get_socket (connection);
  g_autoptr (GSocketAddress) address
      = g_socket_get_local_address (socket, NULL);
  watcher->local_port
      = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  g_socket_set_timeout (socket, 0);
  if (watcher->transport == SP_WATCHER_SMALL)
    g_socket_set_option (
        socket, SOL_SOCKET, SO_RCVBUF, SMALL_BUFFER_BYTES, NULL);
  return G_IO_STREAM (connection);
}

/* FALSE: it is time to end. */
static gboolean
feed (SpWatcher *watcher, const guint8 *data, gssize n)
{
  gboolean is_good;

  g_mutex_lock (&watcher->mutex);
  if (n > 0)
    is_good = sp_strict_feed (watcher->strict, data, (gsize)n);
  else if (g_cancellable_is_cancelled (watcher->cancellable))
    is_good = FALSE;
  else
    {
      is_good = n == 0 && sp_strict_close (watcher->strict);
      if (n < 0 && watcher->strict->error == NULL)
        watcher->strict->error = g_strdup ("the connection was reset");
      watcher->is_closed = TRUE;
    }
  while (watcher->is_paused)
    g_cond_wait (&watcher->cond, &watcher->mutex);
  g_cond_broadcast (&watcher->cond);
  g_mutex_unlock (&watcher->mutex);
  return is_good && n > 0;
}

static gpointer
watch (gpointer user_data)
{
  SpWatcher *watcher = user_data;
  g_autoptr (GIOStream) stream = connect_to_server (watcher);
  GOutputStream *output = g_io_stream_get_output_stream (stream);
  GInputStream *input = g_io_stream_get_input_stream (stream);
  guint8 buffer[65536];

  g_mutex_lock (&watcher->mutex);
  watcher->stream = g_object_ref (stream);
  g_cond_broadcast (&watcher->cond);
  g_mutex_unlock (&watcher->mutex);
  g_output_stream_write_all (output,
                             watcher->request,
                             strlen (watcher->request),
                             NULL,
                             watcher->cancellable,
                             NULL);
  while (feed (watcher,
               buffer,
               g_input_stream_read (
                   input, buffer, sizeof buffer, watcher->cancellable, NULL)))
    continue;
  return NULL;
}

SpWatcher *
sp_watcher_new (guint16 port,
                const char *path,
                const char *headers,
                SpStrictKind kind,
                SpWatcherTransport transport)
{
  SpWatcher *watcher = g_new0 (SpWatcher, 1);

  watcher->port = port;
  watcher->request = g_strdup_printf (
      "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s\r\n", path, port, headers);
  watcher->transport = transport;
  watcher->cancellable = g_cancellable_new ();
  g_mutex_init (&watcher->mutex);
  g_cond_init (&watcher->cond);
  watcher->strict = sp_strict_new (kind);
  watcher->thread = g_thread_new ("watcher", watch, watcher);
  return watcher;
}

SpWatcher *
sp_watcher_play (guint16 port, const char *path)
{
  return sp_watcher_new (
      port, path, SP_WATCHER_PLAY, SP_STRICT_MMSH, SP_WATCHER_PLAIN);
}

void
sp_watcher_pause (SpWatcher *watcher, gboolean is_paused)
{
  g_mutex_lock (&watcher->mutex);
  watcher->is_paused = is_paused;
  g_cond_broadcast (&watcher->cond);
  g_mutex_unlock (&watcher->mutex);
}

void
sp_watcher_send (SpWatcher *watcher, const char *text)
{
  g_mutex_lock (&watcher->mutex);
  while (watcher->stream == NULL)
    g_cond_wait (&watcher->cond, &watcher->mutex);
  GOutputStream *output = g_io_stream_get_output_stream (watcher->stream);
  g_mutex_unlock (&watcher->mutex);
  g_output_stream_write_all (
      output, text, strlen (text), NULL, watcher->cancellable, NULL);
}

typedef gboolean (*WatcherTest) (SpWatcher *watcher, guint n);

/* With the mutex held, until @is_done. */
static void
wait_until (SpWatcher *watcher,
            WatcherTest is_done,
            guint n,
            guint deadline_s,
            const char *what)
{
  gint64 until_us
      = g_get_monotonic_time () + (gint64)deadline_s * G_USEC_PER_SEC;

  while (!is_done (watcher, n))
    {
      if (watcher->strict->error != NULL || watcher->is_closed
          || !g_cond_wait_until (&watcher->cond, &watcher->mutex, until_us))
        break;
    }
  if (watcher->strict->error != NULL || !is_done (watcher, n))
    g_error ("no %u %s: %u headers, %u packets, status %u, %s, %s",
             n,
             what,
             watcher->strict->headers->len,
             watcher->strict->n_data,
             watcher->strict->status,
             watcher->is_closed ? "closed" : "open",
             watcher->strict->error != NULL ? watcher->strict->error
                                            : "no complaint");
}

static void
lock_and_wait (SpWatcher *watcher,
               WatcherTest is_done,
               guint n,
               guint deadline_s,
               const char *what)
{
  g_mutex_lock (&watcher->mutex);
  wait_until (watcher, is_done, n, deadline_s, what);
  g_mutex_unlock (&watcher->mutex);
}

static gboolean
has_answer (SpWatcher *watcher, guint n)
{
  return watcher->strict->head != NULL;
}

static gboolean
has_headers (SpWatcher *watcher, guint n)
{
  return watcher->strict->headers->len >= n;
}

static gboolean
has_data (SpWatcher *watcher, guint n)
{
  return watcher->strict->n_data >= n;
}

static gboolean
has_closed (SpWatcher *watcher, guint n)
{
  return watcher->is_closed;
}

static gboolean
has_end (SpWatcher *watcher, guint n)
{
  return watcher->is_closed && watcher->strict->has_end
         && watcher->strict->end_reason == 0;
}

guint
sp_watcher_wait_answer (SpWatcher *watcher, guint deadline_s)
{
  lock_and_wait (watcher, has_answer, 1, deadline_s, "answer");
  return watcher->strict->status;
}

void
sp_watcher_wait_headers (SpWatcher *watcher, guint n, guint deadline_s)
{
  lock_and_wait (watcher, has_headers, n, deadline_s, "headers");
}

void
sp_watcher_wait_data (SpWatcher *watcher, guint n, guint deadline_s)
{
  lock_and_wait (watcher, has_data, n, deadline_s, "packets");
}

void
sp_watcher_wait_more (SpWatcher *watcher, guint n, guint deadline_s)
{
  sp_watcher_wait_data (watcher, sp_watcher_n_data (watcher) + n, deadline_s);
}

void
sp_watcher_wait_closed (SpWatcher *watcher, guint deadline_s)
{
  lock_and_wait (watcher, has_closed, 1, deadline_s, "end of connection");
}

void
sp_watcher_wait_end (SpWatcher *watcher, guint deadline_s)
{
  lock_and_wait (watcher, has_end, 1, deadline_s, "$E(0) and close");
}

gboolean
sp_watcher_is_open (SpWatcher *watcher)
{
  g_mutex_lock (&watcher->mutex);
  gboolean is_open = !watcher->is_closed && watcher->strict->error == NULL;
  g_mutex_unlock (&watcher->mutex);
  return is_open;
}

guint
sp_watcher_n_data (SpWatcher *watcher)
{
  g_mutex_lock (&watcher->mutex);
  guint n = watcher->strict->n_data;
  g_mutex_unlock (&watcher->mutex);
  return n;
}

guint
sp_watcher_n_headers (SpWatcher *watcher)
{
  g_mutex_lock (&watcher->mutex);
  guint n = watcher->strict->headers->len;
  g_mutex_unlock (&watcher->mutex);
  return n;
}

guint16
sp_watcher_local_port (SpWatcher *watcher)
{
  g_mutex_lock (&watcher->mutex);
  while (watcher->stream == NULL)
    g_cond_wait (&watcher->cond, &watcher->mutex);
  g_mutex_unlock (&watcher->mutex);
  return watcher->local_port;
}

static void
join_thread (SpWatcher *watcher)
{
  if (watcher->thread != NULL)
    {
      sp_watcher_pause (watcher, FALSE);
      g_cancellable_cancel (watcher->cancellable);
      g_thread_join (g_steal_pointer (&watcher->thread));
      g_clear_object (&watcher->stream);
    }
}

const SpStrict *
sp_watcher_stop (SpWatcher *watcher)
{
  join_thread (watcher);
  g_assert_cmpstr (watcher->strict->error, ==, NULL);
  return watcher->strict;
}

void
sp_watcher_forgive (SpWatcher *watcher)
{
  join_thread (watcher);
  g_clear_pointer (&watcher->strict->error, g_free);
}

void
sp_watcher_free (SpWatcher *watcher)
{
  sp_watcher_stop (watcher);
  sp_strict_free (watcher->strict);
  g_object_unref (watcher->cancellable);
  g_mutex_clear (&watcher->mutex);
  g_cond_clear (&watcher->cond);
  g_free (watcher->request);
  g_free (watcher);
}
