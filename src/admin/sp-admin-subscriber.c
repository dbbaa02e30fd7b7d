/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-subscriber.h"

#include "sp-clock.h"
#include "sp-gsource.h"
#include "sp-log.h"

#include <string.h>

#define MAX_WAITING_BYTES (256 * 1024)
#define BATCH_BYTES (32 * 1024)
#define MAX_BLOCKED_US (60 * G_USEC_PER_SEC)

struct _SpAdminSubscriber
{
  GIOStream *stream;
  GSocket *socket;
  gboolean is_chunked;
  SpAdminKinds kinds;
  GPtrArray *past;
  guint n_past_sent;
  GQueue waiting; /* GBytes */
  gsize waiting_bytes;
  GString *out; /* being sent */
  gsize n_out_sent;
  gint64 blocked_us; /* since when nothing was taken; 0: it is not blocked */
  GSource *readable;
  GSource *writable; /* NULL: there is nothing to send, or it went at once */
  gboolean is_over;
  SpAdminOverFunc on_over;
  gpointer user_data;
};

static gboolean
on_writable (GSocket *socket, GIOCondition condition, gpointer user_data);

static GSource *
watch (SpAdminSubscriber *subscriber,
       GIOCondition condition,
       GSocketSourceFunc func)
{
  GSource *source
      = g_socket_create_source (subscriber->socket, condition, NULL);

  g_source_set_callback (source, G_SOURCE_FUNC (func), subscriber, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

static void
want_write (SpAdminSubscriber *subscriber)
{
  if (subscriber->writable == NULL && !subscriber->is_over)
    subscriber->writable = watch (subscriber, G_IO_OUT, on_writable);
}

/* Its owner hears of it in a call from the main loop. */
static void
cut (SpAdminSubscriber *subscriber, const char *why)
{
  if (subscriber->is_over)
    return;
  sp_log (G_LOG_LEVEL_MESSAGE,
          NULL,
          "admin: a reader of the events was cut off: %s",
          why);
  (void)g_socket_shutdown (subscriber->socket, TRUE, TRUE, NULL);
  g_queue_clear_full (&subscriber->waiting, (GDestroyNotify)g_bytes_unref);
  subscriber->waiting_bytes = 0;
  want_write (subscriber);
  subscriber->is_over = TRUE;
}

/* Some of what waits, oldest first. */
static void
fill_batch (SpAdminSubscriber *subscriber, GString *batch)
{
  while (batch->len < BATCH_BYTES)
    if (subscriber->n_past_sent < subscriber->past->len)
      sp_admin_sse_add_event (
          batch, subscriber->past->pdata[subscriber->n_past_sent++]);
    else if (!g_queue_is_empty (&subscriber->waiting))
      {
        g_autoptr (GBytes) text = g_queue_pop_head (&subscriber->waiting);
        gsize len;
        const char *data = g_bytes_get_data (text, &len);

        g_string_append_len (batch, data, (gssize)len);
        subscriber->waiting_bytes -= len;
      }
    else
      return;
}

static gboolean
has_more (const SpAdminSubscriber *subscriber)
{
  return subscriber->n_past_sent < subscriber->past->len
         || subscriber->waiting.length > 0;
}

static void
set_out (SpAdminSubscriber *subscriber, const char *text, gsize len)
{
  g_string_truncate (subscriber->out, 0);
  subscriber->n_out_sent = 0;
  if (subscriber->is_chunked)
    sp_admin_sse_add_chunk (subscriber->out, text, len);
  else
    g_string_append_len (subscriber->out, text, (gssize)len);
}

static gboolean
is_out_sent (const SpAdminSubscriber *subscriber)
{
  return subscriber->n_out_sent == subscriber->out->len;
}

/* FALSE: the connection is broken. */
static gboolean
send_out (SpAdminSubscriber *subscriber)
{
  g_autoptr (GError) error = NULL;
  gssize n_sent = g_socket_send_with_blocking (
      subscriber->socket,
      subscriber->out->str + subscriber->n_out_sent,
      subscriber->out->len - subscriber->n_out_sent,
      FALSE,
      NULL,
      &error);

  if (n_sent >= 0)
    {
      subscriber->n_out_sent += (gsize)n_sent;
      subscriber->blocked_us = 0;
      return TRUE;
    }
  if (subscriber->blocked_us == 0)
    subscriber->blocked_us = sp_clock_now_us ();
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
}

/* FALSE: the connection is broken. */
static gboolean
send_batch (SpAdminSubscriber *subscriber)
{
  if (is_out_sent (subscriber) && has_more (subscriber))
    {
      g_autoptr (GString) batch = g_string_new (NULL);

      fill_batch (subscriber, batch);
      set_out (subscriber, batch->str, batch->len);
    }
  return is_out_sent (subscriber) || send_out (subscriber);
}

/* A batch at a time: others have their turn in between. */
static gboolean
on_writable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  SpAdminSubscriber *subscriber = user_data;

  if (subscriber->is_over || !send_batch (subscriber))
    {
      subscriber->is_over = TRUE;
      subscriber->on_over (subscriber, subscriber->user_data);
      return G_SOURCE_REMOVE;
    }
  if (!is_out_sent (subscriber) || has_more (subscriber))
    return G_SOURCE_CONTINUE;
  sp_gsource_clear (&subscriber->writable);
  return G_SOURCE_REMOVE;
}

/* What it says does not matter; that it says no more, does. */
static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  SpAdminSubscriber *subscriber = user_data;
  char bytes[1024];
  g_autoptr (GError) error = NULL;
  gssize n_read = g_socket_receive_with_blocking (
      socket, bytes, sizeof bytes, FALSE, NULL, &error);

  if (n_read > 0 || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;
  subscriber->is_over = TRUE;
  subscriber->on_over (subscriber, subscriber->user_data);
  return G_SOURCE_REMOVE;
}

/* Head and greeting are the first that is sent. */
static void
set_head (SpAdminSubscriber *subscriber, guint64 lost)
{
  g_autofree char *head = sp_admin_sse_head (subscriber->is_chunked);
  g_autofree char *hello = sp_admin_sse_hello ();
  g_autoptr (GString) text = g_string_new (hello);

  if (lost > 0)
    sp_admin_sse_add_gap (text, lost);
  set_out (subscriber, text->str, text->len);
  g_string_prepend (subscriber->out, head);
}

SpAdminSubscriber *
sp_admin_subscriber_new (SpAdminSubscription *subscription,
                         SpAdminOverFunc on_over,
                         gpointer user_data)
{
  SpAdminSubscriber *subscriber = g_new0 (SpAdminSubscriber, 1);

  subscriber->stream = subscription->stream;
  subscriber->socket = subscription->socket;
  subscriber->is_chunked = subscription->is_chunked;
  subscriber->kinds = subscription->kinds;
  subscriber->past = subscription->past;
  subscriber->out = g_string_new (NULL);
  subscriber->on_over = on_over;
  subscriber->user_data = user_data;
  g_queue_init (&subscriber->waiting);
  set_head (subscriber, subscription->lost);
  subscriber->readable = watch (subscriber, G_IO_IN, on_readable);
  want_write (subscriber);
  return subscriber;
}

gboolean
sp_admin_subscriber_wants (SpAdminSubscriber *subscriber, SpEventKind kind)
{
  return subscriber->kinds.is_wanted[kind] && !subscriber->is_over;
}

void
sp_admin_subscriber_put (SpAdminSubscriber *subscriber, GBytes *text)
{
  g_queue_push_tail (&subscriber->waiting, g_bytes_ref (text));
  subscriber->waiting_bytes += g_bytes_get_size (text);
  if (subscriber->waiting_bytes > MAX_WAITING_BYTES)
    cut (subscriber, "it does not read");
  else
    want_write (subscriber);
}

void
sp_admin_subscriber_keep_alive (SpAdminSubscriber *subscriber)
{
  static const char text[] = SP_ADMIN_SSE_KEEP_ALIVE;

  if (subscriber->blocked_us != 0
      && sp_clock_now_us () - subscriber->blocked_us > MAX_BLOCKED_US)
    cut (subscriber, "it has read nothing for a minute");
  if (subscriber->is_over || !is_out_sent (subscriber) || has_more (subscriber))
    return;
  set_out (subscriber, text, sizeof text - 1);
  want_write (subscriber);
}

/* What waits, as far as it goes at once, and the last chunk. */
static void
finish (SpAdminSubscriber *subscriber)
{
  static const char last_chunk[] = "0\r\n\r\n";
  gboolean is_going = !subscriber->is_over;

  while (is_going && (!is_out_sent (subscriber) || has_more (subscriber)))
    is_going = send_batch (subscriber) && subscriber->blocked_us == 0;
  if (is_going && subscriber->is_chunked)
    (void)g_socket_send_with_blocking (subscriber->socket,
                                       last_chunk,
                                       sizeof last_chunk - 1,
                                       FALSE,
                                       NULL,
                                       NULL);
}

void
sp_admin_subscriber_free (SpAdminSubscriber *subscriber)
{
  sp_gsource_clear (&subscriber->readable);
  sp_gsource_clear (&subscriber->writable);
  finish (subscriber);
  g_queue_clear_full (&subscriber->waiting, (GDestroyNotify)g_bytes_unref);
  (void)g_io_stream_close (subscriber->stream, NULL, NULL);
  g_object_unref (subscriber->stream);
  g_object_unref (subscriber->socket);
  g_ptr_array_unref (subscriber->past);
  g_string_free (subscriber->out, TRUE);
  g_free (subscriber);
}
