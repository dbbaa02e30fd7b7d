/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-control.h"

const char *
sp_effect_name (SpEffect effect)
{
  static const char *const names[]
      = { "now", "new clients only", "restart needed" };

  g_return_val_if_fail ((guint)effect < G_N_ELEMENTS (names), "unknown");
  return names[effect];
}

static void
change_free (gpointer data)
{
  SpReloadChange *change = data;

  g_free (change->key);
  g_free (change);
}

SpReloadReport *
sp_reload_report_new (void)
{
  SpReloadReport *report = g_new0 (SpReloadReport, 1);

  report->changes = g_ptr_array_new_with_free_func (change_free);
  report->problems = g_ptr_array_new_with_free_func (g_free);
  return report;
}

void
sp_reload_report_add (SpReloadReport *report, const char *key, SpEffect effect)
{
  SpReloadChange *change = g_new0 (SpReloadChange, 1);

  change->key = g_strdup (key);
  change->effect = effect;
  g_ptr_array_add (report->changes, change);
}

void
sp_reload_report_free (SpReloadReport *report)
{
  g_ptr_array_unref (report->changes);
  g_ptr_array_unref (report->problems);
  g_free (report);
}

/** sp_client_filter_matches: TRUE when every member of @filter that is set fits
 * the client; an empty filter fits everybody. @external_id: NULL: it has none.
 */
gboolean
sp_client_filter_matches (const SpClientFilter *filter,
                          guint64 client,
                          const char *stream,
                          GInetAddress *address,
                          const char *external_id)
{
  if (filter->client != 0 && filter->client != client)
    return FALSE;
  if (filter->stream != NULL
      && g_ascii_strcasecmp (filter->stream, stream) != 0)
    return FALSE;
  if (filter->external_id != NULL
      && g_strcmp0 (filter->external_id, external_id) != 0)
    return FALSE;
  return filter->address == NULL
         || g_inet_address_mask_matches (filter->address, address);
}
