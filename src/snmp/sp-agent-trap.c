/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-agent-net-private.h"

#include "sp-clock.h"

/* What a notification says is of a picture from after its event, where one
 * comes in time. */
#define PICTURE_US (500 * 1000)

static const oid trap_oid[] = { 1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0 };

static void
add (SpAgentThread *thread,
     netsnmp_variable_list **list,
     const SpMibBinding *binding)
{
  oid ids[MAX_OID_LEN];
  size_t len = 0;
  netsnmp_variable_list *variable;

  sp_net_oid_append (ids, &len, &thread->link->root);
  sp_net_oid_append (ids, &len, &binding->oid);
  variable = snmp_varlist_add_variable (list, ids, len, ASN_NULL, NULL, 0);
  if (variable != NULL)
    sp_net_put (variable, &binding->value);
}

/* snmpTrapOID.0: { spNotifications number } */
static void
add_name (SpAgentThread *thread, netsnmp_variable_list **list, guint number)
{
  SpOid tail = { 2, { 0, number } };
  oid ids[MAX_OID_LEN];
  size_t len = 0;

  sp_net_oid_append (ids, &len, &thread->link->root);
  sp_net_oid_append (ids, &len, &tail);
  snmp_varlist_add_variable (list,
                             trap_oid,
                             G_N_ELEMENTS (trap_oid),
                             ASN_OBJECT_ID,
                             ids,
                             len * sizeof *ids);
}

static void
emit (SpAgentThread *thread, SpMib *mib, const SpNotice *notice)
{
  netsnmp_variable_list *list = NULL;
  g_autoptr (GArray) bindings = NULL;
  SpMibMoment moment;

  sp_net_moment (thread, &moment);
  bindings = sp_mib_notice (mib, notice, &moment);
  add_name (thread, &list, sp_event_infos[notice->event->kind].notification);
  for (guint i = 0; i < bindings->len; i++)
    add (thread, &list, &g_array_index (bindings, SpMibBinding, i));
  send_v2trap (list);
  snmp_free_varbind (list);
}

static gboolean
may_send (SpAgentThread *thread, gint64 now_us)
{
  const SpEvent *event = sp_notify_peek (thread->notify, now_us);

  return event != NULL
         && (sp_agent_thread_is_after (thread, event->at_us)
             || now_us - event->at_us > PICTURE_US);
}

/* (transfer full): of nothing, until there is a picture. */
static SpMib *
empty_mib (SpAgentThread *thread)
{
  g_autoptr (SpPicture) picture = sp_picture_new ();

  picture->at_us = sp_clock_now_us ();
  return sp_mib_new (
      picture, thread->link->settings.client_table, &thread->link->root);
}

void
sp_net_notify (SpAgentThread *thread, gboolean is_last)
{
  g_autoptr (SpMib) empty = NULL;
  gint64 now_us = sp_clock_now_us ();

  for (guint n = 0; thread->is_connected && n < SP_NOTIFY_TURN; n++)
    {
      g_auto (SpNotice) notice = { 0 };

      if (!is_last && !may_send (thread, now_us))
        break;
      if (!sp_notify_take (thread->notify, now_us, is_last, &notice))
        break;
      if (thread->mib == NULL && empty == NULL)
        empty = empty_mib (thread);
      emit (thread, thread->mib != NULL ? thread->mib : empty, &notice);
    }
  sp_agent_thread_count (thread);
}
