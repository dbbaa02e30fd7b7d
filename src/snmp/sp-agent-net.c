/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-agent-net-private.h"

#include "sp-clock.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAME "stream-pump"
#define TICK_S 1
/* Walks of large tables give way to media. */
#define NICER 5
#define LOG_BURST 10
#define LOG_PER_US (10 * G_USEC_PER_SEC)

/* errors of RFC 2741 in what the library logs */
#define DUPLICATE "registering pdu failed: 263"

void
sp_net_oid_append (oid *ids, size_t *len, const SpOid *tail)
{
  for (guint i = 0; i < tail->len && *len < MAX_OID_LEN; i++)
    ids[(*len)++] = tail->ids[i];
}

void
sp_net_moment (SpAgentThread *thread, SpMibMoment *moment)
{
  moment->now_us = sp_clock_now_us ();
  moment->uptime_cs = netsnmp_get_agent_uptime ();
  moment->ordered = thread->ordered;
}

/* Comings and goings are said by ourselves, once. */
static gboolean
is_known (const char *text)
{
  return strstr (text, "AgentX master disconnected us") != NULL
         || strstr (text, "AgentX subagent connected") != NULL
         || strstr (text, "failed to respond to ping") != NULL;
}

static int
on_library_log (int major, int minor, void *server_data, void *client_data)
{
  const struct snmp_log_message *message = server_data;
  SpAgentThread *thread = client_data;
  g_autofree char *text = g_strchomp (g_strdup (message->msg));

  if (message->priority > LOG_WARNING || is_known (text))
    sp_log (G_LOG_LEVEL_DEBUG, NULL, "SNMP: %s", text);
  else if (!sp_log_limit_allow (
               &thread->log_limit, sp_clock_now_us (), LOG_BURST, LOG_PER_US))
    return 0;
  else if (strstr (text, DUPLICATE) != NULL)
    sp_log (G_LOG_LEVEL_WARNING,
            NULL,
            "SNMP: another program serves these objects already, so this one "
            "does not: give it a context or a root of its own (snmp.context, "
            "snmp.root_oid), and start it again");
  else
    sp_log (G_LOG_LEVEL_WARNING, NULL, "SNMP: the library says: %s", text);
  return 0;
}

static int
on_connected (int major, int minor, void *server_data, void *client_data)
{
  sp_agent_thread_set_connected (client_data, TRUE);
  return 0;
}

static int
on_lost (int major, int minor, void *server_data, void *client_data)
{
  sp_agent_thread_set_connected (client_data, FALSE);
  return 0;
}

static void
on_mail (int fd, void *data)
{
  sp_mailbox_drain (((SpAgentThread *)data)->link->to_agent);
}

static void
on_tick (unsigned int alarm, void *data)
{
  sp_agent_thread_tick (data);
}

static void
register_module (SpAgentThread *thread)
{
  const SpAgentSettings *settings = &thread->link->settings;
  netsnmp_handler_registration *registration;
  oid root[MAX_OID_LEN];
  size_t len = 0;

  sp_net_oid_append (root, &len, &thread->link->root);
  registration = netsnmp_create_handler_registration (
      NAME, sp_net_on_request, root, len, HANDLER_CAN_RWRITE);
  registration->my_reg_void = thread;
  if (settings->context[0] != '\0')
    registration->contextName = strdup (settings->context);
  netsnmp_register_handler (registration);
}

/* The order is the library's: what init_agent() would overwrite comes after
 * it, what it reads comes before. */
static void
start_library (SpAgentThread *thread)
{
  const SpAgentSettings *settings = &thread->link->settings;

  snmp_disable_log ();
  snmp_enable_calllog ();
  snmp_register_callback (
      SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, on_library_log, thread);
  netsnmp_enable_subagent ();
  netsnmp_ds_set_boolean (
      NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
  netsnmp_ds_set_boolean (
      NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
  netsnmp_ds_set_boolean (
      NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_ALARM_DONT_USE_SIG, 1);
  netsnmp_ds_set_boolean (
      NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_NO_CONNECTION_WARNINGS, 1);
  netsnmp_ds_set_string (
      NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET, settings->agentx);
  init_agent (NAME);
  netsnmp_ds_set_int (NETSNMP_DS_APPLICATION_ID,
                      NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL,
                      (int)settings->ping_s);
  snmp_register_callback (SNMP_CALLBACK_APPLICATION,
                          SNMPD_CALLBACK_INDEX_START,
                          on_connected,
                          thread);
  snmp_register_callback (
      SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_STOP, on_lost, thread);
  register_module (thread);
  init_snmp (NAME);
}

static void
prepare_thread (void)
{
  sigset_t signals;
  id_t tid = (id_t)syscall (SYS_gettid);

  sigfillset (&signals);
  (void)pthread_sigmask (SIG_BLOCK, &signals, NULL);
  (void)setpriority (
      PRIO_PROCESS, tid, getpriority (PRIO_PROCESS, tid) + NICER);
}

static void
end (SpAgentThread *thread)
{
  SpAgentLink *link = thread->link;

  sp_agent_thread_free (thread);
  g_mutex_lock (&link->lock);
  link->is_connected = FALSE;
  link->has_ended = TRUE;
  g_cond_signal (&link->ended);
  g_mutex_unlock (&link->lock);
  sp_agent_link_unref (link);
}

/** sp_agent_run: the library is not shut down, since that waits for a master
 * agent that hangs: the connection goes with the program. */
gpointer
sp_agent_run (gpointer data)
{
  SpAgentThread *thread = sp_agent_thread_new (data);

  prepare_thread ();
  start_library (thread);
  register_readfd (sp_mailbox_fd (thread->link->to_agent), on_mail, thread);
  snmp_alarm_register (TICK_S, SA_REPEAT, on_tick, thread);
  sp_agent_thread_tick (thread);
  while (!thread->is_stopping)
    {
      agent_check_and_process (1);
      sp_net_notify (thread, FALSE);
    }
  sp_net_notify (thread, TRUE);
  end (thread);
  return NULL;
}
