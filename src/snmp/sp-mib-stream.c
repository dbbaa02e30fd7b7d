/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mib-private.h"

/* A stream whose source has sent nothing for so long has stopped. */
#define STALLED_US (3 * G_USEC_PER_SEC)

#define STREAM(member) G_STRUCT_OFFSET (SpStreamInfo, member)
#define COUNTER(counter) STREAM (counters.value[SP_STREAM_##counter])

static const SpStreamInfo *
stream_of (const SpMibPlace *place)
{
  return place->row->data;
}

static gint64
idle_us (const SpPicture *picture, const SpStreamInfo *info)
{
  gint64 since
      = info->last_packet_us != 0 ? info->last_packet_us : info->added_us;

  return MAX (picture->at_us - since, 0);
}

/* One that is being connected and never was, nor failed. */
static gboolean
has_first_attempt (const SpStreamInfo *info)
{
  for (guint i = 0; info->sources != NULL && i < info->sources->len; i++)
    {
      const SpSourceInfo *source = info->sources->pdata[i];

      if (source->state == SP_SOURCE_CONNECTING && source->connects == 0
          && source->failures == 0)
        return TRUE;
    }
  return FALSE;
}

SpMibStreamStatus
sp_mib_stream_status (const SpPicture *picture, const SpStreamInfo *info)
{
  switch (info->state)
    {
    case SP_STREAM_DISABLED:
      return SP_MIB_STREAM_DISABLED;
    case SP_STREAM_IDLE:
      return SP_MIB_STREAM_IDLE;
    case SP_STREAM_WAITING:
    case SP_STREAM_HOLDING:
      return has_first_attempt (info) ? SP_MIB_STREAM_CONNECTING
                                      : SP_MIB_STREAM_NO_SOURCE;
    case SP_STREAM_LIVE:
    case SP_STREAM_FALLBACK:
      break;
    }
  return info->health == SP_HEALTH_STALLED
                 || idle_us (picture, info) > STALLED_US
             ? SP_MIB_STREAM_STALLED
             : SP_MIB_STREAM_UP;
}

static void
make_name (const SpMibPlace *place, SpMibValue *value)
{
  sp_mib_value_path (value, stream_of (place)->path, 128);
}

/* A file has no protocol. */
static void
make_protocol (const SpMibPlace *place, SpMibValue *value)
{
  sp_mib_value_integer (
      value, g_strcmp0 (stream_of (place)->source_type, "file") == 0 ? 1 : 2);
}

static void
make_admin_status (const SpMibPlace *place, SpMibValue *value)
{
  const SpStreamInfo *info = stream_of (place);

  sp_mib_value_integer (value,
                        info->state == SP_STREAM_DISABLED ? 2
                        : info->is_draining               ? 3
                                                          : 1);
}

static void
make_oper_status (const SpMibPlace *place, SpMibValue *value)
{
  sp_mib_value_integer (
      value, sp_mib_stream_status (place->mib->picture, stream_of (place)));
}

static gboolean
is_fed (const SpStreamInfo *info)
{
  return info->state == SP_STREAM_LIVE || info->state == SP_STREAM_FALLBACK;
}

/* live_since_us tells of the main source alone; a fallback has media too. */
static void
make_up_since (const SpMibPlace *place, SpMibValue *value)
{
  const SpPicture *picture = place->mib->picture;
  const SpStreamInfo *info = stream_of (place);
  gint64 since
      = info->live_since_us != 0 ? info->live_since_us : info->changed_us;

  if (since == 0 || sp_mib_stream_status (picture, info) != SP_MIB_STREAM_UP)
    sp_mib_value_no_date (value);
  else
    sp_mib_value_date (value, picture->at_unix_us - (picture->at_us - since));
}

static void
make_active_source (const SpMibPlace *place, SpMibValue *value)
{
  const SpStreamInfo *info = stream_of (place);

  sp_mib_value_number (
      SP_MIB_UNSIGNED, value, is_fed (info) ? info->source_rank + 1 : 0);
}

static void
make_idle_time (const SpMibPlace *place, SpMibValue *value)
{
  sp_mib_value_number (SP_MIB_UNSIGNED,
                       value,
                       (guint64)idle_us (place->mib->picture, stream_of (place))
                           / 1000);
}

static void
make_rejected (const SpMibPlace *place, SpMibValue *value)
{
  const guint64 *counters = stream_of (place)->counters.value;

  sp_mib_value_number (SP_MIB_COUNTER64,
                       value,
                       counters[SP_STREAM_clients_refused]
                           + counters[SP_STREAM_clients_denied]);
}

static void
make_idle (const SpMibPlace *place, SpMibValue *value)
{
  sp_mib_value_integer (value, 1);
}

/* clang-format off */
static const SpMibColumn columns[] = {
  { 2, "spStreamName", SP_MIB_OCTETS, .make = make_name },
  { 3, "spStreamTitle", SP_MIB_OCTETS, SP_MIB_AS_TEXT, STREAM (name), 255 },
  { 4, "spStreamProtocol", SP_MIB_INTEGER, .make = make_protocol },
  { 5, "spStreamAdminStatus", SP_MIB_INTEGER, .make = make_admin_status, .is_writable = TRUE },
  { 6, "spStreamOperStatus", SP_MIB_INTEGER, .make = make_oper_status },
  { 7, "spStreamLastChange", SP_MIB_TICKS, SP_MIB_AS_STAMP, STREAM (changed_us) },
  { 8, "spStreamUpSince", SP_MIB_OCTETS, .make = make_up_since },
  { 9, "spStreamActiveSource", SP_MIB_UNSIGNED, .make = make_active_source },
  { 10, "spStreamIdleTime", SP_MIB_UNSIGNED, .make = make_idle_time },
  { 11, "spStreamClients", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, STREAM (clients) },
  { 12, "spStreamClientsPeak", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, STREAM (clients_peak) },
  { 13, "spStreamClientLimit", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, STREAM (client_limit) },
  { 14, "spStreamClientsAccepted", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, COUNTER (clients_connected) },
  { 15, "spStreamClientsRejected", SP_MIB_COUNTER64, .make = make_rejected },
  { 16, "spStreamClientsDropped", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, COUNTER (clients_cut) },
  { 17, "spStreamClientsKicked", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, COUNTER (clients_kicked) },
  { 18, "spStreamOctetsIn", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, COUNTER (bytes_received) },
  { 19, "spStreamOctetsOut", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, COUNTER (bytes_sent) },
  { 20, "spStreamPacketsIn", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, COUNTER (packets_received) },
  { 21, "spStreamPacketsOut", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, COUNTER (packets_sent) },
  { 22, "spStreamPacketsSkipped", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, COUNTER (packets_skipped) },
  { 23, "spStreamPacketsBad", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, COUNTER (packets_bad) },
  { 24, "spStreamBitRateIn", SP_MIB_UNSIGNED, SP_MIB_AS_KBPS, STREAM (bitrate_bps) },
  { 25, "spStreamBitRateOut", SP_MIB_UNSIGNED, SP_MIB_AS_KBPS, STREAM (bitrate_out_bps) },
  { 26, "spStreamBitRateNominal", SP_MIB_UNSIGNED, SP_MIB_AS_KBPS, STREAM (nominal_bps) },
  { 27, "spStreamSourceChanges", SP_MIB_COUNTER32, SP_MIB_AS_UINT64, COUNTER (source_connects) },
  { 28, "spStreamSourceFailures", SP_MIB_COUNTER32, SP_MIB_AS_UINT64, COUNTER (source_errors) },
  { 29, "spStreamHeaderChanges", SP_MIB_COUNTER32, SP_MIB_AS_UINT64, COUNTER (header_changes) },
  { 30, "spStreamDiscontinuityTime", SP_MIB_TICKS, SP_MIB_AS_STAMP, STREAM (added_us) },
  { 31, "spStreamKickAll", SP_MIB_INTEGER, .make = make_idle, .is_writable = TRUE },
  { 32, "spStreamHealth", SP_MIB_INTEGER, SP_MIB_AS_ENUM, STREAM (health) },
  { 33, "spStreamHealthReason", SP_MIB_OCTETS, SP_MIB_AS_TEXT, STREAM (health_reason), 255 },
};

static const SpMibColumn quality_columns[] = {
  { 1, "spStreamPlayerReports", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, COUNTER (player_reports) },
  { 2, "spStreamPlayerStalls", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, COUNTER (player_stalls) },
  { 3, "spStreamPlayerStallTime", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, COUNTER (player_stall_ms) },
  { 4, "spStreamPlayerPacketsLost", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, COUNTER (player_packets_lost) },
  { 5, "spStreamStartDelay", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, STREAM (start_delay_ms) },
  { 6, "spStreamClientsBehind", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, STREAM (quality.behind) },
  { 7, "spStreamLagWorst", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, STREAM (quality.lag_worst_ms) },
};
/* clang-format on */

const SpMibTable sp_mib_stream_table
    = { 4, { 1, 2, 2, 1 }, SP_MIB_ROWS_STREAM,
        1, columns,        G_N_ELEMENTS (columns) };

const SpMibTable sp_mib_quality_table
    = { 4, { 1, 2, 3, 1 },  SP_MIB_ROWS_STREAM,
        1, quality_columns, G_N_ELEMENTS (quality_columns) };

static void
make_bound (const SpMibPlace *place, SpMibValue *value)
{
  guint bucket = place->row->index[1] - 1;

  sp_mib_value_number (SP_MIB_UNSIGNED,
                       value,
                       bucket < SP_LAG_BUCKETS - 1 ? sp_lag_bounds_ms[bucket]
                                                   : 0);
}

static void
make_clients (const SpMibPlace *place, SpMibValue *value)
{
  sp_mib_value_number (
      SP_MIB_UNSIGNED,
      value,
      stream_of (place)->quality.buckets[place->row->index[1] - 1]);
}

static const SpMibColumn lag_columns[] = {
  { 2, "spLagUpperBound", SP_MIB_UNSIGNED, .make = make_bound },
  { 3, "spLagClients", SP_MIB_UNSIGNED, .make = make_clients },
};

const SpMibTable sp_mib_lag_table
    = { 4, { 1, 2, 4, 1 }, SP_MIB_ROWS_LAG,
        2, lag_columns,    G_N_ELEMENTS (lag_columns) };

static void
make_result (const SpMibPlace *place, SpMibValue *value)
{
  const SpCanaryInfo *canary = &stream_of (place)->canary;

  sp_mib_value_integer (value, canary->at_us == 0 ? 1 : canary->is_ok ? 2 : 3);
}

/* clang-format off */
static const SpMibColumn canary_columns[] = {
  { 1, "spCanaryLastRun", SP_MIB_OCTETS, SP_MIB_AS_DATE, STREAM (canary.at_us) },
  { 2, "spCanaryResult", SP_MIB_INTEGER, .make = make_result },
  { 3, "spCanaryFirstByte", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, STREAM (canary.first_byte_ms) },
  { 4, "spCanaryHeader", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, STREAM (canary.header_ms) },
  { 5, "spCanaryFirstPacket", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, STREAM (canary.first_packet_ms) },
  { 6, "spCanaryStalls", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, STREAM (canary.stalls) },
  { 7, "spCanaryStallTime", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, STREAM (canary.stall_ms) },
  { 8, "spCanaryRuns", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, COUNTER (canary_runs) },
  { 9, "spCanaryFailures", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, COUNTER (canary_failures) },
  { 10, "spCanaryError", SP_MIB_OCTETS, SP_MIB_AS_TEXT, STREAM (canary.error), 255 },
};
/* clang-format on */

const SpMibTable sp_mib_canary_table
    = { 4, { 1, 2, 5, 1 }, SP_MIB_ROWS_STREAM,
        1, canary_columns, G_N_ELEMENTS (canary_columns) };
