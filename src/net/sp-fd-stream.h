/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

/** Both ways of a non-blocking socket, as TLS writes to it: a GSocketConnection
 * does the same through three objects more, which cost a viewer's write as much
 * as our own part of it; and this one can send several records at once. */

#define SP_FD_STREAM_GATHER (4 * (16384 + 256)) /* so many records, with room  \
                                                 */

/* @fd is the stream's from here on: it is closed with the last reference. */
GIOStream *sp_fd_stream_new (int fd);

/* Of the stream's output, as all below. What is written from here on waits in
 * @buffer, of SP_FD_STREAM_GATHER bytes, for the write after
 * sp_fd_stream_gather_last() or for sp_fd_stream_release(), at the latest. */
void sp_fd_stream_gather (GOutputStream *output, guint8 *buffer);
void sp_fd_stream_gather_last (GOutputStream *output);
void sp_fd_stream_release (GOutputStream *output);
/* TRUE: nothing of what was gathered is left here. */
gboolean sp_fd_stream_flush (GOutputStream *output);
gsize sp_fd_stream_rest_bytes (GOutputStream *output);
