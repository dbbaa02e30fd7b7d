/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "sp-ask.h"
#include "sp-daemon.h"
#include "sp-encoder.h"
#include "sp-test.h"
#include "sp-watcher.h"

#define ONE SP_DAEMON_PUSH ("one", "")
#define TWO SP_DAEMON_PUSH ("two", "")

/* Runs the program to its end; the exit status. @output gets what it wrote to
 * both channels. */
static int
run (const char *const *arguments, char **output)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *errors = NULL;
  g_autofree char *text = NULL;
  int status;

  g_ptr_array_add (argv, (gpointer)sp_daemon_program ());
  for (guint i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer)arguments[i]);
  g_ptr_array_add (argv, NULL);
  g_spawn_sync (NULL,
                (char **)argv->pdata,
                NULL,
                G_SPAWN_DEFAULT,
                NULL,
                NULL,
                &text,
                &errors,
                &status,
                &error);
  g_assert_no_error (error);
  g_assert_true (WIFEXITED (status));
  *output = g_strconcat (text, errors, NULL);
  return WEXITSTATUS (status);
}

static char *
write_file (const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&path);
}

typedef struct
{
  const char *name;
  const char *text;
  int status;
  const char *says; /* after "FILE:" */
} Row;

static const Row rows[] = {
  { "good",
    "{ \"port\": 7070, \"streams\": [ "
    "{ \"name\": \"A\", \"path\": \"a\", \"type\": \"mmsh_push\" } ] }",
    0,
    NULL },
  /* As the program of 2011 wrote it. */
  { "of-2011",
    "{ \"port\": \"7070\", \"ssl\": false, \"use_http_proxy\": false, "
    "\"http_proxy_host\": \"\", \"http_proxy_port\": \"\", "
    "\"use_proxy_for_local_addresses\": false, "
    "\"redirect_404_to\": \"http://example.org/\", \"streams\": [ "
    "{ \"name\": \"A\", \"path\": \"a\", \"type\": \"mmsh_pull\", "
    "\"source_options\": { \"host\": \"encoder\", \"port\": \"8080\", "
    "\"path\": \"/\" } }, "
    "{ \"name\": \"B\", \"path\": \"b\", \"type\": \"mmsh_push\" } ] }",
    0,
    NULL },
  { "unknown-key", "{ \"prot\": 7070, \"streams\": [] }", 1, " prot:" },
  { "nearest-key", "{ \"prot\": 7070, \"streams\": [] }", 1, "port" },
  { "type",
    "{ \"streams\": [ "
    "{ \"name\": \"A\", \"path\": \"a\", \"type\": \"mmsh_push\" }, "
    "{ \"name\": \"B\", \"path\": \"b\", \"type\": \"mmsh_pusch\" } ] }",
    1,
    " streams[1].type:" },
  { "same-path",
    "{ \"streams\": [ "
    "{ \"name\": \"A\", \"path\": \"a\", \"type\": \"mmsh_push\" }, "
    "{ \"name\": \"B\", \"path\": \"A\", \"type\": \"mmsh_push\" } ] }",
    1,
    " streams[1].path:" },
  { "port-range", "{ \"port\": 70000, \"streams\": [] }", 1, " port:" },
  { "syntax", "{\n  \"port\": 7070,\n  \"streams\": [ }\n}\n", 1, "3:" },
};

static void
test_check (gconstpointer user_data)
{
  const Row *row = user_data;
  g_autofree char *path = write_file ("check.json", row->text);
  const char *arguments[] = { "--config", path, "--check-config", NULL };
  g_autofree char *output = NULL;
  int status = run (arguments, &output);

  g_test_message ("%s", output);
  g_assert_cmpint (status, ==, row->status);
  if (row->says != NULL)
    {
      g_autofree char *prefix = g_strconcat (path, ":", NULL);
      const char *at = strstr (output, prefix);

      g_assert_nonnull (at);
      if (strstr (at + strlen (prefix), row->says) == NULL)
        g_assert_cmpstr (at, ==, row->says);
    }
  g_unlink (path);
}

/* Every problem is named, not only the first. */
static void
test_check_all (void)
{
  g_autofree char *path
      = write_file ("all.json",
                    "{ \"port\": -1, \"colour\": 1, \"streams\": [ "
                    "{ \"path\": \"a b\", \"type\": \"radio\" } ] }");
  const char *arguments[] = { "--check-config", "--config", path, NULL };
  g_autofree char *output = NULL;

  g_assert_cmpint (run (arguments, &output), ==, 1);
  g_test_message ("%s", output);
  g_assert_nonnull (strstr (output, "port:"));
  g_assert_nonnull (strstr (output, "colour"));
  g_assert_nonnull (strstr (output, "streams[0].path:"));
  g_assert_nonnull (strstr (output, "streams[0].type:"));
  g_unlink (path);
}

static void
test_exit_statuses (void)
{
  g_autoptr (SpDaemon) other = sp_daemon_start ("", ONE);
  g_autofree char *text
      = g_strdup_printf ("{ \"listen\": [\"127.0.0.1\"], \"port\": %u, "
                         "\"admin\": { \"port\": 0 }, \"streams\": [] }",
                         sp_daemon_port (other));
  g_autofree char *taken = write_file ("taken.json", text);
  g_autofree char *bad = write_file ("bad.json", "{ \"port\": \"x\" }");
  const struct
  {
    const char *arguments[4];
    int status;
    const char *says;
  } runs[] = {
    { { "--version" }, 0, PACKAGE_VERSION },
    { { "--help" }, 0, "--check-config" },
    { { "--no-such-option" }, 2, "--no-such-option" },
    { { "left-over" }, 2, "arguments" },
    { { "--config", bad }, 1, "port" },
    { { "--config", "/nonexistent/pump.json" }, 1, "/nonexistent" },
    { { "--config", taken }, 3, "127.0.0.1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      g_autofree char *output = NULL;
      int status = run (runs[i].arguments, &output);

      g_test_message ("%s: %d: %s", runs[i].arguments[0], status, output);
      g_assert_cmpint (status, ==, runs[i].status);
      g_assert_nonnull (strstr (output, runs[i].says));
    }
  g_unlink (taken);
  g_unlink (bad);
}

static guint
status_of (SpDaemon *daemon, const char *path)
{
  g_autoptr (SpAnswer) answer
      = sp_ask_get (sp_daemon_port (daemon), path, SP_WATCHER_PLAY);

  return answer->status;
}

static void
reload (SpDaemon *daemon, const char *members, const char *streams)
{
  g_autofree char *log = sp_daemon_log (daemon);

  sp_daemon_configure (daemon, members, streams);
  g_assert_true (sp_daemon_wait_log (daemon, strlen (log), "applied", 10));
}

/* The log tells of each stream, under its path, since @offset. */
static void
assert_told (SpDaemon *daemon, gsize offset, const char *told)
{
  g_autofree char *log = sp_daemon_log (daemon);

  g_assert_nonnull (strstr (log + offset, told));
}

static gsize
log_len (SpDaemon *daemon)
{
  g_autofree char *log = sp_daemon_log (daemon);

  return strlen (log);
}

static void
test_reload (void)
{
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", ONE ", " TWO);
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  G_GNUC_UNUSED g_autoptr (SpFeeder) first = sp_feeder_new (
      sp_encoder_go (sp_daemon_port (daemon), "one", header), 100, 500);
  G_GNUC_UNUSED g_autoptr (SpFeeder) second = sp_feeder_new (
      sp_encoder_go (sp_daemon_port (daemon), "two", header), 100, 500);

  sp_daemon_wait_figure (daemon, "/admin/status", "streams_live", 2, 10);
  g_autoptr (SpWatcher) stays
      = sp_watcher_play (sp_daemon_port (daemon), "/streams/one");
  g_autoptr (SpWatcher) goes
      = sp_watcher_play (sp_daemon_port (daemon), "/streams/two");
  sp_watcher_wait_data (stays, 10, 10);
  sp_watcher_wait_data (goes, 10, 10);

  /* One more. */
  g_assert_cmpuint (status_of (daemon, "/streams/three"), ==, 404);
  gsize offset = log_len (daemon);
  reload (daemon, "", ONE ", " TWO ", " SP_DAEMON_PUSH ("three", ""));
  assert_told (daemon, offset, "stream added, by SIGHUP");
  g_assert_cmpuint (status_of (daemon, "/streams/three"), ==, 503);
  sp_watcher_wait_more (stays, 10, 10);
  sp_watcher_wait_more (goes, 10, 10);

  /* One less, one with another setting, something server-wide. */
  offset = log_len (daemon);
  reload (daemon,
          "\"redirect_404_to\": \"http://example.org/\"",
          SP_DAEMON_PUSH ("one", ", \"burst_ms\": 500"));
  assert_told (daemon, offset, "stream removed, by SIGHUP");
  assert_told (daemon, offset, "stream changed, by SIGHUP");
  sp_watcher_wait_end (goes, 10);
  sp_watcher_wait_more (stays, 10, 10);
  g_assert_cmpuint (status_of (daemon, "/streams/two"), ==, 302);

  /* And back. */
  reload (daemon, "", ONE ", " TWO);
  g_assert_cmpuint (status_of (daemon, "/streams/two"), ==, 503);
  sp_watcher_wait_more (stays, 10, 10);
  const SpStrict *strict = sp_watcher_stop (stays);
  g_assert_cmpuint (strict->n_gaps, ==, 0);
  g_assert_cmpuint (strict->headers->len, ==, 1);
}

static void
test_reload_bad (void)
{
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", ONE);
  g_autoptr (GBytes) header = sp_encoder_dummy_header ();
  G_GNUC_UNUSED g_autoptr (SpFeeder) feeder = sp_feeder_new (
      sp_encoder_go (sp_daemon_port (daemon), "one", header), 100, 500);
  g_autofree char *log = NULL;

  sp_daemon_wait_figure (daemon, "/admin/status", "streams_live", 1, 10);
  g_autoptr (SpWatcher) watcher
      = sp_watcher_play (sp_daemon_port (daemon), "/streams/one");
  sp_watcher_wait_data (watcher, 10, 10);
  log = sp_daemon_log (daemon);
  sp_daemon_configure_text (
      daemon,
      "{ \"streams\": [ { \"name\": \"X\", \"path\": \"x\", "
      "\"type\": \"radio\" } ] }");
  g_assert_true (
      sp_daemon_wait_log (daemon, strlen (log), "streams[0].type", 10));
  sp_daemon_configure_text (daemon, "{ \"streams\": ");
  g_assert_true (sp_daemon_wait_log (daemon, strlen (log), "pump.json:1:", 10));
  sp_watcher_wait_more (watcher, 10, 10);
  g_assert_cmpuint (status_of (daemon, "/streams/x"), ==, 404);
  g_assert_cmpuint (sp_watcher_n_headers (watcher), ==, 1);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/config/check/%s", rows[i].name);
      g_test_add_data_func (path, &rows[i], test_check);
    }
  g_test_add_func ("/config/check/names-every-problem", test_check_all);
  g_test_add_func ("/config/exit-statuses", test_exit_statuses);
  g_test_add_func ("/config/reload/adds-removes-changes", test_reload);
  g_test_add_func ("/config/reload/refuses-a-bad-file", test_reload_bad);
  return g_test_run ();
}
