/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-histogram.h"

typedef enum
{
  SP_LOAD_GOOD,    /* reads what comes */
  SP_LOAD_SLOW,    /* reads slowly */
  SP_LOAD_STALLED, /* reads nothing after the first byte of media */
  SP_LOAD_N_KINDS,
} SpLoadKind;

/** What the viewers of one kind saw. Made and filled by one thread, then summed
 * up by another. */
typedef struct
{
  guint64 joined;  /* media have come */
  guint64 left;    /* of their own will */
  guint64 refused; /* no connection, no 200, or no media */
  guint64 lost;    /* the server ended it after media had come */
  guint64 bad_framing;
  guint64 skips;  /* these and what follows, in the window: packets missed */
  guint64 stalls; /* more than a second without a packet */
  guint64 behind; /* viewers whose newest packet was old at the end */
  guint64 bytes;
  guint64 packets;
  SpHistogram *late;              /* each packet's way */
  SpHistogram *first_byte;        /* from Play to media, of all that joined */
  SpHistogram *first_byte_window; /* the same of Plays in the window */
} SpLoadTally;

SpLoadTally *sp_load_tally_new (void);
void sp_load_tally_free (SpLoadTally *tally);
void sp_load_tally_merge (SpLoadTally *tally, const SpLoadTally *other);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpLoadTally, sp_load_tally_free)
