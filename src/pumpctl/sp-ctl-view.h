/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <json-glib/json-glib.h>

#include "sp-ctl-table.h"

/* JSON of a server as text for people. Whatever is absent, null or of another
 * kind than expected is "-". Members may be paths: "quality.behind". Pure. */

typedef enum
{
  SP_CTL_TEXT,
  SP_CTL_STATE, /* a word, coloured */
  SP_CTL_TIME,
  SP_CTL_YES_NO,
  SP_CTL_COUNT,
  SP_CTL_RATE, /* bit/s */
  SP_CTL_BYTES,
  SP_CTL_KIBIBYTES,
  SP_CTL_SECONDS,
  SP_CTL_MILLISECONDS,
  SP_CTL_MICROSECONDS,
} SpCtlUnit;

/** A column of a table or a line of a list. */
typedef struct
{
  const char *title; /* N_() */
  const char *member;
  SpCtlUnit unit;
  gboolean is_flexible;
} SpCtlField;

/* (nullable) (transfer none): each takes a NULL @object as an empty one */
JsonObject *sp_ctl_view_object (JsonObject *object, const char *member);
JsonArray *sp_ctl_view_array (JsonObject *object, const char *member);
const char *sp_ctl_view_word (JsonObject *object, const char *member);
/* 0: there is none */
guint64 sp_ctl_view_number (JsonObject *object, const char *member);
gboolean sp_ctl_view_is_true (JsonObject *object, const char *member);
/* (transfer full): escaped */
char *sp_ctl_view_show (JsonObject *object, const char *member, SpCtlUnit unit);
/* A table of the objects in @rows (nullable). @fields ends with NULL. */
SpCtlTable *sp_ctl_view_rows (const SpCtlField *fields, JsonArray *rows);
void sp_ctl_view_add_row (SpCtlTable *table,
                          const SpCtlField *fields,
                          JsonObject *object);
/* "Title  value" lines; those without a value are left out. */
SpCtlTable *sp_ctl_view_pairs (const SpCtlField *fields, JsonObject *object);
