/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mib-notice.h"

#include "sp-mib-private.h"

#define MAX_OBJECTS 7

/** An object of a notification. */
typedef struct
{
  const SpMibTable *table;
  guint32 arc;
  gint32 missing; /* of an enumeration: what it is when its row is gone */
} Object;

/* clang-format off */
#define PUMP(arc) { &sp_mib_pump_table, arc, 0 }
#define HOUSE(arc) { &sp_mib_house_table, arc, 0 }
#define STREAM(arc) { &sp_mib_stream_table, arc, 0 }
#define QUALITY(arc) { &sp_mib_quality_table, arc, 0 }
#define SOURCE(arc) { &sp_mib_source_table, arc, 0 }
#define CANARY(arc) { &sp_mib_canary_table, arc, 0 }
#define CLIENT(arc) { &sp_mib_client_table, arc, 0 }
#define CERT(arc) { &sp_mib_cert_table, arc, 0 }
#define STREAM_NAME STREAM (2)
#define STREAM_STATUS { &sp_mib_stream_table, 6, SP_MIB_STREAM_DISABLED }
#define STREAM_CLIENTS STREAM (11)
#define SOURCE_URL SOURCE (3)
#define SOURCE_STATUS { &sp_mib_source_table, 6, 6 } /* disabled */
#define SOURCE_HEALTH { &sp_mib_source_table, 20, 5 } /* absent */
#define CANARY_RESULT { &sp_mib_canary_table, 2, 1 } /* none */
#define CERT_ROLE { &sp_mib_cert_table, 2, 1 } /* listener */
#define CERT_STATUS { &sp_mib_cert_table, 7, SP_CERT_UNREADABLE }
/* spNotifyRepeats: of no table, since it cannot be read. */
#define REPEATS { NULL, 4, 0 }

/* By the number of the notification; an arc of 0 ends a list. */
static const Object notifications[][MAX_OBJECTS] = {
  { { NULL, 0, 0 } },
  { PUMP (1), PUMP (2), PUMP (4) },
  { PUMP (1), PUMP (15) },
  { STREAM_NAME, STREAM_STATUS, SOURCE_URL, SOURCE_STATUS },
  { STREAM_NAME, STREAM_STATUS, STREAM_CLIENTS, SOURCE_URL, SOURCE_STATUS, SOURCE (19) },
  { STREAM_NAME, STREAM_STATUS, STREAM (10), STREAM_CLIENTS },
  { STREAM_NAME, STREAM_STATUS, STREAM_CLIENTS },
  { STREAM_NAME, STREAM_CLIENTS, STREAM (13) },
  { PUMP (1), PUMP (15), PUMP (17), PUMP (25), PUMP (26) },
  { STREAM_NAME, STREAM (16), CLIENT (2), CLIENT (3), CLIENT (16), REPEATS },
  { PUMP (1), HOUSE (2), HOUSE (4), HOUSE (9) },
  { PUMP (1), HOUSE (2) },
  { CERT_ROLE, CERT (3), CERT (5), CERT (6), CERT_STATUS },
  { PUMP (1), PUMP (10), PUMP (8) },
  { STREAM_NAME, STREAM (29), STREAM_CLIENTS },
  { STREAM_NAME, STREAM_CLIENTS, QUALITY (6), QUALITY (7) },
  { STREAM_NAME, STREAM_CLIENTS, QUALITY (6), QUALITY (7) },
  { STREAM_NAME, STREAM_STATUS, SOURCE_URL, SOURCE_STATUS, SOURCE_HEALTH, SOURCE (21) },
  { STREAM_NAME, CANARY (1), CANARY_RESULT, CANARY (5), CANARY (6), CANARY (10) },
  { STREAM_NAME, CANARY (1), CANARY_RESULT, CANARY (5) },
  { PUMP (1), PUMP (33), PUMP (15) },
  { STREAM_NAME, STREAM_STATUS, SOURCE_URL, SOURCE_STATUS, SOURCE_HEALTH },
};
/* clang-format on */

/* An event that names no source is about the one that feeds the stream, or fed
 * it last. */
static guint32
source_of (SpMib *mib, const SpEvent *event)
{
  GArray *rows = mib->rows[SP_MIB_ROWS_STREAM];

  if (event->source_index != 0)
    return event->source_index;
  for (guint i = 0; i < rows->len; i++)
    if (g_array_index (rows, SpMibRow, i).index[0] == event->stream_index)
      return ((const SpStreamInfo *)g_array_index (rows, SpMibRow, i).data)
                 ->source_rank
             + 1;
  return 1;
}

static void
index_of (SpMib *mib,
          const SpMibTable *table,
          const SpEvent *event,
          guint32 index[2])
{
  index[0] = index[1] = 0;
  if (table->rows == SP_MIB_ROWS_CERT)
    index[0] = event->cert_index;
  else if (table->rows != SP_MIB_ROWS_SCALAR)
    index[0] = event->stream_index;
  if (table->rows == SP_MIB_ROWS_SOURCE)
    index[1] = source_of (mib, event);
  else if (table->rows == SP_MIB_ROWS_CLIENT)
    index[1] = (guint32)event->client;
}

static const SpMibColumn *
column_of (const Object *object)
{
  const SpMibTable *table = object->table;

  for (guint i = 0; i < table->n_columns; i++)
    if (table->columns[i].arc == object->arc)
      return &table->columns[i];
  g_return_val_if_reached (NULL);
}

/* What the event itself says, of what the picture may not have. */
static void
read_event (SpMib *mib,
            const Object *object,
            const SpEvent *event,
            SpMibValue *value)
{
  const SpMibColumn *column = column_of (object);
  gboolean is_hidden
      = column->is_personal && mib->clients != SP_MIB_CLIENTS_FULL;

  sp_mib_value_zero (column->type, value);
  value->integer = object->missing;
  if (column->how == SP_MIB_AS_DATE)
    sp_mib_value_no_date (value);
  else if (object->table == &sp_mib_stream_table && object->arc == 2)
    sp_mib_value_path (value, event->stream, 128);
  else if (column->how == SP_MIB_AS_FAMILY && !is_hidden)
    sp_mib_value_family (value, event->address);
  else if (column->how == SP_MIB_AS_ADDRESS && !is_hidden)
    sp_mib_value_address (value, event->address);
  else if (object->table == &sp_mib_client_table && object->arc == 16)
    sp_mib_value_number (SP_MIB_UNSIGNED, value, event->lag_ms);
}

static void
fill (SpMib *mib,
      const Object *object,
      const SpNotice *notice,
      const SpMibMoment *moment,
      SpMibBinding *binding)
{
  static const SpOid repeats = { 4, { 1, 8, 4, 0 } };
  guint32 index[2];
  SpMibCell cell;

  if (object->table == NULL)
    {
      binding->oid = repeats;
      sp_mib_value_number (SP_MIB_UNSIGNED, &binding->value, notice->repeats);
      return;
    }
  index_of (mib, object->table, notice->event, index);
  binding->oid.len = 0;
  sp_oid_append (&binding->oid, object->table->prefix, object->table->n_prefix);
  sp_oid_append (&binding->oid, &object->arc, 1);
  sp_oid_append (&binding->oid, index, object->table->n_index);
  if (sp_mib_find (mib, &binding->oid, &cell) == SP_MIB_FOUND)
    sp_mib_read (mib, &cell, moment, &binding->value);
  else
    read_event (mib, object, notice->event, &binding->value);
}

GArray *
sp_mib_notice (SpMib *mib, const SpNotice *notice, const SpMibMoment *moment)
{
  GArray *bindings = g_array_new (FALSE, FALSE, sizeof (SpMibBinding));
  guint number = sp_event_infos[notice->event->kind].notification;
  const Object *object;

  g_return_val_if_fail (number < G_N_ELEMENTS (notifications), bindings);
  for (object = notifications[number]; object->arc != 0; object++)
    {
      SpMibBinding binding = { 0 };

      fill (mib, object, notice, moment, &binding);
      g_array_append_val (bindings, binding);
    }
  return bindings;
}
