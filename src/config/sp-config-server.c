/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-config-private.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>

#define PORT 8086
#define SSL_PORT 8089
#define ADMIN_LISTEN "127.0.0.1"
#define ADMIN_PORT 8087
#define PROXY_PORT 8080
#define MAX_WORKERS 256
#define LATENESS_MS 400
#define MAX_ADDRESSES 64
#define MAX_TOKEN_FILE 4096 /* bytes */
#define MAX_SOCKET_NAME 107 /* unix(7) */
#define SERVER_TOKEN "Rex/12.0.7600.16385"

/* By SpUaCheck. */
static const char *const ua_words[] = { "browser", "strict", "off", NULL };

gboolean
sp_limits_config_equal (const SpLimitsConfig *a, const SpLimitsConfig *b)
{
  return a->clients == b->clients
         && a->clients_per_address == b->clients_per_address
         && a->bandwidth_kbps == b->bandwidth_kbps;
}

static guint
read_limit (SpJsonObject *limits, const char *key, guint fallback)
{
  return (guint)sp_json_object_integer (limits, key, 0, G_MAXINT32, fallback);
}

static void
read_limits (SpJsonObject *object, SpLimitsConfig *limits)
{
  limits->clients = read_limit (object, "clients", limits->clients);
  limits->clients_per_address
      = read_limit (object, "clients_per_address", limits->clients_per_address);
  limits->bandwidth_kbps
      = read_limit (object, "bandwidth_kbps", limits->bandwidth_kbps);
}

/** sp_config_read_limits: "limits" of @parent; what it does not name is as in
 * @fallback. */
void
sp_config_read_limits (SpJsonObject *parent,
                       const SpLimitsConfig *fallback,
                       SpLimitsConfig *limits)
{
  g_autoptr (SpJsonObject) object = sp_json_object_child (parent, "limits");

  *limits = *fallback;
  if (object == NULL)
    return;
  read_limits (object, limits);
  sp_json_object_end (object);
}

/* "limits" of the server has more keys than that of a stream. */
static void
read_server_limits (SpJsonObject *root, SpConfig *config)
{
  g_autoptr (SpJsonObject) object = sp_json_object_child (root, "limits");

  config->overload.lateness_ms = LATENESS_MS;
  if (object == NULL)
    return;
  read_limits (object, &config->limits);
  config->overload.lateness_ms
      = read_limit (object, "lateness_ms", LATENESS_MS);
  config->overload.memory_mb = read_limit (object, "memory_mb", 0);
  sp_json_object_end (object);
}

static guint16
read_port (SpJsonObject *object, const char *key, guint minimum, guint fallback)
{
  return (guint16)sp_json_object_integer (
      object, key, minimum, 65535, fallback);
}

/* (nullable): every address once. */
static GStrv
read_addresses (SpJsonObject *root)
{
  g_auto (GStrv) texts = sp_json_object_strings (root, "listen");
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GHashTable) seen
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n = texts != NULL ? g_strv_length (texts) : 0;

  if (texts == NULL)
    return NULL;
  if (n == 0 || n > MAX_ADDRESSES)
    sp_json_object_problem (
        root, "listen", _ ("must name 1 to %u addresses"), MAX_ADDRESSES);
  for (guint i = 0; i < MIN (n, MAX_ADDRESSES); i++)
    {
      g_autofree char *name = g_strdup_printf ("listen[%u]", i);
      g_autofree char *address = sp_config_address (root, name, texts[i]);

      if (address == NULL)
        continue;
      g_strv_builder_add (builder, address);
      if (!g_hash_table_add (seen, g_steal_pointer (&address)))
        sp_json_object_problem (
            root, name, _ ("%s is there already"), texts[i]);
    }
  return g_strv_builder_end (builder);
}

static void
read_listen (SpJsonObject *root, SpConfig *config)
{
  static const char *const everywhere[] = { "::", "0.0.0.0", NULL };

  config->listen = read_addresses (root);
  if (config->listen == NULL)
    config->listen = g_strdupv ((char **)everywhere);
  config->port = read_port (root, "port", 0, PORT);
}

/* Of what the daemon has open already only the right to read may be gone. */
static void
check_tls_file (SpConfigReader *reader,
                SpJsonObject *root,
                const char *key,
                const char *file,
                const char *open_file)
{
  if (file == NULL)
    sp_json_object_problem (root, key, _ ("is needed where \"ssl\" is true"));
  else if (reader->running == NULL || !reader->running->ssl
           || g_strcmp0 (file, open_file) != 0
           || sp_config_file_fault (file) != EACCES)
    sp_config_check_file (root, key, file);
}

static void
read_ssl (SpConfigReader *reader, SpJsonObject *root, SpConfig *config)
{
  const SpConfig *running = reader->running;

  config->ssl = sp_json_object_boolean (root, "ssl", FALSE);
  config->ssl_port = read_port (root, "ssl_port", 0, SSL_PORT);
  config->ssl_key = sp_config_read_file_name (reader, root, "ssl_key");
  config->ssl_cert = sp_config_read_file_name (reader, root, "ssl_cert");
  if (!config->ssl)
    return;
  check_tls_file (reader,
                  root,
                  "ssl_key",
                  config->ssl_key,
                  running != NULL ? running->ssl_key : NULL);
  check_tls_file (reader,
                  root,
                  "ssl_cert",
                  config->ssl_cert,
                  running != NULL ? running->ssl_cert : NULL);
  if (config->ssl_port != 0 && config->ssl_port == config->port)
    sp_json_object_problem (
        root, "ssl_port", _ ("%u is \"port\" already"), config->port);
}

static void
read_proxy (SpJsonObject *root, SpConfig *config)
{
  gboolean has_port = !sp_json_object_is_blank (root, "http_proxy_port");

  config->use_http_proxy
      = sp_json_object_boolean (root, "use_http_proxy", FALSE);
  config->http_proxy_host = sp_config_read_host (root, "http_proxy_host");
  config->http_proxy_port
      = has_port ? read_port (root, "http_proxy_port", 1, PROXY_PORT)
                 : PROXY_PORT;
  config->use_proxy_for_local_addresses
      = sp_json_object_boolean (root, "use_proxy_for_local_addresses", FALSE);
  if (config->use_http_proxy
      && (!sp_json_object_has (root, "http_proxy_host")
          || sp_json_object_is_blank (root, "http_proxy_host")))
    sp_json_object_problem (root,
                            "http_proxy_host",
                            _ ("is needed where \"use_http_proxy\" is true"));
}

/* (nullable): what stands in @file, or a problem. */
static char *
load_token (SpConfigReader *reader, SpJsonObject *admin, const char *file)
{
  const SpConfig *running = reader->running;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gsize len;

  if (running != NULL && g_strcmp0 (running->admin_token_file, file) == 0
      && sp_config_file_fault (file) == EACCES)
    return g_strdup (running->admin_token);
  if (!sp_config_check_file (admin, "token_file", file))
    return NULL;
  if (!g_file_get_contents (file, &text, &len, &error))
    {
      sp_json_object_problem (admin, "token_file", "%s", error->message);
      return NULL;
    }
  if (len > MAX_TOKEN_FILE || strlen (text) != len)
    {
      sp_json_object_problem (admin,
                              "token_file",
                              _ ("%s must hold one line of at most %u bytes"),
                              file,
                              MAX_TOKEN_FILE);
      return NULL;
    }
  g_strstrip (text);
  for (const char *at = text; at == text || *at != '\0'; at++)
    if (!g_ascii_isgraph (*at))
      {
        sp_json_object_problem (
            admin,
            "token_file",
            _ ("%s must hold a token: visible ASCII without spaces"),
            file);
        return NULL;
      }
  return g_steal_pointer (&text);
}

static gboolean
is_loopback (const char *address)
{
  g_autoptr (GInetAddress) parsed = g_inet_address_new_from_string (address);

  return parsed != NULL && g_inet_address_get_is_loopback (parsed);
}

/* Does one of "listen" cover @address? */
static gboolean
is_covered (const SpConfig *config, const char *address)
{
  gboolean is_v6 = strchr (address, ':') != NULL;
  const char *const *list = (const char *const *)config->listen;

  return g_strv_contains (list, address)
         || g_strv_contains (list, is_v6 ? "::" : "0.0.0.0");
}

static void
check_admin_port (SpJsonObject *admin, const SpConfig *config)
{
  if (config->admin_port == 0 || !is_covered (config, config->admin_listen))
    return;
  if (config->admin_port == config->port
      || (config->ssl && config->admin_port == config->ssl_port))
    sp_json_object_problem (admin,
                            "port",
                            _ ("%u is a port for media already"),
                            config->admin_port);
}

/* (nullable): where the service manager keeps a folder for us. */
static char *
default_socket (void)
{
  const char *folders = g_getenv ("RUNTIME_DIRECTORY");
  g_auto (GStrv) list = folders != NULL ? g_strsplit (folders, ":", 2) : NULL;

  return list != NULL && list[0] != NULL && *list[0] != '\0'
             ? g_build_filename (list[0], "admin.sock", NULL)
             : NULL;
}

/* (nullable) */
static char *
read_socket (SpConfigReader *reader, SpJsonObject *admin)
{
  g_autofree char *name = sp_config_read_file_name (reader, admin, "socket");

  if (name != NULL && strlen (name) > MAX_SOCKET_NAME)
    sp_json_object_problem (
        admin, "socket", _ ("is longer than %u bytes"), (guint)MAX_SOCKET_NAME);
  return g_steal_pointer (&name);
}

static void
read_admin (SpConfigReader *reader, SpJsonObject *root, SpConfig *config)
{
  g_autoptr (SpJsonObject) admin = sp_json_object_child (root, "admin");
  g_autofree char *listen = NULL;

  config->admin_port = ADMIN_PORT;
  if (admin == NULL || !sp_json_object_has (admin, "socket"))
    config->admin_socket = default_socket ();
  if (admin == NULL)
    {
      config->admin_listen = g_strdup (ADMIN_LISTEN);
      config->is_admin_optional = TRUE;
      return;
    }
  listen = sp_json_object_string (admin, "listen", ADMIN_LISTEN);
  config->admin_listen = sp_config_address (admin, "listen", listen);
  config->admin_port = read_port (admin, "port", 0, ADMIN_PORT);
  if (sp_json_object_has (admin, "socket"))
    config->admin_socket = read_socket (reader, admin);
  config->admin_token_file
      = sp_config_read_file_name (reader, admin, "token_file");
  if (config->admin_token_file != NULL)
    config->admin_token = load_token (reader, admin, config->admin_token_file);
  if (config->admin_listen != NULL)
    check_admin_port (admin, config);
  if (config->admin_listen != NULL && config->admin_token_file == NULL
      && !is_loopback (config->admin_listen))
    sp_json_object_problem (admin,
                            "listen",
                            _ ("%s can be reached from outside, so a "
                               "\"token_file\" is needed"),
                            listen);
  sp_json_object_end (admin);
}

/* A name of an account; whether it exists is seen at the start. */
static char *
read_account (SpJsonObject *root, const char *key)
{
  char *name = sp_json_object_string (root, key, NULL);

  if (name != NULL && *name == '\0')
    sp_json_object_problem (root, key, _ ("may not be empty"));
  sp_config_check_name (root, key, name);
  return name;
}

/** sp_config_read_server: all keys of the root but the streams'. */
void
sp_config_read_server (SpConfigReader *reader,
                       SpJsonObject *root,
                       SpConfig *config)
{

  read_listen (root, config);
  read_ssl (reader, root, config);
  read_proxy (root, config);
  config->redirect_404_to = sp_config_read_text (root, "redirect_404_to");
  sp_config_check_redirect (root, "redirect_404_to", config->redirect_404_to);
  config->user = read_account (root, "user");
  config->group = read_account (root, "group");
  config->workers
      = (guint)sp_json_object_integer (root, "workers", 0, MAX_WORKERS, 0);
  read_server_limits (root, config);
  read_admin (reader, root, config);
  config->ua_check
      = sp_json_object_word (root, "ua_check", ua_words, SP_UA_BROWSER);
  config->server_token
      = sp_json_object_string (root, "server_token", SERVER_TOKEN);
  sp_config_check_server_token (root, "server_token", config->server_token);
  sp_config_read_watch (reader, root, config);
  if (sp_json_object_has (root, "house"))
    sp_json_object_problem (
        root, "house", _ ("this version does not know the Pump House"));
}
