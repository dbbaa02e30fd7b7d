/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mib-private.h"

#include <string.h>

/* By prefix: the order of a walk. */
static const SpMibTable *const tables[] = {
  &sp_mib_pump_table,          &sp_mib_stream_scalars_table,
  &sp_mib_stream_table,        &sp_mib_quality_table,
  &sp_mib_lag_table,           &sp_mib_canary_table,
  &sp_mib_source_table,        &sp_mib_client_scalars_table,
  &sp_mib_client_table,        &sp_mib_worst_table,
  &sp_mib_listener_table,      &sp_mib_cert_table,
  &sp_mib_house_table,         &sp_mib_notify_table,
  &sp_mib_event_scalars_table, &sp_mib_event_table,
};

/** sp_mib_new: a picture without clients has an empty table of clients. */
SpMib *
sp_mib_new (SpPicture *picture, SpMibClients clients, const SpOid *root)
{
  SpMib *mib = g_new0 (SpMib, 1);

  mib->picture = sp_picture_ref (picture);
  mib->clients = clients;
  mib->root = *root;
  sp_mib_make_rows (mib);
  return mib;
}

void
sp_mib_free (SpMib *mib)
{
  for (guint i = 0; i < SP_MIB_N_ROWS; i++)
    g_array_unref (mib->rows[i]);
  sp_picture_unref (mib->picture);
  g_free (mib);
}

SpPicture *
sp_mib_picture (SpMib *mib)
{
  return mib->picture;
}

/* The sub-identifier of @table's column at @depth. */
static guint32
column_id (const SpMibTable *table, guint column, guint depth)
{
  return depth < table->n_prefix ? table->prefix[depth]
                                 : table->columns[column].arc;
}

/* How @oid's first sub-identifiers compare to those of the column: 0 when it
 * is the column or below it; > 0 when all of the column lies before it. */
static int
compare_column (const SpOid *oid, const SpMibTable *table, guint column)
{
  for (guint i = 0; i <= table->n_prefix; i++)
    {
      guint32 id = column_id (table, column, i);

      if (i >= oid->len || oid->ids[i] < id)
        return -1;
      if (oid->ids[i] > id)
        return 1;
    }
  return 0;
}

/* Where the tail of an identifier is to the index of @row. */
static int
compare_row (const guint32 *tail,
             guint n_tail,
             const SpMibRow *row,
             guint n_index)
{
  for (guint i = 0; i < n_index; i++)
    {
      if (i >= n_tail || tail[i] < row->index[i])
        return -1;
      if (tail[i] > row->index[i])
        return 1;
    }
  return n_tail > n_index;
}

/* The first row that is not before @tail. */
static guint
lower_bound (GArray *rows, guint n_index, const guint32 *tail, guint n_tail)
{
  guint low = 0, high = rows->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const SpMibRow *row = &g_array_index (rows, SpMibRow, middle);

      if (compare_row (tail, n_tail, row, n_index) > 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* The first column that is not wholly before @oid; FALSE: there is none. There
 * are few tables and columns, and they are compared in order. */
static gboolean
first_column (const SpOid *oid, guint *table, guint *column)
{
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      guint n = tables[i]->n_columns;

      if (compare_column (oid, tables[i], n - 1) > 0)
        continue;
      for (guint j = 0; j < n; j++)
        if (compare_column (oid, tables[i], j) <= 0)
          {
            *table = i;
            *column = j;
            return TRUE;
          }
    }
  return FALSE;
}

SpMibAnswer
sp_mib_find (SpMib *mib, const SpOid *oid, SpMibCell *cell)
{
  guint i, column, depth, at;
  GArray *rows;

  if (!first_column (oid, &i, &column)
      || compare_column (oid, tables[i], column) != 0)
    return SP_MIB_NO_OBJECT;
  rows = mib->rows[tables[i]->rows];
  depth = tables[i]->n_prefix + 1;
  at = lower_bound (
      rows, tables[i]->n_index, oid->ids + depth, oid->len - depth);
  if (oid->len - depth != tables[i]->n_index || at == rows->len)
    return SP_MIB_NO_INSTANCE;
  cell->table = tables[i];
  cell->column = &tables[i]->columns[column];
  cell->row = &g_array_index (rows, SpMibRow, at);
  return compare_row (
             oid->ids + depth, oid->len - depth, cell->row, tables[i]->n_index)
                 == 0
             ? SP_MIB_FOUND
             : SP_MIB_NO_INSTANCE;
}

/* The row of the column that answers @oid. */
static guint
next_row (GArray *rows,
          const SpMibTable *table,
          const SpOid *oid,
          gboolean is_inclusive)
{
  guint depth = table->n_prefix + 1;
  const guint32 *tail = oid->ids + depth;
  guint n_tail = oid->len - depth;
  guint at = lower_bound (rows, table->n_index, tail, n_tail);
  gboolean is_same
      = at < rows->len && n_tail == table->n_index
        && compare_row (
               tail, n_tail, &g_array_index (rows, SpMibRow, at), n_tail)
               == 0;

  return is_same && !is_inclusive ? at + 1 : at;
}

gboolean
sp_mib_next (SpMib *mib,
             const SpOid *oid,
             gboolean is_inclusive,
             SpMibCell *cell)
{
  guint i, j;

  if (!first_column (oid, &i, &j))
    return FALSE;
  for (; i < G_N_ELEMENTS (tables); i++, j = 0)
    {
      GArray *rows = mib->rows[tables[i]->rows];

      for (; rows->len > 0 && j < tables[i]->n_columns; j++)
        {
          guint at = compare_column (oid, tables[i], j) == 0
                         ? next_row (rows, tables[i], oid, is_inclusive)
                         : 0;

          if (at == rows->len)
            continue;
          cell->table = tables[i];
          cell->column = &tables[i]->columns[j];
          cell->row = &g_array_index (rows, SpMibRow, at);
          return TRUE;
        }
    }
  return FALSE;
}

void
sp_mib_cell_oid (const SpMibCell *cell, SpOid *oid)
{
  oid->len = 0;
  sp_oid_append (oid, cell->table->prefix, cell->table->n_prefix);
  sp_oid_append (oid, &cell->column->arc, 1);
  sp_oid_append (oid, cell->row->index, cell->table->n_index);
}

const char *
sp_mib_cell_name (const SpMibCell *cell)
{
  return cell->column->name;
}

/* spClientTable; the object before it is spClientTableMode.0, which is always
 * there. */
gboolean
sp_mib_needs_clients (const SpOid *oid, gboolean is_next)
{
  static const SpOid mode = { 4, { 1, 4, 1, 0 } };
  static const SpOid table = { 3, { 1, 4, 2 } };

  if (sp_oid_has_prefix (oid, &table))
    return TRUE;
  return is_next && sp_oid_compare (oid, &mode) >= 0
         && sp_oid_compare (oid, &table) < 0;
}

void
sp_mib_foreach_column (SpMibColumnFunc func, gpointer user_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (guint j = 0; j < tables[i]->n_columns; j++)
      {
        const SpMibColumn *column = &tables[i]->columns[j];
        SpOid oid = { 0 };

        sp_oid_append (&oid, tables[i]->prefix, tables[i]->n_prefix);
        sp_oid_append (&oid, &column->arc, 1);
        if (!func (column->name,
                   &oid,
                   column->type,
                   column->is_writable,
                   user_data))
          return;
      }
}
