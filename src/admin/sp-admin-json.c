/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-json.h"

#include "sp-admin-build.h"

#include <string.h>

JsonNode *
sp_admin_json_kicked (gint64 kicked)
{
  g_autoptr (JsonBuilder) builder = sp_json_build_new ();

  sp_json_build_integer (builder, "kicked", (guint64)MAX (kicked, 0));
  return sp_json_build_end (builder);
}

static JsonNode *
json_change (gconstpointer info, const SpAdminNow *now)
{
  const SpReloadChange *change = info;
  g_autoptr (JsonBuilder) builder = sp_json_build_new ();

  sp_json_build_string (builder, "key", change->key);
  sp_json_build_string (builder, "effect", sp_effect_name (change->effect));
  return sp_json_build_end (builder);
}

/** sp_admin_json_reloaded: of one that was applied. */
JsonNode *
sp_admin_json_reloaded (const SpReloadReport *report)
{
  g_autoptr (JsonBuilder) builder = sp_json_build_new ();

  sp_json_build_boolean (builder, "applied", report->is_applied);
  sp_json_build_integer (builder, "generation", report->generation);
  sp_admin_build_elements (builder,
                           "changes",
                           report->changes,
                           0,
                           report->changes->len,
                           json_change,
                           NULL);
  return sp_json_build_end (builder);
}

static const char *
severity_name (SpSeverity severity)
{
  switch (severity)
    {
    case SP_SEVERITY_CLEAR:
      return "clear";
    case SP_SEVERITY_INFO:
      return "info";
    case SP_SEVERITY_WARNING:
      return "warning";
    case SP_SEVERITY_MAJOR:
      return "major";
    case SP_SEVERITY_CLIENT:
      return "client";
    }
  g_return_val_if_reached ("info");
}

JsonNode *
sp_admin_json_event (const SpEvent *event, const SpAdminNow *now)
{
  const SpEventInfo *info = &sp_event_infos[event->kind];
  g_autoptr (JsonBuilder) builder = sp_json_build_new ();

  sp_json_build_integer (builder, "number", event->number);
  sp_json_build_string (builder, "kind", info->name);
  sp_json_build_string (builder, "severity", severity_name (info->severity));
  sp_json_build_time (builder, "at", event->at_unix_us);
  sp_json_build_string (builder, "stream", event->stream);
  sp_json_build_positive (builder, "source", event->source_index);
  sp_json_build_positive (builder, "client", event->client);
  sp_json_build_string (builder, "address", event->address);
  sp_json_build_integer (builder, "repeats", event->repeats);
  sp_json_build_string (builder, "text", event->text);
  return sp_json_build_end (builder);
}

/** sp_admin_json_events: @n_events of @events from @first on. @last: number of
 * the newest there is; @lost: how many of those asked for are not kept. */
JsonNode *
sp_admin_json_events (
    GPtrArray *events, guint first, guint n_events, guint64 last, guint64 lost)
{
  g_autoptr (JsonBuilder) builder = sp_json_build_new ();

  sp_admin_build_elements (builder,
                           "events",
                           events,
                           first,
                           n_events,
                           (SpAdminElementFunc)sp_admin_json_event,
                           NULL);
  sp_json_build_integer (builder, "last", last);
  sp_json_build_integer (builder, "lost", lost);
  return sp_json_build_end (builder);
}

/** sp_admin_json_problem: RFC 9457; the type is "about:blank", so @title is the
 * phrase of @status. @detail tells the caller what to do. */
JsonNode *
sp_admin_json_problem (guint status,
                       const char *title,
                       const char *detail,
                       GPtrArray *problems)
{
  g_autoptr (JsonBuilder) builder = sp_json_build_new ();

  sp_json_build_string (builder, "type", "about:blank");
  sp_json_build_string (builder, "title", title);
  sp_json_build_integer (builder, "status", status);
  sp_json_build_string (builder, "detail", detail);
  if (problems != NULL)
    sp_admin_build_strings (builder, "problems", problems);
  return sp_json_build_end (builder);
}

/** sp_admin_json_text: (transfer full): @node with a newline at its end. */
char *
sp_admin_json_text (JsonNode *node, gboolean is_pretty, gsize *len)
{
  g_autofree char *text = json_to_string (node, is_pretty);
  char *line = g_strconcat (text, "\n", NULL);

  *len = strlen (line);
  return line;
}
