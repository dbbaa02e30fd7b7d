/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-app-private.h"

#include "sp-clock.h"
#include "sp-demo-resources.h"
#include "sp-error.h"
#include "sp-log.h"
#include "sp-privileges.h"
#include "sp-systemd.h"

#define TICK_MS 250
#define STOP_MS 3000
#define DEMO_RESOURCE "/stream_pump/demo.asf"

/* Descriptors that are not for media: admin, pulls, files, the library's own.
 */
static guint
reserved (guint limit)
{
  return CLAMP (limit / 4, 32, 256);
}

static void
set_service (SpApp *app)
{
  SpConfig *config = app->config;
  const SpLimitsConfig *limits = &config->limits;
  SpAdmissionLimits admission = { limits->clients,
                                  limits->clients_per_address,
                                  limits->bandwidth_kbps };

  sp_mmsh_service_set (app->service,
                       (SpMmshUaRule)config->ua_check,
                       config->server_token,
                       config->redirect_404_to);
  sp_admission_set_limits (app->admission, &admission);
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
  app->generation = 1;
  app->mailbox = sp_mailbox_new ();
  app->mail = sp_mailbox_attach (app->mailbox, NULL);
  app->registry = sp_registry_new ();
  app->admission = sp_admission_new (app->registry);
  app->source_context.pump_id = g_uuid_string_random ();
  app->service = sp_mmsh_service_new (
      app->registry, app->admission, app->source_context.pump_id);
  app->http = (SpHttpService){ &sp_mmsh_handler, app->service };
  app->control = (SpControl){ &sp_app_control, app };
  app->told = g_hash_table_new_full (
      g_str_hash, g_str_equal, g_free, sp_app_told_free);
  app->n_workers
      = config->workers > 0 ? config->workers : g_get_num_processors ();
  app->workers = g_new0 (SpWorker *, app->n_workers);
  app->listener = sp_listener_new (
      app->workers, app->n_workers, descriptors - reserved (descriptors));
  set_service (app);
  return app;
}

static gboolean
open_port (SpApp *app,
           const char *address,
           guint16 port,
           GTlsCertificate *certificate,
           GError **error)
{
  g_autofree char *bound = NULL;

  if (!sp_listener_open (
          app->listener, address, port, certificate, &bound, error))
    return FALSE;
  sp_log (G_LOG_LEVEL_MESSAGE,
          NULL,
          "%s listening on %s",
          certificate != NULL ? "tls" : "media",
          bound);
  return TRUE;
}

/* A host without IPv6 (or without IPv4) serves what it has, unless an address
 * of that family was asked for by name. */
static gboolean
may_be_absent (const char *address, const GError *error)
{
  return (g_str_equal (address, "::") || g_str_equal (address, "0.0.0.0"))
         && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
}

static gboolean
open_media (SpApp *app,
            guint16 port,
            GTlsCertificate *certificate,
            GError **error)
{
  guint n_open = 0;

  for (char **address = app->config->listen; *address != NULL; address++)
    {
      g_autoptr (GError) local = NULL;

      if (open_port (app, *address, port, certificate, &local))
        n_open++;
      else if (!may_be_absent (*address, local))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  return n_open > 0
         || sp_error_set (error, SP_ERROR_FAILED, "no address to listen on");
}

static gboolean
open_tls (SpApp *app, GError **error)
{
  SpConfig *config = app->config;
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GError) local = NULL;

  if (!config->ssl)
    return TRUE;
  certificate = g_tls_certificate_new_from_files (
      config->ssl_cert, config->ssl_key, &local);
  if (certificate == NULL)
    return sp_error_set (error,
                         SP_ERROR_CONFIG,
                         "ssl_cert %s, ssl_key %s: %s",
                         config->ssl_cert,
                         config->ssl_key,
                         local->message);
  return open_media (app, config->ssl_port, certificate, error);
}

/* One that nobody asked for keeps no pump from starting: a second one on a host
 * finds the port taken. */
static gboolean
do_without_admin (SpApp *app, GError *admin_error, GError **error)
{
  if (!app->config->is_admin_optional)
    {
      g_propagate_prefixed_error (error, admin_error, "admin: ");
      return FALSE;
    }
  sp_log (G_LOG_LEVEL_MESSAGE,
          NULL,
          "no admin REST: none is configured, and at the usual place: %s",
          admin_error->message);
  g_error_free (admin_error);
  return TRUE;
}

static gboolean
open_admin (SpApp *app, GError **error)
{
  SpConfig *config = app->config;
  GError *local = NULL;
  gboolean is_v6 = strchr (config->admin_listen, ':') != NULL;
  const SpAdminSettings settings = { .address = config->admin_listen,
                                     .port = config->admin_port,
                                     .token = config->admin_token };

  app->admin = sp_admin_new (&app->control, &settings, &local);
  if (app->admin == NULL)
    return do_without_admin (app, local, error);
  sp_log (G_LOG_LEVEL_MESSAGE,
          NULL,
          is_v6 ? "admin listening on [%s]:%u" : "admin listening on %s:%u",
          config->admin_listen,
          sp_admin_port (app->admin));
  return TRUE;
}

gboolean
sp_app_open (SpApp *app, GError **error)
{
  return open_media (app, app->config->port, NULL, error)
         && open_tls (app, error) && open_admin (app, error);
}

/* Pulls that are connected keep their connection: the next attempt asks anew.
 */
static void
set_proxy (SpApp *app)
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
    sp_stream_tick (streams->pdata[i], now_us);
  sp_mmsh_service_tick (app->service, now_us);
  return G_SOURCE_CONTINUE;
}

void
sp_app_start (SpApp *app)
{
  for (guint i = 0; i < app->n_workers; i++)
    app->workers[i] = sp_worker_new (i, &sp_http_session, &app->http);
  set_proxy (app);
  app->supervisor = sp_supervisor_new (&app->source_context);
  sp_app_start_streams (app, app->config);
  app->tick_id = g_timeout_add (TICK_MS, on_tick, app);
  sp_listener_start (app->listener);
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

static void
warn_restart (const SpConfigChange *change)
{
  sp_log (G_LOG_LEVEL_WARNING,
          NULL,
          "%s changes only with a restart",
          change->path);
}

static void
apply_change (SpApp *app, const SpConfigChange *change)
{
  switch (change->kind)
    {
    case SP_CONFIG_REDIRECT:
    case SP_CONFIG_IDENTITY:
    case SP_CONFIG_LIMITS:
      set_service (app);
      return;
    case SP_CONFIG_ADMIN_TOKEN:
      if (app->admin != NULL)
        sp_admin_set_token (app->admin, app->config->admin_token);
      return;
    case SP_CONFIG_PROXY:
      set_proxy (app);
      return;
    case SP_CONFIG_STREAM_REMOVED:
    case SP_CONFIG_STREAM_POLICY:
    case SP_CONFIG_STREAM_SOURCES:
    case SP_CONFIG_STREAM_ADDED:
      sp_app_change_stream (app, change);
      return;
    case SP_CONFIG_NEEDS_RESTART:
      warn_restart (change);
      return;
    }
}

static void
apply (SpApp *app, SpConfig *config)
{
  g_autoptr (SpConfig) old = app->config;
  g_autoptr (GPtrArray) changes = sp_config_diff (old, config);

  app->config = sp_config_ref (config);
  app->generation++;
  for (guint i = 0; i < changes->len; i++)
    apply_change (app, changes->pdata[i]);
}

void
sp_app_reload (SpApp *app)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (SpConfig) config = NULL;
  SpLogFields fields = { .message_id = SP_MESSAGE_RELOADED };

  if (app->file == NULL)
    return;
  sp_systemd_reloading ();
  config = sp_config_reload (app->file, app->config, problems);
  if (config != NULL)
    {
      apply (app, config);
      sp_stats_add (SP_PUMP_reloads, 1);
      sp_log (G_LOG_LEVEL_MESSAGE,
              &fields,
              "configuration %" G_GUINT64_FORMAT " applied: %u streams",
              app->generation,
              config->streams->len);
    }
  else
    {
      fields.message_id = SP_MESSAGE_CONFIG_REJECTED;
      sp_stats_add (SP_PUMP_reloads_rejected, 1);
      for (guint i = 0; i < problems->len; i++)
        sp_log (G_LOG_LEVEL_WARNING,
                &fields,
                "configuration refused, nothing changed: %s",
                (const char *)problems->pdata[i]);
    }
  sp_systemd_ready (NULL);
}

void
sp_app_stop (SpApp *app)
{
  app->is_stopping = TRUE;
  sp_listener_stop (app->listener);
  for (guint i = 0; i < app->n_workers && app->workers[i] != NULL; i++)
    sp_worker_stop (app->workers[i], STOP_MS);
}

/** sp_app_free: after sp_app_stop(), if it was started: the workers end, then
 * all that has mail for them goes, then they and what they shared. */
void
sp_app_free (SpApp *app)
{
  g_clear_handle_id (&app->tick_id, g_source_remove);
  g_clear_pointer (&app->admin, sp_admin_free);
  sp_listener_free (app->listener);
  for (guint i = 0; i < app->n_workers && app->workers[i] != NULL; i++)
    sp_worker_join (app->workers[i]);
  g_clear_pointer (&app->demo, sp_source_free);
  g_clear_pointer (&app->supervisor, sp_supervisor_free);
  sp_mmsh_service_free (app->service);
  for (guint i = 0; i < app->n_workers && app->workers[i] != NULL; i++)
    sp_worker_free (app->workers[i]);
  g_source_destroy (app->mail);
  g_source_unref (app->mail);
  sp_mailbox_free (app->mailbox);
  g_hash_table_unref (app->told);
  sp_admission_free (app->admission);
  sp_registry_free (app->registry);
  g_clear_object (&app->source_context.proxy);
  g_free (app->source_context.pump_id);
  g_free (app->workers);
  g_free (app->file);
  sp_config_unref (app->config);
  g_free (app);
}
