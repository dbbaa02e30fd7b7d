/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>

#define SP_BANS_MAX 10000 /* then the oldest goes */

/** Who is refused, until when. Pure; whoever has it guards it. */
typedef struct _SpBans SpBans;

/** All members that are set must match; @mask or @external_id is. */
typedef struct
{
  GInetAddressMask *mask;  /* NULL: any */
  const char *external_id; /* NULL: any */
  const char *stream;      /* NULL: any */
} SpBan;

SpBans *sp_bans_new (void);
void sp_bans_free (SpBans *bans);
/* @ban is copied; one that says the same gets the new end. */
void
sp_bans_add (SpBans *bans, const SpBan *ban, gint64 until_us, gint64 now_us);
/* @external_id: (nullable). */
gboolean sp_bans_has (SpBans *bans,
                      const char *stream,
                      GInetAddress *address,
                      const char *external_id,
                      gint64 now_us);
guint sp_bans_count (SpBans *bans);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpBans, sp_bans_free)
