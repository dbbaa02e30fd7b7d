/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-stamp.h"

/** A packet of media that has come whole. */
typedef struct
{
  gboolean is_stamped;
  SpStamp stamp;  /* if it is */
  guint32 missed; /* packets between the one before and this one */
} SpLoadPacket;

typedef enum
{
  SP_LOAD_MORE,   /* all input is used */
  SP_LOAD_PACKET, /* call again */
  SP_LOAD_END,    /* the server says that the stream is over */
  SP_LOAD_BAD,    /* the server sent what it must not */
} SpLoadVerdict;

/* How many are missing between two stamps of a stream. A source that begins
 * anew has missed nothing. */
static inline guint32
sp_load_packet_gap (const SpStamp *before, const SpStamp *after)
{
  guint32 step = after->number - before->number;

  return step > 0 && step <= G_MAXINT32 ? step - 1 : 0;
}
