/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-private.h"

#include "sp-admin-match.h"
#include "sp-admin-page.h"
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

static const SpAdminLimits limits = { MAX_CONNECTIONS, DEADLINE_MS };

static gboolean
is_method_of (const SpAdminRoute *route, const char *method)
{
  return g_str_equal (method, route->method)
         || (g_str_equal (method, "HEAD")
             && g_str_equal (route->method, "GET"));
}

/* Whether @route is at @path; files of the page are only where they are. */
static gboolean
is_at (const SpAdminRoute *route, const char *path, SpAdminMatch *match)
{
  g_autoptr (GBytes) file = NULL;

  if (!sp_admin_match (route->pattern, path, match))
    return FALSE;
  if (route->access != SP_ADMIN_PAGE)
    return TRUE;
  file = sp_admin_page_lookup (match->name != NULL ? match->name
                                                   : SP_ADMIN_PAGE_INDEX);
  return file != NULL;
}

/* (nullable): what is at @path with @method, or, if nothing is, with another
 * one. @match: as of sp_admin_match(). */
static const SpAdminRoute *
find_route (const char *path, const char *method, SpAdminMatch *match)
{
  const SpAdminRoute *other = NULL;

  for (const SpAdminRoute *route = sp_admin_routes; route->method != NULL;
       route++)
    {
      if (is_at (route, path, match))
        {
          if (is_method_of (route, method))
            return route;
          other = other != NULL ? other : route;
        }
      sp_admin_match_clear (match);
    }
  return other;
}

/* (transfer full): "GET, HEAD, PATCH" */
static char *
list_methods (const char *path)
{
  GString *text = g_string_new (NULL);

  for (const SpAdminRoute *route = sp_admin_routes; route->method != NULL;
       route++)
    {
      g_auto (SpAdminMatch) match = { NULL };

      if (!is_at (route, path, &match))
        continue;
      g_string_append_printf (text,
                              "%s%s%s",
                              text->len > 0 ? ", " : "",
                              route->method,
                              g_str_equal (route->method, "GET") ? ", HEAD"
                                                                 : "");
    }
  return g_string_free (text, FALSE);
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

static gboolean
is_harmless (const char *method)
{
  return g_str_equal (method, "GET") || g_str_equal (method, "HEAD");
}

/* A page that a browser of this machine shows may send requests here too. With
 * a token it lacks that; without one it must not come under a name that its
 * own DNS server made, and must not change anything. */
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
  if (origin != NULL && !is_harmless (soup_server_message_get_method (message))
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

/* Over the Unix socket: the rights of its file say who may. */
static gboolean
is_local (SpAdmin *admin, SoupServerMessage *message)
{
  return admin->local != NULL
         && sp_admin_listener_has (
             admin->local, soup_server_message_get_remote_address (message));
}

static gboolean
is_admitted (SpAdmin *admin,
             SoupServerMessage *message,
             const SpAdminRoute *route)
{
  SpAdminAccess access = route != NULL ? route->access : SP_ADMIN_GUARDED;

  if (access == SP_ADMIN_OPEN || is_local (admin, message))
    return TRUE;
  return check_browser (admin, message)
         && (access == SP_ADMIN_PAGE || check_token (admin, message));
}

static gboolean
check_route (SoupServerMessage *message, const SpAdminRoute *route)
{
  const char *method = soup_server_message_get_method (message);
  const char *path = path_of (message);
  g_autofree char *methods = NULL;

  if (route == NULL)
    {
      sp_admin_answer_problem (
          message,
          SOUP_STATUS_NOT_FOUND,
          _ ("there is nothing at '%s'; see /admin/status, /admin/streams, "
             "/admin/clients, and for all there is /admin/openapi.json"),
          path);
      return FALSE;
    }
  if (is_method_of (route, method))
    return TRUE;
  methods = list_methods (path);
  sp_admin_answer_problem (message,
                           SOUP_STATUS_METHOD_NOT_ALLOWED,
                           _ ("'%s' takes %s, not %s"),
                           path,
                           methods,
                           method);
  sp_admin_answer_header (message, "Allow", methods);
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
  g_auto (SpAdminMatch) match = { NULL };
  const SpAdminRoute *route;

  sp_stats_add (SP_PUMP_admin_requests, 1);
  soup_message_headers_remove (headers, "Range"); /* half an object */
  if (soup_server_message_get_status (message) != 0)
    {
      explain (message);
      return;
    }
  route = find_route (
      path_of (message), soup_server_message_get_method (message), &match);
  if (is_admitted (admin, message, route) && check_route (message, route))
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
            path_of (message),
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
  g_auto (SpAdminMatch) match = { NULL };
  const SpAdminRoute *route
      = find_route (path, soup_server_message_get_method (message), &match);
  SpAdminRequest request = {
    .message = message, .name = match.name, .index = match.index, .query = query
  };

  if (route == NULL) /* "*" */
    (void)check_route (message, route);
  else if (check_query (message, route, query))
    route->func (admin, &request);
}

/* FALSE: the Unix socket cannot be opened. */
static gboolean
open_local (SpAdmin *admin, const char *path, GError **error)
{
  if (path == NULL)
    return TRUE;
  admin->local
      = sp_admin_listener_new_local (admin->server, path, &limits, error);
  return admin->local != NULL;
}

SpAdmin *
sp_admin_new (SpControl *control,
              const SpAdminSettings *settings,
              GError **error)
{
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  SpAdminListener *listener = sp_admin_listener_new (
      server, settings->address, settings->port, &limits, error);
  g_autoptr (SpAdmin) admin = NULL;

  if (listener == NULL)
    return NULL;
  admin = g_new0 (SpAdmin, 1);
  admin->control = control;
  admin->listener = listener;
  admin->pending = g_hash_table_new (NULL, NULL);
  admin->events = sp_admin_events_new (admin, settings->keep_alive_ms);
  sp_admin_token_set (&admin->token, settings->token);
  g_signal_connect (
      server, "request-started", G_CALLBACK (on_request_started), admin);
  soup_server_add_handler (server, NULL, on_request, admin, NULL);
  admin->server = g_steal_pointer (&server);
  if (!open_local (admin, settings->socket, error))
    return NULL;
  return g_steal_pointer (&admin);
}

/** sp_admin_free: requests that wait for their answers are cut off. */
void
sp_admin_free (SpAdmin *admin)
{
  sp_admin_events_free (admin->events);
  g_clear_pointer (&admin->local, sp_admin_listener_free);
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
