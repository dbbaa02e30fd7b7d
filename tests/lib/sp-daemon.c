/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-daemon-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

#define READY_DEADLINE_S 20
#define STOP_DEADLINE_MS 15000

const char *
sp_daemon_program (void)
{
  const char *program = g_getenv ("STREAM_PUMP");

  if (program != NULL)
    return program;
  g_print ("1..0 # SKIP the environment names no STREAM_PUMP program\n");
  exit (77);
}

gboolean
sp_daemon_is_sanitized (void)
{
  return IS_SANITIZED;
}

/* "... listening on 127.0.0.1:4711" */
static void
note_port (SpDaemon *daemon, const char *line)
{
  static const struct
  {
    const char *text;
    gsize offset;
  } kinds[] = {
    { "media listening on 127.0.0.1:", G_STRUCT_OFFSET (SpDaemon, port) },
    { "media listening on [::1]:", G_STRUCT_OFFSET (SpDaemon, port6) },
    { "tls listening on 127.0.0.1:", G_STRUCT_OFFSET (SpDaemon, tls_port) },
    { "admin listening on 127.0.0.1:", G_STRUCT_OFFSET (SpDaemon, admin_port) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const char *at = strstr (line, kinds[i].text);

      if (at != NULL)
        G_STRUCT_MEMBER (guint16, daemon, kinds[i].offset)
            = (guint16)g_ascii_strtoull (at + strlen (kinds[i].text), NULL, 10);
    }
}

/* Collects stderr until the program has closed it. */
static gpointer
read_log (gpointer user_data)
{
  SpDaemon *daemon = user_data;
  char buffer[4096];
  gsize line_at = daemon->log->len;

  for (;;)
    {
      ssize_t n = read (daemon->log_fd, buffer, sizeof buffer);

      if (n < 0 && errno == EINTR)
        continue;
      g_mutex_lock (&daemon->mutex);
      if (n > 0)
        g_string_append_len (daemon->log, buffer, n);
      for (char *end;
           (end = strchr (daemon->log->str + line_at, '\n')) != NULL;)
        {
          g_autofree char *line
              = g_strndup (daemon->log->str + line_at,
                           (gsize)(end - daemon->log->str) - line_at);

          note_port (daemon, line);
          line_at = (gsize)(end - daemon->log->str) + 1;
        }
      daemon->is_log_over = n <= 0;
      g_cond_broadcast (&daemon->cond);
      g_mutex_unlock (&daemon->mutex);
      if (n <= 0)
        return NULL;
    }
}

/* In the child, before it becomes the daemon. */
static void
prepare_child (gpointer user_data)
{
  SpDaemon *daemon = user_data;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (daemon->nofile > 0)
    {
      struct rlimit limit = { daemon->nofile, daemon->nofile };

      setrlimit (RLIMIT_NOFILE, &limit);
    }
}

/* Keeps both texts for a restart. */
static void
write_config (SpDaemon *daemon, const char *members, const char *streams)
{
  const char *admin
      = strstr (members, "\"admin\"") != NULL
            ? ""
            : "  \"admin\": { \"listen\": \"127.0.0.1\", \"port\": 0 },\n";
  /* A machine that has too much to do is no reason to refuse a test. */
  const char *limits = strstr (members, "\"limits\"") != NULL
                           ? ""
                           : "  \"limits\": { \"lateness_ms\": 0 },\n";
  g_autofree char *text = g_strdup_printf (
      "{\n  \"listen\": [\"127.0.0.1\", \"::1\"], \"port\": %u,\n"
      "%s%s%s%s  \"streams\": [ %s ]\n}\n",
      daemon->config_port,
      admin,
      limits,
      members,
      *members == '\0' ? "" : ",\n",
      streams);
  g_autoptr (GError) error = NULL;

  if (daemon->members != members)
    {
      g_free (daemon->members);
      daemon->members = g_strdup (members);
    }
  if (daemon->streams != streams)
    {
      g_free (daemon->streams);
      daemon->streams = g_strdup (streams);
    }
  g_file_set_contents (daemon->config, text, -1, &error);
  g_assert_no_error (error);
}

static void
spawn (SpDaemon *daemon)
{
  const char *argv[]
      = { sp_daemon_program (), "--config", daemon->config, NULL };
  g_auto (GStrv) environment = g_get_environ ();
  g_autoptr (GError) error = NULL;
  gsize from = daemon->log->len;

  environment
      = g_environ_setenv (environment, "G_DEBUG", "fatal-criticals", TRUE);
  environment = g_environ_unsetenv (environment, "NOTIFY_SOCKET");
  if (daemon->notify_socket != NULL)
    environment = g_environ_setenv (
        environment, "NOTIFY_SOCKET", daemon->notify_socket, TRUE);
  environment = g_environ_unsetenv (environment, "JOURNAL_STREAM");
  environment = g_environ_unsetenv (environment, "http_proxy");
  environment = g_environ_setenv (environment, "LC_ALL", "C.UTF-8", TRUE);
  g_spawn_async_with_pipes (daemon->folder,
                            (char **)argv,
                            environment,
                            G_SPAWN_DO_NOT_REAP_CHILD,
                            prepare_child,
                            daemon,
                            &daemon->pid,
                            NULL,
                            NULL,
                            &daemon->log_fd,
                            &error);
  g_assert_no_error (error);
  daemon->is_log_over = FALSE;
  daemon->reader = g_thread_new ("log", read_log, daemon);
  if (!sp_daemon_wait_log (daemon, from, "ready", READY_DEADLINE_S))
    g_error ("the daemon does not get ready; it says:\n%s",
             daemon->log->str + from);
}

static SpDaemon *
start (const char *members,
       const char *streams,
       guint nofile,
       const char *notify_socket)
{
  SpDaemon *daemon = g_new0 (SpDaemon, 1);
  g_autoptr (GError) error = NULL;

  g_mutex_init (&daemon->mutex);
  g_cond_init (&daemon->cond);
  daemon->log = g_string_new (NULL);
  daemon->nofile = nofile;
  daemon->notify_socket = g_strdup (notify_socket);
  daemon->folder = g_dir_make_tmp ("pump-XXXXXX", &error);
  g_assert_no_error (error);
  daemon->config = g_build_filename (daemon->folder, "pump.json", NULL);
  write_config (daemon, members, streams);
  spawn (daemon);
  g_assert_cmpuint (daemon->port, !=, 0);
  return daemon;
}

SpDaemon *
sp_daemon_start (const char *members, const char *streams)
{
  return start (members, streams, 0, NULL);
}

SpDaemon *
sp_daemon_start_limited (const char *members, const char *streams, guint nofile)
{
  return start (members, streams, nofile, NULL);
}

SpDaemon *
sp_daemon_start_notified (const char *members,
                          const char *streams,
                          const char *notify_socket)
{
  return start (members, streams, 0, notify_socket);
}

void
sp_daemon_configure (SpDaemon *daemon, const char *members, const char *streams)
{
  write_config (daemon, members, streams);
  sp_daemon_signal (daemon, SIGHUP);
}

void
sp_daemon_configure_text (SpDaemon *daemon, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (daemon->config, text, -1, &error);
  g_assert_no_error (error);
  sp_daemon_signal (daemon, SIGHUP);
}

void
sp_daemon_signal (SpDaemon *daemon, int signal_number)
{
  g_assert_cmpint (daemon->pid, >, 0);
  kill (daemon->pid, signal_number);
}

/* -1: it still runs after the deadline. */
static int
reap (SpDaemon *daemon, guint timeout_ms)
{
  gint64 until_us = g_get_monotonic_time () + (gint64)timeout_ms * 1000;
  int status = -1;

  while (waitpid (daemon->pid, &status, WNOHANG) == 0)
    {
      if (g_get_monotonic_time () > until_us)
        return -1;
      g_usleep (5000);
    }
  g_thread_join (daemon->reader);
  close (daemon->log_fd);
  daemon->pid = 0;
  return status;
}

/* LeakSanitizer stops the threads at the end to look for leaks, and now and
 * then cannot: that says nothing of the daemon. */
static gboolean
has_leak_check_failed (SpDaemon *daemon)
{
  return strstr (daemon->log->str,
                 "LeakSanitizer has encountered a fatal error")
             != NULL
         && strstr (daemon->log->str, "ERROR: ") == NULL
         && strstr (daemon->log->str, "runtime error:") == NULL;
}

static void
check_log (SpDaemon *daemon)
{
  static const char *const bad[]
      = { "Sanitizer", "runtime error:", "CRITICAL", "-WARNING **" };

  if (has_leak_check_failed (daemon))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    if (strstr (daemon->log->str, bad[i]) != NULL)
      g_error ("the daemon reports %s:\n%s", bad[i], daemon->log->str);
}

void
sp_daemon_stop (SpDaemon *daemon)
{
  sp_daemon_signal (daemon, SIGTERM);
  int status = reap (daemon, STOP_DEADLINE_MS);

  if (status == -1)
    {
      kill (daemon->pid, SIGKILL);
      reap (daemon, STOP_DEADLINE_MS);
      g_error ("the daemon does not end; it says:\n%s", daemon->log->str);
    }
  if ((!WIFEXITED (status) || WEXITSTATUS (status) != 0)
      && !has_leak_check_failed (daemon))
    g_error ("the daemon ends with %s %d; it says:\n%s",
             WIFEXITED (status) ? "status" : "signal",
             WIFEXITED (status) ? WEXITSTATUS (status) : WTERMSIG (status),
             daemon->log->str);
  check_log (daemon);
}

void
sp_daemon_kill (SpDaemon *daemon)
{
  sp_daemon_signal (daemon, SIGKILL);
  reap (daemon, STOP_DEADLINE_MS);
}

void
sp_daemon_restart (SpDaemon *daemon)
{
  g_assert_cmpint (daemon->pid, ==, 0);
  daemon->config_port = daemon->port;
  write_config (daemon, daemon->members, daemon->streams);
  spawn (daemon);
}

void
sp_daemon_free (SpDaemon *daemon)
{
  if (daemon->pid != 0)
    sp_daemon_stop (daemon);
  g_autoptr (GDir) dir = g_dir_open (daemon->folder, 0, NULL);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir));)
    {
      g_autofree char *path = g_build_filename (daemon->folder, name, NULL);
      g_unlink (path);
    }
  g_rmdir (daemon->folder);
  g_free (daemon->folder);
  g_free (daemon->config);
  g_free (daemon->members);
  g_free (daemon->streams);
  g_free (daemon->notify_socket);
  g_string_free (daemon->log, TRUE);
  g_mutex_clear (&daemon->mutex);
  g_cond_clear (&daemon->cond);
  g_free (daemon);
}

guint16
sp_daemon_port (SpDaemon *daemon)
{
  return daemon->port;
}

guint16
sp_daemon_port6 (SpDaemon *daemon)
{
  return daemon->port6;
}

guint16
sp_daemon_admin_port (SpDaemon *daemon)
{
  return daemon->admin_port;
}

guint16
sp_daemon_tls_port (SpDaemon *daemon)
{
  return daemon->tls_port;
}

const char *
sp_daemon_folder (SpDaemon *daemon)
{
  return daemon->folder;
}
