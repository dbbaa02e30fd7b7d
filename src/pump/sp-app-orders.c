/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-app-private.h"

#include "sp-clock.h"
#include "sp-config-edit.h"

#include <glib/gi18n.h>

/* What the outside may change while the pump runs. */

/** sp_app_set_notifying: SpControlClass.set_notifying; whoever gives the order
 * tells of it. */
void
sp_app_set_notifying (gpointer self, gboolean is_notifying, const char *by)
{
  SpApp *app = self;

  if (app->is_notifying == is_notifying)
    return;
  app->is_notifying = is_notifying;
  if (app->agent != NULL)
    sp_agent_set_notifying (app->agent, is_notifying);
}

static SpOrderResult
take (SpApp *app, SpConfig *config)
{
  if (config == NULL)
    return SP_ORDER_BAD;
  sp_app_apply (app, config);
  sp_config_unref (config);
  return SP_ORDER_DONE;
}

/* (nullable) */
static const char *
path_of (JsonObject *body)
{
  JsonNode *node = json_object_get_member (body, "path");

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static SpOrderResult
add (SpApp *app, JsonObject *body, const char *by, GPtrArray *problems)
{
  const char *path = path_of (body);
  SpOrderResult result;

  if (path != NULL && sp_config_find_stream (app->config, path) != NULL)
    {
      g_ptr_array_add (
          problems,
          g_strdup_printf (_ ("path: there is a stream '%s' already"), path));
      return SP_ORDER_CONFLICT;
    }
  result = take (app, sp_config_add_stream (app->config, body, problems));
  if (result == SP_ORDER_DONE)
    sp_app_tell (app, SP_EVENT_stream_added, path, "stream added, by %s", by);
  return result;
}

/* @paths: in lower case. */
static void
note (GHashTable *paths, const char *path, gboolean is_in)
{
  g_autofree char *key = g_ascii_strdown (path, -1);

  if (is_in)
    g_hash_table_add (paths, g_steal_pointer (&key));
  else
    g_hash_table_remove (paths, key);
}

static SpOrderResult
change (SpApp *app,
        const char *path,
        JsonObject *body,
        const char *by,
        GPtrArray *problems)
{
  const char *new_path = path_of (body);
  SpOrderResult result;

  if (json_object_has_member (body, "path")
      && (new_path == NULL || g_ascii_strcasecmp (new_path, path) != 0))
    {
      g_ptr_array_add (problems,
                       g_strdup (_ ("path: a stream keeps its path; add "
                                    "another and remove this one")));
      return SP_ORDER_BAD;
    }
  result
      = take (app, sp_config_change_stream (app->config, path, body, problems));
  if (result != SP_ORDER_DONE)
    return result;
  if (json_object_has_member (body, "enabled"))
    note (app->down, path, FALSE);
  sp_app_tell (app, SP_EVENT_stream_changed, path, "stream changed, by %s", by);
  return result;
}

/** sp_app_edit_stream: SpControlClass.edit_stream */
SpOrderResult
sp_app_edit_stream (gpointer self,
                    SpStreamEdit edit,
                    const char *path,
                    JsonObject *body,
                    const char *by,
                    GPtrArray *problems)
{
  SpApp *app = self;
  SpOrderResult result;

  if (edit == SP_STREAM_ADD)
    return add (app, body, by, problems);
  if (sp_config_find_stream (app->config, path) == NULL)
    return SP_ORDER_NOT_FOUND;
  if (edit == SP_STREAM_CHANGE)
    return change (app, path, body, by, problems);
  result = take (app, sp_config_remove_stream (app->config, path, problems));
  if (result == SP_ORDER_DONE)
    sp_app_tell (
        app, SP_EVENT_stream_removed, path, "stream removed, by %s", by);
  return result;
}

static SpOrderResult
set_enabled (SpApp *app, const char *path, gboolean is_enabled)
{
  const SpStreamConfig *stream = sp_config_find_stream (app->config, path);
  g_autoptr (JsonObject) body = NULL;
  g_autoptr (GPtrArray) problems = NULL;

  if (stream->enabled == is_enabled)
    return SP_ORDER_DONE;
  body = json_object_new ();
  problems = g_ptr_array_new_with_free_func (g_free);
  json_object_set_boolean_member (body, "enabled", is_enabled);
  return take (app,
               sp_config_change_stream (app->config, path, body, problems));
}

/** sp_app_keep_down: what a file says of streams that an order has set down
 * does not set them up again. @config: (transfer full); (transfer full): it, or
 * another one. */
SpConfig *
sp_app_keep_down (SpApp *app, SpConfig *config)
{
  g_autoptr (JsonObject) body = json_object_new ();
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer path;

  json_object_set_boolean_member (body, "enabled", FALSE);
  g_hash_table_iter_init (&iter, app->down);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    {
      const SpStreamConfig *stream = sp_config_find_stream (config, path);
      SpConfig *changed;

      if (stream == NULL || !stream->enabled)
        continue;
      changed = sp_config_change_stream (config, stream->path, body, problems);
      if (changed == NULL)
        continue;
      sp_config_unref (config);
      config = changed;
    }
  return config;
}

/** sp_app_set_stream: SpControlClass.set_stream */
SpOrderResult
sp_app_set_stream (gpointer self,
                   const char *path,
                   SpStreamOrder order,
                   const char *by)
{
  static const char *const words[] = { "up", "down", "draining" };
  SpApp *app = self;
  SpOrderResult result;

  if (sp_config_find_stream (app->config, path) == NULL)
    return SP_ORDER_NOT_FOUND;
  result = set_enabled (app, path, order != SP_STREAM_ORDER_DOWN);
  if (result != SP_ORDER_DONE)
    return result;
  note (app->down, path, order == SP_STREAM_ORDER_DOWN);
  note (app->draining, path, order == SP_STREAM_ORDER_DRAIN);
  sp_app_set_stream_policy (app, path);
  sp_app_tell (app,
               SP_EVENT_stream_changed,
               path,
               "stream set %s, by %s",
               words[order],
               by);
  return SP_ORDER_DONE;
}

/** sp_app_set_source: SpControlClass.set_source */
SpOrderResult
sp_app_set_source (gpointer self,
                   const char *path,
                   guint source_index,
                   gboolean is_enabled,
                   const char *by)
{
  SpApp *app = self;
  g_autoptr (SpStream) stream = sp_registry_lookup (app->registry, path);

  if (stream == NULL
      || !sp_supervisor_set_enabled (
          app->supervisor, stream, source_index, is_enabled))
    return SP_ORDER_NOT_FOUND;
  sp_app_tell (app,
               SP_EVENT_stream_changed,
               path,
               "source %u switched %s, by %s",
               source_index,
               is_enabled ? "on" : "off",
               by);
  return SP_ORDER_DONE;
}
