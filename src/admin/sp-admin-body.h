/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-control.h"

/** The bodies of requests, strictly: one JSON object with known members. What
 * is wrong is said in SP_ERROR_PROTOCOL. @text need not be terminated. */

/* (transfer full) (nullable): a node that holds an object. */
JsonNode *sp_admin_body_object (const char *text, gsize len, GError **error);
/* FALSE when @object has a member that is not in @names, which ends with
 * NULL. */
gboolean sp_admin_body_check_names (JsonObject *object,
                                    const char *const *names,
                                    GError **error);

/** What a drain order says, with its string. */
typedef struct
{
  SpDrainOrder order;
  char *redirect;
} SpAdminDrain;

/* @drain: zeroed; cleared by the caller either way. */
gboolean sp_admin_body_parse_drain (SpAdminDrain *drain,
                                    const char *text,
                                    gsize len,
                                    GError **error);
void sp_admin_drain_clear (SpAdminDrain *drain);
/* {"state": "up"} */
gboolean sp_admin_body_parse_state (SpStreamOrder *order,
                                    const char *text,
                                    gsize len,
                                    GError **error);
/* {"enabled": true} */
gboolean sp_admin_body_parse_enabled (gboolean *is_enabled,
                                      const char *text,
                                      gsize len,
                                      GError **error);
/* Nothing, or {}. */
gboolean
sp_admin_body_check_empty (const char *text, gsize len, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SpAdminDrain, sp_admin_drain_clear)
