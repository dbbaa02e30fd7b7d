/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sp-ask.h"
#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-test.h"
#include "sp-watcher.h"

#define LIVE SP_DAEMON_PUSH ("live", "")
#define HOST "Host: localhost\r\n"

typedef struct
{
  const char *name;
  const char *request;
  guint status; /* 0: closed without an answer */
} Row;

static const Row rows[] = {
  { "empty-line-only", "\r\n\r\nGET\r\n\r\n", 400 },
  { "no-version", "GET /streams/live\r\n\r\n", 400 },
  { "no-target", "GET HTTP/1.1\r\n\r\n", 400 },
  { "version-2", "GET / HTTP/2.0\r\n" HOST "\r\n", 505 },
  { "http2-preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0 },
  { "rtsp", "OPTIONS rtsp://h/live RTSP/1.0\r\nCSeq: 1\r\n\r\n", 0 },
  { "lower-case-method", "get /streams/live HTTP/1.1\r\n" HOST "\r\n", 0 },
  { "no-colon", "GET / HTTP/1.1\r\n" HOST "broken header\r\n\r\n", 400 },
  { "space-before-colon", "GET / HTTP/1.1\r\nHost : h\r\n\r\n", 400 },
  { "empty-name", "GET / HTTP/1.1\r\n: h\r\n\r\n", 400 },
  { "control-byte", "GET /\001 HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "bad-percent", "GET /streams/%zz HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "percent-nul", "GET /streams/%00 HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "two-lengths",
    "POST /streams/live HTTP/1.1\r\n" HOST
    "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    400 },
  { "bad-length",
    "POST /streams/live HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n",
    400 },
  { "length-overflow",
    "POST /streams/live HTTP/1.1\r\n" HOST
    "Content-Length: 99999999999999999999\r\n\r\n",
    400 },
  { "unknown-coding",
    "POST /streams/live HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n\r\n",
    501 },
  { "body-too-large",
    "POST /streams/live HTTP/1.1\r\n" HOST
    "Content-Type: application/x-wms-sendevent\r\n"
    "Content-Length: 100000\r\n\r\n",
    413 },
  { "unknown-method", "BREW /streams/live HTTP/1.1\r\n" HOST "\r\n", 405 },
  { "impossible-post",
    "POST /streams/live HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n",
    400 },
};

/* What a request breaks must not be somebody else's: a viewer plays on. */
typedef struct
{
  SpDaemon *daemon;
  SpFeeder *feeder;
  SpWatcher *watcher;
} Stage;

static Stage stage;

static void
set_up (Stage *at, guint nofile)
{
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();

  at->daemon = sp_daemon_start_limited ("", LIVE, nofile);
  at->feeder = sp_feeder_new (
      sp_encoder_go (sp_daemon_port (at->daemon), "live", header), 50, 1000);
  sp_daemon_wait_figure (at->daemon, "/admin/status", "streams_live", 1, 10);
  at->watcher = sp_watcher_play (sp_daemon_port (at->daemon), "/streams/live");
  sp_watcher_wait_data (at->watcher, 5, 10);
}

static void
tear_down (Stage *at)
{
  sp_watcher_wait_more (at->watcher, 5, 10);
  sp_watcher_free (at->watcher);
  sp_feeder_break (at->feeder);
  sp_daemon_free (at->daemon);
}

static void
test_row (gconstpointer user_data)
{
  const Row *row = user_data;
  g_autoptr (SpAnswer) answer
      = sp_ask (sp_daemon_port (stage.daemon), row->request);
  g_autofree char *text = sp_answer_text (answer);

  g_test_message ("%s%.*s", answer->head, 200, text);
  g_assert_cmpuint (answer->status, ==, row->status);
  g_assert_true (answer->is_closed || answer->status == 405);
  g_assert_cmpint (answer->took_us, <, 5 * G_USEC_PER_SEC);
  sp_watcher_wait_more (stage.watcher, 1, 5);
}

/* Each limit, one byte too far. */
static void
test_too_long (void)
{
  g_autofree char *path = g_strnfill (9000, 'a');
  g_autofree char *value = g_strnfill (70000, 'b');
  g_autofree char *uri
      = g_strdup_printf ("GET /%s HTTP/1.1\r\n" HOST "\r\n", path);
  g_autofree char *head
      = g_strdup_printf ("GET / HTTP/1.1\r\n" HOST "X: %s\r\n\r\n", value);
  g_autoptr (GString) many = g_string_new ("GET / HTTP/1.1\r\n" HOST);
  g_autoptr (SpAnswer) first = sp_ask (sp_daemon_port (stage.daemon), uri);
  g_autoptr (SpAnswer) second = sp_ask (sp_daemon_port (stage.daemon), head);

  g_assert_cmpuint (first->status, ==, 414);
  g_assert_cmpuint (second->status, ==, 431);
  for (guint i = 0; i < 10000; i++)
    g_string_append (many, "X: y\r\n");
  g_string_append (many, "\r\n");
  g_autoptr (SpAnswer) third
      = sp_ask (sp_daemon_port (stage.daemon), many->str);
  g_assert_cmpuint (third->status, ==, 431);
}

/* A head that never ends, and a body: 408 after the time limit, both waited
 * for at once. */
static void
test_too_slow (void)
{
  static const char *const begun[] = {
    "GET /streams/live HTTP/1.1\r\nHost: l",
    "POST /streams/live HTTP/1.1\r\n" HOST
    "Content-Type: application/x-wms-sendevent\r\n"
    "Content-Length: 10\r\n\r\nabc",
  };
  int fds[G_N_ELEMENTS (begun)];

  for (guint i = 0; i < G_N_ELEMENTS (begun); i++)
    {
      fds[i] = sp_ask_connect ("127.0.0.1", sp_daemon_port (stage.daemon));
      sp_ask_send_text (fds[i], begun[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (begun); i++)
    {
      g_autoptr (SpAnswer) answer = sp_ask_read (fds[i], TRUE, 40000);

      g_assert_cmpuint (answer->status, ==, 408);
      g_assert_true (sp_ask_drain (fds[i], 5000));
      close (fds[i]);
    }
}

/* Random bytes, and requests with one byte changed. */
static void
test_noise (void)
{
  static const char request[]
      = "GET /streams/live HTTP/1.1\r\n" HOST SP_WATCHER_PLAY
        "Connection: close\r\n\r\n";
  g_autoptr (GRand) rand = g_rand_new_with_seed (42);

  for (guint i = 0; i < 300; i++)
    {
      char noise[sizeof request - 1];
      int fd = sp_ask_connect ("127.0.0.1", sp_daemon_port (stage.daemon));

      memcpy (noise, request, sizeof noise);
      for (gsize at = 0; i % 3 == 0 && at < sizeof noise; at++)
        noise[at] = (char)g_rand_int (rand);
      noise[g_rand_int_range (rand, 0, sizeof noise)] = (char)g_rand_int (rand);
      sp_ask_send (fd, noise, sizeof noise);
      if (i % 2 == 0)
        sp_ask_reset (fd);
      else
        close (fd);
    }
  sp_watcher_wait_more (stage.watcher, 10, 10);
}

/* Pipelined by the hundred; answers are counted. */
static guint
ask_for_absent (SpDaemon *daemon, guint n, guint first)
{
  g_autoptr (GString) batch = g_string_new (NULL);
  guint n_answers = 0;
  int fd = sp_ask_connect ("127.0.0.1", sp_daemon_port (daemon));
  char buffer[65536];

  for (guint sent = 0; sent < n;)
    {
      guint n_batch = MIN (100, n - sent);
      guint due = n_answers + n_batch;

      g_string_truncate (batch, 0);
      for (guint i = 0; i < n_batch; i++)
        g_string_append_printf (batch,
                                "GET /streams/absent%u HTTP/1.1\r\n" HOST
                                "User-Agent: NSPlayer/12.0\r\n\r\n",
                                first + sent + i);
      sp_ask_send (fd, batch->str, batch->len);
      gboolean is_open = TRUE;
      while (n_answers < due && is_open)
        {
          ssize_t got = recv (fd, buffer, sizeof buffer, 0);

          is_open = got > 0;
          for (const char *at = buffer;
               is_open
               && (at = memmem (
                       at, (gsize)(buffer + got - at), "HTTP/1.1 404", 12));
               at++)
            n_answers++;
        }
      sent += n_batch;
      if (is_open && n_answers == due)
        continue;
      /* Closed after an error answer: the rest on a new connection. */
      sent -= due - n_answers;
      close (fd);
      fd = sp_ask_connect ("127.0.0.1", sp_daemon_port (daemon));
    }
  close (fd);
  return n_answers;
}

static void
test_absent (void)
{
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", LIVE);
  guint n = sp_daemon_is_sanitized () ? 2000 : 25000;

  ask_for_absent (daemon, n / 5, 0);
  guint64 before_kib = sp_daemon_rss_kib (daemon);
  g_assert_cmpuint (ask_for_absent (daemon, 2 * n, n), >=, 2 * n);
  guint64 after_kib = sp_daemon_rss_kib (daemon);
  g_test_message ("%u absent streams: %" G_GUINT64_FORMAT
                  " KiB before, %" G_GUINT64_FORMAT " KiB after",
                  2 * n,
                  before_kib,
                  after_kib);
  if (!sp_daemon_is_sanitized ())
    g_assert_cmpuint (after_kib, <, before_kib + 2048);
}

/* (transfer full): a client that plays; what descriptors are left is looked at
 * once a second, and until then the answer may be 503. */
static SpWatcher *
play_in_time (SpDaemon *daemon)
{
  for (guint i = 0; i < 150; i++)
    {
      SpWatcher *watcher
          = sp_watcher_play (sp_daemon_port (daemon), "/streams/live");

      if (sp_watcher_wait_answer (watcher, 15) != 503)
        return watcher;
      sp_watcher_forgive (watcher);
      sp_watcher_free (watcher);
      g_usleep (100000);
    }
  g_error ("refused for 15 s");
}

/* 64 descriptors, 100 connections: those who play go on, no busy loop, and
 * when the others have gone new ones come in. */
static void
test_descriptors (void)
{
  Stage scarce;
  int fds[100];

  set_up (&scarce, 64);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = sp_ask_connect ("127.0.0.1", sp_daemon_port (scarce.daemon));
  sp_watcher_wait_more (scarce.watcher, 10, 10);
  guint64 before_ms = sp_daemon_cpu_ms (scarce.daemon);
  gint64 started_us = g_get_monotonic_time ();
  sp_watcher_wait_more (scarce.watcher, 100, 20); /* 2 s at 50 a second */
  gint64 took_us = g_get_monotonic_time () - started_us;
  guint64 cpu_ms = sp_daemon_cpu_ms (scarce.daemon) - before_ms;
  g_test_message ("%" G_GUINT64_FORMAT " ms of processor in %" G_GINT64_FORMAT
                  " ms",
                  cpu_ms,
                  took_us / 1000);
  g_assert_cmpuint (cpu_ms, <, (guint64)took_us / 1000 / 4);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    if (fds[i] >= 0)
      close (fds[i]);
  g_autoptr (SpWatcher) next = play_in_time (scarce.daemon);
  sp_watcher_wait_data (next, 5, 15);
  tear_down (&scarce);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  set_up (&stage, 0);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/bad-input/%s", rows[i].name);
      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/bad-input/too-long", test_too_long);
  g_test_add_func ("/bad-input/noise", test_noise);
  g_test_add_func ("/bad-input/too-slow", test_too_slow);
  g_test_add_func ("/bad-input/absent-streams", test_absent);
  g_test_add_func ("/bad-input/no-descriptor-left", test_descriptors);
  int status = g_test_run ();
  if (status == 0)
    tear_down (&stage);
  return status;
}
