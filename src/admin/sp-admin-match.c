/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admin-match.h"

#include <string.h>

void
sp_admin_match_clear (SpAdminMatch *match)
{
  g_clear_pointer (&match->name, g_free);
  g_clear_pointer (&match->index, g_free);
}

/* @rest without @suffix, of which something must be left. */
static gboolean
take_name (SpAdminMatch *match,
           const char *rest,
           const char *suffix,
           gsize suffix_len)
{
  gsize len = strlen (rest);

  if (len <= suffix_len
      || strncmp (rest + len - suffix_len, suffix, suffix_len) != 0)
    return FALSE;
  match->name = g_strndup (rest, len - suffix_len);
  return TRUE;
}

/* Whatever number follows the last slash. */
static gboolean
take_index (SpAdminMatch *match, char *rest)
{
  char *slash = strrchr (rest, '/');

  if (slash == NULL || slash[1] == '\0'
      || strspn (slash + 1, "0123456789") != strlen (slash + 1))
    return FALSE;
  match->index = g_strdup (slash + 1);
  slash[1] = '\0';
  return TRUE;
}

gboolean
sp_admin_match (const char *pattern, const char *path, SpAdminMatch *match)
{
  const char *open = strchr (pattern, '{');
  const char *suffix = open != NULL ? strchr (open, '}') + 1 : NULL;
  const char *second = suffix != NULL ? strchr (suffix, '{') : NULL;
  g_autofree char *rest = NULL;

  *match = (SpAdminMatch){ NULL };
  if (open == NULL)
    return g_str_equal (pattern, path);
  if (strncmp (path, pattern, (gsize)(open - pattern)) != 0)
    return FALSE;
  rest = g_strdup (path + (open - pattern));
  if (second != NULL && !take_index (match, rest))
    return FALSE;
  return take_name (match,
                    rest,
                    suffix,
                    second != NULL ? (gsize)(second - suffix)
                                   : strlen (suffix));
}
