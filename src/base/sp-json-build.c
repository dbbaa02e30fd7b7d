/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-json-build.h"

JsonBuilder *
sp_json_build_new (void)
{
  JsonBuilder *builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  return builder;
}

JsonNode *
sp_json_build_end (JsonBuilder *builder)
{
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

/** sp_json_build_object: begins the object @name in @builder's. */
void
sp_json_build_object (JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
}

void
sp_json_build_integer (JsonBuilder *builder, const char *name, guint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64)MIN (value, G_MAXINT64));
}

void
sp_json_build_null (JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_null_value (builder);
}

void
sp_json_build_positive (JsonBuilder *builder, const char *name, guint64 value)
{
  if (value != 0)
    sp_json_build_integer (builder, name, value);
  else
    sp_json_build_null (builder, name);
}

void
sp_json_build_natural (JsonBuilder *builder, const char *name, gint64 value)
{
  if (value >= 0)
    sp_json_build_integer (builder, name, (guint64)value);
  else
    sp_json_build_null (builder, name);
}

void
sp_json_build_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

void
sp_json_build_string (JsonBuilder *builder, const char *name, const char *value)
{
  g_autofree char *valid = NULL;

  if (value == NULL)
    {
      sp_json_build_null (builder, name);
      return;
    }
  valid = g_utf8_make_valid (value, -1);
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, valid);
}

void
sp_json_build_text (JsonBuilder *builder, const char *name, const char *value)
{
  sp_json_build_string (builder, name, *value != '\0' ? value : NULL);
}

void
sp_json_build_time (JsonBuilder *builder, const char *name, gint64 unix_us)
{
  g_autoptr (GDateTime) time
      = unix_us != 0 ? g_date_time_new_from_unix_utc (unix_us / G_USEC_PER_SEC)
                     : NULL;
  g_autofree char *text
      = time != NULL ? g_date_time_format_iso8601 (time) : NULL;

  sp_json_build_string (builder, name, text);
}
