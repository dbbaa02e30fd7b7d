/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-pull-backoff.h"

#include <gio/gio.h>

/** Why a source cannot be pulled, in words that name no host: clients of the
 * stream may read them. Pure. */

/* (transfer full): of an answer that is not 2xx and leads nowhere. */
GError *sp_pull_error_from_status (guint status);
/* (transfer full): of a connection. @flags: what is wrong with the peer's
 * certificate. */
GError *sp_pull_error_from_io (const GError *error, GTlsCertificateFlags flags);
/* Is it worth asking again soon? */
SpPullFault sp_pull_error_fault (const GError *error);
