/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-stage.h"

#include <libsoup/soup.h>
#include <string.h>

static guint n_warnings;

/* Warnings of the program itself are counted; any other is a failure. */
static GLogWriterOutput
count_warnings (GLogLevelFlags level,
                const GLogField *fields,
                gsize n_fields,
                gpointer user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "GLIB_DOMAIN")
        && g_str_equal (fields[i].value, G_LOG_DOMAIN)
        && level == G_LOG_LEVEL_WARNING)
      {
        n_warnings++;
        return G_LOG_WRITER_HANDLED;
      }
  return g_log_writer_default (level, fields, n_fields, user_data);
}

void
sp_admin_stage_count_warnings (void)
{
  static gboolean is_counting;

  if (!is_counting)
    g_log_set_writer_func (count_warnings, NULL, NULL);
  is_counting = TRUE;
  n_warnings = 0;
}

SpAdmin *
sp_admin_stage_open (SpAdminStage *stage, const char *token, GError **error)
{
  const SpAdminSettings settings
      = { .address = "127.0.0.1", .token = token, .keep_alive_ms = 50 };

  return sp_admin_new (&stage->fake.control, &settings, error);
}

void
sp_admin_stage_set_up (SpAdminStage *stage, gconstpointer token)
{
  g_autoptr (GError) error = NULL;

  sp_admin_stage_count_warnings ();
  sp_fake_control_init (&stage->fake);
  stage->admin = sp_admin_stage_open (stage, token, &error);
  g_assert_no_error (error);
  stage->port = sp_admin_port (stage->admin);
  g_assert_cmpuint (stage->port, >, 0);
}

void
sp_admin_stage_tear_down (SpAdminStage *stage, gconstpointer token)
{
  sp_admin_free (stage->admin);
  sp_fake_control_clear (&stage->fake);
  sp_admin_ask_settle ();
}

guint
sp_admin_stage_warnings (void)
{
  return n_warnings;
}

void
sp_admin_assert_header (SpAdminAsk *ask, const char *name, const char *value)
{
  g_autofree char *given = sp_admin_ask_header (ask, name);

  g_assert_cmpstr (given, ==, value);
}

void
sp_admin_assert_usual (SpAdminAsk *ask, guint status)
{
  JsonObject *object;

  g_assert_cmpuint (ask->status, ==, status);
  sp_admin_assert_header (ask, "Server", "StreamPump/" PACKAGE_VERSION);
  sp_admin_assert_header (ask, "Cache-Control", "no-store");
  sp_admin_assert_header (ask, "X-Content-Type-Options", "nosniff");
  sp_admin_assert_header (ask, "Connection", "close");
  if (status < 300)
    return;
  sp_admin_assert_header (ask, "Content-Type", "application/problem+json");
  g_assert_nonnull (ask->json);
  object = json_node_get_object (ask->json);
  g_assert_cmpuint (json_object_get_size (object),
                    ==,
                    json_object_has_member (object, "problems") ? 5 : 4);
  g_assert_cmpstr (
      json_object_get_string_member (object, "type"), ==, "about:blank");
  g_assert_cmpstr (json_object_get_string_member (object, "title"),
                   ==,
                   soup_status_get_phrase (status));
  g_assert_cmpint (
      json_object_get_int_member (object, "status"), ==, (gint64)status);
  g_assert_cmpuint (
      strlen (json_object_get_string_member (object, "detail")), >, 10);
}

/* The value at "clients.0.id", as text; "#" is the number of elements. */
static char *
value_at (JsonNode *node, const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, ".", -1);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_assert_nonnull (node);
      if (g_str_equal (names[i], "#"))
        return g_strdup_printf (
            "%u", json_array_get_length (json_node_get_array (node)));
      if (JSON_NODE_HOLDS_ARRAY (node))
        node = json_array_get_element (
            json_node_get_array (node),
            (guint)g_ascii_strtoull (names[i], NULL, 10));
      else
        node = json_object_get_member (json_node_get_object (node), names[i]);
    }
  g_assert_nonnull (node);
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_dup_string (node);
  return json_to_string (node, FALSE);
}

void
sp_admin_check_row (guint16 port, const SpAdminRow *row, const char *headers)
{
  g_autoptr (SpAdminAsk) ask = NULL;
  g_autofree char *value = NULL;

  g_test_message (
      "%s %s %s", row->method, row->target, row->body ? row->body : "");
  ask = sp_admin_ask (port, row->method, row->target, headers, row->body);
  sp_admin_assert_usual (ask, row->status);
  if (row->member == NULL)
    return;
  g_assert_nonnull (ask->json);
  value = value_at (ask->json, row->member);
  if (g_str_equal (row->member, "detail"))
    g_assert_nonnull (strstr (value, row->value));
  else
    g_assert_cmpstr (value, ==, row->value);
}
