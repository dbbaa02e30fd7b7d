/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-private.h"

#include <glib/gi18n.h>
#include <string.h>

/* Also those that libsoup has set itself: it forgets them after a 100. One
 * request a connection: none is held open by somebody who asks no more. */
static void
set_headers (SoupServerMessage *message)
{
  SoupMessageHeaders *headers
      = soup_server_message_get_response_headers (message);

  soup_message_headers_replace (
      headers, "Server", "StreamPump/" PACKAGE_VERSION);
  soup_message_headers_replace (headers, "Connection", "close");
  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  soup_message_headers_replace (headers, "X-Content-Type-Options", "nosniff");
}

static void
answer (SoupServerMessage *message,
        guint status,
        const char *content_type,
        char *text,
        gsize len)
{
  set_headers (message);
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (
      message, content_type, SOUP_MEMORY_TAKE, text, len);
}

static gboolean
wants_pretty (SoupServerMessage *message)
{
  const char *query = g_uri_get_query (soup_server_message_get_uri (message));
  g_autoptr (GHashTable) values
      = query != NULL ? soup_form_decode (query) : NULL;

  return values != NULL
         && g_strcmp0 (g_hash_table_lookup (values, "pretty"), "1") == 0;
}

static void
answer_node (SoupServerMessage *message,
             guint status,
             const char *content_type,
             JsonNode *node)
{
  gsize len;
  char *text = sp_admin_json_text (node, wants_pretty (message), &len);

  answer (message, status, content_type, text, len);
  json_node_unref (node);
}

/** sp_admin_answer_json: @node: (transfer full) */
void
sp_admin_answer_json (SoupServerMessage *message, guint status, JsonNode *node)
{
  answer_node (message, status, "application/json", node);
}

void
sp_admin_answer_text (SoupServerMessage *message,
                      guint status,
                      const char *text)
{
  answer (message,
          status,
          "text/plain; charset=utf-8",
          g_strdup (text),
          strlen (text));
}

void
sp_admin_answer_take (SoupServerMessage *message,
                      const char *content_type,
                      char *text,
                      gsize len)
{
  answer (message, SOUP_STATUS_OK, content_type, text, len);
}

/** sp_admin_answer_bytes: 200 */
void
sp_admin_answer_bytes (SoupServerMessage *message,
                       const char *content_type,
                       GBytes *bytes)
{
  set_headers (message);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  sp_admin_answer_header (message, "Content-Type", content_type);
  if (g_bytes_get_size (bytes) > 0)
    soup_message_body_append_bytes (
        soup_server_message_get_response_body (message), bytes);
}

/** sp_admin_answer_nothing: 204 */
void
sp_admin_answer_nothing (SoupServerMessage *message)
{
  set_headers (message);
  soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
}

void
sp_admin_answer_header (SoupServerMessage *message,
                        const char *name,
                        const char *value)
{
  soup_message_headers_replace (
      soup_server_message_get_response_headers (message), name, value);
}

/** sp_admin_answer_problem: problem+json; the text tells the caller what to
 * do. */
void
sp_admin_answer_problem (SoupServerMessage *message,
                         guint status,
                         const char *format,
                         ...)
{
  g_autofree char *detail = NULL;
  va_list args;

  va_start (args, format);
  detail = g_strdup_vprintf (format, args);
  va_end (args);
  sp_admin_answer_problems (message, status, NULL, detail);
}

/** sp_admin_answer_problems: @problems: (nullable) (element-type utf8): each
 * thing that is wrong. */
void
sp_admin_answer_problems (SoupServerMessage *message,
                          guint status,
                          GPtrArray *problems,
                          const char *detail)
{
  answer_node (message,
               status,
               "application/problem+json",
               sp_admin_json_problem (
                   status, soup_status_get_phrase (status), detail, problems));
}

void
sp_admin_answer_missing (SoupServerMessage *message)
{
  sp_admin_answer_problem (message,
                           SOUP_STATUS_SERVICE_UNAVAILABLE,
                           _ ("this pump cannot do that at present"));
}
