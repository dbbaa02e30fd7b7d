/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ask.h"
#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-lab.h"
#include "sp-test.h"
#include "sp-watcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEFAULT_CLIENTS 100
#define DEFAULT_SECONDS 2
#define DEFAULT_ROUNDS 1
#define PACKETS_A_SECOND 10
#define PACKET_BYTES 500
#define HEAD_BYTES 12 /* framing header and preheader, MS-WMSP 2.2.3.1 */
#define SAMPLED 2000  /* clients whose packets are looked at */
#define MAX_SAMPLES 2000000
#define REQUEST                                                                \
  "GET /streams/bench HTTP/1.1\r\nHost: h\r\n" SP_WATCHER_PLAY "\r\n"

/** A client that looks at the time stamp of each packet. */
typedef struct
{
  int fd;
  gboolean has_head; /* of HTTP */
  GByteArray *bytes; /* NULL: it drops all it gets */
} Client;

typedef struct
{
  guint n_clients;
  guint seconds;
  guint rounds;
  SpLab *lab;
  SpDaemon *daemon;
  SpEncoder *encoder;
  int epoll;
  Client *clients;
  GArray *late_us;      /* of the phase that runs; NULL: none does */
  GArray *totals[2];    /* without a walk, with one */
  gboolean is_over;     /* atomic */
  gboolean is_counting; /* atomic */
  guint n_walks;
  guint n_values;
  gint64 walked_us;
} Bench;

static gpointer
run_encoder (gpointer data)
{
  Bench *bench = data;
  guint8 packet[PACKET_BYTES] = { 0 };
  gint64 due_us = g_get_monotonic_time ();

  while (!g_atomic_int_get (&bench->is_over))
    {
      gint64 now_us = g_get_monotonic_time ();

      if (now_us < due_us)
        {
          (void)g_poll (NULL, 0, (gint)((due_us - now_us) / 1000 + 1));
          continue;
        }
      due_us += G_USEC_PER_SEC / PACKETS_A_SECOND;
      memcpy (packet, &now_us, sizeof now_us);
      sp_encoder_data (bench->encoder, packet, sizeof packet);
    }
  return NULL;
}

static void
note (Bench *bench, const guint8 *payload, gint64 now_us)
{
  gint64 sent_us;

  memcpy (&sent_us, payload, sizeof sent_us);
  if (g_atomic_int_get (&bench->is_counting)
      && bench->late_us->len < MAX_SAMPLES)
    {
      gint32 late_us = (gint32)CLAMP (now_us - sent_us, 0, G_MAXINT32);

      g_array_append_val (bench->late_us, late_us);
    }
}

/* Whole packets out of what @client has; TRUE for those of data. */
static void
take_packets (Bench *bench, Client *client, gint64 now_us)
{
  GByteArray *bytes = client->bytes;
  guint at = 0;

  while (bytes->len - at >= HEAD_BYTES)
    {
      const guint8 *head = bytes->data + at;
      guint len = 4 + head[2] + (guint)(head[3] << 8);

      if (bytes->len - at < len)
        break;
      if (head[1] == 'D' && len == HEAD_BYTES + PACKET_BYTES)
        note (bench, head + HEAD_BYTES, now_us);
      at += len;
    }
  g_byte_array_remove_range (bytes, 0, at);
}

static void
take (Bench *bench, Client *client, const guint8 *data, gsize len)
{
  gint64 now_us = g_get_monotonic_time ();
  const char *end;

  if (client->bytes == NULL)
    return;
  g_byte_array_append (client->bytes, data, (guint)len);
  if (!client->has_head)
    {
      end = g_strstr_len (
          (const char *)client->bytes->data, client->bytes->len, "\r\n\r\n");
      if (end == NULL)
        return;
      client->has_head = TRUE;
      g_byte_array_remove_range (
          client->bytes,
          0,
          (guint)(end + 4 - (const char *)client->bytes->data));
    }
  take_packets (bench, client, now_us);
}

static gpointer
run_clients (gpointer data)
{
  Bench *bench = data;
  struct epoll_event events[256];
  static guint8 buffer[64 * 1024];

  while (!g_atomic_int_get (&bench->is_over))
    {
      int n = epoll_wait (bench->epoll, events, G_N_ELEMENTS (events), 100);

      for (int i = 0; i < n; i++)
        {
          Client *client = events[i].data.ptr;
          gssize len = recv (client->fd, buffer, sizeof buffer, MSG_DONTWAIT);

          if (len > 0)
            take (bench, client, buffer, (gsize)len);
        }
    }
  return NULL;
}

static void
connect_clients (Bench *bench)
{
  for (guint i = 0; i < bench->n_clients; i++)
    {
      Client *client = &bench->clients[i];
      struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };

      client->fd = sp_ask_connect ("127.0.0.1", sp_daemon_port (bench->daemon));
      if (client->fd < 0 || !sp_ask_send_text (client->fd, REQUEST))
        {
          fprintf (stderr, "client %u cannot connect\n", i);
          exit (EXIT_FAILURE);
        }
      if (i < SAMPLED)
        client->bytes = g_byte_array_new ();
      epoll_ctl (bench->epoll, EPOLL_CTL_ADD, client->fd, &event);
    }
  sp_daemon_wait_figure (
      bench->daemon, "/admin/status", "clients", bench->n_clients, 120);
}

/* One after the other, as long as the phase lasts. */
static gpointer
run_walks (gpointer data)
{
  Bench *bench = data;

  while (g_atomic_int_get (&bench->is_counting))
    {
      gint64 started_us = g_get_monotonic_time ();
      g_autofree char *said = sp_lab_ask (
          bench->lab, "snmpbulkwalk", SP_LAB_PUBLIC, "-Cr50 -Oq @1.4.2.1.12");
      g_auto (GStrv) lines = g_strsplit (said, "\n", -1);

      bench->walked_us += g_get_monotonic_time () - started_us;
      bench->n_values += g_strv_length (lines) - 1;
      bench->n_walks++;
    }
  return NULL;
}

static void
run_phase (Bench *bench, gboolean is_walked)
{
  GThread *walks = NULL;

  bench->late_us = bench->totals[is_walked];
  g_atomic_int_set (&bench->is_counting, TRUE);
  if (is_walked)
    walks = g_thread_new ("walks", run_walks, bench);
  (void)g_poll (NULL, 0, (gint)bench->seconds * 1000);
  g_atomic_int_set (&bench->is_counting, FALSE);
  if (walks != NULL)
    g_thread_join (walks);
  (void)g_poll (NULL, 0, 200); /* samples of this phase that are being noted */
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  return *(const gint32 *)a - *(const gint32 *)b;
}

static double
percentile_ms (GArray *late_us, guint percent)
{
  g_array_sort (late_us, compare);
  if (late_us->len == 0)
    return 0;
  return g_array_index (
             late_us, gint32, (gsize)(late_us->len - 1) * percent / 100)
         / 1000.0;
}

static void
report (Bench *bench)
{
  static const char *const names[] = { "no walk", "walk" };
  double p99[2];

  for (guint i = 0; i < 2; i++)
    {
      p99[i] = percentile_ms (bench->totals[i], 99);
      printf ("%s: %u packets, lateness p50 %.1f ms, p99 %.1f ms\n",
              names[i],
              bench->totals[i]->len,
              percentile_ms (bench->totals[i], 50),
              p99[i]);
    }
  printf ("p99 with a walk is %.2f times that without\n",
          p99[0] > 0 ? p99[1] / p99[0] : 0);
  printf ("%u walks of one column, %u values, %.0f rows a second\n",
          bench->n_walks,
          bench->n_values,
          bench->walked_us > 0
              ? bench->n_values * (double)G_USEC_PER_SEC / bench->walked_us
              : 0);
}

static void
open_house (Bench *bench)
{
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  g_autofree char *members = NULL;

  bench->lab = sp_lab_start ();
  members = g_strdup_printf (
      "\"canary_ms\": 0, \"snmp\": { \"agentx\": \"%s\", \"ping_s\": 1, "
      "\"client_table\": \"full\" }",
      sp_lab_agentx (bench->lab));
  bench->daemon = sp_daemon_start (members, SP_DAEMON_PUSH ("bench", ""));
  bench->encoder
      = sp_encoder_go (sp_daemon_port (bench->daemon), "bench", header);
  sp_daemon_wait_figure (bench->daemon, "/admin/status", "streams_live", 1, 20);
  sp_lab_wait (bench->lab, "@1.1.12.0", "1", 20);
}

static guint
argument (int argc, char **argv, int index, guint otherwise)
{
  return index < argc ? (guint)g_ascii_strtoull (argv[index], NULL, 10)
                      : otherwise;
}

static void
run (Bench *bench)
{
  GThread *encoder = g_thread_new ("encoder", run_encoder, bench);
  GThread *clients = g_thread_new ("clients", run_clients, bench);

  connect_clients (bench);
  (void)g_poll (NULL, 0, 3000); /* what they joined with is behind them */
  for (guint i = 0; i < bench->rounds; i++)
    {
      run_phase (bench, FALSE);
      run_phase (bench, TRUE);
    }
  g_atomic_int_set (&bench->is_over, TRUE);
  g_thread_join (encoder);
  g_thread_join (clients);
}

/* bench-walk [CLIENTS [SECONDS [ROUNDS]]]: how much later media are at the
 * clients while their table is walked without a pause, in turns. */
int
main (int argc, char **argv)
{
  Bench bench = { .n_clients = argument (argc, argv, 1, DEFAULT_CLIENTS),
                  .seconds = argument (argc, argv, 2, DEFAULT_SECONDS),
                  .rounds = argument (argc, argv, 3, DEFAULT_ROUNDS) };
  gboolean is_good;

  sp_test_init (&argc, &argv);
  bench.epoll = epoll_create1 (EPOLL_CLOEXEC);
  bench.clients = g_new0 (Client, bench.n_clients);
  for (guint i = 0; i < 2; i++)
    bench.totals[i] = g_array_new (FALSE, FALSE, sizeof (gint32));
  open_house (&bench);
  run (&bench);
  report (&bench);
  is_good = bench.totals[0]->len > 0 && bench.totals[1]->len > 0
            && bench.n_values >= bench.n_clients;
  for (guint i = 0; i < bench.n_clients; i++)
    {
      close (bench.clients[i].fd);
      if (bench.clients[i].bytes != NULL)
        g_byte_array_unref (bench.clients[i].bytes);
    }
  close (bench.epoll);
  sp_encoder_free (bench.encoder);
  sp_daemon_free (bench.daemon);
  sp_lab_free (bench.lab);
  for (guint i = 0; i < 2; i++)
    g_array_unref (bench.totals[i]);
  g_free (bench.clients);
  return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
