/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-player.h"

struct _SpPlayer
{
  gatomicrefcount ref_count;
  GMutex mutex; /* of report */
  SpPlayerReport report;
};

void
sp_player_report_init (SpPlayerReport *report)
{
  *report = (SpPlayerReport){ .buffering_count = SP_PLAYER_UNKNOWN,
                              .buffering_ms = SP_PLAYER_UNKNOWN,
                              .packets_received = SP_PLAYER_UNKNOWN,
                              .packets_lost = SP_PLAYER_UNKNOWN,
                              .packets_lost_net = SP_PLAYER_UNKNOWN,
                              .packets_recovered = SP_PLAYER_UNKNOWN,
                              .quality_percent = SP_PLAYER_UNKNOWN,
                              .played_s = SP_PLAYER_UNKNOWN,
                              .bandwidth_bps = SP_PLAYER_UNKNOWN,
                              .status = SP_PLAYER_UNKNOWN };
}

void
sp_player_report_clear (SpPlayerReport *report)
{
  g_clear_pointer (&report->player_version, g_free);
  g_clear_pointer (&report->os, g_free);
  g_clear_pointer (&report->player_id, g_free);
}

/** sp_player_report_copy: @to is initialised, and not cleared. */
void
sp_player_report_copy (SpPlayerReport *to, const SpPlayerReport *from)
{
  *to = *from;
  to->player_version = g_strdup (from->player_version);
  to->os = g_strdup (from->os);
  to->player_id = g_strdup (from->player_id);
}

SpPlayer *
sp_player_new (void)
{
  SpPlayer *player = g_new0 (SpPlayer, 1);

  g_atomic_ref_count_init (&player->ref_count);
  g_mutex_init (&player->mutex);
  sp_player_report_init (&player->report);
  return player;
}

SpPlayer *
sp_player_ref (SpPlayer *player)
{
  g_atomic_ref_count_inc (&player->ref_count);
  return player;
}

void
sp_player_unref (SpPlayer *player)
{
  if (!g_atomic_ref_count_dec (&player->ref_count))
    return;
  sp_player_report_clear (&player->report);
  g_mutex_clear (&player->mutex);
  g_free (player);
}

static guint64
growth (gint64 before, gint64 after)
{
  if (after <= 0)
    return 0;
  return (guint64)(after >= before ? after - MAX (before, 0) : after);
}

void
sp_player_put (SpPlayer *player,
               const SpPlayerReport *report,
               SpPlayerNews *news)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&player->mutex);
  SpPlayerReport *last = &player->report;

  news->stalls = growth (last->buffering_count, report->buffering_count);
  news->stall_ms = growth (last->buffering_ms, report->buffering_ms);
  news->packets_lost = growth (last->packets_lost, report->packets_lost);
  sp_player_report_clear (last);
  sp_player_report_copy (last, report);
}

gboolean
sp_player_get (SpPlayer *player, SpPlayerReport *report)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&player->mutex);

  sp_player_report_copy (report, &player->report);
  return report->at_us != 0;
}
