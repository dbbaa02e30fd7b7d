/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-health-meter.h"

/** Who is at the other end of a source; what is kept of it is a copy. */
typedef struct
{
  const char *address; /* NULL: no network, or not known */
  guint16 port;
  gboolean is_tls;
  const char *product; /* Server or User-Agent; NULL: it did not say */
} SpSourcePeer;

/** What a stream knows of one of its sources, whether it runs or not. Part of
 * the stream, guarded by its mutex; zeroed is new. */
typedef struct
{
  char *type; /* NULL: never described */
  char *url;
  gboolean is_disabled;
  gboolean is_running; /* somebody sees to it that it connects */
  SpSourceState state; /* as of the last look */
  gint64 changed_us;   /* state */
  gint64 connected_us; /* 0: it is not */
  char *address;       /* of the peer, while connected: */
  guint16 port;
  gboolean is_tls;
  char *product;
  guint64 connects;
  guint64 failures;
  guint64 bytes;
  guint64 packets;
  gint64 retry_us; /* 0: no attempt is planned */
  char *last_error;
  SpHealthMeter meter; /* runs while connected */
} SpSourceRecord;

void sp_source_record_clear (SpSourceRecord *record);
/* Another source than before begins anew. */
void sp_source_record_describe (SpSourceRecord *record,
                                const char *type,
                                const char *url);
/* @peer: (nullable). Connected already: only the peer is another. */
void sp_source_record_connect (SpSourceRecord *record,
                               const SpSourcePeer *peer,
                               gint64 now_us);
void sp_source_record_disconnect (SpSourceRecord *record);
/* Counts; @why: (nullable). */
void sp_source_record_fail (SpSourceRecord *record, const char *why);
/* (transfer full): all but index, state, and health of what is not there. */
SpSourceInfo *sp_source_record_info (SpSourceRecord *record, gint64 now_us);
