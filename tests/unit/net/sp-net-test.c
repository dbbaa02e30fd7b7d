/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-net-test.h"

#include "sp-net-letters.h"

#include <string.h>
#include <sys/socket.h>

#define DEADLINE_S 30
#define BEAT_MS 5
#define JOIN_POINTS 50
#define HEADER "HEAD"

static guint n_loops;
static guint n_warnings; /* atomic */

/* Messages are what they should be here; warnings are counted. */
static GLogWriterOutput
on_log (GLogLevelFlags level,
        const GLogField *fields,
        gsize n_fields,
        gpointer user_data)
{
  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return g_log_writer_default (level, fields, n_fields, user_data);
  if (level & G_LOG_LEVEL_WARNING)
    g_atomic_int_inc (&n_warnings);
  return G_LOG_WRITER_HANDLED;
}

void
sp_net_test_init (int *argc, char ***argv)
{
  sp_test_init (argc, argv);
  g_log_set_writer_func (on_log, NULL, NULL);
}

SpStreamPolicy
sp_net_policy (void)
{
  return (SpStreamPolicy){ .is_enabled = TRUE,
                           .n_sources = 1,
                           .burst_ms = 100000,
                           .slow_viewer_ms = 1000000,
                           .hold_ms = 60000,
                           .flush_ms = 5 };
}

GTlsCertificate *
sp_net_certificate (void)
{
  g_autofree char *file
      = g_test_build_filename (G_TEST_DIST, "data", "tls.crt", NULL);
  g_autofree char *key
      = g_test_build_filename (G_TEST_DIST, "data", "tls.key", NULL);
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate
      = g_tls_certificate_new_from_files (file, key, &error);

  g_assert_no_error (error);
  return certificate;
}

void
sp_net_house_open (SpNetHouse *house,
                   const SpStreamPolicy *policy,
                   GTlsCertificate *certificate,
                   guint max_connections)
{
  SpLaneHost hosts[SP_NET_WORKERS];
  g_autofree char *bound = NULL;
  g_autoptr (GError) error = NULL;

  memset (house, 0, sizeof *house);
  g_atomic_int_set (&n_warnings, 0);
  house->opened = sp_stats_get (SP_PUMP_connections_accepted);
  house->closed = sp_stats_get (SP_PUMP_connections_closed);
  house->mailbox = sp_mailbox_new ();
  for (guint i = 0; i < SP_NET_WORKERS; i++)
    {
      house->workers[i] = sp_worker_new (i, &sp_net_letters, house);
      sp_worker_lane_host (house->workers[i], &hosts[i]);
    }
  house->stream = sp_stream_new ("Test", "test", policy, hosts, SP_NET_WORKERS);
  house->player = sp_player_new ();
  house->listener
      = sp_listener_new (house->workers, SP_NET_WORKERS, max_connections);
  sp_listener_open (
      house->listener, "127.0.0.1", 0, certificate, &bound, &error);
  g_assert_no_error (error);
  house->port = (guint16)g_ascii_strtoull (strrchr (bound, ':') + 1, NULL, 10);
  sp_listener_start (house->listener);
}

void
sp_net_house_close (SpNetHouse *house)
{
  if (house->publisher != NULL)
    sp_publisher_release (
        house->publisher, FALSE, g_get_monotonic_time (), "over");
  sp_listener_free (house->listener);
  for (guint i = 0; i < SP_NET_WORKERS; i++)
    sp_worker_stop (house->workers[i], 2000);
  for (guint i = 0; i < SP_NET_WORKERS; i++)
    sp_worker_join (house->workers[i]);
  for (guint i = 0; i < SP_NET_WORKERS; i++)
    {
      g_assert_cmpuint (sp_worker_connections (house->workers[i]), ==, 0);
      sp_worker_free (house->workers[i]);
    }
  sp_mailbox_free (house->mailbox);
  g_clear_pointer (&house->arrivals, g_ptr_array_unref);
  g_clear_pointer (&house->visits, g_ptr_array_unref);
  g_clear_pointer (&house->listed, g_ptr_array_unref);
  sp_player_unref (house->player);
  g_assert_cmpuint (sp_stream_clients (house->stream), ==, 0);
  g_assert_cmpint (g_atomic_int_get (&house->n_left),
                   ==,
                   g_atomic_int_get (&house->n_seats));
  sp_stream_unref (house->stream);
  g_assert_cmpuint (sp_stats_get (SP_PUMP_connections_accepted) - house->opened,
                    ==,
                    sp_stats_get (SP_PUMP_connections_closed) - house->closed);
  g_assert_cmpuint (g_atomic_int_get (&n_warnings), ==, house->warnings);
}

void
sp_net_publish (SpNetHouse *house, guint n)
{
  guint8 payload[SP_NET_PACKET_LEN];
  gint64 now_us = g_get_monotonic_time ();

  if (house->publisher == NULL)
    {
      house->publisher
          = sp_publisher_acquire (house->stream, 0, "test", 0, now_us, NULL);
      sp_publisher_put_header (house->publisher,
                               (const guint8 *)HEADER,
                               strlen (HEADER),
                               0,
                               now_us,
                               NULL);
    }
  for (guint i = 0; i < n; i++)
    {
      guint32 number = house->published++;
      SpPacketMeta meta = { .is_join_point = number % JOIN_POINTS == 0 };

      memset (payload, (int)number, sizeof payload);
      memcpy (payload, &number, sizeof number);
      sp_publisher_put_data (house->publisher,
                             &meta,
                             payload,
                             sizeof payload,
                             g_get_monotonic_time (),
                             NULL);
    }
}

void
sp_net_end (SpNetHouse *house)
{
  sp_publisher_release (
      g_steal_pointer (&house->publisher), TRUE, g_get_monotonic_time (), NULL);
}

guint64
sp_net_counter (SpNetHouse *house, SpStreamCounter counter)
{
  g_autoptr (SpStreamInfo) info
      = sp_stream_info (house->stream, g_get_monotonic_time ());

  return info->counters.value[counter];
}

typedef struct
{
  SpNetHouse *house;
  guint64 n;
  guint counter;
  gboolean (*is_done) (SpNetHouse *house);
} Wish;

/* So that the wait looks again now and then. */
static gboolean
on_beat (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
wait_for (gboolean (*is_done) (gpointer), Wish *wish)
{
  guint beat = g_timeout_add (BEAT_MS, on_beat, NULL);

  sp_test_wait (NULL, is_done, wish, DEADLINE_S);
  g_source_remove (beat);
}

static gboolean
has_clients (gpointer data)
{
  Wish *wish = data;

  return sp_stream_clients (wish->house->stream) == wish->n;
}

void
sp_net_wait_clients (SpNetHouse *house, guint n)
{
  wait_for (has_clients, &(Wish){ .house = house, .n = n });
}

static gboolean
has_connections (gpointer data)
{
  Wish *wish = data;
  guint n = 0;

  for (guint i = 0; i < SP_NET_WORKERS; i++)
    n += sp_worker_connections (wish->house->workers[i]);
  return n == wish->n;
}

void
sp_net_wait_connections (SpNetHouse *house, guint n)
{
  wait_for (has_connections, &(Wish){ .house = house, .n = n });
}

static gboolean
has_counter (gpointer data)
{
  Wish *wish = data;

  return sp_net_counter (wish->house, wish->counter) >= wish->n;
}

void
sp_net_wait_counter (SpNetHouse *house,
                     SpStreamCounter counter,
                     guint64 at_least)
{
  wait_for (has_counter,
            &(Wish){ .house = house, .n = at_least, .counter = counter });
}

static gboolean
has_pump_counter (gpointer data)
{
  Wish *wish = data;

  return sp_stats_get (wish->counter) >= wish->n;
}

void
sp_net_wait_pump_counter (SpPumpCounter counter, guint64 at_least)
{
  wait_for (has_pump_counter, &(Wish){ .n = at_least, .counter = counter });
}

static gboolean
is_so (gpointer data)
{
  Wish *wish = data;

  sp_mailbox_drain (wish->house->mailbox);
  return wish->is_done (wish->house);
}

/** sp_net_wait: mail is read meanwhile. */
void
sp_net_wait (SpNetHouse *house, gboolean (*is_done) (SpNetHouse *house))
{
  wait_for (is_so, &(Wish){ .house = house, .is_done = is_done });
}

static gboolean
is_late (gpointer data)
{
  Wish *wish = data;

  n_loops++;
  return g_get_monotonic_time () >= (gint64)wish->n;
}

void
sp_net_wait_us (gint64 us)
{
  wait_for (is_late, &(Wish){ .n = (guint64)(g_get_monotonic_time () + us) });
}

guint
sp_net_loops (void)
{
  return n_loops;
}

GSocket *
sp_net_connect (guint16 port, int rcvbuf)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) address
      = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4,
                                  G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP,
                                  &error);

  g_assert_no_error (error);
  g_socket_set_timeout (socket, DEADLINE_S);
  if (rcvbuf > 0)
    g_socket_set_option (socket, SOL_SOCKET, SO_RCVBUF, rcvbuf, NULL);
  g_socket_connect (socket, address, NULL, &error);
  g_assert_no_error (error);
  return socket;
}

void
sp_net_say (GSocket *socket, const char *words)
{
  gssize n = g_socket_send (socket, words, strlen (words), NULL, NULL);

  g_assert_cmpint (n, ==, strlen (words));
}

GByteArray *
sp_net_read_rest (GSocket *socket)
{
  GByteArray *got = g_byte_array_new ();
  char buffer[65536];
  gssize n;

  while ((n = g_socket_receive (socket, buffer, sizeof buffer, NULL, NULL)) > 0)
    g_byte_array_append (got, (const guint8 *)buffer, (guint)n);
  if (got->len > 0)
    {
      g_assert_cmpint (got->data[0], ==, '+');
      g_byte_array_remove_index (got, 0);
    }
  return got;
}

void
sp_net_read_bytes (GSocket *socket, guint8 *data, gsize len)
{
  g_autoptr (GError) error = NULL;

  for (gsize at = 0; at < len;)
    {
      gssize n = g_socket_receive (
          socket, (char *)data + at, len - at, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpint (n, >, 0);
      at += (gsize)n;
    }
}

guint
sp_net_check (const guint8 *data, gsize len, guint32 first, guint32 last)
{
  guint32 expected = first;
  guint missing = 0;

  g_assert_cmpuint (len, >=, strlen (HEADER));
  g_assert_cmpmem (data, strlen (HEADER), HEADER, strlen (HEADER));
  data += strlen (HEADER);
  len -= strlen (HEADER);
  g_assert_cmpuint (len % SP_NET_PACKET_LEN, ==, 0);
  for (; len > 0; data += SP_NET_PACKET_LEN, len -= SP_NET_PACKET_LEN)
    {
      guint32 number;

      memcpy (&number, data, sizeof number);
      g_assert_cmpuint (number, >=, expected);
      if (number != expected)
        g_assert_cmpuint (number % JOIN_POINTS, ==, 0);
      missing += number - expected;
      for (guint i = sizeof number; i < SP_NET_PACKET_LEN; i++)
        g_assert_cmpuint (data[i], ==, number & 0xff);
      expected = number + 1;
    }
  g_assert_cmpuint (expected, ==, last + 1);
  return missing;
}
