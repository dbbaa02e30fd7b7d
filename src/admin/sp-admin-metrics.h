/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-picture.h"

#define SP_ADMIN_METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* (transfer full): @picture in the text format of Prometheus. Never a line a
 * client: their number has no bound. */
char *sp_admin_metrics_text (const SpPicture *picture, gsize *len);
