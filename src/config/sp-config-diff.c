/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-config-diff.h"

static void
change_free (gpointer data)
{
  SpConfigChange *change = data;

  g_free (change->path);
  g_free (change);
}

static void
add (GPtrArray *changes,
     SpConfigChangeKind kind,
     const char *path,
     SpStreamConfig *old_stream,
     SpStreamConfig *new_stream)
{
  SpConfigChange *change = g_new0 (SpConfigChange, 1);

  change->kind = kind;
  change->path = g_strdup (path);
  change->old_stream = old_stream;
  change->new_stream = new_stream;
  g_ptr_array_add (changes, change);
}

static void
add_key (GPtrArray *changes,
         SpConfigChangeKind kind,
         const char *key,
         gboolean is_equal)
{
  if (!is_equal)
    add (changes, kind, key, NULL, NULL);
}

static gboolean
is_text_equal (const char *a, const char *b)
{
  return g_strcmp0 (a, b) == 0;
}

static void
compare_server (GPtrArray *changes, const SpConfig *a, const SpConfig *b)
{
  add_key (changes,
           SP_CONFIG_REDIRECT,
           "redirect_404_to",
           is_text_equal (a->redirect_404_to, b->redirect_404_to));
  add_key (changes, SP_CONFIG_IDENTITY, "ua_check", a->ua_check == b->ua_check);
  add_key (changes,
           SP_CONFIG_IDENTITY,
           "server_token",
           is_text_equal (a->server_token, b->server_token));
  add_key (changes,
           SP_CONFIG_LIMITS,
           "limits",
           sp_limits_config_equal (&a->limits, &b->limits)
               && a->overload.lateness_ms == b->overload.lateness_ms
               && a->overload.memory_mb == b->overload.memory_mb);
  add_key (changes,
           SP_CONFIG_ADMIN_TOKEN,
           "admin.token_file",
           is_text_equal (a->admin_token, b->admin_token));
  add_key (changes,
           SP_CONFIG_PROXY,
           "use_http_proxy",
           a->use_http_proxy == b->use_http_proxy
               && is_text_equal (a->http_proxy_host, b->http_proxy_host)
               && a->http_proxy_port == b->http_proxy_port
               && a->use_proxy_for_local_addresses
                      == b->use_proxy_for_local_addresses);
  add_key (changes,
           SP_CONFIG_ACCESS_LOG,
           "access_log",
           a->access_log.to == b->access_log.to
               && is_text_equal (a->access_log.file, b->access_log.file)
               && a->access_log.is_json == b->access_log.is_json);
  add_key (changes,
           SP_CONFIG_WATCH,
           "drain",
           a->drain.grace_ms == b->drain.grace_ms
               && is_text_equal (a->drain.redirect, b->drain.redirect));
  add_key (changes, SP_CONFIG_WATCH, "canary_ms", a->canary_ms == b->canary_ms);
  add_key (changes,
           SP_CONFIG_WATCH,
           "certificate_warn_days",
           a->certificate_warn_days == b->certificate_warn_days);
}

static gboolean
is_same_snmp (const SpSnmpConfig *a, const SpSnmpConfig *b)
{
  return a->enabled == b->enabled && is_text_equal (a->agentx, b->agentx)
         && is_text_equal (a->root_oid, b->root_oid)
         && is_text_equal (a->context, b->context) && a->ping_s == b->ping_s
         && a->max_age_ms == b->max_age_ms && a->client_table == b->client_table
         && a->writes == b->writes && a->notify == b->notify
         && a->notify_rate == b->notify_rate;
}

static void
compare_fixed (GPtrArray *changes, const SpConfig *a, const SpConfig *b)
{
  const struct
  {
    const char *key;
    gboolean is_equal;
  } keys[] = {
    { "listen",
      g_strv_equal ((const char *const *)a->listen,
                    (const char *const *)b->listen) },
    { "port", a->port == b->port },
    { "ssl", a->ssl == b->ssl },
    { "ssl_port", a->ssl_port == b->ssl_port },
    { "user", is_text_equal (a->user, b->user) },
    { "group", is_text_equal (a->group, b->group) },
    { "workers", a->workers == b->workers },
    { "admin.listen", is_text_equal (a->admin_listen, b->admin_listen) },
    { "admin.port", a->admin_port == b->admin_port },
    { "admin.socket", is_text_equal (a->admin_socket, b->admin_socket) },
    { "snmp", is_same_snmp (&a->snmp, &b->snmp) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    add_key (changes, SP_CONFIG_NEEDS_RESTART, keys[i].key, keys[i].is_equal);
}

static SpSourceType
main_type (const SpStreamConfig *stream)
{
  const SpSourceConfig *source = g_ptr_array_index (stream->sources, 0);

  return source->type;
}

static gboolean
is_same_stream (const SpStreamConfig *a, const SpStreamConfig *b)
{
  return a != NULL && b != NULL && is_text_equal (a->path, b->path)
         && a->enabled == b->enabled && main_type (a) == main_type (b);
}

static void
compare_streams (GPtrArray *changes,
                 SpConfig *old_config,
                 SpConfig *new_config,
                 SpConfigChangeKind kind)
{
  for (guint i = 0; i < new_config->streams->len; i++)
    {
      SpStreamConfig *after = new_config->streams->pdata[i];
      SpStreamConfig *before = sp_config_find_stream (old_config, after->path);
      SpConfigChangeKind is = SP_CONFIG_STREAM_POLICY;

      if (!is_same_stream (before, after))
        is = SP_CONFIG_STREAM_ADDED;
      else if (sp_stream_config_equal (before, after))
        continue;
      else if (!sp_stream_config_sources_equal (before, after)
               || before->on_demand != after->on_demand)
        is = SP_CONFIG_STREAM_SOURCES;
      if (is == kind)
        add (changes,
             kind,
             after->path,
             kind == SP_CONFIG_STREAM_ADDED ? NULL : before,
             after);
    }
}

GPtrArray *
sp_config_diff (SpConfig *old_config, SpConfig *new_config)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func (change_free);

  for (guint i = 0; i < old_config->streams->len; i++)
    {
      SpStreamConfig *before = old_config->streams->pdata[i];

      if (!is_same_stream (before,
                           sp_config_find_stream (new_config, before->path)))
        add (changes, SP_CONFIG_STREAM_REMOVED, before->path, before, NULL);
    }
  compare_server (changes, old_config, new_config);
  compare_streams (changes, old_config, new_config, SP_CONFIG_STREAM_POLICY);
  compare_streams (changes, old_config, new_config, SP_CONFIG_STREAM_SOURCES);
  compare_streams (changes, old_config, new_config, SP_CONFIG_STREAM_ADDED);
  compare_fixed (changes, old_config, new_config);
  return changes;
}
