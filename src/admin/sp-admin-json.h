/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <json-glib/json-glib.h>

#include "sp-control.h"

/** One moment on both clocks. */
typedef struct
{
  gint64 us;      /* monotonic, as in the infos */
  gint64 unix_us; /* since 1970 */
} SpAdminNow;

/** What is seen of the pump, as the admin REST shows it. All (transfer full);
 * text from outside comes out as valid UTF-8. */

/* sp-admin-json-pump.c: @last_event: number of the newest event. */
JsonNode *sp_admin_json_status (const SpPicture *picture,
                                guint64 last_event,
                                const SpAdminNow *now);
JsonNode *sp_admin_json_drain (const SpPumpInfo *info, const SpAdminNow *now);

/* sp-admin-json-stream.c */
JsonNode *sp_admin_json_stream (const SpStreamInfo *info,
                                const SpAdminNow *now);
JsonNode *sp_admin_json_streams (GPtrArray *infos, const SpAdminNow *now);

/* sp-admin-json-client.c */
JsonNode *sp_admin_json_client (const SpClientInfo *info,
                                const SpAdminNow *now);
JsonNode *sp_admin_json_clients (GPtrArray *infos,
                                 guint64 after,
                                 guint limit,
                                 const SpAdminNow *now);

/* sp-admin-json.c */
JsonNode *sp_admin_json_kicked (gint64 kicked);
JsonNode *sp_admin_json_reloaded (const SpReloadReport *report);
/* @now: not used. */
JsonNode *sp_admin_json_event (const SpEvent *event, const SpAdminNow *now);
JsonNode *sp_admin_json_events (
    GPtrArray *events, guint first, guint n_events, guint64 last, guint64 lost);
/* @problems: (nullable) (element-type utf8): then there is such a member. */
JsonNode *sp_admin_json_problem (guint status,
                                 const char *title,
                                 const char *detail,
                                 GPtrArray *problems);
char *sp_admin_json_text (JsonNode *node, gboolean is_pretty, gsize *len);
