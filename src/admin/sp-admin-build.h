/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <json-glib/json-glib.h>

#include "sp-admin-json.h"

/** Members of JSON objects. What is not known is null: a NULL string, and where
 * the name says so a 0. */

/* Begins an object. */
JsonBuilder *sp_admin_build_new (void);
/* (transfer full): ends it. */
JsonNode *sp_admin_build_end (JsonBuilder *builder);
void sp_admin_build_object (JsonBuilder *builder, const char *name);
void
sp_admin_build_integer (JsonBuilder *builder, const char *name, guint64 value);
/* 0 is null. */
void
sp_admin_build_positive (JsonBuilder *builder, const char *name, guint64 value);
/* What is below 0 is null. */
void
sp_admin_build_natural (JsonBuilder *builder, const char *name, gint64 value);
void
sp_admin_build_boolean (JsonBuilder *builder, const char *name, gboolean value);
void sp_admin_build_null (JsonBuilder *builder, const char *name);
/* Any bytes at all; they become valid UTF-8. */
void sp_admin_build_string (JsonBuilder *builder,
                            const char *name,
                            const char *value);
/* "" is null. */
void
sp_admin_build_text (JsonBuilder *builder, const char *name, const char *value);
/* ISO 8601; 0 is null. */
void
sp_admin_build_time (JsonBuilder *builder, const char *name, gint64 unix_us);
/* The same of the monotonic clock. */
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
