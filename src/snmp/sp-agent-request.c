/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-agent-net-private.h"

/** Requests of the master agent. */

void
sp_net_put (netsnmp_variable_list *variable, const SpMibValue *value)
{
  static const u_char kinds[] = {
    [SP_MIB_UNSIGNED] = ASN_GAUGE,
    [SP_MIB_COUNTER32] = ASN_COUNTER,
    [SP_MIB_TICKS] = ASN_TIMETICKS,
  };
  long integer = value->integer;
  u_long number = (u_long)value->number;
  struct counter64 counter = { .high = (u_long)(value->number >> 32),
                               .low = (u_long)(value->number & G_MAXUINT32) };
  oid ids[MAX_OID_LEN];
  size_t len = 0;

  switch (value->type)
    {
    case SP_MIB_INTEGER:
      snmp_set_var_typed_value (
          variable, ASN_INTEGER, &integer, sizeof integer);
      break;
    case SP_MIB_UNSIGNED:
    case SP_MIB_COUNTER32:
    case SP_MIB_TICKS:
      snmp_set_var_typed_value (
          variable, kinds[value->type], &number, sizeof number);
      break;
    case SP_MIB_COUNTER64:
      snmp_set_var_typed_value (
          variable, ASN_COUNTER64, &counter, sizeof counter);
      break;
    case SP_MIB_OCTETS:
      snmp_set_var_typed_value (
          variable, ASN_OCTET_STR, value->octets, value->n_octets);
      break;
    case SP_MIB_OID:
      sp_net_oid_append (ids, &len, &value->oid);
      snmp_set_var_typed_value (
          variable, ASN_OBJECT_ID, ids, len * sizeof *ids);
      break;
    case SP_MIB_OTHER:
      break;
    }
}

/* Relative to the module: nothing is left of what lies before it. */
static gboolean
read_oid (SpAgentThread *thread,
          const netsnmp_variable_list *variable,
          SpOid *relative)
{
  const SpOid *root = &thread->link->root;
  SpOid whole = { 0 };

  for (size_t i = 0; i < variable->name_length && i < SP_OID_MAX; i++)
    whole.ids[whole.len++] = (guint32)variable->name[i];
  relative->len = 0;
  if (sp_oid_has_prefix (&whole, root))
    return sp_oid_append (
        relative, whole.ids + root->len, whole.len - root->len);
  return sp_oid_compare (&whole, root) < 0;
}

static void
read_cell (SpAgentThread *thread,
           SpMib *mib,
           const SpMibCell *cell,
           netsnmp_variable_list *variable)
{
  SpMibMoment moment;
  SpMibValue value;

  sp_net_moment (thread, &moment);
  sp_mib_read (mib, cell, &moment, &value);
  sp_net_put (variable, &value);
}

static void
answer_get (SpAgentThread *thread,
            netsnmp_agent_request_info *info,
            netsnmp_request_info *request)
{
  SpMib *mib;
  SpMibCell cell;
  SpOid relative;

  if (!read_oid (thread, request->requestvb, &relative))
    return;
  mib = sp_agent_thread_mib (thread, sp_mib_needs_clients (&relative, FALSE));
  if (mib == NULL)
    {
      netsnmp_set_request_error (info, request, SNMP_ERR_GENERR);
      return;
    }
  switch (sp_mib_find (mib, &relative, &cell))
    {
    case SP_MIB_FOUND:
      read_cell (thread, mib, &cell, request->requestvb);
      break;
    case SP_MIB_NO_INSTANCE:
      netsnmp_set_request_error (info, request, SNMP_NOSUCHINSTANCE);
      break;
    case SP_MIB_NO_OBJECT:
      netsnmp_set_request_error (info, request, SNMP_NOSUCHOBJECT);
      break;
    }
}

/* No answer at the end: the library then goes on behind the module. */
static void
answer_next (SpAgentThread *thread,
             netsnmp_agent_request_info *info,
             netsnmp_request_info *request)
{
  oid ids[MAX_OID_LEN];
  size_t len = 0;
  SpMib *mib;
  SpMibCell cell;
  SpOid relative;

  if (!read_oid (thread, request->requestvb, &relative))
    return;
  mib = sp_agent_thread_mib (thread, sp_mib_needs_clients (&relative, TRUE));
  if (mib == NULL)
    {
      netsnmp_set_request_error (info, request, SNMP_ERR_GENERR);
      return;
    }
  if (!sp_mib_next (mib, &relative, request->inclusive, &cell))
    return;
  sp_mib_cell_oid (&cell, &relative);
  sp_net_oid_append (ids, &len, &thread->link->root);
  sp_net_oid_append (ids, &len, &relative);
  snmp_set_var_objid (request->requestvb, ids, len);
  read_cell (thread, mib, &cell, request->requestvb);
}

static SpSnmpError
check_set (SpAgentThread *thread,
           const netsnmp_variable_list *variable,
           SpSnmpOrder *order)
{
  SpMibValue value = { .type = SP_MIB_OTHER };
  SpOid relative;
  SpMib *mib;

  if (!read_oid (thread, variable, &relative))
    return SP_SNMP_NOT_WRITABLE;
  if (variable->type == ASN_INTEGER)
    {
      value.type = SP_MIB_INTEGER;
      value.integer
          = (gint32)CLAMP (*variable->val.integer, G_MININT32, G_MAXINT32);
    }
  mib = sp_agent_thread_mib (thread, sp_mib_needs_clients (&relative, FALSE));
  return mib == NULL
             ? SP_SNMP_GENERAL_ERROR
             : sp_mib_set_check (
                 mib, &relative, &value, thread->link->settings.writes, order);
}

static void
reserve (SpAgentThread *thread,
         netsnmp_agent_request_info *info,
         netsnmp_request_info *request)
{
  g_auto (SpSnmpOrder) order = { 0 };
  SpSnmpError error = check_set (thread, request->requestvb, &order);

  if (error != SP_SNMP_OK)
    netsnmp_set_request_error (info, request, (int)error);
}

/* The effect is not waited for: the library knows no slow handlers. A row that
 * has gone since it was checked wants nothing done. */
static void
commit (SpAgentThread *thread, netsnmp_request_info *request)
{
  SpSnmpOrder *order = g_new0 (SpSnmpOrder, 1);

  if (check_set (thread, request->requestvb, order) == SP_SNMP_OK)
    sp_agent_thread_order (thread, order);
  else
    g_free (order);
}

int
sp_net_on_request (netsnmp_mib_handler *handler,
                   netsnmp_handler_registration *registration,
                   netsnmp_agent_request_info *info,
                   netsnmp_request_info *requests)
{
  SpAgentThread *thread = registration->my_reg_void;

  for (netsnmp_request_info *request = requests; request != NULL;
       request = request->next)
    {
      if (request->processed)
        continue;
      if (info->mode == MODE_GET)
        answer_get (thread, info, request);
      else if (info->mode == MODE_GETNEXT)
        answer_next (thread, info, request);
      else if (info->mode == MODE_SET_RESERVE1)
        reserve (thread, info, request);
      else if (info->mode == MODE_SET_COMMIT)
        commit (thread, request);
    }
  return SNMP_ERR_NOERROR;
}
