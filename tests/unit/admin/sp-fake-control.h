/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-control.h"

/** A pump of three streams and seven clients that exist only here. "council" is
 * live with two sources, "field" is on its fallback, "a/b" waits. */
typedef struct
{
  SpControl control;
  GPtrArray *streams;  /* SpStreamInfo, by path */
  GPtrArray *clients;  /* SpClientInfo, by id */
  SpEvents *events;    /* three have happened */
  gboolean is_holding; /* answers wait in @held */
  gboolean is_failing;
  gboolean is_stopping;
  GPtrArray *held;    /* GTask */
  guint n_kicks;      /* calls */
  guint n_pictures;   /* calls */
  guint ban_s;        /* of the last kick */
  SpDrainOrder drain; /* the last one */
  char *redirect;     /* of it */
  const char *by;     /* of the last order; static */
  guint64 generation;
  gboolean is_refusing; /* a reload is refused for two reasons */
} SpFakeControl;

void sp_fake_control_init (SpFakeControl *fake);
/* Answers what waits, the newest first. */
void sp_fake_control_release (SpFakeControl *fake);
void sp_fake_control_clear (SpFakeControl *fake);
/* An event of each kind happens. */
void sp_fake_control_happen (SpFakeControl *fake);
