/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** A number for each stream path, for ever: kept in a file, never given to
 * another path (spStreamIndex of the MIB). Main thread. */
typedef struct _SpStreamNumbers SpStreamNumbers;

/* @folder: (nullable): where the file is kept; NULL: for this run only. A file
 * that cannot be understood is set aside, not written over. */
SpStreamNumbers *sp_stream_numbers_new (const char *folder);
/* Waits for what is being written. */
void sp_stream_numbers_free (SpStreamNumbers *numbers);
/* From 1; a path is the same in upper and lower case. 0: none is left. */
guint sp_stream_numbers_get (SpStreamNumbers *numbers, const char *path);
/* Writes the file, in its own time, where numbers were given since the last
 * time. */
void sp_stream_numbers_save (SpStreamNumbers *numbers);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpStreamNumbers, sp_stream_numbers_free)
