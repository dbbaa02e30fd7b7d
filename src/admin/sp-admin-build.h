/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <json-glib/json-glib.h>

#include "sp-admin-json.h"
#include "sp-json-build.h"

/** Members of JSON objects, besides those of sp-json-build.h. */

/* ISO 8601 of a time of the monotonic clock; 0 is null. */
void sp_admin_build_moment (JsonBuilder *builder,
                            const char *name,
                            gint64 then_us,
                            const SpAdminNow *now);
/* Whole units of @unit_us that have passed since @then_us; 0 is null. */
void sp_admin_build_since (JsonBuilder *builder,
                           const char *name,
                           gint64 then_us,
                           gint64 unit_us,
                           const SpAdminNow *now);
/* One member for each of @infos. */
void sp_admin_build_counters (JsonBuilder *builder,
                              const char *name,
                              const SpCounterInfo *infos,
                              const guint64 *values);

typedef JsonNode *(*SpAdminElementFunc) (gconstpointer info,
                                         const SpAdminNow *now);
/* An array of what @make makes of @n_infos of @infos from @first on. */
void sp_admin_build_elements (JsonBuilder *builder,
                              const char *name,
                              GPtrArray *infos,
                              guint first,
                              guint n_infos,
                              SpAdminElementFunc make,
                              const SpAdminNow *now);
/* An array of all strings of @texts. */
void sp_admin_build_strings (JsonBuilder *builder,
                             const char *name,
                             GPtrArray *texts);
