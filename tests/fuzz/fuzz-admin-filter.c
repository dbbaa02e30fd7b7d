/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-filter.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* A body that is taken means somebody in particular: nobody is kicked by a
 * filter that fits everybody. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_auto (SpAdminFilter) filter = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean is_good
      = sp_admin_filter_parse_kick (&filter, (const char *)data, size, &error);
  guint n_set = (filter.filter.client != 0) + (filter.filter.stream != NULL)
                + (filter.filter.address != NULL)
                + (filter.filter.external_id != NULL);

  if (n_set != (is_good ? 1 : 0) || is_good != (error == NULL)
      || filter.ban_s > SP_ADMIN_BAN_MAX_S)
    g_abort ();
  return 0;
}
