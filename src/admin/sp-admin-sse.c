/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-sse.h"

#include "sp-admin-json.h"
#include "sp-error.h"

#include <glib/gi18n.h>
#include <string.h>

#define RETRY_MS 3000 /* a reader whose connection broke comes back after */

/** sp_admin_sse_head: proxies are asked not to hold events back. */
char *
sp_admin_sse_head (gboolean is_chunked)
{
  return g_strconcat ("HTTP/1.1 200 OK\r\n"
                      "Server: StreamPump/" PACKAGE_VERSION "\r\n"
                      "Content-Type: " SP_ADMIN_SSE_TYPE "\r\n"
                      "Cache-Control: no-store\r\n"
                      "X-Content-Type-Options: nosniff\r\n"
                      "X-Accel-Buffering: no\r\n"
                      "Connection: close\r\n",
                      is_chunked ? "Transfer-Encoding: chunked\r\n" : "",
                      "\r\n",
                      NULL);
}

char *
sp_admin_sse_hello (void)
{
  return g_strdup_printf (
      ": stream-pump %s\nretry: %d\n\n", PACKAGE_VERSION, RETRY_MS);
}

/** sp_admin_sse_add_event: its JSON is one line. */
void
sp_admin_sse_add_event (GString *text, const SpEvent *event)
{
  g_autoptr (JsonNode) node = sp_admin_json_event (event, NULL);
  gsize len;
  g_autofree char *line = sp_admin_json_text (node, FALSE, &len);

  g_string_append_printf (text,
                          "id: %" G_GUINT64_FORMAT "\nevent: %s\ndata: %s\n",
                          event->number,
                          sp_event_infos[event->kind].name,
                          line);
}

void
sp_admin_sse_add_gap (GString *text, guint64 lost)
{
  g_string_append_printf (
      text, "event: gap\ndata: {\"lost\":%" G_GUINT64_FORMAT "}\n\n", lost);
}

void
sp_admin_sse_add_chunk (GString *chunks, const char *text, gsize len)
{
  g_string_append_printf (chunks, "%zx\r\n", len);
  g_string_append_len (chunks, text, (gssize)len);
  g_string_append (chunks, "\r\n");
}

static gboolean
is_visit (guint kind)
{
  return sp_event_infos[kind].severity == SP_SEVERITY_CLIENT;
}

static gboolean
add_kind (SpAdminKinds *kinds, const char *name)
{
  for (guint kind = 0; kind < SP_N_EVENTS; kind++)
    if (g_str_equal (name, sp_event_infos[kind].name))
      {
        kinds->is_wanted[kind] = TRUE;
        kinds->has_visits |= is_visit (kind);
        kinds->has_notable |= !is_visit (kind);
        return TRUE;
      }
  return FALSE;
}

gboolean
sp_admin_kinds_parse (SpAdminKinds *kinds, const char *text, GError **error)
{
  g_auto (GStrv) names = NULL;

  *kinds = (SpAdminKinds){ .has_visits = FALSE };
  if (text == NULL)
    {
      for (guint kind = 0; kind < SP_N_EVENTS; kind++)
        (void)add_kind (kinds, sp_event_infos[kind].name);
      return TRUE;
    }
  names = g_strsplit (text, ",", -1);
  for (guint i = 0; i == 0 || names[i] != NULL; i++)
    if (names[i] == NULL || !add_kind (kinds, names[i]))
      return sp_error_set (error,
                           SP_ERROR_PROTOCOL,
                           _ ("\"kinds\": there is no kind of event '%s'; "
                              "they are named with commas between, such as "
                              "source_up,source_down"),
                           names[i] != NULL ? names[i] : "");
  return TRUE;
}

/* The number of the first event of the sort that is kept, if its log is full;
 * 0: all that ever were are kept. */
static guint64
first_kept (GPtrArray *kept, gboolean is_of_visits)
{
  guint64 first = 0;
  guint n_kept = 0;

  for (guint i = 0; i < kept->len; i++)
    {
      const SpEvent *event = kept->pdata[i];

      if (is_visit (event->kind) != is_of_visits)
        continue;
      if (n_kept++ == 0)
        first = event->number;
    }
  return n_kept >= SP_EVENTS_KEPT ? first : 0;
}

/** sp_admin_kinds_count_lost: the two sorts are kept apart, so that visits push
 * nothing else out. Which sort a number was that is gone is not known: it
 * counts. */
guint64
sp_admin_kinds_count_lost (const SpAdminKinds *kinds,
                           GPtrArray *kept,
                           guint64 after,
                           guint64 last)
{
  guint64 first = 0;
  guint64 n_kept = 0;

  if (kinds->has_notable)
    first = first_kept (kept, FALSE);
  if (kinds->has_visits)
    first = MAX (first, first_kept (kept, TRUE));
  first = MIN (first, last + 1);
  if (first <= after + 1)
    return 0;
  for (guint i = 0; i < kept->len; i++)
    {
      guint64 number = ((const SpEvent *)kept->pdata[i])->number;

      n_kept += number > after && number < first;
    }
  return first - 1 - after - n_kept;
}
