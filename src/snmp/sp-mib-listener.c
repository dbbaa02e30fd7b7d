/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mib-private.h"

#include <string.h>

#define LISTENER(member) G_STRUCT_OFFSET (SpListenerInfo, member)
#define CERT(member) G_STRUCT_OFFSET (SpCertInfo, member)

/** The listeners, and the certificates that they show. */

/* up(1), down(2), paused(3) */
static void
make_status (const SpMibPlace *place, SpMibValue *value)
{
  const SpListenerInfo *info = place->row->data;

  sp_mib_value_integer (value, info->is_down ? 2 : info->is_paused ? 3 : 1);
}

/* clang-format off */
static const SpMibColumn columns[] = {
  { 2, "spListenerName", SP_MIB_OCTETS, SP_MIB_AS_TEXT, LISTENER (name), 64 },
  { 3, "spListenerAddressType", SP_MIB_INTEGER, SP_MIB_AS_FAMILY, LISTENER (address) },
  { 4, "spListenerAddress", SP_MIB_OCTETS, SP_MIB_AS_ADDRESS, LISTENER (address) },
  { 5, "spListenerPort", SP_MIB_UNSIGNED, SP_MIB_AS_UINT16, LISTENER (port) },
  { 6, "spListenerTls", SP_MIB_INTEGER, SP_MIB_AS_TRUTH, LISTENER (is_tls) },
  { 7, "spListenerOperStatus", SP_MIB_INTEGER, .make = make_status },
  { 8, "spListenerLastChange", SP_MIB_TICKS, SP_MIB_AS_STAMP, LISTENER (changed_us) },
  { 9, "spListenerConnections", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, LISTENER (connections) },
  { 10, "spListenerAccepted", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, LISTENER (accepted) },
  { 11, "spListenerAcceptErrors", SP_MIB_COUNTER32, SP_MIB_AS_UINT64, LISTENER (accept_errors) },
  { 12, "spListenerTlsFailures", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, LISTENER (tls_failures) },
  { 13, "spListenerBadRequests", SP_MIB_COUNTER64, SP_MIB_AS_UINT64, LISTENER (bad_requests) },
  { 14, "spListenerCertificate", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, LISTENER (certificate) },
  { 15, "spListenerLastError", SP_MIB_OCTETS, SP_MIB_AS_TEXT, LISTENER (last_error), 255 },
};
/* clang-format on */

const SpMibTable sp_mib_listener_table
    = { 4, { 1, 5, 1, 1 }, SP_MIB_ROWS_LISTENER,
        1, columns,        G_N_ELEMENTS (columns) };

/* listener(1): no other kind is in use. */
static void
make_role (const SpMibPlace *place, SpMibValue *value)
{
  sp_mib_value_integer (value, 1);
}

static void
make_not_after (const SpMibPlace *place, SpMibValue *value)
{
  const SpCertInfo *info = place->row->data;

  sp_mib_value_date (value, info->not_after_unix_s * G_USEC_PER_SEC);
}

static void
make_sha256 (const SpMibPlace *place, SpMibValue *value)
{
  const SpCertInfo *info = place->row->data;

  value->type = SP_MIB_OCTETS;
  value->n_octets = info->has_sha256 ? sizeof info->sha256 : 0;
  memcpy (value->octets, info->sha256, value->n_octets);
}

/* clang-format off */
static const SpMibColumn cert_columns[] = {
  { 2, "spCertRole", SP_MIB_INTEGER, .make = make_role },
  { 3, "spCertSubject", SP_MIB_OCTETS, SP_MIB_AS_TEXT, CERT (subject), 255 },
  { 4, "spCertIssuer", SP_MIB_OCTETS, SP_MIB_AS_TEXT, CERT (issuer), 255 },
  { 5, "spCertNotAfter", SP_MIB_OCTETS, .make = make_not_after },
  { 6, "spCertDaysLeft", SP_MIB_INTEGER, SP_MIB_AS_INT, CERT (days_left) },
  { 7, "spCertStatus", SP_MIB_INTEGER, SP_MIB_AS_INT, CERT (status) },
  { 8, "spCertSha256", SP_MIB_OCTETS, .make = make_sha256 },
};
/* clang-format on */

const SpMibTable sp_mib_cert_table
    = { 4, { 1, 6, 1, 1 }, SP_MIB_ROWS_CERT,
        1, cert_columns,   G_N_ELEMENTS (cert_columns) };
