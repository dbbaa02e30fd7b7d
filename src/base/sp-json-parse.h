/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <json-glib/json-glib.h>

/** Where a text stops being JSON, and why. */
typedef struct
{
  guint line;      /* from 1 */
  guint column;    /* from 1, in characters */
  const char *why; /* translated, static */
} SpJsonFault;

/* (transfer full) (nullable): @text as RFC 8259 has it: no comments, no
 * trailing comma, no \u0000. Arrays and objects at most @max_depth deep. A byte
 * order mark in front is passed over. NULL: @fault says where and why. */
JsonNode *sp_json_parse (const char *text,
                         gsize len,
                         guint max_depth,
                         SpJsonFault *fault);
