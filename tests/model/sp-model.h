/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-ring.h"
#include "sp-viewer.h"

#define SP_MODEL_CLIENTS 3

/** A client with a socket that takes what it likes. */
typedef struct
{
  SpViewer viewer;
  GByteArray *socket;      /* all that it ever took */
  SpViewerVerdict verdict; /* the last; ENDED and CUT are for good */
  gboolean has_joined;
  gboolean is_kicked;
} SpModelClient;

/** A ring, what was put into it, and clients that read it: everything happens
 * in an order that a seed decides. */
typedef struct
{
  GRand *rand;
  SpRing *ring;
  SpRuns *runs; /* (nullable) */
  SpViewerRules rules;
  gint64 now_us;
  GPtrArray *headers; /* SpPacket, by epoch - 1 */
  GPtrArray *data;    /* SpPacket, by number - first_number */
  guint32 first_number;
  gboolean is_quick; /* all over before anybody tires of waiting */
  gboolean has_ended;
  SpModelClient clients[SP_MODEL_CLIENTS];
} SpModel;

/** What happened, over all seeds: a test in which it does not shows nothing. */
typedef struct
{
  guint header_changes; /* seen by a client */
  guint split_headers;
  guint gaps;
  guint skips;
  guint lost;    /* the ring dropped what a client had not got */
  guint held;    /* or a packet that it had begun */
  guint partial; /* writes */
  guint runs;    /* writes of one */
  guint ends;
  guint kicks;
  guint cuts;
  guint mended; /* padding lengths */
  guint data;
} SpModelTotals;

/* Everything @client took must be whole frames, in order, of what was
 * published. */
void sp_model_check_mmsh (SpModel *model,
                          SpModelClient *client,
                          SpModelTotals *totals);
void sp_model_check_bare (SpModel *model,
                          SpModelClient *client,
                          SpModelTotals *totals);
