/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** What stands in the places of a pattern's names. */
typedef struct
{
  char *name;  /* of the first {}; NULL: the pattern has none */
  char *index; /* of the second */
} SpAdminMatch;

/* Whether @path fits @pattern: "/admin/status", "/admin/clients/{id}",
 * "/admin/streams/{path}/state", "/admin/streams/{path}/sources/{index}". The
 * first name may hold slashes, the second is a whole number. @match: cleared by
 * the caller, also when nothing fits. */
gboolean
sp_admin_match (const char *pattern, const char *path, SpAdminMatch *match);
void sp_admin_match_clear (SpAdminMatch *match);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SpAdminMatch, sp_admin_match_clear)
