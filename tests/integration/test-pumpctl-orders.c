/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>

#include "sp-clip.h"
#include "sp-daemon.h"
#include "sp-run.h"
#include "sp-test.h"
#include "sp-watcher.h"

#define DEADLINE_S 60

/** A live stream with a client, over a Unix socket. */
typedef struct
{
  SpDaemon *daemon;
  SpWatcher *watcher;
  char *streams;
  char *socket;
  char *url; /* "PUMPCTL_URL=..." */
} Stage;

static void
set_up (Stage *stage, gconstpointer data)
{
  g_autofree char *file = sp_clip_demo_file ();
  g_autofree char *members = NULL;

  stage->streams = sp_daemon_file_stream ("one", file, "");
  stage->socket = g_build_filename (g_get_tmp_dir (), "admin.sock", NULL);
  stage->url = g_strconcat ("PUMPCTL_URL=unix:", stage->socket, NULL);
  members = g_strdup_printf ("\"admin\": { \"listen\": \"127.0.0.1\", "
                             "\"port\": 0, \"socket\": \"%s\" }",
                             stage->socket);
  stage->daemon = sp_daemon_start (members, stage->streams);
  sp_daemon_wait_figure (stage->daemon, "/admin/status", "streams_live", 1, 10);
  stage->watcher
      = sp_watcher_play (sp_daemon_port (stage->daemon), "/streams/one");
  sp_watcher_wait_data (stage->watcher, 2, 10);
}

static void
tear_down (Stage *stage, gconstpointer data)
{
  sp_watcher_forgive (stage->watcher);
  sp_watcher_free (stage->watcher);
  sp_daemon_free (stage->daemon);
  g_free (stage->streams);
  g_free (stage->socket);
  g_free (stage->url);
}

static SpRun *
ask (Stage *stage, const char *arguments)
{
  const char *const environment[] = { stage->url, NULL };

  return sp_run (g_getenv ("PUMPCTL"), arguments, environment, DEADLINE_S);
}

/* It ends with @status and has @text in what it says. */
static void
assert_said (Stage *stage, const char *arguments, int status, const char *text)
{
  g_autoptr (SpRun) run = ask (stage, arguments);

  g_assert_cmpint (run->status, ==, status);
  g_assert_nonnull (strstr (status == 0 ? run->out : run->err, text));
  g_assert_cmpstr (status == 0 ? run->err : run->out, ==, "");
}

static void
test_drain (Stage *stage, gconstpointer data)
{
  assert_said (
      stage, "drain --deadline 3600", 0, "draining, 1 client left, until 20");
  assert_said (stage, "status", 0, "draining\n");
  assert_said (stage, "drain --redirect 'not an URL'", 1, "redirect");
  assert_said (stage, "drain --off", 0, "serving\n");
  assert_said (
      stage, "drain --deadline 1 --wait", 0, "drained, 0 clients left\n");
  sp_watcher_wait_end (stage->watcher, 10);
}

/* The configuration, with @more behind the path of the stream. */
static void
change (const char *file, const char *text, const char *more)
{
  g_auto (GStrv) parts = g_strsplit (text, "\"path\": \"one\"", 2);
  g_autofree char *path = g_strconcat ("\"path\": \"one\"", more, NULL);
  g_autofree char *changed = g_strjoinv (path, parts);

  g_assert_cmpuint (g_strv_length (parts), ==, 2);
  g_assert_true (g_file_set_contents (file, changed, -1, NULL));
}

static void
test_reload (Stage *stage, gconstpointer data)
{
  g_autofree char *file
      = g_build_filename (sp_daemon_folder (stage->daemon), "pump.json", NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  assert_said (stage, "reload", 0, "nothing differs\n");
  change (file, text, ", \"burst_ms\": 123");
  assert_said (stage,
               "reload",
               0,
               "CHANGED                TAKES EFFECT\n"
               "streams[one].burst_ms  new clients only\n");
  change (file, text, ", \"burst\": 123");
  assert_said (stage, "reload", 1, "burst: unknown key");
  g_assert_true (g_unlink (file) == 0);
  assert_said (stage, "reload", 1, "pump.json");
}

static void
test_stream_orders (Stage *stage, gconstpointer data)
{
  assert_said (stage, "stream drain one", 0, "one: live, takes no new clients");
  assert_said (stage, "stream up one", 0, "one: live\n");
  assert_said (stage, "source off one 1", 0, "one: ");
  assert_said (stage, "streams one", 0, "disabled");
  assert_said (stage, "source on one 1", 0, "one: ");
  assert_said (stage, "source on one 9", 1, "no source '9'");
  assert_said (stage, "stream down one", 0, "one: disabled\n");
  assert_said (stage, "stream down none", 1, "no stream 'none'");
}

static void
test_edit (Stage *stage, gconstpointer data)
{
  g_autofree char *file = g_build_filename (g_get_tmp_dir (), "s.json", NULL);
  g_autofree char *add = g_strconcat ("streams add ", file, NULL);

  g_assert_true (g_file_set_contents (
      file,
      "{ \"name\": \"Two\", \"path\": \"two\", \"type\": \"mmsh_push\" }\n",
      -1,
      NULL));
  assert_said (stage, add, 0, "two: waiting\n");
  assert_said (stage, "streams --paths", 0, "one\ntwo\n");
  assert_said (stage, add, 1, "two");
  assert_said (stage, "streams remove two", 0, "two: removed\n");
  assert_said (stage, "streams remove two", 1, "no stream 'two'");
  g_assert_true (g_file_set_contents (
      file, "{ \"path\": \"two\", \"nam\": 1 }", -1, NULL));
  assert_said (stage, add, 1, "\n  "); /* its problems, one a line */
  g_assert_true (g_file_set_contents (file, "{\n  \"name\": }", -1, NULL));
  assert_said (stage, add, 2, "s.json:2:11: ");
  g_unlink (file);
}

static void
test_events (Stage *stage, gconstpointer data)
{
  g_autoptr (SpRun) newest = NULL;
  g_autoptr (SpRun) json = NULL;
  g_autoptr (JsonNode) root = NULL;

  assert_said (stage, "stream drain one", 0, "one");
  assert_said (stage, "events", 0, " source_up         [one] ");
  assert_said (stage, "events --after 0", 0, "    1  ");
  assert_said (stage, "events --kinds nothing", 1, "'nothing'");
  newest = ask (stage, "events --limit 1 --kinds stream_changed");
  g_assert_nonnull (strstr (newest->out, "  info     stream_changed    [one]"));
  g_assert_true (strchr (newest->out, '\n') == strrchr (newest->out, '\n'));
  json = ask (stage, "events --json --after 0");
  root = json_from_string (json->out, NULL);
  g_assert_nonnull (root);
  g_assert_cmpstr (json_object_get_string_member (
                       json_array_get_object_element (
                           json_object_get_array_member (
                               json_node_get_object (root), "events"),
                           0),
                       "kind"),
                   ==,
                   "started");
}

/** "events --follow" while it runs. */
typedef struct
{
  GSubprocess *process;
  GInputStream *out;
  GString *text;
  const char *wanted;
  char buffer[4096];
} Follower;

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Follower *follower = user_data;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);

  if (n <= 0)
    return;
  g_string_append_len (follower->text, follower->buffer, n);
  g_input_stream_read_async (follower->out,
                             follower->buffer,
                             sizeof follower->buffer,
                             G_PRIORITY_DEFAULT,
                             NULL,
                             on_read,
                             follower);
}

static gboolean
has_said (gpointer user_data)
{
  Follower *follower = user_data;

  return strstr (follower->text->str, follower->wanted) != NULL;
}

static void
wait_said (Follower *follower, const char *wanted)
{
  follower->wanted = wanted;
  g_test_message ("to be said: %s", wanted);
  sp_test_wait (NULL, has_said, follower, DEADLINE_S);
}

/* Its lines come as things happen, each at once; the end of the daemon is not
 * its end. */
static void
test_follow (Stage *stage, gconstpointer data)
{
  Follower follower = { .text = g_string_new (NULL) };
  g_autoptr (GError) error = NULL;

  follower.process = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE,
      &error,
      g_getenv ("PUMPCTL"),
      "--socket",
      stage->socket,
      "events",
      "--follow",
      "--after=0",
      "--kinds=started,stopping,stream_changed",
      NULL);
  g_assert_no_error (error);
  follower.out = g_subprocess_get_stdout_pipe (follower.process);
  g_input_stream_read_async (follower.out,
                             follower.buffer,
                             sizeof follower.buffer,
                             G_PRIORITY_DEFAULT,
                             NULL,
                             on_read,
                             &follower);
  wait_said (&follower, "  started  ");
  g_assert_null (strstr (follower.text->str, "source_up"));
  assert_said (stage, "stream drain one", 0, "one");
  wait_said (&follower, "  stream_changed    [one] ");
  sp_daemon_stop (stage->daemon);
  wait_said (&follower, "it is tried again");
  g_string_truncate (follower.text, 0);
  sp_daemon_restart (stage->daemon);
  wait_said (&follower, "connected again");
  wait_said (&follower, "  started  ");
  g_subprocess_send_signal (follower.process, SIGTERM);
  g_assert_true (g_subprocess_wait (follower.process, NULL, NULL));
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_object_unref (follower.process);
  g_string_free (follower.text, TRUE);
}

#define ADD(path, func) g_test_add (path, Stage, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  g_assert_nonnull (g_getenv ("PUMPCTL"));
  ADD ("/pumpctl-orders/drain", test_drain);
  ADD ("/pumpctl-orders/reload", test_reload);
  ADD ("/pumpctl-orders/stream-and-source", test_stream_orders);
  ADD ("/pumpctl-orders/add-and-remove", test_edit);
  ADD ("/pumpctl-orders/events", test_events);
  ADD ("/pumpctl-orders/follow", test_follow);
  return g_test_run ();
}
