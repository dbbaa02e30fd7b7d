/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-load-run.h"

/* What gnuplot is told to draw @file, an SVG picture of the lateness and of the
 * rate (transfer full). Pure. */
char *sp_load_plot_script (const SpLoadOptions *options,
                           const SpLoadResult *result,
                           const char *file);
/* Runs gnuplot; fails when there is none, or when it cannot draw. */
gboolean sp_load_plot_draw (const char *script, GError **error);
