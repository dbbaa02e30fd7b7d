/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>

#include "sp-ask.h"
#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-test.h"
#include "sp-watcher.h"

#define LIVE SP_DAEMON_PUSH ("live", "")
#define FILE_LOG(format)                                                       \
  "\"access_log\": { \"to\": \"file\", \"file\": \"access.log\", "             \
  "\"format\": \"" format "\" }"
#define NSPLAYER "User-Agent: NSPlayer/12.0.7601.17514\r\n"

/** A daemon with a live stream, whose access log is in its folder. */
typedef struct
{
  SpDaemon *daemon;
  SpFeeder *feeder; /* (nullable) */
  char *path;       /* of the log */
} Stage;

static void
stage_open (Stage *stage, const char *members)
{
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();

  stage->daemon = sp_daemon_start (members, LIVE);
  stage->feeder = sp_feeder_new (
      sp_encoder_go (sp_daemon_port (stage->daemon), "live", header), 50, 500);
  stage->path
      = g_build_filename (sp_daemon_folder (stage->daemon), "access.log", NULL);
  sp_daemon_wait_figure (stage->daemon, "/admin/status", "streams_live", 1, 20);
}

/* The same with a film: bare players need real ASF. */
static void
stage_open_film (Stage *stage, const char *members)
{
  g_autofree char *file = sp_clip_demo_file ();
  g_autofree char *stream = sp_daemon_file_stream ("live", file, "");

  stage->daemon = sp_daemon_start (members, stream);
  stage->feeder = NULL;
  stage->path
      = g_build_filename (sp_daemon_folder (stage->daemon), "access.log", NULL);
  sp_daemon_wait_figure (stage->daemon, "/admin/status", "streams_live", 1, 20);
}

static void
stage_close (Stage *stage)
{
  g_clear_pointer (&stage->feeder, sp_feeder_break);
  sp_daemon_free (stage->daemon);
  g_free (stage->path);
}

/* A Describe: the client-id that Play and logs belong to. */
static guint32
describe (Stage *stage)
{
  g_autoptr (SpAnswer) answer = sp_ask_get (
      sp_daemon_port (stage->daemon), "/streams/live/seat%207", NSPLAYER);
  g_autofree char *pragma = sp_answer_header (answer, "Pragma");
  const char *at = strstr (pragma, "client-id=");

  g_assert_nonnull (at);
  return (guint32)g_ascii_strtoull (at + strlen ("client-id="), NULL, 10);
}

static SpWatcher *
play (Stage *stage, guint32 id)
{
  g_autofree char *headers = g_strdup_printf (
      NSPLAYER "Pragma: xPlayStrm=1\r\nPragma: client-id=%u\r\n", id);
  SpWatcher *watcher = sp_watcher_new (sp_daemon_port (stage->daemon),
                                       "/streams/live/seat%207",
                                       headers,
                                       SP_STRICT_MMSH,
                                       SP_WATCHER_PLAIN);

  sp_watcher_wait_data (watcher, 5, 20);
  return watcher;
}

/* As a player does: on a connection of its own. */
static void
post_log (Stage *stage, guint32 id, const char *log, gsize len)
{
  g_autofree char *request
      = g_strdup_printf ("POST /streams/live HTTP/1.1\r\nHost: h\r\n" NSPLAYER
                         "Pragma: client-id=%u\r\nContent-Type: "
                         "application/x-wms-LogStats;charset=UTF-8\r\n"
                         "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n%.*s",
                         id,
                         len,
                         (int)len,
                         log);
  g_autoptr (SpAnswer) answer
      = sp_ask (sp_daemon_port (stage->daemon), request);

  g_assert_cmpuint (answer->status, ==, 204);
}

static void
post_file (Stage *stage, guint32 id, const char *name)
{
  g_autofree char *path = g_build_filename ("logs", name, NULL);
  g_autoptr (GBytes) bytes = sp_test_data (path);
  gsize len;
  const char *log = g_bytes_get_data (bytes, &len);

  post_log (stage, id, log, len);
}

/* (transfer full): the lines that are no directives. */
static GStrv
read_lines (const char *path)
{
  g_autofree char *text = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  (void)g_file_get_contents (path, &text, NULL, NULL);
  all = g_strsplit (text != NULL ? text : "", "\n", -1);
  for (guint i = 0; all[i] != NULL && all[i + 1] != NULL; i++)
    if (all[i][0] != '#')
      g_strv_builder_add (builder, all[i]);
  return g_strv_builder_end (builder);
}

typedef struct
{
  const char *path;
  guint n;
} Wanted;

static gboolean
go_on (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static gboolean
has_lines (gpointer data)
{
  const Wanted *wanted = data;
  g_auto (GStrv) lines = read_lines (wanted->path);

  return g_strv_length (lines) >= wanted->n;
}

/* (transfer full): @n lines have come, and no more. */
static GStrv
wait_lines (const char *path, guint n)
{
  Wanted wanted = { path, n };
  g_auto (GStrv) lines = NULL;
  guint waker = g_timeout_add (20, go_on, NULL);

  sp_test_wait (NULL, has_lines, &wanted, 30);
  g_source_remove (waker);
  lines = read_lines (path);
  g_assert_cmpuint (g_strv_length (lines), ==, n);
  return g_steal_pointer (&lines);
}

/* Of a W3C line: what is under @name in the file's #Fields. */
static char *
column (const char *path, const char *line, const char *name)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) names = NULL;
  g_auto (GStrv) values = g_strsplit (line, " ", -1);
  const char *fields;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  fields = strstr (text, "#Fields: ");
  g_assert_nonnull (fields);
  *strchr (fields, '\n') = '\0';
  names = g_strsplit (fields + strlen ("#Fields: "), " ", -1);
  g_assert_cmpuint (g_strv_length (names), ==, g_strv_length (values));
  for (guint i = 0; names[i] != NULL; i++)
    if (strcmp (names[i], name) == 0)
      return g_strdup (values[i]);
  g_error ("no column %s", name);
}

static void
assert_column (const char *path,
               const char *line,
               const char *name,
               const char *expected)
{
  g_autofree char *value = column (path, line, name);

  if (strcmp (value, expected) != 0)
    g_error ("%s: '%s', not '%s', in: %s", name, value, expected, line);
}

/* The player's word after its end, figures of ours, counters of the stream. */
static void
test_w3c (void)
{
  Stage stage;
  guint32 id;
  gint64 started_us;
  g_auto (GStrv) lines = NULL;

  stage_open (&stage, FILE_LOG ("w3c"));
  id = describe (&stage);
  g_autoptr (SpWatcher) watcher = play (&stage, id);
  post_file (&stage, id, "connect.xml");
  started_us = g_get_monotonic_time ();
  sp_watcher_stop (watcher);
  post_file (&stage, id, "legacy.xml");
  lines = wait_lines (stage.path, 1);
  g_assert_cmpint (
      g_get_monotonic_time () - started_us, <, 20 * G_USEC_PER_SEC);
  assert_column (stage.path, lines[0], "c-ip", "127.0.0.1");
  assert_column (stage.path, lines[0], "cs-uri-stem", "/streams/live");
  assert_column (stage.path, lines[0], "x-duration", "318");
  assert_column (stage.path, lines[0], "c-buffercount", "2");
  assert_column (stage.path, lines[0], "c-os", "Windows");
  assert_column (stage.path, lines[0], "c-quality", "99");
  assert_column (stage.path, lines[0], "cs-media-name", "council.wmv");
  assert_column (stage.path, lines[0], "s-ip", "127.0.0.1");
  assert_column (stage.path, lines[0], "x-external-id", "seat_7");
  assert_column (stage.path, lines[0], "x-left", "closed");
  sp_daemon_wait_figure (
      stage.daemon, "/admin/streams/live", "counters.player_reports", 2, 10);
  sp_daemon_wait_figure (
      stage.daemon, "/admin/streams/live", "counters.player_stalls", 2, 10);
  sp_daemon_wait_figure (stage.daemon,
                         "/admin/streams/live",
                         "counters.player_stall_ms",
                         7000,
                         10);
  stage_close (&stage);
}

/* Who never logs is waited for, but not for ever; bare players not at all. */
static void
test_silent (void)
{
  Stage stage;
  g_auto (GStrv) lines = NULL;

  stage_open_film (&stage, FILE_LOG ("json"));
  g_autoptr (SpWatcher) silent = play (&stage, describe (&stage));
  g_autoptr (SpWatcher) bare = sp_watcher_new (sp_daemon_port (stage.daemon),
                                               "/streams/live",
                                               SP_WATCHER_ASF,
                                               SP_STRICT_ASF,
                                               SP_WATCHER_PLAIN);
  sp_watcher_wait_data (bare, 5, 20);
  sp_watcher_stop (silent);
  sp_watcher_stop (bare);
  lines = wait_lines (stage.path, 2);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = json_from_string (lines[i], &error);

      g_assert_no_error (error);
      JsonObject *object = json_node_get_object (node);
      g_assert_cmpstr (
          json_object_get_string_member (object, "stream"), ==, "live");
      g_assert_cmpstr (json_object_get_string_member (object, "framing"),
                       ==,
                       i == 0 ? "asf" : "mmsh");
      g_assert_true (json_object_get_null_member (object, "player"));
      g_assert_cmpint (
          json_object_get_int_member (object, "packets_sent"), >=, 5);
    }
  stage_close (&stage);
}

/* logrotate: moved away, then a reload. And what waits at the end is written.
 */
static void
test_rotate_and_stop (void)
{
  Stage stage;
  guint32 id;
  g_autofree char *moved = NULL;
  g_auto (GStrv) before = NULL;
  g_auto (GStrv) after = NULL;
  g_auto (GStrv) last = NULL;

  stage_open (&stage, FILE_LOG ("w3c"));
  moved = g_strconcat (stage.path, ".1", NULL);
  id = describe (&stage);
  g_autoptr (SpWatcher) first = play (&stage, id);
  sp_watcher_stop (first);
  post_file (&stage, id, "legacy.xml");
  before = wait_lines (stage.path, 1);
  g_assert_cmpint (g_rename (stage.path, moved), ==, 0);
  sp_daemon_signal (stage.daemon, SIGHUP);
  sp_daemon_wait_figure (
      stage.daemon, "/admin/status", "config_generation", 2, 10);
  g_autoptr (SpWatcher) second = play (&stage, id);
  sp_watcher_stop (second);
  post_file (&stage, id, "legacy.xml");
  after = wait_lines (stage.path, 1);
  g_strfreev (g_steal_pointer (&before));
  before = wait_lines (moved, 1);
  g_autoptr (SpWatcher) third = play (&stage, id);
  sp_daemon_stop (stage.daemon);
  sp_watcher_forgive (third);
  last = read_lines (stage.path);
  g_assert_cmpuint (g_strv_length (last), ==, 2);
  assert_column (stage.path, last[1], "x-left", "end");
  stage_close (&stage);
}

/* Not a reason not to serve. */
static void
test_cannot_open (void)
{
  Stage stage;

  stage_open (&stage,
              "\"access_log\": { \"to\": \"file\", "
              "\"file\": \"no-such-folder/access.log\" }");
  g_assert_true (sp_daemon_wait_log (
      stage.daemon, 0, "no-such-folder/access.log: No such file", 10));
  g_autoptr (SpWatcher) watcher = play (&stage, describe (&stage));
  sp_watcher_stop (watcher);
  stage_close (&stage);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  g_test_add_func ("/access/w3c", test_w3c);
  g_test_add_func ("/access/silent", test_silent);
  g_test_add_func ("/access/rotate-and-stop", test_rotate_and_stop);
  g_test_add_func ("/access/cannot-open", test_cannot_open);
  return g_test_run ();
}
