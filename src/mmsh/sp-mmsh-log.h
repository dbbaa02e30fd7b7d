/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-player.h"

/* What a player posts about itself (MS-WMLOG): XML, or the line of a log-line
 * token. Pure. @report is overwritten, without its time; clear it afterwards.
 * FALSE: not one field is in it. */
gboolean
sp_mmsh_log_parse (SpPlayerReport *report, const char *text, gsize len);
