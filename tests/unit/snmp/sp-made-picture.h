/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-picture.h"

/** A picture of a pump that is not there: every member has a value of its own,
 * told from its neighbours. */
#define SP_MADE_AT_US (G_GINT64_CONSTANT (5000) * G_USEC_PER_SEC)
#define SP_MADE_AT_UNIX_US (G_GINT64_CONSTANT (1767225600) * G_USEC_PER_SEC)

/* Streams 1, 3, 5, ... named "s/1", ...; clients in turn among them, numbered
 * from 1; @n_clients < 0: without clients. */
SpPicture *sp_made_picture (guint n_streams, gint n_clients);
SpStreamInfo *sp_made_stream (guint index, gint64 now_us);
SpClientInfo *sp_made_client (guint64 id, guint stream_index, gint64 now_us);
