/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-run.h"

#include "sp-test.h"

/** One program while it runs. */
typedef struct
{
  GSubprocess *process;
  SpRun *run;
  GError *error;
  gboolean is_done;
} Wait;

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Wait *wait = user_data;

  (void)g_subprocess_communicate_utf8_finish (
      wait->process, result, &wait->run->out, &wait->run->err, &wait->error);
  wait->is_done = TRUE;
}

static gboolean
is_done (gpointer user_data)
{
  return ((Wait *)user_data)->is_done;
}

static GSubprocessLauncher *
make_launcher (const char *const *environment)
{
  static const char *const unwanted[]
      = { "PUMPCTL_URL", "PUMPCTL_TOKEN_FILE", "NO_COLOR", "http_proxy" };
  GSubprocessLauncher *launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);

  for (guint i = 0; i < G_N_ELEMENTS (unwanted); i++)
    g_subprocess_launcher_unsetenv (launcher, unwanted[i]);
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  for (; environment != NULL && *environment != NULL; environment++)
    {
      g_auto (GStrv) pair = g_strsplit (*environment, "=", 2);

      g_subprocess_launcher_setenv (launcher, pair[0], pair[1], TRUE);
    }
  return launcher;
}

SpRun *
sp_run (const char *program,
        const char *arguments,
        const char *const *environment,
        guint deadline_s)
{
  g_autoptr (GSubprocessLauncher) launcher = make_launcher (environment);
  g_autofree char *line
      = g_strjoin (" ", program, arguments != NULL ? arguments : "", NULL);
  g_auto (GStrv) words = NULL;
  Wait wait = { .run = g_new0 (SpRun, 1) };

  g_test_message ("%s", line);
  g_assert_true (g_shell_parse_argv (line, NULL, &words, NULL));
  wait.process = g_subprocess_launcher_spawnv (
      launcher, (const char *const *)words, &wait.error);
  g_assert_no_error (wait.error);
  g_subprocess_communicate_utf8_async (
      wait.process, NULL, NULL, on_done, &wait);
  sp_test_wait (NULL, is_done, &wait, deadline_s);
  g_assert_no_error (wait.error);
  wait.run->status = g_subprocess_get_if_exited (wait.process)
                         ? g_subprocess_get_exit_status (wait.process)
                         : -1;
  g_object_unref (wait.process);
  g_test_message ("%d\n%s%s", wait.run->status, wait.run->out, wait.run->err);
  return wait.run;
}

void
sp_run_free (SpRun *run)
{
  g_free (run->out);
  g_free (run->err);
  g_free (run);
}
