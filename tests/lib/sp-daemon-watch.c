/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-daemon-private.h"

#include <libsoup/soup.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

char *
sp_daemon_pull_stream (const char *path,
                       guint16 port,
                       const char *source_path,
                       const char *more_options,
                       const char *more)
{
  return g_strdup_printf (
      "{ \"name\": \"%s\", \"path\": \"%s\", \"type\": \"mmsh_pull\", "
      "\"source_options\": { \"host\": \"127.0.0.1\", \"port\": %u, "
      "\"path\": \"%s\"%s }%s }",
      path,
      path,
      port,
      source_path,
      more_options,
      more);
}

char *
sp_daemon_file_stream (const char *path, const char *file, const char *more)
{
  return g_strdup_printf (
      "{ \"name\": \"%s\", \"path\": \"%s\", \"type\": \"file\", "
      "\"source_options\": { \"path\": \"%s\" }%s }",
      path,
      path,
      file,
      more);
}

char *
sp_daemon_log (SpDaemon *daemon)
{
  g_mutex_lock (&daemon->mutex);
  char *log = g_strdup (daemon->log->str);
  g_mutex_unlock (&daemon->mutex);
  return log;
}

gboolean
sp_daemon_wait_log (SpDaemon *daemon,
                    gsize from,
                    const char *text,
                    guint deadline_s)
{
  gint64 until_us
      = g_get_monotonic_time () + (gint64)deadline_s * G_USEC_PER_SEC;
  gboolean is_there;

  g_mutex_lock (&daemon->mutex);
  while (!(is_there = strstr (daemon->log->str + from, text) != NULL))
    if (daemon->is_log_over
        || !g_cond_wait_until (&daemon->cond, &daemon->mutex, until_us))
      break;
  g_mutex_unlock (&daemon->mutex);
  return is_there;
}

/* The number behind @key in @file of /proc/PID. */
static guint64
read_kib (SpDaemon *daemon, const char *file, const char *key)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/%s", daemon->pid, file);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  const char *line = strstr (text, key);
  g_assert_nonnull (line);
  return g_ascii_strtoull (line + strlen (key), NULL, 10);
}

guint64
sp_daemon_rss_kib (SpDaemon *daemon)
{
  return read_kib (daemon, "status", "VmRSS:");
}

guint64
sp_daemon_pss_kib (SpDaemon *daemon)
{
  return read_kib (daemon, "smaps_rollup", "\nPss:");
}

void
sp_daemon_limit_descriptors (SpDaemon *daemon, guint nofile)
{
  struct rlimit limit;

  g_assert_cmpint (prlimit (daemon->pid, RLIMIT_NOFILE, NULL, &limit), ==, 0);
  limit.rlim_cur = nofile;
  g_assert_cmpint (prlimit (daemon->pid, RLIMIT_NOFILE, &limit, NULL), ==, 0);
}

guint64
sp_daemon_heap_kib (SpDaemon *daemon)
{
  return read_kib (daemon, "smaps_rollup", "\nPss_Anon:");
}

guint
sp_daemon_n_descriptors (SpDaemon *daemon)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/fd", daemon->pid);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  guint n = 0;

  g_assert_nonnull (folder);
  while (g_dir_read_name (folder) != NULL)
    n++;
  return n;
}

guint64
sp_daemon_cpu_ms (SpDaemon *daemon)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", daemon->pid);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  /* utime and stime are fields 14 and 15; field 2 ends with the last ")" */
  g_auto (GStrv) fields = g_strsplit (strrchr (text, ')') + 2, " ", -1);
  guint64 ticks = g_ascii_strtoull (fields[11], NULL, 10)
                  + g_ascii_strtoull (fields[12], NULL, 10);
  return ticks * 1000 / (guint64)sysconf (_SC_CLK_TCK);
}

JsonNode *
sp_daemon_rest (SpDaemon *daemon,
                const char *method,
                const char *path,
                const char *body,
                const char *token,
                guint *status)
{
  g_autofree char *uri
      = g_strdup_printf ("http://127.0.0.1:%u%s", daemon->admin_port, path);
  g_autoptr (SoupSession) session = soup_session_new_with_options (
      "timeout", 15, "proxy-resolver", NULL, NULL);
  g_autoptr (SoupMessage) message = soup_message_new (method, uri);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (daemon->admin_port, !=, 0);
  if (token != NULL)
    {
      g_autofree char *value = g_strdup_printf ("Bearer %s", token);
      soup_message_headers_append (
          soup_message_get_request_headers (message), "Authorization", value);
    }
  if (body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));
      soup_message_set_request_body_from_bytes (
          message, "application/json", bytes);
    }
  g_autoptr (GBytes) answer
      = soup_session_send_and_read (session, message, NULL, &error);
  g_assert_no_error (error);
  *status = soup_message_get_status (message);
  gsize len;
  const char *text = g_bytes_get_data (answer, &len);
  g_autofree char *copy = g_strndup (text, len);
  return len == 0 ? NULL : json_from_string (copy, NULL);
}

JsonNode *
sp_daemon_get (SpDaemon *daemon, const char *path)
{
  guint status;
  JsonNode *node = sp_daemon_rest (daemon, "GET", path, NULL, NULL, &status);

  g_assert_cmpuint (status, ==, 200);
  g_assert_nonnull (node);
  return node;
}

gint64
sp_daemon_figure (SpDaemon *daemon, const char *path, const char *member)
{
  g_autoptr (JsonNode) root = sp_daemon_get (daemon, path);
  g_auto (GStrv) names = g_strsplit (member, ".", -1);
  JsonNode *node = root;

  for (guint i = 0; names[i] != NULL && node != NULL; i++)
    node = JSON_NODE_HOLDS_OBJECT (node)
               ? json_object_get_member (json_node_get_object (node), names[i])
               : NULL;
  return node == NULL || !JSON_NODE_HOLDS_VALUE (node)
             ? -1
             : json_node_get_int (node);
}

void
sp_daemon_wait_figure (SpDaemon *daemon,
                       const char *path,
                       const char *member,
                       gint64 value,
                       guint deadline_s)
{
  gint64 until_us
      = g_get_monotonic_time () + (gint64)deadline_s * G_USEC_PER_SEC;

  while (sp_daemon_figure (daemon, path, member) != value
         && g_get_monotonic_time () < until_us)
    g_usleep (20000);
  g_assert_cmpint (sp_daemon_figure (daemon, path, member), ==, value);
}
