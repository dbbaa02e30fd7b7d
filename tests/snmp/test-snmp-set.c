/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-host.h"
#include "sp-lab.h"
#include "sp-test.h"

#include <string.h>

/** Orders through snmpd, which decides who may give them. */
typedef struct
{
  SpLab *lab;
  SpHost *host;
} Stage;

static void
set_up (Stage *stage, gconstpointer options)
{
  stage->lab = sp_lab_start ();
  stage->host = sp_host_start (sp_lab_agentx (stage->lab), options);
  sp_host_wait (stage->host, SP_HOST_CONNECTED, 1, 10);
}

static void
tear_down (Stage *stage, gconstpointer options)
{
  sp_host_free (stage->host);
  sp_lab_free (stage->lab);
}

static char *
set (Stage *stage, const char *how, const char *what)
{
  g_autofree char *words = g_strdup_printf ("-Oqv %s", what);

  return sp_lab_ask (stage->lab, "snmpset", how, words);
}

/* What came of a set: its answer, or the reason of the error. */
static void
assert_set (Stage *stage, const char *how, const char *what, const char *part)
{
  g_autofree char *said = set (stage, how, what);

  if (strstr (said, part) == NULL)
    g_test_message ("%s: %s", what, said);
  g_assert_nonnull (strstr (said, part));
}

static void
assert_get (Stage *stage, const char *what, const char *expected)
{
  g_autofree char *words = g_strdup_printf ("-Oqv %s", what);
  g_autofree char *said
      = sp_lab_ask (stage->lab, "snmpget", SP_LAB_PUBLIC, words);

  g_assert_cmpstr (said, ==, expected);
}

#define GONE "No Such Instance currently exists at this OID"

/* Who looks after the answer sees what was ordered. */
static void
test_kick (Stage *stage, gconstpointer options)
{
  assert_get (stage, "@1.1.15.0", "10");
  assert_get (stage, "@1.4.2.1.19.1.4", "1");
  assert_set (stage, SP_LAB_PRIVATE, "@1.4.2.1.19.1.4 i 2", "2");
  assert_get (stage, "@1.4.2.1.19.1.4", GONE);
  assert_get (stage, "@1.1.15.0", "9");
  assert_set (stage, SP_LAB_PRIVATE, "@1.4.2.1.19.1.7 i 1", "1");
  assert_get (stage, "@1.4.2.1.16.1.7", "42");
  g_assert_cmpint (sp_host_figure (stage->host, SP_HOST_ORDERS), ==, 1);
  g_assert_cmpuint (
      sp_host_n_lines (stage->host,
                       "message: by SNMP: client 4 of s/1 is to be kicked"),
      ==,
      1);
  sp_lab_wait (stage->lab,
               "@1.9.2.1.6.2",
               "\"by SNMP: client 4 of s/1 is to be kicked\"",
               5);
}

static void
test_all_orders (Stage *stage, gconstpointer options)
{
  assert_set (stage, SP_LAB_PRIVATE, "@1.2.2.1.31.3 i 2", "2");
  assert_get (stage, "@1.2.2.1.11.3", "0");
  assert_get (stage, "@1.2.2.1.31.3", "1");
  assert_set (stage, SP_LAB_PRIVATE, "@1.2.2.1.5.3 i 3", "3");
  assert_get (stage, "@1.2.2.1.5.3", "3");
  assert_set (stage, SP_LAB_PRIVATE, "@1.2.2.1.5.3 i 2", "2");
  assert_get (stage, "@1.2.2.1.5.3", "2");
  assert_get (stage, "@1.2.2.1.6.3", "5");
  assert_set (stage, SP_LAB_PRIVATE, "@1.2.2.1.5.3 i 1", "1");
  assert_get (stage, "@1.2.2.1.6.3", "1");
  assert_set (stage, SP_LAB_PRIVATE, "@1.3.1.1.5.5.1 i 2", "2");
  assert_get (stage, "@1.3.1.1.5.5.1", "2");
  assert_set (stage, SP_LAB_PRIVATE, "@1.1.7.0 i 2", "2");
  assert_get (stage, "@1.1.7.0", "2");
  assert_get (stage, "@1.1.33.0", "2");
  assert_set (stage, SP_LAB_PRIVATE, "@1.1.7.0 i 1", "1");
  assert_get (stage, "@1.1.33.0", "1");
  assert_set (stage, SP_LAB_PRIVATE, "@1.8.1.0 i 2", "2");
  assert_get (stage, "@1.8.1.0", "2");
  g_assert_cmpint (sp_host_figure (stage->host, SP_HOST_ORDERS), ==, 8);
}

static void
test_errors (Stage *stage, gconstpointer options)
{
  static const char *const rows[][2] = {
    { "@1.4.2.1.19.1.4 i 3", "wrongValue" },
    { "@1.4.2.1.19.1.4 s x", "wrongType" },
    { "@1.4.2.1.19.1.4 u 2", "wrongType" },
    { "@1.4.2.1.16.1.4 i 2", "notWritable" },
    { "@1.1.1.0 s x", "notWritable" },
    { "@1.4.2.1.19.1.5 i 2", "noCreation" },
    { "@1.4.2.1.19.77.4 i 2", "noCreation" },
    { "@1.4.2.1.19.1.4 i 2 @1.4.2.1.19.1.5 i 2", "noCreation" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_set (stage, SP_LAB_PRIVATE, rows[i][0], rows[i][1]);
  assert_get (stage, "@1.4.2.1.19.1.4", "1");
  g_assert_cmpint (sp_host_figure (stage->host, SP_HOST_ORDERS), ==, 0);
}

static void
test_access (Stage *stage, gconstpointer options)
{
  assert_set (stage, SP_LAB_PUBLIC, "@1.4.2.1.19.1.4 i 2", "noAccess");
  assert_set (stage,
              SP_LAB_OPERATOR_CLEAR,
              "@1.4.2.1.19.1.4 i 2",
              "authorizationError");
  assert_get (stage, "@1.4.2.1.19.1.4", "1");
  assert_set (stage, SP_LAB_OPERATOR, "@1.4.2.1.19.1.4 i 2", "2");
  assert_get (stage, "@1.4.2.1.19.1.4", GONE);
}

static void
test_no_writes (Stage *stage, gconstpointer options)
{
  assert_set (stage, SP_LAB_PRIVATE, "@1.4.2.1.19.1.4 i 2", "notWritable");
  assert_set (stage, SP_LAB_PRIVATE, "@1.1.7.0 i 2", "notWritable");
  assert_get (stage, "@1.4.2.1.19.1.4", "1");
  g_assert_cmpint (sp_host_figure (stage->host, SP_HOST_ORDERS), ==, 0);
}

/* A main thread that makes no pictures: an error, soon; then the old picture,
 * at once. */
static void
test_silent (Stage *stage, gconstpointer options)
{
  g_autofree char *old = NULL;
  g_autofree char *none = NULL;
  gint64 us;

  g_free (sp_host_tell (stage->host, "silent"));
  none = sp_lab_ask (
      stage->lab, "snmpget", SP_LAB_PUBLIC, "-Oqv @1.4.2.1.16.1.4");
  g_assert_nonnull (strstr (none, "genError"));
  us = -g_get_monotonic_time ();
  old = sp_lab_ask (stage->lab, "snmpget", SP_LAB_PUBLIC, "-Oqv @1.1.1.0");
  us += g_get_monotonic_time ();
  g_assert_cmpstr (old, ==, "\"fake.example\"");
  g_assert_cmpint (us, <, 2 * G_USEC_PER_SEC);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    const char *options;
    void (*func) (Stage *stage, gconstpointer options);
  } tests[] = {
    { "/snmp/set/kick", "--writes", test_kick },
    { "/snmp/set/all-orders", "--writes", test_all_orders },
    { "/snmp/set/errors", "--writes", test_errors },
    { "/snmp/set/access", "--writes", test_access },
    { "/snmp/set/not-allowed", "", test_no_writes },
    { "/snmp/get/silent-main-thread", "", test_silent },
  };

  sp_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path,
                Stage,
                tests[i].options,
                set_up,
                tests[i].func,
                tear_down);
  return g_test_run ();
}
