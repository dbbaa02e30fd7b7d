/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "sp-daemon.h"
#include "sp-test.h"

#define A SP_DAEMON_PUSH ("a", "")
#define B SP_DAEMON_PUSH ("b", "")
#define NUMBERS "stream-numbers.json"
#define DEADLINE_S 20

static void
order (SpDaemon *daemon, const char *method, const char *path, const char *body)
{
  guint status;
  g_autoptr (JsonNode) answer
      = sp_daemon_rest (daemon, method, path, body, NULL, &status);

  g_assert_cmpuint (status, ==, 200);
}

static void
reload (SpDaemon *daemon)
{
  order (daemon, "POST", "/admin/reload", "{}");
}

static void
assert_state (SpDaemon *daemon, const char *state)
{
  g_autoptr (JsonNode) node = sp_daemon_get (daemon, "/admin/streams/a");

  g_assert_cmpstr (
      json_object_get_string_member (json_node_get_object (node), "state"),
      ==,
      state);
}

static void
set_down (SpDaemon *daemon)
{
  order (daemon, "POST", "/admin/streams/A/state", "{\"state\":\"down\"}");
  assert_state (daemon, "disabled");
  reload (daemon);
  assert_state (daemon, "disabled");
}

static void
assert_up (SpDaemon *daemon)
{
  assert_state (daemon, "waiting");
  reload (daemon);
  assert_state (daemon, "waiting");
}

/* A reload does not set up what an order has set down, though the file would;
 * another order does, and a stream that was away is a new one. */
static void
test_stays_down (void)
{
  g_autoptr (SpDaemon) daemon = sp_daemon_start ("", A ", " B);

  set_down (daemon);
  order (daemon, "POST", "/admin/streams/a/state", "{\"state\":\"up\"}");
  assert_up (daemon);
  set_down (daemon);
  order (daemon, "POST", "/admin/streams/a/state", "{\"state\":\"drain\"}");
  assert_up (daemon);
  set_down (daemon);
  order (daemon, "PATCH", "/admin/streams/a", "{\"name\":\"Other\"}");
  reload (daemon);
  assert_state (daemon, "disabled");
  order (daemon, "PATCH", "/admin/streams/a", "{\"enabled\":true}");
  assert_up (daemon);
  set_down (daemon);
  sp_daemon_configure (daemon, "", B);
  sp_daemon_wait_figure (daemon, "/admin/status", "streams", 1, DEADLINE_S);
  sp_daemon_configure (daemon, "", A ", " B);
  sp_daemon_wait_figure (daemon, "/admin/status", "streams", 2, DEADLINE_S);
  assert_up (daemon);
}

/* With its key, in the two files of that name. */
static void
make_certificate (const char *openssl, const char *key, const char *cert)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) made = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
      &error,
      openssl,
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-days",
      "90",
      "-subj",
      "/CN=localhost",
      "-keyout",
      key,
      "-out",
      cert,
      NULL);

  g_assert_no_error (error);
  g_subprocess_wait_check (made, NULL, &error);
  g_assert_no_error (error);
}

/* (transfer full): "key effect, " for each change of a reload. */
static char *
changes_of_reload (SpDaemon *daemon)
{
  guint status;
  g_autoptr (JsonNode) answer
      = sp_daemon_rest (daemon, "POST", "/admin/reload", "{}", NULL, &status);
  JsonArray *changes;
  GString *text = g_string_new (NULL);

  g_assert_cmpuint (status, ==, 200);
  changes
      = json_object_get_array_member (json_node_get_object (answer), "changes");
  for (guint i = 0; i < json_array_get_length (changes); i++)
    {
      JsonObject *change = json_array_get_object_element (changes, i);

      g_string_append_printf (text,
                              "%s %s, ",
                              json_object_get_string_member (change, "key"),
                              json_object_get_string_member (change, "effect"));
    }
  return g_string_free (text, FALSE);
}

static void
test_certificate (void)
{
  g_autofree char *openssl = g_find_program_in_path ("openssl");
  g_autofree char *folder = g_dir_make_tmp ("sp-reload-XXXXXX", NULL);
  g_autofree char *key = g_build_filename (folder, "pump.key", NULL);
  g_autofree char *cert = g_build_filename (folder, "pump.crt", NULL);
  g_autofree char *members
      = g_strdup_printf ("\"ssl\": true, \"ssl_port\": 0, "
                         "\"ssl_key\": \"%s\", \"ssl_cert\": \"%s\"",
                         key,
                         cert);

  if (openssl == NULL)
    {
      g_test_skip ("openssl is missing");
      return;
    }
  make_certificate (openssl, key, cert);
  g_autoptr (SpDaemon) daemon = sp_daemon_start (members, A);
  g_autofree char *nothing = changes_of_reload (daemon);
  g_assert_cmpstr (nothing, ==, "");
  make_certificate (openssl, key, cert);
  g_autofree char *renewed = changes_of_reload (daemon);
  g_assert_cmpstr (renewed, ==, "ssl_cert new clients only, ");
  g_assert_true (sp_daemon_wait_log (daemon, 0, "1 keys changed", DEADLINE_S));
  g_remove (key);
  g_remove (cert);
  g_rmdir (folder);
}

static void
wait_numbers (const char *file, const char *part)
{
  gint64 until_us
      = g_get_monotonic_time () + (gint64)DEADLINE_S * G_USEC_PER_SEC;
  gboolean is_there = FALSE;

  while (!is_there)
    {
      g_autofree char *text = NULL;

      is_there = g_file_get_contents (file, &text, NULL, NULL)
                 && strstr (text, part) != NULL;
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      g_usleep (10000);
    }
}

/* They are written though nobody waits for it; at the end, too. */
static void
test_numbers (void)
{
  const char *folder = g_getenv ("STATE_DIRECTORY");
  g_autofree char *file = g_build_filename (folder, NUMBERS, NULL);
  g_autoptr (SpDaemon) daemon
      = sp_daemon_start ("", SP_DAEMON_PUSH ("first", ""));

  wait_numbers (file, "\"first\" : ");
  sp_daemon_configure (daemon, "", SP_DAEMON_PUSH ("second", ""));
  g_assert_true (sp_daemon_wait_log (daemon, 0, "2 keys changed", DEADLINE_S));
  sp_daemon_stop (daemon);
  wait_numbers (file, "\"second\" : ");
}

/* Before any thread is there. */
static char *
make_state_folder (void)
{
  char *folder = g_dir_make_tmp ("sp-reload-XXXXXX", NULL);

  g_assert_nonnull (folder);
  g_setenv ("STATE_DIRECTORY", folder, TRUE);
  return folder;
}

static void
remove_state_folder (const char *folder)
{
  g_autofree char *file = g_build_filename (folder, NUMBERS, NULL);

  g_remove (file);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  int status;

  sp_test_init (&argc, &argv);
  sp_daemon_program ();
  g_autofree char *folder = make_state_folder ();
  g_test_add_func ("/reload/stays-down", test_stays_down);
  g_test_add_func ("/reload/certificate", test_certificate);
  g_test_add_func ("/reload/numbers", test_numbers);
  status = g_test_run ();
  remove_state_folder (folder);
  return status;
}
