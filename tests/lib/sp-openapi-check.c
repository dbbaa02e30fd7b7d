/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-openapi-check.h"

#include "sp-test.h"

#define DEADLINE_S 100
#define MISSING 77

typedef struct
{
  gboolean is_done;
  char *said;
} Run;

static void
on_run (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Run *run = user_data;
  g_autoptr (GError) error = NULL;

  (void)g_subprocess_communicate_utf8_finish (
      G_SUBPROCESS (source), result, &run->said, NULL, &error);
  g_assert_no_error (error);
  run->is_done = TRUE;
}

static gboolean
is_done (gpointer user_data)
{
  return ((Run *)user_data)->is_done;
}

/* That of the system has the modules of its packages. */
static char *
find_python (void)
{
  if (g_file_test ("/usr/bin/python3", G_FILE_TEST_IS_EXECUTABLE))
    return g_strdup ("/usr/bin/python3");
  return g_find_program_in_path ("python3");
}

void
sp_openapi_check (guint16 port, const char *token)
{
  g_autofree char *python = find_python ();
  g_autofree char *script = g_test_build_filename (
      G_TEST_DIST, "openapi", "check-openapi.py", NULL);
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u", port);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  Run run = { FALSE };

  if (python == NULL)
    {
      g_test_skip ("python3 is missing");
      return;
    }
  if (token != NULL)
    g_subprocess_launcher_setenv (launcher, "TOKEN", token, TRUE);
  process = g_subprocess_launcher_spawn (
      launcher, &error, python, script, url, NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8_async (process, NULL, NULL, on_run, &run);
  sp_test_wait (NULL, is_done, &run, DEADLINE_S);
  g_test_message ("%s", run.said);
  if (g_subprocess_get_exit_status (process) == MISSING)
    g_test_skip (run.said);
  else if (g_subprocess_get_exit_status (process) != 0)
    g_test_fail_printf ("%s", run.said);
  g_free (run.said);
}
