/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-service.h"

#include "sp-mmsh-canary.h"

#define MAX_CLIENT_IDS 100000

void
sp_mmsh_settings_unref (SpMmshSettings *settings)
{
  if (!g_atomic_ref_count_dec (&settings->ref_count))
    return;
  g_free (settings->server_token);
  g_free (settings->redirect_404_to);
  g_free (settings);
}

SpMmshService *
sp_mmsh_service_new (SpRegistry *registry,
                     SpAdmission *admission,
                     const char *pump_id)
{
  SpMmshService *service = g_new0 (SpMmshService, 1);

  service->registry = registry;
  service->admission = admission;
  service->clients = sp_mmsh_clients_new (MAX_CLIENT_IDS);
  service->pushes = sp_mmsh_pushes_new ();
  service->pump_id = g_strdup (pump_id);
  service->canary_secret = sp_mmsh_canary_secret ();
  g_mutex_init (&service->mutex);
  sp_mmsh_service_set (
      service, SP_MMSH_UA_BROWSER, "Rex/12.0.7600.16385", NULL);
  return service;
}

void
sp_mmsh_service_free (SpMmshService *service)
{
  sp_mmsh_pushes_free (service->pushes);
  sp_mmsh_clients_free (service->clients);
  sp_mmsh_settings_unref (service->settings);
  g_mutex_clear (&service->mutex);
  g_free (service->pump_id);
  g_free (service->canary_secret);
  g_free (service);
}

void
sp_mmsh_service_set (SpMmshService *service,
                     SpMmshUaRule ua_rule,
                     const char *server_token,
                     const char *redirect_404_to)
{
  SpMmshSettings *settings = g_new0 (SpMmshSettings, 1);
  SpMmshSettings *old;

  g_atomic_ref_count_init (&settings->ref_count);
  settings->ua_rule = ua_rule;
  settings->server_token = g_strdup (server_token);
  settings->redirect_404_to = g_strdup (redirect_404_to);
  g_mutex_lock (&service->mutex);
  old = service->settings;
  service->settings = settings;
  g_mutex_unlock (&service->mutex);
  g_clear_pointer (&old, sp_mmsh_settings_unref);
}

SpMmshSettings *
sp_mmsh_service_settings (SpMmshService *service)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker
      = g_mutex_locker_new (&service->mutex);

  g_atomic_ref_count_inc (&service->settings->ref_count);
  return service->settings;
}

void
sp_mmsh_service_tick (SpMmshService *service, gint64 now_us)
{
  sp_mmsh_clients_expire (service->clients, now_us);
  sp_mmsh_pushes_expire (service->pushes, now_us);
}
