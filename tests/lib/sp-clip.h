/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

/** An .asf file cut into what a live source sends: the header (as for a
 * broadcast, with a Data Object of 50 bytes) and its packets. */
typedef struct
{
  GBytes *header;
  GPtrArray *packets; /* GBytes */
  GArray *send_ms;    /* guint32, of each */
  guint32 packet_size;
} SpClip;

/* Fails the test when @path is no such file. */
SpClip *sp_clip_load (const char *path);
/* A picture and a tone for @seconds, coded by ffmpeg in WMV2 and WMA2; NULL
 * when there is no ffmpeg. */
SpClip *sp_clip_make (guint seconds);
/* The same as a file; (transfer full) (nullable). */
char *sp_clip_make_file (const char *folder, guint seconds);
/* (transfer full): path of the demo clip that the program carries. */
char *sp_clip_demo_file (void);
void sp_clip_free (SpClip *clip);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpClip, sp_clip_free)
