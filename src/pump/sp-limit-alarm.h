/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** A limit that was reached, until it has been calm for a while; all zero at
 * first. */
typedef struct
{
  guint64 refused; /* seen so far */
  gint64 at_us;    /* the last refusal */
  gboolean is_on;
} SpLimitAlarm;

typedef enum
{
  SP_LIMIT_SAME,
  SP_LIMIT_REACHED,
  SP_LIMIT_OVER,
} SpLimitStep;

SpLimitStep sp_limit_alarm_look (SpLimitAlarm *alarm,
                                 guint64 refused,
                                 guint clients,
                                 guint most,
                                 gint64 now_us);
