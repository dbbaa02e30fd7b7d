/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

/* (transfer full) (nullable): a Unix socket that listens at @path, for owner
 * and group alone. One that is left over there, where nobody listens any more,
 * is taken away; anything else there is an error. */
GSocket *sp_admin_socket_open (const char *path, GError **error);
/* Takes @path away, if it is still that of @socket. */
void sp_admin_socket_remove (GSocket *socket, const char *path);
