/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-host.h"

#include <gio/gio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define DESCRIPTORS 4096
#define END_S 10

struct _SpHost
{
  GSubprocess *child;
  GDataInputStream *answers;
  char *log;
};

static void
prepare_child (gpointer user_data)
{
  struct rlimit limit = { DESCRIPTORS, DESCRIPTORS };

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  setrlimit (RLIMIT_NOFILE, &limit);
}

static SpHost *
start (const char *prefix, const char *agentx, const char *options)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autofree char *line = g_strdup_printf ("%s%s --agentx %s %s",
                                           prefix,
                                           g_getenv ("SP_AGENT_HOST"),
                                           agentx,
                                           options);
  g_autofree char *folder = g_dir_make_tmp ("host-XXXXXX", NULL);
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;
  SpHost *host = g_new0 (SpHost, 1);

  host->log = g_build_filename (folder, "log", NULL);
  g_shell_parse_argv (line, NULL, &words, &error);
  g_assert_no_error (error);
  g_subprocess_launcher_set_stderr_file_path (launcher, host->log);
  g_subprocess_launcher_set_child_setup (launcher, prepare_child, NULL, NULL);
  host->child = g_subprocess_launcher_spawnv (
      launcher, (const char *const *)words, &error);
  g_assert_no_error (error);
  host->answers
      = g_data_input_stream_new (g_subprocess_get_stdout_pipe (host->child));
  return host;
}

SpHost *
sp_host_start (const char *agentx, const char *options)
{
  return start ("", agentx, options);
}

SpHost *
sp_host_start_as_nobody (const char *agentx, const char *options)
{
  return start (
      "setpriv --reuid=65534 --regid=65534 --clear-groups ", agentx, options);
}

static gboolean
on_late (gpointer user_data)
{
  g_error ("agent-host does not end");
  return G_SOURCE_REMOVE;
}

static void
on_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  g_main_loop_quit (user_data);
}

void
sp_host_free (SpHost *host)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  guint late = g_timeout_add_seconds (END_S, on_late, NULL);

  g_output_stream_close (g_subprocess_get_stdin_pipe (host->child), NULL, NULL);
  g_subprocess_wait_async (host->child, NULL, on_ended, loop);
  g_main_loop_run (loop);
  g_source_remove (late);
  if (!g_subprocess_get_successful (host->child))
    {
      g_autofree char *log = sp_host_log (host);

      g_test_message ("%s", log);
    }
  g_assert_true (g_subprocess_get_successful (host->child));
  g_object_unref (host->answers);
  g_object_unref (host->child);
  g_free (host->log);
  g_free (host);
}

char *
sp_host_tell (SpHost *host, const char *line)
{
  g_autofree char *text = g_strconcat (line, "\n", NULL);
  g_autoptr (GError) error = NULL;
  char *answer;

  g_output_stream_write_all (g_subprocess_get_stdin_pipe (host->child),
                             text,
                             strlen (text),
                             NULL,
                             NULL,
                             &error);
  g_assert_no_error (error);
  answer = g_data_input_stream_read_line (host->answers, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (answer);
  return answer;
}

gint64
sp_host_figure (SpHost *host, SpHostFigure figure)
{
  g_autofree char *answer = sp_host_tell (host, "figures");
  g_auto (GStrv) words = g_strsplit (answer, " ", -1);

  g_assert_cmpuint (g_strv_length (words), >, figure);
  return g_ascii_strtoll (words[figure], NULL, 10);
}

void
sp_host_wait (SpHost *host, SpHostFigure figure, gint64 value, guint deadline_s)
{
  gint64 until = g_get_monotonic_time () + (gint64)deadline_s * G_USEC_PER_SEC;

  while (sp_host_figure (host, figure) != value)
    {
      if (g_get_monotonic_time () > until)
        g_assert_cmpint (sp_host_figure (host, figure), ==, value);
      g_usleep (20000);
    }
}

char *
sp_host_log (SpHost *host)
{
  char *text = NULL;

  g_file_get_contents (host->log, &text, NULL, NULL);
  return text == NULL ? g_strdup ("") : text;
}

guint
sp_host_n_lines (SpHost *host, const char *text)
{
  g_autofree char *log = sp_host_log (host);
  g_auto (GStrv) lines = g_strsplit (log, "\n", -1);
  guint n = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    n += lines[i][0] != '\0' && strstr (lines[i], text) != NULL;
  return n;
}
