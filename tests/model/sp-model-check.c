/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-model.h"

#include "sp-http-chunk.h"
#include "sp-mmsh-demuxer.h"
#include "sp-mmsh-wire.h"
#include "sp-reader.h"
#include "sp-test.h"

#include <string.h>

/* What a client must know to judge what comes next. */
typedef struct
{
  SpModel *model;
  SpModelClient *client;
  SpModelTotals *totals;
  guint32 epoch; /* of the last header, 0: none */
  guint32 number;
  gboolean has_data;
  gboolean is_change; /* $C was the last */
  gboolean has_end;
  guint n_data;
  guint n_gaps;
} Checker;

static guint32
read_u32 (const guint8 *at)
{
  return at[0] | at[1] << 8 | at[2] << 16 | (guint32)at[3] << 24;
}

/* Some of @left bytes. */
static gsize
choose_piece (SpModel *model, gsize left)
{
  gsize n = (gsize)g_rand_int_range (model->rand, 1, 20000);

  return MIN (n, left);
}

/* A header begins with 'H' and its epoch; epochs only grow. */
static const SpPacket *
take_header (Checker *checker, const guint8 *data, gsize len)
{
  const SpPacket *packet;
  guint32 epoch;

  g_assert_false (checker->has_end);
  g_assert_cmpuint (len, >=, 5);
  g_assert_cmpuint (data[0], ==, 'H');
  epoch = read_u32 (data + 1);
  g_assert_cmpuint (epoch, >, checker->epoch);
  g_assert_cmpuint (epoch, <=, checker->model->headers->len);
  packet = g_ptr_array_index (checker->model->headers, epoch - 1);
  if (checker->epoch != 0)
    checker->totals->header_changes++;
  checker->epoch = epoch;
  return packet;
}

/* A data packet begins with 'D' and its number; it belongs to the last header,
 * and the first after a gap is one where a decoder can start. */
static const SpPacket *
take_data (Checker *checker, const guint8 *data, gsize len)
{
  SpModel *model = checker->model;
  const SpPacket *packet;
  guint32 number;
  gboolean is_next;

  g_assert_false (checker->has_end);
  g_assert_cmpuint (len, >=, 5);
  g_assert_cmpuint (data[0], ==, 'D');
  number = read_u32 (data + 1);
  g_assert_cmpuint (number - model->first_number, <, model->data->len);
  packet = g_ptr_array_index (model->data, number - model->first_number);
  g_assert_cmpuint (packet->meta.epoch, ==, checker->epoch);
  if (checker->has_data)
    g_assert_cmpint ((gint32)(number - checker->number), >, 0);
  is_next = checker->has_data && number == checker->number + 1;
  if (checker->has_data && !is_next)
    checker->n_gaps++;
  if (!is_next && model->is_quick)
    g_assert_true (packet->meta.is_join_point);
  checker->number = number;
  checker->has_data = TRUE;
  checker->n_data++;
  return packet;
}

static gboolean
on_header (gpointer user_data, const guint8 *data, gsize len, GError **error)
{
  Checker *checker = user_data;
  gboolean is_first = checker->epoch == 0;
  const SpPacket *packet = take_header (checker, data, len);

  g_assert_cmpint (checker->is_change, ==, !is_first);
  g_assert_cmpmem (data, len, packet->payload, packet->len);
  checker->is_change = FALSE;
  return TRUE;
}

static gboolean
on_data (gpointer user_data, const guint8 *data, gsize len, GError **error)
{
  Checker *checker = user_data;
  const SpPacket *packet = take_data (checker, data, len);

  g_assert_false (checker->is_change);
  g_assert_cmpmem (data, len, packet->payload, packet->len);
  return TRUE;
}

static gboolean
on_change (gpointer user_data, GError **error)
{
  Checker *checker = user_data;

  g_assert_false (checker->is_change);
  g_assert_cmpuint (checker->epoch, !=, 0);
  checker->is_change = TRUE;
  return TRUE;
}

static gboolean
on_end (gpointer user_data, gboolean is_final, GError **error)
{
  Checker *checker = user_data;

  g_assert_true (is_final);
  g_assert_false (checker->is_change);
  checker->has_end = TRUE;
  return TRUE;
}

static void
on_dropped (gpointer user_data, guint8 type)
{
  g_assert_not_reached ();
}

static const SpSinkClass sink
    = { on_header, on_data, on_change, on_end, on_dropped };

/* What concerns the client as a whole, when all it took has been looked at. */
static void
check_client (Checker *checker)
{
  SpModel *model = checker->model;
  SpModelClient *client = checker->client;
  SpViewer *viewer = &client->viewer;

  g_assert_cmpuint (viewer->packets_sent, ==, checker->n_data);
  g_assert_cmpuint (viewer->bytes_sent, ==, client->socket->len);
  if (checker->n_gaps > 0)
    g_assert_cmpuint (viewer->packets_skipped, >, 0);
  if (client->verdict == SP_VIEWER_LEVEL && !viewer->is_joining
      && checker->has_data)
    g_assert_cmpuint (
        checker->number, ==, model->first_number + model->data->len - 1);
  checker->totals->gaps += checker->n_gaps;
  checker->totals->data += checker->n_data;
  checker->totals->ends += checker->has_end;
}

/* The bytes without chunks, decoded in pieces. */
static GByteArray *
dechunk (SpModel *model, const GByteArray *socket, gboolean is_over)
{
  GByteArray *body = g_byte_array_new ();
  SpHttpChunk chunk;
  SpChunkVerdict verdict = SP_CHUNK_MORE;
  gsize at = 0;

  sp_http_chunk_init (&chunk);
  while (at < socket->len && verdict != SP_CHUNK_END)
    {
      gsize n = choose_piece (model, socket->len - at);
      const guint8 *out;
      gsize out_len;
      gsize used;

      verdict = sp_http_chunk_next (
          &chunk, socket->data + at, n, &used, &out, &out_len);
      g_assert_cmpint (verdict, !=, SP_CHUNK_BAD);
      if (verdict == SP_CHUNK_DATA)
        g_byte_array_append (body, out, (guint)out_len);
      at += used;
    }
  g_assert_cmpuint (at, ==, socket->len);
  g_assert_cmpint (verdict == SP_CHUNK_END, ==, is_over);
  return body;
}

/* Frame by frame, what the demuxer does not look at: AFFlags count the $D, and
 * LocationId is the number of the packet. */
static void
walk_frames (SpModelTotals *totals, const guint8 *data, gsize len)
{
  guint8 af_flags = 0;
  SpReader reader;

  sp_reader_init (&reader, data, len);
  while (sp_reader_left (&reader) > 0)
    {
      g_assert_cmpuint (sp_reader_u8 (&reader), ==, '$');
      guint8 type = sp_reader_u8 (&reader);
      guint16 length = sp_reader_u16le (&reader);
      const guint8 *body = sp_reader_slice (&reader, length);

      g_assert_nonnull (body);
      if (type == SP_MMSH_CHANGE || type == SP_MMSH_END)
        {
          g_assert_cmpuint (length, ==, 4);
          g_assert_cmpuint (read_u32 (body), ==, 0);
          continue;
        }
      g_assert_cmpuint (length, >, SP_MMSH_PREHEADER_LEN);
      g_assert_cmpuint (body[4], ==, 0);
      g_assert_cmpuint (body[6] | body[7] << 8, ==, length);
      if (type == SP_MMSH_DATA)
        {
          g_assert_cmpuint (length, >, SP_MMSH_PREHEADER_LEN + 4);
          g_assert_cmpuint (read_u32 (body), ==, read_u32 (body + 9));
          g_assert_cmpuint (body[5], ==, af_flags++);
        }
      else if (body[5] == SP_MMSH_AF_FIRST)
        totals->split_headers++;
    }
}

void
sp_model_check_mmsh (SpModel *model,
                     SpModelClient *client,
                     SpModelTotals *totals)
{
  Checker checker = { model, client, totals };
  g_autoptr (SpMmshDemuxer) demuxer = sp_mmsh_demuxer_new (SP_MMSH_PULL);
  g_autoptr (GByteArray) body = NULL;
  gboolean is_over = client->verdict == SP_VIEWER_ENDED;
  gsize at = 0;

  if (client->viewer.state.is_chunked)
    body = dechunk (model, client->socket, is_over);
  else
    body = g_byte_array_ref (client->socket);
  walk_frames (totals, body->data, body->len);
  while (at < body->len)
    {
      gsize n = choose_piece (model, body->len - at);
      g_autoptr (GError) error = NULL;

      sp_mmsh_demuxer_feed (
          demuxer, body->data + at, n, &sink, &checker, &error);
      g_assert_no_error (error);
      at += n;
    }
  g_assert_false (sp_mmsh_demuxer_next_body (demuxer));
  g_assert_cmpint (checker.has_end, ==, is_over);
  check_client (&checker);
}

/* A packet of a bare stream: its bytes, zeros up to the packet size, and their
 * count where the padding length of a single payload is. */
static GByteArray *
expect_bare (const SpPacket *packet, SpModelTotals *totals)
{
  GByteArray *bytes = g_byte_array_new ();
  guint at = packet->meta.padding_at;
  guint width = packet->meta.padding_width;
  guint missing = packet->meta.packet_size > packet->len
                      ? packet->meta.packet_size - packet->len
                      : 0;

  g_byte_array_append (bytes, packet->payload, packet->len);
  g_byte_array_set_size (bytes, packet->len + missing);
  if (missing > 0)
    memset (bytes->data + packet->len, 0, missing);
  if (missing == 0 || width == 0 || at + width > SP_FRAME_PREFIX_MAX
      || (width == 1 && missing > 255))
    return bytes;
  for (guint i = 0; i < width; i++)
    bytes->data[at + i] = (guint8)(missing >> (8 * i));
  totals->mended++;
  return bytes;
}

void
sp_model_check_bare (SpModel *model,
                     SpModelClient *client,
                     SpModelTotals *totals)
{
  Checker checker = { model, client, totals };
  const guint8 *data = client->socket->data;
  gsize left = client->socket->len;

  while (left > 0)
    {
      g_autoptr (GByteArray) bytes = NULL;

      if (data[0] == 'H')
        {
          const SpPacket *packet = take_header (&checker, data, left);

          bytes = g_byte_array_new ();
          g_byte_array_append (bytes, packet->payload, packet->len);
        }
      else
        bytes = expect_bare (take_data (&checker, data, left), totals);
      g_assert_cmpuint (bytes->len, <=, left);
      g_assert_cmpmem (data, bytes->len, bytes->data, bytes->len);
      data += bytes->len;
      left -= bytes->len;
    }
  check_client (&checker);
}
