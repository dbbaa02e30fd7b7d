/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-config-report.h"

#include "sp-config-private.h"
#include "sp-json-parse.h"

#include <string.h>

/* What is named neither here nor below one of these takes effect now. */
static const struct
{
  const char *key;
  SpConfigEffect effect;
} effects[] = {
  { "listen", SP_CONFIG_RESTART },
  { "port", SP_CONFIG_RESTART },
  { "ssl", SP_CONFIG_RESTART },
  { "ssl_port", SP_CONFIG_RESTART },
  { "user", SP_CONFIG_RESTART },
  { "group", SP_CONFIG_RESTART },
  { "workers", SP_CONFIG_RESTART },
  { "snmp", SP_CONFIG_RESTART },
  { "admin.listen", SP_CONFIG_RESTART },
  { "admin.port", SP_CONFIG_RESTART },
  { "admin.socket", SP_CONFIG_RESTART },
  { "ssl_key", SP_CONFIG_NEW_CLIENTS },
  { "ssl_cert", SP_CONFIG_NEW_CLIENTS },
  { "limits", SP_CONFIG_NEW_CLIENTS },
  { "redirect_404_to", SP_CONFIG_NEW_CLIENTS },
  { "ua_check", SP_CONFIG_NEW_CLIENTS },
  { "server_token", SP_CONFIG_NEW_CLIENTS },
  { "stream_defaults.burst_ms", SP_CONFIG_NEW_CLIENTS },
  { "stream_defaults.limits", SP_CONFIG_NEW_CLIENTS },
  { "streams[].burst_ms", SP_CONFIG_NEW_CLIENTS },
  { "streams[].limits", SP_CONFIG_NEW_CLIENTS },
};

static gboolean
is_at_or_below (const char *key, const char *name)
{
  gsize len = strlen (name);

  return strncmp (key, name, len) == 0
         && (key[len] == '\0' || key[len] == '.' || key[len] == '[');
}

/* @pattern: the key with nothing between its brackets. */
static SpConfigEffect
effect_of (const char *pattern)
{
  for (guint i = 0; i < G_N_ELEMENTS (effects); i++)
    if (is_at_or_below (pattern, effects[i].key))
      return effects[i].effect;
  return SP_CONFIG_NOW;
}

/* A value that is no object, by its key; both keys with it. */
typedef struct
{
  char *pattern;
  JsonNode *value; /* NULL: a stream, which is compared by its keys */
} Leaf;

static void
leaf_free (gpointer data)
{
  Leaf *leaf = data;

  g_free (leaf->pattern);
  g_clear_pointer (&leaf->value, json_node_unref);
  g_free (leaf);
}

static void
add_leaf (GTree *leaves, const char *key, const char *pattern, JsonNode *value)
{
  Leaf *leaf = g_new0 (Leaf, 1);

  leaf->pattern = g_strdup (pattern);
  leaf->value = value != NULL ? json_node_ref (value) : NULL;
  g_tree_insert (leaves, g_strdup (key), leaf);
}

static void
flatten (GTree *leaves,
         JsonObject *object,
         const char *key_prefix,
         const char *pattern_prefix)
{
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *link = names; link != NULL; link = link->next)
    {
      const char *name = link->data;
      JsonNode *value = json_object_get_member (object, name);
      g_autofree char *key = g_strconcat (key_prefix, name, NULL);
      g_autofree char *pattern = g_strconcat (pattern_prefix, name, NULL);

      if (JSON_NODE_HOLDS_OBJECT (value))
        {
          g_autofree char *below = g_strconcat (key, ".", NULL);
          g_autofree char *below_pattern = g_strconcat (pattern, ".", NULL);

          flatten (leaves, json_node_get_object (value), below, below_pattern);
        }
      else if (*key_prefix != '\0' || !g_str_equal (name, "streams"))
        add_leaf (leaves, key, pattern, value);
    }
}

static void
flatten_streams (GTree *leaves, JsonObject *root)
{
  JsonArray *streams = json_object_has_member (root, "streams")
                           ? json_object_get_array_member (root, "streams")
                           : NULL;
  guint n = streams != NULL ? json_array_get_length (streams) : 0;

  for (guint i = 0; i < n; i++)
    {
      JsonObject *stream = json_array_get_object_element (streams, i);
      const char *path = json_object_get_string_member (stream, "path");
      g_autofree char *key = g_strdup_printf ("streams[%s]", path);
      g_autofree char *below = g_strconcat (key, ".", NULL);

      add_leaf (leaves, key, "streams[]", NULL);
      flatten (leaves, stream, below, "streams[].");
    }
}

static gint
compare_keys (gconstpointer a, gconstpointer b, gpointer user_data)
{
  return strcmp (a, b);
}

/* (transfer full): key -> Leaf */
static GTree *
leaves_of (const SpConfig *config)
{
  GTree *leaves = g_tree_new_full (compare_keys, NULL, g_free, leaf_free);
  SpJsonFault fault;
  g_autoptr (JsonNode) tree = sp_json_parse (
      config->text, strlen (config->text), SP_CONFIG_MAX_DEPTH, &fault);

  flatten (leaves, json_node_get_object (tree), "", "");
  flatten_streams (leaves, json_node_get_object (tree));
  return leaves;
}

static gboolean
is_equal (const Leaf *a, const Leaf *b)
{
  if (a->value == NULL || b->value == NULL)
    return a->value == b->value;
  return json_node_equal (a->value, b->value);
}

/* A key of a stream that only one of the two has says nothing more. */
static gboolean
is_of_missing_stream (const char *key, GTree *others)
{
  const char *end
      = g_str_has_prefix (key, "streams[") ? strstr (key, "].") : NULL;
  g_autofree char *stream
      = end != NULL ? g_strndup (key, (gsize)(end + 1 - key)) : NULL;

  return stream != NULL && g_tree_lookup (others, stream) == NULL;
}

typedef struct
{
  GTree *others;
  GTree *found; /* key -> pattern */
  gboolean is_old;
} Comparison;

static gboolean
compare_leaf (gpointer key, gpointer value, gpointer user_data)
{
  Comparison *comparison = user_data;
  const Leaf *leaf = value;
  const Leaf *other = g_tree_lookup (comparison->others, key);

  if ((other != NULL && (comparison->is_old || is_equal (leaf, other)))
      || is_of_missing_stream (key, comparison->others))
    return FALSE;
  g_tree_insert (comparison->found, g_strdup (key), g_strdup (leaf->pattern));
  return FALSE;
}

typedef struct
{
  SpConfigReportFunc func;
  gpointer user_data;
} Report;

static gboolean
tell (gpointer key, gpointer pattern, gpointer user_data)
{
  Report *report = user_data;

  report->func (key, effect_of (pattern), report->user_data);
  return FALSE;
}

void
sp_config_report (SpConfig *old_config,
                  SpConfig *new_config,
                  SpConfigReportFunc func,
                  gpointer user_data)
{
  g_autoptr (GTree) before = leaves_of (old_config);
  g_autoptr (GTree) after = leaves_of (new_config);
  g_autoptr (GTree) found
      = g_tree_new_full (compare_keys, NULL, g_free, g_free);
  Comparison forth = { before, found, FALSE };
  Comparison back = { after, found, TRUE };
  Report report = { func, user_data };

  if (g_strcmp0 (old_config->admin_token, new_config->admin_token) != 0)
    g_tree_insert (
        found, g_strdup ("admin.token_file"), g_strdup ("admin.token_file"));
  g_tree_foreach (after, compare_leaf, &forth);
  g_tree_foreach (before, compare_leaf, &back);
  g_tree_foreach (found, tell, &report);
}
