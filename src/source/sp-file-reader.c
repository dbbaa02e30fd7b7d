/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-file-reader.h"

#include "sp-error.h"
#include "sp-file-loop.h"
#include "sp-reader.h"

#include <string.h>

#define MAX_HEADER (1024 * 1024)
#define HEADER_START 24     /* what sp_asf_header_measure() wants to see */
#define READ_AHEAD 64       /* packets */
#define READ_BYTES 65536    /* at a time, or one packet */
#define DATA_SIZE_AT 16     /* in the Data Object: ASF specification 5.1 */
#define UNKNOWN G_MAXUINT64 /* number of packets */

typedef enum
{
  STEP_OPEN,
  STEP_START,  /* reads the first bytes of the header */
  STEP_HEADER, /* reads the rest */
  STEP_PACKETS,
  STEP_FAILED,
} Step;

/** Counted, because an operation under way outlives sp_file_reader_free(): one
 * ref is the owner's, one the operation's. There is at most one of these. */
struct _SpFileReader
{
  guint ref_count;
  GFile *file;
  GBytes *data;
  SpFileReaderReady on_ready; /* NULL: freed */
  gpointer user_data;
  GCancellable *cancellable;
  Step step;
  gboolean is_busy;
  GInputStream *input;
  guint8 *buffer;
  gsize buffer_len;
  gsize filled; /* of the buffer, and what it will be after this read */
  gsize wanted;
  gsize header_total;
  guint64 packets_left; /* in this turn */
  SpFileLoop loop;
  GBytes *header; /* the last one queued */
  GQueue items;   /* SpFileItem */
};

static void next_step (SpFileReader *reader);

static void
item_free (SpFileItem *item)
{
  g_clear_error (&item->error);
  g_free (item);
}

static void
reader_unref (SpFileReader *reader)
{
  if (--reader->ref_count > 0)
    return;
  g_queue_clear_full (&reader->items, (GDestroyNotify)item_free);
  g_clear_pointer (&reader->header, g_bytes_unref);
  g_clear_pointer (&reader->data, g_bytes_unref);
  g_clear_object (&reader->file);
  g_clear_object (&reader->input);
  g_clear_object (&reader->cancellable);
  g_free (reader->buffer);
  g_free (reader);
}

static SpFileItem *
push (SpFileReader *reader, SpFileItemKind kind, const void *data, gsize len)
{
  SpFileItem *item = g_malloc (sizeof (SpFileItem) + len);

  *item = (SpFileItem){ .kind = kind, .len = len };
  item->due_us = reader->loop.due_us;
  if (len > 0)
    memcpy (item->data, data, len);
  g_queue_push_tail (&reader->items, item);
  return item;
}

static void
close_input (SpFileReader *reader)
{
  if (reader->input != NULL)
    g_input_stream_close_async (
        reader->input, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  g_clear_object (&reader->input);
}

/* @error: (transfer full) */
static void
fail (SpFileReader *reader, GError *error)
{
  close_input (reader);
  g_clear_pointer (&reader->header, g_bytes_unref);
  (void)sp_file_loop_end (&reader->loop);
  reader->step = STEP_FAILED;
  push (reader, SP_FILE_ERROR, NULL, 0)->error = error;
}

static void
fail_because (SpFileReader *reader, const char *why)
{
  fail (reader, g_error_new_literal (SP_ERROR, SP_ERROR_PROTOCOL, why));
}

/* The file is over: from the start again. It is opened again, so that a file
 * that was replaced is played from its next turn on. */
static void
turn (SpFileReader *reader)
{
  if (!sp_file_loop_end (&reader->loop))
    {
      fail_because (reader, "it holds no ASF packets");
      return;
    }
  close_input (reader);
  reader->step = STEP_OPEN;
}

static void
grow_buffer (SpFileReader *reader, gsize len)
{
  if (len <= reader->buffer_len)
    return;
  reader->buffer = g_realloc (reader->buffer, len);
  reader->buffer_len = len;
}

/* How many packets the Data Object says it has; a recording that was broken off
 * says none. */
static guint64
count_packets (const SpAsfHeader *header, const guint8 *data_object)
{
  SpReader reader;
  guint64 size;

  sp_reader_init (&reader, data_object, SP_ASF_DATA_OBJECT_HEAD);
  sp_reader_seek (&reader, DATA_SIZE_AT);
  size = sp_reader_u64le (&reader);
  if (size < SP_ASF_DATA_OBJECT_HEAD + (guint64)header->packet_size)
    return UNKNOWN;
  return (size - SP_ASF_DATA_OBJECT_HEAD) / header->packet_size;
}

static void
take_header (SpFileReader *reader)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) live = NULL;
  SpAsfHeader header;

  live = sp_asf_header_as_live (reader->buffer, reader->filled, &error);
  if (live == NULL
      || !sp_asf_header_parse (&header, reader->buffer, reader->filled, &error))
    {
      fail (reader, g_steal_pointer (&error));
      return;
    }
  reader->packets_left
      = count_packets (&header, reader->buffer + header.header_len);
  sp_file_loop_begin (&reader->loop, &header);
  reader->step = STEP_PACKETS;
  if (reader->header != NULL && g_bytes_equal (reader->header, live))
    return;
  push (reader,
        SP_FILE_HEADER,
        g_bytes_get_data (live, NULL),
        g_bytes_get_size (live));
  g_clear_pointer (&reader->header, g_bytes_unref);
  reader->header = g_steal_pointer (&live);
}

static void
take_start (SpFileReader *reader)
{
  g_autoptr (GError) error = NULL;
  gsize total;

  if (!sp_asf_header_measure (
          reader->buffer, reader->filled, MAX_HEADER, &total, &error))
    {
      fail (reader, g_steal_pointer (&error));
      return;
    }
  reader->header_total = total;
  reader->step = STEP_HEADER;
}

/* FALSE: it was the last of the turn. A damaged packet is left out where the
 * Data Object says how many there are; otherwise it may be the index behind the
 * last packet. */
static gboolean
take_packet (SpFileReader *reader, guint8 *data)
{
  gsize size = reader->loop.header.packet_size;
  gint64 due_us;

  if (sp_file_loop_packet (&reader->loop, data, size, &due_us, NULL))
    push (reader, SP_FILE_PACKET, data, size);
  else if (reader->packets_left == UNKNOWN)
    return FALSE;
  if (reader->packets_left != UNKNOWN)
    reader->packets_left--;
  return reader->packets_left > 0;
}

static void
take_packets (SpFileReader *reader)
{
  gsize size = reader->loop.header.packet_size;
  gboolean is_more = reader->filled == reader->wanted;

  for (gsize at = 0; reader->filled - at >= size; at += size)
    if (!take_packet (reader, reader->buffer + at))
      {
        is_more = FALSE;
        break;
      }
  if (!is_more)
    turn (reader);
}

static void
take (SpFileReader *reader)
{
  gboolean is_short = reader->filled < reader->wanted;

  if (reader->step == STEP_PACKETS)
    take_packets (reader);
  else if (is_short)
    fail_because (reader, "it is too short for an ASF header");
  else if (reader->step == STEP_START)
    take_start (reader);
  else
    take_header (reader);
}

/* What an operation has brought is in: tells the owner, and goes on. */
static void
finish_step (SpFileReader *reader, gboolean was_empty)
{
  if (was_empty && !g_queue_is_empty (&reader->items))
    reader->on_ready (reader->user_data);
  if (reader->on_ready != NULL)
    next_step (reader);
  reader_unref (reader);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SpFileReader *reader = user_data;
  g_autoptr (GError) error = NULL;
  gboolean was_empty = g_queue_is_empty (&reader->items);
  gboolean is_read;
  gsize len = 0;

  reader->is_busy = FALSE;
  is_read = g_input_stream_read_all_finish (
      G_INPUT_STREAM (source), result, &len, &error);
  if (reader->on_ready == NULL)
    {
      reader_unref (reader);
      return;
    }
  reader->filled += len;
  if (is_read)
    take (reader);
  else
    fail (reader, g_steal_pointer (&error));
  finish_step (reader, was_empty);
}

/* Reads up to @wanted bytes in all behind the @filled ones. */
static void
start_read (SpFileReader *reader, gsize filled, gsize wanted)
{
  grow_buffer (reader, wanted);
  reader->filled = filled;
  reader->wanted = wanted;
  reader->is_busy = TRUE;
  reader->ref_count++;
  g_input_stream_read_all_async (reader->input,
                                 reader->buffer + filled,
                                 wanted - filled,
                                 G_PRIORITY_DEFAULT,
                                 reader->cancellable,
                                 on_read,
                                 reader);
}

static void
start_packets (SpFileReader *reader)
{
  gsize size = reader->loop.header.packet_size;
  guint64 n = MAX (READ_BYTES / size, 1);

  start_read (reader, 0, (gsize)MIN (n, reader->packets_left) * size);
}

static void
on_open (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SpFileReader *reader = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInputStream) input = NULL;
  gboolean was_empty = g_queue_is_empty (&reader->items);

  reader->is_busy = FALSE;
  input = g_file_read_finish (G_FILE (source), result, &error);
  if (reader->on_ready == NULL)
    {
      reader_unref (reader);
      return;
    }
  if (input != NULL)
    {
      reader->input = G_INPUT_STREAM (g_steal_pointer (&input));
      reader->step = STEP_START;
    }
  else
    fail (reader, g_steal_pointer (&error));
  finish_step (reader, was_empty);
}

static void
start_open (SpFileReader *reader)
{
  if (reader->file == NULL)
    {
      reader->input = g_memory_input_stream_new_from_bytes (reader->data);
      reader->step = STEP_START;
      start_read (reader, 0, HEADER_START);
      return;
    }
  reader->is_busy = TRUE;
  reader->ref_count++;
  g_file_read_async (
      reader->file, G_PRIORITY_DEFAULT, reader->cancellable, on_open, reader);
}

static void
next_step (SpFileReader *reader)
{
  if (reader->is_busy || g_queue_get_length (&reader->items) >= READ_AHEAD)
    return;
  switch (reader->step)
    {
    case STEP_OPEN:
      start_open (reader);
      break;
    case STEP_START:
      start_read (reader, 0, HEADER_START);
      break;
    case STEP_HEADER:
      start_read (reader, reader->filled, reader->header_total);
      break;
    case STEP_PACKETS:
      start_packets (reader);
      break;
    case STEP_FAILED:
      break;
    }
}

SpFileReader *
sp_file_reader_new (GFile *file,
                    GBytes *data,
                    SpFileReaderReady on_ready,
                    gpointer user_data)
{
  SpFileReader *reader = g_new0 (SpFileReader, 1);

  reader->ref_count = 1;
  if (file != NULL)
    reader->file = g_object_ref (file);
  else
    reader->data = g_bytes_ref (data);
  reader->on_ready = on_ready;
  reader->user_data = user_data;
  reader->cancellable = g_cancellable_new ();
  g_queue_init (&reader->items);
  next_step (reader);
  return reader;
}

/** sp_file_reader_free: no callback comes any more. */
void
sp_file_reader_free (SpFileReader *reader)
{
  reader->on_ready = NULL;
  g_cancellable_cancel (reader->cancellable);
  reader_unref (reader);
}

const SpFileItem *
sp_file_reader_peek (SpFileReader *reader)
{
  return g_queue_peek_head (&reader->items);
}

void
sp_file_reader_pop (SpFileReader *reader)
{
  item_free (g_queue_pop_head (&reader->items));
  next_step (reader);
}

void
sp_file_reader_retry (SpFileReader *reader)
{
  if (reader->step == STEP_FAILED)
    reader->step = STEP_OPEN;
  next_step (reader);
}
