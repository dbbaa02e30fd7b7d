/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sp-ask.h"
#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-test.h"
#include "sp-watcher.h"

#define N_VIEWERS 500
#define SECONDS 5
#define PER_S 50
#define MAX_BEHIND_S 3  /* on a machine that does other things besides */
#define PACKET_LEN 1250 /* with PER_S: 500 kbit/s */

typedef struct
{
  int fd;
  SpStrict *strict;
} Viewer;

static void
connect_viewer (Viewer *viewer, guint16 port, int epoll)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = viewer };

  viewer->strict = sp_strict_new (SP_STRICT_MMSH);
  viewer->fd = sp_ask_connect ("127.0.0.1", port);
  g_assert_cmpint (viewer->fd, >=, 0);
  sp_ask_send_text (viewer->fd,
                    "GET /streams/live HTTP/1.1\r\nHost: h\r\n" SP_WATCHER_PLAY
                    "\r\n");
  fcntl (viewer->fd, F_SETFL, O_NONBLOCK);
  g_assert_cmpint (epoll_ctl (epoll, EPOLL_CTL_ADD, viewer->fd, &event), ==, 0);
}

static void
read_viewer (Viewer *viewer)
{
  guint8 buffer[65536];
  ssize_t n = recv (viewer->fd, buffer, sizeof buffer, 0);

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  g_assert_cmpint (n, >, 0);
  if (!sp_strict_feed (viewer->strict, buffer, (gsize)n))
    g_assert_cmpstr (viewer->strict->error, ==, NULL);
}

/* 500 viewers at 500 kbit/s: all get whole packets, without a gap, and none
 * is far behind at the end. */
static void
test_500 (void)
{
  g_autoptr (SpDaemon) daemon
      = sp_daemon_start ("", SP_DAEMON_PUSH ("live", ""));
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  G_GNUC_UNUSED g_autoptr (SpFeeder) feeder
      = sp_feeder_new (sp_encoder_go (sp_daemon_port (daemon), "live", header),
                       PER_S,
                       PACKET_LEN);
  g_autofree Viewer *viewers = g_new0 (Viewer, N_VIEWERS);
  int epoll = epoll_create1 (EPOLL_CLOEXEC);
  struct epoll_event events[64];
  guint32 newest = 0;
  guint64 before_ms = sp_daemon_cpu_ms (daemon);

  sp_daemon_wait_figure (daemon, "/admin/status", "streams_live", 1, 10);
  for (guint i = 0; i < N_VIEWERS; i++)
    connect_viewer (&viewers[i], sp_daemon_port (daemon), epoll);
  gint64 until_us = g_get_monotonic_time () + SECONDS * G_USEC_PER_SEC;
  while (g_get_monotonic_time () < until_us)
    {
      int n = epoll_wait (epoll, events, G_N_ELEMENTS (events), 100);

      for (int i = 0; i < n; i++)
        read_viewer (events[i].data.ptr);
    }
  g_test_message ("%" G_GUINT64_FORMAT " ms of processor for %d viewers, "
                  "%d s, %" G_GUINT64_FORMAT " KiB",
                  sp_daemon_cpu_ms (daemon) - before_ms,
                  N_VIEWERS,
                  SECONDS,
                  sp_daemon_rss_kib (daemon));
  sp_daemon_wait_figure (daemon, "/admin/status", "clients", N_VIEWERS, 5);
  for (guint i = 0; i < N_VIEWERS; i++)
    {
      const GArray *frames = viewers[i].strict->frames;

      g_assert_cmpuint (viewers[i].strict->n_data, >=, PER_S * 2);
      g_assert_cmpuint (viewers[i].strict->n_gaps, ==, 0);
      newest = MAX (newest,
                    g_array_index (frames, SpFrame, frames->len - 1).number);
    }
  for (guint i = 0; i < N_VIEWERS; i++)
    {
      const GArray *frames = viewers[i].strict->frames;

      g_assert_cmpuint (g_array_index (frames, SpFrame, frames->len - 1).number
                            + MAX_BEHIND_S * PER_S,
                        >=,
                        newest);
      close (viewers[i].fd);
      sp_strict_free (viewers[i].strict);
    }
  close (epoll);
  sp_daemon_wait_figure (daemon, "/admin/status", "clients", 0, 5);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  g_test_add_func ("/scale/500-viewers", test_500);
  return g_test_run ();
}
