/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-source-record.h"

#include <string.h>

#define MAX_PRODUCT 256 /* bytes that are kept of what a peer calls itself */

/** sp_source_record_disconnect: nothing more of the peer is known. */
void
sp_source_record_disconnect (SpSourceRecord *record)
{
  sp_health_meter_stop (&record->meter);
  g_clear_pointer (&record->address, g_free);
  g_clear_pointer (&record->product, g_free);
  record->port = 0;
  record->is_tls = FALSE;
  record->connected_us = 0;
}

void
sp_source_record_clear (SpSourceRecord *record)
{
  sp_source_record_disconnect (record);
  g_clear_pointer (&record->type, g_free);
  g_clear_pointer (&record->url, g_free);
  g_clear_pointer (&record->last_error, g_free);
}

/** sp_source_record_describe: an order to switch it off stays as long as it is
 * the same source. */
void
sp_source_record_describe (SpSourceRecord *record,
                           const char *type,
                           const char *url)
{
  if (g_strcmp0 (record->type, type) == 0 && g_strcmp0 (record->url, url) == 0)
    return;
  sp_source_record_clear (record);
  *record = (SpSourceRecord){ .type = g_strdup (type), .url = g_strdup (url) };
  record->meter.may_repeat = g_strcmp0 (type, "file") == 0;
}

void
sp_source_record_connect (SpSourceRecord *record,
                          const SpSourcePeer *peer,
                          gint64 now_us)
{
  if (record->connected_us == 0)
    {
      sp_source_record_disconnect (record);
      record->connected_us = MAX (now_us, 1);
      record->connects++;
      record->retry_us = 0;
      sp_health_meter_start (&record->meter, now_us);
    }
  if (peer == NULL)
    return;
  g_free (record->address);
  record->address = g_strdup (peer->address);
  record->port = peer->port;
  record->is_tls = peer->is_tls;
  g_free (record->product);
  record->product
      = peer->product != NULL ? g_utf8_make_valid (
            peer->product, (gssize)strnlen (peer->product, MAX_PRODUCT))
                              : NULL;
}

void
sp_source_record_fail (SpSourceRecord *record, const char *why)
{
  sp_source_record_disconnect (record);
  record->failures++;
  g_free (record->last_error);
  record->last_error = g_strdup (why);
}

SpSourceInfo *
sp_source_record_info (SpSourceRecord *record, gint64 now_us)
{
  SpSourceInfo *info = g_new0 (SpSourceInfo, 1);

  info->type = g_strdup (record->type);
  info->url = g_strdup (record->url);
  info->is_enabled = !record->is_disabled;
  info->changed_us = record->changed_us;
  info->connected_us = record->connected_us;
  info->address = g_strdup (record->address);
  info->port = record->port;
  info->is_tls = record->is_tls;
  info->product = g_strdup (record->product);
  info->connects = record->connects;
  info->failures = record->failures;
  info->bytes = record->bytes;
  info->packets = record->packets;
  info->retry_us = record->retry_us;
  info->last_error = g_strdup (record->last_error);
  info->health = SP_HEALTH_ABSENT;
  if (record->connected_us == 0)
    return info;
  info->health = sp_health_meter_look (&record->meter, now_us);
  if (info->health != SP_HEALTH_OK)
    info->health_reason = g_strdup (record->meter.reason);
  return info;
}
