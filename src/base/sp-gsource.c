/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-gsource.h"

/** sp_gsource_clear: takes *@source out of its loop and drops it; NULL stays
 * NULL. */
void
sp_gsource_clear (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}
