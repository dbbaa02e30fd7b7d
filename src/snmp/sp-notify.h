/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-events.h"

/** Events on their way to becoming notifications: at most so many a second, so
 * that a burst neither floods the manager nor fills both ends of the connection
 * to the master agent, which then wait for each other for ever. Events about
 * the same thing become one while they wait. Pure; one thread. */
typedef struct _SpNotify SpNotify;

/* Sent in one turn, at most. */
#define SP_NOTIFY_TURN 32
/* What waits longer than this is left out. */
#define SP_NOTIFY_KEPT_US (60 * G_USEC_PER_SEC)
/* Between two notifications about the dropped clients of one stream. */
#define SP_NOTIFY_DROPPED_US (60 * G_USEC_PER_SEC)

typedef struct
{
  SpEvent *event; /* owned: the newest of those it stands for */
  guint repeats;  /* happenings: see spNotifyRepeats */
} SpNotice;

/* @rate_per_s: at least 1; three times as many at once. */
SpNotify *sp_notify_new (guint rate_per_s, gint64 now_us);
void sp_notify_free (SpNotify *notify);
/* Events without a notification are not counted either. */
void sp_notify_put (SpNotify *notify, SpEvent *event, gint64 now_us);
/* (transfer none) (nullable): what may be sent now. */
const SpEvent *sp_notify_peek (SpNotify *notify, gint64 now_us);
/* The same, taken out and counted as sent. @is_last: whatever the rate, since
 * there will be no later. */
gboolean sp_notify_take (SpNotify *notify,
                         gint64 now_us,
                         gboolean is_last,
                         SpNotice *notice);
/* Leaves out what has waited for too long; "started" may wait for ever. */
void sp_notify_expire (SpNotify *notify, gint64 now_us);

/* Each event put in is waiting, sent, or left out. */
guint sp_notify_n_waiting (SpNotify *notify);
guint64 sp_notify_n_sent (SpNotify *notify);
guint64 sp_notify_n_suppressed (SpNotify *notify);

void sp_notice_clear (SpNotice *notice);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpNotify, sp_notify_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SpNotice, sp_notice_clear)
