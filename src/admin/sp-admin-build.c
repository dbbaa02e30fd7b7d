/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-build.h"

void
sp_admin_build_moment (JsonBuilder *builder,
                       const char *name,
                       gint64 then_us,
                       const SpAdminNow *now)
{
  sp_json_build_time (
      builder, name, then_us != 0 ? now->unix_us + then_us - now->us : 0);
}

void
sp_admin_build_since (JsonBuilder *builder,
                      const char *name,
                      gint64 then_us,
                      gint64 unit_us,
                      const SpAdminNow *now)
{
  sp_json_build_natural (
      builder, name, then_us != 0 ? MAX (now->us - then_us, 0) / unit_us : -1);
}

void
sp_admin_build_counters (JsonBuilder *builder,
                         const char *name,
                         const SpCounterInfo *infos,
                         const guint64 *values)
{
  sp_json_build_object (builder, name);
  for (guint i = 0; infos[i].name != NULL; i++)
    sp_json_build_integer (builder, infos[i].name, values[i]);
  json_builder_end_object (builder);
}

void
sp_admin_build_elements (JsonBuilder *builder,
                         const char *name,
                         GPtrArray *infos,
                         guint first,
                         guint n_infos,
                         SpAdminElementFunc make,
                         const SpAdminNow *now)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; i < n_infos; i++)
    json_builder_add_value (builder, make (infos->pdata[first + i], now));
  json_builder_end_array (builder);
}

void
sp_admin_build_strings (JsonBuilder *builder,
                        const char *name,
                        GPtrArray *texts)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; i < texts->len; i++)
    {
      g_autofree char *valid = g_utf8_make_valid (texts->pdata[i], -1);

      json_builder_add_string_value (builder, valid);
    }
  json_builder_end_array (builder);
}
