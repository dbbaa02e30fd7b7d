/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-limit-alarm.h"

#define CALM_US (60 * G_USEC_PER_SEC) /* without a refusal */
#define CALM_PERCENT 95

/** sp_limit_alarm_look: @refused: so many in all; @most: clients that the limit
 * allows, 0: it is not one of clients. */
SpLimitStep
sp_limit_alarm_look (SpLimitAlarm *alarm,
                     guint64 refused,
                     guint clients,
                     guint most,
                     gint64 now_us)
{
  gboolean is_refusing = refused > alarm->refused;
  gboolean is_low
      = most == 0 || (guint64)clients * 100 < (guint64)most * CALM_PERCENT;

  alarm->refused = refused;
  if (is_refusing)
    {
      alarm->at_us = now_us;
      if (alarm->is_on)
        return SP_LIMIT_SAME;
      alarm->is_on = TRUE;
      return SP_LIMIT_REACHED;
    }
  if (!alarm->is_on || !is_low || now_us - alarm->at_us < CALM_US)
    return SP_LIMIT_SAME;
  alarm->is_on = FALSE;
  return SP_LIMIT_OVER;
}
