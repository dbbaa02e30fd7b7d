/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-net-letters.h"

#include "sp-net-test.h"

#include <string.h>

static SpSession *
create (gpointer service, const SpPeer *peer, gint64 now_us)
{
  gpointer *session = g_new (gpointer, 1);

  *session = service;
  return (SpSession *)session;
}

static void
bare_frame (const SpFramerState *state,
            const SpPacket *packet,
            guint part,
            SpFrame *frame)
{
  memset (frame, 0, sizeof *frame);
  frame->payload_len = packet->len;
  frame->is_last_part = TRUE;
}

static void
bare_advance (SpFramerState *state, SpPacketKind kind, guint n)
{
  state->has_sent_header = TRUE;
}

static const SpFramerClass bare = { "bare", bare_frame, bare_advance };

static void
feed (SpSession *session,
      const guint8 *data,
      gsize len,
      gint64 now_us,
      SpOutbox *outbox)
{
  SpNetHouse *house = *(gpointer *)session;

  if (data[0] == 'h')
    return;
  g_byte_array_append (outbox->reply, (const guint8 *)"+", 1);
  if (data[0] == 'e')
    return;
  outbox->next = SP_NEXT_CLOSE;
  if (data[0] == 'b')
    {
      g_byte_array_set_size (outbox->reply, SP_NET_BIG);
      memset (outbox->reply->data, '+', SP_NET_BIG);
    }
  if (data[0] == 'x')
    outbox->bad_input = "an x";
  if (data[0] != 'v' && data[0] != 'c')
    return;
  outbox->next = SP_NEXT_VIEW;
  outbox->stream = sp_stream_ref (house->stream);
  outbox->framer = &bare;
  outbox->is_canary = data[0] == 'c';
  outbox->host = g_strdup (SP_NET_HOST);
  outbox->external_id = g_strndup ((const char *)data + 1, len - 1);
}

static void
eof (SpSession *session, gint64 now_us, SpOutbox *outbox)
{
  outbox->next = SP_NEXT_CLOSE;
}

static void
tick (SpSession *session, gint64 now_us, SpOutbox *outbox)
{
}

static void
free_session (SpSession *session, gint64 now_us)
{
  g_free (session);
}

static guint32
seat (SpSession *session)
{
  SpNetHouse *house = *(gpointer *)session;

  return (guint32)g_atomic_int_add (&house->n_seats, 1) + SP_NET_FIRST_SEAT;
}

static void
report (gpointer service, guint32 seat_id, SpPlayerReport *player_report)
{
  SpNetHouse *house = service;

  sp_player_get (house->player, player_report);
}

static SpPlayer *
player (gpointer service, guint32 seat_id, gint64 now_us)
{
  SpNetHouse *house = service;

  return sp_player_ref (house->player);
}

static void
leave (gpointer service, const SpLeaver *leaver, gint64 now_us)
{
  SpNetHouse *house = service;

  g_assert_cmpuint (leaver->seat, >=, SP_NET_FIRST_SEAT);
  g_assert_true (leaver->stream == house->stream);
  g_assert_true (g_inet_address_get_is_loopback (leaver->address));
  g_atomic_int_inc (&house->n_left);
}

const SpSessionClass sp_net_letters
    = { "letters", create,       feed,   eof,    tick,
        seat,      free_session, report, player, leave };
