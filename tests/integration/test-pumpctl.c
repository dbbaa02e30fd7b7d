/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <stdlib.h>
#include <string.h>

#include "sp-clip.h"
#include "sp-daemon.h"
#include "sp-run.h"
#include "sp-test.h"
#include "sp-watcher.h"

#define N_WATCHERS 3
#define DEADLINE_S 30

/** A live stream with three clients, another with none, and how to ask. */
typedef struct
{
  SpDaemon *daemon;
  SpWatcher *watchers[N_WATCHERS];
  char *url; /* "PUMPCTL_URL=..." */
} Stage;

static const char *const paths[N_WATCHERS]
    = { "/streams/one", "/streams/one/anna", "/streams/one/anna" };

static void
set_up (Stage *stage, gconstpointer data)
{
  g_autofree char *file = sp_clip_demo_file ();
  g_autofree char *one = sp_daemon_file_stream ("one", file, "");
  g_autofree char *streams
      = g_strdup_printf ("%s, %s", one, SP_DAEMON_PUSH ("two", ""));

  stage->daemon = sp_daemon_start ("", streams);
  stage->url = g_strdup_printf ("PUMPCTL_URL=http://127.0.0.1:%u",
                                sp_daemon_admin_port (stage->daemon));
  sp_daemon_wait_figure (stage->daemon, "/admin/status", "streams_live", 1, 10);
  for (guint i = 0; i < N_WATCHERS; i++)
    {
      stage->watchers[i]
          = sp_watcher_play (sp_daemon_port (stage->daemon), paths[i]);
      sp_watcher_wait_data (stage->watchers[i], 2, 10);
    }
}

static void
tear_down (Stage *stage, gconstpointer data)
{
  for (guint i = 0; i < N_WATCHERS; i++)
    {
      sp_watcher_forgive (stage->watchers[i]);
      sp_watcher_free (stage->watchers[i]);
    }
  sp_daemon_free (stage->daemon);
  g_free (stage->url);
}

static SpRun *
ask (Stage *stage, const char *arguments)
{
  const char *const environment[] = { stage->url, NULL };

  return sp_run (g_getenv ("PUMPCTL"), arguments, environment, DEADLINE_S);
}

/* It ends with @status; @out and @err (nullable: is empty) are parts. */
static void
assert_run (Stage *stage,
            const char *arguments,
            int status,
            const char *out,
            const char *err)
{
  g_autoptr (SpRun) run = ask (stage, arguments);

  g_assert_cmpint (run->status, ==, status);
  if (out != NULL)
    g_assert_nonnull (strstr (run->out, out));
  else
    g_assert_cmpstr (run->out, ==, "");
  if (err != NULL)
    g_assert_nonnull (strstr (run->err, err));
  else
    g_assert_cmpstr (run->err, ==, "");
}

static guint
n_lines (const char *text)
{
  guint n = 0;

  for (; *text != '\0'; text++)
    n += *text == '\n';
  return n;
}

static void
test_status (Stage *stage, gconstpointer data)
{
  g_autoptr (SpRun) run = ask (stage, "status");

  g_assert_cmpint (run->status, ==, 0);
  g_assert_nonnull (strstr (run->out, "Streams  "));
  g_assert_nonnull (strstr (run->out, " " PACKAGE_VERSION "\n"));
  g_assert_null (strchr (run->out, '\033'));
}

static void
test_streams (Stage *stage, gconstpointer data)
{
  assert_run (stage, "streams --paths", 0, "one\ntwo\n", NULL);
  assert_run (stage, "streams", 0, "\none   live ", NULL);
  assert_run (stage, "streams one", 0, "  one\n", NULL);
  assert_run (stage, "streams none", 1, NULL, "there is no stream 'none'");
  assert_run (stage, "streams one two", 2, NULL, "neither 'add' nor 'remove'");
}

static void
test_clients (Stage *stage, gconstpointer data)
{
  g_autoptr (SpRun) all = ask (stage, "clients");
  g_autoptr (SpRun) paged = ask (stage, "clients --limit 1 --all");
  g_autoptr (SpRun) anna = ask (stage, "clients --external-id anna");

  g_assert_cmpuint (n_lines (all->out), ==, 4);
  g_assert_nonnull (strstr (all->out, "NSPlayer/4.1.0.3856"));
  g_assert_cmpuint (n_lines (paged->out), ==, 4);
  g_assert_cmpstr (paged->err, ==, "");
  g_assert_cmpuint (n_lines (anna->out), ==, 3);
  assert_run (stage, "clients --limit 2", 0, "one", "there are more");
  assert_run (stage, "clients --limit 1001", 2, NULL, "--limit");
  assert_run (stage, "clients --address nowhere", 1, NULL, "nowhere");
  assert_run (stage, "client 4711", 1, NULL, "no client '4711'");
  assert_run (stage, "client four", 2, NULL, "'four'");
}

/* What the server says, byte for byte; and one client of it. */
static void
test_json (Stage *stage, gconstpointer data)
{
  g_autoptr (SpRun) run = ask (stage, "--json clients --stream=one");
  g_autoptr (JsonNode) root = json_from_string (run->out, NULL);
  JsonArray *clients;
  g_autofree char *arguments = NULL;

  g_assert_cmpint (run->status, ==, 0);
  g_assert_cmpuint (n_lines (run->out), ==, 1);
  clients
      = json_object_get_array_member (json_node_get_object (root), "clients");
  g_assert_cmpuint (json_array_get_length (clients), ==, 3);
  arguments
      = g_strdup_printf ("client %" G_GINT64_FORMAT,
                         json_object_get_int_member (
                             json_array_get_object_element (clients, 1), "id"));
  assert_run (stage, arguments, 0, "anna\n", NULL);
  assert_run (
      stage, "streams none --json", 1, "\"status\":404", "no stream 'none'");
}

static void
test_kick (Stage *stage, gconstpointer data)
{
  g_autoptr (SpRun) run = ask (stage, "clients --json");
  g_autoptr (JsonNode) root = json_from_string (run->out, NULL);
  g_autofree char *arguments
      = g_strdup_printf ("kick --client %" G_GINT64_FORMAT,
                         json_object_get_int_member (
                             json_array_get_object_element (
                                 json_object_get_array_member (
                                     json_node_get_object (root), "clients"),
                                 0),
                             "id"));

  assert_run (stage, "kick", 2, NULL, "give one of");
  assert_run (
      stage, "kick --stream one --address ::/0", 2, NULL, "give one of");
  assert_run (stage, "kick --stream two", 1, NULL, "no client matches");
  assert_run (stage, "kick --client -3", 2, NULL, "negative");
  assert_run (stage, arguments, 0, "1 client was kicked\n", NULL);
  sp_watcher_wait_end (stage->watchers[0], 10);
  g_assert_true (sp_watcher_is_open (stage->watchers[1]));
  assert_run (stage, arguments, 1, NULL, "no client matches");
  assert_run (
      stage, "kick --external-id anna", 0, "2 clients were kicked\n", NULL);
  sp_watcher_wait_end (stage->watchers[1], 10);
  sp_watcher_wait_end (stage->watchers[2], 10);
}

/* The shell's own way to ask: the line, and where the cursor is. */
static char *
complete (Stage *stage, const char *line)
{
  g_autofree char *source = g_build_filename (
      g_getenv ("G_TEST_SRCDIR"), "..", "data", "completion", "pumpctl", NULL);
  g_autofree char *folder = g_path_get_dirname (g_getenv ("PUMPCTL"));
  g_autofree char *path
      = g_strdup_printf ("PATH=%s:%s", folder, g_getenv ("PATH"));
  g_autofree char *quoted = g_shell_quote (line);
  g_autofree char *arguments = g_strdup_printf (
      "-c '. \"$1\"; COMP_LINE=$2; COMP_POINT=${#2}; _pumpctl; "
      "echo ${COMPREPLY[*]}' - %s %s",
      source,
      quoted);
  const char *const environment[] = { stage->url, path, NULL };
  g_autoptr (SpRun) run = sp_run ("bash", arguments, environment, DEADLINE_S);

  g_assert_cmpint (run->status, ==, 0);
  g_assert_cmpstr (run->err, ==, "");
  return g_strchomp (g_steal_pointer (&run->out));
}

static void
test_completion (Stage *stage, gconstpointer data)
{
  static const struct
  {
    const char *line;
    const char *words;
  } rows[] = {
    { "pumpctl st", "status streams stream" },
    { "pumpctl kick --s", "--socket --stream" },
    { "pumpctl kick --stream ", "one two" },
    { "pumpctl kick --stream=t", "two" },
    { "pumpctl streams ", "add remove one two" },
    { "pumpctl streams remove t", "two" },
    { "pumpctl stream ", "up down drain" },
    { "pumpctl --json stream down o", "one" },
    { "pumpctl source off ", "one two" },
    { "pumpctl source off one ", "" },
    { "pumpctl top --sort ", "bitrate clients lag" },
    { "pumpctl events --kinds canary_f", "canary_failed" },
    { "pumpctl --url http://127.0.0.1:1 streams remove ", "" },
    { "pumpctl --socket /nowhere streams r", "remove" },
    { "pumpctl kick --ban ", "" },
    { "pumpctl nonsense ", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *words = complete (stage, rows[i].line);

      g_assert_cmpstr (words, ==, rows[i].words);
    }
}

static void
test_usage (void)
{
  static const struct
  {
    const char *arguments;
    int status;
    const char *text; /* of the output when 0, else of the error */
  } rows[] = {
    { "", 2, "which command?" },
    { "nonsense", 2, "no command 'nonsense'" },
    { "--nonsense", 2, "nonsense" },
    { "status --nonsense", 2, "pumpctl status --help" },
    { "status more", 2, "one argument too many" },
    { "client", 2, "an argument is missing" },
    { "stream sideways one", 2, "none of up, down and drain" },
    { "source on one main", 2, "no number of a source" },
    { "source on one 0", 2, "no number of a source" },
    { "drain --off --wait", 2, "--off stands alone" },
    { "drain --deadline -5", 2, "--deadline" },
    { "events --after -5", 2, "--after" },
    { "top --sort size", 2, "none of bitrate, clients and lag" },
    { "top --interval 0", 2, "--interval" },
    { "top --json", 2, "--json does not go with it" },
    { "streams add /nowhere", 2, "/nowhere" },
    { "--url http://a --socket /b status", 2, "give one" },
    { "--url gopher://a status", 2, "gopher://a" },
    { "--token-file /nowhere status", 2, "/nowhere" },
    { "--version", 0, "pumpctl " PACKAGE_VERSION "\n" },
    { "--help", 0, "  kick       End clients" },
    { "kick --help", 0, "--external-id=ID" },
    { "top --help", 0, "--interval=SECONDS" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SpRun) run
          = sp_run (g_getenv ("PUMPCTL"), rows[i].arguments, NULL, DEADLINE_S);

      g_assert_cmpint (run->status, ==, rows[i].status);
      g_assert_nonnull (
          strstr (run->status == 0 ? run->out : run->err, rows[i].text));
      g_assert_cmpstr (run->status == 0 ? run->err : run->out, ==, "");
    }
}

/* Says where it looked and what to look at. */
static void
test_unreachable (void)
{
  static const char *const arguments[]
      = { "--url http://127.0.0.1:1 status",
          "events --follow --url http://127.0.0.1:1",
          "--socket /nowhere top",
          "--url unix:/nowhere drain --wait" };

  for (guint i = 0; i < G_N_ELEMENTS (arguments); i++)
    {
      g_autoptr (SpRun) run
          = sp_run (g_getenv ("PUMPCTL"), arguments[i], NULL, DEADLINE_S);

      g_assert_cmpint (run->status, ==, 3);
      g_assert_cmpstr (run->out, ==, "");
      g_assert_nonnull (
          strstr (run->err,
                  i < 2 ? "cannot reach the pump at http://127.0.0.1:1: "
                        : "cannot reach the pump at /nowhere: "));
      g_assert_nonnull (strstr (run->err, "systemctl status stream-pump"));
    }
}

static void
test_token (void)
{
  g_autofree char *file
      = g_build_filename (g_get_tmp_dir (), "ctl.token", NULL);
  g_autofree char *members
      = g_strdup_printf ("\"admin\": { \"listen\": \"127.0.0.1\", \"port\": 0, "
                         "\"token_file\": \"%s\" }",
                         file);
  g_autofree char *variable = g_strconcat ("PUMPCTL_TOKEN_FILE=", file, NULL);
  g_autofree char *option
      = g_strconcat ("streams --paths --token-file ", file, NULL);
  Stage stage = { 0 };

  g_assert_true (g_file_set_contents (file, "opensesame\n", -1, NULL));
  stage.daemon = sp_daemon_start (members, SP_DAEMON_PUSH ("one", ""));
  stage.url = g_strdup_printf ("PUMPCTL_URL=http://127.0.0.1:%u",
                               sp_daemon_admin_port (stage.daemon));
  assert_run (&stage, "streams", 1, NULL, "--token-file");
  assert_run (&stage, option, 0, "one\n", NULL);
  const char *const environment[] = { stage.url, variable, NULL };
  g_autoptr (SpRun) run = sp_run (
      g_getenv ("PUMPCTL"), "streams --paths", environment, DEADLINE_S);
  g_assert_cmpstr (run->out, ==, "one\n");
  sp_daemon_free (stage.daemon);
  g_free (stage.url);
  g_unlink (file);
}

#define ADD(path, func) g_test_add (path, Stage, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  g_assert_nonnull (g_getenv ("PUMPCTL"));
  ADD ("/pumpctl/status", test_status);
  ADD ("/pumpctl/streams", test_streams);
  ADD ("/pumpctl/clients", test_clients);
  ADD ("/pumpctl/json", test_json);
  ADD ("/pumpctl/kick", test_kick);
  ADD ("/pumpctl/completion", test_completion);
  g_test_add_func ("/pumpctl/usage", test_usage);
  g_test_add_func ("/pumpctl/unreachable", test_unreachable);
  g_test_add_func ("/pumpctl/token", test_token);
  return g_test_run ();
}
