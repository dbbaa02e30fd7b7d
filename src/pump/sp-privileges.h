/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/* Gives up root for @user and @group (each nullable: @user's group then), its
 * supplementary groups set. Does nothing, and warns nobody, when not root and
 * already that user. Before any thread. */
gboolean
sp_privileges_drop (const char *user, const char *group, GError **error);
/* Raises the soft descriptor limit to the hard one; what it is now. */
guint sp_privileges_raise_descriptors (void);
