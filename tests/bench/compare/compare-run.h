/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "compare-scenario.h"

#include <json-glib/json-glib.h>

/* Starts the server with its source, lets @viewers play, stops all of it.
 * (transfer full): a result, see compare-results.h; NULL and @error when
 * something did not start or the load client gave no figures. Blocks. */
JsonObject *compare_run (const CompareScenario *scenario,
                         CompareKind kind,
                         guint viewers,
                         GError **error);

/* About how long that takes. */
guint compare_run_seconds (const CompareScenario *scenario, guint viewers);
