/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-load-packet.h"

/** Any body that has stamped packets in it: finds the stamps by their magic,
 * resumable at every byte. A stamp is told when it has come, not when its
 * packet is over, whose end nothing shows. Pure; allocates nothing. */
typedef struct
{
  guint8 n_held;
  guint8 held[SP_STAMP_LEN]; /* the beginning of a stamp */
  guint32 skip_bytes;        /* in which the next stamp cannot begin */
  SpLoadPacket packet;       /* the newest */
} SpLoadSeeker;

/* @seeker: zeroed. MORE or PACKET. */
SpLoadVerdict sp_load_seeker_next (SpLoadSeeker *seeker,
                                   const guint8 *data,
                                   gsize len,
                                   gsize *used,
                                   SpLoadPacket *packet);
