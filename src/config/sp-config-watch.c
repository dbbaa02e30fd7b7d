/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-config-private.h"

#include <glib/gi18n.h>

#define AGENTX "unix:/var/agentx/master"
#define ROOT_OID "1.3.6.1.4.1.8072.9999.9999.7867"
#define CANARY_MS 60000
#define WARN_DAYS 21
#define DAY_MS (24 * 3600 * 1000)

static void
read_snmp (SpJsonObject *root, SpSnmpConfig *snmp)
{
  /* By SpConfigClients. */
  static const char *const tables[] = { "off", "anonymous", "full", NULL };
  g_autoptr (SpJsonObject) object = sp_json_object_child (root, "snmp");

  if (object == NULL)
    return;
  snmp->enabled = sp_json_object_boolean (object, "enabled", TRUE);
  snmp->agentx = sp_json_object_string (object, "agentx", AGENTX);
  sp_config_check_name (object, "agentx", snmp->agentx);
  snmp->root_oid = sp_json_object_string (object, "root_oid", ROOT_OID);
  sp_config_check_oid (object, "root_oid", snmp->root_oid);
  snmp->context = sp_json_object_string (object, "context", "");
  sp_config_check_name (object, "context", snmp->context);
  snmp->ping_s = (guint)sp_json_object_integer (object, "ping_s", 1, 3600, 5);
  snmp->max_age_ms
      = (guint)sp_json_object_integer (object, "max_age_ms", 0, 60000, 2000);
  snmp->client_table = sp_json_object_word (
      object, "client_table", tables, SP_CONFIG_CLIENTS_ANONYMOUS);
  snmp->writes = sp_json_object_boolean (object, "writes", FALSE);
  snmp->notify = sp_json_object_boolean (object, "notify", TRUE);
  snmp->notify_rate
      = (guint)sp_json_object_integer (object, "notify_rate", 1, 1000, 10);
  sp_json_object_end (object);
}

static void
read_access_log (SpConfigReader *reader,
                 SpJsonObject *root,
                 SpAccessConfig *access)
{
  /* By SpAccessTarget. */
  static const char *const targets[] = { "off", "journal", "file", NULL };
  static const char *const formats[] = { "w3c", "json", NULL };
  g_autoptr (SpJsonObject) object = sp_json_object_child (root, "access_log");

  if (object == NULL)
    return;
  access->to = sp_json_object_word (object, "to", targets, SP_ACCESS_JOURNAL);
  access->file = sp_config_read_file_name (reader, object, "file");
  access->is_json = sp_json_object_word (object, "format", formats, 0) == 1;
  if (access->to == SP_ACCESS_FILE && access->file == NULL)
    sp_json_object_problem (
        object, "file", _ ("is needed where \"to\" is \"file\""));
  sp_json_object_end (object);
}

static void
read_drain (SpJsonObject *root, SpDrainConfig *drain)
{
  g_autoptr (SpJsonObject) object = sp_json_object_child (root, "drain");

  if (object == NULL)
    return;
  drain->grace_ms
      = (guint)sp_json_object_integer (object, "grace_ms", 0, DAY_MS, 0);
  drain->redirect = sp_config_read_text (object, "redirect");
  sp_config_check_redirect (object, "redirect", drain->redirect);
  sp_json_object_end (object);
}

/** sp_config_read_watch: "snmp", "access_log", "drain", "canary_ms",
 * "certificate_warn_days". */
void
sp_config_read_watch (SpConfigReader *reader,
                      SpJsonObject *root,
                      SpConfig *config)
{
  read_snmp (root, &config->snmp);
  read_access_log (reader, root, &config->access_log);
  read_drain (root, &config->drain);
  config->canary_ms
      = (guint)sp_json_object_integer (root, "canary_ms", 0, DAY_MS, CANARY_MS);
  config->certificate_warn_days = (guint)sp_json_object_integer (
      root, "certificate_warn_days", 0, 3650, WARN_DAYS);
}

void
sp_config_clear_watch (SpConfig *config)
{
  g_free (config->snmp.agentx);
  g_free (config->snmp.root_oid);
  g_free (config->snmp.context);
  g_free (config->access_log.file);
  g_free (config->drain.redirect);
}
