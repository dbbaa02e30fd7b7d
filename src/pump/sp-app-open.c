/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-app-private.h"

#include "sp-clock.h"
#include "sp-error.h"
#include "sp-log.h"

#include <string.h>

#define LISTENER_CERT 1 /* spCertIndex */

/* Where the canary connects to: @bound ends in ":PORT". */
static void
remember_media (SpApp *app, const char *address, const char *bound)
{
  guint64 port = 0;

  (void)g_ascii_string_to_unsigned (
      strrchr (bound, ':') + 1, 10, 1, 65535, &port, NULL);
  app->media_address = g_strdup (address);
  app->media_port = (guint16)port;
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
  if (certificate == NULL && app->media_address == NULL)
    remember_media (app, address, bound);
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

/* (nullable) (transfer full): the configured one. */
static GTlsCertificate *
load_certificate (SpApp *app, GError **error)
{
  const SpConfig *config = app->config;
  g_autoptr (GError) local = NULL;
  GTlsCertificate *certificate = g_tls_certificate_new_from_files (
      config->ssl_cert, config->ssl_key, &local);

  if (certificate == NULL)
    sp_error_set (error,
                  SP_ERROR_CONFIG,
                  "ssl_cert %s, ssl_key %s: %s",
                  config->ssl_cert,
                  config->ssl_key,
                  local->message);
  return certificate;
}

/** sp_app_describe_certs: adds to @certs what the TLS port shows. */
void
sp_app_describe_certs (SpApp *app, GPtrArray *certs)
{
  if (app->certificate != NULL)
    g_ptr_array_add (certs,
                     sp_cert_describe (LISTENER_CERT,
                                       app->config->ssl_cert,
                                       app->certificate,
                                       app->config->certificate_warn_days,
                                       g_get_real_time () / G_USEC_PER_SEC));
}

/** sp_app_look_at_certs: once in a while; they grow older. */
void
sp_app_look_at_certs (SpApp *app)
{
  g_ptr_array_set_size (app->certs, 0);
  sp_app_describe_certs (app, app->certs);
  sp_alarms_certs (app->alarms, app->certs, sp_clock_now_us ());
}

/** sp_app_renew_certificate: for those who connect from now on. After a start
 * as root the daemon may no longer read the key: then the old one stays. TRUE:
 * there is another one now. */
gboolean
sp_app_renew_certificate (SpApp *app)
{
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GError) error = NULL;

  if (app->certificate == NULL || app->config->ssl_cert == NULL)
    return FALSE;
  certificate = load_certificate (app, &error);
  if (certificate == NULL)
    {
      sp_log (G_LOG_LEVEL_WARNING,
              NULL,
              "the certificate in use stays: %s",
              error->message);
      return FALSE;
    }
  if (g_tls_certificate_is_same (app->certificate, certificate))
    return FALSE;
  g_set_object (&app->certificate, certificate);
  sp_listener_set_certificate (app->listener, certificate);
  sp_app_look_at_certs (app);
  sp_log (G_LOG_LEVEL_MESSAGE,
          NULL,
          "certificate renewed: %s",
          app->config->ssl_cert);
  return TRUE;
}

static gboolean
open_tls (SpApp *app, GError **error)
{
  if (!app->config->ssl)
    return TRUE;
  app->certificate = load_certificate (app, error);
  sp_listener_set_cert_index (app->listener, LISTENER_CERT);
  return app->certificate != NULL
         && open_media (app, app->config->ssl_port, app->certificate, error);
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
  const SpAdminSettings settings = { .address = config->admin_listen,
                                     .port = config->admin_port,
                                     .token = config->admin_token,
                                     .socket = config->admin_socket };
  gboolean is_v6 = strchr (config->admin_listen, ':') != NULL;

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
