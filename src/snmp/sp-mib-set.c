/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mib-set.h"

#include "sp-mib-private.h"

/** What each writable column takes, from 1 to @largest, and what it means. */
typedef struct
{
  const SpMibTable *table;
  guint32 arc;
  gint32 largest;
  void (*fill) (SpSnmpOrder *order, const SpMibRow *row, gint32 value);
} Rule;

static void
fill_drain (SpSnmpOrder *order, const SpMibRow *row, gint32 value)
{
  order->kind = SP_SNMP_DRAIN;
  order->is_on = value == 2;
}

static void
fill_stream (SpSnmpOrder *order, const SpMibRow *row, gint32 value)
{
  static const SpStreamOrder orders[]
      = { SP_STREAM_ORDER_UP, SP_STREAM_ORDER_DOWN, SP_STREAM_ORDER_DRAIN };

  order->kind = SP_SNMP_SET_STREAM;
  order->stream_order = orders[value - 1];
}

static void
fill_kick_all (SpSnmpOrder *order, const SpMibRow *row, gint32 value)
{
  order->kind = value == 2 ? SP_SNMP_KICK_STREAM : SP_SNMP_NOTHING;
}

static void
fill_source (SpSnmpOrder *order, const SpMibRow *row, gint32 value)
{
  order->kind = SP_SNMP_SET_SOURCE;
  order->source_index = row->index[1];
  order->is_on = value == 1;
}

static void
fill_kick (SpSnmpOrder *order, const SpMibRow *row, gint32 value)
{
  const SpClientInfo *info = row->data;

  order->kind = value == 2 ? SP_SNMP_KICK_CLIENT : SP_SNMP_NOTHING;
  order->client = info->id;
}

static void
fill_notify (SpSnmpOrder *order, const SpMibRow *row, gint32 value)
{
  order->kind = SP_SNMP_NOTIFY;
  order->is_on = value == 1;
}

static const Rule rules[] = {
  { &sp_mib_pump_table, 7, 2, fill_drain },
  { &sp_mib_stream_table, 5, 3, fill_stream },
  { &sp_mib_stream_table, 31, 2, fill_kick_all },
  { &sp_mib_source_table, 5, 2, fill_source },
  { &sp_mib_client_table, 19, 2, fill_kick },
  { &sp_mib_notify_table, 1, 2, fill_notify },
};

/* The column that @oid lies in: a row need not be there. */
static const Rule *
find_rule (const SpOid *oid)
{
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      SpOid column = { 0 };

      sp_oid_append (&column, rules[i].table->prefix, rules[i].table->n_prefix);
      sp_oid_append (&column, &rules[i].arc, 1);
      if (sp_oid_has_prefix (oid, &column))
        return &rules[i];
    }
  return NULL;
}

/* (transfer full) (nullable): the path of the stream a row is about. */
static char *
path_of (SpMib *mib, const Rule *rule, const SpMibRow *row)
{
  GArray *rows = mib->rows[SP_MIB_ROWS_STREAM];

  if (rule->table->rows == SP_MIB_ROWS_SCALAR)
    return NULL;
  if (rule->table->rows == SP_MIB_ROWS_CLIENT)
    return g_strdup (((const SpClientInfo *)row->data)->stream);
  for (guint i = 0; i < rows->len; i++)
    if (g_array_index (rows, SpMibRow, i).index[0] == row->index[0])
      {
        const SpStreamInfo *info = g_array_index (rows, SpMibRow, i).data;

        return g_strdup (info->path);
      }
  return NULL;
}

SpSnmpError
sp_mib_set_check (SpMib *mib,
                  const SpOid *oid,
                  const SpMibValue *value,
                  gboolean may_write,
                  SpSnmpOrder *order)
{
  const Rule *rule = find_rule (oid);
  SpMibCell cell;

  if (rule == NULL || !may_write)
    return SP_SNMP_NOT_WRITABLE;
  if (value->type != SP_MIB_INTEGER)
    return SP_SNMP_WRONG_TYPE;
  if (value->integer < 1 || value->integer > rule->largest)
    return SP_SNMP_WRONG_VALUE;
  if (sp_mib_find (mib, oid, &cell) != SP_MIB_FOUND)
    return SP_SNMP_NO_CREATION;
  if (mib->picture->pump.state == SP_PUMP_STOPPING)
    return SP_SNMP_INCONSISTENT_VALUE;
  *order = (SpSnmpOrder){ .stream = path_of (mib, rule, cell.row) };
  if (order->stream != NULL)
    order->stream_index = cell.row->index[0];
  rule->fill (order, cell.row, value->integer);
  return SP_SNMP_OK;
}

static const char *
stream_order_words (SpStreamOrder order)
{
  switch (order)
    {
    case SP_STREAM_ORDER_UP:
      return "enabled";
    case SP_STREAM_ORDER_DOWN:
      return "disabled";
    case SP_STREAM_ORDER_DRAIN:
      return "drained";
    }
  return "";
}

char *
sp_snmp_order_text (const SpSnmpOrder *order)
{
  switch (order->kind)
    {
    case SP_SNMP_NOTHING:
      break;
    case SP_SNMP_KICK_CLIENT:
      return g_strdup_printf ("client %" G_GUINT64_FORMAT
                              " of %s is to be kicked",
                              order->client,
                              order->stream);
    case SP_SNMP_KICK_STREAM:
      return g_strdup_printf ("all clients of %s are to be kicked",
                              order->stream);
    case SP_SNMP_SET_STREAM:
      return g_strdup_printf ("%s is to be %s",
                              order->stream,
                              stream_order_words (order->stream_order));
    case SP_SNMP_SET_SOURCE:
      return g_strdup_printf ("source %u of %s is to be %s",
                              order->source_index,
                              order->stream,
                              order->is_on ? "enabled" : "disabled");
    case SP_SNMP_DRAIN:
      return g_strdup (order->is_on ? "the pump is to drain"
                                    : "the pump is to serve again");
    case SP_SNMP_NOTIFY:
      return g_strdup (order->is_on ? "notifications are to be sent"
                                    : "no notifications are to be sent");
    }
  return g_strdup ("nothing is to be done");
}

void
sp_snmp_order_clear (SpSnmpOrder *order)
{
  g_clear_pointer (&order->stream, g_free);
}
