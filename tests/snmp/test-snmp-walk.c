/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-host.h"
#include "sp-lab.h"
#include "sp-mib.h"
#include "sp-test.h"

#include <string.h>

#define MANY 20000
#define BATCH 40

/** One line of a walk: "OID = Type: value". */
typedef struct
{
  SpOid oid; /* relative to the module */
  char *name;
  char *type;
} Line;

static void
line_free (gpointer data)
{
  Line *line = data;

  g_free (line->name);
  g_free (line->type);
  g_free (line);
}

static Line *
read_line (const char *text)
{
  static const char root[] = ".1.3.6.1.4.1.8072.9999.9999.7867.1.";
  const char *equal = strstr (text, " = ");
  const char *colon = equal == NULL ? NULL : strchr (equal, ':');
  Line *line = g_new0 (Line, 1);

  g_assert_true (g_str_has_prefix (text, root));
  g_assert_nonnull (equal);
  line->name
      = g_strndup (text + strlen (root), (gsize)(equal - text) - strlen (root));
  line->type = colon == NULL
                   ? g_strdup ("STRING")
                   : g_strndup (equal + 3, (gsize)(colon - equal) - 3);
  g_assert_true (sp_oid_parse (line->name, SP_OID_MAX, &line->oid, NULL));
  return line;
}

/* (transfer full) (element-type Line): rising, or it fails. */
static GPtrArray *
walk (SpLab *lab, const char *what)
{
  g_autofree char *text
      = sp_lab_ask (lab, "snmpbulkwalk", SP_LAB_PUBLIC " -Cr50", what);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GPtrArray *found = g_ptr_array_new_with_free_func (line_free);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      Line *line;

      if (lines[i][0] != '.')
        continue; /* the rest of a long value */
      line = read_line (lines[i]);
      if (found->len > 0)
        g_assert_cmpint (
            sp_oid_compare (&((Line *)found->pdata[found->len - 1])->oid,
                            &line->oid),
            <,
            0);
      g_ptr_array_add (found, line);
    }
  return found;
}

typedef struct
{
  const Line *line;
  SpMibType type;
  gboolean is_found;
} Column;

static gboolean
find_column (const char *name,
             const SpOid *oid,
             SpMibType type,
             gboolean is_writable,
             gpointer user_data)
{
  Column *column = user_data;

  column->is_found = sp_oid_has_prefix (&column->line->oid, oid);
  column->type = type;
  return !column->is_found;
}

static void
assert_type (const Line *line)
{
  static const char *const types[] = { [SP_MIB_INTEGER] = "INTEGER",
                                       [SP_MIB_UNSIGNED] = "Gauge32",
                                       [SP_MIB_COUNTER32] = "Counter32",
                                       [SP_MIB_COUNTER64] = "Counter64",
                                       [SP_MIB_TICKS] = "Timeticks",
                                       [SP_MIB_OCTETS] = "STRING",
                                       [SP_MIB_OID] = "OID" };
  Column column = { .line = line };

  sp_mib_foreach_column (find_column, &column);
  g_assert_true (column.is_found);
  if (column.type == SP_MIB_OCTETS && strcmp (line->type, "Hex-STRING") == 0)
    return;
  if (strcmp (line->type, types[column.type]) != 0)
    g_test_message ("at %s", line->name);
  g_assert_cmpstr (line->type, ==, types[column.type]);
}

/* Columns of 3 streams with 3 sources, 8 spans and 3 worst clients each; of 10
 * clients; and one event. */
#define N_CELLS                                                                \
  (44 + 1 + 3 * (32 + 7 + 10 + 16 + 60 + 12) + 1 + 27 * 10 + 9 + 3 + 1 + 6)

static void
test_whole (void)
{
  g_autoptr (SpLab) lab = sp_lab_start ();
  g_autoptr (SpHost) host = sp_host_start (sp_lab_agentx (lab), "");
  g_autoptr (GPtrArray) first = NULL;
  g_autoptr (GPtrArray) second = NULL;

  sp_host_wait (host, SP_HOST_CONNECTED, 1, 10);
  first = walk (lab, ".1.3.6.1.4.1.8072.9999.9999.7867");
  second = walk (lab, ".1.3.6.1.4.1.8072.9999.9999.7867");
  g_assert_cmpuint (first->len, ==, N_CELLS);
  g_assert_cmpuint (second->len, ==, N_CELLS);
  for (guint i = 0; i < first->len; i++)
    {
      const Line *line = first->pdata[i];

      assert_type (line);
      g_assert_cmpstr (line->name, ==, ((Line *)second->pdata[i])->name);
    }
}

/* (transfer full) (element-type Line): asks for names[from..] of @lines. */
static GPtrArray *
ask_for (SpLab *lab, const char *tool, GPtrArray *lines, guint from, guint n)
{
  g_autoptr (GString) what = g_string_new (NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) split = NULL;
  GPtrArray *found = g_ptr_array_new_with_free_func (line_free);

  for (guint i = from; i < from + n; i++)
    g_string_append_printf (what, "@%s ", ((Line *)lines->pdata[i])->name);
  text = sp_lab_ask (lab, tool, SP_LAB_PUBLIC, what->str);
  g_assert_null (strstr (text, "No Such"));
  split = g_strsplit (text, "\n", -1);
  for (guint i = 0; split[i] != NULL; i++)
    if (split[i][0] == '.')
      g_ptr_array_add (found, read_line (split[i]));
  return found;
}

static void
test_get_and_next (void)
{
  g_autoptr (SpLab) lab = sp_lab_start ();
  g_autoptr (SpHost) host
      = sp_host_start (sp_lab_agentx (lab), "--streams 1 --clients 3");
  g_autoptr (GPtrArray) all = NULL;

  sp_host_wait (host, SP_HOST_CONNECTED, 1, 10);
  all = walk (lab, ".1.3.6.1.4.1.8072.9999.9999.7867");
  for (guint from = 0; from + 1 < all->len; from += BATCH)
    {
      guint n = MIN (BATCH, all->len - 1 - from);
      g_autoptr (GPtrArray) same = ask_for (lab, "snmpget", all, from, n);
      g_autoptr (GPtrArray) next = ask_for (lab, "snmpgetnext", all, from, n);

      g_assert_cmpuint (same->len, ==, n);
      g_assert_cmpuint (next->len, ==, n);
      for (guint i = 0; i < n; i++)
        {
          g_assert_cmpstr (((Line *)same->pdata[i])->name,
                           ==,
                           ((Line *)all->pdata[from + i])->name);
          g_assert_cmpstr (((Line *)next->pdata[i])->name,
                           ==,
                           ((Line *)all->pdata[from + i + 1])->name);
        }
    }
}

static void
test_missing (void)
{
  g_autoptr (SpLab) lab = sp_lab_start ();
  g_autoptr (SpHost) host = sp_host_start (sp_lab_agentx (lab), "");
  g_autofree char *instance = NULL;
  g_autofree char *object = NULL;
  g_autofree char *hidden = NULL;

  sp_host_wait (host, SP_HOST_CONNECTED, 1, 10);
  instance = sp_lab_ask (
      lab, "snmpget", SP_LAB_PUBLIC, "-Oqv @1.2.2.1.2.4294967295");
  g_assert_cmpstr (
      instance, ==, "No Such Instance currently exists at this OID");
  object = sp_lab_ask (lab, "snmpget", SP_LAB_PUBLIC, "-Oqv @1.77.0");
  g_assert_cmpstr (
      object, ==, "No Such Object available on this agent at this OID");
  hidden
      = sp_lab_ask (lab, "snmpget", "-v2c -c careful", "-Oqv @1.4.2.1.16.1.1");
  g_assert_cmpstr (
      hidden, ==, "No Such Object available on this agent at this OID");
}

static void
test_anonymous (void)
{
  g_autoptr (SpLab) lab = sp_lab_start ();
  g_autoptr (SpHost) host = sp_host_start (sp_lab_agentx (lab), "--table 1");
  g_autofree char *said = NULL;

  sp_host_wait (host, SP_HOST_CONNECTED, 1, 10);
  said = sp_lab_ask (lab,
                     "snmpget",
                     SP_LAB_PUBLIC,
                     "-Oqv @1.4.1.0 @1.4.2.1.2.1.1 @1.4.2.1.3.1.1 "
                     "@1.4.2.1.4.1.1 @1.4.2.1.7.1.1 @1.4.2.1.8.1.1");
  g_assert_cmpstr (said, ==, "2\n0\n\"\"\n0\n\"\"\n\"\"");
}

/* Two thousand descriptors are open, so that the socket of AgentX is beyond
 * what an fd_set holds; also after it was made anew. */
static void
test_descriptors (void)
{
  g_autoptr (SpLab) lab = sp_lab_start ();
  g_autoptr (SpHost) host
      = sp_host_start (sp_lab_agentx (lab), "--descriptors 2000");

  sp_lab_wait (lab, "@1.1.1.0", "\"fake.example\"", 20);
  sp_lab_kill_master (lab);
  sp_host_wait (host, SP_HOST_CONNECTED, 0, 10);
  sp_lab_start_master (lab);
  sp_lab_wait (lab, "@1.1.1.0", "\"fake.example\"", 20);
  g_assert_cmpuint (sp_host_n_lines (host, "descriptors"), ==, 0);
}

/* Two pumps on one host, each in a context of its own. */
static void
test_context (void)
{
  g_autoptr (SpLab) lab = sp_lab_start ();
  g_autoptr (SpHost) first = sp_host_start (sp_lab_agentx (lab), "--clients 1");
  g_autoptr (SpHost) second
      = sp_host_start (sp_lab_agentx (lab), "--clients 2 --context pumpB");
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;

  sp_host_wait (first, SP_HOST_CONNECTED, 1, 10);
  sp_host_wait (second, SP_HOST_CONNECTED, 1, 10);
  one = sp_lab_ask (lab, "snmpget", SP_LAB_OPERATOR, "-Oqv @1.1.15.0");
  two = sp_lab_ask (
      lab, "snmpget", SP_LAB_OPERATOR " -n pumpB", "-Oqv @1.1.15.0");
  g_assert_cmpstr (one, ==, "1");
  g_assert_cmpstr (two, ==, "2");
}

/* In the same context the second one says why it serves nothing. */
static void
test_duplicate (void)
{
  g_autoptr (SpLab) lab = sp_lab_start ();
  g_autoptr (SpHost) first = sp_host_start (sp_lab_agentx (lab), "");
  g_autoptr (SpHost) second = NULL;

  sp_host_wait (first, SP_HOST_CONNECTED, 1, 10);
  second = sp_host_start (sp_lab_agentx (lab), "");
  sp_host_wait (second, SP_HOST_CONNECTED, 1, 10);
  g_assert_cmpuint (
      sp_host_n_lines (second, "another program serves these objects"), ==, 1);
  g_assert_cmpuint (
      sp_host_n_lines (first, "another program serves these objects"), ==, 0);
}

/* Times are said; the bound is for machines that are busy with other tests. */
static void
walk_many (const char *what, guint n_expected, guint n_clients)
{
  g_autoptr (SpLab) lab = sp_lab_start ();
  g_autofree char *options
      = g_strdup_printf ("--streams 10 --clients %u", n_clients);
  g_autoptr (SpHost) host = sp_host_start (sp_lab_agentx (lab), options);
  g_autoptr (GPtrArray) lines = NULL;
  g_autofree char *gap = NULL;
  gint64 us;

  sp_host_wait (host, SP_HOST_CONNECTED, 1, 10);
  g_free (sp_host_tell (host, "gap"));
  us = -g_get_monotonic_time ();
  lines = walk (lab, what);
  us += g_get_monotonic_time ();
  gap = sp_host_tell (host, "gap");
  g_test_message ("%u clients, %s: %u values in %.2f s, %.0f a second; worst "
                  "pause of the main loop %s us; %" G_GINT64_FORMAT
                  " pictures, the slowest in %" G_GINT64_FORMAT " us",
                  n_clients,
                  what,
                  lines->len,
                  (double)us / G_USEC_PER_SEC,
                  lines->len / ((double)us / G_USEC_PER_SEC),
                  gap,
                  sp_host_figure (host, SP_HOST_PICTURES),
                  sp_host_figure (host, SP_HOST_PICTURE_US));
  g_assert_cmpuint (lines->len, ==, n_expected);
  g_assert_cmpint (us, <, 60 * G_USEC_PER_SEC);
  g_assert_cmpint (g_ascii_strtoll (gap, NULL, 10), <, 500000);
}

static void
test_many (void)
{
  walk_many (".1.3.6.1.4.1.8072.9999.9999.7867.1.1.4.2.1.12", MANY, MANY);
}

/* The whole table takes its time: only where it is asked for. */
static void
test_whole_table (void)
{
  if (!g_test_slow ())
    {
      g_test_skip ("a measurement: -m slow");
      return;
    }
  walk_many (
      ".1.3.6.1.4.1.8072.9999.9999.7867.1.1.4.2.1.12", MANY / 2, MANY / 2);
  walk_many (
      ".1.3.6.1.4.1.8072.9999.9999.7867.1.1.4.2", 27 * MANY / 2, MANY / 2);
  walk_many (".1.3.6.1.4.1.8072.9999.9999.7867.1.1.4.2", 27 * MANY, MANY);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/snmp/walk/whole", test_whole);
  g_test_add_func ("/snmp/walk/get-and-next-agree", test_get_and_next);
  g_test_add_func ("/snmp/walk/many-clients", test_many);
  g_test_add_func ("/snmp/walk/whole-table", test_whole_table);
  g_test_add_func ("/snmp/get/missing", test_missing);
  g_test_add_func ("/snmp/get/anonymous", test_anonymous);
  g_test_add_func ("/snmp/large-descriptors", test_descriptors);
  g_test_add_func ("/snmp/context", test_context);
  g_test_add_func ("/snmp/duplicate", test_duplicate);
  return g_test_run ();
}
