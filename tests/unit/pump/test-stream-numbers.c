/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "sp-stream-numbers.h"
#include "sp-test.h"

static guint n_warnings;

static GLogWriterOutput
on_log (GLogLevelFlags level,
        const GLogField *fields,
        gsize n_fields,
        gpointer user_data)
{
  n_warnings += (level & G_LOG_LEVEL_WARNING) != 0;
  return G_LOG_WRITER_HANDLED;
}

static char *
make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("sp-numbers-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static void
remove_folder (const char *folder)
{
  static const char *const names[]
      = { "stream-numbers.json", "stream-numbers.json.bad" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *file = g_build_filename (folder, names[i], NULL);

      (void)g_remove (file);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_keeps_numbers (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr (SpStreamNumbers) first = sp_stream_numbers_new (folder);
  g_autoptr (SpStreamNumbers) second = NULL;

  g_assert_cmpuint (sp_stream_numbers_get (first, "council"), ==, 1);
  g_assert_cmpuint (sp_stream_numbers_get (first, "a/b"), ==, 2);
  g_assert_cmpuint (sp_stream_numbers_get (first, "Council"), ==, 1);
  sp_stream_numbers_save (first);
  g_clear_pointer (&first, sp_stream_numbers_free);
  second = sp_stream_numbers_new (folder);
  g_assert_cmpuint (sp_stream_numbers_get (second, "field"), ==, 3);
  g_assert_cmpuint (sp_stream_numbers_get (second, "a/b"), ==, 2);
  g_assert_cmpuint (sp_stream_numbers_get (second, "council"), ==, 1);
  remove_folder (folder);
}

static void
test_without_folder (void)
{
  g_autoptr (SpStreamNumbers) numbers = sp_stream_numbers_new (NULL);

  g_assert_cmpuint (sp_stream_numbers_get (numbers, "a"), ==, 1);
  sp_stream_numbers_save (numbers);
}

static void
write_file (const char *folder, const char *text)
{
  g_autofree char *file
      = g_build_filename (folder, "stream-numbers.json", NULL);

  g_assert_true (g_file_set_contents (file, text, -1, NULL));
}

/* What an operator may have made of it is kept, under another name. */
static void
test_bad_file_is_set_aside (gconstpointer text)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *aside
      = g_build_filename (folder, "stream-numbers.json.bad", NULL);
  g_autoptr (SpStreamNumbers) numbers = NULL;
  g_autofree char *kept = NULL;

  write_file (folder, text);
  n_warnings = 0;
  numbers = sp_stream_numbers_new (folder);
  g_assert_cmpuint (n_warnings, ==, 1);
  g_assert_cmpuint (sp_stream_numbers_get (numbers, "x"), ==, 1);
  g_assert_true (g_file_get_contents (aside, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, text);
  remove_folder (folder);
}

static void
test_last_number (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr (SpStreamNumbers) numbers = NULL;

  write_file (folder, "{\"a\": 2147483647}");
  numbers = sp_stream_numbers_new (folder);
  g_assert_cmpuint (sp_stream_numbers_get (numbers, "a"), ==, 2147483647);
  g_assert_cmpuint (sp_stream_numbers_get (numbers, "b"), ==, 0);
  remove_folder (folder);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_log_set_writer_func (on_log, NULL, NULL);
  g_test_add_func ("/stream-numbers/keeps-numbers", test_keeps_numbers);
  g_test_add_func ("/stream-numbers/without-folder", test_without_folder);
  g_test_add_data_func ("/stream-numbers/set-aside/no-json",
                        "council: 1",
                        test_bad_file_is_set_aside);
  g_test_add_data_func ("/stream-numbers/set-aside/zero",
                        "{\"a\": 0}",
                        test_bad_file_is_set_aside);
  g_test_add_data_func (
      "/stream-numbers/set-aside/array", "[1]", test_bad_file_is_set_aside);
  g_test_add_data_func ("/stream-numbers/set-aside/text",
                        "{\"a\": \"1\"}",
                        test_bad_file_is_set_aside);
  g_test_add_func ("/stream-numbers/last-number", test_last_number);
  return g_test_run ();
}
