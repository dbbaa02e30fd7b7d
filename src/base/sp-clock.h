/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/* Monotonic microseconds; the one place where this program asks for them. */
gint64 sp_clock_now_us (void);
/* Tests: from now on the clock shows @now_us; -1 gives the real one back. */
void sp_clock_set_fake (gint64 now_us);
