/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mib-private.h"

#define US_PER_CS 10000
#define MEMBER(member) G_STRUCT_OFFSET (SpPicture, member)
#define PUMP(member) MEMBER (pump.member)
#define TOTAL(counter) PUMP (totals.value[SP_STREAM_##counter])
#define COUNTER(counter) MEMBER (counters[SP_PUMP_##counter])

/** The scalars: their one row is the picture. */

static const SpPumpInfo *
pump_of (const SpMibPlace *place)
{
  return &place->mib->picture->pump;
}

static void
make_version (const SpMibPlace *place, SpMibValue *value)
{
  sp_mib_value_text (value, PACKAGE_VERSION, 64);
}

static void
make_up_time (const SpMibPlace *place, SpMibValue *value)
{
  gint64 us = place->moment->now_us - pump_of (place)->started_us;

  sp_mib_value_number (SP_MIB_TICKS, value, (guint64)MAX (us, 0) / US_PER_CS);
}

static void
make_admin_status (const SpMibPlace *place, SpMibValue *value)
{
  sp_mib_value_integer (value,
                        pump_of (place)->drain == SP_DRAIN_SERVING ? 1 : 2);
}

static void
make_streams (const SpMibPlace *place, SpMibValue *value)
{
  sp_mib_value_number (SP_MIB_UNSIGNED, value, place->mib->n_streams);
}

static void
make_streams_up (const SpMibPlace *place, SpMibValue *value)
{
  sp_mib_value_number (SP_MIB_UNSIGNED, value, place->mib->n_streams_up);
}

static void
make_streams_alarm (const SpMibPlace *place, SpMibValue *value)
{
  sp_mib_value_number (SP_MIB_UNSIGNED, value, place->mib->n_streams_alarm);
}

static void
make_rejected (const SpMibPlace *place, SpMibValue *value)
{
  const guint64 *counters = place->mib->picture->counters;

  sp_mib_value_number (SP_MIB_COUNTER64,
                       value,
                       counters[SP_PUMP_requests_limited]
                           + counters[SP_PUMP_requests_draining]);
}

static void
make_age (const SpMibPlace *place, SpMibValue *value)
{
  gint64 us = place->moment->now_us - place->mib->picture->at_us;

  sp_mib_value_number (SP_MIB_UNSIGNED, value, (guint64)MAX (us, 0) / 1000);
}

static void
make_remaining (const SpMibPlace *place, SpMibValue *value)
{
  const SpPumpInfo *pump = pump_of (place);

  sp_mib_value_number (SP_MIB_UNSIGNED,
                       value,
                       pump->drain == SP_DRAIN_SERVING ? 0 : pump->clients);
}

static void
make_deadline (const SpMibPlace *place, SpMibValue *value)
{
  const SpPumpInfo *pump = pump_of (place);
  gint64 us = pump->drain == SP_DRAIN_SERVING
                  ? 0
                  : pump->drain_deadline_us - place->moment->now_us;

  sp_mib_value_number (
      SP_MIB_UNSIGNED, value, (guint64)MAX (us, 0) / G_USEC_PER_SEC);
}

/* "lateness, memory"; "": none */
static void
make_overload (const SpMibPlace *place, SpMibValue *value)
{
  const SpPumpInfo *pump = pump_of (place);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < SP_N_OVERLOADS; i++)
    if (pump->overload & (1u << i))
      g_string_append_printf (
          text, "%s%s", text->len > 0 ? ", " : "", sp_overload_name (i));
  sp_mib_value_text (value, text->str, 64);
}

/* clang-format off */
static const SpMibColumn pump_columns[] = {
  { 1, "spPumpName", SP_MIB_OCTETS, SP_MIB_AS_CHARS, PUMP (name), 64 },
  { 2, "spPumpVersion", SP_MIB_OCTETS, .make = make_version },
  { 3, "spPumpUpTime", SP_MIB_TICKS, .make = make_up_time },
  { 4, "spPumpStartTime", SP_MIB_OCTETS, SP_MIB_AS_DATE_UNIX, PUMP (started_unix_us) },
  { 5, "spPumpOperStatus", SP_MIB_INTEGER, SP_MIB_AS_INT, PUMP (state) },
  { 6, "spPumpLastChange", SP_MIB_TICKS, SP_MIB_AS_STAMP, PUMP (changed_us) },
  { 7, "spPumpAdminStatus", SP_MIB_INTEGER, .make = make_admin_status, .is_writable = TRUE },
  { 8, "spPumpConfigLastReload", SP_MIB_OCTETS, SP_MIB_AS_DATE_UNIX, PUMP (config_applied_unix_us) },
  { 9, "spPumpConfigLastAttempt", SP_MIB_OCTETS, SP_MIB_AS_DATE_UNIX, PUMP (config_tried_unix_us) },
  { 10, "spPumpConfigResult", SP_MIB_INTEGER, SP_MIB_AS_INT, PUMP (config_result) },
  { 11, "spPumpConfigRevision", SP_MIB_OCTETS, SP_MIB_AS_CHARS, PUMP (config_revision), 64 },
  { 12, "spPumpStreams", SP_MIB_UNSIGNED, .make = make_streams },
  { 13, "spPumpStreamsUp", SP_MIB_UNSIGNED, .make = make_streams_up },
  { 14, "spPumpStreamsAlarm", SP_MIB_UNSIGNED, .make = make_streams_alarm },
  { 15, "spPumpClients", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, PUMP (clients) },
  { 16, "spPumpClientsPeak", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, PUMP (clients_peak) },
  { 17, "spPumpClientLimit", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, PUMP (client_limit) },
  { 18, "spPumpClientsAccepted", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, TOTAL (clients_connected) },
  { 19, "spPumpClientsRejected", SP_MIB_COUNTER64, .make = make_rejected },
  { 20, "spPumpClientsDenied", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, COUNTER (requests_denied) },
  { 21, "spPumpClientsDropped", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, TOTAL (clients_cut) },
  { 22, "spPumpOctetsIn", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, PUMP (bytes_received) },
  { 23, "spPumpOctetsOut", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, PUMP (bytes_sent) },
  { 24, "spPumpBitRateIn", SP_MIB_UNSIGNED, SP_MIB_AS_KBPS, PUMP (bitrate_in_bps) },
  { 25, "spPumpBitRateOut", SP_MIB_UNSIGNED, SP_MIB_AS_KBPS, PUMP (bitrate_out_bps) },
  { 26, "spPumpBitRateLimit", SP_MIB_UNSIGNED, SP_MIB_AS_UINT64, PUMP (bandwidth_limit_kbps) },
  { 27, "spPumpDiscontinuityTime", SP_MIB_TICKS, SP_MIB_AS_STAMP, PUMP (started_us) },
  { 28, "spPumpStatsAge", SP_MIB_UNSIGNED, .make = make_age },
  { 29, "spPumpLoopDelay", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, PUMP (loop_delay_ms) },
  { 30, "spPumpDescriptorsUsed", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, PUMP (descriptors) },
  { 31, "spPumpDescriptorLimit", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, PUMP (descriptor_limit) },
  { 32, "spPumpMemory", SP_MIB_UNSIGNED, SP_MIB_AS_UINT64, PUMP (memory_kib) },
  { 33, "spPumpDrainState", SP_MIB_INTEGER, SP_MIB_AS_ENUM, PUMP (drain) },
  { 34, "spPumpViewersRemaining", SP_MIB_UNSIGNED, .make = make_remaining },
  { 35, "spPumpDrainDeadline", SP_MIB_UNSIGNED, .make = make_deadline },
  { 36, "spPumpAccessLinesLost", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, COUNTER (access_lines_lost) },
  { 37, "spPumpSendLateness", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, PUMP (send_lateness_ms) },
  { 38, "spPumpSendLatenessLimit", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, PUMP (lateness_limit_ms) },
  { 39, "spPumpMemoryLimit", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, PUMP (memory_limit_mb) },
  { 40, "spPumpConnectionLimit", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, PUMP (connection_limit) },
  { 41, "spPumpOverload", SP_MIB_OCTETS, .make = make_overload },
  { 42, "spPumpRejectedLateness", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, COUNTER (requests_limited_lateness) },
  { 43, "spPumpRejectedMemory", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, COUNTER (requests_limited_memory) },
  { 44, "spPumpRejectedDescriptors", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, COUNTER (requests_limited_descriptors) },
};
/* clang-format on */

const SpMibTable sp_mib_pump_table
    = { 2, { 1, 1 },     SP_MIB_ROWS_SCALAR,
        1, pump_columns, G_N_ELEMENTS (pump_columns) };

static const SpMibColumn stream_scalars[] = {
  { 1,
    "spStreamTableLastChange",
    SP_MIB_TICKS,
    SP_MIB_AS_STAMP,
    PUMP (streams_changed_us) },
};

const SpMibTable sp_mib_stream_scalars_table
    = { 2, { 1, 2 },       SP_MIB_ROWS_SCALAR,
        1, stream_scalars, G_N_ELEMENTS (stream_scalars) };

static void
make_mode (const SpMibPlace *place, SpMibValue *value)
{
  sp_mib_value_integer (value, (int)place->mib->clients + 1);
}

static const SpMibColumn client_scalars[] = {
  { 1, "spClientTableMode", SP_MIB_INTEGER, .make = make_mode },
};

const SpMibTable sp_mib_client_scalars_table
    = { 2, { 1, 4 },       SP_MIB_ROWS_SCALAR,
        1, client_scalars, G_N_ELEMENTS (client_scalars) };

/* notConfigured(1): this program has no link to a Pump House. */
static void
make_link_status (const SpMibPlace *place, SpMibValue *value)
{
  sp_mib_value_integer (value, 1);
}

static void
make_no_date (const SpMibPlace *place, SpMibValue *value)
{
  sp_mib_value_no_date (value);
}

/* clang-format off */
static const SpMibColumn house_columns[] = {
  { 1, "spHouseUrl", SP_MIB_OCTETS, SP_MIB_AS_NOTHING },
  { 2, "spHouseLinkStatus", SP_MIB_INTEGER, .make = make_link_status },
  { 3, "spHouseLinkLastChange", SP_MIB_TICKS, SP_MIB_AS_NOTHING },
  { 4, "spHouseLastContact", SP_MIB_OCTETS, .make = make_no_date },
  { 5, "spHouseReports", SP_MIB_COUNTER64, SP_MIB_AS_NOTHING },
  { 6, "spHouseReportFailures", SP_MIB_COUNTER64, SP_MIB_AS_NOTHING },
  { 7, "spHouseLinkLosses", SP_MIB_COUNTER32, SP_MIB_AS_NOTHING },
  { 8, "spHouseOrders", SP_MIB_COUNTER32, SP_MIB_AS_NOTHING },
  { 9, "spHouseLastError", SP_MIB_OCTETS, SP_MIB_AS_NOTHING },
};

static const SpMibColumn notify_columns[] = {
  { 1, "spNotifyEnable", SP_MIB_INTEGER, SP_MIB_AS_TRUTH, PUMP (is_notifying), .is_writable = TRUE },
  { 2, "spNotifySent", SP_MIB_COUNTER32, SP_MIB_AS_UINT64, COUNTER (notifications_sent) },
  { 3, "spNotifySuppressed", SP_MIB_COUNTER32, SP_MIB_AS_UINT64, COUNTER (notifications_suppressed) },
};
/* clang-format on */

const SpMibTable sp_mib_house_table
    = { 2, { 1, 7 },      SP_MIB_ROWS_SCALAR,
        1, house_columns, G_N_ELEMENTS (house_columns) };

const SpMibTable sp_mib_notify_table
    = { 2, { 1, 8 },       SP_MIB_ROWS_SCALAR,
        1, notify_columns, G_N_ELEMENTS (notify_columns) };
