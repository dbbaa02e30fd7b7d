/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mib-private.h"

#define SOURCE(member) G_STRUCT_OFFSET (SpSourceInfo, member)

static const SpSourceInfo *
source_of (const SpMibPlace *place)
{
  return place->row->data;
}

/* pull(1), push(2), file(3) */
static void
make_type (const SpMibPlace *place, SpMibValue *value)
{
  const char *type = source_of (place)->type;

  sp_mib_value_integer (value,
                        g_strcmp0 (type, "file") == 0                     ? 3
                        : type != NULL && g_str_has_suffix (type, "push") ? 2
                                                                          : 1);
}

static void
make_protocol (const SpMibPlace *place, SpMibValue *value)
{
  sp_mib_value_integer (
      value, g_strcmp0 (source_of (place)->type, "file") == 0 ? 1 : 2);
}

static void
make_admin_status (const SpMibPlace *place, SpMibValue *value)
{
  sp_mib_value_integer (value, source_of (place)->is_enabled ? 1 : 2);
}

/* Rounded up: zero means now. */
static void
make_retry (const SpMibPlace *place, SpMibValue *value)
{
  gint64 at_us = source_of (place)->retry_us;
  gint64 us = at_us == 0 ? 0 : at_us - place->moment->now_us;

  sp_mib_value_number (SP_MIB_UNSIGNED,
                       value,
                       (guint64)MAX (us + G_USEC_PER_SEC - 1, 0)
                           / G_USEC_PER_SEC);
}

/* clang-format off */
static const SpMibColumn columns[] = {
  { 2, "spSourceType", SP_MIB_INTEGER, .make = make_type },
  { 3, "spSourceUrl", SP_MIB_OCTETS, SP_MIB_AS_URL, SOURCE (url), 255 },
  { 4, "spSourceProtocol", SP_MIB_INTEGER, .make = make_protocol },
  { 5, "spSourceAdminStatus", SP_MIB_INTEGER, .make = make_admin_status, .is_writable = TRUE },
  { 6, "spSourceOperStatus", SP_MIB_INTEGER, SP_MIB_AS_ENUM, SOURCE (state) },
  { 7, "spSourceLastChange", SP_MIB_TICKS, SP_MIB_AS_STAMP, SOURCE (changed_us) },
  { 8, "spSourceConnectedSince", SP_MIB_OCTETS, SP_MIB_AS_DATE, SOURCE (connected_us) },
  { 9, "spSourceAddressType", SP_MIB_INTEGER, SP_MIB_AS_FAMILY, SOURCE (address) },
  { 10, "spSourceAddress", SP_MIB_OCTETS, SP_MIB_AS_ADDRESS, SOURCE (address) },
  { 11, "spSourcePort", SP_MIB_UNSIGNED, SP_MIB_AS_UINT16, SOURCE (port) },
  { 12, "spSourceTls", SP_MIB_INTEGER, SP_MIB_AS_TRUTH, SOURCE (is_tls) },
  { 13, "spSourceProduct", SP_MIB_OCTETS, SP_MIB_AS_TEXT, SOURCE (product), 127 },
  { 14, "spSourceConnects", SP_MIB_COUNTER32, SP_MIB_AS_UINT64, SOURCE (connects) },
  { 15, "spSourceFailures", SP_MIB_COUNTER32, SP_MIB_AS_UINT64, SOURCE (failures) },
  { 16, "spSourceOctets", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, SOURCE (bytes) },
  { 17, "spSourcePackets", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, SOURCE (packets) },
  { 18, "spSourceRetryIn", SP_MIB_UNSIGNED, .make = make_retry },
  { 19, "spSourceLastError", SP_MIB_OCTETS, SP_MIB_AS_TEXT, SOURCE (last_error), 255 },
  { 20, "spSourceHealth", SP_MIB_INTEGER, SP_MIB_AS_ENUM, SOURCE (health) },
  { 21, "spSourceHealthReason", SP_MIB_OCTETS, SP_MIB_AS_TEXT, SOURCE (health_reason), 255 },
};
/* clang-format on */

const SpMibTable sp_mib_source_table
    = { 4, { 1, 3, 1, 1 }, SP_MIB_ROWS_SOURCE,
        2, columns,        G_N_ELEMENTS (columns) };
