/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-keys.h"

#include "sp-test.h"

#include <string.h>

static void
test_keys (void)
{
  static const struct
  {
    const char *bytes;
    SpCtlKey key; /* of the last byte; those before it are none */
  } rows[] = {
    { "q", SP_CTL_KEY_QUIT },
    { "\003", SP_CTL_KEY_QUIT },
    { "s", SP_CTL_KEY_SORT },
    { "\032", SP_CTL_KEY_SUSPEND },
    { "\014", SP_CTL_KEY_REDRAW },
    { "\033[A", SP_CTL_KEY_UP },
    { "\033OA", SP_CTL_KEY_UP },
    { "\033[B", SP_CTL_KEY_DOWN },
    { "\033[5~", SP_CTL_KEY_PAGE_UP },
    { "\033[6~", SP_CTL_KEY_PAGE_DOWN },
    { "\033[H", SP_CTL_KEY_HOME },
    { "\033[1~", SP_CTL_KEY_HOME },
    { "\033[F", SP_CTL_KEY_END },
    { "\033[8~", SP_CTL_KEY_END },
    { "\033[1;5A", SP_CTL_KEY_UP },
    { "\033[200~", SP_CTL_KEY_NONE },
    { "\033[99999999999999~", SP_CTL_KEY_NONE },
    { "\033q", SP_CTL_KEY_QUIT },
    { "\033\033[B", SP_CTL_KEY_DOWN },
    { "\033[\033[B", SP_CTL_KEY_DOWN },
    { "\033[C", SP_CTL_KEY_NONE },
    { "x", SP_CTL_KEY_NONE },
    { "\377", SP_CTL_KEY_NONE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SpCtlKeys keys = { 0 };
      gsize len = strlen (rows[i].bytes);

      g_test_message ("row %u", i);
      for (gsize at = 0; at < len; at++)
        g_assert_cmpint (sp_ctl_keys_take (&keys, (guint8)rows[i].bytes[at]),
                         ==,
                         at + 1 == len ? rows[i].key : SP_CTL_KEY_NONE);
      /* and nothing of it is left */
      g_assert_cmpint (sp_ctl_keys_take (&keys, 's'), ==, SP_CTL_KEY_SORT);
    }
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/ctl-keys/sequences", test_keys);
  return g_test_run ();
}
