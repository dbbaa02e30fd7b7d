/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mib-set.h"
#include "sp-made-picture.h"
#include "sp-test.h"

static const SpOid root = { 4, { 1, 3, 99, 1 } };

typedef struct
{
  const char *at;
  gint32 value;
  SpSnmpError expected;
  const char *text; /* of the order */
} Row;

static void
test_orders (void)
{
  static const Row rows[] = {
    { "1.1.7.0", 2, SP_SNMP_OK, "the pump is to drain" },
    { "1.1.7.0", 1, SP_SNMP_OK, "the pump is to serve again" },
    { "1.2.2.1.5.3", 1, SP_SNMP_OK, "s/3 is to be enabled" },
    { "1.2.2.1.5.3", 2, SP_SNMP_OK, "s/3 is to be disabled" },
    { "1.2.2.1.5.3", 3, SP_SNMP_OK, "s/3 is to be drained" },
    { "1.2.2.1.31.3", 2, SP_SNMP_OK, "all clients of s/3 are to be kicked" },
    { "1.2.2.1.31.3", 1, SP_SNMP_OK, "nothing is to be done" },
    { "1.3.1.1.5.1.2", 2, SP_SNMP_OK, "source 2 of s/1 is to be disabled" },
    { "1.3.1.1.5.1.2", 1, SP_SNMP_OK, "source 2 of s/1 is to be enabled" },
    { "1.4.2.1.19.3.2", 2, SP_SNMP_OK, "client 2 of s/3 is to be kicked" },
    { "1.4.2.1.19.3.2", 1, SP_SNMP_OK, "nothing is to be done" },
    { "1.8.1.0", 1, SP_SNMP_OK, "notifications are to be sent" },
    { "1.8.1.0", 2, SP_SNMP_OK, "no notifications are to be sent" },
  };
  g_autoptr (SpPicture) picture = sp_made_picture (2, 2);
  g_autoptr (SpMib) mib = sp_mib_new (picture, SP_MIB_CLIENTS_FULL, &root);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const SpMibValue value
          = { .type = SP_MIB_INTEGER, .integer = rows[i].value };
      g_auto (SpSnmpOrder) order = { 0 };
      g_autofree char *text = NULL;
      SpOid oid;

      g_assert_true (sp_oid_parse (rows[i].at, SP_OID_MAX, &oid, NULL));
      g_assert_cmpint (
          sp_mib_set_check (mib, &oid, &value, TRUE, &order), ==, SP_SNMP_OK);
      text = sp_snmp_order_text (&order);
      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

static void
test_errors (void)
{
  static const Row rows[] = {
    { "1.1.7.0", 0, SP_SNMP_WRONG_VALUE, NULL },
    { "1.1.7.0", 3, SP_SNMP_WRONG_VALUE, NULL },
    { "1.2.2.1.5.3", 4, SP_SNMP_WRONG_VALUE, NULL },
    { "1.4.2.1.19.3.2", -1, SP_SNMP_WRONG_VALUE, NULL },
    { "1.1.7.1", 2, SP_SNMP_NO_CREATION, NULL },
    { "1.1.7", 2, SP_SNMP_NO_CREATION, NULL },
    { "1.2.2.1.5.2", 2, SP_SNMP_NO_CREATION, NULL },
    { "1.4.2.1.19.1.2", 2, SP_SNMP_NO_CREATION, NULL },
    { "1.4.2.1.19.3.4294967295", 2, SP_SNMP_NO_CREATION, NULL },
    { "1.1.1.0", 2, SP_SNMP_NOT_WRITABLE, NULL },
    { "1.4.2.1.16.3.2", 2, SP_SNMP_NOT_WRITABLE, NULL },
    { "1.77.0", 2, SP_SNMP_NOT_WRITABLE, NULL },
  };
  g_autoptr (SpPicture) picture = sp_made_picture (2, 2);
  g_autoptr (SpMib) mib = sp_mib_new (picture, SP_MIB_CLIENTS_FULL, &root);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const SpMibValue value
          = { .type = SP_MIB_INTEGER, .integer = rows[i].value };
      SpSnmpOrder order;
      SpOid oid;

      g_assert_true (sp_oid_parse (rows[i].at, SP_OID_MAX, &oid, NULL));
      g_assert_cmpint (sp_mib_set_check (mib, &oid, &value, TRUE, &order),
                       ==,
                       rows[i].expected);
    }
}

static void
test_wrong_type (void)
{
  g_autoptr (SpPicture) picture = sp_made_picture (1, -1);
  g_autoptr (SpMib) mib = sp_mib_new (picture, SP_MIB_CLIENTS_FULL, &root);
  SpMibValue value = { .type = SP_MIB_OTHER, .integer = 2 };
  SpSnmpOrder order;
  SpOid oid;

  g_assert_true (sp_oid_parse ("1.1.7.0", SP_OID_MAX, &oid, NULL));
  g_assert_cmpint (sp_mib_set_check (mib, &oid, &value, TRUE, &order),
                   ==,
                   SP_SNMP_WRONG_TYPE);
  value.type = SP_MIB_INTEGER;
  g_assert_cmpint (sp_mib_set_check (mib, &oid, &value, FALSE, &order),
                   ==,
                   SP_SNMP_NOT_WRITABLE);
  picture->pump.state = SP_PUMP_STOPPING;
  g_assert_cmpint (sp_mib_set_check (mib, &oid, &value, TRUE, &order),
                   ==,
                   SP_SNMP_INCONSISTENT_VALUE);
}

/* The number in the index is the lower half of the client's own. */
static void
test_number_beyond (void)
{
  g_autoptr (SpPicture) picture = sp_made_picture (1, 0);
  g_autoptr (SpMib) mib = NULL;
  guint64 id = (G_GUINT64_CONSTANT (1) << 32) + 5;
  const SpMibValue value = { .type = SP_MIB_INTEGER, .integer = 2 };
  g_auto (SpSnmpOrder) order = { 0 };
  SpOid oid;

  g_ptr_array_add (picture->clients, sp_made_client (id, 1, SP_MADE_AT_US));
  mib = sp_mib_new (picture, SP_MIB_CLIENTS_FULL, &root);
  g_assert_true (sp_oid_parse ("1.4.2.1.19.1.5", SP_OID_MAX, &oid, NULL));
  g_assert_cmpint (
      sp_mib_set_check (mib, &oid, &value, TRUE, &order), ==, SP_SNMP_OK);
  g_assert_cmpuint (order.client, ==, id);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/mib-set/orders", test_orders);
  g_test_add_func ("/mib-set/errors", test_errors);
  g_test_add_func ("/mib-set/wrong-type-and-state", test_wrong_type);
  g_test_add_func ("/mib-set/number-beyond-32-bits", test_number_beyond);
  return g_test_run ();
}
