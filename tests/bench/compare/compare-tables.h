/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "compare-results.h"

/* Markdown tables of all that was run. */
void compare_tables_append (GString *text, const CompareResults *results);
void compare_tables_append_searches (GString *text,
                                     const CompareResults *results);
