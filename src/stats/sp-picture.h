/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-events.h"
#include "sp-info.h"

/** All that is seen of the pump at one moment: what SNMP, REST, metrics, status
 * page and telemetry are made from. Immutable once handed out, atomically
 * counted, any thread. */
typedef struct
{
  gatomicrefcount ref_count;
  gint64 at_us;
  gint64 at_unix_us;
  SpPumpInfo pump;
  guint64 counters[SP_N_PUMP_COUNTERS];
  GPtrArray *streams;   /* SpStreamInfo with sources, by index */
  GPtrArray *clients;   /* SpClientInfo, by stream index, then id; NULL: not
                           asked for */
  GPtrArray *listeners; /* SpListenerInfo, by index */
  GPtrArray *certs;     /* SpCertInfo, by index */
  GPtrArray *events;    /* SpEvent, the notable ones, by number */
} SpPicture;

/* Empty arrays, but no clients. */
SpPicture *sp_picture_new (void);
SpPicture *sp_picture_ref (SpPicture *picture);
void sp_picture_unref (SpPicture *picture);
/* Into the order of the members above; before it is handed out. */
void sp_picture_sort (SpPicture *picture);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpPicture, sp_picture_unref)
