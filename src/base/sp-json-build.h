/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <json-glib/json-glib.h>

/** Members of JSON objects. What is not known is null: a NULL string, and where
 * the name says so a 0. */

/* Begins an object. */
JsonBuilder *sp_json_build_new (void);
/* (transfer full): ends it. */
JsonNode *sp_json_build_end (JsonBuilder *builder);
void sp_json_build_object (JsonBuilder *builder, const char *name);
void
sp_json_build_integer (JsonBuilder *builder, const char *name, guint64 value);
/* 0 is null. */
void
sp_json_build_positive (JsonBuilder *builder, const char *name, guint64 value);
/* What is below 0 is null. */
void
sp_json_build_natural (JsonBuilder *builder, const char *name, gint64 value);
void
sp_json_build_boolean (JsonBuilder *builder, const char *name, gboolean value);
void sp_json_build_null (JsonBuilder *builder, const char *name);
/* Any bytes at all; they become valid UTF-8. */
void sp_json_build_string (JsonBuilder *builder,
                           const char *name,
                           const char *value);
/* "" is null. */
void
sp_json_build_text (JsonBuilder *builder, const char *name, const char *value);
/* ISO 8601; 0 is null. */
void
sp_json_build_time (JsonBuilder *builder, const char *name, gint64 unix_us);
