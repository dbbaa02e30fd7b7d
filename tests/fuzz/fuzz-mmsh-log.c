/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-log.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* A field is text that may stand in a line, and all of them are bounded. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_auto (SpPlayerReport) report;
  gboolean is_good = sp_mmsh_log_parse (&report, (const char *)data, size);
  gsize total = 0;

  for (guint i = 0; i < SP_N_PLAYER_FIELDS; i++)
    {
      const char *value = sp_player_report_value (&report, i);
      gsize len = value != NULL ? strlen (value) : 0;

      if (value != NULL
          && (!is_good || len == 0 || len > 1024 || strpbrk (value, "\r\n\t")
              || !g_utf8_validate (value, -1, NULL)))
        g_abort ();
      total += len;
    }
  if (total > 8192 || report.quality_percent > 100 || report.at_us != 0
      || report.buffering_ms < SP_PLAYER_UNKNOWN)
    g_abort ();
  return 0;
}
