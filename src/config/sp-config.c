/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-config-private.h"
#include "sp-json-parse.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define MAX_FILE_MIB 4
#define READ_BYTES 65536

static SpConfig *
config_new (void)
{
  SpConfig *config = g_new0 (SpConfig, 1);

  g_ref_count_init (&config->ref_count);
  config->streams
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_stream_config_free);
  config->streams_by_path
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return config;
}

SpConfig *
sp_config_ref (SpConfig *config)
{
  g_ref_count_inc (&config->ref_count);
  return config;
}

/** sp_config_unref: one thread holds all references. */
void
sp_config_unref (SpConfig *config)
{
  if (!g_ref_count_dec (&config->ref_count))
    return;
  sp_config_clear_watch (config);
  g_free (config->text);
  g_free (config->file);
  g_free (config->revision);
  g_strfreev (config->listen);
  g_free (config->ssl_key);
  g_free (config->ssl_cert);
  g_free (config->http_proxy_host);
  g_free (config->redirect_404_to);
  g_free (config->user);
  g_free (config->group);
  g_free (config->admin_listen);
  g_free (config->admin_token_file);
  g_free (config->admin_token);
  g_free (config->admin_socket);
  g_free (config->server_token);
  g_hash_table_unref (config->streams_by_path);
  g_ptr_array_unref (config->streams);
  g_free (config);
}

SpStreamConfig *
sp_config_find_stream (SpConfig *config, const char *path)
{
  g_autofree char *key = g_ascii_strdown (path, -1);

  return g_hash_table_lookup (config->streams_by_path, key);
}

/* Once they are known to be good. */
static void
index_streams (SpConfig *config)
{
  for (guint i = 0; i < config->streams->len; i++)
    {
      SpStreamConfig *stream = config->streams->pdata[i];

      g_hash_table_insert (
          config->streams_by_path, g_ascii_strdown (stream->path, -1), stream);
    }
}

/* (nullable): the document's first object, or one problem. */
static JsonNode *
parse_json (const char *text, gsize len, const char *file, GPtrArray *problems)
{
  g_autoptr (JsonNode) node = NULL;
  SpJsonFault fault;

  node = sp_json_parse (text, len, SP_CONFIG_MAX_DEPTH, &fault);
  if (node == NULL)
    {
      g_ptr_array_add (
          problems,
          g_strdup_printf (
              "%s:%u:%u: %s", file, fault.line, fault.column, fault.why));
      return NULL;
    }
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_ptr_array_add (
          problems,
          g_strdup_printf (
              "%s: %s", file, _ ("a configuration is one object: { ... }")));
      return NULL;
    }
  return g_steal_pointer (&node);
}

/* (transfer full): where @file lies. */
static char *
folder_of (const char *file)
{
  g_autofree char *absolute = g_canonicalize_filename (file, NULL);

  return g_path_get_dirname (absolute);
}

static SpConfig *
parse (const char *text,
       gsize len,
       const char *file,
       const SpConfig *running,
       GPtrArray *problems)
{
  g_autoptr (JsonNode) node = parse_json (text, len, file, problems);
  g_autoptr (SpJsonProblems) found = NULL;
  g_autoptr (SpJsonObject) root = NULL;
  g_autoptr (SpConfig) config = NULL;
  g_autofree char *folder = NULL;
  SpConfigReader reader;

  if (node == NULL)
    return NULL;
  found = sp_json_problems_new ();
  root = sp_json_object_new (json_node_get_object (node), "", found);
  config = config_new ();
  folder = folder_of (file);
  reader = (SpConfigReader){ folder, running, found };
  sp_config_read_server (&reader, root, config);
  sp_config_read_streams (&reader, root, config);
  sp_json_object_end (root);
  for (guint i = 0; i < sp_json_problems_count (found); i++)
    g_ptr_array_add (
        problems,
        g_strdup_printf ("%s: %s", file, sp_json_problems_get (found, i)));
  if (sp_json_problems_count (found) > 0)
    return NULL;
  index_streams (config);
  config->text = g_strndup (text, len);
  config->file = g_strdup (file);
  config->revision = g_compute_checksum_for_data (
      G_CHECKSUM_SHA256, (const guchar *)text, len);
  return g_steal_pointer (&config);
}

SpConfig *
sp_config_parse (const char *text,
                 gsize len,
                 const char *file,
                 GPtrArray *problems)
{
  return parse (text, len, file, NULL, problems);
}

SpConfig *
sp_config_parse_again (const char *text,
                       gsize len,
                       const SpConfig *running,
                       GPtrArray *problems)
{
  return parse (text, len, running->file, running, problems);
}

/* (nullable): all of @fd, or errno. */
static GByteArray *
read_all (int fd)
{
  g_autoptr (GByteArray) text = g_byte_array_new ();
  ssize_t n;

  do
    {
      guint before = text->len;

      g_byte_array_set_size (text, before + READ_BYTES);
      n = read (fd, text->data + before, READ_BYTES);
      if (n < 0 && errno != EINTR)
        return NULL;
      g_byte_array_set_size (text, before + (n > 0 ? (guint)n : 0));
      if (text->len > MAX_FILE_MIB << 20)
        {
          errno = EFBIG;
          return NULL;
        }
    }
  while (n != 0);
  return g_steal_pointer (&text);
}

static SpConfig *
load (const char *file, const SpConfig *running, GPtrArray *problems)
{
  int fd = g_open (file, O_RDONLY | O_CLOEXEC | O_NOCTTY, 0);
  g_autoptr (GByteArray) text = NULL;
  int why = errno;

  if (fd >= 0)
    {
      text = read_all (fd);
      why = errno;
      close (fd);
    }
  if (text != NULL)
    return parse ((const char *)text->data, text->len, file, running, problems);
  g_ptr_array_add (problems,
                   why == EFBIG
                       ? g_strdup_printf (
                           _ ("%s: is larger than %u MiB"), file, MAX_FILE_MIB)
                       : g_strdup_printf ("%s: %s", file, g_strerror (why)));
  return NULL;
}

SpConfig *
sp_config_load (const char *file, GPtrArray *problems)
{
  return load (file, NULL, problems);
}

SpConfig *
sp_config_reload (const char *file, SpConfig *running, GPtrArray *problems)
{
  return load (file, running, problems);
}
