/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sp-log-private.h"
#include "sp-log.h"
#include "sp-test.h"

static void
test_escape (void)
{
  static const struct
  {
    const char *name;
    const char *text;
    gssize len;
    const char *shown;
  } rows[] = {
    { "plain", "Chambre n\u00b0 7", -1, "Chambre n\u00b0 7" },
    { "cut", "abcdef", 3, "abc" },
    { "line-feed", "a\nb", -1, "a\\x0ab" },
    { "escape", "\x1b[2J", -1, "\\x1b[2J" },
    { "nul", "a\0b", 3, "a\\x00b" },
    { "delete", "\x7f", -1, "\\x7f" },
    { "c1", "\xc2\x9b", -1, "\\xc2\\x9b" },
    { "line-separator", "\xe2\x80\xa8", -1, "\\xe2\\x80\\xa8" },
    { "latin1", "\xe9t\xe9", -1, "\\xe9t\\xe9" },
    { "half-a-letter", "a\xe2\x82", -1, "a\\xe2\\x82" },
    { "overlong", "\xc0\xaf", -1, "\\xc0\\xaf" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gsize len
          = rows[i].len < 0 ? strlen (rows[i].text) + 1 : (gsize)rows[i].len;
      g_autofree guint8 *exact = sp_test_exact (rows[i].text, len);
      g_autofree char *shown = sp_log_escape ((const char *)exact, rows[i].len);

      g_test_message ("%s", rows[i].name);
      g_assert_cmpstr (shown, ==, rows[i].shown);
    }
}

static void
test_is_shown (void)
{
  static const struct
  {
    GLogLevelFlags level;
    const char *domain;
    const char *debug;
    gboolean has_journal;
    gboolean is_shown;
  } rows[] = {
    { G_LOG_LEVEL_WARNING, NULL, NULL, FALSE, TRUE },
    { G_LOG_LEVEL_CRITICAL, "GLib", NULL, FALSE, TRUE },
    { G_LOG_LEVEL_MESSAGE, "stream-pump", NULL, FALSE, TRUE },
    { G_LOG_LEVEL_INFO, "stream-pump", NULL, FALSE, FALSE },
    { G_LOG_LEVEL_INFO, "stream-pump", NULL, TRUE, TRUE },
    { G_LOG_LEVEL_DEBUG, "stream-pump", NULL, TRUE, FALSE },
    { G_LOG_LEVEL_DEBUG, "stream-pump", "all", FALSE, TRUE },
    { G_LOG_LEVEL_DEBUG, NULL, "all", FALSE, TRUE },
    { G_LOG_LEVEL_DEBUG, "GLib", "all", TRUE, TRUE },
    { G_LOG_LEVEL_DEBUG, "stream-pump", "GLib stream-pump", FALSE, TRUE },
    { G_LOG_LEVEL_INFO, "stream-pump", "GLib,stream-pump", FALSE, TRUE },
    { G_LOG_LEVEL_DEBUG, "GLib", "stream-pump", FALSE, FALSE },
    { G_LOG_LEVEL_DEBUG, NULL, "stream-pump", FALSE, FALSE },
    { G_LOG_LEVEL_DEBUG, "stream-pump", "", FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("row %u", i);
      g_assert_cmpint (sp_log_is_shown (rows[i].level,
                                        rows[i].domain,
                                        rows[i].debug,
                                        rows[i].has_journal),
                       ==,
                       rows[i].is_shown);
    }
}

static void
assert_line (GLogLevelFlags level,
             const GLogField *fields,
             gsize n_fields,
             const char *wanted)
{
  g_autofree char *line = sp_log_line (level, fields, n_fields);

  g_assert_cmpstr (line, ==, wanted);
}

static void
test_line (void)
{
  const GLogField all[] = {
    { "MESSAGE", "in", -1 },
    { "GLIB_DOMAIN", "stream-pump", -1 },
    { "STREAM_PUMP_STREAM", "council", -1 },
    { "STREAM_PUMP_CLIENT", "7", -1 },
    { "STREAM_PUMP_PEER", "192.0.2.1:4711", -1 },
    { "MESSAGE_ID", SP_MESSAGE_CLIENT_IN, -1 },
  };
  const GLogField peer[] = {
    { "STREAM_PUMP_PEER", "x\n", 2 },
    { "MESSAGE", "\r\nwarning: false", -1 },
  };
  const GLogField foreign[] = {
    { "GLIB_DOMAIN", "libsoup", -1 },
    { "MESSAGE", "odd", -1 },
  };

  assert_line (G_LOG_LEVEL_INFO,
               all,
               G_N_ELEMENTS (all),
               "info: in [stream=council client=7 peer=192.0.2.1:4711]\n");
  assert_line (G_LOG_LEVEL_MESSAGE, all, 2, "message: in\n");
  assert_line (G_LOG_LEVEL_DEBUG, all, 3, "debug: in [stream=council]\n");
  assert_line (G_LOG_LEVEL_WARNING,
               peer,
               2,
               "warning: \\x0d\\x0awarning: false [peer=x\\x0a]\n");
  assert_line (G_LOG_LEVEL_CRITICAL, foreign, 2, "critical: libsoup: odd\n");
  assert_line (G_LOG_LEVEL_ERROR, NULL, 0, "error: \n");
}

/* For the journal. Fields of others that are not text stay as they are. */
static void
test_clean (void)
{
  const GLogField fields[] = {
    { "MESSAGE", "a\nb", -1 },
    { "PRIORITY", "5", -1 },
    { "STREAM_PUMP_PEER", "x\x1b?", 2 },
    { "OF_OTHERS", "\0\1", 2 },
  };
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autofree GLogField *clean
      = sp_log_clean (fields, G_N_ELEMENTS (fields), texts);

  g_assert_cmpuint (texts->len, ==, 2);
  g_assert_cmpstr (clean[0].value, ==, "a\\x0ab");
  g_assert_true (clean[1].value == fields[1].value);
  g_assert_cmpstr (clean[2].key, ==, "STREAM_PUMP_PEER");
  g_assert_cmpstr (clean[2].value, ==, "x\\x1b");
  g_assert_cmpint (clean[2].length, ==, -1);
  g_assert_true (clean[3].value == fields[3].value);
  g_assert_cmpint (clean[3].length, ==, 2);
}

/* The child of what follows. */
static void
test_child (void)
{
  SpLogFields fields = { .stream = "council",
                         .peer = "[2001:db8::1]:9",
                         .client = G_MAXUINT64 };

  sp_log_init ();
  g_assert_cmpint (
      sp_log_is_debug (), ==, g_getenv ("G_MESSAGES_DEBUG") != NULL);
  g_assert_false (sp_log_has_journal ());
  sp_log (G_LOG_LEVEL_MESSAGE, NULL, "%s %d", "hello", 7);
  sp_log (G_LOG_LEVEL_WARNING, &fields, "%s", "GET /\x1b[2J");
  sp_log (G_LOG_LEVEL_INFO, NULL, "some detail");
  sp_log (G_LOG_LEVEL_DEBUG, NULL, "more detail");
  g_log ("GLib-Net", G_LOG_LEVEL_MESSAGE, "of a\nlibrary");
  g_log_structured (
      "stream-pump", G_LOG_LEVEL_MESSAGE, "MESSAGE", "structured");
  fprintf (stderr, "-- end --\n");
}

static char *
run_child (const char *debug)
{
  g_auto (GStrv) environment = g_get_environ ();
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  char *argv[] = { self, NULL };
  g_autoptr (GError) error = NULL;
  char *errors = NULL;

  environment = g_environ_setenv (environment, "SP_LOG_CHILD", "1", TRUE);
  environment = g_environ_unsetenv (environment, "JOURNAL_STREAM");
  environment
      = debug != NULL
            ? g_environ_setenv (environment, "G_MESSAGES_DEBUG", debug, TRUE)
            : g_environ_unsetenv (environment, "G_MESSAGES_DEBUG");
  g_spawn_sync (NULL,
                argv,
                environment,
                G_SPAWN_STDOUT_TO_DEV_NULL,
                NULL,
                NULL,
                NULL,
                &errors,
                NULL,
                &error);
  g_assert_no_error (error);
  return errors;
}

#define LINES_OF_ALL                                                           \
  "message: hello 7\n"                                                         \
  "warning: GET /\\x1b[2J [stream=council client=18446744073709551615 "        \
  "peer=[2001:db8::1]:9]\n"
#define LINES_OF_DETAIL "info: some detail\ndebug: more detail\n"
#define LINES_OF_OTHERS                                                        \
  "message: GLib-Net: of a\\x0alibrary\nmessage: structured\n-- end --\n"

static void
test_writer (void)
{
  g_autofree char *usual = run_child (NULL);
  g_autofree char *ours = run_child ("stream-pump");
  g_autofree char *all = run_child ("all");

  g_assert_cmpstr (usual, ==, LINES_OF_ALL LINES_OF_OTHERS);
  g_assert_cmpstr (ours, ==, LINES_OF_ALL LINES_OF_DETAIL LINES_OF_OTHERS);
  g_assert_cmpstr (all, ==, LINES_OF_ALL LINES_OF_DETAIL LINES_OF_OTHERS);
}

static void
test_limit (void)
{
  SpLogLimit limit = { 0 };
  gint64 now_us = 5 * G_USEC_PER_SEC;

  for (guint i = 0; i < 3; i++)
    g_assert_true (sp_log_limit_allow (&limit, now_us, 3, G_USEC_PER_SEC));
  for (guint i = 1; i <= 5; i++)
    {
      g_assert_false (sp_log_limit_allow (&limit, now_us, 3, G_USEC_PER_SEC));
      g_assert_cmpuint (limit.suppressed, ==, i);
    }
  now_us += G_USEC_PER_SEC;
  g_assert_true (sp_log_limit_allow (&limit, now_us, 3, G_USEC_PER_SEC));
  g_assert_cmpuint (limit.suppressed, ==, 0);
  g_assert_false (sp_log_limit_allow (&limit, now_us, 3, G_USEC_PER_SEC));

  /* A long silence fills the bucket to its brim, not beyond. */
  now_us += 100 * G_USEC_PER_SEC;
  for (guint i = 0; i < 3; i++)
    g_assert_true (sp_log_limit_allow (&limit, now_us, 3, G_USEC_PER_SEC));
  g_assert_false (sp_log_limit_allow (&limit, now_us, 3, G_USEC_PER_SEC));
}

/* Ours are never left out, and neither are the bugs that others tell of. */
static void
test_flood (void)
{
  SpLogLimit limit = { 0 };
  gint64 now_us = 5 * G_USEC_PER_SEC;
  guint shown = 0;

  for (guint i = 0; i < 1000; i++)
    if (!sp_log_is_flood (&limit, G_LOG_LEVEL_WARNING, "GLib-GIO", now_us))
      shown++;
  g_assert_cmpuint (shown, ==, 10);
  g_assert_true (sp_log_is_flood (&limit, G_LOG_LEVEL_WARNING, NULL, now_us));
  g_assert_false (
      sp_log_is_flood (&limit, G_LOG_LEVEL_WARNING, G_LOG_DOMAIN, now_us));
  g_assert_false (
      sp_log_is_flood (&limit, G_LOG_LEVEL_CRITICAL, "GLib-GIO", now_us));
  now_us += 10 * G_USEC_PER_SEC;
  g_assert_false (
      sp_log_is_flood (&limit, G_LOG_LEVEL_WARNING, "GLib-GIO", now_us));
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  if (g_getenv ("SP_LOG_CHILD") != NULL)
    {
      test_child ();
      return 0;
    }
  g_test_add_func ("/log/escape", test_escape);
  g_test_add_func ("/log/levels-and-domains", test_is_shown);
  g_test_add_func ("/log/line", test_line);
  g_test_add_func ("/log/clean", test_clean);
  g_test_add_func ("/log/writer", test_writer);
  g_test_add_func ("/log/limit", test_limit);
  g_test_add_func ("/log/flood-of-others", test_flood);
  return g_test_run ();
}
