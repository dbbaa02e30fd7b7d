/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-notify.h"

#define MAX_RATE_PER_S 1000
#define BURST 3       /* times the rate */
#define QUEUE_S 10    /* of notifications at the full rate */
#define MIN_QUEUE 32  /* notifications */
#define MAX_ROWS 4096 /* rows that are remembered */

typedef struct
{
  gint64 key;
  gint64 put_us;
  SpNotice notice;
} Waiting;

/** What is known of the notifications of one kind about one row. */
typedef struct
{
  gint64 key;
  gint64 sent_us;
  guint left_out; /* happenings since */
} Row;

struct _SpNotify
{
  GQueue queue;     /* Waiting, the oldest first */
  GHashTable *rows; /* Row by its key */
  guint rate_per_s;
  guint most; /* in the queue */
  gint64 tokens_us;
  gint64 filled_us;
  guint64 n_sent;
  guint64 n_suppressed;
};

static void
waiting_free (gpointer data)
{
  Waiting *waiting = data;

  sp_notice_clear (&waiting->notice);
  g_free (waiting);
}

void
sp_notice_clear (SpNotice *notice)
{
  g_clear_pointer (&notice->event, sp_event_unref);
}

/* A token is worth this; the bucket holds BURST seconds. */
static gint64
token_us (SpNotify *notify)
{
  return G_USEC_PER_SEC / notify->rate_per_s;
}

SpNotify *
sp_notify_new (guint rate_per_s, gint64 now_us)
{
  SpNotify *notify = g_new0 (SpNotify, 1);

  g_queue_init (&notify->queue);
  notify->rows
      = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  notify->rate_per_s = CLAMP (rate_per_s, 1, MAX_RATE_PER_S);
  notify->most = MAX (notify->rate_per_s * QUEUE_S, MIN_QUEUE);
  notify->tokens_us = BURST * G_USEC_PER_SEC;
  notify->filled_us = now_us;
  return notify;
}

void
sp_notify_free (SpNotify *notify)
{
  g_queue_clear_full (&notify->queue, waiting_free);
  g_hash_table_unref (notify->rows);
  g_free (notify);
}

/* Kind and row. A stream without a number is told by its path. */
static gint64
key_of (const SpEvent *event)
{
  guint64 place
      = event->source_index != 0 ? event->source_index : event->cert_index;
  guint64 stream = event->stream_index;

  if (stream == 0 && event->stream != NULL)
    stream = g_str_hash (event->stream);
  return (gint64)((guint64)event->kind << 56 | (place & 0xffffff) << 32
                  | (stream & G_MAXUINT32));
}

static Row *
find_row (SpNotify *notify, gint64 key)
{
  Row *row = g_hash_table_lookup (notify->rows, &key);

  if (row != NULL)
    return row;
  if (g_hash_table_size (notify->rows) >= MAX_ROWS)
    g_hash_table_remove_all (notify->rows);
  row = g_new0 (Row, 1);
  row->key = key;
  g_hash_table_insert (notify->rows, &row->key, row);
  return row;
}

static GList *
find_waiting (SpNotify *notify, gint64 key)
{
  for (GList *link = notify->queue.tail; link != NULL; link = link->prev)
    if (((Waiting *)link->data)->key == key)
      return link;
  return NULL;
}

/* The one that waits moves to the end: what was said last is true, and what
 * was put in between comes before it. */
static void
merge (SpNotify *notify, GList *link, SpEvent *event)
{
  Waiting *waiting = link->data;

  waiting->notice.repeats += event->repeats;
  sp_event_unref (waiting->notice.event);
  waiting->notice.event = sp_event_ref (event);
  g_queue_unlink (&notify->queue, link);
  g_queue_push_tail_link (&notify->queue, link);
  notify->n_suppressed++;
}

/** sp_notify_put: keeps a reference of @event while it waits. */
void
sp_notify_put (SpNotify *notify, SpEvent *event, gint64 now_us)
{
  gint64 key = key_of (event);
  GList *link = find_waiting (notify, key);
  Waiting *waiting;
  Row *row;

  if (sp_event_infos[event->kind].notification == 0)
    return;
  if (link != NULL)
    {
      merge (notify, link, event);
      return;
    }
  row = find_row (notify, key);
  if (notify->queue.length >= notify->most
      || (event->kind == SP_EVENT_client_dropped && row->sent_us != 0
          && now_us - row->sent_us < SP_NOTIFY_DROPPED_US))
    {
      row->left_out += event->repeats;
      notify->n_suppressed++;
      return;
    }
  waiting = g_new0 (Waiting, 1);
  waiting->key = key;
  waiting->put_us = now_us;
  waiting->notice.event = sp_event_ref (event);
  waiting->notice.repeats = event->repeats;
  g_queue_push_tail (&notify->queue, waiting);
}

static void
fill (SpNotify *notify, gint64 now_us)
{
  if (now_us > notify->filled_us)
    notify->tokens_us = MIN (notify->tokens_us + now_us - notify->filled_us,
                             BURST * G_USEC_PER_SEC);
  notify->filled_us = now_us;
}

const SpEvent *
sp_notify_peek (SpNotify *notify, gint64 now_us)
{
  Waiting *waiting = g_queue_peek_head (&notify->queue);

  fill (notify, now_us);
  return waiting == NULL || notify->tokens_us < token_us (notify)
             ? NULL
             : waiting->notice.event;
}

/** sp_notify_take: @notice is the caller's to clear, where there is one. */
gboolean
sp_notify_take (SpNotify *notify,
                gint64 now_us,
                gboolean is_last,
                SpNotice *notice)
{
  Waiting *waiting;
  Row *row;

  if (!is_last && sp_notify_peek (notify, now_us) == NULL)
    return FALSE;
  waiting = g_queue_pop_head (&notify->queue);
  if (waiting == NULL)
    return FALSE;
  row = find_row (notify, waiting->key);
  *notice = waiting->notice;
  notice->repeats += row->left_out;
  row->left_out = 0;
  row->sent_us = now_us;
  g_free (waiting);
  notify->tokens_us = MAX (notify->tokens_us - token_us (notify), 0);
  notify->n_sent++;
  return TRUE;
}

void
sp_notify_expire (SpNotify *notify, gint64 now_us)
{
  GList *next;

  for (GList *link = notify->queue.head; link != NULL; link = next)
    {
      Waiting *waiting = link->data;

      next = link->next;
      if (waiting->notice.event->kind == SP_EVENT_started
          || now_us - waiting->put_us < SP_NOTIFY_KEPT_US)
        continue;
      find_row (notify, waiting->key)->left_out += waiting->notice.repeats;
      notify->n_suppressed++;
      waiting_free (waiting);
      g_queue_delete_link (&notify->queue, link);
    }
}

guint
sp_notify_n_waiting (SpNotify *notify)
{
  return notify->queue.length;
}

guint64
sp_notify_n_sent (SpNotify *notify)
{
  return notify->n_sent;
}

guint64
sp_notify_n_suppressed (SpNotify *notify)
{
  return notify->n_suppressed;
}
