/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-control.h"
#include "sp-mib.h"

/** What a SET asks for. */
typedef enum
{
  SP_SNMP_NOTHING, /* the value says so: idle, connected */
  SP_SNMP_KICK_CLIENT,
  SP_SNMP_KICK_STREAM, /* all its clients */
  SP_SNMP_SET_STREAM,
  SP_SNMP_SET_SOURCE,
  SP_SNMP_DRAIN,
  SP_SNMP_NOTIFY,
} SpSnmpOrderKind;

typedef struct
{
  SpSnmpOrderKind kind;
  char *stream; /* path; NULL: about none */
  guint stream_index;
  guint64 client; /* KICK_CLIENT */
  SpStreamOrder stream_order;
  guint source_index;
  gboolean is_on; /* SET_SOURCE, DRAIN, NOTIFY */
} SpSnmpOrder;

/** Numbers of RFC 3416. */
typedef enum
{
  SP_SNMP_OK = 0,
  SP_SNMP_GENERAL_ERROR = 5,
  SP_SNMP_WRONG_TYPE = 7,
  SP_SNMP_WRONG_VALUE = 10,
  SP_SNMP_NO_CREATION = 11,
  SP_SNMP_INCONSISTENT_VALUE = 12,
  SP_SNMP_NOT_WRITABLE = 17,
} SpSnmpError;

/* Whether @oid, relative to the root of the module, may be set to @value. Only
 * after SP_SNMP_OK is @order filled, to be cleared by the caller. */
SpSnmpError sp_mib_set_check (SpMib *mib,
                              const SpOid *oid,
                              const SpMibValue *value,
                              gboolean may_write,
                              SpSnmpOrder *order);
/* (transfer full): "client 17 of council is to be kicked" */
char *sp_snmp_order_text (const SpSnmpOrder *order);
void sp_snmp_order_clear (SpSnmpOrder *order);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SpSnmpOrder, sp_snmp_order_clear)
