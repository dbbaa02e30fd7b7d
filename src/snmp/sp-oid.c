/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-oid.h"

#include "sp-error.h"

#include <glib/gi18n.h>
#include <string.h>

gboolean
sp_oid_append (SpOid *oid, const guint32 *ids, guint n)
{
  if (n > SP_OID_MAX - oid->len)
    return FALSE;
  memcpy (oid->ids + oid->len, ids, n * sizeof *ids);
  oid->len += n;
  return TRUE;
}

int
sp_oid_compare (const SpOid *a, const SpOid *b)
{
  guint common = MIN (a->len, b->len);

  for (guint i = 0; i < common; i++)
    if (a->ids[i] != b->ids[i])
      return a->ids[i] < b->ids[i] ? -1 : 1;
  return a->len < b->len ? -1 : a->len > b->len;
}

gboolean
sp_oid_has_prefix (const SpOid *oid, const SpOid *prefix)
{
  return oid->len >= prefix->len
         && memcmp (oid->ids, prefix->ids, prefix->len * sizeof *oid->ids) == 0;
}

/** sp_oid_parse: @oid is not to be used after failure. */
gboolean
sp_oid_parse (const char *text, guint most, SpOid *oid, GError **error)
{
  g_auto (GStrv) words
      = g_strsplit (text[0] == '.' ? text + 1 : text, ".", SP_OID_MAX + 1);
  guint n = g_strv_length (words);

  oid->len = 0;
  if (n < 2 || n > MIN (most, SP_OID_MAX))
    return sp_error_set (error,
                         SP_ERROR_CONFIG,
                         _ ("'%s' is not an object identifier of 2 to %u "
                            "numbers"),
                         text,
                         MIN (most, SP_OID_MAX));
  for (guint i = 0; i < n; i++)
    {
      guint64 id;

      if (!g_ascii_string_to_unsigned (words[i], 10, 0, G_MAXUINT32, &id, NULL))
        return sp_error_set (error,
                             SP_ERROR_CONFIG,
                             _ ("'%s' in the object identifier '%s' is not a "
                                "number from 0 to 4294967295"),
                             words[i],
                             text);
      oid->ids[oid->len++] = (guint32)id;
    }
  return TRUE;
}

char *
sp_oid_to_string (const SpOid *oid)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < oid->len; i++)
    g_string_append_printf (text, ".%u", oid->ids[i]);
  return g_string_free (text, FALSE);
}
