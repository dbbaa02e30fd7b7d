/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-config-edit.h"

#include "sp-config-private.h"
#include "sp-json-parse.h"

#include <string.h>

/* (transfer full): @config's text as a tree that may be changed. */
static JsonNode *
tree_of (const SpConfig *config)
{
  SpJsonFault fault;

  return sp_json_parse (
      config->text, strlen (config->text), SP_CONFIG_MAX_DEPTH, &fault);
}

static SpConfig *
read_tree (SpConfig *running, JsonNode *tree, GPtrArray *problems)
{
  g_autofree char *text = json_to_string (tree, TRUE);

  return sp_config_parse_again (text, strlen (text), running, problems);
}

/* The array "streams" of @tree, made where there is none. */
static JsonArray *
streams_of (JsonNode *tree)
{
  JsonObject *root = json_node_get_object (tree);

  if (!json_object_has_member (root, "streams"))
    json_object_set_array_member (root, "streams", json_array_new ());
  return json_object_get_array_member (root, "streams");
}

/* Place of @path in @streams, which has it. */
static guint
find (JsonArray *streams, const char *path)
{
  guint n = json_array_get_length (streams);

  for (guint i = 0; i < n; i++)
    {
      JsonObject *stream = json_array_get_object_element (streams, i);
      const char *is = json_object_get_string_member (stream, "path");

      if (g_ascii_strcasecmp (is, path) == 0)
        return i;
    }
  g_return_val_if_reached (0);
}

SpConfig *
sp_config_add_stream (SpConfig *running, JsonObject *body, GPtrArray *problems)
{
  g_autoptr (JsonNode) tree = tree_of (running);

  json_array_add_object_element (streams_of (tree), json_object_ref (body));
  return read_tree (running, tree, problems);
}

static void
merge_member (JsonObject *object,
              const char *name,
              JsonNode *value,
              gpointer user_data)
{
  JsonObject *into = user_data;

  if (JSON_NODE_HOLDS_NULL (value))
    {
      json_object_remove_member (into, name);
      return;
    }
  if (!JSON_NODE_HOLDS_OBJECT (value))
    {
      json_object_set_member (into, name, json_node_copy (value));
      return;
    }
  if (!json_object_has_member (into, name)
      || !JSON_NODE_HOLDS_OBJECT (json_object_get_member (into, name)))
    json_object_set_object_member (into, name, json_object_new ());
  json_object_foreach_member (json_node_get_object (value),
                              merge_member,
                              json_object_get_object_member (into, name));
}

/** sp_config_change_stream: RFC 7396. */
SpConfig *
sp_config_change_stream (SpConfig *running,
                         const char *path,
                         JsonObject *body,
                         GPtrArray *problems)
{
  g_autoptr (JsonNode) tree = tree_of (running);
  JsonArray *streams = streams_of (tree);
  JsonObject *stream
      = json_array_get_object_element (streams, find (streams, path));

  json_object_foreach_member (body, merge_member, stream);
  return read_tree (running, tree, problems);
}

SpConfig *
sp_config_remove_stream (SpConfig *running,
                         const char *path,
                         GPtrArray *problems)
{
  g_autoptr (JsonNode) tree = tree_of (running);
  JsonArray *streams = streams_of (tree);

  json_array_remove_element (streams, find (streams, path));
  return read_tree (running, tree, problems);
}
