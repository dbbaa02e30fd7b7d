/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-control.h"

/** A pump that is not there, for the subagent to show: streams 1, 3, 5, ...,
 * clients in turn among them. Obeys orders. Main thread. */
typedef struct
{
  SpControl control;
  SpEvents *events;
  guint n_streams;
  SpStreamState *states;  /* of each stream */
  gboolean *are_draining; /* of each stream */
  gboolean *are_off;      /* the first source of each stream */
  GArray *clients;        /* guint64: their numbers, rising */
  gint64 started_us;
  gboolean is_draining;
  gboolean is_notifying;
  gboolean is_silent; /* makes no pictures: who asks waits in @held */
  GPtrArray *held;    /* GTask */
  guint n_pictures;
  gint64 worst_picture_us; /* the time a whole one took */
} SpFakePump;

void sp_fake_pump_init (SpFakePump *pump, guint n_streams, guint n_clients);
void sp_fake_pump_clear (SpFakePump *pump);
