/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-app-private.h"

#include "sp-clock.h"
#include "sp-demo-resources.h"
#include "sp-error.h"
#include "sp-log.h"
#include "sp-privileges.h"

#define TICK_MS 250
#define LOOK_MS 1000
#define CERTS_MS (3600 * 1000)
#define STOP_MS 3000
#define DEMO_RESOURCE "/stream_pump/demo.asf"

/** sp_app_set_service: what a reload may change for new clients. */
void
sp_app_set_service (SpApp *app)
{
  SpConfig *config = app->config;

  sp_mmsh_service_set (app->service,
                       (SpMmshUaRule)config->ua_check,
                       config->server_token,
                       config->redirect_404_to);
  sp_app_set_limits (app);
}

/* (nullable): where the service manager keeps a folder for us. */
static const char *
state_folder (void)
{
  const char *folder = g_getenv ("STATE_DIRECTORY");

  return folder != NULL && *folder == '/' ? folder : NULL;
}

/** sp_app_new: no thread yet, no port. */
SpApp *
sp_app_new (SpConfig *config, const char *file)
{
  SpApp *app = g_new0 (SpApp, 1);
  guint descriptors = sp_privileges_raise_descriptors ();

  app->config = sp_config_ref (config);
  app->file = g_strdup (file);
  app->started_us = sp_clock_now_us ();
  app->started_unix_us = g_get_real_time ();
  app->streams_changed_us = app->started_us;
  app->applied_unix_us = app->started_unix_us;
  app->tried_unix_us = app->started_unix_us;
  app->config_result = SP_CONFIG_OK;
  app->generation = 1;
  app->is_notifying = config->snmp.notify;
  app->numbers = sp_stream_numbers_new (state_folder ());
  app->pulse = sp_pulse_new (TICK_MS);
  app->draining = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  app->down = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  app->leaving
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_stream_unref);
  app->certs
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_cert_info_free);
  sp_app_events_init (app);
  app->mailbox = sp_mailbox_new ();
  app->mail = sp_mailbox_attach (app->mailbox, NULL);
  app->registry = sp_registry_new ();
  app->admission = sp_admission_new (app->registry);
  app->source_context.pump_id = g_uuid_string_random ();
  app->service = sp_mmsh_service_new (
      app->registry, app->admission, app->source_context.pump_id);
  app->http = (SpHttpService){ &sp_mmsh_handler, app->service };
  app->control = (SpControl){ &sp_app_control, app };
  app->n_workers
      = config->workers > 0 ? config->workers : g_get_num_processors ();
  app->workers = g_new0 (SpWorker *, app->n_workers);
  sp_app_overload_init (app, descriptors);
  app->listener
      = sp_listener_new (app->workers, app->n_workers, app->max_connections);
  sp_app_set_service (app);
  return app;
}

/** sp_app_set_proxy: pulls that are connected keep their connection; the next
 * attempt asks anew. */
void
sp_app_set_proxy (SpApp *app)
{
  g_clear_object (&app->source_context.proxy);
  app->source_context.proxy = sp_source_proxy_resolver (app->config);
}

static gboolean
on_tick (gpointer user_data)
{
  SpApp *app = user_data;
  g_autoptr (GPtrArray) streams = sp_registry_list (app->registry);
  gint64 now_us = sp_clock_now_us ();

  for (guint i = 0; i < streams->len; i++)
    if (sp_stream_tick (streams->pdata[i], now_us))
      sp_heap_note_freed (&app->heap, now_us);
  sp_mmsh_service_tick (app->service, now_us);
  sp_pulse_beat (app->pulse, now_us);
  sp_app_look_at_lateness (app, now_us);
  return G_SOURCE_CONTINUE;
}

/* Once a second: what has changed by itself. */
static gboolean
on_look (gpointer user_data)
{
  SpApp *app = user_data;
  gint64 now_us = sp_clock_now_us ();
  g_autoptr (GPtrArray) infos = sp_app_list_streams (app);
  SpStreamCounters totals;
  SpPumpInfo info;

  sp_app_fold_leaving (app);
  sp_app_sum_up (app, infos, &totals);
  sp_pulse_look (app->pulse, now_us, &totals);
  for (guint i = 0; i < infos->len; i++)
    sp_alarms_stream (app->alarms, infos->pdata[i], now_us);
  sp_app_pump_info (app, &info);
  sp_app_look_at_resources (app, &info);
  sp_heap_look (&app->heap, now_us);
  sp_alarms_pump (app->alarms, &info, now_us);
  sp_app_look_at_drain (app);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_certs (gpointer user_data)
{
  sp_app_look_at_certs (user_data);
  return G_SOURCE_CONTINUE;
}

void
sp_app_start (SpApp *app)
{
  const SpWorkerWatch watch = { .mailbox = app->mailbox,
                                .on_client_in = sp_app_on_client_in,
                                .on_client_out = sp_app_on_client_out,
                                .user_data = app };

  for (guint i = 0; i < app->n_workers; i++)
    {
      app->workers[i] = sp_worker_new (i, &sp_http_session, &app->http);
      sp_worker_set_watch (app->workers[i], &watch);
    }
  sp_app_set_proxy (app);
  app->supervisor = sp_supervisor_new (&app->source_context);
  sp_app_start_streams (app, app->config);
  sp_stream_numbers_save (app->numbers);
  app->tick_id = g_timeout_add (TICK_MS, on_tick, app);
  app->look_id = g_timeout_add (LOOK_MS, on_look, app);
  app->certs_id = g_timeout_add (CERTS_MS, on_certs, app);
  sp_app_look_at_certs (app);
  sp_listener_start (app->listener);
  sp_app_start_watchers (app);
  sp_app_tell (app,
               SP_EVENT_started,
               NULL,
               "stream-pump " PACKAGE_VERSION " serves, streams: %u",
               app->config->streams->len);
}

/** sp_app_add_demo: the one stream of the built-in configuration gets the film
 * as its source; no encoder may push there. */
void
sp_app_add_demo (SpApp *app)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) film
      = g_resource_lookup_data (sp_demo_get_resource (),
                                DEMO_RESOURCE,
                                G_RESOURCE_LOOKUP_FLAGS_NONE,
                                &error);
  g_autoptr (SpStream) stream = sp_registry_lookup (app->registry, "demo");
  SpStreamPolicy policy;

  g_return_if_fail (stream != NULL);
  if (film == NULL)
    {
      sp_log (
          G_LOG_LEVEL_WARNING, NULL, "no demonstration: %s", error->message);
      return;
    }
  sp_stream_get_policy (stream, &policy);
  policy.is_push = FALSE;
  g_strlcpy (policy.source_type, "file", sizeof policy.source_type);
  sp_stream_set_policy (stream, &policy);
  app->demo = sp_file_new_from_bytes (film, stream, 0);
}

void
sp_app_stop (SpApp *app)
{
  app->is_stopping = TRUE;
  sp_app_tell (app, SP_EVENT_stopping, NULL, "stopping on request");
  sp_agent_end (app->agent);
  sp_listener_stop (app->listener);
  for (guint i = 0; i < app->n_workers && app->workers[i] != NULL; i++)
    sp_worker_stop (app->workers[i], STOP_MS);
}

static void
free_workers (SpApp *app)
{
  for (guint i = 0; i < app->n_workers && app->workers[i] != NULL; i++)
    sp_worker_free (app->workers[i]);
  g_free (app->workers);
}

/* What late mail of the workers still goes to. */
static void
free_records (SpApp *app)
{
  sp_alarms_free (app->alarms);
  sp_events_free (app->events);
  sp_stream_numbers_free (app->numbers);
  sp_pulse_free (app->pulse);
  g_hash_table_unref (app->draining);
  g_hash_table_unref (app->down);
  g_ptr_array_unref (app->certs);
  g_clear_object (&app->certificate);
  g_free (app->drain_redirect);
  g_free (app->media_address);
}

/** sp_app_free: after sp_app_stop(), if it was started: the workers end, then
 * all that has mail for them goes, then they and what they shared. */
void
sp_app_free (SpApp *app)
{
  g_clear_handle_id (&app->tick_id, g_source_remove);
  g_clear_handle_id (&app->look_id, g_source_remove);
  g_clear_handle_id (&app->certs_id, g_source_remove);
  g_clear_pointer (&app->agent, sp_agent_free);
  g_clear_pointer (&app->canary, sp_canary_free);
  g_clear_pointer (&app->admin, sp_admin_free);
  sp_listener_free (app->listener);
  for (guint i = 0; i < app->n_workers && app->workers[i] != NULL; i++)
    sp_worker_join (app->workers[i]);
  g_clear_pointer (&app->demo, sp_source_free);
  g_clear_pointer (&app->supervisor, sp_supervisor_free);
  sp_mmsh_service_free (app->service);
  free_workers (app);
  g_source_destroy (app->mail);
  g_source_unref (app->mail);
  sp_mailbox_free (app->mailbox); /* the last visits are in it */
  g_clear_pointer (&app->access, sp_access_log_free);
  free_records (app);
  g_ptr_array_unref (app->leaving);
  sp_admission_free (app->admission);
  sp_registry_free (app->registry);
  g_clear_object (&app->source_context.proxy);
  g_free (app->source_context.pump_id);
  g_free (app->file);
  sp_config_unref (app->config);
  g_free (app);
}
