/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "sp-daemon.h"
#include "sp-run.h"
#include "sp-test.h"

/* "pumpctl top" in a real terminal: that of tmux, which tells what is on the
 * screen. */

#define N_STREAMS 30
#define DEADLINE_S 30
#define LOOK_MS 50

/** A daemon with many streams, and a shell in a terminal of 80x24. */
typedef struct
{
  SpDaemon *daemon;
  char *socket; /* of this tmux alone */
  char *folder;
} Stage;

static char *
tmux (Stage *stage, const char *arguments)
{
  g_autofree char *line
      = g_strdup_printf ("-f /dev/null -S %s %s", stage->socket, arguments);
  g_autoptr (SpRun) run = sp_run ("tmux", line, NULL, DEADLINE_S);

  g_assert_cmpint (run->status, ==, 0);
  return g_steal_pointer (&run->out);
}

static void
press (Stage *stage, const char *keys)
{
  g_autofree char *arguments = g_strconcat ("send-keys ", keys, NULL);
  g_autofree char *nothing = tmux (stage, arguments);

  g_assert_cmpstr (nothing, ==, "");
}

static void
type (Stage *stage, const char *line)
{
  g_autofree char *quoted = g_shell_quote (line);
  g_autofree char *keys = g_strconcat ("-l ", quoted, NULL);

  press (stage, keys);
  press (stage, "Enter");
}

/** A sight that is waited for; once it was there it counts. */
typedef struct
{
  Stage *stage;
  const char *text;
  gboolean is_wanted;
  char *screen; /* NULL: not seen yet */
} Sight;

static gboolean
is_seen (gpointer user_data)
{
  Sight *sight = user_data;
  g_autofree char *screen = NULL;

  if (sight->screen != NULL)
    return TRUE;
  screen = tmux (sight->stage, "capture-pane -p");
  if ((strstr (screen, sight->text) != NULL) == sight->is_wanted)
    sight->screen = g_steal_pointer (&screen);
  return sight->screen != NULL;
}

static gboolean
on_look (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* (transfer full): the screen with, or without, @text; lines without the spaces
 * behind */
static char *
look (Stage *stage, const char *text, gboolean is_wanted)
{
  Sight sight = { stage, text, is_wanted, NULL };
  guint id = g_timeout_add (LOOK_MS, on_look, NULL);

  g_test_message ("%s: %s", is_wanted ? "to be seen" : "to go", text);
  sp_test_wait (NULL, is_seen, &sight, DEADLINE_S);
  g_source_remove (id);
  return sight.screen;
}

static char *
see (Stage *stage, const char *text)
{
  return look (stage, text, TRUE);
}

static void
set_up (Stage *stage, gconstpointer data)
{
  g_autoptr (GString) streams = g_string_new (NULL);
  g_autofree char *session = NULL;
  g_autofree char *export = NULL;

  for (guint i = 0; i < N_STREAMS; i++)
    g_string_append_printf (
        streams,
        "%s{ \"name\": \"s\", \"path\": \"s%02u\", \"type\": \"mmsh_push\" }",
        i > 0 ? "," : "",
        i);
  stage->daemon = sp_daemon_start ("", streams->str);
  stage->folder = g_dir_make_tmp (NULL, NULL);
  stage->socket = g_build_filename (stage->folder, "tmux", NULL);
  session = tmux (stage,
                  "new-session -d -x 80 -y 24 "
                  "'env PS1=\"READY> \" TERM=screen HISTFILE= bash --norc "
                  "--noprofile -i'");
  g_free (see (stage, "READY>"));
  export = g_strdup_printf ("cd %s; export PUMPCTL_URL=http://127.0.0.1:%u",
                            stage->folder,
                            sp_daemon_admin_port (stage->daemon));
  type (stage, export);
}

static void
tear_down (Stage *stage, gconstpointer data)
{
  static const char *const names[] = { "before", "after", "pid", "tmux" };
  g_autofree char *nothing = tmux (stage, "kill-server");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (stage->folder, names[i], NULL);

      g_unlink (path);
    }
  g_rmdir (stage->folder);
  sp_daemon_free (stage->daemon);
  g_free (stage->socket);
  g_free (stage->folder);
}

/* Started from the shell, which notes the terminal's state around it. */
static char *
begin (Stage *stage)
{
  g_autofree char *line = g_strdup_printf (
      "clear; stty -g >before; sh -c 'echo $$ >pid; exec %s top --interval 1'; "
      "echo STATUS $?; stty -g >after",
      g_getenv ("PUMPCTL"));

  type (stage, line);
  return see (stage, "q quit");
}

static char *
read_file (Stage *stage, const char *name)
{
  g_autofree char *path = g_build_filename (stage->folder, name, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

/* What stty says is the same, the shell's screen is back, with its cursor. */
static void
assert_restored (Stage *stage)
{
  g_autofree char *screen = see (stage, "STATUS 0\nREADY>");
  g_autofree char *before = read_file (stage, "before");
  g_autofree char *after = read_file (stage, "after");
  g_autofree char *flags
      = tmux (stage, "display-message -p '#{alternate_on} #{cursor_flag}'");

  g_assert_null (strstr (screen, "q quit"));
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpstr (flags, ==, "0 1\n");
}

static void
test_screen (Stage *stage, gconstpointer data)
{
  g_autofree char *screen = begin (stage);
  g_auto (GStrv) lines = g_strsplit (screen, "\n", -1);
  g_autofree char *flags
      = tmux (stage, "display-message -p '#{alternate_on} #{cursor_flag}'");

  g_assert_cmpstr (flags, ==, "1 0\n");
  g_assert_cmpuint (g_strv_length (lines), ==, 25); /* the last is empty */
  g_assert_nonnull (strstr (lines[0], "clients 0"));
  g_assert_true (g_str_has_prefix (lines[1], "streams 30, live 0"));
  g_assert_true (g_str_has_prefix (lines[3], "PATH  STATE"));
  g_assert_true (g_str_has_prefix (lines[4], "s00 "));
  g_assert_true (g_str_has_prefix (lines[22], "s18 "));
  g_assert_nonnull (
      strstr (lines[23], "1-19 of 30  q quit  s sort: bitrate  arrows scroll"));
  press (stage, "q");
  assert_restored (stage);
}

static void
test_keys (Stage *stage, gconstpointer data)
{
  static const struct
  {
    const char *keys;
    const char *text;
  } rows[] = {
    { "s", "1-19 of 30  q quit  s sort: clients" },
    { "s", "sort: lag" },
    { "Down Down", "3-21 of 30" },
    { "Up", "2-20 of 30" },
    { "NPage", "12-30 of 30" },
    { "Home", "1-19 of 30" },
    { "End", "12-30 of 30" },
    { "PPage", "1-19 of 30" },
  };
  g_autofree char *screen = begin (stage);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *after = NULL;

      press (stage, rows[i].keys);
      after = see (stage, rows[i].text);
    }
  press (stage, "q");
  assert_restored (stage);
}

static void
test_resize (Stage *stage, gconstpointer data)
{
  g_autofree char *screen = begin (stage);
  g_autofree char *nothing = tmux (stage, "resize-window -x 120 -y 40");
  g_autofree char *large = see (stage, "1-30 of 30");
  g_autofree char *nothing_either = tmux (stage, "resize-window -x 40 -y 8");
  g_autofree char *small = see (stage, "1-3 of 30");

  press (stage, "q");
  assert_restored (stage);
}

static void
test_signals (Stage *stage, gconstpointer data)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autofree char *screen = begin (stage);
      g_autofree char *pid = read_file (stage, "pid");

      g_test_message ("signal %d", signals[i]);
      g_assert_cmpint (
          kill ((pid_t)g_ascii_strtoull (pid, NULL, 10), signals[i]), ==, 0);
      assert_restored (stage);
    }
}

static void
test_control_keys (Stage *stage, gconstpointer data)
{
  g_autofree char *first = begin (stage);
  g_autofree char *stopped = NULL;
  g_autofree char *flags = NULL;
  g_autofree char *second = NULL;

  press (stage, "C-z");
  stopped = see (stage, "Stopped");
  flags = tmux (stage, "display-message -p '#{alternate_on} #{cursor_flag}'");
  g_assert_cmpstr (flags, ==, "0 1\n");
  type (stage, "clear; fg; echo STATUS $?");
  second = see (stage, "q quit");
  press (stage, "C-c");
  assert_restored (stage);
}

/* A pump that hangs, goes on, and ends: the figures stay, and it is said that
 * they are old. */
static void
test_lost (Stage *stage, gconstpointer data)
{
  g_autofree char *screen = begin (stage);
  g_autofree char *hung = NULL;
  g_autofree char *gone = NULL;
  g_autofree char *new = NULL;

  sp_daemon_signal (stage->daemon, SIGSTOP);
  hung = see (stage, "OLD FIGURES: cannot reach the pump at http://127.0.0.1");
  g_assert_nonnull (strstr (hung, "\ns00 "));
  sp_daemon_signal (stage->daemon, SIGCONT);
  new = look (stage, "OLD FIGURES", FALSE);
  sp_daemon_stop (stage->daemon);
  gone = see (stage, "OLD FIGURES: cannot reach the pump at http://127.0.0.1");
  press (stage, "q");
  assert_restored (stage);
}

/* Without one it says so. */
static void
test_no_terminal (Stage *stage, gconstpointer data)
{
  g_autofree char *arguments = g_strdup_printf (
      "top --url http://127.0.0.1:%u", sp_daemon_admin_port (stage->daemon));
  g_autoptr (SpRun) run
      = sp_run (g_getenv ("PUMPCTL"), arguments, NULL, DEADLINE_S);

  g_assert_cmpint (run->status, ==, 2);
  g_assert_nonnull (strstr (run->err, "this needs a terminal"));
  g_assert_cmpstr (run->out, ==, "");
}

static void
test_colors (Stage *stage, gconstpointer data)
{
  g_autofree char *plain = g_strdup_printf (
      "clear; NO_COLOR=1 %s streams; echo PLAIN $?", g_getenv ("PUMPCTL"));
  g_autofree char *colored = g_strdup_printf (
      "clear; %s streams; echo STATUS $?", g_getenv ("PUMPCTL"));
  g_autofree char *screen = NULL;
  g_autofree char *with = NULL;
  g_autofree char *without = NULL;

  type (stage, colored);
  g_free (see (stage, "STATUS 0\nREADY>"));
  with = tmux (stage, "capture-pane -p -e");
  type (stage, plain);
  screen = see (stage, "PLAIN 0\nREADY>");
  g_assert_nonnull (strstr (screen, "waiting"));
  without = tmux (stage, "capture-pane -p -e");
  g_assert_nonnull (strstr (with, "\033[33mwaiting"));
  g_assert_null (strchr (without, '\033'));
}

#define ADD(path, func) g_test_add (path, Stage, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_autofree char *program = g_find_program_in_path ("tmux");
  g_autofree char *shell = g_find_program_in_path ("bash");

  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  if (program == NULL || shell == NULL)
    {
      g_print ("1..0 # SKIP tmux or bash is missing\n");
      return 77;
    }
  ADD ("/pumpctl-top/80x24", test_screen);
  ADD ("/pumpctl-top/keys", test_keys);
  ADD ("/pumpctl-top/resize", test_resize);
  ADD ("/pumpctl-top/signals-restore-the-terminal", test_signals);
  ADD ("/pumpctl-top/stop-and-go-on", test_control_keys);
  ADD ("/pumpctl-top/pump-goes-and-comes", test_lost);
  ADD ("/pumpctl-top/no-terminal", test_no_terminal);
  ADD ("/pumpctl-top/colors-only-where-wanted", test_colors);
  return g_test_run ();
}
