/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-app-private.h"

#include "sp-log.h"
#include "sp-stream-sources.h"

/* Those who watch the pump and are part of it: SNMP, the access log, the
 * canary. */

void
sp_app_set_access_log (SpApp *app)
{
}
void
sp_app_reopen_access_log (SpApp *app)
{
}
static void
on_canary (const char *path, const SpCanaryInfo *info, gpointer user_data)
{
  SpApp *app = user_data;
  g_autoptr (SpStream) stream = sp_registry_lookup (app->registry, path);

  if (stream == NULL)
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
  app->canary = sp_canary_new (&app->control, on_canary, app);
  sp_app_set_canary (app);
}
