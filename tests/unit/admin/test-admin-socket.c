/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-socket.h"
#include "sp-admin-stage.h"
#include "sp-test.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define TOKEN "s3cret"
#define DEADLINE_S 20

typedef struct
{
  SpFakeControl fake;
  SpAdmin *admin;
  char *folder;
  char *path;
} Stage;

static SpAdmin *
open_admin (Stage *stage, GError **error)
{
  const SpAdminSettings settings
      = { .address = "127.0.0.1", .token = TOKEN, .socket = stage->path };

  return sp_admin_new (&stage->fake.control, &settings, error);
}

static void
set_up (Stage *stage, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  sp_admin_stage_count_warnings ();
  stage->folder = g_dir_make_tmp ("sp-XXXXXX", &error);
  g_assert_no_error (error);
  stage->path = g_build_filename (stage->folder, "admin", NULL);
  sp_fake_control_init (&stage->fake);
  stage->admin = open_admin (stage, &error);
  g_assert_no_error (error);
}

static void
tear_down (Stage *stage, gconstpointer data)
{
  g_clear_pointer (&stage->admin, sp_admin_free);
  sp_admin_ask_settle ();
  sp_fake_control_clear (&stage->fake);
  g_assert_cmpint (g_rmdir (stage->folder), ==, 0);
  g_free (stage->path);
  g_free (stage->folder);
}

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

/* (nullable): what curl got for @more and @target; NULL: there is no curl. */
static char *
curl (Stage *stage, const char *target, const char *const *more)
{
  g_autofree char *program = g_find_program_in_path ("curl");
  g_autofree char *url = g_strconcat ("http://localhost", target, NULL);
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  Run run = { FALSE };

  if (program == NULL)
    return NULL;
  g_ptr_array_add (words, program);
  g_ptr_array_add (words, (gpointer) "-sS");
  g_ptr_array_add (words, (gpointer) "--max-time");
  g_ptr_array_add (words, (gpointer) "15");
  g_ptr_array_add (words, (gpointer) "--unix-socket");
  g_ptr_array_add (words, stage->path);
  for (guint i = 0; more != NULL && more[i] != NULL; i++)
    g_ptr_array_add (words, (gpointer)more[i]);
  g_ptr_array_add (words, url);
  g_ptr_array_add (words, NULL);
  process = g_subprocess_newv ((const char *const *)words->pdata,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE
                                   | G_SUBPROCESS_FLAGS_STDERR_MERGE,
                               &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8_async (process, NULL, NULL, on_run, &run);
  sp_test_wait (NULL, is_done, &run, DEADLINE_S);
  return run.said;
}

/* Neither a token nor a name is asked for there. */
static void
test_curl (Stage *stage, gconstpointer data)
{
  static const char *const kick[]
      = { "-d", "{\"client\": 5}", "-H", "Host: anything.example", NULL };
  static const char *const origin[] = {
    "-d", "{\"client\": 8}", "-H", "Origin: http://elsewhere.example", NULL
  };
  static const char *const old[] = { "--http1.0", "-H", "Host:", NULL };
  g_autofree char *status = curl (stage, "/admin/status", NULL);
  g_autofree char *kicked = curl (stage, "/admin/kick", kick);
  g_autofree char *again = curl (stage, "/admin/kick", origin);
  g_autofree char *unnamed = curl (stage, "/healthz", old);

  if (status == NULL)
    {
      g_test_skip ("curl is missing");
      return;
    }
  g_assert_true (g_str_has_prefix (status, "{\"name\":\"stream-pump\","));
  g_assert_cmpstr (kicked, ==, "{\"kicked\":1}\n");
  g_assert_cmpstr (again, ==, "{\"kicked\":1}\n");
  g_assert_cmpstr (unnamed, ==, "ok\n");
}

/* The port asks for it as ever. */
static void
test_port (Stage *stage, gconstpointer data)
{
  static const SpAdminRow denied = { "GET", "/admin/status", NULL, 401 };

  sp_admin_check_row (sp_admin_port (stage->admin), &denied, NULL);
}

/* A stream of events there, too, ends when the pump does. */
static void
test_events (Stage *stage, gconstpointer data)
{
  static const char *const more[] = { "-N", NULL };
  static const char *const timed[] = { "-N", "--max-time", "1", NULL };
  g_autofree char *text = curl (stage, "/admin/events?after=0", timed);
  g_autofree char *page
      = curl (stage, "/admin/events?format=json&after=0", more);

  if (text == NULL)
    {
      g_test_skip ("curl is missing");
      return;
    }
  g_assert_nonnull (strstr (text, "id: 3\nevent: client_in\n"));
  g_assert_nonnull (strstr (page, "\"last\":3"));
}

static void
test_mode (Stage *stage, gconstpointer data)
{
  GStatBuf status;

  g_assert_cmpint (g_stat (stage->path, &status), ==, 0);
  g_assert_true (S_ISSOCK (status.st_mode));
  g_assert_cmpint (status.st_mode & 07777, ==, 0660);
  g_clear_pointer (&stage->admin, sp_admin_free);
  g_assert_cmpint (g_lstat (stage->path, &status), ==, -1);
}

/* Left over by one that was killed: a socket that nobody listens on. */
static void
test_stale (Stage *stage, gconstpointer data)
{
  g_autofree char *stale = g_build_filename (stage->folder, "stale", NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (stale);
  g_autoptr (GSocket) dead
      = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_socket_bind (dead, address, TRUE, NULL));
  g_assert_true (g_socket_close (dead, NULL));
  g_assert_cmpint (g_access (stale, 0), ==, 0);
  socket = sp_admin_socket_open (stale, &error);
  g_assert_no_error (error);
  sp_admin_socket_remove (socket, stale);
  g_assert_cmpint (g_access (stale, 0), !=, 0);
}

static void
assert_refused (const char *path, const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sp_admin_socket_open (path, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, says));
}

/* What is somebody else's stays. */
static void
test_taken (Stage *stage, gconstpointer data)
{
  g_autofree char *file = g_build_filename (stage->folder, "file", NULL);
  g_autofree char *nowhere
      = g_build_filename (stage->folder, "no", "admin", NULL);
  g_autofree char *longest = g_strnfill (108, 'a');
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (file, "mine", -1, NULL));
  assert_refused (stage->path, stage->path);
  assert_refused (file, file);
  assert_refused (nowhere, nowhere);
  assert_refused (longest, "107");
  assert_refused ("", "no path");
  g_assert_null (open_admin (stage, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_assert_cmpint (g_access (stage->path, 0), ==, 0);
  g_assert_cmpint (g_unlink (file), ==, 0);
}

/* One that has come after us there is left alone. */
static void
test_successor (Stage *stage, gconstpointer data)
{
  g_autoptr (GSocket) next = NULL;

  g_assert_cmpint (g_unlink (stage->path), ==, 0);
  next = sp_admin_socket_open (stage->path, NULL);
  g_assert_nonnull (next);
  g_clear_pointer (&stage->admin, sp_admin_free);
  g_assert_cmpint (g_access (stage->path, 0), ==, 0);
  sp_admin_socket_remove (next, stage->path);
}

#define TEST(path, func) g_test_add (path, Stage, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  TEST ("/admin-socket/curl/no-token", test_curl);
  TEST ("/admin-socket/port/asks-as-ever", test_port);
  TEST ("/admin-socket/events", test_events);
  TEST ("/admin-socket/mode-and-end", test_mode);
  TEST ("/admin-socket/stale-goes", test_stale);
  TEST ("/admin-socket/taken-stays", test_taken);
  TEST ("/admin-socket/successor-stays", test_successor);
  return g_test_run ();
}
