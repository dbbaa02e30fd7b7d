/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-config-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define HTTP_PORT 80
#define HTTPS_PORT 443
#define CONNECT_MS 10000
#define STALL_MS 15000
#define RETRY_MS 10000
#define MIN_MS 100
#define MAX_MS 3600000

/* By SpSourceType. */
static const char *const types[] = { "mmsh_pull", "mmsh_push", "file", NULL };

void
sp_source_config_free (SpSourceConfig *source)
{
  g_free (source->host);
  g_free (source->path);
  g_free (source->ca);
  g_free (source->user);
  g_free (source->password);
  g_free (source->user_agent);
  g_free (source->file);
  g_free (source);
}

gboolean
sp_source_config_equal (const SpSourceConfig *a, const SpSourceConfig *b)
{
  return a->type == b->type && g_strcmp0 (a->host, b->host) == 0
         && a->port == b->port && g_strcmp0 (a->path, b->path) == 0
         && a->tls == b->tls && g_strcmp0 (a->ca, b->ca) == 0
         && g_strcmp0 (a->user, b->user) == 0
         && g_strcmp0 (a->password, b->password) == 0
         && g_strcmp0 (a->user_agent, b->user_agent) == 0
         && a->connect_ms == b->connect_ms && a->stall_ms == b->stall_ms
         && a->retry_ms == b->retry_ms && g_strcmp0 (a->file, b->file) == 0;
}

/* A key that must be there, and is not "". */
static void
require (SpJsonObject *object, const char *key)
{
  if (!sp_json_object_has (object, key))
    sp_json_object_problem (object, key, _ ("is missing"));
  else if (sp_json_object_is_blank (object, key))
    sp_json_object_problem (object, key, _ ("may not be empty"));
}

static void
read_credentials (SpJsonObject *options, SpSourceConfig *source)
{
  source->user = sp_config_read_text (options, "user");
  source->password = sp_config_read_text (options, "password");
  sp_config_check_name (options, "user", source->user);
  sp_config_check_name (options, "password", source->password);
  if (source->user != NULL && strchr (source->user, ':') != NULL)
    sp_json_object_problem (options, "user", _ ("may not hold a colon"));
  if (source->password != NULL && source->user == NULL)
    sp_json_object_problem (options, "password", _ ("needs a user"));
}

static void
read_pull (SpConfigReader *reader,
           SpJsonObject *options,
           SpSourceConfig *source)
{
  require (options, "host");
  source->host = sp_config_read_host (options, "host");
  source->tls = sp_json_object_boolean (options, "tls", FALSE);
  source->port = (guint16)sp_json_object_integer (
      options, "port", 1, 65535, source->tls ? HTTPS_PORT : HTTP_PORT);
  source->path = sp_config_read_text (options, "path");
  if (source->path == NULL)
    source->path = g_strdup ("/");
  sp_config_check_url_path (options, "path", source->path);
  source->ca = sp_config_read_file_name (reader, options, "ca");
  sp_config_check_file (options, "ca", source->ca);
  if (source->ca != NULL && !source->tls)
    sp_json_object_problem (
        options, "ca", _ ("is of use only where \"tls\" is true"));
  read_credentials (options, source);
  source->user_agent = sp_config_read_text (options, "user_agent");
  sp_config_check_visible (options, "user_agent", source->user_agent);
  source->connect_ms = (guint)sp_json_object_integer (
      options, "connect_ms", MIN_MS, MAX_MS, CONNECT_MS);
  source->stall_ms = (guint)sp_json_object_integer (
      options, "stall_ms", MIN_MS, MAX_MS, STALL_MS);
  source->retry_ms = (guint)sp_json_object_integer (
      options, "retry_ms", MIN_MS, MAX_MS, RETRY_MS);
}

static void
read_file (SpConfigReader *reader,
           SpJsonObject *options,
           SpSourceConfig *source)
{
  require (options, "path");
  source->file = sp_config_read_file_name (reader, options, "path");
  sp_config_check_file (options, "path", source->file);
  source->retry_ms = (guint)sp_json_object_integer (
      options, "retry_ms", MIN_MS, MAX_MS, RETRY_MS);
}

static void
read_options (SpConfigReader *reader,
              SpJsonObject *object,
              SpSourceConfig *source)
{
  g_autoptr (SpJsonObject) options
      = sp_json_object_child (object, "source_options");

  if (options == NULL)
    {
      if (!sp_json_object_has (object, "source_options")
          && source->type != SP_SOURCE_MMSH_PUSH)
        sp_json_object_problem (object, "source_options", _ ("is missing"));
      return;
    }
  if (source->type == SP_SOURCE_MMSH_PULL)
    read_pull (reader, options, source);
  else if (source->type == SP_SOURCE_FILE)
    read_file (reader, options, source);
  sp_json_object_end (options);
}

/* FALSE after a problem. */
static gboolean
read_type (SpJsonObject *object, gboolean is_fallback, SpSourceType *type)
{
  g_autofree char *word = NULL;

  if (!sp_json_object_has (object, "type"))
    {
      sp_json_object_problem (object, "type", _ ("is missing"));
      return FALSE;
    }
  word = sp_json_object_string (object, "type", NULL);
  if (word == NULL)
    return FALSE;
  if (g_str_has_prefix (word, "rtmp_") || g_str_has_prefix (word, "rtsp_"))
    {
      sp_json_object_problem (
          object, "type", _ ("%.4s is not supported by this version"), word);
      return FALSE;
    }
  *type = sp_json_object_word (object, "type", types, G_N_ELEMENTS (types));
  if (is_fallback && *type == SP_SOURCE_MMSH_PUSH)
    {
      sp_json_object_problem (
          object, "type", _ ("an encoder's push can only be the main source"));
      return FALSE;
    }
  return *type < G_N_ELEMENTS (types);
}

/** sp_config_read_source: NULL when the type is no good; else something, even
 * after problems with its options. */
SpSourceConfig *
sp_config_read_source (SpConfigReader *reader,
                       SpJsonObject *object,
                       gboolean is_fallback)
{
  SpSourceConfig *source;
  SpSourceType type;

  if (!read_type (object, is_fallback, &type))
    {
      (void)sp_json_object_has (object, "source_options");
      return NULL;
    }
  source = g_new0 (SpSourceConfig, 1);
  source->type = type;
  read_options (reader, object, source);
  return source;
}
