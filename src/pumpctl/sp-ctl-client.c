/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-client.h"

#include "sp-error.h"
#include "sp-json-parse.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gi18n.h>
#include <libsoup/soup.h>
#include <string.h>

#define PIECE (64 * 1024)
#define DEADLINE_S 60 /* of one answer, however slowly it comes */
#define MAX_DEPTH 32
#define EVENT_STREAM "text/event-stream"

struct _SpCtlClient
{
  SpCtlTarget *target;
  char *authorization; /* NULL: none */
  SoupSession *session;
  SoupSession *patient; /* for answers without an end */
};

/** One request, on its way. */
typedef struct
{
  SoupMessage *message;
  GInputStream *stream;
  GByteArray *body;
  gboolean is_endless; /* if the server sends what was asked for */
  guint silence_id;    /* 0: none; until the head is there */
} Visit;

SpCtlTarget *
sp_ctl_target_new (const char *url, const char *socket, GError **error)
{
  SpCtlTarget *target;
  g_autoptr (GUri) uri = NULL;

  if (url != NULL && g_str_has_prefix (url, "unix:"))
    {
      socket = url + strlen ("unix:");
      if (g_str_has_prefix (socket, "///"))
        socket += 2;
    }
  if (socket == NULL)
    {
      uri = g_uri_parse (url, G_URI_FLAGS_NONE, error);
      if (uri == NULL)
        {
          g_prefix_error (error, "'%s': ", url);
          return NULL;
        }
      if ((g_strcmp0 (g_uri_get_scheme (uri), "http") != 0
           && g_strcmp0 (g_uri_get_scheme (uri), "https") != 0)
          || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
        {
          (void)sp_error_set (
              error,
              SP_ERROR_CONFIG,
              _ ("'%s' is not of the form http://HOST:PORT, https://HOST:PORT "
                 "or unix:/PATH"),
              url);
          return NULL;
        }
    }
  target = g_new0 (SpCtlTarget, 1);
  target->socket = g_strdup (socket);
  target->url = g_strdup (socket != NULL ? "http://localhost" : url);
  while (g_str_has_suffix (target->url, "/"))
    target->url[strlen (target->url) - 1] = '\0';
  return target;
}

const char *
sp_ctl_target_name (const SpCtlTarget *target)
{
  return target->socket != NULL ? target->socket : target->url;
}

void
sp_ctl_target_free (SpCtlTarget *target)
{
  g_free (target->url);
  g_free (target->socket);
  g_free (target);
}

void
sp_ctl_answer_free (SpCtlAnswer *answer)
{
  g_free (answer->body);
  g_clear_pointer (&answer->json, json_node_unref);
  g_free (answer);
}

JsonObject *
sp_ctl_answer_object (const SpCtlAnswer *answer)
{
  return answer->json != NULL && JSON_NODE_HOLDS_OBJECT (answer->json)
             ? json_node_get_object (answer->json)
             : NULL;
}

/* No proxy, no cookies, no compression: an admin port is near, and an answer
 * is as long as it says. */
static SoupSession *
make_session (const SpCtlTarget *target, guint timeout_s)
{
  g_autoptr (GSocketAddress) address
      = target->socket != NULL ? g_unix_socket_address_new (target->socket)
                               : NULL;
  SoupSession *session
      = soup_session_new_with_options ("remote-connectable",
                                       address,
                                       "timeout",
                                       timeout_s,
                                       "user-agent",
                                       "pumpctl/" PACKAGE_VERSION,
                                       "proxy-resolver",
                                       NULL,
                                       NULL);

  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  return session;
}

SpCtlClient *
sp_ctl_client_new (SpCtlTarget *target, const char *token)
{
  SpCtlClient *client = g_new0 (SpCtlClient, 1);

  client->target = target;
  if (token != NULL)
    client->authorization = g_strconcat ("Bearer ", token, NULL);
  client->session = make_session (target, SP_CTL_SILENCE_S);
  client->patient = make_session (target, 0);
  return client;
}

void
sp_ctl_client_free (SpCtlClient *client)
{
  g_object_unref (client->session);
  g_object_unref (client->patient);
  g_free (client->authorization);
  sp_ctl_target_free (client->target);
  g_free (client);
}

const SpCtlTarget *
sp_ctl_client_target (SpCtlClient *client)
{
  return client->target;
}

static void
visit_free (Visit *visit)
{
  g_clear_handle_id (&visit->silence_id, g_source_remove);
  g_clear_object (&visit->message);
  g_clear_object (&visit->stream);
  g_byte_array_unref (visit->body);
  g_free (visit);
}

/* A redirect is not followed: it could carry the token elsewhere. */
static SoupMessage *
make_message (SpCtlClient *client,
              const char *method,
              const char *path,
              const char *body)
{
  g_autofree char *url = g_strconcat (client->target->url, path, NULL);
  SoupMessage *message = soup_message_new (method, url);

  if (message == NULL)
    return NULL;
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  if (client->authorization != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (message),
                                  "Authorization",
                                  client->authorization);
  if (body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

      soup_message_set_request_body_from_bytes (
          message, "application/json", bytes);
    }
  return message;
}

static SpCtlAnswer *
make_answer (Visit *visit)
{
  SpCtlAnswer *answer = g_new0 (SpCtlAnswer, 1);
  SpJsonFault fault;

  answer->status = soup_message_get_status (visit->message);
  answer->len = visit->body->len;
  g_byte_array_append (visit->body, (const guint8 *)"", 1);
  answer->body
      = (char *)g_byte_array_free (g_steal_pointer (&visit->body), FALSE);
  visit->body = g_byte_array_new ();
  answer->json = sp_json_parse (answer->body, answer->len, MAX_DEPTH, &fault);
  return answer;
}

static void
on_piece (GObject *source, GAsyncResult *result, gpointer user_data);

static void
read_piece (GTask *task)
{
  Visit *visit = g_task_get_task_data (task);

  g_input_stream_read_bytes_async (visit->stream,
                                   PIECE,
                                   G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task),
                                   on_piece,
                                   g_object_ref (task));
}

static void
on_piece (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Visit *visit = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) piece = g_input_stream_read_bytes_finish (
      G_INPUT_STREAM (source), result, &error);
  gsize len;

  if (piece == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  len = g_bytes_get_size (piece);
  if (len == 0)
    {
      g_task_return_pointer (
          task, make_answer (visit), (GDestroyNotify)sp_ctl_answer_free);
      return;
    }
  if (visit->body->len + len > SP_CTL_MAX_ANSWER)
    {
      g_task_return_new_error (task,
                               SP_ERROR,
                               SP_ERROR_LIMIT,
                               _ ("its answer is longer than %u MiB"),
                               (guint)SP_CTL_MAX_ANSWER / (1024 * 1024));
      return;
    }
  g_byte_array_append (visit->body, g_bytes_get_data (piece, NULL), (guint)len);
  read_piece (task);
}

/* What is no event stream is read to its end, also in answer to an open. */
static void
on_head (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Visit *visit = g_task_get_task_data (task);
  GError *error = NULL;
  const char *type;

  visit->stream
      = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  g_clear_handle_id (&visit->silence_id, g_source_remove);
  if (visit->stream == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  type = soup_message_headers_get_content_type (
      soup_message_get_response_headers (visit->message), NULL);
  if (visit->is_endless
      && soup_message_get_status (visit->message) == SOUP_STATUS_OK
      && g_strcmp0 (type, EVENT_STREAM) == 0)
    {
      g_task_return_pointer (task, NULL, NULL);
      return;
    }
  read_piece (task);
}

static GTask *
begin (SpCtlClient *client,
       SoupMessage *message,
       GCancellable *cancellable,
       GAsyncReadyCallback callback,
       gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Visit *visit = g_new0 (Visit, 1);

  visit->message = message;
  visit->body = g_byte_array_new ();
  g_task_set_task_data (task, visit, (GDestroyNotify)visit_free);
  if (message != NULL)
    return task;
  g_task_return_new_error (
      task, SP_ERROR, SP_ERROR_CONFIG, _ ("the address cannot be used"));
  g_object_unref (task);
  return NULL;
}

void
sp_ctl_client_ask_async (SpCtlClient *client,
                         const char *method,
                         const char *path,
                         const char *body,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  SoupMessage *message = make_message (client, method, path, body);
  GTask *task = begin (client, message, cancellable, callback, user_data);

  if (task != NULL)
    soup_session_send_async (client->session,
                             message,
                             G_PRIORITY_DEFAULT,
                             cancellable,
                             on_head,
                             task);
}

SpCtlAnswer *
sp_ctl_client_ask_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/** An answer that is waited for. */
typedef struct
{
  GAsyncResult *result;
  GCancellable *cancellable;
  guint deadline_id;
} Wait;

static void
on_asked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ((Wait *)user_data)->result = g_object_ref (result);
}

static gboolean
on_deadline (gpointer user_data)
{
  Wait *wait = user_data;

  wait->deadline_id = 0;
  g_cancellable_cancel (wait->cancellable);
  return G_SOURCE_REMOVE;
}

SpCtlAnswer *
sp_ctl_client_ask (SpCtlClient *client,
                   const char *method,
                   const char *path,
                   const char *body,
                   GError **error)
{
  Wait wait = { .cancellable = g_cancellable_new () };
  SpCtlAnswer *answer;

  wait.deadline_id = g_timeout_add_seconds (DEADLINE_S, on_deadline, &wait);
  sp_ctl_client_ask_async (
      client, method, path, body, wait.cancellable, on_asked, &wait);
  while (wait.result == NULL)
    g_main_context_iteration (NULL, TRUE);
  answer = sp_ctl_client_ask_finish (wait.result, error);
  if (answer == NULL && wait.deadline_id == 0)
    {
      g_clear_error (error);
      (void)sp_error_set (error,
                          SP_ERROR_TIMEOUT,
                          _ ("no whole answer came in %u s"),
                          (guint)DEADLINE_S);
    }
  g_clear_handle_id (&wait.deadline_id, g_source_remove);
  g_object_unref (wait.result);
  g_object_unref (wait.cancellable);
  return answer;
}

static gboolean
on_silence (gpointer user_data)
{
  GTask *task = user_data;
  Visit *visit = g_task_get_task_data (task);

  visit->silence_id = 0;
  g_cancellable_cancel (g_task_get_cancellable (task));
  return G_SOURCE_REMOVE;
}

/** sp_ctl_client_open_async: @cancellable: is cancelled, too, when no head of
 * an answer comes for SP_CTL_SILENCE_S. */
void
sp_ctl_client_open_async (SpCtlClient *client,
                          const char *path,
                          const char *last_event_id,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  SoupMessage *message = make_message (client, "GET", path, NULL);
  GTask *task = begin (client, message, cancellable, callback, user_data);
  Visit *visit;

  if (task == NULL)
    return;
  visit = g_task_get_task_data (task);
  visit->is_endless = TRUE;
  visit->silence_id
      = g_timeout_add_seconds (SP_CTL_SILENCE_S, on_silence, task);
  soup_message_headers_replace (
      soup_message_get_request_headers (message), "Accept", EVENT_STREAM);
  if (*last_event_id != '\0')
    soup_message_headers_replace (soup_message_get_request_headers (message),
                                  "Last-Event-ID",
                                  last_event_id);
  soup_session_send_async (
      client->patient, message, G_PRIORITY_DEFAULT, cancellable, on_head, task);
}

GInputStream *
sp_ctl_client_open_finish (GAsyncResult *result,
                           SpCtlAnswer **answer,
                           GError **error)
{
  Visit *visit = g_task_get_task_data (G_TASK (result));
  GError *local = NULL;

  *answer = g_task_propagate_pointer (G_TASK (result), &local);
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return NULL;
    }
  return *answer == NULL ? g_object_ref (visit->stream) : NULL;
}
