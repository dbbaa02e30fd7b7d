/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-picture.h"

/** Makes events of what is seen, once for each change: it remembers what was
 * told, and waits a little before it takes an alarm back. Main thread. */
typedef struct _SpAlarms SpAlarms;

/* @events: (transfer none), outlives it. */
SpAlarms *sp_alarms_new (SpEvents *events);
void sp_alarms_free (SpAlarms *alarms);
/* A stream as it is now: on each change, and once a second. */
void
sp_alarms_stream (SpAlarms *alarms, const SpStreamInfo *info, gint64 now_us);
/* The stream is gone; nothing is told of it any more. */
void sp_alarms_forget (SpAlarms *alarms, const char *path);
/* The whole pump, once a second. */
void sp_alarms_pump (SpAlarms *alarms, const SpPumpInfo *info, gint64 now_us);
/* (element-type SpCertInfo), once in a while. */
void sp_alarms_certs (SpAlarms *alarms, GPtrArray *certs, gint64 now_us);
/* A client has ended. */
void sp_alarms_visit (SpAlarms *alarms, const SpVisit *visit, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpAlarms, sp_alarms_free)
