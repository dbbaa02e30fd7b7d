/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-control.h"

#define SP_ADMIN_PAGE_DEFAULT 100
#define SP_ADMIN_PAGE_MAX 1000
#define SP_ADMIN_BAN_MAX_S 31536000 /* a year */

/** Which clients a request means, with the strings its filter points to. Made
 * on the stack, zeroed; cleared whether parsing succeeds or not. */
typedef struct
{
  SpClientFilter filter;
  char *stream;
  char *external_id;
  guint ban_s;   /* of a kick; 0: none */
  guint64 after; /* of a query: ids above this, this many */
  guint limit;
} SpAdminFilter;

gboolean sp_admin_filter_parse_kick (SpAdminFilter *filter,
                                     const char *body,
                                     gsize len,
                                     GError **error);
gboolean sp_admin_filter_parse_query (SpAdminFilter *filter,
                                      GHashTable *query,
                                      GError **error);
const char *sp_admin_query_value (GHashTable *query, const char *name);
gboolean sp_admin_query_number (GHashTable *query,
                                const char *name,
                                guint minimum,
                                guint64 maximum,
                                guint64 *number,
                                GError **error);
void sp_admin_filter_clear (SpAdminFilter *filter);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SpAdminFilter, sp_admin_filter_clear)
