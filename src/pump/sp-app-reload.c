/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-app-private.h"

#include "sp-clock.h"
#include "sp-config-report.h"
#include "sp-log.h"
#include "sp-systemd.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <unistd.h>

static void
apply_change (SpApp *app, const SpConfigChange *change)
{
  switch (change->kind)
    {
    case SP_CONFIG_REDIRECT:
    case SP_CONFIG_IDENTITY:
    case SP_CONFIG_LIMITS:
      sp_app_set_service (app);
      return;
    case SP_CONFIG_ADMIN_TOKEN:
      if (app->admin != NULL)
        sp_admin_set_token (app->admin, app->config->admin_token);
      return;
    case SP_CONFIG_PROXY:
      sp_app_set_proxy (app);
      return;
    case SP_CONFIG_ACCESS_LOG:
      sp_app_set_access_log (app);
      return;
    case SP_CONFIG_WATCH:
      sp_app_look_at_certs (app);
      return;
    case SP_CONFIG_STREAM_REMOVED:
    case SP_CONFIG_STREAM_POLICY:
    case SP_CONFIG_STREAM_SOURCES:
    case SP_CONFIG_STREAM_ADDED:
      sp_app_change_stream (app, change);
      return;
    case SP_CONFIG_NEEDS_RESTART:
      sp_log (G_LOG_LEVEL_WARNING,
              NULL,
              "%s changes only with a restart",
              change->path);
      return;
    }
}

/** sp_app_apply: what differs from the configuration in use takes effect. */
void
sp_app_apply (SpApp *app, SpConfig *config)
{
  g_autoptr (SpConfig) old = app->config;
  g_autoptr (GPtrArray) changes = sp_config_diff (old, config);

  app->config = sp_config_ref (config);
  app->generation++;
  app->applied_unix_us = g_get_real_time ();
  for (guint i = 0; i < changes->len; i++)
    apply_change (app, changes->pdata[i]);
  sp_stream_numbers_save (app->numbers);
  sp_app_set_canary (app);
}

static void
on_change (const char *key, SpConfigEffect effect, gpointer user_data)
{
  sp_reload_report_add (user_data, key, (SpEffect)effect);
}

static gboolean
has_key (const SpReloadReport *report, const char *key)
{
  for (guint i = 0; i < report->changes->len; i++)
    if (g_str_equal (((SpReloadChange *)report->changes->pdata[i])->key, key))
      return TRUE;
  return FALSE;
}

/* It may be another one under the old name. */
static void
renew_certificate (SpApp *app, SpReloadReport *report)
{
  if (sp_app_renew_certificate (app) && !has_key (report, "ssl_cert"))
    sp_reload_report_add (report, "ssl_cert", SP_EFFECT_NEW_CLIENTS);
}

static void
refuse (SpApp *app, SpReloadReport *report, const char *by)
{
  const SpLogFields fields = { .message_id = SP_MESSAGE_CONFIG_REJECTED };

  app->config_result = access (app->file, R_OK) == 0 ? SP_CONFIG_INVALID
                                                     : SP_CONFIG_UNREADABLE;
  sp_stats_add (SP_PUMP_reloads_rejected, 1);
  for (guint i = 0; i < report->problems->len; i++)
    sp_log (G_LOG_LEVEL_WARNING,
            &fields,
            "configuration refused, nothing changed: %s",
            (const char *)report->problems->pdata[i]);
  sp_app_tell (app,
               SP_EVENT_config_rejected,
               NULL,
               "configuration refused, by %s: %s",
               by,
               report->problems->len > 0
                   ? (const char *)report->problems->pdata[0]
                   : "no reason known");
}

/* What became of @path; in the configuration in use, and in @old, it may be or
 * not. */
static void
tell_stream (SpApp *app, SpConfig *old, const char *path, const char *by)
{
  if (sp_config_find_stream (old, path) == NULL)
    sp_app_tell (app, SP_EVENT_stream_added, path, "stream added, by %s", by);
  else if (sp_config_find_stream (app->config, path) == NULL)
    sp_app_tell (
        app, SP_EVENT_stream_removed, path, "stream removed, by %s", by);
  else
    sp_app_tell (
        app, SP_EVENT_stream_changed, path, "stream changed, by %s", by);
}

/* One event a stream: what is removed and added anew has changed. */
static void
tell_streams (SpApp *app, SpConfig *old, const char *by)
{
  g_autoptr (GPtrArray) changes = sp_config_diff (old, app->config);
  g_autoptr (GHashTable) told
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < changes->len; i++)
    {
      const SpConfigChange *change = changes->pdata[i];

      if (change->old_stream == NULL && change->new_stream == NULL)
        continue;
      if (g_hash_table_add (told, g_ascii_strdown (change->path, -1)))
        tell_stream (app, old, change->path, by);
    }
}

static void
accept_config (SpApp *app,
               SpConfig *config,
               SpReloadReport *report,
               const char *by)
{
  g_autoptr (SpConfig) old = sp_config_ref (app->config);

  sp_config_report (old, config, on_change, report);
  report->is_applied = TRUE;
  sp_app_apply (app, config);
  renew_certificate (app, report);
  tell_streams (app, old, by);
  app->config_result = SP_CONFIG_OK;
  sp_stats_add (SP_PUMP_reloads, 1);
  sp_app_tell (app,
               SP_EVENT_config_reloaded,
               NULL,
               "configuration %" G_GUINT64_FORMAT
               " applied: %u streams, %u keys changed, by %s",
               app->generation,
               config->streams->len,
               report->changes->len,
               by);
}

/** sp_app_reload: SpControlClass.reload; a bad file changes nothing. The
 * certificate is read anew in any case. */
SpReloadReport *
sp_app_reload (gpointer self, const char *by)
{
  SpApp *app = self;
  SpReloadReport *report = sp_reload_report_new ();
  g_autoptr (SpConfig) config = NULL;

  if (app->file == NULL)
    {
      g_ptr_array_add (report->problems,
                       g_strdup (_ ("there is no file to read again")));
      return report;
    }
  sp_systemd_reloading ();
  app->tried_unix_us = g_get_real_time ();
  config = sp_config_reload (app->file, app->config, report->problems);
  if (config != NULL)
    config = sp_app_keep_down (app, config);
  if (config != NULL)
    accept_config (app, config, report, by);
  else
    {
      refuse (app, report, by);
      (void)sp_app_renew_certificate (app);
    }
  report->generation = app->generation;
  sp_app_set_access_log (app);
  sp_systemd_ready (NULL);
  return report;
}

/** sp_app_reload_file: as the service manager asks. */
void
sp_app_reload_file (SpApp *app)
{
  sp_reload_report_free (sp_app_reload (app, "SIGHUP"));
}
