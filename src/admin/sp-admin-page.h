/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

/** The status page: the files that are registered as resources under
 * /stream_pump/page/. */

#define SP_ADMIN_PAGE_INDEX "index.html"
#define SP_ADMIN_PAGE_POLICY                                                   \
  "default-src 'self'; base-uri 'none'; form-action 'none'; "                  \
  "frame-ancestors 'none'"

/* (transfer full) (nullable): NULL: there is no such file. @name: from a URL,
 * anything. */
GBytes *sp_admin_page_lookup (const char *name);
/* The media type of a file called @name. */
const char *sp_admin_page_type (const char *name);
