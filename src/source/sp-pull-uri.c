/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-pull-uri.h"

#include "sp-error.h"

#include <libsoup/soup.h>
#include <string.h>

/** sp_pull_uri: the path may hold a query, and blanks that are not escaped. */
GUri *
sp_pull_uri (const SpSourceConfig *config, GError **error)
{
  gboolean is_bare_v6
      = strchr (config->host, ':') != NULL && config->host[0] != '[';
  g_autofree char *path
      = g_uri_escape_string (config->path, "/?:@!$&'()*+,;=%", FALSE);
  g_autofree char *text
      = g_strdup_printf (is_bare_v6 ? "%s://[%s]:%u%s" : "%s://%s:%u%s",
                         config->tls ? "https" : "http",
                         config->host,
                         config->port,
                         path);

  return g_uri_parse (text, SOUP_HTTP_URI_FLAGS, error);
}

/* mms:// is no protocol of its own here: without a port it is HTTP's. */
static const char *
http_scheme (const char *scheme)
{
  if (g_str_equal (scheme, "http") || g_str_equal (scheme, "mms")
      || g_str_equal (scheme, "mmsh"))
    return "http";
  return g_str_equal (scheme, "https") ? "https" : NULL;
}

GUri *
sp_pull_uri_redirect (GUri *base, const char *location, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse_relative (
      base, location, SOUP_HTTP_URI_FLAGS | G_URI_FLAGS_PARSE_RELAXED, NULL);
  const char *scheme = NULL;
  const char *path;

  if (uri != NULL && g_uri_get_host (uri) != NULL
      && *g_uri_get_host (uri) != '\0')
    scheme = http_scheme (g_uri_get_scheme (uri));
  if (scheme == NULL)
    {
      sp_error_set (error,
                    SP_ERROR_PROTOCOL,
                    "the source redirects to what is no HTTP address");
      return NULL;
    }
  path = g_uri_get_path (uri);
  return g_uri_build (SOUP_HTTP_URI_FLAGS,
                      scheme,
                      NULL,
                      g_uri_get_host (uri),
                      g_uri_get_port (uri),
                      *path != '\0' ? path : "/",
                      g_uri_get_query (uri),
                      NULL);
}

static gint
port_of (GUri *uri)
{
  gint port = g_uri_get_port (uri);

  if (port > 0)
    return port;
  return g_str_equal (g_uri_get_scheme (uri), "https") ? 443 : 80;
}

gboolean
sp_pull_uri_is_same_place (GUri *a, GUri *b)
{
  return g_str_equal (g_uri_get_scheme (a), g_uri_get_scheme (b))
         && g_ascii_strcasecmp (g_uri_get_host (a), g_uri_get_host (b)) == 0
         && port_of (a) == port_of (b);
}
