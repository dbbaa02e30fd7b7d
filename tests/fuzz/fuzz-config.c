/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-config-diff.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* A text is a whole configuration or has a problem, never both; and it differs
 * from itself in nothing. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (SpConfig) config = sp_config_parse (
      (const char *)data, size, "/nonexistent/pump.json", problems);
  g_autoptr (GPtrArray) changes = NULL;

  g_assert_cmpint (config == NULL, ==, problems->len > 0);
  for (guint i = 0; i < problems->len; i++)
    g_assert_true (g_utf8_validate (problems->pdata[i], -1, NULL));
  if (config == NULL)
    return 0;
  changes = sp_config_diff (config, config);
  g_assert_cmpuint (changes->len, ==, 0);
  return 0;
}
