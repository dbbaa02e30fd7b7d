/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "compare-server.h"

#define COMPARE_READY_MS 20000

/* @server has a folder, kind and feed; these add the rest. FALSE and @error
 * leave it to be stopped. */
typedef gboolean (*CompareStart) (CompareServer *server, GError **error);

gboolean compare_start_pump (CompareServer *server, GError **error);
gboolean compare_start_pump_tls (CompareServer *server, GError **error);
gboolean compare_start_bare (CompareServer *server, GError **error);
gboolean compare_start_bare_tls (CompareServer *server, GError **error);
gboolean compare_start_cubemap (CompareServer *server, GError **error);
gboolean compare_start_icecast (CompareServer *server, GError **error);
gboolean compare_start_vlc (CompareServer *server, GError **error);

/* Adds a URL for the load client. */
void compare_server_add_url (CompareServer *server,
                             const char *scheme,
                             const char *path);
/* Writes @text to a file of the server's folder. */
gboolean compare_server_write (CompareServer *server,
                               const char *name,
                               const char *text,
                               GError **error);
/* bench-bare: as @is_origin its packets go out one by one, without frames, for
 * another server. (nullable): NULL and @error. */
CompareProcess *compare_start_bare_process (CompareServer *server,
                                            gboolean is_origin,
                                            guint16 *port,
                                            GError **error);
