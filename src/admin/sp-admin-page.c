/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-page.h"

#include "sp-page-resources.h"

#include <string.h>

#define FOLDER "/stream_pump/page"

/* (nullable): by the end of @path. */
static const char *
find_content_type (const char *path)
{
  static const struct
  {
    const char *end;
    const char *content_type;
  } types[] = {
    { ".html", "text/html; charset=utf-8" },
    { ".css", "text/css; charset=utf-8" },
    { ".js", "text/javascript; charset=utf-8" },
    { ".svg", "image/svg+xml" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_has_suffix (path, types[i].end))
      return types[i].content_type;
  return NULL;
}

/** sp_admin_page_lookup: @path: of a request, decoded: "/", or "/page.css" and
 * the like, directly below. @content_type: set with the result. */
GBytes *
sp_admin_page_lookup (const char *path, const char **content_type)
{
  const char *name = g_str_equal (path, "/") ? "/index.html" : path;
  g_autofree char *file = NULL;

  *content_type = find_content_type (name);
  if (*content_type == NULL || strchr (name + 1, '/') != NULL)
    return NULL;
  file = g_strconcat (FOLDER, name, NULL);
  return g_resource_lookup_data (
      sp_page_get_resource (), file, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
}
