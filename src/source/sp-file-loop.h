/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-asf-header.h"

/** The time line of a file that is played over and over: send times and
 * presentation times go on growing from turn to turn, and every packet is due
 * at a moment that never lies before the last one's. Pure; zeroed is new. */
typedef struct
{
  SpAsfHeader header;
  gboolean has_next;    /* a turn is over: */
  guint32 next_send_ms; /* of the first packet of the turn to come */
  guint32 delta_ms;     /* added in this turn */

  /* Of this turn, as the file has them. */
  guint64 n_packets;
  guint32 first_send_ms;
  guint32 last_send_ms;
  gboolean has_presentation;
  guint32 first_presentation_ms;
  guint32 last_presentation_ms;

  /* Over all turns. */
  gboolean has_due;
  gint64 due_us;
  guint32 newest_send_ms; /* what @due_us stands for */
  guint n_same;           /* packets since it last grew */
} SpFileLoop;

/* At the first packet of the file; @header may differ from the last turn's. */
void sp_file_loop_begin (SpFileLoop *loop, const SpAsfHeader *header);
/* Moves the times of a packet in place and says when it is due, in microseconds
 * from the first one of all. FALSE for a packet that cannot be understood: it
 * is as it was and may be left out. */
gboolean sp_file_loop_packet (
    SpFileLoop *loop, guint8 *data, gsize len, gint64 *due_us, GError **error);
/* The file is over. FALSE when it had no packet at all. */
gboolean sp_file_loop_end (SpFileLoop *loop);
