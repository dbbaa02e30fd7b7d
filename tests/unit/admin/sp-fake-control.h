/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-control.h"

/** A pump of three streams and seven clients that exist only here. */
typedef struct
{
  SpControl control;
  GPtrArray *clients;  /* SpClientInfo, by id */
  gboolean is_holding; /* answers wait in @held */
  gboolean is_failing;
  GPtrArray *held; /* GTask */
  guint n_kicks;   /* calls */
} SpFakeControl;

void sp_fake_control_init (SpFakeControl *fake);
/* Answers what waits, the newest first. */
void sp_fake_control_release (SpFakeControl *fake);
void sp_fake_control_clear (SpFakeControl *fake);
