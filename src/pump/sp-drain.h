/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-info.h"

/** Drain as a state: serving -> draining -> drained, and back. Pure. */
typedef struct
{
  SpDrainState state;
  gint64 since_us;
  gint64 deadline_us; /* 0: none */
  gboolean is_over;   /* the deadline has passed, and was told */
} SpDrain;

typedef enum
{
  SP_DRAIN_NOTHING, /* no change */
  SP_DRAIN_EMPTY,   /* the last client has gone */
  SP_DRAIN_LATE,    /* the deadline is over: end those present */
} SpDrainStep;

/* @deadline_s 0: none. */
void sp_drain_begin (SpDrain *drain, gint64 now_us, guint deadline_s);
void sp_drain_end (SpDrain *drain);
/* @clients: there now. Each step is given once. */
SpDrainStep sp_drain_look (SpDrain *drain, gint64 now_us, guint clients);
