/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "compare-process.h"

#include <errno.h>
#include <grp.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define NOBODY 65534
#define POLL_MS 10
#define STOP_DEADLINE_MS 10000
#define ATTEMPT_MS 2000
#define MEDIA_BYTES 1024 /* more than any head of an answer */

struct _CompareProcess
{
  GSubprocess *subprocess;
  char *name;
  char *log_file;
  int pid;
};

/* Between fork and exec. */
static void
prepare_child (gpointer is_humble)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  if (GPOINTER_TO_INT (is_humble) && geteuid () == 0
      && (setgroups (0, NULL) < 0 || setgid (NOBODY) < 0
          || setuid (NOBODY) < 0))
    _exit (127);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

CompareProcess *
compare_process_start (const char *const *argv,
                       const char *folder,
                       gboolean is_humble,
                       GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autofree char *name = g_path_get_basename (argv[0]);
  g_autofree char *log_name = g_strconcat (name, ".log", NULL);
  g_autofree char *log_file = g_build_filename (folder, log_name, NULL);
  g_autoptr (GSubprocess) subprocess = NULL;
  CompareProcess *process;

  g_subprocess_launcher_set_cwd (launcher, folder);
  g_subprocess_launcher_set_stdout_file_path (launcher, log_file);
  g_subprocess_launcher_setenv (launcher, "HOME", folder, TRUE);
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  g_subprocess_launcher_unsetenv (launcher, "NOTIFY_SOCKET");
  g_subprocess_launcher_unsetenv (launcher, "JOURNAL_STREAM");
  g_subprocess_launcher_unsetenv (launcher, "G_DEBUG");
  g_subprocess_launcher_unsetenv (launcher, "MALLOC_CHECK_");
  g_subprocess_launcher_unsetenv (launcher, "http_proxy");
  g_subprocess_launcher_set_child_setup (
      launcher, prepare_child, GINT_TO_POINTER (is_humble), NULL);
  subprocess = g_subprocess_launcher_spawnv (launcher, argv, error);
  if (subprocess == NULL)
    return NULL;
  process = g_new0 (CompareProcess, 1);
  process->name = g_steal_pointer (&name);
  process->log_file = g_steal_pointer (&log_file);
  process->pid = (int)g_ascii_strtoll (
      g_subprocess_get_identifier (subprocess), NULL, 10);
  process->subprocess = g_steal_pointer (&subprocess);
  return process;
}

gboolean
compare_process_is_running (const CompareProcess *process)
{
  return g_subprocess_get_identifier (process->subprocess) != NULL;
}

void
compare_process_stop (CompareProcess *process)
{
  g_subprocess_send_signal (process->subprocess, SIGTERM);
  for (guint waited_ms = 0;
       compare_process_is_running (process) && waited_ms < STOP_DEADLINE_MS;
       waited_ms += POLL_MS)
    g_usleep (POLL_MS * 1000);
  g_subprocess_force_exit (process->subprocess);
  g_subprocess_wait (process->subprocess, NULL, NULL);
  g_object_unref (process->subprocess);
  g_free (process->name);
  g_free (process->log_file);
  g_free (process);
}

int
compare_process_pid (const CompareProcess *process)
{
  return process->pid;
}

char *
compare_process_log (const CompareProcess *process)
{
  char *text = NULL;

  if (!g_file_get_contents (process->log_file, &text, NULL, NULL))
    return g_strdup ("");
  return text;
}

static char *
find_line (const CompareProcess *process, const char *before)
{
  g_autofree char *log = compare_process_log (process);
  const char *at = strstr (log, before);
  const char *end = at != NULL ? strchr (at, '\n') : NULL;

  if (end == NULL)
    return NULL;
  at += strlen (before);
  return g_strndup (at, (gsize)(end - at));
}

char *
compare_process_wait_log (const CompareProcess *process,
                          const char *before,
                          guint deadline_ms,
                          GError **error)
{
  g_autofree char *log = NULL;

  for (guint waited_ms = 0; waited_ms < deadline_ms; waited_ms += POLL_MS)
    {
      gboolean is_running = compare_process_is_running (process);
      char *found = find_line (process, before);

      if (found != NULL)
        return found;
      if (!is_running)
        break;
      g_usleep (POLL_MS * 1000);
    }
  log = compare_process_log (process);
  g_set_error (error,
               G_IO_ERROR,
               G_IO_ERROR_FAILED,
               "%s does not say '%s'; it says: %s",
               process->name,
               before,
               log);
  return NULL;
}

guint16
compare_free_port (void)
{
  struct sockaddr_in address
      = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (bind (fd, (struct sockaddr *)&address, sizeof address) < 0
      || getsockname (fd, (struct sockaddr *)&address, &len) < 0)
    g_error ("no free port: %s", g_strerror (errno));
  close (fd);
  return ntohs (address.sin_port);
}

static GSocketConnection *
ask (guint16 port, const char *path, GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autofree char *request = g_strdup_printf (
      "GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\nUser-Agent: NSPlayer/12.0\r\n"
      "Pragma: no-cache,rate=1.000,stream-time=0,packet-num=4294967295\r\n"
      "Pragma: xPlayStrm=1\r\nPragma: stream-switch-count=1\r\n"
      "Pragma: stream-switch-entry=ffff:1:0\r\n\r\n",
      path);

  g_socket_client_set_timeout (client, ATTEMPT_MS / 1000);
  connection = g_socket_client_connect_to_host (
      client, "127.0.0.1", port, NULL, error);
  if (connection == NULL
      || !g_output_stream_write_all (
          g_io_stream_get_output_stream (G_IO_STREAM (connection)),
          request,
          strlen (request),
          NULL,
          NULL,
          error))
    return NULL;
  return g_steal_pointer (&connection);
}

gboolean
compare_wait_media (guint16 port,
                    const char *path,
                    guint deadline_ms,
                    GError **error)
{
  gint64 until_us = g_get_monotonic_time () + (gint64)deadline_ms * 1000;

  do
    {
      g_autoptr (GSocketConnection) connection = ask (port, path, NULL);
      char answer[MEDIA_BYTES] = { 0 };
      gsize got = 0;

      if (connection != NULL)
        g_input_stream_read_all (
            g_io_stream_get_input_stream (G_IO_STREAM (connection)),
            answer,
            sizeof answer,
            &got,
            NULL,
            NULL);
      if (got == sizeof answer && strncmp (answer + 8, " 200", 4) == 0)
        return TRUE;
      g_usleep (10 * POLL_MS * 1000);
    }
  while (g_get_monotonic_time () < until_us);
  g_set_error (error,
               G_IO_ERROR,
               G_IO_ERROR_TIMED_OUT,
               "no media from http://127.0.0.1:%u%s",
               port,
               path);
  return FALSE;
}

char *
compare_get (guint16 port, const char *path, GError **error)
{
  g_autoptr (GSocketConnection) connection = ask (port, path, error);
  g_autoptr (GString) text = g_string_new (NULL);
  const char *body;
  char buffer[4096];
  gssize got;

  if (connection == NULL)
    return NULL;
  while ((got = g_input_stream_read (
              g_io_stream_get_input_stream (G_IO_STREAM (connection)),
              buffer,
              sizeof buffer,
              NULL,
              error))
         > 0)
    g_string_append_len (text, buffer, got);
  if (got < 0)
    return NULL;
  body = strstr (text->str, "\r\n\r\n");
  return g_strdup (body != NULL ? body + 4 : "");
}
