/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "compare-scenario.h"

#include <json-glib/json-glib.h>

/** Looks at a server from outside while the load client is at work. */
typedef struct _CompareWatch CompareWatch;

/* @server and @scenario are kept. */
CompareWatch *compare_watch_new (const CompareServer *server,
                                 const CompareScenario *scenario);
void compare_watch_free (CompareWatch *watch);
/* Often; takes a sample when one is due. */
void compare_watch_tick (CompareWatch *watch);
/* After the load client has gone: adds to @result what was seen. */
void compare_watch_report (CompareWatch *watch, JsonObject *result);

/* (pure): bytes of kernel memory in one line of `ss -tm`; 0: none there. */
gsize compare_skmem_bytes (const char *line);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CompareWatch, compare_watch_free)
