/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-ctl-client.h"
#include "sp-ctl-table.h"

/* Exit statuses of the program. */
#define SP_CTL_EXIT_OK 0
#define SP_CTL_EXIT_REFUSED 1 /* the pump refused, or nothing matched */
#define SP_CTL_EXIT_USAGE 2
#define SP_CTL_EXIT_UNREACHABLE 3 /* no pump answers there */

#define SP_CTL_DEFAULT_SOCKET "/run/stream-pump/admin.sock"
#define SP_CTL_DEFAULT_URL "http://127.0.0.1:8087"

/** What every command can be told. Made on the stack, zeroed. */
typedef struct
{
  char *url;
  char *socket;
  char *token_file;
  gboolean is_json;
  gboolean is_no_color;
  gboolean is_version;
} SpCtlOptions;

/* The entries for GOption, to be used while @options lives; ends with NULL. */
#define SP_CTL_N_OPTIONS 7
void sp_ctl_options_entries (SpCtlOptions *options,
                             GOptionEntry entries[SP_CTL_N_OPTIONS]);
/* (nullable): where to ask: the options, else @environment_url (nullable), else
 * the usual socket if @has_socket, else the usual port. */
SpCtlTarget *sp_ctl_options_target (const SpCtlOptions *options,
                                    const char *environment_url,
                                    gboolean has_socket,
                                    GError **error);
/* (nullable): the first line of @file. */
char *sp_ctl_options_read_token (const char *file, GError **error);
void sp_ctl_options_clear (SpCtlOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SpCtlOptions, sp_ctl_options_clear)
