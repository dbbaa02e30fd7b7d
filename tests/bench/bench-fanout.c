/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admission.h"
#include "sp-http-session.h"
#include "sp-listener.h"
#include "sp-mmsh-service.h"
#include "sp-publisher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEFAULT_VIEWERS 50
#define DEFAULT_KBPS 400
#define DEFAULT_SECONDS 1
#define PAYLOAD 1400
#define STEP_MS 20
#define REQUEST                                                                \
  "GET /streams/bench HTTP/1.0\r\nUser-Agent: NSPlayer/12.0\r\n"               \
  "Host: 127.0.0.1\r\nPragma: xPlayStrm=1\r\n"                                 \
  "Pragma: client-id=0,rate=1.000,stream-time=0,packet-num=4294967295\r\n\r\n"

/** The whole path of a viewer, from the listener to the socket, on one worker,
 * with the viewers beside it in a thread of their own. */
typedef struct
{
  guint n_viewers;
  guint kbps;
  guint seconds;
  SpWorker *worker;
  SpRegistry *registry;
  SpAdmission *admission;
  SpMmshService *service;
  SpHttpService http;
  SpStream *stream;
  SpListener *listener;
  SpPublisher *publisher;
  guint16 port;
  GMainLoop *loop;
  gint64 start_us;
  guint64 published;
  int epoll;
  int *fds;
  GThread *reader;
  gboolean is_over;      /* atomic */
  guint64 received;      /* the reader's */
  gint64 reader_used_us; /* processor */
} Bench;

static gint64
used_us (int who)
{
  struct rusage usage;

  getrusage (who, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC
         + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

/* Resident memory of the program. */
static gsize
resident_bytes (void)
{
  g_autofree char *text = NULL;
  char *end;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    return 0;
  (void)g_ascii_strtoull (text, &end, 10);
  return (gsize)g_ascii_strtoull (end, NULL, 10)
         * (gsize)sysconf (_SC_PAGESIZE);
}

/* Enough descriptors for both ends of each connection, or fewer viewers. */
static void
make_room (Bench *bench)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  bench->n_viewers
      = (guint)MIN ((rlim_t)bench->n_viewers, (limit.rlim_max - 64) / 2);
}

static void
open_house (Bench *bench)
{
  const SpStreamPolicy policy = { .is_enabled = TRUE,
                                  .n_sources = 1,
                                  .burst_ms = 2000,
                                  .slow_viewer_ms = 10000,
                                  .hold_ms = 60000,
                                  .flush_ms = 100 };
  SpLaneHost host;
  g_autofree char *bound = NULL;
  g_autoptr (GError) error = NULL;

  bench->registry = sp_registry_new ();
  bench->admission = sp_admission_new (bench->registry);
  bench->service
      = sp_mmsh_service_new (bench->registry, bench->admission, "bench");
  bench->http = (SpHttpService){ &sp_mmsh_handler, bench->service };
  bench->worker = sp_worker_new (0, &sp_http_session, &bench->http);
  sp_worker_lane_host (bench->worker, &host);
  bench->stream = sp_stream_new ("Bench", "bench", &policy, &host, 1);
  sp_registry_add (bench->registry, bench->stream);
  bench->listener = sp_listener_new (&bench->worker, 1, 0);
  if (!sp_listener_open (bench->listener, "127.0.0.1", 0, NULL, &bound, &error))
    {
      fprintf (stderr, "%s\n", error->message);
      exit (EXIT_FAILURE);
    }
  bench->port = (guint16)g_ascii_strtoull (strrchr (bound, ':') + 1, NULL, 10);
  sp_listener_start (bench->listener);
}

static void
close_house (Bench *bench)
{
  sp_publisher_release (
      bench->publisher, TRUE, g_get_monotonic_time (), "over");
  sp_listener_free (bench->listener);
  sp_worker_stop (bench->worker, 1000);
  sp_worker_join (bench->worker);
  sp_registry_remove (bench->registry, "bench");
  sp_worker_free (bench->worker);
  sp_stream_unref (bench->stream);
  sp_mmsh_service_free (bench->service);
  sp_admission_free (bench->admission);
  sp_registry_free (bench->registry);
}

static void
publish (Bench *bench)
{
  static const guint8 payload[PAYLOAD];
  gint64 now_us = g_get_monotonic_time ();
  guint64 due
      = (guint64)(now_us - bench->start_us) * bench->kbps / 8 / PAYLOAD / 1000;

  for (; bench->published < due; bench->published++)
    {
      SpPacketMeta meta = { .is_join_point = bench->published % 30 == 0 };

      sp_publisher_put_data (
          bench->publisher, &meta, payload, sizeof payload, now_us, NULL);
    }
}

static gboolean
on_step (gpointer data)
{
  Bench *bench = data;

  publish (bench);
  if (g_get_monotonic_time () - bench->start_us
      >= (gint64)bench->seconds * G_USEC_PER_SEC)
    g_main_loop_quit (bench->loop);
  return G_SOURCE_CONTINUE;
}

/* Reads what comes, and looks at none of it. */
static gpointer
run_reader (gpointer data)
{
  Bench *bench = data;
  struct epoll_event events[256];

  while (!g_atomic_int_get (&bench->is_over))
    {
      int n = epoll_wait (bench->epoll, events, G_N_ELEMENTS (events), 100);

      for (int i = 0; i < n; i++)
        {
          gssize len = recv (
              events[i].data.fd, NULL, 1 << 20, MSG_TRUNC | MSG_DONTWAIT);

          if (len > 0)
            bench->received += (guint64)len;
        }
    }
  bench->reader_used_us = used_us (RUSAGE_THREAD);
  return NULL;
}

static void
connect_viewers (Bench *bench)
{
  g_autoptr (GSocketAddress) address
      = g_inet_socket_address_new_from_string ("127.0.0.1", bench->port);
  guint8 native[128];
  gssize len = g_socket_address_get_native_size (address);

  g_socket_address_to_native (address, native, sizeof native, NULL);
  for (guint i = 0; i < bench->n_viewers; i++)
    {
      struct epoll_event event = { .events = EPOLLIN };
      int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

      event.data.fd = fd;
      bench->fds[i] = fd;
      if (connect (fd, (struct sockaddr *)native, (socklen_t)len) < 0
          || send (fd, REQUEST, strlen (REQUEST), 0) < 0)
        {
          perror ("connect");
          exit (EXIT_FAILURE);
        }
      epoll_ctl (bench->epoll, EPOLL_CTL_ADD, fd, &event);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  while (sp_stream_clients (bench->stream) < bench->n_viewers)
    g_main_context_iteration (NULL, TRUE);
}

static void
report (Bench *bench, gint64 used, gsize before_bytes, gsize after_bytes)
{
  double seconds = (double)used / G_USEC_PER_SEC;
  double gigabytes = (double)bench->received / 1e9;

  printf ("%u viewers at %u kbit/s for %u s: %.3f GB\n",
          bench->n_viewers,
          bench->kbps,
          bench->seconds,
          gigabytes);
  printf ("processor: %.2f s, %.1f %% of a core, %.2f s/GB (the viewers' own "
          "%.2f s not counted)\n",
          seconds,
          seconds / bench->seconds * 100,
          gigabytes > 0 ? seconds / gigabytes : 0,
          (double)bench->reader_used_us / G_USEC_PER_SEC);
  printf ("memory: %" G_GSIZE_FORMAT " bytes a viewer\n",
          (after_bytes - MIN (before_bytes, after_bytes)) / bench->n_viewers);
}

static void
run (Bench *bench)
{
  g_autoptr (GThread) reader = NULL;
  gsize before_bytes;
  gsize after_bytes;
  gint64 used;
  guint step;

  bench->loop = g_main_loop_new (NULL, FALSE);
  bench->start_us = g_get_monotonic_time ();
  bench->publisher = sp_publisher_acquire (
      bench->stream, 0, "bench", 0, bench->start_us, NULL);
  sp_publisher_put_header (
      bench->publisher, (const guint8 *)"header", 6, 0, bench->start_us, NULL);
  reader = g_thread_new ("viewers", run_reader, bench);
  step = g_timeout_add (STEP_MS, on_step, bench);
  before_bytes = resident_bytes ();
  connect_viewers (bench);
  after_bytes = resident_bytes ();
  bench->start_us = g_get_monotonic_time ();
  bench->published = 0;
  used = used_us (RUSAGE_SELF);
  g_main_loop_run (bench->loop);
  used = used_us (RUSAGE_SELF) - used;
  g_atomic_int_set (&bench->is_over, TRUE);
  g_thread_join (g_steal_pointer (&reader));
  g_source_remove (step);
  g_main_loop_unref (bench->loop);
  report (bench, used - bench->reader_used_us, before_bytes, after_bytes);
}

static guint
argument (int argc, char **argv, int index, guint otherwise)
{
  return index < argc ? (guint)g_ascii_strtoull (argv[index], NULL, 10)
                      : otherwise;
}

/* bench-fanout [VIEWERS [KBPS [SECONDS]]]: what viewers cost in processor time
 * and memory, the kernel's part of the sending included. */
int
main (int argc, char **argv)
{
  Bench bench = { .n_viewers = argument (argc, argv, 1, DEFAULT_VIEWERS),
                  .kbps = argument (argc, argv, 2, DEFAULT_KBPS),
                  .seconds = argument (argc, argv, 3, DEFAULT_SECONDS) };

  make_room (&bench);
  bench.fds = g_new0 (int, bench.n_viewers);
  bench.epoll = epoll_create1 (EPOLL_CLOEXEC);
  open_house (&bench);
  run (&bench);
  for (guint i = 0; i < bench.n_viewers; i++)
    close (bench.fds[i]);
  close_house (&bench);
  close (bench.epoll);
  g_free (bench.fds);
  return bench.received > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
