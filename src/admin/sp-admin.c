/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-private.h"

#include "sp-clock.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_BODY_BYTES (64 * 1024)
/* A longer body is read to its end, to be answered; past this it is cut off. */
#define MAX_DISCARD_BYTES (1024 * 1024)
#define MAX_CONNECTIONS 64
#define DEADLINE_MS 60000
#define DENIED_LOG_BURST 5
#define DENIED_LOG_US (60 * G_USEC_PER_SEC)

static gboolean
is_at (const SpAdminRoute *route, const char *path)
{
  if (!route->has_rest)
    return g_str_equal (path, route->path);
  return g_str_has_prefix (path, route->path)
         && path[strlen (route->path)] != '\0';
}

/* (nullable) */
static const SpAdminRoute *
find_route (const char *path)
{
  for (const SpAdminRoute *route = sp_admin_routes; route->path != NULL;
       route++)
    if (is_at (route, path))
      return route;
  return NULL;
}

static const char *
path_of (SoupServerMessage *message)
{
  return g_uri_get_path (soup_server_message_get_uri (message));
}

static const char *
header_of (SoupServerMessage *message, const char *name)
{
  return soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), name);
}

static gboolean
is_method_of (const SpAdminRoute *route, const char *method)
{
  return g_str_equal (method, route->method)
         || (g_str_equal (method, "HEAD")
             && g_str_equal (route->method, "GET"));
}

static void
log_denied (SpAdmin *admin, SoupServerMessage *message)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);
  g_autofree char *peer
      = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (remote));
  SpLogFields fields = { .peer = peer, .message_id = SP_MESSAGE_BAD_INPUT };

  if (sp_log_limit_allow (&admin->log_limit,
                          sp_clock_now_us (),
                          DENIED_LOG_BURST,
                          DENIED_LOG_US))
    sp_log (G_LOG_LEVEL_WARNING,
            &fields,
            "admin: request without the right token refused");
}

/* TRUE when @message may go on; otherwise it is answered. */
static gboolean
check_token (SpAdmin *admin, SoupServerMessage *message)
{
  const char *given = header_of (message, "Authorization");

  if (sp_admin_token_accepts (&admin->token, given))
    return TRUE;
  sp_stats_add (SP_PUMP_admin_denied, 1);
  log_denied (admin, message);
  sp_admin_answer_problem (
      message,
      SOUP_STATUS_UNAUTHORIZED,
      given == NULL ? _ ("send the token of admin.token_file as "
                         "'Authorization: Bearer TOKEN'")
                    : _ ("the token is not that of admin.token_file; send it "
                         "as 'Authorization: Bearer TOKEN'"));
  soup_message_headers_replace (
      soup_server_message_get_response_headers (message),
      "WWW-Authenticate",
      "Bearer realm=\"stream-pump\"");
  return FALSE;
}

/* A page that a browser of this machine shows may send requests here too. With
 * a token it lacks that; without one it must not come under a name that its
 * own DNS server made, and must not post. */
static gboolean
check_browser (SpAdmin *admin, SoupServerMessage *message)
{
  const char *host = header_of (message, "Host");
  const char *origin = header_of (message, "Origin");

  if (!admin->token.is_set && !sp_admin_guard_is_local (host))
    {
      sp_admin_answer_problem (
          message,
          SOUP_STATUS_FORBIDDEN,
          _ ("without admin.token_file only requests to localhost or an IP "
             "address are answered, not to '%s'"),
          host);
      return FALSE;
    }
  if (origin != NULL
      && g_str_equal (soup_server_message_get_method (message), "POST")
      && !sp_admin_guard_is_same_origin (origin, host))
    {
      sp_admin_answer_problem (
          message,
          SOUP_STATUS_FORBIDDEN,
          _ ("a page of '%s' may not send this; send it without 'Origin'"),
          origin);
      return FALSE;
    }
  return TRUE;
}

static gboolean
is_admitted (SpAdmin *admin,
             SoupServerMessage *message,
             const SpAdminRoute *route)
{
  return (route != NULL && route->is_open)
         || (check_browser (admin, message) && check_token (admin, message));
}

static gboolean
check_route (SoupServerMessage *message, const SpAdminRoute *route)
{
  const char *method = soup_server_message_get_method (message);

  if (route == NULL)
    {
      sp_admin_answer_problem (
          message,
          SOUP_STATUS_NOT_FOUND,
          _ ("there is nothing at '%s'; see /admin/status, /admin/streams, "
             "/admin/clients, /admin/kick"),
          path_of (message));
      return FALSE;
    }
  if (is_method_of (route, method))
    return TRUE;
  sp_admin_answer_problem (message,
                           SOUP_STATUS_METHOD_NOT_ALLOWED,
                           _ ("'%s' takes %s, not %s"),
                           path_of (message),
                           route->method,
                           method);
  soup_message_headers_replace (
      soup_server_message_get_response_headers (message),
      "Allow",
      g_str_equal (route->method, "GET") ? "GET, HEAD" : route->method);
  return FALSE;
}

static void
refuse_body (SoupServerMessage *message)
{
  sp_admin_answer_problem (message,
                           SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE,
                           _ ("the body may have %u bytes at most"),
                           MAX_BODY_BYTES);
}

static void
check_length (SoupServerMessage *message)
{
  SoupMessageHeaders *headers
      = soup_server_message_get_request_headers (message);

  if (soup_message_headers_get_content_length (headers) > MAX_BODY_BYTES)
    refuse_body (message);
}

/* libsoup refuses some paths itself, without a word. */
static void
explain (SoupServerMessage *message)
{
  sp_admin_answer_problem (
      message,
      soup_server_message_get_status (message),
      _ ("the request's path cannot be understood; check what is "
         "percent-encoded in it"));
}

/* The whole head is there; whatever is wrong with it is said before the body
 * is read. */
static void
on_head (SoupServerMessage *message, gpointer user_data)
{
  SpAdmin *admin = user_data;
  SoupMessageHeaders *headers
      = soup_server_message_get_request_headers (message);
  const SpAdminRoute *route = find_route (path_of (message));

  sp_stats_add (SP_PUMP_admin_requests, 1);
  soup_message_headers_remove (headers, "Range"); /* half an object */
  if (soup_server_message_get_status (message) != 0)
    explain (message);
  else if (is_admitted (admin, message, route) && check_route (message, route))
    check_length (message);
}

static void
cut_off (SoupServerMessage *message)
{
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);

  if (stream != NULL)
    (void)g_io_stream_close (stream, NULL, NULL);
}

/* Bytes of the body that have come, with those of @chunk. */
static gsize
count_bytes (SoupServerMessage *message, GBytes *chunk)
{
  static const char key[] = "sp-admin-body-bytes";
  GObject *object = G_OBJECT (message);
  gsize n_bytes = GPOINTER_TO_SIZE (g_object_get_data (object, key))
                  + g_bytes_get_size (chunk);

  g_object_set_data (object, key, GSIZE_TO_POINTER (n_bytes));
  return n_bytes;
}

static void
on_chunk (SoupServerMessage *message, GBytes *chunk, gpointer user_data)
{
  gsize n_bytes = count_bytes (message, chunk);

  if (n_bytes <= MAX_BODY_BYTES)
    return;
  soup_message_body_set_accumulate (
      soup_server_message_get_request_body (message), FALSE);
  if (n_bytes > MAX_DISCARD_BYTES)
    cut_off (message);
  else if (soup_server_message_get_status (message) == 0)
    refuse_body (message);
}

static void
on_request_started (SoupServer *server,
                    SoupServerMessage *message,
                    gpointer user_data)
{
  g_signal_connect (message, "got-headers", G_CALLBACK (on_head), user_data);
  g_signal_connect (message, "got-chunk", G_CALLBACK (on_chunk), user_data);
}

static gboolean
check_query (SoupServerMessage *message,
             const SpAdminRoute *route,
             GHashTable *query)
{
  GHashTableIter iter;
  gpointer key;

  if (query == NULL)
    return TRUE;
  g_hash_table_iter_init (&iter, query);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!g_str_equal (key, "pretty")
        && !g_strv_contains (route->parameters, key))
      {
        sp_admin_answer_problem (
            message,
            SOUP_STATUS_BAD_REQUEST,
            _ ("'%s' takes no parameter '%s'; leave it out"),
            route->path,
            (const char *)key);
        return FALSE;
      }
  return TRUE;
}

/* The whole request is there, and on_head() found nothing wrong. */
static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  SpAdmin *admin = user_data;
  const SpAdminRoute *route = find_route (path);
  SpAdminRequest request = { .message = message, .query = query };

  if (route == NULL) /* "*" */
    {
      (void)check_route (message, route);
      return;
    }
  request.rest = path + strlen (route->path);
  if (check_query (message, route, query))
    route->func (admin, &request);
}

/** sp_admin_new: @address: an IP address of this machine. */
SpAdmin *
sp_admin_new (SpControl *control,
              const char *address,
              guint16 port,
              const char *token,
              GError **error)
{
  static const SpAdminLimits limits = { MAX_CONNECTIONS, DEADLINE_MS };
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  SpAdminListener *listener
      = sp_admin_listener_new (server, address, port, &limits, error);
  SpAdmin *admin;

  if (listener == NULL)
    return NULL;
  admin = g_new0 (SpAdmin, 1);
  admin->control = control;
  admin->listener = listener;
  admin->pending = g_hash_table_new (NULL, NULL);
  sp_admin_token_set (&admin->token, token);
  g_signal_connect (
      server, "request-started", G_CALLBACK (on_request_started), admin);
  soup_server_add_handler (server, NULL, on_request, admin, NULL);
  admin->server = g_steal_pointer (&server);
  return admin;
}

/** sp_admin_free: requests that wait for their answers are cut off. */
void
sp_admin_free (SpAdmin *admin)
{
  sp_admin_listener_free (admin->listener);
  soup_server_disconnect (admin->server);
  sp_admin_pending_forget_all (admin);
  g_hash_table_unref (admin->pending);
  g_object_unref (admin->server);
  g_free (admin);
}

guint16
sp_admin_port (SpAdmin *admin)
{
  return sp_admin_listener_port (admin->listener);
}

/** sp_admin_set_token: @token: (nullable): from the next request on. */
void
sp_admin_set_token (SpAdmin *admin, const char *token)
{
  sp_admin_token_set (&admin->token, token);
}
