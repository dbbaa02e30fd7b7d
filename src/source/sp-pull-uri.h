/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-config.h"

/** Where a pull goes. Pure. */

/* (transfer full) (nullable) */
GUri *sp_pull_uri (const SpSourceConfig *config, GError **error);
/* (transfer full) (nullable): where @location, in an answer from @base, leads:
 * http or https, without user and password. */
GUri *sp_pull_uri_redirect (GUri *base, const char *location, GError **error);
/* Same scheme, host and port: what is secret may be told there. */
gboolean sp_pull_uri_is_same_place (GUri *a, GUri *b);
