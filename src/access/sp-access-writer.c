/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-access-writer.h"

#include "sp-error.h"
#include "sp-stats.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MODE 0640
#define BATCH_BYTES (64 * 1024) /* written at once */
#define ITEM_BYTES 256          /* what an item costs besides its line */

typedef struct
{
  char *line; /* NULL: reopen */
  char *stream;
  char *peer;
  guint64 client;
} Item;

/** Counted: the thread has one reference, whoever made it the other, so that a
 * hung disk keeps the thread and nobody else. */
struct _SpAccessWriter
{
  gatomicrefcount ref_count;
  char *file; /* (nullable) */
  SpAccessHeader header;
  GMutex mutex; /* of all up to is_losing */
  GCond cond;   /* there are items, it ends, or it has ended */
  GQueue items;
  gsize n_bytes; /* of all that is not yet written */
  gboolean is_unlimited;
  gboolean is_ending;
  gboolean has_ended;
  guint64 lost;       /* since it began to lose */
  gboolean is_losing; /* and was said */
  /* the thread's own, once it runs */
  int fd;           /* -1: the journal */
  gboolean is_torn; /* the file ends in the middle of a line */
};

static void
item_free (Item *item)
{
  g_free (item->line);
  g_free (item->stream);
  g_free (item->peer);
  g_free (item);
}

static void
writer_unref (SpAccessWriter *writer)
{
  if (!g_atomic_ref_count_dec (&writer->ref_count))
    return;
  if (writer->fd >= 0)
    close (writer->fd);
  g_queue_clear_full (&writer->items, (GDestroyNotify)item_free);
  g_mutex_clear (&writer->mutex);
  g_cond_clear (&writer->cond);
  g_free (writer->file);
  g_free (writer);
}

/* One line of ours for each time it begins. */
static void
lose (SpAccessWriter *writer, guint64 n, const char *why)
{
  gboolean is_first;

  g_mutex_lock (&writer->mutex);
  is_first = !writer->is_losing;
  writer->is_losing = TRUE;
  writer->lost += n;
  g_mutex_unlock (&writer->mutex);
  sp_stats_add (SP_PUMP_access_lines_lost, n);
  if (is_first)
    sp_log (G_LOG_LEVEL_WARNING,
            NULL,
            "lines of the access log are lost from now on: %s",
            why);
}

/* The same for its end: all that waited is written. */
static void
recover (SpAccessWriter *writer)
{
  guint64 lost;
  gboolean is_over;

  g_mutex_lock (&writer->mutex);
  is_over = writer->is_losing && g_queue_is_empty (&writer->items);
  lost = writer->lost;
  if (is_over)
    {
      writer->is_losing = FALSE;
      writer->lost = 0;
    }
  g_mutex_unlock (&writer->mutex);
  if (is_over)
    sp_log (G_LOG_LEVEL_MESSAGE,
            NULL,
            "the access log is written again: %" G_GUINT64_FORMAT
            " lines were lost",
            lost);
}

/* How much of it got out; less than @len: see errno. */
static gsize
write_out (int fd, const char *data, gsize len)
{
  gsize done = 0;

  while (done < len)
    {
      ssize_t n = write (fd, data + done, len - done);
      struct pollfd room = { .fd = fd, .events = POLLOUT };

      if (n < 0 && errno == EAGAIN)
        (void)poll (&room, 1, -1); /* somebody else's stdout */
      else if (n < 0 && errno != EINTR)
        break;
      done += n > 0 ? (gsize)n : 0;
    }
  return done;
}

static guint
count_lines (const char *text, gsize len)
{
  guint n = 0;

  for (gsize i = 0; i < len; i++)
    n += text[i] == '\n';
  return n;
}

/* All of @batch, or what the disk takes of it; it is empty afterwards. */
static void
flush (SpAccessWriter *writer, GString *batch)
{
  guint n_lines = count_lines (batch->str, batch->len);
  gsize len = batch->len;
  gsize done;
  int failure;
  guint n_written;

  if (len == 0)
    return;
  if (writer->is_torn && write_out (writer->fd, "\n", 1) == 1)
    writer->is_torn = FALSE;
  done = writer->is_torn ? 0 : write_out (writer->fd, batch->str, len);
  failure = errno;
  n_written = count_lines (batch->str, done);
  if (done > 0)
    writer->is_torn = batch->str[done - 1] != '\n';
  sp_stats_add (SP_PUMP_access_lines, n_written);
  g_string_truncate (batch, 0);
  if (done < len)
    lose (writer, n_lines - n_written, g_strerror (failure));
  else
    recover (writer);
}

static gboolean
is_empty (int fd)
{
  struct stat status;

  return fstat (fd, &status) == 0
         && (!S_ISREG (status.st_mode) || status.st_size == 0);
}

static void
write_header (SpAccessWriter *writer)
{
  g_autofree char *text = NULL;

  if (writer->header == NULL || writer->fd < 0)
    return;
  text = writer->header (g_get_real_time ());
  (void)write_out (writer->fd, text, strlen (text)); /* the lines will tell */
}

/* -1 and errno: it cannot be. A pipe nobody reads is an error at once, and not
 * something to wait for. */
static int
open_file (const char *file)
{
  int fd
      = open (file,
              O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
              FILE_MODE);
  int flags = fd >= 0 ? fcntl (fd, F_GETFL) : -1;

  if (flags >= 0)
    (void)fcntl (fd, F_SETFL, flags & ~O_NONBLOCK);
  return fd;
}

static void
reopen (SpAccessWriter *writer)
{
  int fd = writer->file != NULL ? open_file (writer->file) : -1;

  if (writer->file == NULL)
    return;
  if (fd < 0)
    {
      sp_log (G_LOG_LEVEL_WARNING,
              NULL,
              "access log %s: %s; the file that was open is used further",
              writer->file,
              g_strerror (errno));
      return;
    }
  close (writer->fd);
  writer->fd = fd;
  writer->is_torn = FALSE;
  if (is_empty (fd))
    write_header (writer);
}

static void
journal (const Item *item)
{
  SpLogFields fields = { .stream = item->stream,
                         .peer = item->peer,
                         .client = item->client,
                         .message_id = SP_MESSAGE_ACCESS };

  sp_log (G_LOG_LEVEL_INFO, &fields, "%s", item->line);
  sp_stats_add (SP_PUMP_access_lines, 1);
}

static gsize
cost (const Item *item)
{
  return ITEM_BYTES + (item->line != NULL ? strlen (item->line) : 0);
}

static void
write_items (SpAccessWriter *writer, GQueue *items)
{
  g_autoptr (GString) batch = g_string_new (NULL);
  Item *item;

  while ((item = g_queue_pop_head (items)) != NULL)
    {
      if (item->line == NULL)
        {
          flush (writer, batch);
          reopen (writer);
        }
      else if (writer->fd < 0)
        journal (item);
      else
        g_string_append_printf (batch, "%s\n", item->line);
      if (batch->len >= BATCH_BYTES)
        flush (writer, batch);
      g_mutex_lock (&writer->mutex);
      writer->n_bytes -= cost (item);
      g_mutex_unlock (&writer->mutex);
      item_free (item);
    }
  flush (writer, batch);
  if (writer->fd < 0)
    recover (writer);
}

static gpointer
run (gpointer data)
{
  SpAccessWriter *writer = data;
  gboolean is_over = FALSE;

  write_header (writer);
  while (!is_over)
    {
      GQueue items;

      g_mutex_lock (&writer->mutex);
      while (g_queue_is_empty (&writer->items) && !writer->is_ending)
        g_cond_wait (&writer->cond, &writer->mutex);
      is_over = g_queue_is_empty (&writer->items);
      items = writer->items;
      g_queue_init (&writer->items);
      g_mutex_unlock (&writer->mutex);
      write_items (writer, &items);
    }
  g_mutex_lock (&writer->mutex);
  writer->has_ended = TRUE;
  g_cond_broadcast (&writer->cond);
  g_mutex_unlock (&writer->mutex);
  writer_unref (writer);
  return NULL;
}

/* FALSE: @writer->fd is -1, and that is not the journal. */
static gboolean
open_first (SpAccessWriter *writer, GError **error)
{
  writer->fd = -1;
  if (writer->file == NULL && sp_log_has_journal ())
    return TRUE;
  writer->fd = writer->file != NULL ? open_file (writer->file)
                                    : fcntl (STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (writer->fd >= 0)
    return TRUE;
  g_set_error (error,
               SP_ERROR,
               SP_ERROR_CONFIG,
               _ ("access log %s: %s"),
               writer->file != NULL ? writer->file : "stdout",
               g_strerror (errno));
  return FALSE;
}

SpAccessWriter *
sp_access_writer_new (const char *file, SpAccessHeader header, GError **error)
{
  SpAccessWriter *writer = g_new0 (SpAccessWriter, 1);

  g_atomic_ref_count_init (&writer->ref_count);
  g_mutex_init (&writer->mutex);
  g_cond_init (&writer->cond);
  g_queue_init (&writer->items);
  writer->file = g_strdup (file);
  writer->header = header;
  if (!open_first (writer, error))
    {
      writer_unref (writer);
      return NULL;
    }
  g_atomic_ref_count_inc (&writer->ref_count);
  g_thread_unref (g_thread_new ("access-log", run, writer));
  return writer;
}

/* TRUE: taken. */
static gboolean
push (SpAccessWriter *writer, Item *item)
{
  gboolean has_room;

  g_mutex_lock (&writer->mutex);
  has_room = item->line == NULL || writer->is_unlimited
             || writer->n_bytes + cost (item) <= SP_ACCESS_MAX_QUEUE;
  if (has_room)
    {
      writer->n_bytes += cost (item);
      g_queue_push_tail (&writer->items, item);
      g_cond_broadcast (&writer->cond);
    }
  g_mutex_unlock (&writer->mutex);
  if (!has_room)
    item_free (item);
  return has_room;
}

gboolean
sp_access_writer_put (SpAccessWriter *writer,
                      char *line,
                      const SpLogFields *about)
{
  Item *item = g_new0 (Item, 1);

  item->line = line;
  item->stream = g_strdup (about->stream);
  item->peer = g_strdup (about->peer);
  item->client = about->client;
  if (push (writer, item))
    return TRUE;
  lose (writer, 1, "what takes them is too slow");
  return FALSE;
}

void
sp_access_writer_reopen (SpAccessWriter *writer)
{
  push (writer, g_new0 (Item, 1));
}

void
sp_access_writer_lift_limit (SpAccessWriter *writer)
{
  g_mutex_lock (&writer->mutex);
  writer->is_unlimited = TRUE;
  g_mutex_unlock (&writer->mutex);
}

void
sp_access_writer_free (SpAccessWriter *writer, guint wait_ms)
{
  gint64 deadline_us
      = g_get_monotonic_time () + (gint64)wait_ms * G_TIME_SPAN_MILLISECOND;

  g_mutex_lock (&writer->mutex);
  writer->is_ending = TRUE;
  g_cond_broadcast (&writer->cond);
  while (!writer->has_ended
         && g_cond_wait_until (&writer->cond, &writer->mutex, deadline_us))
    ;
  g_mutex_unlock (&writer->mutex);
  writer_unref (writer);
}
