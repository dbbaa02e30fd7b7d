/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** Who may ask: pure decisions over header values. */

#define SP_ADMIN_DIGEST_BYTES 32

/** A token as it is kept: its digest. */
typedef struct
{
  gboolean is_set;
  guint8 digest[SP_ADMIN_DIGEST_BYTES];
} SpAdminToken;

void sp_admin_token_set (SpAdminToken *token, const char *text);
gboolean sp_admin_token_accepts (const SpAdminToken *token,
                                 const char *authorization);
gboolean sp_admin_guard_is_local (const char *host);
gboolean sp_admin_guard_is_same_origin (const char *origin, const char *host);
