/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mib-private.h"

/* A table without clients is no row longer than a few thousand. */
static void
add (SpMib *mib,
     SpMibRows rows,
     guint32 first,
     guint32 second,
     gconstpointer data)
{
  SpMibRow row = { { first, second }, data };

  g_array_append_val (mib->rows[rows], row);
}

static gint
compare_rows (gconstpointer a, gconstpointer b)
{
  const SpMibRow *first = a;
  const SpMibRow *second = b;

  for (guint i = 0; i < G_N_ELEMENTS (first->index); i++)
    if (first->index[i] != second->index[i])
      return first->index[i] < second->index[i] ? -1 : 1;
  return 0;
}

/* Pictures are in order but for numbers beyond 32 bits, of which the lower half
 * is shown. Two rows of one index would hold up a walk for ever: the first one
 * stays. */
static void
put_in_order (GArray *rows)
{
  SpMibRow *row = (SpMibRow *)(gpointer)rows->data;
  gboolean is_rising = TRUE;
  guint kept = 0;

  for (guint i = 1; is_rising && i < rows->len; i++)
    is_rising = compare_rows (row + i - 1, row + i) < 0;
  if (is_rising)
    return;
  g_array_sort (rows, compare_rows);
  for (guint i = 0; i < rows->len; i++)
    if (kept == 0 || compare_rows (row + kept - 1, row + i) != 0)
      row[kept++] = row[i];
  g_array_set_size (rows, kept);
}

static void
add_stream (SpMib *mib, const SpStreamInfo *info)
{
  SpMibStreamStatus status = sp_mib_stream_status (mib->picture, info);

  if (info->index == 0 || info->index > G_MAXINT32)
    return; /* no number is left: see SpStreamId */
  mib->n_streams++;
  mib->n_streams_up += status == SP_MIB_STREAM_UP;
  mib->n_streams_alarm
      += status == SP_MIB_STREAM_NO_SOURCE || status == SP_MIB_STREAM_STALLED;
  add (mib, SP_MIB_ROWS_STREAM, info->index, 0, info);
  for (guint i = 0; i < SP_LAG_BUCKETS; i++)
    add (mib, SP_MIB_ROWS_LAG, info->index, i + 1, info);
  for (guint i = 0; i < MIN (info->quality.n_worst, SP_WORST_CLIENTS); i++)
    add (mib, SP_MIB_ROWS_WORST, info->index, i + 1, &info->quality.worst[i]);
  for (guint i = 0; info->sources != NULL && i < info->sources->len; i++)
    {
      const SpSourceInfo *source = info->sources->pdata[i];

      add (mib, SP_MIB_ROWS_SOURCE, info->index, source->index, source);
    }
}

static void
add_clients (SpMib *mib, GPtrArray *clients)
{
  for (guint i = 0; i < clients->len; i++)
    {
      const SpClientInfo *info = clients->pdata[i];

      if (info->stream_index != 0 && (guint32)info->id != 0)
        add (mib,
             SP_MIB_ROWS_CLIENT,
             info->stream_index,
             (guint32)info->id,
             info);
    }
}

static void
add_others (SpMib *mib)
{
  const SpPicture *picture = mib->picture;

  for (guint i = 0; i < picture->listeners->len; i++)
    {
      const SpListenerInfo *info = picture->listeners->pdata[i];

      add (mib, SP_MIB_ROWS_LISTENER, info->index, 0, info);
    }
  for (guint i = 0; i < picture->certs->len; i++)
    {
      const SpCertInfo *info = picture->certs->pdata[i];

      add (mib, SP_MIB_ROWS_CERT, info->index, 0, info);
    }
  for (guint i = 0; i < picture->events->len; i++)
    {
      const SpEvent *event = picture->events->pdata[i];

      if (sp_event_infos[event->kind].severity != SP_SEVERITY_CLIENT)
        add (mib, SP_MIB_ROWS_EVENT, (guint32)event->number, 0, event);
    }
}

void
sp_mib_make_rows (SpMib *mib)
{
  GPtrArray *clients = mib->picture->clients;
  gboolean has_clients = clients != NULL && mib->clients != SP_MIB_CLIENTS_OFF;

  for (guint i = 0; i < SP_MIB_N_ROWS; i++)
    mib->rows[i] = g_array_sized_new (
        FALSE,
        FALSE,
        sizeof (SpMibRow),
        i == SP_MIB_ROWS_CLIENT && has_clients ? clients->len : 0);
  add (mib, SP_MIB_ROWS_SCALAR, 0, 0, mib->picture);
  for (guint i = 0; i < mib->picture->streams->len; i++)
    add_stream (mib, mib->picture->streams->pdata[i]);
  if (has_clients)
    add_clients (mib, clients);
  add_others (mib);
  for (guint i = 0; i < SP_MIB_N_ROWS; i++)
    put_in_order (mib->rows[i]);
}
