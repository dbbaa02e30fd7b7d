/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-load-target.h"

#include <glib/gi18n.h>
#include <string.h>

#include "sp-error.h"

#define MAX_ADDRESSES 65536
/* Players that take no chunks say what these say; version11 asks for them. */
#define AGENT "NSPlayer/4.1.0.3856"
#define AGENT11 "NSPlayer/12.0.7601.17514"

static gboolean
look_up (SpLoadTarget *target, guint16 port, GError **error)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  GList *found
      = g_resolver_lookup_by_name (resolver, target->host, NULL, error);
  g_autoptr (GSocketAddress) address = NULL;

  if (found == NULL)
    return FALSE;
  address = g_inet_socket_address_new (found->data, port);
  target->is_loopback = g_inet_address_get_is_loopback (found->data);
  target->address_len = (socklen_t)g_socket_address_get_native_size (address);
  g_resolver_free_addresses (found);
  return g_socket_address_to_native (
      address, &target->address, sizeof target->address, error);
}

static void
fill (SpLoadTarget *target, GUri *uri, int port)
{
  const char *path = g_uri_get_path (uri);
  const char *query = g_uri_get_query (uri);
  gboolean is_ipv6 = strchr (target->host, ':') != NULL;

  target->authority
      = g_strdup_printf (is_ipv6 ? "[%s]:%d" : "%s:%d", target->host, port);
  target->path = g_strconcat (
      path[0] != '\0' ? path : "/", query != NULL ? "?" : NULL, query, NULL);
}

SpLoadTarget *
sp_load_target_new (const char *url, GError **error)
{
  g_autoptr (SpLoadTarget) target = g_new0 (SpLoadTarget, 1);
  g_autoptr (GUri) uri = g_uri_parse (
      url, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, error);
  int port;

  if (uri == NULL)
    return NULL;
  target->is_tls = g_strcmp0 (g_uri_get_scheme (uri), "https") == 0;
  if ((!target->is_tls && g_strcmp0 (g_uri_get_scheme (uri), "http") != 0)
      || g_uri_get_host (uri) == NULL || g_uri_get_host (uri)[0] == '\0')
    {
      sp_error_set (error,
                    SP_ERROR_CONFIG,
                    _ ("'%s' is no URL with http:// or https://"),
                    url);
      return NULL;
    }
  port = g_uri_get_port (uri);
  target->host = g_strdup (g_uri_get_host (uri));
  fill (target, uri, port > 0 ? port : target->is_tls ? 443 : 80);
  if (!look_up (target,
                (guint16)(port > 0         ? port
                          : target->is_tls ? 443
                                           : 80),
                error))
    return NULL;
  return g_steal_pointer (&target);
}

void
sp_load_target_free (SpLoadTarget *target)
{
  g_free (target->host);
  g_free (target->authority);
  g_free (target->path);
  g_free (target);
}

/** sp_load_target_request: @user_agent: (nullable): one that fits. */
char *
sp_load_target_request (const SpLoadTarget *target,
                        gboolean is_raw,
                        gboolean is_chunked,
                        const char *user_agent)
{
  if (is_raw)
    return g_strdup_printf (
        "GET %s HTTP/1.1\r\nHost: %s\r\n"
        "User-Agent: %s\r\nAccept: */*\r\n\r\n",
        target->path,
        target->authority,
        user_agent != NULL ? user_agent : "stream-pump-load/" PACKAGE_VERSION);
  return g_strdup_printf ("GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\n"
                          "Pragma: no-cache,rate=1.000,request-context=2%s\r\n"
                          "Pragma: xPlayStrm=1\r\n\r\n",
                          target->path,
                          target->authority,
                          user_agent != NULL ? user_agent
                          : is_chunked       ? AGENT11
                                             : AGENT,
                          is_chunked ? ",version11-enabled=1" : "");
}

/** sp_load_from_parse: of a prefix, as many as it has from the one named on, up
 * to 65,536. */
gboolean
sp_load_from_parse (SpLoadFrom *from, const char *text, GError **error)
{
  gsize name_len = strcspn (text, "/");
  g_autofree char *name = g_strndup (text, name_len);
  g_autoptr (GInetAddress) first = g_inet_address_new_from_string (name);
  guint64 bits;
  guint64 fixed_bits;

  bits = first != NULL ? g_inet_address_get_native_size (first) * 8 : 0;
  fixed_bits = bits;
  if (first == NULL
      || (text[name_len] == '/'
          && !g_ascii_string_to_unsigned (
              text + name_len + 1, 10, 0, bits, &fixed_bits, NULL)))
    return sp_error_set (error,
                         SP_ERROR_CONFIG,
                         _ ("'%s' is no address, nor ADDRESS/PREFIX"),
                         text);
  sp_load_from_clear (from);
  from->first = g_steal_pointer (&first);
  from->n_addresses = (guint)MIN (
      G_GUINT64_CONSTANT (1) << MIN (bits - fixed_bits, 16), MAX_ADDRESSES);
  return TRUE;
}

void
sp_load_from_clear (SpLoadFrom *from)
{
  g_clear_object (&from->first);
  from->n_addresses = 0;
}

/** sp_load_from_address: its length; port 0. */
socklen_t
sp_load_from_address (const SpLoadFrom *from,
                      guint index,
                      struct sockaddr_storage *address)
{
  gsize len = g_inet_address_get_native_size (from->first);
  guint8 bytes[16];
  guint carry = index % from->n_addresses;
  g_autoptr (GInetAddress) this = NULL;
  g_autoptr (GSocketAddress) with_port = NULL;

  memcpy (bytes, g_inet_address_to_bytes (from->first), len);
  for (gsize i = len; i-- > 0 && carry > 0;)
    {
      carry += bytes[i];
      bytes[i] = (guint8)carry;
      carry >>= 8;
    }
  this = g_inet_address_new_from_bytes (
      bytes, g_inet_address_get_family (from->first));
  with_port = g_inet_socket_address_new (this, 0);
  if (!g_socket_address_to_native (with_port, address, sizeof *address, NULL))
    return 0;
  return (socklen_t)g_socket_address_get_native_size (with_port);
}
