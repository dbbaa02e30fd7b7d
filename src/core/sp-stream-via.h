/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-stream.h"

/** Through which pumps a stream has come: the loop guard of a daisy chain. Any
 * thread. */

/* Of the source at @rank, as a Via header says it; NULL: through none. Who has
 * said something unsays it before the stream goes. */
void sp_stream_set_via (SpStream *stream, guint rank, const char *via);
/* (transfer full) (nullable): of the source that feeds the stream. */
char *sp_stream_via (SpStream *stream);
