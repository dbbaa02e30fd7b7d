/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-events.h"
#include "sp-host.h"
#include "sp-lab.h"
#include "sp-test.h"

#include <string.h>

#define BURST 3000

/* Every kind arrives, with its name and the stream's. */
static void
test_each (void)
{
  g_autoptr (SpLab) lab = sp_lab_start ();
  g_autoptr (SpHost) host = sp_host_start (sp_lab_agentx (lab), "");

  sp_host_wait (host, SP_HOST_CONNECTED, 1, 10);
  for (guint i = 0; i < SP_N_EVENTS; i++)
    {
      g_autofree char *line
          = g_strdup_printf ("event %s 3", sp_event_infos[i].name);

      g_free (sp_host_tell (host, line));
    }
  for (guint i = 0; i < SP_N_EVENTS; i++)
    {
      guint number = sp_event_infos[i].notification;
      g_autofree char *text = g_strdup_printf (" = OID: @0.%u|", number);

      if (number != 0)
        sp_lab_wait_traps (lab, text, 10);
    }
  sp_lab_wait_traps (
      lab,
      " = OID: @0.5|@1.2.2.1.2.3 = STRING: \"s/3\"|@1.2.2.1.6.3 = INTEGER: 1|"
      "@1.2.2.1.10.3 = Gauge32: ",
      1);
  sp_lab_wait_traps (lab, "@1.8.4.0 = Gauge32: 1", 1);
}

/* More than the socket between the two holds: snmpd goes on answering others,
 * and nothing is lost that is not counted. */
static void
test_burst (void)
{
  g_autoptr (SpLab) lab = sp_lab_start ();
  g_autoptr (SpHost) host = sp_host_start (sp_lab_agentx (lab), "");
  gint64 worst = 0;
  gint64 until;

  sp_host_wait (host, SP_HOST_CONNECTED, 1, 10);
  sp_lab_wait_traps (lab, "OID: @0.1|", 10); /* started */
  until = g_get_monotonic_time () + 14 * (gint64)G_USEC_PER_SEC;
  g_free (sp_host_tell (host, "burst " G_STRINGIFY (BURST)));
  while (g_get_monotonic_time () < until)
    {
      gint64 us = -g_get_monotonic_time ();
      g_autofree char *said = sp_lab_ask (
          lab, "snmpget", SP_LAB_PUBLIC, "-Oqv .1.3.6.1.2.1.1.3.0");

      us += g_get_monotonic_time ();
      worst = MAX (worst, us);
      g_assert_null (strstr (said, "Timeout"));
      if (sp_host_figure (host, SP_HOST_SENT)
              + sp_host_figure (host, SP_HOST_SUPPRESSED)
          == BURST + 1)
        break;
    }
  g_test_message ("worst answer of snmpd: %" G_GINT64_FORMAT
                  " us; sent %" G_GINT64_FORMAT
                  ", suppressed %" G_GINT64_FORMAT,
                  worst,
                  sp_host_figure (host, SP_HOST_SENT),
                  sp_host_figure (host, SP_HOST_SUPPRESSED));
  g_assert_cmpint (worst, <, G_USEC_PER_SEC);
  g_assert_cmpint (sp_host_figure (host, SP_HOST_SENT)
                       + sp_host_figure (host, SP_HOST_SUPPRESSED),
                   ==,
                   BURST + 1);
  g_assert_cmpint (sp_host_figure (host, SP_HOST_SENT), >=, 30);
  g_assert_cmpint (sp_host_figure (host, SP_HOST_SENT), <=, 30 + 15 * 10);
}

/* Switched off by a set: silence, in the counters too. */
static void
test_off (void)
{
  g_autoptr (SpLab) lab = sp_lab_start ();
  g_autoptr (SpHost) host = sp_host_start (sp_lab_agentx (lab), "--writes");
  g_autofree char *traps = NULL;

  sp_host_wait (host, SP_HOST_SENT, 1, 10);
  g_free (sp_lab_ask (lab, "snmpset", SP_LAB_PRIVATE, "@1.8.1.0 i 2"));
  sp_host_wait (host, SP_HOST_ORDERS, 1, 10);
  g_free (sp_host_tell (host, "event source_down 1"));
  g_free (sp_lab_ask (lab, "snmpset", SP_LAB_PRIVATE, "@1.8.1.0 i 1"));
  sp_host_wait (host, SP_HOST_ORDERS, 2, 10);
  g_free (sp_host_tell (host, "event source_up 1"));
  sp_lab_wait_traps (lab, "OID: @0.3|", 10);
  traps = sp_lab_traps (lab);
  g_assert_null (strstr (traps, "OID: @0.4|"));
  g_assert_cmpint (sp_host_figure (host, SP_HOST_SENT), ==, 2);
  g_assert_cmpint (sp_host_figure (host, SP_HOST_SUPPRESSED), ==, 0);
}

/* The last word: it is sent while the program ends. */
static void
test_stopping (void)
{
  g_autoptr (SpLab) lab = sp_lab_start ();
  SpHost *host = sp_host_start (sp_lab_agentx (lab), "--rate 1");

  sp_host_wait (host, SP_HOST_SENT, 1, 10);
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *line = g_strdup_printf ("event source_up %u", i + 1);

      g_free (sp_host_tell (host, line));
    }
  sp_host_free (host);
  sp_lab_wait_traps (lab, "OID: @0.2|", 10);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/snmp/notify/each", test_each);
  g_test_add_func ("/snmp/notify/burst", test_burst);
  g_test_add_func ("/snmp/notify/off", test_off);
  g_test_add_func ("/snmp/notify/stopping", test_stopping);
  return g_test_run ();
}
