/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-format.h"

#include "sp-test.h"

typedef struct
{
  char *(*format) (guint64 value);
  guint64 value;
  const char *text;
} Row;

static const Row rows[] = {
  { sp_ctl_format_rate, 0, "0 bit/s" },
  { sp_ctl_format_rate, 999, "999 bit/s" },
  { sp_ctl_format_rate, 1000, "1.0 kbit/s" },
  { sp_ctl_format_rate, 1234567, "1.2 Mbit/s" },
  { sp_ctl_format_rate, 999949999, "999.9 Mbit/s" },
  { sp_ctl_format_rate, 999950000, "1.0 Gbit/s" },
  { sp_ctl_format_rate, G_MAXUINT64, "18446744.1 Tbit/s" },
  { sp_ctl_format_bytes, 999, "999 B" },
  { sp_ctl_format_bytes, 3400000000u, "3.4 GB" },
  { sp_ctl_format_bytes, G_MAXUINT64, "18.4 EB" },
  { sp_ctl_format_seconds, 0, "0 s" },
  { sp_ctl_format_seconds, 59, "59 s" },
  { sp_ctl_format_seconds, 60, "1 min 0 s" },
  { sp_ctl_format_seconds, 3599, "59 min 59 s" },
  { sp_ctl_format_seconds, 3600, "1 h 0 min" },
  { sp_ctl_format_seconds, 86399, "23 h 59 min" },
  { sp_ctl_format_seconds, 3 * 86400 + 4 * 3600 + 5, "3 d 4 h" },
  { sp_ctl_format_seconds, G_MAXUINT64, "2982616 d 4 h" },
  { sp_ctl_format_milliseconds, 0, "0 ms" },
  { sp_ctl_format_milliseconds, 999, "999 ms" },
  { sp_ctl_format_milliseconds, 2345, "2.3 s" },
  { sp_ctl_format_milliseconds, 61000, "1 min 1 s" },
  { sp_ctl_format_microseconds, 0, "0.0 ms" },
  { sp_ctl_format_microseconds, 12345, "12.3 ms" },
  { sp_ctl_format_microseconds, 234567, "234 ms" },
};

static void
test_figures (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = rows[i].format (rows[i].value);

      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

static void
test_time (void)
{
  g_autofree char *local = sp_ctl_format_time ("2026-11-24T23:30:00Z");
  g_autofree char *none = sp_ctl_format_time ("soon");

  g_assert_cmpstr (local, ==, "2026-11-25 00:30:00");
  g_assert_cmpstr (none, ==, "soon");
}

static void
test_colors (void)
{
  g_assert_cmpint (sp_ctl_format_color ("live"), ==, SP_CTL_GOOD);
  g_assert_cmpint (sp_ctl_format_color ("stalled"), ==, SP_CTL_BAD);
  g_assert_cmpint (sp_ctl_format_color ("holding"), ==, SP_CTL_CARE);
  g_assert_cmpint (sp_ctl_format_color ("livelier"), ==, SP_CTL_PLAIN);
  g_assert_cmpint (sp_ctl_format_color (""), ==, SP_CTL_PLAIN);
  g_assert_cmpstr (sp_ctl_format_sgr (SP_CTL_PLAIN), ==, "");
  g_assert_cmpstr (sp_ctl_format_sgr (SP_CTL_BAD), ==, "\033[1;31m");
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_setenv ("TZ", "CET-1", TRUE);
  g_test_add_func ("/ctl-format/figures", test_figures);
  g_test_add_func ("/ctl-format/time/is-local", test_time);
  g_test_add_func ("/ctl-format/colors", test_colors);
  return g_test_run ();
}
