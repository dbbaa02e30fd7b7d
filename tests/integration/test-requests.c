/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "sp-ask.h"
#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-test.h"
#include "sp-watcher.h"

#define STREAMS SP_DAEMON_PUSH ("live", "") ", " SP_DAEMON_PUSH ("idle", "")
#define NSPLAYER "User-Agent: NSPlayer/12.0.7601.17514\r\n"
#define HOST "Host: localhost\r\n"

/* One daemon for all rows: what a request does must not depend on others. */
static SpDaemon *daemon_;
static SpFeeder *feeder_;

typedef struct
{
  const char *name;
  const char *request;
  guint status;
  gboolean is_closed;   /* after the answer */
  const char *header;   /* that must be there; NULL: any */
  const char *contains; /* its value does; NULL: it must not be there */
  const char *body;     /* part of it; NULL: any */
} Row;

#define GET(path, version) "GET " path " HTTP/" version "\r\n" HOST

static const Row rows[] = {
  /* V26, V27: players that read until the end need one. */
  { "describe/1.0-closes",
    GET ("/streams/live", "1.0") NSPLAYER "\r\n",
    200,
    TRUE,
    "Content-Length",
    "17" },
  { "describe/1.0-keep-alive",
    GET ("/streams/live", "1.0") NSPLAYER "Connection: Keep-Alive\r\n\r\n",
    200,
    FALSE,
    "Connection",
    "eep-" },
  { "describe/1.1-stays",
    GET ("/streams/live", "1.1") NSPLAYER "\r\n",
    200,
    FALSE,
    "Content-Length",
    "17" },
  { "describe/1.1-close",
    GET ("/streams/live", "1.1") NSPLAYER "Connection: Close\r\n\r\n",
    200,
    TRUE,
    "Content-Type",
    "application/vnd.ms.wms-hdr.asfv1" },
  { "describe/never-chunked",
    GET ("/streams/live", "1.1") NSPLAYER "Pragma: version11-enabled=1\r\n\r\n",
    200,
    FALSE,
    "Transfer-Encoding",
    NULL },
  { "describe/fresh-session",
    GET ("/streams/live", "1.1") NSPLAYER "\r\n",
    200,
    FALSE,
    "Pragma",
    "client-id=" },
  { "describe/features",
    GET ("/streams/live", "1.1") NSPLAYER "\r\n",
    200,
    FALSE,
    "Pragma",
    "features=\"broadcast" },
  { "describe/unknown-session",
    GET ("/streams/live", "1.1") NSPLAYER
    "Pragma: client-id=3405691582\r\n\r\n",
    200,
    FALSE,
    "Pragma",
    "xResetStrm=1" },
  { "describe/rex",
    GET ("/streams/live", "1.1") NSPLAYER "\r\n",
    200,
    FALSE,
    "Server",
    "Rex/" },
  { "describe/no-agent",
    GET ("/streams/live", "1.1") "\r\n",
    200,
    FALSE,
    "Content-Length",
    "17" },
  /* V7: query, case, trailing slash, whole URL */
  { "path/query",
    GET ("/streams/live?WMCache=0", "1.1") NSPLAYER "\r\n",
    200,
    FALSE,
    "Content-Length",
    "17" },
  { "path/case",
    GET ("/Streams/LIVE", "1.1") NSPLAYER "\r\n",
    200,
    FALSE,
    "Content-Length",
    "17" },
  { "path/slash",
    GET ("/streams/live/", "1.1") NSPLAYER "\r\n",
    200,
    FALSE,
    "Content-Length",
    "17" },
  { "path/percent",
    GET ("/streams/l%69ve", "1.1") NSPLAYER "\r\n",
    200,
    FALSE,
    "Content-Length",
    "17" },
  { "path/whole-url",
    GET ("http://localhost:80/streams/live", "1.1") NSPLAYER "\r\n",
    200,
    FALSE,
    "Content-Length",
    "17" },
  { "path/external-id",
    GET ("/streams/live/customer-7", "1.1") NSPLAYER "\r\n",
    200,
    FALSE,
    "Content-Length",
    "17" },
  /* V8 */
  { "range-is-ignored",
    GET ("/streams/live", "1.1") NSPLAYER "Range: bytes=0-\r\n\r\n",
    200,
    FALSE,
    "Accept-Ranges",
    NULL },
  /* V29 */
  { "not-live",
    GET ("/streams/idle", "1.1") NSPLAYER "\r\n",
    503,
    TRUE,
    "Retry-After",
    "" },
  { "not-found",
    GET ("/streams/none", "1.1") NSPLAYER "\r\n",
    404,
    TRUE,
    "Content-Length",
    "" },
  { "not-found/root",
    GET ("/", "1.1") "\r\n",
    404,
    TRUE,
    "Content-Length",
    "" },
  /* V56 and the playlist */
  { "landing",
    GET ("/streams/live", "1.1") "User-Agent: Mozilla/5.0 (X11)\r\n\r\n",
    200,
    FALSE,
    "Content-Length",
    "",
    "/streams/live" },
  { "asx",
    GET ("/streams/live.asx", "1.1") "User-Agent: Mozilla/5.0\r\n\r\n",
    200,
    FALSE,
    "Content-Type",
    "video/x-ms-asf",
    "/streams/live" },
  { "asx/of-none",
    GET ("/streams/none.asx", "1.1") "\r\n",
    404,
    TRUE,
    "Content-Length",
    "" },
  /* V48-V52 */
  { "keep-alive/options",
    "OPTIONS * HTTP/1.1\r\n" HOST NSPLAYER "\r\n",
    200,
    FALSE,
    "Public",
    "GET, POST, OPTIONS" },
  { "keep-alive/unknown-session",
    "POST /streams/live HTTP/1.1\r\n" HOST NSPLAYER
    "Pragma: xKeepAliveInPause=1, client-id=7\r\n"
    "Content-Length: 0\r\n\r\n",
    400,
    TRUE,
    "Content-Length",
    "" },
  { "get-content-info",
    "POST /streams/live HTTP/1.1\r\n" HOST NSPLAYER
    "Content-Type: application/x-wms-getcontentinfo\r\n"
    "Content-Length: 1\r\n\r\n ",
    200,
    FALSE,
    "Cache-Control",
    "no-cache" },
  { "send-event",
    "POST /streams/live HTTP/1.1\r\n" HOST NSPLAYER
    "Content-Type: application/x-wms-sendevent; charset=UTF-8\r\n"
    "Content-Length: 16\r\n\r\nevent: RemoteLog",
    200,
    FALSE,
    "Content-Length",
    "0" },
  { "pipeline-never-offered",
    GET ("/streams/live", "1.1") NSPLAYER "Pragma: pipeline-request=1\r\n\r\n",
    400,
    TRUE,
    "Content-Length",
    "" },
  { "method",
    "DELETE /streams/live HTTP/1.1\r\n" HOST "\r\n",
    405,
    TRUE,
    "Allow",
    "GET, POST, OPTIONS" },
  /* The original pump as a client, and ffmpeg's missing line end (V4). */
  { "play/idle-stream",
    GET ("/streams/idle",
         "1.1") "User-Agent: NSPlayer\r\nPragma: xPlayStrm=1\r\n\r\n",
    503,
    TRUE,
    "Retry-After",
    "" },
};

static void
test_row (gconstpointer user_data)
{
  const Row *row = user_data;
  g_autoptr (SpAnswer) answer = sp_ask (sp_daemon_port (daemon_), row->request);
  g_autofree char *value = sp_answer_header (answer, row->header);
  g_autofree char *text = sp_answer_text (answer);

  g_test_message ("%s%.*s", answer->head, 200, text);
  g_assert_cmpuint (answer->status, ==, row->status);
  if (row->contains == NULL)
    g_assert_cmpstr (value, ==, NULL);
  else if (value == NULL || strstr (value, row->contains) == NULL)
    g_assert_cmpstr (value, ==, row->contains);
  if (row->body != NULL && strstr (text, row->body) == NULL)
    g_assert_cmpstr (text, ==, row->body);
  g_assert_cmpint (answer->is_closed, ==, row->is_closed);
}

/* Several on one connection, sent at once; answered in order. */
static void
test_pipelined (void)
{
  int fd = sp_ask_connect ("127.0.0.1", sp_daemon_port (daemon_));

  sp_ask_send_text (fd,
                    GET ("/streams/live", "1.1") NSPLAYER
                    "\r\n"
                    "OPTIONS * HTTP/1.1\r\n" HOST NSPLAYER
                    "\r\n" GET ("/streams/live", "1.1") NSPLAYER
                    "Connection: close\r\n\r\n");
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (SpAnswer) answer = sp_ask_read (fd, TRUE, 5000);
      g_assert_cmpuint (answer->status, ==, 200);
      g_assert_cmpuint (answer->body->len, ==, i == 1 ? 0 : 17);
    }
  g_assert_true (sp_ask_drain (fd, 2000));
  close (fd);
}

static guint32
client_id_of (const SpAnswer *answer)
{
  g_autofree char *pragma = sp_answer_header (answer, "Pragma");
  const char *at = strstr (pragma, "client-id=");

  g_assert_nonnull (at);
  return (guint32)g_ascii_strtoull (at + strlen ("client-id="), NULL, 10);
}

/* V15-V19: Describe, Play, then what a streaming session refuses. */
static void
test_session (void)
{
  guint16 port = sp_daemon_port (daemon_);
  g_autoptr (SpAnswer) describe = sp_ask_get (port, "/streams/live", NSPLAYER);
  guint32 id = client_id_of (describe);
  g_autofree char *same
      = g_strdup_printf (NSPLAYER "Pragma: client-id=%u\r\n", id);
  g_autofree char *play = g_strdup_printf ("%sPragma: xPlayStrm=1\r\n", same);
  g_autofree char *log = g_strdup_printf (
      "POST /streams/live HTTP/1.1\r\n" HOST NSPLAYER "Pragma: client-id=%u\r\n"
      "Content-Type: application/x-wms-LogStats\r\n"
      "Content-Length: 9\r\n\r\n<XML>&lt;",
      id);

  g_assert_cmpuint (id, !=, 0);
  g_autoptr (SpAnswer) again = sp_ask_get (port, "/streams/live", same);
  g_assert_cmpuint (again->status, ==, 200);
  g_assert_cmpuint (client_id_of (again), ==, id);
  g_autoptr (SpWatcher) watcher = sp_watcher_new (
      port, "/streams/live", play, SP_STRICT_MMSH, SP_WATCHER_PLAIN);
  sp_watcher_wait_headers (watcher, 1, 10);
  g_autoptr (SpAnswer) hijack = sp_ask_get (port, "/streams/live", play);
  g_assert_cmpuint (hijack->status, ==, 400);
  g_autoptr (SpAnswer) peek = sp_ask_get (port, "/streams/live", same);
  g_assert_cmpuint (peek->status, ==, 400);
  g_assert_true (sp_watcher_is_open (watcher));
  g_autoptr (SpAnswer) logged = sp_ask (port, log);
  g_assert_cmpuint (logged->status / 100, ==, 2);
  g_autofree char *length = sp_answer_header (logged, "Content-Length");
  g_assert_cmpstr (length, ==, "0");
  g_assert_cmpuint (sp_watcher_stop (watcher)->status, ==, 200);
}

/* V20: $E(0) makes a session idle, though its player keeps the connection. */
static void
test_session_after_the_end (void)
{
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", STREAMS);
  guint16 port = sp_daemon_port (daemon);
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  g_autoptr (SpEncoder) ending = sp_encoder_go (port, "live", header);
  G_GNUC_UNUSED g_autoptr (SpEncoder) staying
      = sp_encoder_go (port, "idle", header);
  sp_daemon_wait_figure (daemon, "/admin/status", "streams_live", 2, 10);
  g_autoptr (SpAnswer) describe = sp_ask_get (port, "/streams/live", NSPLAYER);
  guint32 id = client_id_of (describe);
  g_autofree char *same
      = g_strdup_printf (NSPLAYER "Pragma: client-id=%u\r\n", id);
  g_autofree char *play = g_strdup_printf (
      GET ("/streams/live", "1.0") "%sPragma: xPlayStrm=1\r\n\r\n", same);
  int fd = sp_ask_connect ("127.0.0.1", port);

  sp_ask_send_text (fd, play);
  g_autoptr (SpAnswer) playing = sp_ask_read (fd, FALSE, 5000);
  g_assert_cmpuint (playing->status, ==, 200);
  sp_encoder_end (ending, 0);
  g_assert_true (sp_ask_drain (fd, 5000));
  g_autoptr (SpAnswer) next = sp_ask_get (port, "/streams/idle", same);
  g_assert_cmpuint (next->status, ==, 200);
  g_assert_cmpuint (client_id_of (next), ==, id);
  close (fd);
}

/* V49: what else is asked on the connection that streams never gets in between
 * the packets. */
static void
test_asked_while_streaming (void)
{
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", STREAMS);
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  g_autoptr (SpEncoder) encoder
      = sp_encoder_go (sp_daemon_port (daemon), "live", header);
  sp_daemon_wait_figure (daemon, "/admin/status", "streams_live", 1, 10);
  g_autoptr (SpWatcher) watcher = sp_watcher_new (sp_daemon_port (daemon),
                                                  "/streams/live",
                                                  SP_WATCHER_PLAY11,
                                                  SP_STRICT_MMSH,
                                                  SP_WATCHER_PLAIN);

  sp_watcher_wait_headers (watcher, 1, 10);
  sp_watcher_send (watcher, "OPTIONS * HTTP/1.1\r\n" HOST NSPLAYER "\r\n");
  sp_encoder_numbered (encoder, 100);
  sp_watcher_wait_data (watcher, 1, 10);
  sp_encoder_end (encoder, 0);
  sp_watcher_wait_end (watcher, 10);
  const SpStrict *strict = sp_watcher_stop (watcher);
  g_assert_true (strict->is_body_over);
  g_assert_cmpuint (strict->n_data, ==, 1);
}

/* V10: VLC speaks MMST first and waits until we close; MPlayer dies of a
 * reset. */
static void
test_mmst_hello (void)
{
  g_autoptr (GBytes) hello
      = sp_test_hex ("01 00 00 00 ce fa 0b b0 d0 00 00 00 4d 4d 53 20"
                     "1a 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
  static const char tls[] = "\026\003\001\002\000\001\000\001\374\003\003";
  int fd = sp_ask_connect ("127.0.0.1", sp_daemon_port (daemon_));
  gsize len;
  gconstpointer data = g_bytes_get_data (hello, &len);

  sp_ask_send (fd, data, len);
  g_assert_true (sp_ask_drain (fd, 1000));
  g_assert_true (sp_ask_send (fd, data, len)); /* half closed: no reset */
  close (fd);
  fd = sp_ask_connect ("127.0.0.1", sp_daemon_port (daemon_));
  sp_ask_send (fd, tls, sizeof tls - 1);
  g_assert_true (sp_ask_drain (fd, 1000));
  close (fd);
}

static void
test_redirect (void)
{
  g_autoptr (SpDaemon) daemon = sp_daemon_start (
      "\"redirect_404_to\": \"https://example.org/tv\"", STREAMS);
  g_autoptr (SpAnswer) answer
      = sp_ask_get (sp_daemon_port (daemon), "/elsewhere", "");
  g_autofree char *location = sp_answer_header (answer, "Location");

  g_assert_cmpuint (answer->status, ==, 302);
  g_assert_cmpstr (location, ==, "https://example.org/tv");
  /* A stream that is known but idle is no 404. */
  g_autoptr (SpAnswer) idle
      = sp_ask_get (sp_daemon_port (daemon), "/streams/idle", NSPLAYER);
  g_assert_cmpuint (idle->status, ==, 503);
}

int
main (int argc, char **argv)
{
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();

  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  daemon_ = sp_daemon_start ("", STREAMS);
  feeder_ = sp_feeder_new (
      sp_encoder_go (sp_daemon_port (daemon_), "live", header), 20, 100);
  sp_daemon_wait_figure (daemon_, "/admin/status", "streams_live", 1, 10);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/requests/%s", rows[i].name);
      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/requests/pipelined", test_pipelined);
  g_test_add_func ("/requests/session", test_session);
  g_test_add_func ("/requests/session-after-the-end",
                   test_session_after_the_end);
  g_test_add_func ("/requests/while-streaming", test_asked_while_streaming);
  g_test_add_func ("/requests/mmst-hello", test_mmst_hello);
  g_test_add_func ("/requests/redirect-404", test_redirect);
  int status = g_test_run ();
  sp_feeder_break (feeder_);
  sp_daemon_free (daemon_);
  return status;
}
