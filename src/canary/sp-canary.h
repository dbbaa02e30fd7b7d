/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-control.h"

/** The pump as its own client: plays each live stream now and then over its own
 * media port, as a player would, and tells how that went. What is on demand and
 * has no client is left alone. Main thread. */
typedef struct _SpCanary SpCanary;

/* @info: (transfer none) */
typedef void (*SpCanaryFunc) (const char *path,
                              const SpCanaryInfo *info,
                              gpointer user_data);

/* Off until it is set. Of @control (transfer none) list_streams is used. */
SpCanary *
sp_canary_new (const SpControl *control, SpCanaryFunc func, gpointer user_data);
/* @address, @port: a plain media listener; "::" and "0.0.0.0" stand for this
 * host. @secret: of the media port's service (nullable). Each stream is played
 * every @every_ms, or as often as four at a time allow; 0: off. */
void sp_canary_set (SpCanary *canary,
                    const char *address,
                    guint16 port,
                    const char *secret,
                    guint every_ms);
/* What is under way is broken off. */
void sp_canary_free (SpCanary *canary);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpCanary, sp_canary_free)
