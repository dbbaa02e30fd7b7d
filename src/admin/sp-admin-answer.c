/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-private.h"

#include "sp-admin-json.h"

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

/** sp_admin_answer_page: a file of the status page, which takes nothing from
 * elsewhere and is in no frame of another's page. */
void
sp_admin_answer_page (SoupServerMessage *message,
                      const char *content_type,
                      GBytes *bytes)
{
  SoupMessageHeaders *headers
      = soup_server_message_get_response_headers (message);
  gsize len;
  const char *text = g_bytes_get_data (bytes, &len);

  soup_message_headers_replace (headers,
                                "Content-Security-Policy",
                                "default-src 'self'; base-uri 'none'; "
                                "form-action 'self'; frame-ancestors 'none'");
  soup_message_headers_replace (headers, "Referrer-Policy", "no-referrer");
  answer (message, SOUP_STATUS_OK, content_type, g_memdup2 (text, len), len);
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
  answer_node (
      message,
      status,
      "application/problem+json",
      sp_admin_json_problem (status, soup_status_get_phrase (status), detail));
}
