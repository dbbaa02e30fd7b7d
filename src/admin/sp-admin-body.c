/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-body.h"

#include "sp-error.h"
#include "sp-json-parse.h"
#include "sp-nearest.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

#define MAX_DEPTH 16
#define MAX_REDIRECT_BYTES 511 /* what SpPumpInfo holds */
#define MAX_DEADLINE_S (7 * 24 * 3600)

/** sp_admin_body_object: as RFC 8259 has it, at most MAX_DEPTH deep. */
JsonNode *
sp_admin_body_object (const char *text, gsize len, GError **error)
{
  SpJsonFault fault;
  g_autoptr (JsonNode) node
      = sp_json_parse (len > 0 ? text : "", len, MAX_DEPTH, &fault);

  if (node == NULL)
    {
      sp_error_set (error,
                    SP_ERROR_PROTOCOL,
                    _ ("the body is not JSON, but must be one JSON object: "
                       "line %u, column %u: %s"),
                    fault.line,
                    fault.column,
                    fault.why);
      return NULL;
    }
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      sp_error_set (error,
                    SP_ERROR_PROTOCOL,
                    _ ("the body must be one JSON object, such as "
                       "{\"client\": 17}"));
      return NULL;
    }
  return g_steal_pointer (&node);
}

static gboolean
refuse_name (const char *name, const char *const *names, GError **error)
{
  guint n_names = g_strv_length ((GStrv)names);
  const char *nearest = sp_nearest_word (names, n_names, name);
  g_autofree char *all = NULL;

  if (n_names == 0)
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         _ ("\"%s\" is unknown; the body is empty or {}"),
                         name);
  if (nearest != NULL)
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         _ ("\"%s\" is unknown; did you mean \"%s\"?"),
                         name,
                         nearest);
  all = g_strjoinv ("\", \"", (GStrv)names);
  return sp_error_set (error,
                       SP_ERROR_PROTOCOL,
                       _ ("\"%s\" is unknown; there are \"%s\""),
                       name,
                       all);
}

gboolean
sp_admin_body_check_names (JsonObject *object,
                           const char *const *names,
                           GError **error)
{
  g_autoptr (GList) members = json_object_get_members (object);

  for (GList *link = members; link != NULL; link = link->next)
    if (!g_strv_contains (names, link->data))
      return refuse_name (link->data, names, error);
  return TRUE;
}

/* (nullable): the object in @text, with no other members than @names. */
static JsonNode *
parse_with (const char *text,
            gsize len,
            const char *const *names,
            GError **error)
{
  g_autoptr (JsonNode) node = sp_admin_body_object (text, len, error);

  if (node == NULL
      || !sp_admin_body_check_names (json_node_get_object (node), names, error))
    return NULL;
  return g_steal_pointer (&node);
}

/* TRUE when there is no such member, too; then @value stays as it is. */
static gboolean
take_boolean (JsonObject *object,
              const char *name,
              gboolean *value,
              GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL)
    return TRUE;
  if (json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return sp_error_set (
        error, SP_ERROR_PROTOCOL, _ ("\"%s\" must be true or false"), name);
  *value = json_node_get_boolean (node);
  return TRUE;
}

void
sp_admin_drain_clear (SpAdminDrain *drain)
{
  g_clear_pointer (&drain->redirect, g_free);
}

static gboolean
take_deadline (SpAdminDrain *drain, JsonNode *node, GError **error)
{
  gint64 deadline_s = node == NULL ? 0 : -1;

  if (node != NULL && json_node_get_value_type (node) == G_TYPE_INT64)
    deadline_s = json_node_get_int (node);
  if (deadline_s < 0 || deadline_s > MAX_DEADLINE_S)
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         _ ("\"deadline_s\" must be a whole number of seconds "
                            "from 0 (none) to %d"),
                         MAX_DEADLINE_S);
  drain->order.deadline_s = (guint)deadline_s;
  return TRUE;
}

/* It goes into a header as it is. */
static gboolean
is_url (const char *text)
{
  static const char *const schemes[]
      = { "http", "https", "mms", "mmsh", "rtsp", NULL };
  g_autoptr (GUri) uri = NULL;

  if (strlen (text) > MAX_REDIRECT_BYTES)
    return FALSE;
  for (const char *at = text; *at != '\0'; at++)
    if (*at <= ' ' || *at > '~' || strchr ("\"<>\\^`{|}", *at) != NULL)
      return FALSE;
  uri = g_uri_parse (text, G_URI_FLAGS_ENCODED, NULL);
  return uri != NULL && g_strv_contains (schemes, g_uri_get_scheme (uri))
         && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0';
}

static gboolean
take_redirect (SpAdminDrain *drain, JsonNode *node, GError **error)
{
  const char *text = NULL;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    text = json_node_get_string (node);
  if (text == NULL || !is_url (text))
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         _ ("\"redirect\" must be a URL such as "
                            "\"http://other.example.org:8086\", of at most %d "
                            "bytes"),
                         MAX_REDIRECT_BYTES);
  drain->redirect = g_strdup (text);
  drain->order.redirect = drain->redirect;
  return TRUE;
}

/** sp_admin_body_parse_drain: {} drains; {"off": true} takes clients again. */
gboolean
sp_admin_body_parse_drain (SpAdminDrain *drain,
                           const char *text,
                           gsize len,
                           GError **error)
{
  static const char *const names[] = { "redirect", "deadline_s", "off", NULL };
  g_autoptr (JsonNode) node = parse_with (text, len, names, error);
  JsonObject *object = node != NULL ? json_node_get_object (node) : NULL;
  gboolean is_off = FALSE;

  if (object == NULL || !take_boolean (object, "off", &is_off, error)
      || !take_deadline (
          drain, json_object_get_member (object, "deadline_s"), error)
      || !take_redirect (
          drain, json_object_get_member (object, "redirect"), error))
    return FALSE;
  drain->order.is_on = !is_off;
  if (is_off && json_object_get_size (object) > 1)
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         _ ("\"off\": true ends a drain; nothing else goes "
                            "with it"));
  return TRUE;
}

/** sp_admin_body_parse_state: fails unless there is a state. */
gboolean
sp_admin_body_parse_state (SpStreamOrder *order,
                           const char *text,
                           gsize len,
                           GError **error)
{
  static const char *const names[] = { "state", NULL };
  static const char *const words[] = { "up", "down", "drain" };
  g_autoptr (JsonNode) node = parse_with (text, len, names, error);
  JsonNode *state;

  if (node == NULL)
    return FALSE;
  state = json_object_get_member (json_node_get_object (node), "state");
  if (state != NULL && json_node_get_value_type (state) == G_TYPE_STRING)
    for (guint i = 0; i < G_N_ELEMENTS (words); i++)
      if (g_str_equal (json_node_get_string (state), words[i]))
        {
          *order = (SpStreamOrder)i;
          return TRUE;
        }
  return sp_error_set (error,
                       SP_ERROR_PROTOCOL,
                       _ ("\"state\" must be \"up\", \"down\" or \"drain\""));
}

/** sp_admin_body_parse_enabled: fails unless it is there. */
gboolean
sp_admin_body_parse_enabled (gboolean *is_enabled,
                             const char *text,
                             gsize len,
                             GError **error)
{
  static const char *const names[] = { "enabled", NULL };
  g_autoptr (JsonNode) node = parse_with (text, len, names, error);
  JsonObject *object = node != NULL ? json_node_get_object (node) : NULL;

  if (object == NULL)
    return FALSE;
  if (!json_object_has_member (object, "enabled"))
    return sp_error_set (error,
                         SP_ERROR_PROTOCOL,
                         _ ("\"%s\" must be true or false"),
                         "enabled");
  return take_boolean (object, "enabled", is_enabled, error);
}

gboolean
sp_admin_body_check_empty (const char *text, gsize len, GError **error)
{
  static const char *const names[] = { NULL };

  if (len == 0)
    return TRUE;
  g_autoptr (JsonNode) node = parse_with (text, len, names, error);
  return node != NULL;
}
