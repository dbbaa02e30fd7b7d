/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-source.h"

/* Tells @stream of which type its sources are and where each is found, whether
 * they run or not. @sources: SpSourceConfig, by rank. */
void sp_source_describe (SpStream *stream, GPtrArray *sources);
/* For a file that is no configured one. */
void sp_source_describe_file (SpStream *stream, guint rank, const char *name);
