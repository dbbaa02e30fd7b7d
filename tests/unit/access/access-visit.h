/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-access-log.h"
#include "sp-access-writer.h"

#define VISIT_LEFT_US (5000 * (gint64)G_USEC_PER_SEC)

/* (transfer full): client @id was connected for 61.5 s and then closed. */
SpVisit *access_visit (guint64 id);
/* Its player says so at @at_us; @played_s NULL: only who it is. */
void access_tell (SpVisit *visit, gint64 at_us, const char *played_s);
/* (transfer full): of a file in the private folder of the test. */
char *access_path (const char *name);
char *access_read (const char *path);

/* From now on entries of the log are kept, and no warning is fatal. */
void access_hear (void);
/* TRUE when exactly @n of them had @text. */
gboolean access_heard (const char *text, guint n);
