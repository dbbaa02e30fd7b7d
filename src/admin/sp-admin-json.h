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
JsonNode *sp_admin_json_status (const SpPumpInfo *info,
                                const guint64 *counters,
                                const SpAdminNow *now);
JsonNode *sp_admin_json_stream (const SpStreamInfo *info,
                                const SpAdminNow *now);
JsonNode *sp_admin_json_streams (GPtrArray *infos, const SpAdminNow *now);
JsonNode *sp_admin_json_client (const SpClientInfo *info,
                                const SpAdminNow *now);
JsonNode *sp_admin_json_clients (GPtrArray *infos,
                                 guint64 after,
                                 guint limit,
                                 const SpAdminNow *now);
JsonNode *sp_admin_json_kicked (gint64 kicked);
JsonNode *
sp_admin_json_problem (guint status, const char *title, const char *detail);
char *sp_admin_json_text (JsonNode *node, gboolean is_pretty, gsize *len);
