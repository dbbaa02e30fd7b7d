/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** The last packets of a source by hash: tells whether one was there before. A
 * loop of up to SP_REPEATS_KEPT packets is seen (at 1 Mbit/s in packets of 1400
 * bytes: 45 seconds). One thread at a time; 48 KiB. */
typedef struct _SpRepeats SpRepeats;

#define SP_REPEATS_KEPT 4096

SpRepeats *sp_repeats_new (void);
void sp_repeats_free (SpRepeats *repeats);
/* TRUE: among the last SP_REPEATS_KEPT was one with this hash. */
gboolean sp_repeats_add (SpRepeats *repeats, guint32 hash);
/* Pure: of the last 256 bytes and the length. */
guint32 sp_repeats_hash (const guint8 *data, gsize len);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpRepeats, sp_repeats_free)
