/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "compare-results.h"

/** A picture of how cost grows: the CPU per GB and p99 lateness of pump and
 * bare loop against one property of the scenarios. */
typedef struct
{
  const char *name;  /* of the file, without .svg */
  const char *title; /* of the axis */
  guint (*x_of) (const CompareScenario *scenario);
  gboolean (*has) (const CompareScenario *scenario);
} ComparePlot;

extern const ComparePlot compare_plots[];
extern const guint compare_n_plots;

/* FALSE: there is nothing to draw, or no gnuplot. */
gboolean compare_plot_draw (const ComparePlot *plot,
                            const CompareResults *results,
                            const char *folder);
