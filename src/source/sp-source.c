/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-source.h"

#include "sp-source-proxy.h"

#include <string.h>

/** sp_source_free: ends it; nothing of it is called after this. */
void
sp_source_free (SpSource *source)
{
  source->class->free (source);
}

GProxyResolver *
sp_source_proxy_resolver (const SpConfig *config)
{
  const char *host = config->http_proxy_host;
  g_autofree char *proxy = NULL;

  if (!config->use_http_proxy || host == NULL)
    return NULL;
  proxy = g_strdup_printf (strchr (host, ':') != NULL && host[0] != '['
                               ? "http://[%s]:%u"
                               : "http://%s:%u",
                           host,
                           config->http_proxy_port);
  return sp_source_proxy_new (proxy, !config->use_proxy_for_local_addresses);
}
