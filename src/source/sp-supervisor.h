/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-source.h"

/** Decides which sources of a stream run: the main one at once (on demand:
 * while somebody wants it), each fallback while no better one is live. Main
 * thread. */
typedef struct _SpSupervisor SpSupervisor;

/* Makes a source; NULL for a type that comes by itself (mmsh_push). */
typedef SpSource *(*SpSourceMaker) (const SpSourceConfig *config,
                                    SpStream *stream,
                                    guint rank,
                                    const SpSourceContext *context);

/* @context: (transfer none), outlives it. */
SpSupervisor *sp_supervisor_new (const SpSourceContext *context);
void sp_supervisor_free (SpSupervisor *supervisor);
/* Tests: sources of another make. */
void sp_supervisor_set_maker (SpSupervisor *supervisor, SpSourceMaker maker);
/* Of @config the sources (a ref on the array) and on_demand are kept; @stream
 * is told of them. */
void sp_supervisor_add (SpSupervisor *supervisor,
                        SpStream *stream,
                        const SpStreamConfig *config);
void sp_supervisor_remove (SpSupervisor *supervisor, SpStream *stream);
/* @stream has said that something changed. */
void sp_supervisor_update (SpSupervisor *supervisor, SpStream *stream);
/* @source_index: rank + 1. One that is switched off does not run, nor is it
 * taken in when it comes by itself; the next takes over. Holds until it is
 * switched on, or the configuration has another source in its place. FALSE: the
 * stream has no such source. */
gboolean sp_supervisor_set_enabled (SpSupervisor *supervisor,
                                    SpStream *stream,
                                    guint source_index,
                                    gboolean is_enabled);
/* Looks at every stream; by itself it does so each second. */
void sp_supervisor_tick (SpSupervisor *supervisor, gint64 now_us);
