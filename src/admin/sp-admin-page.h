/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

/** The status page: files that are in the program, for anybody to read. What
 * they show is asked for by the browser, with the token. */

/* (transfer full) (nullable): what is served at @path; NULL: nothing is. */
GBytes *sp_admin_page_lookup (const char *path, const char **content_type);
