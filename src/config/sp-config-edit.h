/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <json-glib/json-glib.h>

#include "sp-config.h"

/** A configuration with one stream more, changed or less: the text is edited
 * and read anew, so that all the rules of a file hold. NULL with @problems
 * where they do not. @running: (transfer none). */

/* @body: as an element of "streams". */
SpConfig *
sp_config_add_stream (SpConfig *running, JsonObject *body, GPtrArray *problems);
/* @body: keys that take the place of those there; null takes one away. The
 * stream must be there. */
SpConfig *sp_config_change_stream (SpConfig *running,
                                   const char *path,
                                   JsonObject *body,
                                   GPtrArray *problems);
/* The stream must be there. */
SpConfig *sp_config_remove_stream (SpConfig *running,
                                   const char *path,
                                   GPtrArray *problems);
