/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

#define SP_OID_MAX 128 /* sub-identifiers, RFC 3416 4.1 */

/** An object identifier: plain, copied by assignment. */
typedef struct
{
  guint len;
  guint32 ids[SP_OID_MAX];
} SpOid;

/* FALSE: there is no room for all of @ids, and none was appended. */
gboolean sp_oid_append (SpOid *oid, const guint32 *ids, guint n);
/* < 0, 0, > 0, as SNMP walks: a prefix comes before what it begins. */
int sp_oid_compare (const SpOid *a, const SpOid *b);
gboolean sp_oid_has_prefix (const SpOid *oid, const SpOid *prefix);
/* "1.3.6.1" or ".1.3.6.1": 2 to @most numbers. */
gboolean
sp_oid_parse (const char *text, guint most, SpOid *oid, GError **error);
/* (transfer full): ".1.3.6.1" */
char *sp_oid_to_string (const SpOid *oid);
