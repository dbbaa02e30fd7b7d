/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "access-visit.h"
#include "sp-error.h"
#include "sp-stats.h"
#include "sp-test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define END_MS 60000

static char *
header (gint64 now_unix_us)
{
  return g_strdup ("#first\n");
}

static void
put (SpAccessWriter *writer, const char *line)
{
  static const SpLogFields about = { .stream = "live" };

  sp_access_writer_put (writer, g_strdup (line), &about);
}

static SpAccessWriter *
open_writer (const char *path)
{
  g_autoptr (GError) error = NULL;
  SpAccessWriter *writer = sp_access_writer_new (path, header, &error);

  g_assert_no_error (error);
  return writer;
}

static void
test_file (void)
{
  g_autofree char *path = access_path ("file.log");
  g_autofree char *text = NULL;
  guint64 lines = sp_stats_get (SP_PUMP_access_lines);
  struct stat status;

  for (guint i = 0; i < 2; i++)
    {
      SpAccessWriter *writer = open_writer (path);

      put (writer, "a");
      put (writer, "b");
      sp_access_writer_free (writer, END_MS);
    }
  text = access_read (path);
  g_assert_cmpstr (text, ==, "#first\na\nb\n#first\na\nb\n");
  g_assert_cmpuint (sp_stats_get (SP_PUMP_access_lines), ==, lines + 4);
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmphex (status.st_mode & 0137, ==, 0);
}

/* logrotate: moved away, then a reload. */
static void
test_reopen (void)
{
  g_autofree char *path = access_path ("rotated.log");
  g_autofree char *moved = access_path ("rotated.log.1");
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  SpAccessWriter *writer = open_writer (path);

  put (writer, "a");
  g_assert_cmpint (rename (path, moved), ==, 0);
  put (writer, "b");
  sp_access_writer_reopen (writer);
  put (writer, "c");
  sp_access_writer_reopen (writer); /* it is still there: no second header */
  put (writer, "d");
  sp_access_writer_free (writer, END_MS);
  before = access_read (moved);
  after = access_read (path);
  g_assert_cmpstr (before, ==, "#first\na\nb\n");
  g_assert_cmpstr (after, ==, "#first\nc\nd\n");
}

static void
test_reopen_fails (void)
{
  g_autofree char *folder = access_path ("folder");
  g_autofree char *path = g_build_filename (folder, "log", NULL);
  g_autofree char *moved = access_path ("moved");
  g_autofree char *moved_path = g_build_filename (moved, "log", NULL);
  g_autofree char *text = NULL;
  SpAccessWriter *writer;

  g_assert_cmpint (mkdir (folder, 0700), ==, 0);
  writer = open_writer (path);
  g_assert_cmpint (rename (folder, moved), ==, 0);
  sp_access_writer_reopen (writer);
  put (writer, "a");
  sp_access_writer_free (writer, END_MS);
  text = access_read (moved_path);
  g_assert_cmpstr (text, ==, "#first\na\n");
  g_assert_true (access_heard ("the file that was open is used further", 1));
}

/* No file and no journal: stdout, as it was when it was opened. */
static void
test_stdout (void)
{
  g_autofree char *path = access_path ("stdout");
  g_autofree char *text = NULL;
  int before = dup (STDOUT_FILENO);
  int fd = open (path, O_WRONLY | O_CREAT, 0600);
  SpAccessWriter *writer;

  (void)fflush (stdout);
  g_assert_cmpint (dup2 (fd, STDOUT_FILENO), ==, STDOUT_FILENO);
  writer = open_writer (NULL);
  g_assert_cmpint (dup2 (before, STDOUT_FILENO), ==, STDOUT_FILENO);
  close (before);
  close (fd);
  put (writer, "a");
  sp_access_writer_reopen (writer);
  put (writer, "b");
  sp_access_writer_free (writer, END_MS);
  text = access_read (path);
  g_assert_cmpstr (text, ==, "#first\na\nb\n");
}

static void
test_cannot_open (void)
{
  g_autofree char *folder = access_path ("");
  g_autofree char *path = access_path ("no-such-folder/access.log");
  const char *const paths[] = { folder, path };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (sp_access_writer_new (paths[i], header, &error));
      g_assert_error (error, SP_ERROR, SP_ERROR_CONFIG);
      g_assert_nonnull (strstr (error->message, paths[i]));
    }
}

static void
test_full (void)
{
  guint64 lost = sp_stats_get (SP_PUMP_access_lines_lost);
  guint64 lines = sp_stats_get (SP_PUMP_access_lines);
  SpAccessWriter *writer = open_writer ("/dev/full");

  for (guint i = 0; i < 1000; i++)
    put (writer, "a line");
  sp_access_writer_free (writer, END_MS);
  g_assert_cmpuint (sp_stats_get (SP_PUMP_access_lines_lost), ==, lost + 1000);
  g_assert_cmpuint (sp_stats_get (SP_PUMP_access_lines), ==, lines);
  g_assert_true (access_heard ("are lost from now on: No space left", 1));
}

/* A pipe that is read late: what the kernel and the queue hold is kept. */
typedef struct
{
  int fd;
  guint64 n_lines;
} Drain;

static gpointer
drain (gpointer data)
{
  Drain *self = data;
  static char bytes[65536];
  ssize_t n;

  while ((n = read (self->fd, bytes, sizeof bytes)) > 0)
    for (ssize_t i = 0; i < n; i++)
      self->n_lines += bytes[i] == '\n';
  return NULL;
}

#define LINE_BYTES 4000
#define N_LINES 4000

static void
test_slow (void)
{
  g_autofree char *path = access_path ("pipe");
  g_autofree char *line = g_strnfill (LINE_BYTES, 'x');
  guint64 lost = sp_stats_get (SP_PUMP_access_lines_lost);
  guint64 lines = sp_stats_get (SP_PUMP_access_lines);
  Drain late = { 0 };
  GThread *thread;
  SpAccessWriter *writer;

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  late.fd = open (path, O_RDONLY | O_NONBLOCK);
  writer = open_writer (path);
  (void)fcntl (late.fd, F_SETFL, 0);
  for (guint i = 0; i < N_LINES; i++)
    put (writer, line);
  g_assert_true (access_heard ("are lost from now on: what takes them", 1));
  lost = sp_stats_get (SP_PUMP_access_lines_lost) - lost;
  g_assert_cmpuint (lost, >, N_LINES * 2 / 3);
  g_assert_cmpuint (lost, <, N_LINES - SP_ACCESS_MAX_QUEUE / LINE_BYTES / 2);
  thread = g_thread_new ("drain", drain, &late);
  sp_access_writer_free (writer, END_MS);
  g_thread_join (thread);
  close (late.fd);
  g_assert_cmpuint (late.n_lines, ==, 1 + N_LINES - lost);
  g_assert_cmpuint (
      sp_stats_get (SP_PUMP_access_lines), ==, lines + N_LINES - lost);
  g_assert_true (access_heard ("is written again", 1));
}

/* Whoever frees a writer that hangs does not hang; it ends when it can. */
static void
test_hangs (void)
{
  g_autofree char *path = access_path ("hung-pipe");
  g_autofree char *line = g_strnfill (100000, 'x');
  gint64 started_us = g_get_monotonic_time ();
  char bytes[65536];
  int fd;
  SpAccessWriter *writer;
  gsize total = 0;
  ssize_t n;

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  fd = open (path, O_RDONLY | O_NONBLOCK);
  writer = open_writer (path);
  put (writer, line);
  sp_access_writer_free (writer, 50);
  g_assert_cmpint (
      g_get_monotonic_time () - started_us, <, 30 * G_USEC_PER_SEC);
  (void)fcntl (fd, F_SETFL, 0);
  while ((n = read (fd, bytes, sizeof bytes)) > 0)
    total += (gsize)n;
  close (fd);
  g_assert_cmpuint (total, ==, strlen ("#first\n") + strlen (line) + 1);
}

/* The disk is full in the middle of a line and has room later: that line is
 * spoilt, none after it. */
static void
test_torn (void)
{
  g_autofree char *path = access_path ("torn.log");
  g_autofree char *text = NULL;
  struct rlimit before;
  struct rlimit small;
  gint64 deadline_us = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  guint64 lost = sp_stats_get (SP_PUMP_access_lines_lost);
  SpAccessWriter *writer;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  small = before;
  small.rlim_cur = 10;
  (void)signal (SIGXFSZ, SIG_IGN);
  writer = open_writer (path);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  put (writer, "a long line");
  while (sp_stats_get (SP_PUMP_access_lines_lost) == lost
         && g_get_monotonic_time () < deadline_us)
    g_thread_yield ();
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  put (writer, "b");
  sp_access_writer_free (writer, END_MS);
  text = access_read (path);
  g_assert_cmpstr (text, ==, "#first\na l\nb\n");
  g_assert_cmpuint (sp_stats_get (SP_PUMP_access_lines_lost), ==, lost + 1);
  g_assert_true (access_heard ("is written again: 1 lines were lost", 1));
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  access_hear ();
  g_test_add_func ("/access-writer/file", test_file);
  g_test_add_func ("/access-writer/reopen", test_reopen);
  g_test_add_func ("/access-writer/reopen/fails", test_reopen_fails);
  g_test_add_func ("/access-writer/stdout", test_stdout);
  g_test_add_func ("/access-writer/cannot-open", test_cannot_open);
  g_test_add_func ("/access-writer/full", test_full);
  g_test_add_func ("/access-writer/slow", test_slow);
  g_test_add_func ("/access-writer/hangs", test_hangs);
  g_test_add_func ("/access-writer/torn", test_torn);
  return g_test_run ();
}
