/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-config.h"

/* Exit statuses of the program. */
#define SP_EXIT_OK 0     /* stopped on request */
#define SP_EXIT_CONFIG 1 /* bad configuration */
#define SP_EXIT_USAGE 2
#define SP_EXIT_LISTEN 3 /* a listener could not be opened */
#define SP_EXIT_INTERNAL 4

/** The command line. */
typedef struct
{
  char *file;
  gboolean is_check;
  gboolean is_demo;
  gboolean is_version;
} SpOptions;

/* FALSE: there is nothing more to do, leave with *@status. */
gboolean
sp_options_parse (SpOptions *options, int *argc, char ***argv, int *status);
void sp_options_clear (SpOptions *options);
/* (nullable): the configuration that @options name; its problems are printed.
 */
SpConfig *sp_options_load (const SpOptions *options);
/* What to open in which player. */
void sp_options_print_demo (const SpConfig *config);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SpOptions, sp_options_clear)
