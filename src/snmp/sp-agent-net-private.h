/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-agent-private.h"
#include "sp-mib-notice.h"

/* It has names of packages of its own. */
#undef PACKAGE_VERSION
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <net-snmp/agent/agent_callbacks.h>

/** The only files that know the library: its identifiers are of longs. */

void sp_net_oid_append (oid *ids, size_t *len, const SpOid *tail);
/* What has to be known besides the picture. */
void sp_net_moment (SpAgentThread *thread, SpMibMoment *moment);
/* Sets the value of @variable. */
void sp_net_put (netsnmp_variable_list *variable, const SpMibValue *value);

/* A Netsnmp_Node_Handler; the registration's my_reg_void is the thread. */
int sp_net_on_request (netsnmp_mib_handler *handler,
                       netsnmp_handler_registration *registration,
                       netsnmp_agent_request_info *info,
                       netsnmp_request_info *requests);

/* Sends notifications that may be sent now; the rest wait. @is_last: all. */
void sp_net_notify (SpAgentThread *thread, gboolean is_last);
