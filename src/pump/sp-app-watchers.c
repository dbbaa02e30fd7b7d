/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-app-private.h"

#include "sp-log.h"
#include "sp-stream-sources.h"

/* Those who watch the pump and are part of it: SNMP, the access log, the
 * canary. */

/* By SpConfigClients. */
static const SpMibClients client_tables[]
    = { SP_MIB_CLIENTS_OFF, SP_MIB_CLIENTS_ANONYMOUS, SP_MIB_CLIENTS_FULL };

static SpAgent *
make_agent (SpApp *app)
{
  const SpSnmpConfig *config = &app->config->snmp;
  const SpAgentSettings settings
      = { .enabled = config->enabled,
          .agentx = config->agentx,
          .root_oid = config->root_oid,
          .context = config->context,
          .ping_s = config->ping_s,
          .max_age_ms = config->max_age_ms,
          .client_table = client_tables[config->client_table],
          .writes = config->writes,
          .notify = app->is_notifying,
          .notify_rate = config->notify_rate };

  return config->enabled ? sp_agent_new (&app->control, &settings) : NULL;
}

static void
access_settings (SpApp *app, SpAccessSettings *settings)
{
  const SpAccessConfig *config = &app->config->access_log;
  SpAccessSink to = SP_ACCESS_SINK_OFF;

  if (config->to == SP_ACCESS_JOURNAL)
    to = SP_ACCESS_SINK_JOURNAL;
  else if (config->to == SP_ACCESS_FILE)
    to = SP_ACCESS_SINK_FILE;
  *settings = (SpAccessSettings){
    .to = to,
    .format = config->is_json ? SP_ACCESS_JSON : SP_ACCESS_W3C,
    .file = config->file,
  };
}

/** sp_app_set_access_log: as the configuration has it now; its file is opened
 * anew in any case. What cannot be opened is a warning: the media go on. */
void
sp_app_set_access_log (SpApp *app)
{
  g_autoptr (GError) error = NULL;
  SpAccessSettings settings;

  access_settings (app, &settings);
  if (!sp_access_log_apply (app->access, &settings, &error))
    sp_log (G_LOG_LEVEL_WARNING, NULL, "%s", error->message);
}

/* Those who watched were sent away, and the canary was one of them. */
static gboolean
is_down (SpStream *stream)
{
  SpStreamPolicy policy;

  sp_stream_get_policy (stream, &policy);
  return !policy.is_enabled;
}

static void
on_canary (const char *path, const SpCanaryInfo *info, gpointer user_data)
{
  SpApp *app = user_data;
  g_autoptr (SpStream) stream = sp_registry_lookup (app->registry, path);

  if (stream == NULL || is_down (stream))
    return;
  sp_stream_set_canary (stream, info);
  sp_app_look_at_stream (app, stream);
}

/** sp_app_set_canary: as the configuration has it now. */
void
sp_app_set_canary (SpApp *app)
{
  sp_canary_set (app->canary,
                 app->media_address,
                 app->media_port,
                 app->service->canary_secret,
                 app->config->canary_ms);
}

/** sp_app_start_watchers: once the pump serves. */
void
sp_app_start_watchers (SpApp *app)
{
  static const SpAccessSettings off = { .to = SP_ACCESS_SINK_OFF };

  app->access = sp_access_log_new (&off, NULL);
  sp_app_set_access_log (app);
  app->agent = make_agent (app);
  app->canary = sp_canary_new (&app->control, on_canary, app);
  sp_app_set_canary (app);
}
