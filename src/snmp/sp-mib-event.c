/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mib-private.h"

#define EVENT(member) G_STRUCT_OFFSET (SpEvent, member)

static const SpEvent *
event_of (const SpMibPlace *place)
{
  return place->row->data;
}

static void
make_last (const SpMibPlace *place, SpMibValue *value)
{
  GArray *rows = place->mib->rows[SP_MIB_ROWS_EVENT];

  sp_mib_value_number (
      SP_MIB_UNSIGNED,
      value,
      rows->len == 0 ? 0
                     : g_array_index (rows, SpMibRow, rows->len - 1).index[0]);
}

static const SpMibColumn scalars[] = {
  { 1, "spEventLast", SP_MIB_UNSIGNED, .make = make_last },
};

const SpMibTable sp_mib_event_scalars_table
    = { 2, { 1, 9 }, SP_MIB_ROWS_SCALAR, 1, scalars, G_N_ELEMENTS (scalars) };

/* { spNotifications number }; zeroDotZero where there is none. */
static void
make_kind (const SpMibPlace *place, SpMibValue *value)
{
  guint32 number = sp_event_infos[event_of (place)->kind].notification;
  guint32 arcs[] = { 0, number };

  sp_mib_value_zero (SP_MIB_OID, value);
  if (number == 0)
    return;
  value->oid = place->mib->root;
  sp_oid_append (&value->oid, arcs, G_N_ELEMENTS (arcs));
}

static void
make_severity (const SpMibPlace *place, SpMibValue *value)
{
  sp_mib_value_integer (value, sp_event_infos[event_of (place)->kind].severity);
}

static void
make_name (const SpMibPlace *place, SpMibValue *value)
{
  sp_mib_value_text (value, sp_event_infos[event_of (place)->kind].name, 64);
}

/* clang-format off */
static const SpMibColumn columns[] = {
  { 2, "spEventTime", SP_MIB_OCTETS, SP_MIB_AS_DATE_UNIX, EVENT (at_unix_us) },
  { 3, "spEventKind", SP_MIB_OID, .make = make_kind },
  { 4, "spEventSeverity", SP_MIB_INTEGER, .make = make_severity },
  { 5, "spEventStream", SP_MIB_UNSIGNED, SP_MIB_AS_UINT, EVENT (stream_index) },
  { 6, "spEventText", SP_MIB_OCTETS, SP_MIB_AS_TEXT, EVENT (text), 255 },
  { 7, "spEventName", SP_MIB_OCTETS, .make = make_name },
};
/* clang-format on */

const SpMibTable sp_mib_event_table = {
  4, { 1, 9, 2, 1 }, SP_MIB_ROWS_EVENT, 1, columns, G_N_ELEMENTS (columns)
};
