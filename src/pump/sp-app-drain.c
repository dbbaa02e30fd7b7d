/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-app-private.h"

#include "sp-clock.h"
#include "sp-systemd.h"

/* How long the service manager is asked to go on waiting, each second. */
#define EXTEND_US (10 * G_USEC_PER_SEC)

static guint
count_clients (SpApp *app)
{
  g_autoptr (GPtrArray) infos = sp_app_list_streams (app);
  SpStreamCounters totals;

  sp_app_sum_up (app, infos, &totals);
  return (guint)(totals.value[SP_STREAM_clients_connected]
                 - totals.value[SP_STREAM_clients_disconnected]);
}

static void
begin (SpApp *app, const SpDrainOrder *order, const char *by)
{
  sp_drain_begin (&app->drain, sp_clock_now_us (), order->deadline_s);
  g_free (app->drain_redirect);
  app->drain_redirect = g_strdup (order->redirect);
  g_strlcpy (app->drain_by, by, sizeof app->drain_by);
  sp_admission_set_draining (app->admission, TRUE, order->redirect);
  sp_app_tell (app,
               SP_EVENT_draining,
               NULL,
               "draining, by %s: new clients are %s%s; %u remain",
               by,
               order->redirect != NULL ? "sent to " : "refused",
               order->redirect != NULL ? order->redirect : "",
               count_clients (app));
}

static void
end (SpApp *app, const char *by)
{
  if (app->drain.state == SP_DRAIN_SERVING)
    return;
  sp_drain_end (&app->drain);
  g_clear_pointer (&app->drain_redirect, g_free);
  sp_admission_set_draining (app->admission, FALSE, NULL);
  sp_app_tell (app, SP_EVENT_draining, NULL, "no longer draining, by %s", by);
  sp_systemd_status ("serving");
}

/** sp_app_drain: SpControlClass.drain; a pump that is about to stop drains to
 * its end, and no order takes the stop's deadline away: nobody would come back
 * to it. */
void
sp_app_drain (gpointer self, const SpDrainOrder *order, const char *by)
{
  SpApp *app = self;
  gint64 deadline_us = app->drain.deadline_us;

  if (order->is_on)
    begin (app, order, by);
  else if (!app->is_leaving && !app->is_stopping)
    end (app, by);
  if (app->is_leaving && app->drain.deadline_us == 0)
    app->drain.deadline_us = deadline_us;
  sp_app_look_at_drain (app);
}

static void
tell_service_manager (SpApp *app, guint clients, gint64 now_us)
{
  g_autofree char *left = NULL;
  g_autofree char *status = NULL;

  if (app->drain.deadline_us != 0)
    left = g_strdup_printf (", %" G_GINT64_FORMAT " s left",
                            MAX (app->drain.deadline_us - now_us, 0)
                                / G_USEC_PER_SEC);
  status = g_strdup_printf ("%s: %u clients remain%s",
                            sp_drain_state_name (app->drain.state),
                            clients,
                            left != NULL ? left : "");
  sp_systemd_status (status);
  if (app->is_leaving)
    sp_systemd_extend (EXTEND_US);
}

static void
on_kicked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  (void)g_task_propagate_int (G_TASK (result), NULL);
}

static void
end_those_present (SpApp *app)
{
  static const SpClientFilter everybody = { 0 };

  sp_app_tell (app,
               SP_EVENT_draining,
               NULL,
               "the deadline is over: %u clients are ended",
               count_clients (app));
  app->control.class->kick (app, &everybody, 0, on_kicked, NULL);
}

/** sp_app_look_at_drain: once a second. */
void
sp_app_look_at_drain (SpApp *app)
{
  gint64 now_us = sp_clock_now_us ();
  guint clients;

  if (app->drain.state == SP_DRAIN_SERVING)
    return;
  clients = count_clients (app);
  switch (sp_drain_look (&app->drain, now_us, clients))
    {
    case SP_DRAIN_NOTHING:
      break;
    case SP_DRAIN_EMPTY:
      sp_app_tell (app, SP_EVENT_drained, NULL, "drained: no client remains");
      break;
    case SP_DRAIN_LATE:
      end_those_present (app);
      break;
    }
  tell_service_manager (app, clients, now_us);
  if (app->is_leaving && app->drain.state == SP_DRAIN_DRAINED)
    app->on_left (app->on_left_data);
}

/** sp_app_leave: @on_left is called when the last client has gone, or the
 * configured grace is over; at once when there is none. */
void
sp_app_leave (SpApp *app, void (*on_left) (gpointer), gpointer user_data)
{
  const SpDrainConfig *config = &app->config->drain;
  SpDrainOrder order = { .is_on = TRUE,
                         .redirect = config->redirect,
                         .deadline_s = (config->grace_ms + 999) / 1000 };

  if (config->grace_ms == 0 || app->is_leaving)
    {
      on_left (user_data);
      return;
    }
  app->is_leaving = TRUE;
  app->on_left = on_left;
  app->on_left_data = user_data;
  sp_app_drain (app, &order, "stop");
}
