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
#define PACKET_LEN 1000
#define BODY_LEN 131072

/** One daemon, an encoder that has sent its dummy header, a viewer who has it.
 */
typedef struct
{
  SpDaemon *daemon;
  GBytes *header;
  SpEncoder *encoder;
  SpWatcher *watcher;
} Stage;

static void
wait_live (SpDaemon *daemon)
{
  sp_daemon_wait_figure (daemon, "/admin/status", "streams_live", 1, 10);
}

static void
set_up_with_body (Stage *stage, const char *streams, guint64 body_len)
{
  stage->daemon = sp_daemon_start ("", streams);
  stage->header = sp_encoder_dummy_header ();
  stage->encoder = sp_encoder_new (sp_daemon_port (stage->daemon), "live");
  g_assert_cmpuint (sp_encoder_setup (stage->encoder), ==, 204);
  sp_encoder_start (stage->encoder, body_len);
  sp_encoder_header (stage->encoder, stage->header);
  wait_live (stage->daemon);
  stage->watcher
      = sp_watcher_play (sp_daemon_port (stage->daemon), "/streams/live");
  sp_watcher_wait_headers (stage->watcher, 1, 10);
}

static void
set_up (Stage *stage, const char *streams)
{
  set_up_with_body (stage, streams, SP_ENCODER_ENDLESS);
}

static void
tear_down (Stage *stage)
{
  sp_watcher_free (stage->watcher);
  sp_encoder_free (stage->encoder);
  g_bytes_unref (stage->header);
  sp_daemon_free (stage->daemon);
}

static void
push_numbered (SpEncoder *encoder, guint n)
{
  for (guint i = 0; i < n; i++)
    sp_encoder_numbered (encoder, PACKET_LEN);
}

/* The viewer has all that was pushed, in one entry, without a gap. */
static void
assert_complete (Stage *stage)
{
  sp_watcher_wait_data (stage->watcher, stage->encoder->n_data, 10);
  const SpStrict *strict = sp_watcher_stop (stage->watcher);
  g_assert_cmpuint (strict->n_data, ==, stage->encoder->n_data);
  g_assert_cmpuint (strict->n_gaps, ==, 0);
  g_assert_cmpuint (strict->headers->len, ==, 1);
  g_assert_cmpstr (g_checksum_get_string (strict->payloads),
                   ==,
                   g_checksum_get_string (stage->encoder->payloads));
}

/* As through a proxy: bodies of a few seconds, filled up, 20 in a row; every
 * other one on a new connection (H16). */
static void
test_many_starts (void)
{
  Stage stage;

  set_up_with_body (&stage, LIVE, BODY_LEN);
  for (guint i = 0; i < 20; i++)
    {
      push_numbered (stage.encoder, 25);
      g_assert_cmpuint (sp_encoder_fill (stage.encoder), ==, 204);
      if (i % 2 == 0)
        sp_encoder_reconnect (stage.encoder);
      sp_encoder_start (stage.encoder, BODY_LEN + i % 4);
    }
  push_numbered (stage.encoder, 10);
  g_assert_cmpuint (stage.encoder->n_data, ==, 510);
  assert_complete (&stage);
  tear_down (&stage);
}

/* Filler arithmetic of MS-WMHTTP 3.1.4.3: 1 to 3 bytes may be left over. */
static void
test_stray_bytes (void)
{
  Stage stage;

  set_up_with_body (&stage, LIVE, BODY_LEN);
  g_assert_cmpuint (sp_encoder_fill (stage.encoder), ==, 204);
  for (guint stray = 0; stray < 4; stray++)
    {
      sp_encoder_start (stage.encoder, PACKET_LEN + 4 + stray);
      push_numbered (stage.encoder, 1);
      g_assert_cmpuint (sp_encoder_fill (stage.encoder), ==, 204);
    }
  assert_complete (&stage);
  tear_down (&stage);
}

/* H24: the session outlives its connection; half a packet is dropped. */
static void
test_resume (void)
{
  Stage stage;
  static const guint8 half[] = { '$', 'D', 0xe8, 0x03, 1, 2, 3 };

  set_up (&stage, LIVE);
  for (guint i = 0; i < 5; i++)
    {
      push_numbered (stage.encoder, 20);
      sp_watcher_wait_data (stage.watcher, stage.encoder->n_data, 10);
      sp_encoder_raw (stage.encoder, half, sizeof half);
      sp_encoder_resume (stage.encoder);
    }
  push_numbered (stage.encoder, 20);
  assert_complete (&stage);
  tear_down (&stage);
}

/* H20: $C with another header: viewers get $C and $H. */
static void
test_change (void)
{
  Stage stage;
  g_autoptr (GBytes) other = g_bytes_new_static ("another", 7);

  set_up (&stage, LIVE);
  push_numbered (stage.encoder, 10);
  sp_watcher_wait_data (stage.watcher, 10, 10);
  sp_encoder_end (stage.encoder, 1); /* end of an entry: not for viewers */
  sp_encoder_change (stage.encoder, other);
  push_numbered (stage.encoder, 10);
  sp_watcher_wait_data (stage.watcher, 20, 10);
  sp_encoder_change (stage.encoder, other); /* the same: nothing happens */
  push_numbered (stage.encoder, 10);
  sp_watcher_wait_data (stage.watcher, 30, 10);
  const SpStrict *strict = sp_watcher_stop (stage.watcher);
  g_assert_cmpuint (strict->headers->len, ==, 2);
  g_assert_true (g_bytes_equal (g_ptr_array_index (strict->headers, 1), other));
  g_assert_cmpint (g_array_index (strict->frames, SpFrame, 11).type, ==, 'C');
  g_assert_cmpstr (g_checksum_get_string (strict->payloads),
                   ==,
                   g_checksum_get_string (stage.encoder->payloads));
  tear_down (&stage);
}

/* H21 */
static void
test_end (void)
{
  Stage stage;

  set_up (&stage, LIVE);
  push_numbered (stage.encoder, 10);
  sp_encoder_end (stage.encoder, 0);
  sp_watcher_wait_end (stage.watcher, 10);
  g_assert_cmpuint (sp_watcher_stop (stage.watcher)->n_data, ==, 10);
  sp_daemon_wait_figure (stage.daemon, "/admin/status", "streams_live", 0, 5);
  tear_down (&stage);
}

/* H8: refused while the first one delivers, taken over after that. */
static void
test_two_pushers (void)
{
  Stage stage;
  g_autoptr (SpEncoder) second = NULL;
  g_autoptr (GBytes) other = g_bytes_new_static ("another", 7);

  set_up (&stage, SP_DAEMON_PUSH ("live", ", \"push_takeover_ms\": 1500"));
  second = sp_encoder_new (sp_daemon_port (stage.daemon), "live");
  push_numbered (stage.encoder, 5);
  sp_watcher_wait_data (stage.watcher, 5, 10);
  g_assert_cmpuint (sp_encoder_setup (second), ==, 409);
  push_numbered (stage.encoder, 5);
  sp_watcher_wait_data (stage.watcher, 10, 10);
  g_usleep (2 * G_USEC_PER_SEC);
  sp_encoder_reconnect (second);
  g_free (second->push_id);
  second->push_id = g_strdup ("0");
  g_assert_cmpuint (sp_encoder_setup (second), ==, 204);
  sp_encoder_start (second, SP_ENCODER_ENDLESS);
  sp_encoder_header (second, other);
  push_numbered (second, 7);
  sp_watcher_wait_data (stage.watcher, 17, 10);
  g_assert_cmpuint (sp_watcher_n_headers (stage.watcher), ==, 2);
  /* What the first one still sends is refused and reaches nobody. */
  push_numbered (stage.encoder, 3);
  g_assert_cmpuint (sp_encoder_answer (stage.encoder, 5) / 100, !=, 2);
  push_numbered (second, 1);
  sp_watcher_wait_data (stage.watcher, 18, 10);
  const SpStrict *strict = sp_watcher_stop (stage.watcher);
  g_assert_cmpuint (strict->n_data, ==, 18);
  tear_down (&stage);
}

/* H17: WMS makes a session for a PushStart that names none. */
static void
test_without_setup (void)
{
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", LIVE);
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  g_autoptr (SpEncoder) encoder
      = sp_encoder_new (sp_daemon_port (daemon), "live");
  g_autoptr (SpWatcher) watcher = NULL;

  g_free (encoder->push_id);
  encoder->push_id = g_strdup ("nobody-knows-it");
  sp_encoder_start (encoder, SP_ENCODER_ENDLESS);
  sp_encoder_header (encoder, header);
  wait_live (daemon);
  watcher = sp_watcher_play (sp_daemon_port (daemon), "/streams/live");
  sp_watcher_wait_headers (watcher, 1, 10);
  push_numbered (encoder, 3);
  sp_watcher_wait_data (watcher, 3, 10);
}

typedef struct
{
  const char *name;
  const char *body; /* hex, of a first PushStart */
  gboolean has_header;
} BadBody;

static const BadBody bad_bodies[] = {
  { "magic", "25 44 01 00 00", TRUE },
  { "data-first", "24 44 01 00 00", FALSE },
  { "end-of-three-bytes", "24 45 03 00 00 00 00", TRUE },
  { "change-without-header", "24 43 04 00 00 00 00 00", TRUE },
  { "empty-data", "24 44 00 00", TRUE },
};

/* H25: 4xx at once, and the connection ends; the daemon goes on. */
static void
test_bad_body (gconstpointer user_data)
{
  const BadBody *row = user_data;
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", LIVE);
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  g_autoptr (GBytes) body = sp_test_hex (row->body);
  g_autoptr (SpEncoder) encoder
      = sp_encoder_new (sp_daemon_port (daemon), "live");
  gsize len;
  gconstpointer data = g_bytes_get_data (body, &len);

  g_assert_cmpuint (sp_encoder_setup (encoder), ==, 204);
  sp_encoder_start (encoder, SP_ENCODER_ENDLESS);
  if (row->has_header)
    sp_encoder_header (encoder, header);
  sp_encoder_raw (encoder, data, len);
  g_assert_cmpuint (sp_encoder_answer (encoder, 10), ==, 400);
  g_assert_true (sp_ask_drain (encoder->fd, 5000));
  g_autoptr (SpAnswer) answer
      = sp_ask_get (sp_daemon_port (daemon), "/nothing", "");
  g_assert_cmpuint (answer->status, ==, 404);
}

typedef struct
{
  const char *name;
  const char *request;
  guint status;
} BadHead;

#define POST(path) "POST " path " HTTP/1.1\r\nHost: h\r\n"
#define SETUP "Content-Type: application/x-wms-pushsetup\r\n"
#define START "Content-Type: application/x-wms-pushstart\r\n"

static const BadHead bad_heads[] = {
  { "setup/no-length", POST ("/streams/live_push") SETUP "\r\n", 411 },
  { "start/no-length", POST ("/streams/live_push") START "\r\n", 411 },
  { "setup/no-such-stream",
    POST ("/streams/none_push") SETUP "Content-Length: 0\r\n\r\n",
    404 },
  { "start/no-such-stream",
    POST ("/streams/none_push") START "Content-Length: 9\r\n\r\n",
    404 },
  { "setup/unknown-session",
    POST ("/streams/live_push") SETUP
    "Cookie: push-id=gone\r\nContent-Length: 0\r\n\r\n",
    400 },
  { "setup/charset",
    POST ("/streams/live_push") "Content-Type: Application/X-WMS-PushSetup; "
                                "charset=UTF-8\r\n"
                                "Content-Length: 0\r\n\r\n",
    204 },
  { "setup/foreign-cookies",
    POST ("/streams/live_push") SETUP
    "Cookie: __utma=1.2; push-id=0; x=y\r\nContent-Length: 0\r\n\r\n",
    204 },
};

static void
test_bad_head (gconstpointer user_data)
{
  const BadHead *row = user_data;
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", LIVE);
  g_autoptr (SpAnswer) answer = sp_ask (sp_daemon_port (daemon), row->request);

  g_assert_cmpuint (answer->status, ==, row->status);
  g_assert_cmpint (answer->is_closed, ==, row->status != 204);
}

/* H7, H18: one PushStart at a time in a session. */
static void
test_busy_session (void)
{
  Stage stage;
  g_autoptr (SpEncoder) second = NULL;

  set_up (&stage, LIVE);
  push_numbered (stage.encoder, 1);
  sp_watcher_wait_data (stage.watcher, 1, 10);
  second = sp_encoder_new (sp_daemon_port (stage.daemon), "live");
  g_free (second->push_id);
  second->push_id = g_strdup (stage.encoder->push_id);
  sp_encoder_start (second, SP_ENCODER_ENDLESS);
  push_numbered (second, 1);
  g_assert_cmpuint (sp_encoder_answer (second, 10) / 100, ==, 4);
  push_numbered (stage.encoder, 1);
  assert_complete (&stage);
  tear_down (&stage);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  g_test_add_func ("/push/starts/20-in-a-row", test_many_starts);
  g_test_add_func ("/push/starts/stray-bytes", test_stray_bytes);
  g_test_add_func ("/push/starts/one-at-a-time", test_busy_session);
  g_test_add_func ("/push/resume/after-broken-connection", test_resume);
  g_test_add_func ("/push/header/change", test_change);
  g_test_add_func ("/push/end", test_end);
  g_test_add_func ("/push/two-pushers", test_two_pushers);
  g_test_add_func ("/push/without-setup", test_without_setup);
  for (guint i = 0; i < G_N_ELEMENTS (bad_bodies); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/push/bad-body/%s", bad_bodies[i].name);
      g_test_add_data_func (path, &bad_bodies[i], test_bad_body);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad_heads); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/push/head/%s", bad_heads[i].name);
      g_test_add_data_func (path, &bad_heads[i], test_bad_head);
    }
  return g_test_run ();
}
