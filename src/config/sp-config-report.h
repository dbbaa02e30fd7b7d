/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-config.h"

/** When a key that was changed takes effect. */
typedef enum
{
  SP_CONFIG_NOW,
  SP_CONFIG_NEW_CLIENTS, /* for those who come from now on */
  SP_CONFIG_RESTART,     /* when the program is started again */
} SpConfigEffect;

typedef void (*SpConfigReportFunc) (const char *key,
                                    SpConfigEffect effect,
                                    gpointer user_data);

/* Every key whose value is another, or that is there in one of them only:
 * "admin.port", "streams[council].burst_ms"; a stream that came or went is one
 * key, "streams[council]". In the order of the keys. */
void sp_config_report (SpConfig *old_config,
                       SpConfig *new_config,
                       SpConfigReportFunc func,
                       gpointer user_data);
