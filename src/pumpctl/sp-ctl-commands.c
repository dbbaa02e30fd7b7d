/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl.h"

#include <glib/gi18n.h>

const SpCtlCommand sp_ctl_commands[] = {
  { "status",
    "",
    N_ ("How the pump is, with its listeners and certificates"),
    sp_ctl_run_status },
  { "streams",
    N_ ("[PATH | add FILE | remove PATH]"),
    N_ ("All streams, or one in detail; or put one in, take one out"),
    sp_ctl_run_streams },
  { "stream",
    N_ ("up|down|drain PATH"),
    N_ ("Switch a stream on or off, or let it take no new clients"),
    sp_ctl_run_stream },
  { "source",
    N_ ("on|off PATH N"),
    N_ ("Switch source N of a stream on or off"),
    sp_ctl_run_source },
  { "clients", "", N_ ("Who watches"), sp_ctl_run_clients },
  { "client", N_ ("ID"), N_ ("One client in detail"), sp_ctl_run_client },
  { "kick",
    "",
    N_ ("End clients: one of the four says whom"),
    sp_ctl_run_kick },
  { "drain",
    "",
    N_ ("Take no new clients, so that the pump can be stopped"),
    sp_ctl_run_drain },
  { "reload",
    "",
    N_ ("Read the configuration again and say what it changes"),
    sp_ctl_run_reload },
  { "events", "", N_ ("What has happened, or happens"), sp_ctl_run_events },
  { "top", "", N_ ("The streams, live"), sp_ctl_run_top },
  { NULL },
};

const SpCtlCommand *
sp_ctl_find (const char *name)
{
  for (const SpCtlCommand *at = sp_ctl_commands; at->name != NULL; at++)
    if (g_str_equal (at->name, name))
      return at;
  return NULL;
}
