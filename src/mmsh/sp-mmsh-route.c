/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-route.h"

#include <string.h>

#define PREFIX "/streams/"
#define MAX_EXTERNAL_ID 128 /* bytes; longer is no id of ours */

static gboolean
is_external_id (const char *text)
{
  gsize len = strlen (text);

  if (len == 0 || len > MAX_EXTERNAL_ID)
    return FALSE;
  for (const char *at = text; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      return FALSE;
  return TRUE;
}

static SpStream *
without_suffix (SpRegistry *registry, const char *path, const char *suffix)
{
  gsize len = strlen (path);
  gsize suffix_len = strlen (suffix);
  g_autofree char *stem = NULL;

  if (len <= suffix_len
      || g_ascii_strcasecmp (path + len - suffix_len, suffix) != 0)
    return NULL;
  stem = g_strndup (path, len - suffix_len);
  return sp_registry_lookup (registry, stem);
}

static gboolean
take (SpRoute *route, SpRouteKind kind, SpStream *stream)
{
  if (stream == NULL)
    return FALSE;
  route->kind = kind;
  route->stream = stream;
  return TRUE;
}

/* PATH/ID: the last segment is the front end's id of its user. */
static void
find_with_id (SpRoute *route, SpRegistry *registry, const char *path)
{
  const char *slash = strrchr (path, '/');
  g_autofree char *stem = NULL;

  if (slash == NULL || !is_external_id (slash + 1))
    return;
  stem = g_strndup (path, (gsize)(slash - path));
  if (take (route, SP_ROUTE_STREAM, sp_registry_lookup (registry, stem)))
    route->external_id = g_strdup (slash + 1);
}

/** sp_route_find: looks @request's path up, without regard to case and to one
 * slash at its end. Fills @route; clear it. */
void
sp_route_find (SpRoute *route,
               SpRegistry *registry,
               const SpHttpRequest *request)
{
  g_autofree char *path = NULL;
  g_autofree char *id = NULL;
  gsize len;

  *route = (SpRoute){ .kind = SP_ROUTE_NONE };
  if (g_ascii_strncasecmp (request->path, PREFIX, strlen (PREFIX)) != 0)
    return;
  path = g_strdup (request->path + strlen (PREFIX));
  len = strlen (path);
  if (len > 1 && path[len - 1] == '/')
    path[len - 1] = '\0';
  if (!take (route, SP_ROUTE_STREAM, sp_registry_lookup (registry, path))
      && !take (route, SP_ROUTE_PUSH, without_suffix (registry, path, "_push"))
      && !take (route, SP_ROUTE_ASX, without_suffix (registry, path, ".asx")))
    find_with_id (route, registry, path);
  id = sp_http_request_query (request, "id");
  if (route->external_id == NULL && id != NULL && is_external_id (id))
    route->external_id = g_steal_pointer (&id);
}

void
sp_route_clear (SpRoute *route)
{
  g_clear_pointer (&route->stream, sp_stream_unref);
  g_clear_pointer (&route->external_id, g_free);
  route->kind = SP_ROUTE_NONE;
}
