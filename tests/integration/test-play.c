/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "sp-ask.h"
#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-test.h"
#include "sp-watcher.h"

#define LIVE SP_DAEMON_PUSH ("live", "")
#define MAX_PAYLOAD 65527
#define MAX_PUSH_HEADER 65531

/* What is pushed as the header comes out of Describe and of Play. */
static void
test_captured_header (void)
{
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", LIVE);
  g_autoptr (GBytes) capture = sp_test_data ("ee4-to-wmp9-header.bin");
  g_autoptr (GBytes) header = sp_encoder_captured_header ();
  G_GNUC_UNUSED g_autoptr (SpEncoder) encoder
      = sp_encoder_go (sp_daemon_port (daemon), "live", header);
  g_autoptr (SpWatcher) watcher = NULL;
  gsize len;
  gconstpointer data = g_bytes_get_data (capture, &len);

  g_assert_cmpuint (len, ==, 5499);
  sp_daemon_wait_figure (daemon, "/admin/status", "streams_live", 1, 10);
  watcher = sp_watcher_play (sp_daemon_port (daemon), "/streams/live");
  sp_watcher_wait_headers (watcher, 1, 10);
  const SpStrict *strict = sp_watcher_stop (watcher);
  g_assert_cmpmem (strict->start->data, strict->start->len, data, len);

  g_autoptr (SpAnswer) describe
      = sp_ask_get (sp_daemon_port (daemon),
                    "/streams/live",
                    "User-Agent: NSPlayer/4.1.0.3856\r\n");
  g_assert_cmpuint (describe->status, ==, 200);
  g_assert_cmpmem (describe->body->data, describe->body->len, data, len);
}

/* MS-WMHTTP asks for no valid ASF, nor did the original's pushers send it. */
static void
test_dummy_header (void)
{
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", LIVE);
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  G_GNUC_UNUSED g_autoptr (SpEncoder) encoder
      = sp_encoder_go (sp_daemon_port (daemon), "live", header);
  g_autoptr (SpWatcher) watcher = NULL;

  sp_daemon_wait_figure (daemon, "/admin/status", "streams_live", 1, 10);
  watcher = sp_watcher_play (sp_daemon_port (daemon), "/streams/live");
  sp_watcher_wait_headers (watcher, 1, 10);
  sp_encoder_data (encoder, "xyz", 3);
  sp_watcher_wait_data (watcher, 1, 10);
  const SpStrict *strict = sp_watcher_stop (watcher);
  guint8 *location = strict->start->data + 17 + 4;
  memset (location, 0, 4); /* W5: the first number is the server's choice */
  sp_test_assert_hex (strict->start->data,
                      strict->start->len,
                      "24 48 0d 00 00000000 00 0c 0d 00 64756d6d79"
                      "24 44 0b 00 00000000 00 00 0b 00 78797a");
}

static void
test_numbers (void)
{
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", LIVE);
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  g_autoptr (SpEncoder) encoder
      = sp_encoder_go (sp_daemon_port (daemon), "live", header);
  g_autoptr (SpWatcher) first = NULL;
  g_autoptr (SpWatcher) second = NULL;

  sp_daemon_wait_figure (daemon, "/admin/status", "streams_live", 1, 10);
  first = sp_watcher_play (sp_daemon_port (daemon), "/streams/live");
  sp_watcher_wait_headers (first, 1, 10);
  for (guint i = 0; i < 100; i++)
    sp_encoder_numbered (encoder, 1000);
  sp_watcher_wait_data (first, 100, 10);
  second = sp_watcher_play (sp_daemon_port (daemon), "/streams/live");
  sp_watcher_wait_headers (second, 1, 10);
  for (guint i = 0; i < 500; i++)
    sp_encoder_numbered (encoder, 1000);
  /* How much the second has got at once is not known: the end is. */
  sp_encoder_end (encoder, 0);
  sp_watcher_wait_end (first, 10);
  sp_watcher_wait_end (second, 10);
  /* The reader has checked that AFFlags go 0, 1, .. 255, 0, .. to each. */
  const SpStrict *strict = sp_watcher_stop (first);
  g_assert_cmpuint (strict->n_gaps, ==, 0);
  g_assert_cmpstr (g_checksum_get_string (strict->payloads),
                   ==,
                   g_checksum_get_string (encoder->payloads));
  strict = sp_watcher_stop (second);
  g_assert_cmpuint (strict->n_gaps, ==, 0);
  SpFrame *frame
      = &g_array_index (strict->frames, SpFrame, strict->frames->len - 2);
  g_assert_cmpuint (frame->number, ==, 599);
}

/* A header of a push may be four bytes longer than one $H to a viewer. */
static void
test_long_header (void)
{
  g_autofree guint8 *bytes = g_malloc (MAX_PUSH_HEADER);

  memset (bytes, 'h', MAX_PUSH_HEADER);
  for (gsize len = MAX_PAYLOAD; len <= MAX_PUSH_HEADER; len += 4)
    {
      g_autoptr (SpDaemon) daemon = sp_daemon_start ("", LIVE);
      g_autoptr (GBytes) header = g_bytes_new (bytes, len);
      G_GNUC_UNUSED g_autoptr (SpEncoder) encoder
          = sp_encoder_go (sp_daemon_port (daemon), "live", header);
      g_autoptr (SpWatcher) watcher = NULL;

      sp_daemon_wait_figure (daemon, "/admin/status", "streams_live", 1, 10);
      watcher = sp_watcher_play (sp_daemon_port (daemon), "/streams/live");
      sp_watcher_wait_headers (watcher, 1, 10);
      const SpStrict *strict = sp_watcher_stop (watcher);
      g_assert_true (
          g_bytes_equal (g_ptr_array_index (strict->headers, 0), header));
      g_assert_cmpuint (strict->frames->len, ==, len > MAX_PAYLOAD ? 2 : 1);
    }
}

/* SIGTERM: $E(0) to each, chunked or not, then exit status 0. */
static void
test_end (void)
{
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", LIVE);
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  SpEncoder *encoder = sp_encoder_go (sp_daemon_port (daemon), "live", header);
  G_GNUC_UNUSED g_autoptr (SpFeeder) feeder = sp_feeder_new (encoder, 100, 500);
  g_autoptr (SpWatcher) plain = NULL;
  g_autoptr (SpWatcher) chunked = NULL;

  sp_daemon_wait_figure (daemon, "/admin/status", "streams_live", 1, 10);
  plain = sp_watcher_play (sp_daemon_port (daemon), "/streams/live");
  chunked = sp_watcher_new (sp_daemon_port (daemon),
                            "/streams/live",
                            SP_WATCHER_PLAY11,
                            SP_STRICT_MMSH,
                            SP_WATCHER_PLAIN);
  sp_watcher_wait_data (plain, 20, 10);
  sp_watcher_wait_data (chunked, 20, 10);
  sp_daemon_stop (daemon);
  sp_watcher_wait_end (plain, 5);
  sp_watcher_wait_end (chunked, 5);
  g_assert_false (sp_watcher_stop (plain)->is_chunked);
  g_assert_true (sp_watcher_stop (chunked)->is_chunked);
}

static void
test_play_head (void)
{
  g_autofree char *file = sp_clip_demo_file ();
  g_autofree char *stream = sp_daemon_file_stream ("loop", file, "");
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", stream);
  int fd = sp_ask_connect ("::1", sp_daemon_port6 (daemon));

  sp_daemon_wait_figure (daemon, "/admin/status", "streams_live", 1, 10);
  sp_ask_send_text (
      fd,
      "GET /streams/loop HTTP/1.1\r\nHost: [::1]\r\n" SP_WATCHER_PLAY "\r\n");
  g_autoptr (SpAnswer) answer = sp_ask_read (fd, FALSE, 5000);
  close (fd);
  g_autofree char *type = sp_answer_header (answer, "Content-Type");
  g_autofree char *pragma = sp_answer_header (answer, "Pragma");
  g_autofree char *server = sp_answer_header (answer, "Server");
  g_autofree char *coding = sp_answer_header (answer, "Transfer-Encoding");
  g_autofree char *length = sp_answer_header (answer, "Content-Length");
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (type, ==, "application/x-mms-framed");
  g_assert_true (g_str_has_prefix (server, "Rex/"));
  g_assert_nonnull (strstr (pragma, "features=\"broadcast"));
  g_assert_nonnull (strstr (pragma, "client-id="));
  g_assert_null (strstr (pragma, "xResetStrm"));
  g_assert_null (coding);
  g_assert_null (length);
}

/* The demo file, as MMSH and as bare ASF, across a turn of its loop. */
static void
test_file (void)
{
  g_autofree char *file = sp_clip_demo_file ();
  g_autoptr (SpClip) clip = sp_clip_load (file);
  g_autofree char *stream
      = sp_daemon_file_stream ("loop", file, ", \"burst_ms\": 0");
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", stream);
  g_autoptr (SpWatcher) framed = NULL;
  g_autoptr (SpWatcher) bare = NULL;

  sp_daemon_wait_figure (daemon, "/admin/status", "streams_live", 1, 10);
  framed = sp_watcher_play (sp_daemon_port (daemon), "/streams/loop");
  bare = sp_watcher_new (sp_daemon_port (daemon),
                         "/streams/loop",
                         SP_WATCHER_ASF,
                         SP_STRICT_ASF,
                         SP_WATCHER_PLAIN);
  sp_watcher_wait_data (framed, clip->packets->len + 10, 40);
  sp_watcher_wait_data (bare, clip->packets->len / 2, 10);
  const SpStrict *strict = sp_watcher_stop (framed);
  GBytes *header = g_ptr_array_index (strict->headers, 0);
  gsize len;
  const guint8 *data = g_bytes_get_data (header, &len);
  g_assert_cmpuint (data[len - 50 + 16], ==, 50); /* size of Data Object */
  g_assert_cmpuint (strict->headers->len, ==, 1);
  g_assert_cmpuint (strict->n_gaps, ==, 0);
  strict = sp_watcher_stop (bare);
  g_assert_nonnull (strstr (strict->head, "Content-Type: video/x-ms-asf\r\n"));
  g_assert_null (strstr (strict->head, "Content-Length"));
  g_assert_true (
      g_bytes_equal (g_ptr_array_index (strict->headers, 0), header));
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  g_test_add_func ("/play/header/captured", test_captured_header);
  g_test_add_func ("/play/header/dummy", test_dummy_header);
  g_test_add_func ("/play/header/longer-than-one-packet", test_long_header);
  g_test_add_func ("/play/numbers/each-viewer-has-its-own", test_numbers);
  g_test_add_func ("/play/end/on-sigterm", test_end);
  g_test_add_func ("/play/answer/ipv6", test_play_head);
  g_test_add_func ("/play/file/loops", test_file);
  return g_test_run ();
}
