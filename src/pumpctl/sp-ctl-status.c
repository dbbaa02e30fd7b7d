/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl.h"

#include <glib/gi18n.h>

static const SpCtlField fields[] = {
  { N_ ("Host"), "host", SP_CTL_TEXT },
  { N_ ("State"), "state", SP_CTL_STATE },
  { N_ ("Version"), "version", SP_CTL_TEXT },
  { N_ ("Started"), "started", SP_CTL_TIME },
  { N_ ("Up for"), "uptime_s", SP_CTL_SECONDS },
  { N_ ("Streams"), "streams", SP_CTL_COUNT },
  { N_ ("  live"), "streams_live", SP_CTL_COUNT },
  { N_ ("  without media"), "streams_alarm", SP_CTL_COUNT },
  { N_ ("Clients"), "clients", SP_CTL_COUNT },
  { N_ ("  at most so far"), "clients_peak", SP_CTL_COUNT },
  { N_ ("  limit"), "client_limit", SP_CTL_COUNT },
  { N_ ("Sends"), "bitrate_out_bps", SP_CTL_RATE },
  { N_ ("Receives"), "bitrate_in_bps", SP_CTL_RATE },
  { N_ ("Sent"), "bytes_sent", SP_CTL_BYTES },
  { N_ ("Received"), "bytes_received", SP_CTL_BYTES },
  { N_ ("Drain"), "drain.state", SP_CTL_STATE },
  { N_ ("  clients left"), "drain.viewers_remaining", SP_CTL_COUNT },
  { N_ ("  ended at"), "drain.deadline", SP_CTL_TIME },
  { N_ ("  sent to"), "drain.redirect", SP_CTL_TEXT },
  { N_ ("  because of"), "drain.reason", SP_CTL_TEXT },
  { N_ ("Configuration"), "config.result", SP_CTL_STATE },
  { N_ ("  generation"), "config.generation", SP_CTL_COUNT },
  { N_ ("  revision"), "config.revision", SP_CTL_TEXT },
  { N_ ("  in use since"), "config.applied_at", SP_CTL_TIME },
  { N_ ("  tried last"), "config.tried_at", SP_CTL_TIME },
  { N_ ("SNMP connected"), "snmp.connected", SP_CTL_YES_NO },
  { N_ ("  notifies"), "snmp.notifying", SP_CTL_YES_NO },
  { N_ ("Workers"), "workers", SP_CTL_COUNT },
  { N_ ("Connections"), "connections", SP_CTL_COUNT },
  { N_ ("Descriptors"), "descriptors", SP_CTL_COUNT },
  { N_ ("  limit"), "descriptor_limit", SP_CTL_COUNT },
  { N_ ("Memory"), "memory_kib", SP_CTL_KIBIBYTES },
  { N_ ("Loop late by"), "loop_delay_ms", SP_CTL_MILLISECONDS },
  { N_ ("Sends late by"), "send_lateness_ms", SP_CTL_MILLISECONDS },
  { NULL },
};

static const SpCtlField listeners[] = {
  { N_ ("LISTENER"), "name", SP_CTL_TEXT, TRUE },
  { N_ ("STATE"), "state", SP_CTL_STATE },
  { N_ ("TLS"), "tls", SP_CTL_YES_NO },
  { N_ ("OPEN"), "connections", SP_CTL_COUNT },
  { N_ ("ACCEPTED"), "accepted", SP_CTL_COUNT },
  { N_ ("ERRORS"), "accept_errors", SP_CTL_COUNT },
  { N_ ("BAD"), "bad_requests", SP_CTL_COUNT },
  { N_ ("LAST ERROR"), "last_error", SP_CTL_TEXT, TRUE },
  { NULL },
};

static const SpCtlField certificates[] = {
  { N_ ("CERTIFICATE"), "file", SP_CTL_TEXT, TRUE },
  { N_ ("STATE"), "status", SP_CTL_STATE },
  { N_ ("DAYS LEFT"), "days_left", SP_CTL_COUNT },
  { N_ ("UNTIL"), "not_after", SP_CTL_TIME },
  { N_ ("SUBJECT"), "subject", SP_CTL_TEXT, TRUE },
  { NULL },
};

/** sp_ctl_run_status: GET /admin/status. */
int
sp_ctl_run_status (SpCtl *ctl, int argc, char **argv)
{
  g_autoptr (SpCtlAnswer) answer = NULL;
  JsonObject *object;
  int status;

  if (!sp_ctl_parse (ctl, NULL, &argc, &argv, &status))
    return status;
  if (!sp_ctl_has_arguments (argc, argv, 0, 0))
    return SP_CTL_EXIT_USAGE;
  answer = sp_ctl_ask (ctl, "GET", "/admin/status", NULL, &status);
  if (answer == NULL || ctl->options.is_json)
    return status;
  object = sp_ctl_answer_object (answer);
  g_autoptr (SpCtlTable) pairs = sp_ctl_view_pairs (fields, object);
  g_autoptr (SpCtlTable) ports
      = sp_ctl_view_rows (listeners, sp_ctl_view_array (object, "listeners"));
  g_autoptr (SpCtlTable) papers = sp_ctl_view_rows (
      certificates, sp_ctl_view_array (object, "certificates"));
  sp_ctl_print_table (ctl, pairs);
  sp_ctl_print_section (ctl, ports);
  sp_ctl_print_section (ctl, papers);
  return status;
}
