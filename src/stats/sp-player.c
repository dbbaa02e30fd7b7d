/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-player.h"

const char *const sp_player_field_names[SP_N_PLAYER_FIELDS] = {
#define SP_PLAYER_FIELD(name, text) text,
#include "sp-player-fields.def"
#undef SP_PLAYER_FIELD
};

/* What the logs of a player say together. */
typedef struct
{
  SpPlayerReport report;
  gint64 told_us; /* the last log with a duration; 0: none */
} Told;

/* Each client that plays has one, and most never log. */
struct _SpPlayer
{
  gatomicrefcount ref_count;
  GMutex mutex; /* of what follows */
  Told *told;   /* NULL: no log has come */
};

G_STATIC_ASSERT (sizeof (SpPlayer) <= 24);

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
  g_clear_pointer (&report->values, g_ptr_array_unref);
}

/** sp_player_report_copy: @to is initialised, and not cleared. */
void
sp_player_report_copy (SpPlayerReport *to, const SpPlayerReport *from)
{
  *to = *from;
  to->player_version = g_strdup (from->player_version);
  to->os = g_strdup (from->os);
  to->player_id = g_strdup (from->player_id);
  if (from->values != NULL)
    to->values = g_ptr_array_ref (from->values);
}

const char *
sp_player_report_value (const SpPlayerReport *report, SpPlayerField field)
{
  return report->values != NULL ? g_ptr_array_index (report->values, field)
                                : NULL;
}

GPtrArray *
sp_player_values_new (void)
{
  GPtrArray *values
      = g_ptr_array_new_full (SP_N_PLAYER_FIELDS, (GDestroyNotify)g_free);

  g_ptr_array_set_size (values, SP_N_PLAYER_FIELDS);
  return values;
}

SpPlayer *
sp_player_new (void)
{
  SpPlayer *player = g_new0 (SpPlayer, 1);

  g_atomic_ref_count_init (&player->ref_count);
  g_mutex_init (&player->mutex);
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
  if (player->told != NULL)
    sp_player_report_clear (&player->told->report);
  g_free (player->told);
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

static void
keep (gint64 *value, gint64 before)
{
  if (*value == SP_PLAYER_UNKNOWN)
    *value = before;
}

static void
keep_text (char **text, const char *before)
{
  if (*text == NULL)
    *text = g_strdup (before);
}

static void
keep_values (SpPlayerReport *report, const SpPlayerReport *before)
{
  GPtrArray *values;

  if (before->values == NULL)
    return;
  values = sp_player_values_new ();
  for (guint i = 0; i < SP_N_PLAYER_FIELDS; i++)
    {
      const char *value = sp_player_report_value (report, i);

      values->pdata[i] = g_strdup (
          value != NULL ? value : sp_player_report_value (before, i));
    }
  g_clear_pointer (&report->values, g_ptr_array_unref);
  report->values = values;
}

/* What a player is and what it did come in different logs: one when it
 * connects, one of what it received, one of what it showed. */
static void
keep_known (SpPlayerReport *report, const SpPlayerReport *before)
{
  keep (&report->buffering_count, before->buffering_count);
  keep (&report->buffering_ms, before->buffering_ms);
  keep (&report->packets_received, before->packets_received);
  keep (&report->packets_lost, before->packets_lost);
  keep (&report->packets_lost_net, before->packets_lost_net);
  keep (&report->packets_recovered, before->packets_recovered);
  keep (&report->quality_percent, before->quality_percent);
  keep (&report->played_s, before->played_s);
  keep (&report->bandwidth_bps, before->bandwidth_bps);
  keep (&report->status, before->status);
  keep_text (&report->player_version, before->player_version);
  keep_text (&report->os, before->os);
  keep_text (&report->player_id, before->player_id);
  keep_values (report, before);
}

static Told *
told_new (void)
{
  Told *told = g_new0 (Told, 1);

  sp_player_report_init (&told->report);
  return told;
}

void
sp_player_put (SpPlayer *player,
               const SpPlayerReport *report,
               SpPlayerNews *news)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&player->mutex);
  SpPlayerReport *last;
  SpPlayerReport merged;

  if (player->told == NULL)
    player->told = told_new ();
  last = &player->told->report;
  news->stalls = growth (last->buffering_count, report->buffering_count);
  news->stall_ms = growth (last->buffering_ms, report->buffering_ms);
  news->packets_lost = growth (last->packets_lost, report->packets_lost);
  sp_player_report_copy (&merged, report);
  keep_known (&merged, last);
  sp_player_report_clear (last);
  *last = merged;
  if (report->played_s != SP_PLAYER_UNKNOWN)
    player->told->told_us = report->at_us;
}

gboolean
sp_player_has_told (SpPlayer *player, gint64 since_us)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&player->mutex);

  return player->told != NULL && player->told->told_us != 0
         && player->told->told_us >= since_us;
}

gboolean
sp_player_get (SpPlayer *player, SpPlayerReport *report)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&player->mutex);

  if (player->told == NULL)
    sp_player_report_init (report);
  else
    sp_player_report_copy (report, &player->told->report);
  return report->at_us != 0;
}
