/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-table.h"

#include "sp-ctl-text.h"
#include "sp-test.h"

#include <string.h>

static SpCtlTable *
make_table (void)
{
  SpCtlTable *table = sp_ctl_table_new ();
  static const char *const cells[]
      = { "council", "live", "12", "push 192.0.2.1", "\xe4\xbc\x9a\xe8\xad\xb0",
          "holding", "1234", "" };

  sp_ctl_table_add_column (table, "PATH", SP_CTL_FLEXIBLE);
  sp_ctl_table_add_column (table, "STATE", SP_CTL_LEFT);
  sp_ctl_table_add_column (table, "N", SP_CTL_RIGHT);
  sp_ctl_table_add_column (table, "SOURCE", SP_CTL_FLEXIBLE);
  for (guint i = 0; i < G_N_ELEMENTS (cells); i++)
    sp_ctl_table_add_cell (
        table, cells[i], i == 1 ? SP_CTL_GOOD : SP_CTL_PLAIN);
  g_assert_cmpuint (sp_ctl_table_n_rows (table), ==, 2);
  return table;
}

static void
assert_render (SpCtlTable *table, SpCtlStyle style, const char *expected)
{
  g_autofree char *text = sp_ctl_table_render (table, &style);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_align (void)
{
  g_autoptr (SpCtlTable) table = make_table ();

  assert_render (table,
                 (SpCtlStyle){ 0 },
                 "PATH     STATE       N  SOURCE\n"
                 "council  live       12  push 192.0.2.1\n"
                 "\xe4\xbc\x9a\xe8\xad\xb0     holding  1234\n");
}

static void
test_color (void)
{
  g_autoptr (SpCtlTable) table = make_table ();
  const SpCtlStyle style = { .is_color = TRUE };
  g_autofree char *text = sp_ctl_table_render (table, &style);

  g_assert_nonnull (
      strstr (text, "council  \033[32mlive\033[0m       12  push"));
  g_assert_nonnull (strstr (text, "\033[1mPATH\033[0m     \033[1mSTATE"));
}

/* The widest flexible column gives way, down to ten; one that has no room is
 * not there; the first always is. */
static void
test_narrow (void)
{
  g_autoptr (SpCtlTable) table = make_table ();

  assert_render (table,
                 (SpCtlStyle){ .width = 35, .is_utf8 = TRUE },
                 "PATH     STATE       N  SOURCE\n"
                 "council  live       12  push 192.0\xe2\x80\xa6\n"
                 "\xe4\xbc\x9a\xe8\xad\xb0     holding  1234\n");
  assert_render (table,
                 (SpCtlStyle){ .width = 26 },
                 "PATH     STATE       N\n"
                 "council  live       12\n"
                 "\xe4\xbc\x9a\xe8\xad\xb0     holding  1234\n");
  assert_render (
      table, (SpCtlStyle){ .width = 3 }, "PA~\nco~\n\xe4\xbc\x9a~\n");
}

/* No line is ever wider than it may, whatever the width. */
static void
test_all_widths (void)
{
  g_autoptr (SpCtlTable) table = make_table ();

  for (guint width = 1; width < 60; width++)
    {
      const SpCtlStyle style = { .width = width };
      g_autofree char *text = sp_ctl_table_render (table, &style);
      g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

      g_assert_cmpuint (g_strv_length (lines), ==, 4);
      for (guint i = 0; i < 3; i++)
        {
          g_assert_cmpuint (sp_ctl_text_width (lines[i]), <=, width);
          g_assert_false (g_str_has_suffix (lines[i], " "));
        }
    }
}

static void
test_no_titles (void)
{
  g_autoptr (SpCtlTable) table = sp_ctl_table_new ();

  sp_ctl_table_add_column (table, NULL, SP_CTL_LEFT);
  sp_ctl_table_add_column (table, NULL, SP_CTL_LEFT);
  assert_render (table, (SpCtlStyle){ 0 }, "");
  sp_ctl_table_add_cell (table, "State", SP_CTL_PLAIN);
  sp_ctl_table_add_cell (table, "up", SP_CTL_PLAIN);
  assert_render (table, (SpCtlStyle){ 0 }, "State  up\n");
}

static void
test_hostile (void)
{
  g_autoptr (SpCtlTable) table = sp_ctl_table_new ();
  g_autofree char *endless = g_strnfill (1000 * 1000, 'a');
  const SpCtlStyle style = { 0 };
  g_autofree char *text = NULL;

  sp_ctl_table_add_column (table, "A", SP_CTL_FLEXIBLE);
  sp_ctl_table_add_cell (table, "\033]0;title\007\n", SP_CTL_PLAIN);
  sp_ctl_table_add_cell (table, endless, SP_CTL_PLAIN);
  text = sp_ctl_table_render (table, &style);
  g_assert_true (g_str_has_prefix (text, "A\n\\x1b]0;title\\x07\\x0a\naaaa"));
  g_assert_cmpuint (strlen (text), <, 2000);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/ctl-table/align", test_align);
  g_test_add_func ("/ctl-table/color", test_color);
  g_test_add_func ("/ctl-table/narrow", test_narrow);
  g_test_add_func ("/ctl-table/all-widths", test_all_widths);
  g_test_add_func ("/ctl-table/no-titles", test_no_titles);
  g_test_add_func ("/ctl-table/hostile-cells", test_hostile);
  return g_test_run ();
}
