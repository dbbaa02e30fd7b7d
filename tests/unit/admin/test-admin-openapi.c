/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-openapi.h"
#include "sp-admin-private.h"
#include "sp-admin-stage.h"
#include "sp-openapi-check.h"
#include "sp-test.h"

#include <string.h>

static JsonObject *
operation_of (JsonObject *paths, const SpAdminRoute *route)
{
  g_autofree char *method = g_ascii_strdown (route->method, -1);
  JsonObject *item = json_object_has_member (paths, route->pattern)
                         ? json_object_get_object_member (paths, route->pattern)
                         : NULL;

  return item != NULL && json_object_has_member (item, method)
             ? json_object_get_object_member (item, method)
             : NULL;
}

static gboolean
is_routed (const char *pattern, const char *method)
{
  for (const SpAdminRoute *route = sp_admin_routes; route->method != NULL;
       route++)
    if (g_str_equal (route->pattern, pattern)
        && g_ascii_strcasecmp (route->method, method) == 0)
      return TRUE;
  return FALSE;
}

/* Whether the query parameters of both are the same; "pretty" goes everywhere.
 */
static void
assert_parameters (JsonObject *operation, const SpAdminRoute *route)
{
  JsonArray *parameters
      = json_object_has_member (operation, "parameters")
            ? json_object_get_array_member (operation, "parameters")
            : NULL;
  guint n_found = 0;

  for (guint i = 0;
       parameters != NULL && i < json_array_get_length (parameters);
       i++)
    {
      JsonObject *parameter = json_array_get_object_element (parameters, i);

      if (json_object_has_member (parameter, "$ref")
          || !g_str_equal (json_object_get_string_member (parameter, "in"),
                           "query"))
        continue;
      g_assert_true (
          g_strv_contains (route->parameters,
                           json_object_get_string_member (parameter, "name")));
      n_found++;
    }
  g_assert_cmpuint (n_found, ==, g_strv_length ((GStrv)route->parameters));
}

/* Each route is in the document, and nothing else is. */
static void
test_routes (void)
{
  g_autoptr (JsonNode) document = sp_admin_openapi_document ();
  JsonObject *paths = json_object_get_object_member (
      json_node_get_object (document), "paths");
  g_autoptr (GList) patterns = json_object_get_members (paths);

  for (const SpAdminRoute *route = sp_admin_routes; route->method != NULL;
       route++)
    {
      JsonObject *operation = operation_of (paths, route);

      g_test_message ("%s %s", route->method, route->pattern);
      g_assert_nonnull (operation);
      assert_parameters (operation, route);
      g_assert_cmpint (json_object_has_member (operation, "security"),
                       ==,
                       route->access != SP_ADMIN_GUARDED);
    }
  for (GList *link = patterns; link != NULL; link = link->next)
    {
      JsonObject *item = json_object_get_object_member (paths, link->data);
      g_autoptr (GList) methods = json_object_get_members (item);

      for (GList *method = methods; method != NULL; method = method->next)
        if (!g_str_equal (method->data, "parameters"))
          g_assert_true (is_routed (link->data, method->data));
    }
}

static JsonObject *
schema_of (JsonNode *document, const char *name)
{
  JsonObject *components = json_object_get_object_member (
      json_node_get_object (document), "components");

  return json_object_get_object_member (
      json_object_get_object_member (components, "schemas"), name);
}

/* A new counter or kind of event is in it by itself. */
static void
test_tables (void)
{
  g_autoptr (JsonNode) document = sp_admin_openapi_document ();
  JsonObject *info
      = json_object_get_object_member (json_node_get_object (document), "info");
  JsonObject *pump = json_object_get_object_member (
      schema_of (document, "PumpCounters"), "properties");
  JsonArray *kinds = json_object_get_array_member (
      schema_of (document, "EventKind"), "enum");

  g_assert_cmpstr (
      json_object_get_string_member (info, "version"), ==, PACKAGE_VERSION);
  g_assert_cmpuint (json_object_get_size (pump), ==, SP_N_PUMP_COUNTERS);
  for (guint i = 0; i < SP_N_PUMP_COUNTERS; i++)
    g_assert_true (json_object_has_member (pump, sp_pump_counters[i].name));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (
                        schema_of (document, "StreamCounters"), "required")),
                    ==,
                    SP_N_STREAM_COUNTERS);
  g_assert_cmpuint (json_array_get_length (kinds), ==, SP_N_EVENTS);
}

/* What is answered is what the document says. */
static void
test_answers (SpAdminStage *stage, gconstpointer token)
{
  sp_fake_control_happen (&stage->fake);
  sp_openapi_check (stage->port, token);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/admin-openapi/routes-and-paths-agree", test_routes);
  g_test_add_func ("/admin-openapi/tables-are-in-it", test_tables);
  SP_ADMIN_TEST ("/admin-openapi/answers-are-as-it-says", "t", test_answers);
  return g_test_run ();
}
