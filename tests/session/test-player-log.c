/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "session-house.h"

#include <string.h>

/** A player: what it watches over, and a second connection for its logs. */
typedef struct
{
  House house;
  Line play;
  guint32 id;
  SpPlayer *player;
} Watch;

static void
watch_open (Watch *watch)
{
  g_autofree char *request = NULL;
  g_autofree char *reply = NULL;

  house_open (&watch->house);
  watch->id = sp_mmsh_clients_add (watch->house.service->clients, START);
  request = g_strdup_printf ("GET /streams/live HTTP/1.1\r\nHost: h\r\n"
                             "Pragma: client-id=%u\r\n" PLAY "\r\n",
                             watch->id);
  line_open (&watch->play, &watch->house);
  line_feed (&watch->play, request, strlen (request), 1000);
  reply = line_reply (&watch->play);
  g_assert_cmpint (watch->play.outbox.next, ==, SP_NEXT_VIEW);
  watch->player = sp_http_session.player (&watch->house.http, watch->id, START);
  g_assert_nonnull (watch->player);
}

static void
watch_close (Watch *watch)
{
  sp_player_unref (watch->player);
  house_close (&watch->house);
}

static void
post_at (Watch *watch,
         const char *path,
         const char *headers,
         const char *body,
         gsize step)
{
  g_autofree char *request
      = g_strdup_printf ("POST /streams/%s HTTP/1.1\r\nHost: h\r\n"
                         "Pragma: client-id=%u\r\n%s"
                         "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
                         path,
                         watch->id,
                         headers,
                         strlen (body),
                         body);
  g_autofree char *reply = NULL;
  Line line;

  line_open (&line, &watch->house);
  line_feed (&line, request, strlen (request), step);
  reply = line_reply (&line);
  g_assert_true (g_str_has_prefix (reply, "HTTP/1.1 204 "));
  line_close (&line);
}

#define XML_LOG "Content-Type: application/x-wms-LogStats;charset=UTF-8\r\n"

static void
post (Watch *watch, const char *body, gsize step)
{
  post_at (watch, "live", XML_LOG, body, step);
}

static void
assert_counted (Watch *watch,
                const char *path,
                guint64 reports,
                guint64 stalls,
                guint64 stall_ms,
                guint64 lost)
{
  g_autoptr (SpStream) stream
      = sp_registry_lookup (watch->house.registry, path);
  g_autoptr (SpStreamInfo) info = sp_stream_info (stream, START);
  const guint64 *value = info->counters.value;

  g_assert_cmpuint (value[SP_STREAM_player_reports], ==, reports);
  g_assert_cmpuint (value[SP_STREAM_player_stalls], ==, stalls);
  g_assert_cmpuint (value[SP_STREAM_player_stall_ms], ==, stall_ms);
  g_assert_cmpuint (value[SP_STREAM_player_packets_lost], ==, lost);
}

/* MS-WMLOG: counted from the last Play on; in bytes and in whole. */
static void
test_counted (gconstpointer step)
{
  Watch watch;
  g_auto (SpPlayerReport) report;
  g_autoptr (GBytes) legacy = sp_test_data ("logs/legacy.xml");
  g_autofree char *text
      = g_strndup (g_bytes_get_data (legacy, NULL), g_bytes_get_size (legacy));

  watch_open (&watch);
  g_assert_false (sp_player_get (watch.player, &report));
  post (&watch,
        "<XML><c-os>Windows</c-os><c-buffercount>1</c-buffercount>"
        "<c-totalbuffertime>3</c-totalbuffertime></XML>",
        GPOINTER_TO_UINT (step));
  assert_counted (&watch, "live", 1, 1, 3000, 0);
  post (&watch, text, GPOINTER_TO_UINT (step));
  assert_counted (&watch, "live", 2, 2, 7000, 4);
  post (&watch, text, GPOINTER_TO_UINT (step));
  assert_counted (&watch, "live", 3, 2, 7000, 4);
  g_assert_true (sp_player_get (watch.player, &report));
  g_assert_cmpint (report.quality_percent, ==, 99);
  g_assert_cmpint (report.at_us, ==, START);
  line_close (&watch.play);
  watch_close (&watch);
}

/* After its end, and to whatever URL: it is of what it has played. */
static void
test_late (void)
{
  Watch watch;
  g_autoptr (SpPlayer) player = NULL;
  g_auto (SpPlayerReport) report;

  watch_open (&watch);
  player = sp_player_ref (watch.player);
  line_close (&watch.play);
  post_at (&watch,
           "in",
           XML_LOG,
           "<XML><c-buffercount>4</c-buffercount></XML>",
           1000);
  assert_counted (&watch, "live", 1, 4, 0, 0);
  assert_counted (&watch, "in", 0, 0, 0, 0);
  g_assert_true (sp_player_get (player, &report));
  g_assert_cmpint (report.buffering_count, ==, 4);
  watch_close (&watch);
}

/* Players before version 9 send a line among the headers. */
static void
test_line (void)
{
  Watch watch;
  g_autoptr (GBytes) bytes = sp_test_data ("logs/legacy-line");
  g_autofree char *header
      = g_strdup_printf ("Pragma: log-line=%.*s\r\n",
                         (int)g_bytes_get_size (bytes),
                         (const char *)g_bytes_get_data (bytes, NULL));

  watch_open (&watch);
  post_at (&watch, "live", header, "", 1);
  assert_counted (&watch, "live", 1, 2, 7000, 4);
  line_close (&watch.play);
  watch_close (&watch);
}

/* A session that has not played yet: of the stream it asks about. */
static void
test_before_play (void)
{
  Watch watch;

  watch_open (&watch);
  line_close (&watch.play);
  watch.id = sp_mmsh_clients_add (watch.house.service->clients, START);
  post (&watch, "<XML><c-buffercount>4</c-buffercount></XML>", 1000);
  assert_counted (&watch, "live", 1, 0, 0, 0);
  watch_close (&watch);
}

/* V48: never a failure. */
static void
test_bad (void)
{
  static const char *const bodies[]
      = { "<XML>", "\xff\xfe<\0", "no log at all", "<", "<XML>&lt;</XML>" };
  Watch watch;

  watch_open (&watch);
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      guint64 bad = sp_stats_get (SP_PUMP_logs_bad);
      guint64 all = sp_stats_get (SP_PUMP_logs_received);

      post (&watch, bodies[i], 1000);
      g_assert_cmpuint (sp_stats_get (SP_PUMP_logs_bad), ==, bad + 1);
      g_assert_cmpuint (sp_stats_get (SP_PUMP_logs_received), ==, all + 1);
    }
  assert_counted (&watch, "live", 0, 0, 0, 0);
  line_close (&watch.play);
  watch_close (&watch);
}

/* A new Play counts anew: what it says is new, not what is above the last. */
static void
test_second_play (void)
{
  Watch watch;
  g_autoptr (SpPlayer) first = NULL;

  watch_open (&watch);
  first = sp_player_ref (watch.player);
  post (&watch, "<XML><c-buffercount>2</c-buffercount></XML>", 1000);
  line_close (&watch.play);
  g_assert_true (sp_mmsh_clients_play (
      watch.house.service->clients, watch.id, "live", START));
  post (&watch, "<XML><c-buffercount>2</c-buffercount></XML>", 1000);
  assert_counted (&watch, "live", 2, 4, 0, 0);
  watch_close (&watch);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_data_func (
      "/player-log/counted/whole", GUINT_TO_POINTER (8000), test_counted);
  g_test_add_data_func (
      "/player-log/counted/byte-by-byte", GUINT_TO_POINTER (1), test_counted);
  g_test_add_func ("/player-log/late", test_late);
  g_test_add_func ("/player-log/line", test_line);
  g_test_add_func ("/player-log/before-play", test_before_play);
  g_test_add_func ("/player-log/bad", test_bad);
  g_test_add_func ("/player-log/second-play", test_second_play);
  return g_test_run ();
}
