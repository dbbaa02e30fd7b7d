/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-openapi.h"

#include "sp-admin-resources.h"
#include "sp-events.h"
#include "sp-stats.h"

#include <string.h>

#define RESOURCE "/stream_pump/openapi.json"

static JsonObject *
describe_counter (const SpCounterInfo *info)
{
  JsonObject *schema = json_object_new ();

  json_object_set_string_member (schema, "type", "integer");
  json_object_set_int_member (schema, "minimum", 0);
  json_object_set_string_member (schema, "description", info->help);
  return schema;
}

/* Every one of @infos is a member, and is always there. */
static void
fill_counters (JsonObject *schema, const SpCounterInfo *infos)
{
  JsonObject *properties = json_object_new ();
  JsonArray *required = json_array_new ();

  for (guint i = 0; infos[i].name != NULL; i++)
    {
      json_object_set_object_member (
          properties, infos[i].name, describe_counter (&infos[i]));
      json_array_add_string_element (required, infos[i].name);
    }
  json_object_set_array_member (schema, "required", required);
  json_object_set_object_member (schema, "properties", properties);
}

static void
fill_kinds (JsonObject *schema)
{
  JsonArray *names = json_array_new ();

  for (guint kind = 0; kind < SP_N_EVENTS; kind++)
    json_array_add_string_element (names, sp_event_infos[kind].name);
  json_object_set_array_member (schema, "enum", names);
}

static void
fill (JsonObject *document)
{
  JsonObject *schemas = json_object_get_object_member (
      json_object_get_object_member (document, "components"), "schemas");

  json_object_set_string_member (
      json_object_get_object_member (document, "info"),
      "version",
      PACKAGE_VERSION);
  fill_counters (json_object_get_object_member (schemas, "PumpCounters"),
                 sp_pump_counters);
  fill_counters (json_object_get_object_member (schemas, "StreamCounters"),
                 sp_stream_counters);
  fill_kinds (json_object_get_object_member (schemas, "EventKind"));
}

JsonNode *
sp_admin_openapi_document (void)
{
  g_autoptr (GBytes) bytes = g_resource_lookup_data (
      sp_admin_get_resource (), RESOURCE, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  gsize len;
  const char *text = g_bytes_get_data (bytes, &len);
  g_autofree char *copy = g_strndup (text, len);
  JsonNode *node = json_from_string (copy, NULL);

  g_return_val_if_fail (node != NULL, json_node_new (JSON_NODE_NULL));
  fill (json_node_get_object (node));
  return node;
}
