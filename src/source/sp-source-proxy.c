/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-source-proxy.h"

#include <string.h>

/* Addresses that are never beyond a proxy: loopback, private use (RFC 1918,
 * RFC 4193), link-local (RFC 3927, RFC 4291). */
static const char *const local_hosts[] = {
  "localhost",
  "127.0.0.0/8",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16",
  "::1",
  "fe80::/10",
  "fc00::/7",
  NULL,
};

/** GIO's simple resolver knows networks but no names without a dot: those are
 * looked at here, the rest there. Immutable; made by the configuration, held by
 * whoever asks it. */
#define SP_TYPE_SOURCE_PROXY (sp_source_proxy_get_type ())
G_DECLARE_FINAL_TYPE (SpSourceProxy, sp_source_proxy, SP, SOURCE_PROXY, GObject)

struct _SpSourceProxy
{
  GObject parent;
  GProxyResolver *rest;
  gboolean is_local_direct;
};

static void sp_source_proxy_interface_init (GProxyResolverInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (
    SpSourceProxy,
    sp_source_proxy,
    G_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE (G_TYPE_PROXY_RESOLVER,
                           sp_source_proxy_interface_init))

/* "encoder", but not "::1". */
static gboolean
is_bare_name (const char *uri)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_NONE, NULL);
  const char *host = parsed != NULL ? g_uri_get_host (parsed) : NULL;

  return host != NULL && *host != '\0' && strpbrk (host, ".:") == NULL;
}

static char **
lookup (GProxyResolver *resolver,
        const char *uri,
        GCancellable *cancellable,
        GError **error)
{
  static const char *const direct[] = { "direct://", NULL };
  SpSourceProxy *self = SP_SOURCE_PROXY (resolver);

  if (self->is_local_direct && is_bare_name (uri))
    return g_strdupv ((char **)direct);
  return g_proxy_resolver_lookup (self->rest, uri, cancellable, error);
}

/* Needs no network, so that it may be answered at once. */
static void
lookup_async (GProxyResolver *resolver,
              const char *uri,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  g_autoptr (GTask) task
      = g_task_new (resolver, cancellable, callback, user_data);
  GError *error = NULL;
  char **proxies = lookup (resolver, uri, cancellable, &error);

  if (proxies == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, proxies, (GDestroyNotify)g_strfreev);
}

static char **
lookup_finish (GProxyResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
is_supported (GProxyResolver *resolver)
{
  return TRUE;
}

static void
sp_source_proxy_interface_init (GProxyResolverInterface *interface)
{
  interface->is_supported = is_supported;
  interface->lookup = lookup;
  interface->lookup_async = lookup_async;
  interface->lookup_finish = lookup_finish;
}

static void
sp_source_proxy_finalize (GObject *object)
{
  g_clear_object (&SP_SOURCE_PROXY (object)->rest);
  G_OBJECT_CLASS (sp_source_proxy_parent_class)->finalize (object);
}

static void
sp_source_proxy_class_init (SpSourceProxyClass *class)
{
  G_OBJECT_CLASS (class)->finalize = sp_source_proxy_finalize;
}

static void
sp_source_proxy_init (SpSourceProxy *self)
{
}

GProxyResolver *
sp_source_proxy_new (const char *proxy, gboolean is_local_direct)
{
  SpSourceProxy *self = g_object_new (SP_TYPE_SOURCE_PROXY, NULL);

  self->is_local_direct = is_local_direct;
  self->rest = g_simple_proxy_resolver_new (
      proxy, is_local_direct ? (char **)local_hosts : NULL);
  return G_PROXY_RESOLVER (self);
}
