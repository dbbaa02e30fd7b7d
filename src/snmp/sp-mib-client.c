/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mib-private.h"

#define US_PER_CS 10000
#define CLIENT(member) G_STRUCT_OFFSET (SpClientInfo, member)
#define WORST(member) G_STRUCT_OFFSET (SpWorstClient, member)

static const SpClientInfo *
client_of (const SpMibPlace *place)
{
  return place->row->data;
}

/* mmsh(2), httpStream(5) */
static void
make_protocol (const SpMibPlace *place, SpMibValue *value)
{
  sp_mib_value_integer (
      value, g_strcmp0 (client_of (place)->framing, "asf") == 0 ? 5 : 2);
}

static void
make_duration (const SpMibPlace *place, SpMibValue *value)
{
  gint64 us = place->mib->picture->at_us - client_of (place)->connected_us;

  sp_mib_value_number (SP_MIB_TICKS, value, (guint64)MAX (us, 0) / US_PER_CS);
}

/* connected(1), kick(2) */
static void
make_admin_status (const SpMibPlace *place, SpMibValue *value)
{
  GHashTable *ordered = place->moment->ordered;

  sp_mib_value_integer (
      value,
      ordered != NULL && g_hash_table_contains (ordered, &client_of (place)->id)
          ? 2
          : 1);
}

static void
make_reported (const SpMibPlace *place, SpMibValue *value)
{
  sp_mib_value_integer (value, client_of (place)->player.at_us != 0 ? 1 : 2);
}

static void
make_quality (const SpMibPlace *place, SpMibValue *value)
{
  const SpPlayerReport *report = &client_of (place)->player;
  gboolean is_known = report->at_us != 0 && report->quality_percent >= 0;

  sp_mib_value_integer (value,
                        is_known ? MIN (report->quality_percent, 100) : -1);
}

/* clang-format off */
static const SpMibColumn columns[] = {
  { 2, "spClientAddressType", SP_MIB_INTEGER, SP_MIB_AS_FAMILY, CLIENT (address), .is_personal = TRUE },
  { 3, "spClientAddress", SP_MIB_OCTETS, SP_MIB_AS_ADDRESS, CLIENT (address), .is_personal = TRUE },
  { 4, "spClientPort", SP_MIB_UNSIGNED, SP_MIB_AS_UINT16, CLIENT (port), .is_personal = TRUE },
  { 5, "spClientListener", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, CLIENT (listener) },
  { 6, "spClientProtocol", SP_MIB_INTEGER, .make = make_protocol },
  { 7, "spClientProduct", SP_MIB_OCTETS, SP_MIB_AS_TEXT, CLIENT (user_agent), 127, .is_personal = TRUE },
  { 8, "spClientExternalId", SP_MIB_OCTETS, SP_MIB_AS_TEXT, CLIENT (external_id), 127, .is_personal = TRUE },
  { 9, "spClientConnectedSince", SP_MIB_OCTETS, SP_MIB_AS_DATE, CLIENT (connected_us) },
  { 10, "spClientDuration", SP_MIB_TICKS, .make = make_duration },
  { 11, "spClientState", SP_MIB_INTEGER, SP_MIB_AS_ENUM, CLIENT (state) },
  { 12, "spClientOctets", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, CLIENT (bytes_sent) },
  { 13, "spClientPackets", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, CLIENT (packets_sent) },
  { 14, "spClientPacketsSkipped", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, CLIENT (packets_skipped) },
  { 15, "spClientQueue", SP_MIB_UNSIGNED, SP_MIB_AS_UINT64, CLIENT (queue_bytes) },
  { 16, "spClientLag", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, CLIENT (lag_ms) },
  { 17, "spClientBitRate", SP_MIB_UNSIGNED, SP_MIB_AS_KBPS, CLIENT (bitrate_bps) },
  { 18, "spClientTls", SP_MIB_INTEGER, SP_MIB_AS_TRUTH, CLIENT (is_tls) },
  { 19, "spClientAdminStatus", SP_MIB_INTEGER, .make = make_admin_status, .is_writable = TRUE },
  { 20, "spClientRtt", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, CLIENT (rtt_us) },
  { 21, "spClientRetransmits", SP_MIB_COUNTER32, SP_MIB_AS_UINT64, CLIENT (retransmits) },
  { 22, "spClientOctetsAcked", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, CLIENT (bytes_acked) },
  { 23, "spClientStartDelay", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, CLIENT (start_delay_ms) },
  { 24, "spClientPlayerReported", SP_MIB_INTEGER, .make = make_reported },
  { 25, "spClientPlayerStalls", SP_MIB_UNSIGNED, SP_MIB_AS_REPORTED, CLIENT (player.buffering_count) },
  { 26, "spClientPlayerStallTime", SP_MIB_UNSIGNED, SP_MIB_AS_REPORTED, CLIENT (player.buffering_ms) },
  { 27, "spClientPlayerPacketsLost", SP_MIB_UNSIGNED, SP_MIB_AS_REPORTED, CLIENT (player.packets_lost) },
  { 28, "spClientPlayerQuality", SP_MIB_INTEGER, .make = make_quality },
};

static const SpMibColumn worst_columns[] = {
  { 2, "spWorstClient", SP_MIB_UNSIGNED, SP_MIB_AS_LOW32, WORST (client) },
  { 3, "spWorstLag", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, WORST (lag_ms) },
  { 4, "spWorstQueue", SP_MIB_UNSIGNED, SP_MIB_AS_UINT64, WORST (queue_bytes) },
  { 5, "spWorstPacketsSkipped", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, WORST (packets_skipped) },
};
/* clang-format on */

const SpMibTable sp_mib_client_table
    = { 4, { 1, 4, 2, 1 }, SP_MIB_ROWS_CLIENT,
        2, columns,        G_N_ELEMENTS (columns) };

const SpMibTable sp_mib_worst_table
    = { 4, { 1, 4, 3, 1 }, SP_MIB_ROWS_WORST,
        2, worst_columns,  G_N_ELEMENTS (worst_columns) };
