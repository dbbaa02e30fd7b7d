/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <libsoup/soup.h>

/** The port, or the Unix socket, of the admin REST. SoupServer's own listening
 * takes any number of connections and keeps them for ever; here there are at
 * most so many, each for so long, and out of descriptors means a pause. Main
 * thread. */
typedef struct _SpAdminListener SpAdminListener;

typedef struct
{
  guint max_connections;
  guint deadline_ms; /* a connection's whole life */
} SpAdminLimits;

SpAdminListener *sp_admin_listener_new (SoupServer *server,
                                        const char *address,
                                        guint16 port,
                                        const SpAdminLimits *limits,
                                        GError **error);
SpAdminListener *sp_admin_listener_new_local (SoupServer *server,
                                              const char *path,
                                              const SpAdminLimits *limits,
                                              GError **error);
gboolean sp_admin_listener_has (SpAdminListener *listener,
                                GSocketAddress *remote);
GSocket *sp_admin_listener_keep (SpAdminListener *listener,
                                 GSocketAddress *remote);
guint16 sp_admin_listener_port (SpAdminListener *listener);
void sp_admin_listener_free (SpAdminListener *listener);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpAdminListener, sp_admin_listener_free)
