/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-options.h"

#include "sp-error.h"
#include "sp-test.h"

#include <glib/gstdio.h>
#include <string.h>

static void
test_target (void)
{
  static const struct
  {
    const char *url;
    const char *socket;
    const char *environment;
    gboolean has_socket;
    const char *name; /* NULL: an error */
  } rows[] = {
    { NULL, NULL, NULL, FALSE, "http://127.0.0.1:8087" },
    { NULL, NULL, NULL, TRUE, "/run/stream-pump/admin.sock" },
    { NULL, NULL, "", FALSE, "http://127.0.0.1:8087" },
    { NULL, NULL, "http://b:1/", TRUE, "http://b:1" },
    { NULL, NULL, "unix:/a/b", FALSE, "/a/b" },
    { NULL, NULL, "unix:///a/b", FALSE, "/a/b" },
    { NULL, "/a", "http://b:1", TRUE, "/a" },
    { "https://b:1/pump/", NULL, "http://c", TRUE, "https://b:1/pump" },
    { "http://[::1]:8087", NULL, NULL, TRUE, "http://[::1]:8087" },
    { "http://a", "/b", NULL, FALSE, NULL },
    { "a:8087", NULL, NULL, FALSE, NULL },
    { "ftp://a", NULL, NULL, FALSE, NULL },
    { "http://", NULL, NULL, FALSE, NULL },
    { "http://a:99999", NULL, NULL, FALSE, NULL },
    { "", NULL, NULL, FALSE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const SpCtlOptions options
          = { .url = (char *)rows[i].url, .socket = (char *)rows[i].socket };
      g_autoptr (GError) error = NULL;
      g_autoptr (SpCtlTarget) target = sp_ctl_options_target (
          &options, rows[i].environment, rows[i].has_socket, &error);

      g_test_message ("row %u", i);
      g_assert_cmpstr (target != NULL ? sp_ctl_target_name (target) : NULL,
                       ==,
                       rows[i].name);
      g_assert_true ((target == NULL) == (error != NULL));
    }
}

static void
test_token (void)
{
  static const struct
  {
    const char *text;
    const char *token; /* NULL: an error */
  } rows[] = {
    { "opensesame", "opensesame" },
    { "opensesame\n", "opensesame" },
    { " opensesame \r\nmore\n", "opensesame" },
    { "", NULL },
    { "\nopensesame\n", NULL },
    { "open sesame", NULL },
    { "open\033sesame", NULL },
    { "\xc3\xbc", NULL },
  };
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "token", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *token = NULL;

      g_assert_true (g_file_set_contents (path, rows[i].text, -1, NULL));
      token = sp_ctl_options_read_token (path, &error);
      g_assert_cmpstr (token, ==, rows[i].token);
      if (token == NULL)
        g_assert_nonnull (strstr (error->message, path));
    }
  g_unlink (path);
}

/* The path is named, and a file without an end is read up to a limit. */
static void
test_token_files (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *none = sp_ctl_options_read_token ("/nowhere", &error);
  g_autofree char *zero = NULL;

  g_assert_null (none);
  g_assert_nonnull (strstr (error->message, "/nowhere"));
  g_clear_error (&error);
  zero = sp_ctl_options_read_token ("/dev/zero", &error);
  g_assert_null (zero);
  g_assert_error (error, SP_ERROR, SP_ERROR_CONFIG);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/ctl-options/target/precedence", test_target);
  g_test_add_func ("/ctl-options/token/first-line", test_token);
  g_test_add_func ("/ctl-options/token/files", test_token_files);
  return g_test_run ();
}
