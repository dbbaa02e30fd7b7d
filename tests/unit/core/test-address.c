/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-address.h"
#include "sp-test.h"

typedef struct
{
  const char *given;
  const char *text;
  GSocketFamily family;
} Row;

static const Row rows[] = {
  { "192.0.2.1", "192.0.2.1", G_SOCKET_FAMILY_IPV4 },
  { "0.0.0.0", "0.0.0.0", G_SOCKET_FAMILY_IPV4 },
  { "::ffff:192.0.2.1", "192.0.2.1", G_SOCKET_FAMILY_IPV4 },
  { "2001:db8::1", "2001:db8::1", G_SOCKET_FAMILY_IPV6 },
  { "::1", "::1", G_SOCKET_FAMILY_IPV6 },
  { "::", "::", G_SOCKET_FAMILY_IPV6 },
  { "::ff:c000:201", "::ff:c000:201", G_SOCKET_FAMILY_IPV6 },
};

static void
read_text (SpAddress *address, const char *text)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (text);

  g_assert_nonnull (inet);
  sp_address_read (address, inet);
}

static void
test_read (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GInetAddress) inet = NULL;
      g_autofree char *text = NULL;
      SpAddress address;

      read_text (&address, rows[i].given);
      inet = sp_address_inet (&address);
      text = sp_address_text (&address);
      g_assert_cmpstr (text, ==, rows[i].text);
      g_assert_cmpint (g_inet_address_get_family (inet), ==, rows[i].family);
    }
}

static void
test_equal (void)
{
  SpAddress plain;
  SpAddress mapped;
  SpAddress other;

  read_text (&plain, "192.0.2.1");
  read_text (&mapped, "::ffff:192.0.2.1");
  read_text (&other, "192.0.2.2");
  g_assert_true (sp_address_equal (&plain, &mapped));
  g_assert_cmpuint (sp_address_hash (&plain), ==, sp_address_hash (&mapped));
  g_assert_false (sp_address_equal (&plain, &other));
  g_assert_cmpuint (sp_address_hash (&plain), !=, sp_address_hash (&other));
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/address/read/in-either-form", test_read);
  g_test_add_func ("/address/equal/in-either-form", test_equal);
  return g_test_run ();
}
