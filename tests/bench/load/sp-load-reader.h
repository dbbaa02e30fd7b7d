/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-load-answer.h"
#include "sp-load-frames.h"
#include "sp-load-seeker.h"

/** All that a viewer gets, from the first byte of the answer on: says which
 * packets came and whether the server keeps its protocol. Resumable at every
 * byte. Pure; allocates nothing. */
typedef struct
{
  gboolean is_raw;
  gboolean has_body; /* a byte of it has come */
  SpLoadAnswer answer;
  union
  {
    SpLoadFrames frames;
    SpLoadSeeker seeker; /* if it is raw */
  };
} SpLoadReader;

typedef void (*SpLoadPacketFunc) (const SpLoadPacket *packet, gpointer data);

/* @is_raw: any body at all with stamps in it, else MMSH. */
void sp_load_reader_init (SpLoadReader *reader, gboolean is_raw);
/* Right after that: AFFlags, LocationId and headers in between are not judged;
 * VLC has one number for all its packets, and AFFlags that are always 0. */
void sp_load_reader_set_loose (SpLoadReader *reader);
/* Calls @on_packet for each packet that is whole now. END: the status is not
 * 200, or the stream is over. END and BAD are final. */
SpLoadVerdict sp_load_reader_take (SpLoadReader *reader,
                                   const guint8 *data,
                                   gsize len,
                                   SpLoadPacketFunc on_packet,
                                   gpointer user_data);
/* 0: not known yet. */
guint sp_load_reader_status (const SpLoadReader *reader);
/* Media have begun to come. */
gboolean sp_load_reader_has_media (const SpLoadReader *reader);
/* Static words after END or BAD. */
const char *sp_load_reader_why (const SpLoadReader *reader);
