/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ask.h"
#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-test.h"
#include "sp-watcher.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* What each viewer costs the daemon in user memory: the growth of its heap from
 * few viewers to many, each from an address of its own, while a stream runs.
 * And what streams cost that nobody sends.
 * bench-memory [FEW [MANY [PACKETS_PER_S [IDLE_STREAMS [SECONDS]]]]]
 * SECONDS: that the stream runs before they come, so that its ring is full. */

#define DEFAULT_FEW 20
#define DEFAULT_MANY 100
#define DEFAULT_PACKETS_PER_S 10
#define DEFAULT_IDLE_STREAMS 20
#define DEFAULT_SECONDS 1
#define PACKET_BYTES 1400
#define SETTLE_S 3
#define DEADLINE_S 60
#define JOINS_PER_S 1000
#define FIRST_ADDRESS 0x7f010001 /* 127.1.0.1 */
#define REQUEST                                                                \
  "GET /streams/live HTTP/1.1\r\nHost: pump.example:8086\r\n" SP_WATCHER_PLAY  \
  "\r\n"

typedef struct
{
  SpDaemon *daemon;
  int epoll;
  int *fds;
  guint n;          /* viewers connected */
  guint64 lost;     /* atomic: connections that ended */
  gboolean is_over; /* atomic */
} Bench;

/* Viewers read all they get and look at none of it. */
static gpointer
run_readers (gpointer data)
{
  Bench *bench = data;
  struct epoll_event events[256];
  guint8 scratch[1];

  while (!g_atomic_int_get (&bench->is_over))
    {
      int n = epoll_wait (bench->epoll, events, G_N_ELEMENTS (events), 50);

      for (int i = 0; i < n; i++)
        {
          int fd = events[i].data.fd;
          ssize_t got = recv (fd, scratch, 1 << 20, MSG_TRUNC | MSG_DONTWAIT);

          if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)))
            continue;
          epoll_ctl (bench->epoll, EPOLL_CTL_DEL, fd, NULL);
          __atomic_fetch_add (&bench->lost, 1, __ATOMIC_RELAXED);
        }
    }
  return NULL;
}

static int
connect_from (guint32 address, guint16 port)
{
  struct sockaddr_in from
      = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (address) };
  struct sockaddr_in to = { .sin_family = AF_INET,
                            .sin_port = htons (port),
                            .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (bind (fd, (struct sockaddr *)&from, sizeof from), ==, 0);
  g_assert_cmpint (connect (fd, (struct sockaddr *)&to, sizeof to), ==, 0);
  return fd;
}

static void
add_viewer (Bench *bench)
{
  int fd
      = connect_from (FIRST_ADDRESS + bench->n, sp_daemon_port (bench->daemon));
  struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

  g_assert_true (sp_ask_send_text (fd, REQUEST));
  g_assert_cmpint (epoll_ctl (bench->epoll, EPOLL_CTL_ADD, fd, &event), ==, 0);
  bench->fds[bench->n++] = fd;
}

/* The daemon's heap once @n viewers watch, and have done so for a while. */
static guint64
measure (Bench *bench, guint n)
{
  while (bench->n < n)
    {
      add_viewer (bench);
      if (bench->n % (JOINS_PER_S / 100) == 0)
        g_usleep (G_USEC_PER_SEC / 100);
    }
  sp_daemon_wait_figure (
      bench->daemon, "/admin/status", "clients", n, DEADLINE_S);
  g_usleep (SETTLE_S * G_USEC_PER_SEC);
  sp_daemon_wait_figure (bench->daemon, "/admin/status", "clients", n, 1);
  return sp_daemon_heap_kib (bench->daemon);
}

static void
bench_viewers (guint few, guint many, guint packets_per_s, guint seconds)
{
  Bench bench
      = { .epoll = epoll_create1 (EPOLL_CLOEXEC), .fds = g_new (int, many) };
  g_autoptr (SpDaemon) daemon
      = sp_daemon_start ("\"workers\": 1", SP_DAEMON_PUSH ("live", ""));
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  G_GNUC_UNUSED g_autoptr (SpFeeder) feeder
      = sp_feeder_new (sp_encoder_go (sp_daemon_port (daemon), "live", header),
                       packets_per_s,
                       PACKET_BYTES);
  GThread *readers = g_thread_new ("readers", run_readers, &bench);
  guint64 empty_kib = sp_daemon_heap_kib (daemon);
  guint64 few_kib;
  guint64 many_kib;

  bench.daemon = daemon;
  sp_daemon_wait_figure (daemon, "/admin/status", "streams_live", 1, 10);
  g_usleep (seconds * G_USEC_PER_SEC);
  few_kib = measure (&bench, few);
  many_kib = measure (&bench, many);
  g_print ("%u packets/s: nobody %" G_GUINT64_FORMAT
           " KiB, %u viewers %" G_GUINT64_FORMAT
           " KiB, %u viewers %" G_GUINT64_FORMAT " KiB: %.0f bytes a viewer\n",
           packets_per_s,
           empty_kib,
           few,
           few_kib,
           many,
           many_kib,
           ((double)many_kib - (double)few_kib) * 1024 / (many - few));
  g_assert_cmpuint (__atomic_load_n (&bench.lost, __ATOMIC_RELAXED), ==, 0);
  g_atomic_int_set (&bench.is_over, TRUE);
  g_thread_join (readers);
  for (guint i = 0; i < bench.n; i++)
    close (bench.fds[i]);
  sp_daemon_wait_figure (daemon, "/admin/status", "clients", 0, DEADLINE_S);
  g_print ("after they left %" G_GUINT64_FORMAT " KiB\n",
           sp_daemon_heap_kib (daemon));
  close (bench.epoll);
  g_free (bench.fds);
}

static void
bench_idle (guint n)
{
  g_autoptr (GString) streams = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (streams,
                            "%s{ \"name\": \"s%u\", \"path\": \"s%u\", "
                            "\"type\": \"mmsh_push\" }",
                            i > 0 ? "," : "",
                            i,
                            i);
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", streams->str);

  g_usleep (SETTLE_S * G_USEC_PER_SEC);
  g_print ("%u idle streams: %" G_GUINT64_FORMAT " KiB\n",
           n,
           sp_daemon_heap_kib (daemon));
}

static guint
argument (int argc, char **argv, int i, guint fallback)
{
  return argc > i ? (guint)g_ascii_strtoull (argv[i], NULL, 10) : fallback;
}

int
main (int argc, char **argv)
{
  struct rlimit limit;

  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  limit.rlim_cur = limit.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  bench_viewers (argument (argc, argv, 1, DEFAULT_FEW),
                 argument (argc, argv, 2, DEFAULT_MANY),
                 argument (argc, argv, 3, DEFAULT_PACKETS_PER_S),
                 argument (argc, argv, 5, DEFAULT_SECONDS));
  bench_idle (argument (argc, argv, 4, DEFAULT_IDLE_STREAMS));
  return 0;
}
