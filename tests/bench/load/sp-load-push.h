/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-load-options.h"

/** What a source that is over has sent. */
typedef struct
{
  guint64 packets;
  guint64 bytes;
  double seconds;
  double late_max_ms; /* behind its schedule */
} SpLoadPushed;

/* Pushes to the URLs until the time is over or SIGTERM or SIGINT comes. FALSE:
 * a server refused, or went away. */
gboolean sp_load_push (const SpLoadOptions *options,
                       SpLoadPushed *pushed,
                       GError **error);
