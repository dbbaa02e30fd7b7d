/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-host.h"
#include "sp-lab.h"
#include "sp-test.h"

#include <string.h>
#include <unistd.h>

#define RESTARTS 10
#define FROZEN_S 20
/* The main loop's, while other programs want the processor as well. */
#define GAP_US 250000

static gint64
ask_number (SpLab *lab, const char *what)
{
  g_autofree char *words = g_strdup_printf ("-Oqvt %s", what);
  g_autofree char *said = sp_lab_ask (lab, "snmpget", SP_LAB_PUBLIC, words);

  return g_ascii_strtoll (said, NULL, 10);
}

/* Each time the tables are back, and the log says no more than gone and back.
 * Times from before the master's start read zero, counters go on. */
static void
test_restarts (void)
{
  g_autoptr (SpLab) lab = sp_lab_start ();
  g_autoptr (SpHost) host = sp_host_start (sp_lab_agentx (lab), "");
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  sp_host_wait (host, SP_HOST_CONNECTED, 1, 10);
  before = sp_lab_ask (
      lab, "snmpget", SP_LAB_PUBLIC, "-Oqv @1.1.4.0 @1.3.1.1.16.1.1");
  for (guint i = 1; i <= RESTARTS; i++)
    {
      sp_lab_kill_master (lab);
      sp_host_wait (host, SP_HOST_LOSSES, i, 10);
      sp_lab_start_master (lab);
      sp_lab_wait (lab, "@1.4.2.1.16.3.2", "42", 15);
      g_assert_cmpuint (sp_host_n_lines (host, ""), <=, 1 + 2 * i);
    }
  after = sp_lab_ask (
      lab, "snmpget", SP_LAB_PUBLIC, "-Oqv @1.1.4.0 @1.3.1.1.16.1.1");
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpint (ask_number (lab, "@1.1.27.0"), ==, 0);
  g_assert_cmpint (ask_number (lab, "@1.2.2.1.30.1"), ==, 0);
  g_assert_cmpint (ask_number (lab, "@1.1.3.0"), >, 100);
  g_assert_cmpint (sp_host_figure (host, SP_HOST_CONNECTS), ==, RESTARTS + 1);
}

/* sysUpTime of the master, when what was before it is told apart. */
static void
test_stamps (void)
{
  g_autoptr (SpLab) lab = sp_lab_start ();
  g_autoptr (SpHost) host = sp_host_start (sp_lab_agentx (lab), "");
  gint64 first, second, now;

  sp_host_wait (host, SP_HOST_CONNECTED, 1, 10);
  sp_lab_wait (lab, "@1.1.1.0", "\"fake.example\"", 10);
  first = ask_number (lab, "@1.1.27.0");
  g_free (sp_host_tell (host, "event source_up 1"));
  second = ask_number (lab, "@1.1.27.0");
  now = ask_number (lab, ".1.3.6.1.2.1.1.3.0");
  g_assert_cmpint (first, >, 0);
  g_assert_cmpint (first, <, now);
  g_assert_cmpint (ABS (second - first), <=, 5);
}

/* A master that hangs holds up nobody but the thread that talks to it. */
static void
test_frozen (void)
{
  g_autoptr (SpLab) lab = sp_lab_start ();
  g_autoptr (SpHost) host = sp_host_start (sp_lab_agentx (lab), "");
  g_autofree char *gap = NULL;
  gint64 until = g_get_monotonic_time () + FROZEN_S * (gint64)G_USEC_PER_SEC;

  sp_host_wait (host, SP_HOST_CONNECTED, 1, 10);
  sp_lab_freeze (lab);
  g_free (sp_host_tell (host, "gap"));
  while (g_get_monotonic_time () < until)
    {
      g_free (sp_host_tell (host, "event source_down 1"));
      g_usleep (100000);
    }
  gap = sp_host_tell (host, "gap");
  g_test_message ("worst pause of the main loop: %s us", gap);
  g_assert_cmpint (g_ascii_strtoll (gap, NULL, 10), <, GAP_US);
  g_assert_cmpint (sp_host_figure (host, SP_HOST_CONNECTED), ==, 0);
  sp_lab_thaw (lab);
  sp_lab_wait (lab, "@1.4.2.1.16.3.2", "42", 30);
}

/* Not even the end waits for it. */
static void
test_stop_frozen (void)
{
  g_autoptr (SpLab) lab = sp_lab_start ();
  g_autoptr (SpHost) host = sp_host_start (sp_lab_agentx (lab), "");
  g_autofree char *stop = NULL;

  sp_host_wait (host, SP_HOST_CONNECTED, 1, 10);
  sp_lab_freeze (lab);
  g_usleep (3 * G_USEC_PER_SEC); /* a ping is under way */
  stop = sp_host_tell (host, "stop");
  g_assert_cmpint (g_ascii_strtoll (stop, NULL, 10), <, 2 * G_USEC_PER_SEC);
  sp_lab_thaw (lab);
}

static void
test_stop (void)
{
  g_autoptr (SpLab) lab = sp_lab_start ();
  g_autoptr (SpHost) host = sp_host_start (sp_lab_agentx (lab), "");
  g_autofree char *stop = NULL;

  sp_host_wait (host, SP_HOST_CONNECTED, 1, 10);
  stop = sp_host_tell (host, "stop");
  g_assert_cmpint (g_ascii_strtoll (stop, NULL, 10), <, G_USEC_PER_SEC / 2);
}

/* One line, not one with each attempt; and none but "connected" when it is
 * there at last. */
static void
test_absent (void)
{
  g_autoptr (SpLab) lab = sp_lab_start ();
  g_autoptr (SpHost) host = NULL;
  g_autofree char *path = g_strdup (sp_lab_agentx (lab) + strlen ("unix:"));

  sp_lab_kill_master (lab);
  unlink (path);
  host = sp_host_start (sp_lab_agentx (lab), "");
  g_usleep (4 * G_USEC_PER_SEC); /* four attempts */
  g_assert_cmpuint (sp_host_n_lines (host, ""), ==, 1);
  g_assert_cmpuint (sp_host_n_lines (host, "No such file or directory"), ==, 1);
  g_assert_cmpuint (sp_host_n_lines (host, "is snmpd running"), ==, 1);
  sp_lab_start_master (lab);
  sp_lab_wait (lab, "@1.4.2.1.16.3.2", "42", 15);
  g_assert_cmpuint (sp_host_n_lines (host, ""), ==, 2);
  sp_lab_wait_traps (lab, "OID: @0.1|", 5);
}

static void
test_permission (void)
{
  g_autoptr (SpLab) lab = NULL;
  g_autoptr (SpHost) host = NULL;

  if (geteuid () != 0)
    {
      g_test_skip ("only root can start a program as somebody else");
      return;
    }
  lab = sp_lab_start ();
  host = sp_host_start_as_nobody (sp_lab_agentx (lab), "");
  g_usleep (3 * G_USEC_PER_SEC);
  g_assert_cmpuint (sp_host_n_lines (host, ""), ==, 1);
  g_assert_cmpuint (sp_host_n_lines (host, "Permission denied"), ==, 1);
  g_assert_cmpuint (sp_host_n_lines (host, "agentXPerms"), ==, 1);
}

/* An address that is of no use is said as well, and harms nobody. */
static void
test_bad_settings (void)
{
  g_autoptr (SpHost) oid
      = sp_host_start ("unix:/nowhere/agentx", "--root-oid 1.3.x");
  g_autofree char *figures = sp_host_tell (oid, "figures");

  g_assert_true (g_str_has_prefix (figures, "0 "));
  g_assert_cmpuint (
      sp_host_n_lines (oid, "'x' in the object identifier"), ==, 1);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/snmp/master/absent", test_absent);
  g_test_add_func ("/snmp/master/permission", test_permission);
  g_test_add_func ("/snmp/master/bad-settings", test_bad_settings);
  g_test_add_func ("/snmp/master/restarts", test_restarts);
  g_test_add_func ("/snmp/master/stamps", test_stamps);
  g_test_add_func ("/snmp/master/frozen", test_frozen);
  g_test_add_func ("/snmp/stop", test_stop);
  g_test_add_func ("/snmp/stop/frozen-master", test_stop_frozen);
  return g_test_run ();
}
