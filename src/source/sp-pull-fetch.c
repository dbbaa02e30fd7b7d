/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-pull-fetch.h"

#include "sp-log.h"
#include "sp-pull-error.h"

#define BUFFER_BYTES (64 * 1024)

/** Made by a pull, used on its thread. Counted: an operation of libsoup that is
 * still to report holds it as well, and finds class NULL once the owner has
 * gone or has had the last word. */
struct _SpPullFetch
{
  guint ref_count;
  SoupSession *session;
  SoupMessage *message;
  GInputStream *body;
  GCancellable *cancellable;
  char *user;
  char *password;
  const SpPullFetchClass *class;
  gpointer user_data;
  guint8 buffer[BUFFER_BYTES];
};

typedef SpPullFetch FetchRef;

static FetchRef *
fetch_ref (SpPullFetch *fetch)
{
  fetch->ref_count++;
  return fetch;
}

static void
fetch_unref (FetchRef *fetch)
{
  if (--fetch->ref_count > 0)
    return;
  g_clear_object (&fetch->body);
  g_object_unref (fetch->message);
  g_object_unref (fetch->session);
  g_object_unref (fetch->cancellable);
  g_free (fetch->user);
  g_free (fetch->password);
  g_free (fetch);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FetchRef, fetch_unref)

/* The last word. */
static void
over (SpPullFetch *fetch, guint status, const GError *error)
{
  const SpPullFetchClass *class = fetch->class;

  fetch->class = NULL;
  class->on_over (fetch->user_data, status, error);
}

static void
fail (SpPullFetch *fetch, const GError *error)
{
  g_autoptr (GError) plain = sp_pull_error_from_io (
      error, soup_message_get_tls_peer_certificate_errors (fetch->message));

  sp_log (G_LOG_LEVEL_DEBUG, NULL, "pull: %s", error->message);
  over (fetch, 0, plain);
}

static void on_read (GObject *source, GAsyncResult *result, gpointer user_data);

static void
read_more (SpPullFetch *fetch)
{
  g_input_stream_read_async (fetch->body,
                             fetch->buffer,
                             BUFFER_BYTES,
                             G_PRIORITY_DEFAULT,
                             fetch->cancellable,
                             on_read,
                             fetch_ref (fetch));
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (FetchRef) fetch = user_data;
  g_autoptr (GError) error = NULL;
  gssize len
      = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (fetch->class == NULL)
    return;
  if (len < 0)
    {
      fail (fetch, error);
      return;
    }
  if (len == 0)
    {
      over (fetch, soup_message_get_status (fetch->message), NULL);
      return;
    }
  fetch->class->on_data (fetch->user_data, fetch->buffer, (gsize)len);
  if (fetch->class != NULL)
    read_more (fetch);
}

/* 304 to 306 are no ways to another place. */
static gboolean
is_redirect (guint status)
{
  return status >= 300 && status <= 308 && (status < 304 || status > 306);
}

static void
take_answer (SpPullFetch *fetch)
{
  SoupMessageHeaders *headers
      = soup_message_get_response_headers (fetch->message);
  guint status = soup_message_get_status (fetch->message);
  const char *location = soup_message_headers_get_one (headers, "Location");

  if (SOUP_STATUS_IS_SUCCESSFUL (status))
    {
      fetch->class->on_answer (fetch->user_data, headers);
      if (fetch->class != NULL)
        read_more (fetch);
    }
  else if (is_redirect (status) && location != NULL)
    {
      g_autofree char *copy = g_strdup (location);
      const SpPullFetchClass *class = fetch->class;

      fetch->class = NULL;
      class->on_redirect (fetch->user_data, copy);
    }
  else
    {
      g_autoptr (GError) error = sp_pull_error_from_status (status);

      over (fetch, status, error);
    }
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (FetchRef) fetch = user_data;
  g_autoptr (GError) error = NULL;

  fetch->body
      = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (fetch->class == NULL)
    return;
  if (fetch->body == NULL)
    fail (fetch, error);
  else
    take_answer (fetch);
}

static void
on_wrote_headers (SoupMessage *message, gpointer user_data)
{
  SpPullFetch *fetch = user_data;

  if (fetch->class != NULL)
    fetch->class->on_sent (fetch->user_data);
}

/* Once: a password that was refused is not offered again. */
static gboolean
on_authenticate (SoupMessage *message,
                 SoupAuth *auth,
                 gboolean is_retry,
                 gpointer user_data)
{
  SpPullFetch *fetch = user_data;

  if (is_retry || fetch->user == NULL || soup_auth_is_for_proxy (auth))
    return FALSE;
  soup_auth_authenticate (
      auth, fetch->user, fetch->password != NULL ? fetch->password : "");
  return TRUE;
}

/* MMSH is HTTP/1: a front end that knows HTTP/2 is not to choose that. */
static void
on_network_event (SoupMessage *message,
                  GSocketClientEvent event,
                  GIOStream *connection,
                  gpointer user_data)
{
  static const char *const protocols[] = { "http/1.1", NULL };

  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING
      && G_IS_TLS_CLIENT_CONNECTION (connection))
    g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (connection),
                                               protocols);
}

/** sp_pull_fetch_new: starts at once; nothing is called before it returns. */
SpPullFetch *
sp_pull_fetch_new (SoupSession *session,
                   SoupMessage *message,
                   const char *user,
                   const char *password,
                   const SpPullFetchClass *class,
                   gpointer user_data)
{
  SpPullFetch *fetch = g_new0 (SpPullFetch, 1);

  fetch->ref_count = 1;
  fetch->session = g_object_ref (session);
  fetch->message = message;
  fetch->cancellable = g_cancellable_new ();
  fetch->user = g_strdup (user);
  fetch->password = g_strdup (password);
  fetch->class = class;
  fetch->user_data = user_data;
  g_signal_connect (
      message, "wrote-headers", G_CALLBACK (on_wrote_headers), fetch);
  g_signal_connect (
      message, "authenticate", G_CALLBACK (on_authenticate), fetch);
  g_signal_connect (
      message, "network-event", G_CALLBACK (on_network_event), fetch);
  soup_session_send_async (session,
                           message,
                           G_PRIORITY_DEFAULT,
                           fetch->cancellable,
                           on_answer,
                           fetch_ref (fetch));
  return fetch;
}

GInetSocketAddress *
sp_pull_fetch_peer (SpPullFetch *fetch)
{
  GSocketAddress *address = soup_message_get_remote_address (fetch->message);

  return G_IS_INET_SOCKET_ADDRESS (address) ? G_INET_SOCKET_ADDRESS (address)
                                            : NULL;
}

gboolean
sp_pull_fetch_is_tls (SpPullFetch *fetch)
{
  GUri *uri = soup_message_get_uri (fetch->message);

  return g_str_equal (g_uri_get_scheme (uri), "https");
}

/** sp_pull_fetch_free: what is under way is broken off; it reports to nobody.
 */
void
sp_pull_fetch_free (SpPullFetch *fetch)
{
  fetch->class = NULL;
  g_signal_handlers_disconnect_by_data (fetch->message, fetch);
  g_cancellable_cancel (fetch->cancellable);
  fetch_unref (fetch);
}
