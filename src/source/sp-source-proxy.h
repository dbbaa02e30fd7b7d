/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

/* Sends everything to @proxy ("http://host:port"); with @is_local_direct all
 * but this host, private networks and names without a dot. (transfer full) */
GProxyResolver *sp_source_proxy_new (const char *proxy,
                                     gboolean is_local_direct);
