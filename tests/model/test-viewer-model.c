/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-framer.h"
#include "sp-model.h"
#include "sp-test.h"

#include <string.h>

#define RUNS 300
#define STEPS 400
#define QUICK_US (9 * G_USEC_PER_SEC)
#define MAX_SOCKET (4 * 1024 * 1024) /* then a client takes no more */

static SpModelTotals totals;

static guint32
roll (SpModel *model, guint32 min, guint32 max)
{
  return min + g_rand_int (model->rand) % (max - min + 1);
}

static gboolean
is_one_in (SpModel *model, guint32 n)
{
  return roll (model, 1, n) == 1;
}

/* @len bytes that begin with @kind and @number. */
static guint8 *
make_payload (SpModel *model, char kind, guint32 number, gsize len)
{
  guint8 *payload = g_malloc (len);
  guint32 filler = g_rand_int (model->rand);

  for (gsize i = 0; i < len; i++)
    payload[i] = (guint8)(filler >> (i % 4 * 8)) ^ (guint8)(i >> 2);
  payload[0] = (guint8)kind;
  for (guint i = 0; i < 4; i++)
    payload[1 + i] = (guint8)(number >> (8 * i));
  return payload;
}

/* The ring dropped what a client still had to get? */
static void
look_for_losses (SpModel *model)
{
  for (guint i = 0; i < SP_MODEL_CLIENTS; i++)
    {
      SpViewer *viewer = &model->clients[i].viewer;
      guint64 oldest = sp_ring_oldest (model->ring);

      if (!model->clients[i].has_joined)
        continue;
      totals.lost += viewer->cursor < oldest;
      totals.held += viewer->pin != NULL && viewer->frame_offset > 0
                     && viewer->pin->meta.kind == SP_PACKET_DATA
                     && viewer->cursor <= oldest;
    }
}

static void
publish (SpModel *model, SpPacket *packet)
{
  sp_ring_append (model->ring, sp_packet_ref (packet));
  look_for_losses (model);
}

static void
publish_header (SpModel *model)
{
  SpPacketMeta meta = { .kind = SP_PACKET_HEADER,
                        .epoch = model->headers->len + 1,
                        .arrived_us = model->now_us };
  gsize len = is_one_in (model, 8) ? roll (model, 60000, 200000)
                                   : roll (model, 5, 6000);
  g_autofree guint8 *payload = make_payload (model, 'H', meta.epoch, len);

  if (!is_one_in (model, 4))
    meta.packet_size = roll (model, 5, is_one_in (model, 8) ? 65527 : 3000);
  SpPacket *packet = sp_packet_new (&meta, payload, len);
  g_ptr_array_add (model->headers, packet);
  publish (model, packet);
}

static void
publish_data (SpModel *model)
{
  SpPacket *header
      = g_ptr_array_index (model->headers, model->headers->len - 1);
  SpPacketMeta meta = { .kind = SP_PACKET_DATA,
                        .is_join_point = is_one_in (model, 10),
                        .number = model->first_number + model->data->len,
                        .epoch = header->meta.epoch,
                        .packet_size = header->meta.packet_size,
                        .arrived_us = model->now_us };
  guint32 max = meta.packet_size > 0 ? meta.packet_size : 65527;
  gsize len = roll (model, 5, is_one_in (model, 20) ? max : MIN (max, 1500));
  guint width = roll (model, 0, 2) * 2;
  guint at = roll (model, 5, 70);

  if (meta.packet_size > 0 && is_one_in (model, 3))
    len = meta.packet_size;
  g_autofree guint8 *payload = make_payload (model, 'D', meta.number, len);
  width = width == 4 ? 1 : width;
  if (is_one_in (model, 2) && at + width <= len)
    {
      meta.padding_at = (guint16)at;
      meta.padding_width = (guint8)width;
      memset (payload + at, 0, width);
    }
  SpPacket *packet = sp_packet_new (&meta, payload, len);
  g_ptr_array_add (model->data, packet);
  publish (model, packet);
}

static void
publish_end (SpModel *model)
{
  SpPacketMeta meta = { .kind = SP_PACKET_END, .arrived_us = model->now_us };
  g_autoptr (SpPacket) packet = sp_packet_new (&meta, NULL, 0);

  publish (model, packet);
  model->has_ended = TRUE;
}

static void
pass_time (SpModel *model)
{
  guint32 max_us = is_one_in (model, 10) ? 15000000 : 400000;
  gint64 later_us = model->now_us + roll (model, 0, max_us);

  model->now_us = model->is_quick ? MIN (later_us, QUICK_US) : later_us;
}

static void
join (SpModel *model, SpModelClient *client)
{
  if (client->has_joined)
    return;
  client->has_joined = TRUE;
  sp_viewer_join (
      &client->viewer, model->ring, model->now_us, roll (model, 0, 3000000));
}

static void
append_plan (GByteArray *out, const SpPlan *plan)
{
  for (guint i = 0; i < plan->n_iov; i++)
    g_byte_array_append (
        out, plan->iov[i].iov_base, (guint)plan->iov[i].iov_len);
}

/* The rest of a frame that is begun is the same however often it is planned. */
static void
assert_same_again (SpModel *model, SpModelClient *client, GByteArray *bytes)
{
  static SpPlan plan;
  g_autoptr (GByteArray) again = g_byte_array_new ();

  g_assert_cmpint (
      sp_viewer_plan (
          &client->viewer, model->ring, &model->rules, model->now_us, &plan),
      ==,
      SP_VIEWER_SEND);
  append_plan (again, &plan);
  g_assert_cmpmem (again->data, again->len, bytes->data, bytes->len);
}

static gsize
choose_share (SpModel *model, gsize bytes)
{
  switch (roll (model, 0, 5))
    {
    case 0:
      return roll (model, 0, (guint32)bytes);
    case 1:
      return roll (model, 0, (guint32)MIN (bytes, 40));
    case 2:
      return bytes - roll (model, 0, (guint32)MIN (bytes, 20));
    default:
      return bytes;
    }
}

/* One write, of all or as much as the client's socket likes; FALSE when there
 * is nothing to write. */
static gboolean
write_some (SpModel *model, SpModelClient *client, gboolean is_all)
{
  static SpPlan plan;
  SpViewer *viewer = &client->viewer;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint64 skipped = viewer->packets_skipped;
  gsize share;

  if (!client->has_joined || client->verdict == SP_VIEWER_ENDED
      || client->verdict == SP_VIEWER_CUT)
    return FALSE;
  plan.runs = model->runs;
  client->verdict = sp_viewer_plan (
      viewer, model->ring, &model->rules, model->now_us, &plan);
  /* What is wanted twice is worth a run. */
  if (client->verdict == SP_VIEWER_SEND && is_one_in (model, 2))
    client->verdict = sp_viewer_plan (
        viewer, model->ring, &model->rules, model->now_us, &plan);
  totals.runs += plan.run != NULL;
  totals.skips += viewer->packets_skipped > skipped;
  totals.cuts += client->verdict == SP_VIEWER_CUT;
  if (client->verdict != SP_VIEWER_SEND)
    return FALSE;
  append_plan (bytes, &plan);
  g_assert_cmpuint (bytes->len, ==, plan.bytes);
  g_assert_cmpuint (plan.n_iov, <=, SP_PLAN_IOV);
  if (viewer->frame_offset > 0 && is_one_in (model, 4))
    assert_same_again (model, client, bytes);
  share = is_all ? plan.bytes : choose_share (model, plan.bytes);
  totals.partial += share < plan.bytes;
  g_byte_array_append (client->socket, bytes->data, (guint)share);
  sp_viewer_advance (viewer, model->ring, &plan, share);
  return TRUE;
}

static void
kick (SpModel *model, SpModelClient *client)
{
  if (!client->has_joined || client->is_kicked)
    return;
  client->is_kicked = TRUE;
  totals.kicks++;
  sp_viewer_kick (&client->viewer);
}

static void
step (SpModel *model)
{
  SpModelClient *client = &model->clients[roll (model, 0, 2)];
  guint32 what = roll (model, 0, 199);

  if (what < 90 && model->headers->len > 0)
    publish_data (model);
  else if (what < 94 || model->headers->len == 0)
    publish_header (model);
  else if (what < 96)
    sp_ring_set_window (model->ring, roll (model, 0, 5000000));
  else if (what < 120)
    pass_time (model);
  else if (what < 124)
    join (model, client);
  else if (what < 125 && is_one_in (model, 10))
    kick (model, client);
  else if (client->socket->len < MAX_SOCKET)
    write_some (model, client, FALSE);
}

static void
model_init (SpModel *model, guint32 seed)
{
  *model = (SpModel){ .rand = g_rand_new_with_seed (seed) };
  model->headers
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_packet_unref);
  model->data
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_packet_unref);
  model->first_number = is_one_in (model, 2) ? 0 : G_MAXUINT32 - 20;
  model->is_quick = is_one_in (model, 2);
  model->rules.slow_viewer = roll (model, 0, 2);
  model->rules.slow_us = roll (model, 10000, 8000000);
  model->runs = is_one_in (model, 2) ? sp_runs_new () : NULL;
  model->ring
      = sp_ring_new (roll (model, 1000, 300000), roll (model, 0, 5000000));
  for (guint i = 0; i < SP_MODEL_CLIENTS; i++)
    {
      SpModelClient *client = &model->clients[i];
      gboolean is_bare = i == 2;

      client->socket = g_byte_array_new ();
      client->verdict = SP_VIEWER_LEVEL;
      sp_viewer_init (
          &client->viewer, is_bare ? &sp_bare_framer : &sp_mmsh_framer, i == 1);
    }
}

static void
model_clear (SpModel *model)
{
  for (guint i = 0; i < SP_MODEL_CLIENTS; i++)
    {
      sp_viewer_clear (&model->clients[i].viewer);
      g_byte_array_unref (model->clients[i].socket);
    }
  sp_ring_free (model->ring);
  g_clear_pointer (&model->runs, sp_runs_free);
  g_ptr_array_unref (model->data);
  g_ptr_array_unref (model->headers);
  g_rand_free (model->rand);
}

static void
run (guint32 seed)
{
  SpModel model;

  g_test_message ("seed %u", seed);
  model_init (&model, seed);
  for (guint i = 0; i < STEPS; i++)
    step (&model);
  if (is_one_in (&model, 2))
    publish_end (&model);
  for (guint i = 0; i < SP_MODEL_CLIENTS; i++)
    {
      SpModelClient *client = &model.clients[i];

      while (write_some (&model, client, TRUE))
        ;
      if (client->has_joined && (model.has_ended || client->is_kicked))
        g_assert_cmpint (client->verdict, >=, SP_VIEWER_ENDED);
      if (i == 2)
        sp_model_check_bare (&model, client, &totals);
      else
        sp_model_check_mmsh (&model, client, &totals);
    }
  model_clear (&model);
}

/* SP_MODEL_SEED=number repeats one run. */
static void
test_random (void)
{
  const char *text = g_getenv ("SP_MODEL_SEED");

  if (text != NULL)
    {
      run ((guint32)g_ascii_strtoull (text, NULL, 10));
      return;
    }
  for (guint i = 0; i < RUNS; i++)
    run ((guint32)g_test_rand_int ());
  g_test_message (
      "%u data packets, %u runs, %u header changes (%u split), %u partial "
      "writes, %u packets held, %u skips, %u gaps, %u losses, %u "
      "cuts, %u kicks, %u ends, %u paddings mended",
      totals.data,
      totals.runs,
      totals.header_changes,
      totals.split_headers,
      totals.partial,
      totals.held,
      totals.skips,
      totals.gaps,
      totals.lost,
      totals.cuts,
      totals.kicks,
      totals.ends,
      totals.mended);
  for (guint i = 0; i < sizeof totals / sizeof (guint); i++)
    g_assert_cmpuint (((guint *)&totals)[i], >, 0);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/viewer-model/random", test_random);
  return g_test_run ();
}
