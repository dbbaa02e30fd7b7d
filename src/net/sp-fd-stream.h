/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

/** Both ways of a non-blocking socket, as TLS writes to it: a GSocketConnection
 * does the same through three objects more, which cost a viewer's write as much
 * as our own part of it. @fd is the stream's from here on: it is closed with
 * the last reference. */
GIOStream *sp_fd_stream_new (int fd);

/* Of its output: more is to follow what is written from here on, or no more.
 * The kernel need not send it yet. */
void sp_fd_stream_set_more (GOutputStream *output, gboolean has_more);
