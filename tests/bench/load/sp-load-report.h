/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-load-run.h"

/* As JSON text (transfer full). */
char *sp_load_report_json (const SpLoadOptions *options,
                           const SpLoadResult *result);
/* As a table for people (transfer full). */
char *sp_load_report_table (const SpLoadOptions *options,
                            const SpLoadResult *result);
