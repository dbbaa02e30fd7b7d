/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-page.h"

#include <string.h>

#define FOLDER "/stream_pump/page/"
#define MAX_NAME 64

static gboolean
is_name (const char *name)
{
  if (*name == '\0' || *name == '.' || strlen (name) > MAX_NAME)
    return FALSE;
  for (const char *at = name; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && strchr ("-_.", *at) == NULL)
      return FALSE;
  return TRUE;
}

GBytes *
sp_admin_page_lookup (const char *name)
{
  g_autofree char *path = NULL;

  if (!is_name (name))
    return NULL;
  path = g_strconcat (FOLDER, name, NULL);
  return g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
}

/** sp_admin_page_type: with nosniff a browser takes no other type. */
const char *
sp_admin_page_type (const char *name)
{
  static const struct
  {
    const char *suffix;
    const char *type;
  } types[] = {
    { ".html", "text/html; charset=utf-8" },
    { ".css", "text/css; charset=utf-8" },
    { ".js", "text/javascript; charset=utf-8" },
    { ".json", "application/json" },
    { ".svg", "image/svg+xml" },
    { ".png", "image/png" },
    { ".ico", "image/vnd.microsoft.icon" },
    { ".woff2", "font/woff2" },
    { ".txt", "text/plain; charset=utf-8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_has_suffix (name, types[i].suffix))
      return types[i].type;
  return "application/octet-stream";
}
