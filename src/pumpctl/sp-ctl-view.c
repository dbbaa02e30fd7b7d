/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-view.h"

#include "sp-ctl-text.h"

#include <glib/gi18n.h>

#define NOTHING "-"

static JsonNode *
member_of (JsonObject *object, const char *member)
{
  g_auto (GStrv) names = g_strsplit (member, ".", -1);
  JsonNode *node = NULL;

  for (guint i = 0; names[i] != NULL; i++)
    {
      node = object != NULL ? json_object_get_member (object, names[i]) : NULL;
      object = node != NULL && JSON_NODE_HOLDS_OBJECT (node)
                   ? json_node_get_object (node)
                   : NULL;
    }
  return node != NULL && !JSON_NODE_HOLDS_NULL (node) ? node : NULL;
}

JsonObject *
sp_ctl_view_object (JsonObject *object, const char *member)
{
  JsonNode *node = member_of (object, member);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node)
             ? json_node_get_object (node)
             : NULL;
}

JsonArray *
sp_ctl_view_array (JsonObject *object, const char *member)
{
  JsonNode *node = member_of (object, member);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node)
             ? json_node_get_array (node)
             : NULL;
}

/* Of a member of that type. */
static JsonNode *
value_of (JsonObject *object, const char *member, GType type)
{
  JsonNode *node = member_of (object, member);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
                 && json_node_get_value_type (node) == type
             ? node
             : NULL;
}

const char *
sp_ctl_view_word (JsonObject *object, const char *member)
{
  JsonNode *node = value_of (object, member, G_TYPE_STRING);

  return node != NULL ? json_node_get_string (node) : NULL;
}

static gboolean
take_number (JsonObject *object, const char *member, guint64 *number)
{
  JsonNode *node = value_of (object, member, G_TYPE_INT64);

  if (node != NULL && json_node_get_int (node) >= 0)
    {
      *number = (guint64)json_node_get_int (node);
      return TRUE;
    }
  node = value_of (object, member, G_TYPE_DOUBLE);
  if (node == NULL || !(json_node_get_double (node) >= 0)
      || json_node_get_double (node) > (double)G_MAXINT64)
    return FALSE;
  *number = (guint64)json_node_get_double (node);
  return TRUE;
}

guint64
sp_ctl_view_number (JsonObject *object, const char *member)
{
  guint64 number = 0;

  return take_number (object, member, &number) ? number : 0;
}

gboolean
sp_ctl_view_is_true (JsonObject *object, const char *member)
{
  JsonNode *node = value_of (object, member, G_TYPE_BOOLEAN);

  return node != NULL && json_node_get_boolean (node);
}

static char *
show_number (guint64 number, SpCtlUnit unit)
{
  switch (unit)
    {
    case SP_CTL_TEXT:
    case SP_CTL_STATE:
    case SP_CTL_TIME:
    case SP_CTL_YES_NO:
    case SP_CTL_COUNT:
      break;
    case SP_CTL_RATE:
      return sp_ctl_format_rate (number);
    case SP_CTL_BYTES:
      return sp_ctl_format_bytes (number);
    case SP_CTL_KIBIBYTES:
      return sp_ctl_format_bytes (number < G_MAXUINT64 / 1024 ? number * 1024
                                                              : G_MAXUINT64);
    case SP_CTL_SECONDS:
      return sp_ctl_format_seconds (number);
    case SP_CTL_MILLISECONDS:
      return sp_ctl_format_milliseconds (number);
    case SP_CTL_MICROSECONDS:
      return sp_ctl_format_microseconds (number);
    }
  return g_strdup_printf ("%" G_GUINT64_FORMAT, number);
}

/* What is text to the server, as it is to be read here. */
static char *
show_word (const char *word, SpCtlUnit unit)
{
  g_autofree char *time = NULL;

  if (unit != SP_CTL_TIME)
    return sp_ctl_text_escape (word, -1);
  time = sp_ctl_format_time (word);
  return sp_ctl_text_escape (time, -1);
}

char *
sp_ctl_view_show (JsonObject *object, const char *member, SpCtlUnit unit)
{
  const char *word = sp_ctl_view_word (object, member);
  guint64 number;

  if (word != NULL && *word != '\0')
    return show_word (word, unit);
  if (take_number (object, member, &number))
    return show_number (number, unit);
  if (value_of (object, member, G_TYPE_BOOLEAN) != NULL)
    return g_strdup (sp_ctl_view_is_true (object, member) ? _ ("yes")
                                                          : _ ("no"));
  return g_strdup (NOTHING);
}

static SpCtlColor
color_of (const SpCtlField *field, const char *text)
{
  return field->unit == SP_CTL_STATE ? sp_ctl_format_color (text)
                                     : SP_CTL_PLAIN;
}

static SpCtlAlign
align_of (const SpCtlField *field)
{
  if (field->is_flexible)
    return SP_CTL_FLEXIBLE;
  return field->unit >= SP_CTL_COUNT ? SP_CTL_RIGHT : SP_CTL_LEFT;
}

void
sp_ctl_view_add_row (SpCtlTable *table,
                     const SpCtlField *fields,
                     JsonObject *object)
{
  for (; fields->title != NULL; fields++)
    {
      g_autofree char *text
          = sp_ctl_view_show (object, fields->member, fields->unit);

      sp_ctl_table_add_cell (table, text, color_of (fields, text));
    }
}

SpCtlTable *
sp_ctl_view_rows (const SpCtlField *fields, JsonArray *rows)
{
  SpCtlTable *table = sp_ctl_table_new ();
  guint n_rows = rows != NULL ? json_array_get_length (rows) : 0;

  for (const SpCtlField *field = fields; field->title != NULL; field++)
    sp_ctl_table_add_column (table, _ (field->title), align_of (field));
  for (guint i = 0; i < n_rows; i++)
    {
      JsonNode *node = json_array_get_element (rows, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        sp_ctl_view_add_row (table, fields, json_node_get_object (node));
    }
  return table;
}

static void
add_pair (SpCtlTable *pairs,
          const char *title,
          const char *text,
          SpCtlColor color)
{
  sp_ctl_table_add_cell (pairs, title, SP_CTL_PLAIN);
  sp_ctl_table_add_cell (pairs, text, color);
}

SpCtlTable *
sp_ctl_view_pairs (const SpCtlField *fields, JsonObject *object)
{
  SpCtlTable *table = sp_ctl_table_new ();

  sp_ctl_table_add_column (table, NULL, SP_CTL_LEFT);
  sp_ctl_table_add_column (table, NULL, SP_CTL_LEFT);
  for (; fields->title != NULL; fields++)
    {
      g_autofree char *text
          = sp_ctl_view_show (object, fields->member, fields->unit);

      if (!g_str_equal (text, NOTHING))
        add_pair (table, _ (fields->title), text, color_of (fields, text));
    }
  return table;
}
