/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-listener.h"
#include "sp-publisher.h"
#include "sp-test.h"

#include <string.h>

#define CLIENTS 24
#define PACKETS 400
#define PACKET_LEN 1000

/* A protocol of one letter: "v" watches, "q" is answered and closed, "e" is
 * answered and kept, anything else is an error. */
static SpSession *
create (gpointer service, const SpPeer *peer, gint64 now_us)
{
  gpointer *session = g_new (gpointer, 1);

  *session = *(gpointer *)service;
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
bare_advance (SpFramerState *state, const SpPacket *packet)
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
  SpStream *stream = *(gpointer *)session;

  g_byte_array_append (outbox->reply, (const guint8 *)"+", 1);
  if (data[0] == 'e')
    return;
  outbox->next = SP_NEXT_CLOSE;
  if (data[0] != 'v')
    return;
  outbox->next = SP_NEXT_VIEW;
  outbox->stream = sp_stream_ref (stream);
  outbox->framer = &bare;
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

static const SpSessionClass session_class
    = { "letters", create, feed, eof, tick, free_session };

typedef struct
{
  SpWorker *workers[2];
  gpointer service;
  SpStream *stream;
  SpListener *listener;
  SpMailbox *mailbox;
  guint16 port;
  guint answers;
  guint kicked;
  GPtrArray *clients;
} House;

static void
house_open (House *house, GTlsCertificate *certificate)
{
  SpStreamPolicy policy = { .is_enabled = TRUE,
                            .n_sources = 1,
                            .burst_ms = 100000,
                            .slow_viewer_ms = 1000000,
                            .hold_ms = 60000,
                            .flush_ms = 5 };
  SpLaneHost hosts[2];
  g_autofree char *bound = NULL;
  g_autoptr (GError) error = NULL;

  memset (house, 0, sizeof *house);
  house->mailbox = sp_mailbox_new ();
  for (guint i = 0; i < 2; i++)
    {
      house->workers[i] = sp_worker_new (i, &session_class, &house->service);
      sp_worker_lane_host (house->workers[i], &hosts[i]);
    }
  house->stream = sp_stream_new ("Test", "test", &policy, hosts, 2);
  /* Each session gets the stream as its service. */
  house->service = house->stream;
  house->listener = sp_listener_new (house->workers, 2, 0);
  g_assert_true (sp_listener_open (
      house->listener, "127.0.0.1", 0, certificate, &bound, &error));
  g_assert_no_error (error);
  house->port = (guint16)g_ascii_strtoull (strrchr (bound, ':') + 1, NULL, 10);
  sp_listener_start (house->listener);
}

static void
house_close (House *house)
{
  sp_listener_free (house->listener);
  for (guint i = 0; i < 2; i++)
    sp_worker_stop (house->workers[i], 2000);
  for (guint i = 0; i < 2; i++)
    sp_worker_join (house->workers[i]);
  for (guint i = 0; i < 2; i++)
    sp_worker_free (house->workers[i]);
  sp_mailbox_free (house->mailbox);
  sp_stream_unref (house->stream);
}

static GSocketClient *
new_connector (void)
{
  return g_object_new (G_TYPE_SOCKET_CLIENT, "enable-proxy", FALSE, NULL);
}

/* A client in its own thread: says @hello and reads to the end. */
typedef struct
{
  guint16 port;
  const char *hello;
  gboolean is_slow;
  GByteArray *got;
} Client;

static gpointer
run_client (gpointer data)
{
  Client *client = data;
  g_autoptr (GSocketClient) connector = new_connector ();
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_to_host (
      connector, "127.0.0.1", client->port, NULL, NULL);
  g_autofree guint8 *buffer = g_malloc (65536);
  GInputStream *in;
  gssize n;

  if (connection == NULL)
    return NULL;
  in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (connection)),
      client->hello,
      strlen (client->hello),
      NULL,
      NULL,
      NULL);
  while ((n = g_input_stream_read (
              in, buffer, client->is_slow ? 512 : 65536, NULL, NULL))
         > 0)
    g_byte_array_append (client->got, buffer, (guint)n);
  return NULL;
}

typedef struct
{
  House *house;
  guint expected;
} Wish;

static gboolean
has_clients (gpointer data)
{
  Wish *wish = data;

  return sp_stream_clients (wish->house->stream) == wish->expected;
}

static gboolean
has_answers (gpointer data)
{
  Wish *wish = data;

  sp_mailbox_drain (wish->house->mailbox);
  return wish->house->answers == wish->expected;
}

/* So that the wait looks again now and then. */
static gboolean
on_beat (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
wait_for (House *house, gboolean (*is_done) (gpointer), guint expected)
{
  Wish wish = { house, expected };
  guint beat = g_timeout_add (5, on_beat, NULL);

  sp_test_wait (NULL, is_done, &wish, 30);
  g_source_remove (beat);
}

static void
publish (House *house)
{
  SpPublisher *publisher = sp_publisher_acquire (
      house->stream, 0, "test", 0, g_get_monotonic_time (), NULL);
  guint8 payload[PACKET_LEN];

  sp_publisher_put_header (
      publisher, (const guint8 *)"HEAD", 4, 0, g_get_monotonic_time (), NULL);
  for (guint i = 0; i < PACKETS; i++)
    {
      SpPacketMeta meta = { .is_join_point = i == 0 };

      memset (payload, (int)i, sizeof payload);
      sp_publisher_put_data (publisher,
                             &meta,
                             payload,
                             sizeof payload,
                             g_get_monotonic_time (),
                             NULL);
    }
  sp_publisher_release (publisher, TRUE, g_get_monotonic_time (), NULL);
}

static void
start_clients (House *house, Client *clients, GThread **threads, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      clients[i] = (Client){ .port = house->port,
                             .hello = i % 2 == 0 ? "veven" : "vodd",
                             .is_slow = i % 8 == 7,
                             .got = g_byte_array_new () };
      threads[i] = g_thread_new ("client", run_client, &clients[i]);
    }
}

static void
test_everybody_gets_everything (void)
{
  House house;
  Client clients[CLIENTS];
  GThread *threads[CLIENTS];

  house_open (&house, NULL);
  start_clients (&house, clients, threads, CLIENTS);
  wait_for (&house, has_clients, CLIENTS);
  publish (&house);
  for (guint i = 0; i < CLIENTS; i++)
    {
      g_thread_join (threads[i]);
      g_assert_cmpuint (clients[i].got->len, ==, 1 + 4 + PACKETS * PACKET_LEN);
      for (guint k = 0; k < PACKETS; k++)
        g_assert_cmpuint (
            clients[i].got->data[5 + k * PACKET_LEN], ==, k & 0xff);
      g_byte_array_unref (clients[i].got);
    }
  wait_for (&house, has_clients, 0);
  house_close (&house);
}

static void
on_kicked (gpointer data, gpointer result)
{
  House *house = data;

  house->kicked += GPOINTER_TO_UINT (result);
  house->answers++;
}

static void
on_listed (gpointer data, gpointer result)
{
  House *house = data;
  g_autoptr (GPtrArray) clients = result;

  house->kicked += clients->len;
  house->answers++;
}

static void
test_lists_and_kicks (void)
{
  const SpClientFilter even = { .external_id = "even" };
  const SpClientFilter all = { 0 };
  House house;
  Client clients[8];
  GThread *threads[8];

  house_open (&house, NULL);
  start_clients (&house, clients, threads, 8);
  wait_for (&house, has_clients, 8);
  for (guint i = 0; i < 2; i++)
    sp_worker_list (house.workers[i], &all, house.mailbox, on_listed, &house);
  wait_for (&house, has_answers, 2);
  g_assert_cmpuint (house.kicked, ==, 8);
  house.kicked = 0;
  for (guint i = 0; i < 2; i++)
    sp_worker_kick (house.workers[i], &even, house.mailbox, on_kicked, &house);
  wait_for (&house, has_answers, 4);
  g_assert_cmpuint (house.kicked, ==, 4);
  wait_for (&house, has_clients, 4);
  for (guint i = 0; i < 8; i += 2)
    g_thread_join (threads[i]);
  house_close (&house);
  for (guint i = 1; i < 8; i += 2)
    g_thread_join (threads[i]);
  for (guint i = 0; i < 8; i++)
    g_byte_array_unref (clients[i].got);
}

static void
test_answers_and_closes (void)
{
  House house;
  Client client;

  house_open (&house, NULL);
  client = (Client){ .port = house.port,
                     .hello = "q",
                     .got = g_byte_array_new () };
  GThread *thread = g_thread_new ("client", run_client, &client);
  while (client.got->len == 0
         && sp_worker_connections (house.workers[0])
                    + sp_worker_connections (house.workers[1])
                == 0)
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  g_assert_cmpmem (client.got->data, client.got->len, "+", 1);
  g_byte_array_unref (client.got);
  house_close (&house);
}

static void
test_stops_with_clients_that_read_nothing (void)
{
  House house;
  g_autoptr (GSocketClient) connector = new_connector ();
  g_autoptr (GSocketConnection) connection = NULL;

  house_open (&house, NULL);
  connection = g_socket_client_connect_to_host (
      connector, "127.0.0.1", house.port, NULL, NULL);
  g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (connection)),
      "v",
      1,
      NULL,
      NULL,
      NULL);
  wait_for (&house, has_clients, 1);
  for (guint i = 0; i < 20; i++)
    publish (&house);
  house_close (&house);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/worker/everybody-gets-everything",
                   test_everybody_gets_everything);
  g_test_add_func ("/worker/lists-and-kicks", test_lists_and_kicks);
  g_test_add_func ("/worker/answers-and-closes", test_answers_and_closes);
  g_test_add_func ("/worker/stops-with-clients-that-read-nothing",
                   test_stops_with_clients_that_read_nothing);
  return g_test_run ();
}
