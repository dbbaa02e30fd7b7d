/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "compare-results.h"

/* Writes @file, whole and anew, and the pictures beside it. */
gboolean compare_report_write (const CompareResults *results,
                               const char *file,
                               GError **error);
