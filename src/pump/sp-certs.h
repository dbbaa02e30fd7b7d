/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

#include "sp-info.h"

/* (transfer full): what @certificate says of itself, as the one with @index;
 * NULL: @file could not be read. Expiring: within @warn_days. */
SpCertInfo *sp_cert_describe (guint index,
                              const char *file,
                              GTlsCertificate *certificate,
                              guint warn_days,
                              gint64 now_unix_s);
