/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "problem-rows.h"
#include "sp-config.h"
#include "sp-test.h"

static char *folder;

/* What @text is reproached with, one a line, without the file's name. */
static char *
problems_of (const char *text)
{
  gsize len = strlen (text);
  g_autofree guint8 *exact = sp_test_exact (text, len);
  g_autofree char *file = g_build_filename (folder, "pump.json", NULL);
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (SpConfig) config
      = sp_config_parse ((const char *)exact, len, file, problems);
  GString *lines = g_string_new (NULL);

  g_assert_cmpint (config == NULL, ==, problems->len > 0);
  for (guint i = 0; i < problems->len; i++)
    {
      const char *line = problems->pdata[i];

      g_assert_true (g_str_has_prefix (line, file));
      line += strlen (file) + 1;
      g_string_append_printf (
          lines, "%s%s", i > 0 ? "\n" : "", *line == ' ' ? line + 1 : line);
    }
  g_string_replace (lines, folder, "DIR", 0);
  return g_string_free (lines, FALSE);
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autofree char *problems = problems_of (row->text);
  gsize len = strlen (row->problems);

  if (len > 0 && row->problems[len - 1] == '*')
    problems[MIN (strlen (problems), len - 1)] = '\0';
  if (len > 0 && row->problems[len - 1] == '*')
    g_assert_cmpmem (problems, strlen (problems), row->problems, len - 1);
  else
    g_assert_cmpstr (problems, ==, row->problems);
}

/* A cut configuration is a syntax error, never half a configuration. */
static void
test_cuts (void)
{
  static const char text[]
      = "{\"port\":8086,\"streams\":[{\"path\":\"a\",\"type\":\"mmsh_push\"}]}";
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);

  for (gsize len = 0; len < sizeof text - 1; len++)
    {
      g_autofree guint8 *exact = sp_test_exact (text, len);

      g_assert_null (
          sp_config_parse ((const char *)exact, len, "x.json", problems));
      g_assert_cmpuint (problems->len, ==, len + 1);
      g_assert_true (g_str_has_prefix (problems->pdata[len], "x.json:1:"));
    }
}

static void
test_many_streams (void)
{
  g_autoptr (GString) text = g_string_new ("{\"streams\":[");
  g_autofree char *good = NULL;
  g_autofree char *bad = NULL;

  for (guint i = 0; i < 10000; i++)
    g_string_append_printf (text,
                            "%s{\"path\":\"s%u\",\"type\":\"mmsh_push\"}",
                            i > 0 ? "," : "",
                            i);
  g_string_append (text, "]}");
  good = problems_of (text->str);
  g_assert_cmpstr (good, ==, "");
  g_string_truncate (text, text->len - 2);
  g_string_append (text, ",{}]}");
  bad = problems_of (text->str);
  g_assert_cmpstr (bad, ==, "streams: at most 10000 are possible");
}

static void
test_many_addresses (void)
{
  g_autoptr (GString) text = g_string_new ("{\"listen\":[\"::1\"");
  g_autofree char *bad = NULL;

  for (guint i = 1; i <= 64; i++)
    g_string_append_printf (text, ",\"127.0.0.%u\"", i);
  g_string_append (text, "]}");
  bad = problems_of (text->str);
  g_assert_cmpstr (bad, ==, "listen: must name 1 to 64 addresses");
}

static void
write_file (const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static void
prepare (void)
{
  g_autofree char *large = g_strnfill (5000, 'x');
  g_autofree char *inner = NULL;
  g_autofree char *pipe = NULL;

  folder = g_dir_make_tmp ("config-XXXXXX", NULL);
  inner = g_build_filename (folder, "folder", NULL);
  pipe = g_build_filename (folder, "pipe", NULL);
  write_file ("file.asf", "x");
  write_file ("good.token", "  s3cret\n");
  write_file ("empty.token", " \n");
  write_file ("words.token", "two words\n");
  write_file ("large.token", large);
  g_assert_cmpint (mkdir (inner, 0700), ==, 0);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
}

static void
clean_up (void)
{
  static const char *const names[]
      = { "file.asf",    "good.token", "empty.token", "words.token",
          "large.token", "folder",     "pipe",        "" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_assert_cmpint (remove (path), ==, 0);
    }
  g_free (folder);
}

int
main (int argc, char **argv)
{
  int status;

  sp_test_init (&argc, &argv);
  prepare ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/config/problems/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/config/problems/cut-at-every-byte", test_cuts);
  g_test_add_func ("/config/problems/many-streams", test_many_streams);
  g_test_add_func ("/config/problems/many-addresses", test_many_addresses);
  status = g_test_run ();
  clean_up ();
  return status;
}
