/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <json-glib/json-glib.h>

/** Collects every problem of a document, each as "path: message". */
typedef struct _SpJsonProblems SpJsonProblems;

SpJsonProblems *sp_json_problems_new (void);
void sp_json_problems_free (SpJsonProblems *problems);
guint sp_json_problems_count (SpJsonProblems *problems);
/* (transfer none): "streams[1].type: ...", in order of discovery */
const char *sp_json_problems_get (SpJsonProblems *problems, guint index);

/** An object with the path that leads to it. Each getter marks its key as
 * known, adds a problem for a wrong type or value and then gives the default.
 * @path is "" for the root. */
typedef struct _SpJsonObject SpJsonObject;

SpJsonObject *sp_json_object_new (JsonObject *object,
                                  const char *path,
                                  SpJsonProblems *problems);
/* Adds a problem for each key no getter asked for, naming the nearest known. */
void sp_json_object_end (SpJsonObject *object);
void sp_json_object_free (SpJsonObject *object);
gboolean sp_json_object_has (SpJsonObject *object, const char *key);
/* TRUE when the value is "", which in old files stands for "not set". */
gboolean sp_json_object_is_blank (SpJsonObject *object, const char *key);
/* Adds a problem about the value of @key. */
void sp_json_object_problem (SpJsonObject *object,
                             const char *key,
                             const char *format,
                             ...) G_GNUC_PRINTF (3, 4);
/* (transfer full) (nullable) */
char *sp_json_object_string (SpJsonObject *object,
                             const char *key,
                             const char *fallback);
gboolean sp_json_object_boolean (SpJsonObject *object,
                                 const char *key,
                                 gboolean fallback);
/* A whole number, or a string holding one. */
gint64 sp_json_object_integer (SpJsonObject *object,
                               const char *key,
                               gint64 minimum,
                               gint64 maximum,
                               gint64 fallback);
/* Index in @words (NULL-terminated). */
guint sp_json_object_word (SpJsonObject *object,
                           const char *key,
                           const char *const *words,
                           guint fallback);
/* (nullable): a child object; free it after sp_json_object_end() on it. */
SpJsonObject *sp_json_object_child (SpJsonObject *object, const char *key);
/* Strings of an array (or one string alone); NULL when absent. */
GStrv sp_json_object_strings (SpJsonObject *object, const char *key);
/* Number of elements of an array of objects; 0 when absent. */
guint sp_json_object_array_length (SpJsonObject *object, const char *key);
/* (nullable): element @index, which must be an object. */
SpJsonObject *
sp_json_object_element (SpJsonObject *object, const char *key, guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpJsonProblems, sp_json_problems_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpJsonObject, sp_json_object_free)
